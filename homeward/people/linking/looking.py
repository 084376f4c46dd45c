"""Looking through every record of a service for those that may be of one person, once a night."""

from datetime import datetime

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.audit.selectors import EventSearch, search_events
from homeward.kernel.rules import london_day, night_of
from homeward.people.linking.selectors import alike_records
from homeward.people.linking.services import LOOK, note_duplicates
from homeward.teams.models import Service


def look_for_duplicates(*, actor: Actor, service_id: int, likelihood: float, now: datetime) -> int | None:
    """Once a night, compare every record of a service and keep the pairs found alike, for people to decide on.

    Gives how many of them are new; None by day, and when it was done this night already. `likelihood` is from 0 to 1.

    Raises: NotAllowedError.
    """
    require(actor, Permission.MERGE_PEOPLE, service_id)
    night = night_of(now)
    if night is None or _was_looked_for(actor, service_id, night[0]):
        return None
    pairs = alike_records(actor, service_id, now, likelihood)  # takes seconds, and holds nobody up
    with transaction.atomic():
        Service.objects.select_for_update(no_key=True).get(pk=service_id)
        if _was_looked_for(actor, service_id, night[0]):
            return None
        return note_duplicates(actor=actor, service_id=service_id, pairs=pairs, now=now)[0]


def _was_looked_for(actor: Actor, service_id: int, since: datetime) -> bool:
    looks = search_events(actor, EventSearch(action=LOOK, first_day=london_day(since)))
    return any(one.service_id == service_id and one.at >= since for one in looks)
