"""Reads of documents. Opening the bytes of one is audited, and proved to be what was kept."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from homeward.access.rules import Actor, Permission, may_see_sensitive, require
from homeward.audit.services import record
from homeward.documents import storage
from homeward.documents.models import Document, DocumentVersion
from homeward.people.models import Person
from homeward.people.selectors import person_ids_of

# What was kept less long ago may be waiting for the row that names it
STILL_BEING_ADDED = timedelta(hours=1)


class DocumentNotFoundError(Exception):
    """There is no such document or version in this record, or it is kept from this reader."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """A person's documents, the newest first: those in use, those withdrawn, and how many are kept from the reader."""

    documents: list[Document]
    withdrawn: list[Document]
    kept_back: int


@dataclass(frozen=True, slots=True)
class FileFaults:
    """What is wrong between rows and store, by the name of the file; `good` is how many files are as they were kept."""

    good: int
    missing: list[str]
    altered: list[str]
    orphaned: list[str]


def documents_of(actor: Actor, person: Person) -> Shelf:
    """A person's documents. `person` comes from `people.selectors.person_for`, which audited the opening.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE, person.service_id)
    rows = Document.objects.filter(person_id__in=person_ids_of(person)).prefetch_related("versions")
    everything = list(rows.order_by("-happened_on", "-id"))
    shown = [one for one in everything if may_see_sensitive(actor, one.sensitivity)]
    return Shelf(
        [one for one in shown if not one.is_withdrawn],
        [one for one in shown if one.is_withdrawn],
        len(everything) - len(shown),
    )


def document_for(actor: Actor, person: Person, document_id: int) -> Document:
    """One document of a person with its versions. `person` comes from `people.selectors.person_for`.

    Raises: NotAllowedError; DocumentNotFoundError.
    """
    require(actor, Permission.SEE_PEOPLE, person.service_id)
    rows = Document.objects.filter(person_id__in=person_ids_of(person)).select_related("person")
    document = rows.prefetch_related("versions").filter(pk=document_id).first()
    if document is None or not may_see_sensitive(actor, document.sensitivity):
        raise DocumentNotFoundError("There is no such document in this record.")
    return document


def version_of(actor: Actor, document: Document, number: int | None = None) -> DocumentVersion:
    """One version of a document, or its newest. `document` comes from `document_for`.

    Raises: NotAllowedError; DocumentNotFoundError.
    """
    require(actor, Permission.SEE_PEOPLE, document.person.service_id)
    for version in document.versions.all():
        if version.number == (number if number is not None else document.current.number):
            return version
    raise DocumentNotFoundError("There is no such version of this document.")


def bytes_of(actor: Actor, document: Document, version: DocumentVersion, now: datetime) -> bytes:
    """The bytes of a version, exactly as they were kept; that they were opened is audited.

    `document` comes from `document_for`, `version` from `version_of`.

    Raises: NotAllowedError; storage.FileMissingError; storage.FileAlteredError.
    """
    require(actor, Permission.SEE_PEOPLE, document.person.service_id)
    content = storage.read(version.stored_as, version.sha256)
    record(
        actor=actor,
        action="open withdrawn document" if document.is_withdrawn else "open document",
        subject=("document", document.pk),
        person_id=document.person_id,
        now=now,
        service_id=document.person.service_id,
    )
    return content


def filed_from_messages(actor: Actor, person: Person, message_ids: Collection[int]) -> dict[tuple[int, int], int]:
    """Which documents of these kept messages are in a person's record: (message, place from 1) to the row's number.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE, person.service_id)
    rows = Document.objects.filter(
        person_id__in=person_ids_of(person), message_id__in=message_ids, withdrawn_at__isnull=True
    )
    return {(message_id, place): pk for message_id, place, pk in rows.values_list("message_id", "message_place", "pk")}


def find_faults(actor: Actor, now: datetime) -> FileFaults:
    """Every file that a version names, read and compared, and every file that none names. For the whole store.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RUN_SCHEDULE)
    # the store is listed first: what is added meanwhile is then named, and not taken for an orphan
    kept = list(storage.kept_names())
    named = dict(DocumentVersion.objects.values_list("stored_as", "sha256").distinct())
    missing, altered = [], []
    for name, sha256 in sorted(named.items()):
        try:
            storage.read(name, sha256)
        except storage.FileMissingError:
            missing.append(name)
        except storage.FileAlteredError:
            altered.append(name)
    orphaned = [name for name in kept if name not in named and now - storage.kept_since(name) > STILL_BEING_ADDED]
    return FileFaults(len(named) - len(missing) - len(altered), missing, altered, orphaned)
