"""Adding documents, newer versions of them, and taking them out of use."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.documents import storage
from homeward.documents.models import Document, DocumentVersion
from homeward.documents.selectors import find_faults
from homeward.documents.states import DocumentKind, Source
from homeward.documents.storage import KeptFile
from homeward.kernel.rules import RefusedError, london_day, wall_clock
from homeward.kernel.services import tell
from homeward.people.models import Person
from homeward.people.rules import day_fault
from homeward.people.services import add_to_timeline
from homeward.people.states import Sensitivity

LONGEST_TITLE = 200
LONGEST_REASON = 500
# A document that is dated and not timed stands at midday of its day
MIDDAY = "12:00"


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A document to add, whose bytes are kept. `message`: which kept message brought it, and its place, from 1."""

    title: str
    kind: DocumentKind | str
    source: Source | str
    happened_on: date
    file: KeptFile
    sensitivity: str = ""
    message: tuple[int, int] | None = None


@transaction.atomic
def add_documents(*, actor: Actor, person: Person, new: list[NewDocument], now: datetime) -> list[Document]:
    """Add documents to a person's record, each with an entry on the timeline that leads to it: all of them or none.

    `person` comes from `people.selectors.person_for`. The bytes were kept before, by `storage.keep`.

    Raises: NotAllowedError; RefusedError when one has no title, is of no known kind, is dated on a day that cannot
    be, or was filed from its message before.
    """
    require(actor, Permission.SEE_PEOPLE, person.service_id)
    return [_add(actor, person, one, now) for one in new]


@transaction.atomic
def add_version(*, actor: Actor, document: Document, file: KeptFile, changed: str, now: datetime) -> DocumentVersion:
    """Add a newer version of a document; those before stay and can be opened.

    Raises: NotAllowedError; RefusedError when it is withdrawn, the bytes are those of the newest version, or nothing
    is said of what changed.
    """
    require(actor, Permission.SEE_PEOPLE, document.person.service_id)
    document = Document.objects.select_for_update(of=("self",)).select_related("person").get(pk=document.pk)
    if document.is_withdrawn:
        raise RefusedError("This document is withdrawn. Add a new one instead.")
    if not changed.strip():
        raise RefusedError("Say what changed.")
    newest = document.current
    if newest.sha256 == file.sha256:
        raise RefusedError("This is the same file as the newest version. Choose the changed one.")
    version = _version(actor, document, newest.number + 1, file, changed.strip()[:250], now)
    _on_the_timeline(actor, document, f"New version of: {document.title}", changed.strip(), now, now)
    _noted(actor, "add document version", document, now)
    return version


@transaction.atomic
def withdraw_document(*, actor: Actor, document: Document, reason: str, now: datetime) -> Document:
    """Take a document out of use, for a reason: filed under the wrong person, added twice, put right by another.

    It stays, with the reason, and who opens it from then on is told that it is withdrawn.

    Raises: NotAllowedError; RefusedError when it was withdrawn before, or no reason is given.
    """
    require(actor, Permission.SEE_PEOPLE, document.person.service_id)
    document = Document.objects.select_for_update(of=("self",)).select_related("person").get(pk=document.pk)
    if document.is_withdrawn:
        raise RefusedError("This document was withdrawn before.")
    if not reason.strip():
        raise RefusedError("Say why it is withdrawn.")
    document.withdrawn_at, document.withdrawn_by = now, actor.name
    document.withdrawn_reason = reason.strip()[:LONGEST_REASON]
    document.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])
    _on_the_timeline(actor, document, f"Withdrawn: {document.title}", document.withdrawn_reason, now, now)
    _noted(actor, "withdraw document", document, now)
    return document


@transaction.atomic
def drop_orphans(*, actor: Actor, now: datetime) -> list[str]:
    """Take out of the store what no version names and nobody may still be adding; gives the names.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RUN_SCHEDULE)
    orphans = find_faults(actor, now).orphaned
    for name in orphans:
        storage.drop(name)
    record(actor=actor, action="drop orphaned files", subject=("document", None), now=now, count=len(orphans))
    return orphans


def _add(actor: Actor, person: Person, new: NewDocument, now: datetime) -> Document:
    title = new.title.strip()[:LONGEST_TITLE]
    today = london_day(now)
    if not title:
        raise RefusedError("Give the document a title.")
    if new.kind not in DocumentKind.values or new.source not in Source.values:
        raise RefusedError("Choose from the lists what it is, and how it came.")
    if new.sensitivity and new.sensitivity not in Sensitivity.values:
        raise RefusedError("Choose from the list why it is kept from most.")
    if fault := day_fault(new.happened_on, today, person.birth_date):
        raise RefusedError(f"{fault} Enter the day the document is dated, or was made.")
    message_id, place = new.message or (None, None)
    try:
        with transaction.atomic():
            document = Document.objects.create(
                person=person,
                title=title,
                kind=new.kind,
                source=new.source,
                happened_on=new.happened_on,
                sensitivity=new.sensitivity,
                added_at=now,
                added_by=actor.name,
                added_by_role=actor.title,
                employer=actor.employer,
                message_id=message_id,
                message_place=place,
            )
    except IntegrityError as error:
        raise RefusedError("This was filed from its message before.") from error
    _version(actor, document, 1, new.file, "", now)
    happened_at = now if new.happened_on == today else wall_clock(new.happened_on, MIDDAY)
    _on_the_timeline(actor, document, f"{DocumentKind(new.kind).label}: {title}", "", happened_at, now)
    _noted(actor, "add document", document, now)
    return document


def _version(
    actor: Actor, document: Document, number: int, file: KeptFile, changed: str, now: datetime
) -> DocumentVersion:
    return DocumentVersion.objects.create(
        document=document,
        number=number,
        media_type=file.media_type,
        size=file.size,
        sha256=file.sha256,
        stored_as=file.stored_as,
        changed=changed,
        added_at=now,
        added_by=actor.name,
        added_by_role=actor.title,
        employer=actor.employer,
    )


def _on_the_timeline(
    actor: Actor, document: Document, title: str, text: str, happened_at: datetime, now: datetime
) -> None:
    add_to_timeline(
        actor=actor,
        person=document.person,
        kind="document",
        title=title[:LONGEST_TITLE],
        text=text,
        happened_at=happened_at,
        now=now,
        subject=("document", document.pk),
        sensitivity=document.sensitivity,
    )


def _noted(actor: Actor, action: str, document: Document, now: datetime) -> None:
    record(
        actor=actor,
        action=action,
        subject=("document", document.pk),
        person_id=document.person_id,
        now=now,
        service_id=document.person.service_id,
    )
    tell(topic="people", service_id=document.person.service_id, subject=("document", document.pk), now=now)
