"""Looking at who looked: reading the audit trail is itself an event of it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from homeward.access.rules import Actor, Permission, require
from homeward.audit.models import Event
from homeward.audit.selectors import EventSearch, Seer, events_about, search_events, seers_of
from homeward.audit.services import record
from homeward.audit.states import Purpose
from homeward.people.models import Person
from homeward.people.selectors import PersonNotFoundError, person_ids_of


@dataclass(frozen=True, slots=True)
class Looked:
    """Who looked at one person's record, and each time."""

    person_id: int
    reference: str
    label: str
    seers: list[Seer]
    events: list[Event]


def who_looked(
    actor: Actor,
    person_id: int,
    now: datetime,
    limit: int,
    older_than: int | None = None,
    since: datetime | None = None,
    purpose: str = Purpose.AUDIT,
) -> Looked:
    """Everyone who saw or changed one person's record, of all records merged into it; looking is audited.

    Raises: NotAllowedError; PersonNotFoundError.
    """
    require(actor, Permission.SEE_AUDIT)
    person = Person.objects.filter(service_id__in=actor.service_ids, pk=person_id).first()
    if person is None:
        raise PersonNotFoundError("There is no such person in your service.")
    others = person_ids_of(person)
    found = Looked(
        person.pk,
        person.reference,
        person.label,
        seers_of(actor, person_id, others, since) if older_than is None else [],
        events_about(actor, person_id, limit, older_than, others),
    )
    record(
        actor=actor, action="see who looked", subject=("person", person.pk), now=now, person_id=person.pk,
        service_id=person.service_id, purpose=purpose,
    )  # fmt: skip
    return found


def find_events(
    actor: Actor, wanted: EventSearch, now: datetime, limit: int, older_than: int | None = None
) -> list[Event]:
    """Events of the audit trail, newest first; the search is audited.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_AUDIT)
    events = search_events(actor, wanted, limit, older_than)
    record(
        actor=actor, action="search audit", subject=("audit", None), now=now, person_id=wanted.person_id,
        service_id=min(actor.service_ids, default=None), count=max(1, len(events)), purpose=Purpose.AUDIT,
    )  # fmt: skip
    return events


def references_of(actor: Actor, person_ids: Collection[int]) -> dict[int, str]:
    """What people go by to those who may not look at their records.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_AUDIT)
    people = Person.objects.filter(service_id__in=actor.service_ids, pk__in=person_ids)
    return dict(people.values_list("pk", "reference"))
