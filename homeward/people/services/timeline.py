"""What happened to somebody: only added to."""

from datetime import datetime, timedelta

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.audit.states import Purpose
from homeward.kernel.rules import RefusedError, london_day
from homeward.kernel.services import tell
from homeward.people.models import (
    Person,
    TimelineEntry,
)
from homeward.people.rules import day_fault
from homeward.people.states import PrintPurpose, Sensitivity

# What a print is for that is part of somebody's care; the rest looks at how it was given
FOR_CARE = (PrintPurpose.REVIEW, PrintPurpose.HANDOVER, PrintPurpose.SAFEGUARDING)

# A form sent twice, or again by the back button, comes within minutes. A local decision.
SENT_AGAIN_WITHIN = timedelta(minutes=10)


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
    sensitivity: str = "",
) -> TimelineEntry:
    """Add one thing that happened to a person's timeline, under the actor's name, role and employer.

    Rooms above call it inside the service that did the thing. `sensitivity`, of people.states, keeps it from most.

    Raises: NotAllowedError when the actor is not part of the person's service; RefusedError for a sensitivity that
    there is not, or a day before 1900, before the person was born, or in the future.
    """
    _check_sensitivity(sensitivity)
    _may_add(actor, person)
    if fault := day_fault(london_day(happened_at), london_day(now), person.birth_date):
        raise RefusedError(fault)
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
        sensitivity=sensitivity,
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
def add_note(
    *,
    actor: Actor,
    person: Person,
    kind: str,
    title: str,
    happened_at: datetime,
    now: datetime,
    text: str = "",
    subject: tuple[str, int | None] = ("", None),
    sensitivity: str = "",
) -> TimelineEntry:
    """Add a note that somebody wrote to a person's timeline; the same note sent twice within minutes is one.

    Sent again, it gives back the first and writes nothing.

    Raises: what `add_to_timeline` does.
    """
    _may_add(actor, person)
    Person.objects.select_for_update(of=("self",)).get(pk=person.pk)  # two sendings at once come in turn
    same = TimelineEntry.objects.filter(
        person=person,
        happened_at=happened_at,
        recorded_at__gte=now - SENT_AGAIN_WITHIN,
        kind=kind,
        title=title,
        text=text,
        author_name=actor.name,
        author_role=actor.title,
        employer=actor.employer,
        subject_kind=subject[0],
        subject_id=subject[1],
        sensitivity=sensitivity,
        corrects=None,
    ).first()
    return same or add_to_timeline(
        actor=actor,
        person=person,
        kind=kind,
        title=title,
        happened_at=happened_at,
        now=now,
        text=text,
        subject=subject,
        sensitivity=sensitivity,
    )


@transaction.atomic
def correct_timeline(
    *, actor: Actor, entry: TimelineEntry, text: str, now: datetime, sensitivity: str | None = None
) -> TimelineEntry:
    """Correct a wrong entry with a new one; both stay and point to each other.

    `sensitivity` marks the correction where the entry was not marked, or marked wrongly; None leaves it as it was.
    Who may not see one of the two sees neither.

    Raises: NotAllowedError; RefusedError when it was corrected before (correct the correction instead), or for a
    sensitivity that there is not.
    """
    require(actor, Permission.SEE_PEOPLE, entry.person.service_id)
    _check_sensitivity(sensitivity or "")
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
        sensitivity=entry.sensitivity if sensitivity is None else sensitivity,
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

    Raises: NotAllowedError; RefusedError when the day of one is before 1900.
    """
    require(actor, Permission.IMPORT_SERVICE, service_id)
    if entries and (fault := day_fault(london_day(min(one.happened_at for one in entries)))):
        raise RefusedError(fault)
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


@transaction.atomic
def note_printing(*, actor: Actor, person: Person, purpose: PrintPurpose | str, count: int, now: datetime) -> None:
    """Leave on the audit trail that `count` entries of a person's timeline are printed now, and what for.

    `person` comes from `people.selectors.person_for`, which checked the opening.

    Raises: NotAllowedError; RefusedError for a purpose that is not in the list.
    """
    require(actor, Permission.SEE_PEOPLE, person.service_id)
    if purpose not in PrintPurpose.values:
        raise RefusedError("Say what the print is for: choose from the list.")
    asked_by_them = purpose == PrintPurpose.PERSON
    record(
        actor=actor,
        action="print",
        subject=(f"timeline for {purpose}", None),
        person_id=person.pk,
        now=now,
        service_id=person.service_id,
        count=count,
        purpose=Purpose.DATA_RIGHTS if asked_by_them else Purpose.DIRECT_CARE if purpose in FOR_CARE else Purpose.AUDIT,
    )


def _may_add(actor: Actor, person: Person) -> None:
    require(
        actor,
        Permission.SEE_PEOPLE if actor.may(Permission.SEE_PEOPLE) else Permission.RECEIVE_MESSAGES,
        person.service_id,
    )


def _check_sensitivity(sensitivity: str) -> None:
    if sensitivity and sensitivity not in Sensitivity.values:
        raise RefusedError("Choose from the list why it is kept from most.")
