"""What happened to somebody: only added to."""

from datetime import datetime

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.kernel.rules import RefusedError
from homeward.kernel.services import tell
from homeward.people.models import (
    Person,
    TimelineEntry,
)


@transaction.atomic
def add_to_timeline(
    *,
    actor: Actor,
    person: Person,
    kind: str,
    title: str,
    happened_at: datetime,
    now: datetime,
    text: str = "",
    subject: tuple[str, int | None] = ("", None),
) -> TimelineEntry:
    """Add one thing that happened to a person's timeline, under the actor's name, role and employer.

    Rooms above call it inside the service that did the thing.

    Raises: NotAllowedError when the actor is not part of the person's service.
    """
    require(
        actor,
        Permission.SEE_PEOPLE if actor.may(Permission.SEE_PEOPLE) else Permission.RECEIVE_MESSAGES,
        person.service_id,
    )
    entry = TimelineEntry.objects.create(
        person=person,
        happened_at=happened_at,
        recorded_at=now,
        kind=kind,
        title=title,
        text=text,
        author_name=actor.name,
        author_role=actor.title,
        employer=actor.employer,
        subject_kind=subject[0],
        subject_id=subject[1],
    )
    record(
        actor=actor,
        action="add to timeline",
        subject=("timeline entry", entry.pk),
        person_id=person.pk,
        now=now,
        service_id=person.service_id,
    )
    tell(topic="people", service_id=person.service_id, subject=("person", person.pk), now=now)
    return entry


@transaction.atomic
def correct_timeline(*, actor: Actor, entry: TimelineEntry, text: str, now: datetime) -> TimelineEntry:
    """Correct a wrong entry with a new one; both stay and point to each other.

    Raises: NotAllowedError; RefusedError when it was corrected before (correct the correction instead).
    """
    require(actor, Permission.SEE_PEOPLE, entry.person.service_id)
    TimelineEntry.objects.select_for_update().get(pk=entry.pk)  # two who correct it at once do so in turn
    if TimelineEntry.objects.filter(corrects=entry).exists():
        raise RefusedError("This entry was corrected before. Correct the newer entry instead.")
    correction = TimelineEntry.objects.create(
        person=entry.person,
        happened_at=entry.happened_at,
        recorded_at=now,
        kind=entry.kind,
        title=entry.title,
        text=text,
        author_name=actor.name,
        author_role=actor.title,
        employer=actor.employer,
        subject_kind=entry.subject_kind,
        subject_id=entry.subject_id,
        corrects=entry,
    )
    record(
        actor=actor,
        action="correct timeline",
        subject=("timeline entry", correction.pk),
        person_id=entry.person_id,
        now=now,
        service_id=entry.person.service_id,
    )
    tell(topic="people", service_id=entry.person.service_id, subject=("person", entry.person_id), now=now)
    return correction


@transaction.atomic
def add_many_to_timeline(*, actor: Actor, service_id: int, entries: list[TimelineEntry], now: datetime) -> int:
    """Add many past entries (unsaved rows, each with its own author) at once, for an import or a fictitious place.

    Raises: NotAllowedError.
    """
    require(actor, Permission.IMPORT_SERVICE, service_id)
    TimelineEntry.objects.bulk_create(entries, batch_size=500)
    record(
        actor=actor,
        action="add past timeline",
        subject=("timeline entry", None),
        now=now,
        service_id=service_id,
        count=len(entries),
    )
    return len(entries)
