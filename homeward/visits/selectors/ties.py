"""Whom somebody goes, or lately went, to see."""

from collections.abc import Collection
from datetime import datetime, timedelta

from homeward.access.rules import Actor, Permission, Relationship, require
from homeward.visits.models import (
    Assignment,
    SessionPlace,
)
from homeward.visits.states import VisitState

# A visitor reads up before they go and writes up after they were there. Local decision.
TIED_BEFORE, TIED_AFTER = timedelta(days=14), timedelta(days=14)


def tied_by_visits(actor: Actor, person_ids: Collection[int], now: datetime) -> dict[int, Relationship]:
    """Of these people, those whom the actor goes, or lately went, to see, at home or at a session of a clinic.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE)
    if actor.worker_id is None:
        return {}
    going = Assignment.objects.filter(
        worker_id=actor.worker_id, starts_at__gte=now - TIED_AFTER, starts_at__lte=now + TIED_BEFORE
    ).exclude(visit__state=VisitState.CANCELLED)
    people = set(going.filter(visit__person_id__in=person_ids).values_list("visit__person_id", flat=True))
    sessions = going.filter(visit__session__isnull=False).values("visit__session_id")
    people |= set(
        SessionPlace.objects.filter(
            session_id__in=sessions, person_id__in=person_ids, released_at__isnull=True
        ).values_list("person_id", flat=True)
    )
    return dict.fromkeys(people, Relationship.VISITING)
