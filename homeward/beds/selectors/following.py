"""Whom to ring, and when."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from homeward.access.rules import Actor, Permission, Relationship, require
from homeward.beds.models import FollowUp
from homeward.beds.selectors.board import BedNotFoundError, shown_to
from homeward.beds.states import FollowUpState
from homeward.kernel.rules import london_day

# Whoever rings reads up before; the list shows as far ahead. Local decision.
TIED_BEFORE = timedelta(days=14)
MOST_LISTED = 200


@dataclass(frozen=True, slots=True)
class PhoneList:
    """Follow-ups due by now, soonest first, and those of the next two weeks. People who died are not rung."""

    due: tuple[FollowUp, ...]
    soon: tuple[FollowUp, ...]
    settled: tuple[FollowUp, ...]
    more: int
    kept_back: frozenset[int]


def tied_by_follow_ups(actor: Actor, person_ids: Collection[int], now: datetime) -> dict[int, Relationship]:
    """Of these people, those whom the actor's service is to ring about how they are, soon or by now.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE)
    if not actor.may(Permission.FOLLOW_UP):
        return {}
    rows = FollowUp.objects.filter(state=FollowUpState.DUE, due_on__lte=london_day(now) + TIED_BEFORE)
    tied: set[int] = set()
    for after in ("stay", "episode"):  # apart: an OR over two joins would read every follow-up
        mine = rows.filter(
            **{f"{after}__service_id__in": actor.service_ids, f"{after}__person_id__in": list(person_ids)}
        )
        tied.update(mine.values_list(f"{after}__person_id", flat=True))
    return dict.fromkeys(tied, Relationship.CARING)


def phone_list(actor: Actor, service_id: int, now: datetime) -> PhoneList:
    """Whom to ring now, whom soon, and who was rung lately; those shown are audited.

    Raises: NotAllowedError.
    """
    require(actor, Permission.FOLLOW_UP, service_id)
    today = london_day(now)
    rows = FollowUp.objects.filter(Q(stay__service_id=service_id) | Q(episode__service_id=service_id))
    rows = rows.select_related("stay__person", "stay__referral", "episode__person").prefetch_related("tries")
    waits = rows.filter(
        state=FollowUpState.DUE, stay__person__died_on__isnull=True, episode__person__died_on__isnull=True
    )
    waits = waits.filter(due_on__lte=today + TIED_BEFORE).order_by("due_on", "pk")
    found = list(waits[:MOST_LISTED])
    due = tuple(one for one in found if (one.try_again_on or one.due_on) <= today)
    soon = tuple(one for one in found if one not in due)
    settled = tuple(rows.filter(done_at__gte=now - TIED_BEFORE).order_by("-done_at", "-pk")[:20])
    people = [one.after.person for one in (*due, *soon, *settled)]
    kept_back = shown_to(actor, people, "see bed phone list", service_id, now)
    return PhoneList(due, soon, settled, waits.count() - len(found), kept_back)


def follow_up_for(actor: Actor, follow_up_id: int) -> FollowUp:
    """One follow-up, with its person's number to open their record by, which audits it.

    Raises: NotAllowedError; BedNotFoundError.
    """
    require(actor, Permission.FOLLOW_UP)
    mine = Q(stay__service_id__in=actor.service_ids) | Q(episode__service_id__in=actor.service_ids)
    rows = FollowUp.objects.filter(mine, pk=follow_up_id).prefetch_related("tries")
    row = rows.select_related(
        "stay__service", "stay__referral", "stay__person", "episode__service", "episode__person", "episode__pathway"
    ).first()
    if row is None:
        raise BedNotFoundError("There is no such follow-up in your service.")
    return row
