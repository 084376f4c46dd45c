"""Reading the audit trail."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Count, Max, Q
from django.db.models.expressions import RawSQL

from homeward.access.rules import Actor, Permission, require
from homeward.audit.models import Event

# Is this person in an event's list? The two engines spell it differently.
IN_LIST = {
    "sqlite": "EXISTS (SELECT 1 FROM json_each(audit_event.people) WHERE json_each.value = %s)",
    "postgresql": "audit_event.people @> to_jsonb(%s)",
}


@dataclass(frozen=True, slots=True)
class Seer:
    """Somebody, or a connected system, that saw or changed one person's record: how often, and when last."""

    name: str
    role: str
    employer: str
    times: int
    last_at: datetime


def _about(actor: Actor, person_id: int):
    events = Event.objects.filter(service_id__in=actor.service_ids).annotate(
        in_list=RawSQL(IN_LIST[connection.vendor], [person_id])  # nosec B611
    )
    return events.filter(Q(person_id=person_id) | Q(in_list=True))


def events_about(actor: Actor, person_id: int, limit: int = 200, older_than: int | None = None) -> list[Event]:
    """The newest events that concerned one person, alone or in a list, newest first.

    `older_than` is the number of the last event already shown.

    Raises: NotAllowedError unless the actor may see the audit trail.
    """
    require(actor, Permission.SEE_AUDIT)
    events = _about(actor, person_id)
    last = events.filter(pk=older_than).first() if older_than else None
    if last is not None:
        events = events.filter(Q(at__lt=last.at) | Q(at=last.at, pk__lt=last.pk))
    return list(events.order_by("-at", "-id")[:limit])


def seers_of(actor: Actor, person_id: int) -> list[Seer]:
    """Everyone who ever saw or changed one person's record, the latest first.

    Raises: NotAllowedError unless the actor may see the audit trail.
    """
    require(actor, Permission.SEE_AUDIT)
    rows = _about(actor, person_id).order_by().values("actor_name", "actor_role", "employer")
    rows = rows.annotate(times=Count("id"), last_at=Max("at")).order_by("-last_at")
    return [Seer(row["actor_name"], row["actor_role"], row["employer"], row["times"], row["last_at"]) for row in rows]
