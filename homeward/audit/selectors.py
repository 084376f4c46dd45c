"""Reading the audit trail."""

from django.db import connection
from django.db.models import Q
from django.db.models.expressions import RawSQL

from homeward.access.rules import Actor, Permission, require
from homeward.audit.models import Event

# Is this person in an event's list? The two engines spell it differently.
IN_LIST = {
    "sqlite": "EXISTS (SELECT 1 FROM json_each(audit_event.people) WHERE json_each.value = %s)",
    "postgresql": "audit_event.people @> to_jsonb(%s)",
}


def events_about(actor: Actor, person_id: int, limit: int = 200) -> list[Event]:
    """The newest events that concerned one person, alone or in a list, newest first.

    Raises: NotAllowedError unless the actor may see the audit trail.
    """
    require(actor, Permission.SEE_AUDIT)
    events = Event.objects.filter(service_id__in=actor.service_ids).annotate(
        in_list=RawSQL(IN_LIST[connection.vendor], [person_id])  # nosec B611 - fixed text, the number is a parameter
    )
    return list(events.filter(Q(person_id=person_id) | Q(in_list=True)).order_by("-at", "-id")[:limit])
