"""What a visitor must know."""

from datetime import date

from django.db.models import Q

from homeward.access.rules import Actor, Permission, require
from homeward.people.models import Alert


def current_alerts(actor: Actor, person_ids: list[int], day: date) -> dict[int, list[Alert]]:
    """The standing alerts of several people, by person."""
    require(actor, Permission.SEE_PEOPLE)
    found: dict[int, list[Alert]] = {}
    standing = Alert.objects.filter(
        person_id__in=person_ids, starts_on__lte=day, person__service_id__in=actor.service_ids
    )
    for alert in standing.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day)).order_by("kind", "id"):
        found.setdefault(alert.person_id, []).append(alert)
    return found
