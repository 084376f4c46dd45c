"""Looking for events, for whoever watches over them."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q

from homeward.access.rules import Actor, Permission, require
from homeward.audit.models import Event
from homeward.audit.selectors.about import events_about
from homeward.kernel.rules import LONDON, london_day, london_moment


@dataclass(frozen=True, slots=True)
class EventSearch:
    """What to look for; what is empty does not narrow. `name` is part of the name of who did it."""

    name: str = ""
    account_id: int | None = None
    person_id: int | None = None
    action: str = ""
    first_day: date | None = None
    last_day: date | None = None


def search_events(actor: Actor, wanted: EventSearch, limit: int = 100, older_than: int | None = None) -> list[Event]:
    """Events of the actor's services and of none (signing in, settings), newest first.

    `older_than` is the number of the last event already shown.

    Raises: NotAllowedError unless the actor may see the audit trail.
    """
    require(actor, Permission.SEE_AUDIT)
    if wanted.person_id is not None and not (wanted.name or wanted.action or wanted.first_day or wanted.last_day):
        return events_about(actor, wanted.person_id, limit, older_than)
    events = Event.objects.filter(Q(service_id__in=actor.service_ids) | Q(service_id__isnull=True))
    if wanted.person_id is not None:
        events = events.filter(person_id=wanted.person_id)
    if wanted.account_id is not None:
        events = events.filter(actor_account_id=wanted.account_id)
    if wanted.name:
        events = events.filter(actor_name__icontains=wanted.name)
    if wanted.action:
        events = events.filter(action=wanted.action)
    if wanted.first_day:
        events = events.filter(at__gte=london_moment(wanted.first_day, 0))
    if wanted.last_day:
        events = events.filter(at__lt=london_moment(wanted.last_day + timedelta(days=1), 0))
    last = Event.objects.filter(pk=older_than).only("at").first() if older_than else None
    if last is not None:
        events = events.filter(Q(at__lt=last.at) | Q(at=last.at, pk__lt=last.pk))
    return list(events.order_by("-at", "-id")[:limit])


def people_opened_by_hour(
    actor: Actor, account_ids: list[int], actions: frozenset[str], since: datetime, until: datetime
) -> dict[int, dict[tuple[date, int], int]]:
    """How many different people's records each account opened in each hour of each day it opened any.

    Raises: NotAllowedError unless the actor may see the audit trail.
    """
    require(actor, Permission.SEE_AUDIT)
    opened: dict[int, dict[tuple[date, int], set[int]]] = {pk: defaultdict(set) for pk in account_ids}
    rows = Event.objects.filter(
        actor_account_id__in=account_ids, at__gte=since, at__lt=until, action__in=actions, person_id__isnull=False
    ).values_list("actor_account_id", "at", "person_id")
    for account_id, at, person_id in rows.iterator(chunk_size=5000):
        opened[account_id][london_day(at), at.astimezone(LONDON).hour].add(person_id)
    return {pk: {hour: len(people) for hour, people in hours.items()} for pk, hours in opened.items()}
