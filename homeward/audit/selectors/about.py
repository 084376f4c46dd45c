"""Who has seen one person's record."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import islice

from django.db import connection
from django.db.models import BooleanField, Count, Max, Q, QuerySet
from django.db.models.expressions import RawSQL

from homeward.access.rules import Actor, Permission, require
from homeward.audit.models import Event

# Is this person in an event's list? The two engines spell it differently; the first part is that of the partial index.
IN_LIST = {
    "sqlite": (
        "audit_event.people <> '[]' AND EXISTS (SELECT 1 FROM json_each(audit_event.people) WHERE json_each.value = %s)"
    ),
    "postgresql": "audit_event.people <> '[]'::jsonb AND audit_event.people @> to_jsonb(%s)",
}


@dataclass(frozen=True, slots=True)
class Seer:
    """Somebody, or a connected system, that saw or changed one person's record: how often, and when last."""

    name: str
    role: str
    employer: str
    times: int
    last_at: datetime


def _in_list(person_id: int) -> RawSQL:
    """A condition on events: whether this person was in the list they showed."""
    return RawSQL(f"({IN_LIST[connection.vendor]})", [person_id], BooleanField())  # nosec B608 B611


def _about(actor: Actor, person_ids: Collection[int]) -> list[QuerySet[Event]]:
    """Events alone, and those of lists: apart, because each has an index and both together have none."""
    mine = Event.objects.filter(service_id__in=actor.service_ids)
    return [mine.filter(person_id__in=person_ids), *(mine.filter(_in_list(one)) for one in person_ids)]


def events_about(
    actor: Actor, person_id: int, limit: int = 200, older_than: int | None = None, others: Collection[int] = ()
) -> list[Event]:
    """The newest events that concerned one person, alone or in a list, newest first.

    `older_than` is the number of the last event already shown; `others` are records merged into this one.

    Raises: NotAllowedError unless the actor may see the audit trail.
    """
    require(actor, Permission.SEE_AUDIT)
    last = Event.objects.filter(pk=older_than).only("at").first() if older_than else None
    parts = []
    for events in _about(actor, {person_id, *others}):
        if last is not None:
            events = events.filter(Q(at__lt=last.at) | Q(at=last.at, pk__lt=last.pk))
        parts.append(events.order_by("-at", "-id")[:limit])
    found, seen = [], set()
    for event in merge(*parts, key=lambda one: (one.at, one.pk), reverse=True):
        if event.pk not in seen:
            seen.add(event.pk)
            found.append(event)
    return list(islice(found, limit))


def seers_of(actor: Actor, person_id: int, others: Collection[int] = (), since: datetime | None = None) -> list[Seer]:
    """Everyone who ever, or since a moment, saw or changed one person's record, the latest first.

    Raises: NotAllowedError unless the actor may see the audit trail.
    """
    require(actor, Permission.SEE_AUDIT)
    seers: dict[tuple[str, str, str], Seer] = {}
    for events in _about(actor, {person_id, *others}):
        if since is not None:
            events = events.filter(at__gte=since)
        rows = events.order_by().values_list("actor_name", "actor_role", "employer")
        for *who, times, last_at in rows.annotate(times=Count("id"), last_at=Max("at")):
            before = seers.get(tuple(who))
            if before is not None:
                times, last_at = times + before.times, max(last_at, before.last_at)
            seers[tuple(who)] = Seer(*who, times, last_at)
    return sorted(seers.values(), key=lambda one: one.last_at, reverse=True)
