"""What a file really is, told from its bytes and never from its name. No Django."""

import io
import lzma
import struct
import zipfile
import zlib
from dataclasses import dataclass

from homeward.kernel.rules import RefusedError

TEXT, PDF = "text/plain", "application/pdf"
# What is taken, and how the name of such a file ends. Nothing that a browser or an office program would run.
ENDINGS = {
    PDF: "pdf",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/tiff": "tif",
    "image/heic": "heic",
    TEXT: "txt",
    "application/rtf": "rtf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.oasis.opendocument.text": "odt",
}
# What every browser shows by itself as a picture
PICTURES = ("image/jpeg", "image/png", "image/gif", "image/webp")
WHAT_IS_TAKEN = "a PDF, a picture (JPEG, PNG, GIF, WebP, TIFF or HEIC), plain text, or a Word or OpenDocument text"
_BEGINNINGS = (
    (b"%PDF-", PDF),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"{\\rtf", "application/rtf"),
)
_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1")
# Pages, drawings and programs written as text: a browser that is told to could run them
_RUNS = (b"<!doctype html", b"<html", b"<head", b"<body", b"<svg", b"<script", b"<?php", b"#!")
_LOOKED_AT = 4096  # characters at the beginning of a text in which a page or a drawing would say what it is
_WORD_PARTS = {"word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document"}
_MOST_PARTS = 5_000  # of a Word document; more is not one
# What a zip and each way its parts are packed say of one that is damaged
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, RuntimeError, NotImplementedError,
    MemoryError, struct.error,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class WhatItIs:
    """What a file was found to be."""

    media_type: str
    ending: str


def what_it_is(content: bytes) -> WhatItIs:
    """What a file is, from its bytes.

    Raises: RefusedError saying what may be added instead.
    """
    media_type = _media_type(content)
    return WhatItIs(media_type, ENDINGS[media_type])


def text_of(content: bytes) -> str:
    """A plain text as characters: UTF-8, or UTF-16 where it says so, or the Windows letters that old systems write."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def size_words(size: int) -> str:
    """A number of bytes as people read it: 120 kB, 2.4 MB."""
    if size < 1024:
        return "1 byte" if size == 1 else f"{size} bytes"
    return f"{size / 1024:.0f} kB" if size < 1024**2 else f"{size / 1024**2:.1f} MB"


def _media_type(content: bytes) -> str:
    if not content:
        raise RefusedError("The file is empty. Choose it again.")
    for beginning, media_type in _BEGINNINGS:
        if content.startswith(beginning):
            return media_type
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    if content[4:8] == b"ftyp" and content[8:12] in _HEIC_BRANDS:
        return "image/heic"
    if content.startswith(b"PK\x03\x04"):
        return _office_text(content)
    if _is_text(content):
        return TEXT
    raise RefusedError(f"This is not a kind of file that can be kept here. Add {WHAT_IS_TAKEN}.")


def _office_text(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            names = parts.namelist()
            is_odt = (
                "mimetype" in names
                and parts.getinfo("mimetype").file_size < 100
                and parts.read("mimetype").strip() == b"application/vnd.oasis.opendocument.text"
            )
    except _DAMAGED as error:
        raise RefusedError("This file is damaged. Ask for it again, or add it as a PDF.") from error
    if len(names) <= _MOST_PARTS:
        if any("vbaproject" in name.lower() or name.startswith("Basic/") for name in names):
            raise RefusedError("This document carries a program (macros). Save it as a PDF, and add that.")
        if is_odt:
            return "application/vnd.oasis.opendocument.text"
        for part, media_type in _WORD_PARTS.items():
            if part in names:
                return media_type
    raise RefusedError(f"A folder of files cannot be kept as one document. Add each of its files: {WHAT_IS_TAKEN}.")


def _is_text(content: bytes) -> bool:
    text = text_of(content)
    # one character in two hundred may be odd, as letters from old systems have; bytes that are no text have many
    odd = sum(1 for sign in text if (sign < " " and sign not in "\t\n\r\f\x1b") or sign in "\x7f\ufffd")
    if "\0" in text or odd * 200 > len(text):
        return False
    begins = text[:_LOOKED_AT].lower().encode()
    if any(begins.lstrip().startswith(sign) for sign in _RUNS) or any(sign in begins for sign in _RUNS[:-1]):
        raise RefusedError("This is a web page, a drawing or a program, which could do something. Add it as a PDF.")
    return True
