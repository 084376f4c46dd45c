"""Where the bytes of documents are: outside the database, under the SHA-256 of what they are.

`settings.STORAGES["documents"]` says where: a folder, or any Django storage class. Nothing here asks who is asking; the
rooms' selectors and services do.
"""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, Storage, storages

from homeward.documents.rules import size_words, what_it_is
from homeward.kernel.rules import RefusedError

MEGABYTE = 1024 * 1024
PART_WRITTEN = ".part"


class FileMissingError(Exception):
    """The bytes of a document are not where they were kept."""


class FileAlteredError(Exception):
    """The bytes of a document are not those that were kept."""


@dataclass(frozen=True, slots=True)
class KeptFile:
    """Bytes that are kept: what they are, how many, their SHA-256 in hexadecimal, and the name they are kept under."""

    media_type: str
    size: int
    sha256: str
    stored_as: str


class DocumentFolder(FileSystemStorage):
    """A folder that only the service reads. A file is there whole, and on the disk, or it is not there."""

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        """The name as it is: what has the same name has the same bytes."""
        return name

    def _save(self, name: str, content: File) -> str:
        place = Path(self.path(name))
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = place.with_name(f"{place.name}.{uuid4().hex}{PART_WRITTEN}")
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            for chunk in content.chunks():
                out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
        part.replace(place)
        folder = os.open(place.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return name


def keep(content: bytes) -> KeptFile:
    """Keep bytes, once however often they are given, and say what they are. Call it before any row speaks of them.

    Raises: RefusedError where they are too many, or not of a kind that is taken.
    """
    if len(content) > settings.DOCUMENT_MEGABYTES * MEGABYTE:
        raise RefusedError(
            f"The file has {size_words(len(content))}, and at most {settings.DOCUMENT_MEGABYTES} MB can be kept."
            " Scan it with fewer dots an inch, or in parts."
        )
    found = what_it_is(content)
    sha256 = hashlib.sha256(content).hexdigest()
    name = place_of(sha256)
    store = _store()
    if store.exists(name):
        if _sha256_of(store, name) == sha256:
            return KeptFile(found.media_type, len(content), sha256, name)
        store.delete(name)  # spoilt since it was kept: here are the right bytes again
    return KeptFile(found.media_type, len(content), sha256, store.save(name, ContentFile(content)))


def read(stored_as: str, sha256: str) -> bytes:
    """The bytes that were kept, exactly.

    Raises: FileMissingError; FileAlteredError.
    """
    store = _store()
    try:
        with store.open(stored_as) as kept:
            content = kept.read()
    except FileNotFoundError as error:
        raise FileMissingError("The file is not where it was kept.") from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise FileAlteredError("The file is not what was kept.")
    return content


def place_of(sha256: str) -> str:
    """The name that bytes are kept under, spread so that no folder becomes long."""
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


def kept_names(folder: str = "") -> Iterator[str]:
    """The name of every file in the store."""
    store = _store()
    try:
        folders, files = store.listdir(folder)
    except FileNotFoundError:  # nothing was ever kept
        return
    for name in sorted(files):
        yield f"{folder}{name}"
    for name in sorted(folders):
        yield from kept_names(f"{folder}{name}/")


def kept_since(stored_as: str):
    """When a file in the store was last written, aware."""
    return _store().get_modified_time(stored_as)


def drop(stored_as: str) -> None:
    """Take a file out of the store. Only for what no version names."""
    _store().delete(stored_as)


def _store() -> Storage:
    return storages["documents"]


def _sha256_of(store: Storage, name: str) -> str:
    with store.open(name) as kept:
        return hashlib.sha256(kept.read()).hexdigest()
