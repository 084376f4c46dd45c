"""From records to what happened to each person: who it is, which version holds, what is there twice."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from homeward.outcomes.ascof.comparing import as_compared, run_together
from homeward.outcomes.ascof.fates import Fate
from homeward.outcomes.ascof.records import CareRecord, Event, Period

DAYS_IN_A_YEAR = 365.25  # the published scripts, derived age

EventId = Callable[[Event], str]


@dataclass(frozen=True, slots=True)
class History:
    """events: those that hold. fates: line to why a record is not among them."""

    events: list[Event]
    fates: dict[int, Fate]

    def by_person(self) -> dict[tuple[str, str], list[Event]]:
        """Events by council and person. A record without a council joins nothing: NULL equals nothing."""
        found: dict[tuple[str, str], list[Event]] = defaultdict(list)
        for event in self.events:
            if event.council is not None:
                found[event.council, event.person].append(event)
        return found


def history_of(
    records: Iterable[CareRecord],
    *,
    period: Period,
    why_left_out: Callable[[CareRecord, Period], Fate | None],
    event_ids: dict[str, EventId],
) -> History:
    """The events that hold among `records`: in scope, of a known person, in their latest version, each once.

    event_ids: event type to what makes two records of it versions of one event. Types not named keep every version,
    whenever it was submitted (as published).
    """
    fates: dict[int, Fate] = {}
    in_scope = []
    for record in records:
        why = why_left_out(record, period)
        if why:
            fates[record.line] = why
        else:
            in_scope.append(record)
    events = [Event.of(record, person_id) for record, person_id in give_person_ids(in_scope, fates)]
    for event_type, event_id in event_ids.items():
        versions = [event for event in events if event.event_type == event_type]
        others = [event for event in events if event.event_type != event_type]
        events = others + latest_versions(versions, event_id, period.submitted_by, fates)
    return History(sorted(once_each(events, fates), key=lambda event: event.line), fates)


def give_person_ids(records: list[CareRecord], fates: dict[int, Fate]) -> list[tuple[CareRecord, str]]:
    """Each record with its person, where there is one.

    The person is the NHS number; without one the council's own id, unless any council's record has that id together
    with an NHS number: then nobody can say who it is, and the record is dropped.

    Source: "Create amalgamated NHS/LA identifier", every script. As published, ids are handed out by the record id
    (Der_Unique_Record_ID): a record without one is dropped, and records that share one share a person; where those
    would have different persons the SQL takes any, we take the record's own, else the first in alphabetical order.
    """
    known_with_nhs_number = {as_compared(r.council_person) for r in records if r.nhs_number and r.council_person}

    def own_id(record: CareRecord) -> str | None:
        if record.nhs_number:
            return record.nhs_number
        return None if as_compared(record.council_person) in known_with_nhs_number else record.council_person

    ids_of: dict[str, list[str]] = defaultdict(list)
    for record in records:
        record_id, person_id = as_compared(record.record_id), own_id(record)
        if record_id is not None and person_id is not None:
            ids_of[record_id].append(person_id)
    given = []
    for record in records:
        record_id, person_id = as_compared(record.record_id), own_id(record)
        if record_id is None:
            fates[record.line] = Fate.NO_RECORD_ID
        elif person_id is not None:
            given.append((record, person_id))
        elif ids_of[record_id]:
            given.append((record, min(ids_of[record_id], key=as_compared)))
        elif record.council_person:
            fates[record.line] = Fate.COUNCIL_ID_KNOWN_WITH_NHS_NUMBER
        else:
            fates[record.line] = Fate.NO_IDENTIFIER
    return given


def latest_versions(
    events: list[Event], event_id: EventId, submitted_by: datetime, fates: dict[int, Fate]
) -> list[Event]:
    """Of the versions of an event, those with the latest ImportDate up to `submitted_by`; of several, all.

    Source: "Select latest version of each event using bespoke event ID" (DENSE_RANK, so that ties stay).
    """
    versions: dict[str | None, list[Event]] = defaultdict(list)
    for event in events:
        imported_at = event.record.imported_at
        if imported_at is None:
            fates[event.line] = Fate.NO_IMPORT_DATE
        elif imported_at > submitted_by:
            fates[event.line] = Fate.SUBMITTED_TOO_LATE
        else:
            versions[as_compared(event_id(event))].append(event)
    kept = []
    for same in versions.values():
        latest = max(event.record.imported_at for event in same if event.record.imported_at)
        for event in same:
            if event.record.imported_at == latest:
                kept.append(event)
            else:
                fates[event.line] = Fate.OLDER_VERSION
    return kept


def once_each(events: list[Event], fates: dict[int, Fate]) -> list[Event]:
    """One of each set of records that are equal in every cell (SQL's UNION)."""
    kept: dict[tuple, Event] = {}
    for event in sorted(events, key=lambda event: event.line):
        if kept.setdefault(event.record.is_same_as(), event) is not event:
            fates[event.line] = Fate.DUPLICATE
    return list(kept.values())


def age_on(record: CareRecord, day: date) -> int:
    """Age on `day` of somebody taken to be born on the first of their month. Source: derived age, every script."""
    assert record.birth_year is not None and record.birth_month is not None
    born_on = date(record.birth_year, record.birth_month, 1)
    return math.floor((day - born_on).days / DAYS_IN_A_YEAR)


def request_id(event: Event) -> str:
    """What versions of a request share: council, person, client type, first day and route. Source: STS001."""
    record = event.record
    return run_together(record.council, event.person_id, record.client_type, record.starts_on, record.route)


def service_id(event: Event) -> str:
    """What versions of a service share: the last day is left out, so that a closed version replaces an open one."""
    record = event.record
    return run_together(
        record.council,
        event.person_id,
        record.client_type,
        record.starts_on,
        record.service_type,
        record.service_component,
        record.delivery_mechanism,
    )
