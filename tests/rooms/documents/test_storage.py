"""Bytes are kept whole, once, under what they are; what was spoilt since is found."""

import hashlib

import pytest

from homeward.documents import storage
from homeward.documents.storage import FileAlteredError, FileMissingError, keep, read
from homeward.kernel.rules import RefusedError


class TestKeep:
    def test_puts_the_bytes_under_their_own_hash_where_only_the_service_reads(self, folder):
        kept = keep(b"Dear all")
        assert kept.sha256 == hashlib.sha256(b"Dear all").hexdigest()
        assert (kept.size, kept.media_type) == (8, "text/plain")
        place = folder / kept.stored_as
        assert place.read_bytes() == b"Dear all"
        assert place.stat().st_mode & 0o077 == 0
        assert read(kept.stored_as, kept.sha256) == b"Dear all"

    def test_keeps_the_same_bytes_once(self, folder):
        assert keep(b"Dear all") == keep(b"Dear all")
        assert len([path for path in folder.rglob("*") if path.is_file()]) == 1

    def test_heals_what_was_spoilt_when_the_right_bytes_come_again(self, folder):
        kept = keep(b"Dear all")
        (folder / kept.stored_as).write_bytes(b"Dear")
        keep(b"Dear all")
        assert read(kept.stored_as, kept.sha256) == b"Dear all"

    def test_leaves_nothing_half_written_under_the_name(self, folder):
        class BreaksOff:
            def chunks(self):
                yield b"half"
                raise OSError("the disk is full")

        with pytest.raises(OSError, match="disk is full"):
            storage._store()._save("aa/bb/cc", BreaksOff())
        assert not (folder / "aa/bb/cc").exists()

    def test_refuses_more_than_one_document_may_have(self, folder, settings):
        settings.DOCUMENT_MEGABYTES = 1
        with pytest.raises(RefusedError, match="at most 1 MB"):
            keep(b"x" * (1024 * 1024 + 1))

    def test_works_on_any_storage_class_of_django(self, settings):
        kept = keep(b"Dear all")  # the tests' own setting: InMemoryStorage
        assert read(kept.stored_as, kept.sha256) == b"Dear all"
        assert kept.stored_as in set(storage.kept_names())


class TestRead:
    def test_says_when_the_bytes_are_gone(self, folder):
        kept = keep(b"Dear all")
        (folder / kept.stored_as).unlink()
        with pytest.raises(FileMissingError):
            read(kept.stored_as, kept.sha256)

    def test_says_when_the_bytes_are_not_those_that_were_kept(self, folder):
        kept = keep(b"Dear all")
        (folder / kept.stored_as).write_bytes(b"Dear alL")
        with pytest.raises(FileAlteredError):
            read(kept.stored_as, kept.sha256)
