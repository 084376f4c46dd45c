"""What a file really is, told from its bytes."""

import io
import zipfile

import pytest

from homeward.documents.rules import size_words, text_of, what_it_is
from homeward.kernel.rules import RefusedError


def zipped(*names: str, **parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name in names:
            made.writestr(name, b"x")
        for name, content in parts.items():
            made.writestr(name, content)
    return out.getvalue()


class TestWhatItIs:
    @pytest.mark.parametrize(
        ("content", "media_type", "ending"),
        [
            (b"%PDF-1.7\n...", "application/pdf", "pdf"),
            (b"\xff\xd8\xff\xe0\x00\x10JFIF", "image/jpeg", "jpg"),
            (b"\x89PNG\r\n\x1a\n\x00", "image/png", "png"),
            (b"GIF89a..", "image/gif", "gif"),
            (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp", "webp"),
            (b"II*\x00\x08", "image/tiff", "tif"),
            (b"\x00\x00\x00\x18ftypheic\x00", "image/heic", "heic"),
            (b"{\\rtf1\\ansi Dear", "application/rtf", "rtf"),
            (b"Dear Ivy,\r\nAll well.", "text/plain", "txt"),
            ("Zoë £5".encode("cp1252"), "text/plain", "txt"),
            ("﻿Dear".encode("utf-16"), "text/plain", "txt"),
            (zipped("[Content_Types].xml", "word/document.xml"),
             "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
            (zipped("content.xml", mimetype=b"application/vnd.oasis.opendocument.text"),
             "application/vnd.oasis.opendocument.text", "odt"),
        ],
    )  # fmt: skip
    def test_is_told_from_the_bytes(self, content, media_type, ending):
        found = what_it_is(content)
        assert (found.media_type, found.ending) == (media_type, ending)

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"", "empty"),
            (b"MZ\x90\x00\x03\x00\x00\x00", "not a kind of file"),
            (b"\x7fELF\x02\x01\x01\x00\x00\x00", "not a kind of file"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00\x00", "not a kind of file"),
            (b"<!DOCTYPE html><p>hello", "web page"),
            (b"  \n<svg xmlns='http://www.w3.org/2000/svg'>", "web page"),
            (b"<?xml version='1.0'?>\n<SVG onload='alert(1)'>", "web page"),
            (b"hello <script>alert(1)</script>", "web page"),
            ("<html>".encode("utf-16"), "web page"),
            (b"#!/bin/sh\nrm -rf /", "web page"),
            (b"PK\x03\x04 and nothing more", "damaged"),
            (zipped("word/document.xml", "word/vbaProject.bin"), "macros"),
            (zipped("a.exe"), "folder of files"),
        ],
    )
    def test_refuses_what_could_do_something_or_is_unknown(self, content, said):
        with pytest.raises(RefusedError, match=said):
            what_it_is(content)

    @pytest.mark.parametrize("packed", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
    @pytest.mark.parametrize("damage", [b"\xff", b"\x00", b"\x07"])
    def test_says_that_a_packed_part_is_damaged(self, packed, damage):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", packed) as made:
            made.writestr("mimetype", b"application/vnd.oasis.opendocument.text")
            part = made.getinfo("mimetype")
        content = bytearray(out.getvalue())
        begins = 30 + len("mimetype")  # a local header is 30 bytes and the name
        content[begins : begins + part.compress_size] = damage * part.compress_size
        with pytest.raises(RefusedError, match="damaged"):
            what_it_is(bytes(content))


class TestTextOf:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
    def test_reads_the_letters_that_systems_write(self, encoding):
        assert text_of("Zoë’s £5".encode(encoding)) == "Zoë’s £5"


class TestSizeWords:
    @pytest.mark.parametrize(
        ("size", "words"), [(1, "1 byte"), (900, "900 bytes"), (2048, "2 kB"), (5 << 20, "5.0 MB")]
    )
    def test_are_as_people_read_them(self, size, words):
        assert size_words(size) == words
