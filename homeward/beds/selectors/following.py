"""Whom to ring, and when."""

from collections.abc import Collection
from datetime import datetime, timedelta

from homeward.access.rules import Actor, Permission, Relationship, require
from homeward.beds.models import FollowUp
from homeward.beds.states import FollowUpState
from homeward.kernel.rules import london_day

# Whoever rings reads up before. Local decision.
TIED_BEFORE = timedelta(days=14)


def tied_by_follow_ups(actor: Actor, person_ids: Collection[int], now: datetime) -> dict[int, Relationship]:
    """Of these people, those whom the actor's house is to ring about how they are, soon or by now.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE)
    if not actor.may(Permission.RUN_BEDS):
        return {}
    rows = FollowUp.objects.filter(
        stay__service_id__in=actor.service_ids, stay__person_id__in=person_ids, state=FollowUpState.DUE,
        due_on__lte=london_day(now) + TIED_BEFORE,
    )  # fmt: skip
    return dict.fromkeys(rows.values_list("stay__person_id", flat=True), Relationship.CARING)
