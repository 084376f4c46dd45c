"""Stays that were over before, for an import or a fictitious place."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.beds.models import Bed, BedReferral, BedStay, BedUse, FollowUp
from homeward.beds.rules import follow_up_days
from homeward.beds.states import CameFrom, FollowUpState, ReferralState, Support, UseState, Whereabouts
from homeward.episodes.models import Episode
from homeward.kernel.rules import RefusedError, london_day
from homeward.kernel.services import tell


@dataclass(frozen=True, slots=True)
class PastStay:
    """A stay that is over: on whose episode, in which bed, from when to when, and with how much support they left.

    `found` is where they were at each follow-up that is over, in order; "" where they could not be reached.
    """

    episode: Episode
    bed: Bed
    came_from: str
    moved_in_at: datetime
    left_at: datetime
    support: str
    found: tuple[str, ...] = ()


@transaction.atomic
def add_past_stays(*, actor: Actor, service_id: int, stays: Iterable[PastStay], now: datetime) -> int:
    """Add stays that are over, each on an ended episode with its referral; gives how many.

    Raises: NotAllowedError; RefusedError when one is not over, its times cannot be, or two overlap in one bed.
    """
    require(actor, Permission.IMPORT_SERVICE, service_id)
    stays = list(stays)
    _check(stays, now)
    referrals = BedReferral.objects.bulk_create(
        [
            BedReferral(
                service_id=service_id, person_id=one.episode.person_id, referral_id=one.episode.referral_id,
                episode=one.episode, state=ReferralState.LEFT, asked_at=one.episode.started_at,
                came_from=one.came_from, decided_at=one.episode.started_at, decided_by=actor.name,
            )
            for one in stays
        ]
    )  # fmt: skip
    BedUse.objects.bulk_create(
        [
            BedUse(
                bed=one.bed, referral=referral, state=UseState.LEFT, offered_at=one.episode.started_at,
                offered_by=actor.name, ready_on=london_day(one.moved_in_at), moved_in_at=one.moved_in_at,
                ended_at=one.left_at,
            )
            for one, referral in zip(stays, referrals, strict=True)
        ]
    )  # fmt: skip
    rows = BedStay.objects.bulk_create(
        [
            BedStay(
                service_id=service_id, person_id=one.episode.person_id, referral=referral,
                moved_in_at=one.moved_in_at, leaving_on=london_day(one.left_at), left_at=one.left_at,
                support=one.support,
            )
            for one, referral in zip(stays, referrals, strict=True)
        ]
    )  # fmt: skip
    FollowUp.objects.bulk_create(
        [row for one, stay in zip(stays, rows, strict=True) for row in _follow_ups(one, stay, actor, now)]
    )
    record(
        actor=actor, action="add past stays", subject=("bed stay", None), now=now, service_id=service_id,
        count=len(stays),
    )  # fmt: skip
    tell(topic="beds", service_id=service_id, subject=("bed stay", None), now=now)
    return len(stays)


def _check(stays: list[PastStay], now: datetime) -> None:
    """Raises: RefusedError."""
    by_bed: dict[int, list[PastStay]] = {}
    for one in stays:
        if not one.moved_in_at <= one.left_at <= now:
            raise RefusedError("A past stay begins, then ends, and is over. Check the times.")
        if one.support not in Support.values or one.came_from not in CameFrom.values or not one.episode.ended_at:
            raise RefusedError("A past stay has an ended episode, where they came from, and how they left.")
        by_bed.setdefault(one.bed.pk, []).append(one)
    for uses in by_bed.values():
        uses.sort(key=lambda one: one.moved_in_at)
        if any(later.moved_in_at < earlier.left_at for earlier, later in pairwise(uses)):
            raise RefusedError("Two past stays overlap in one bed. Check the times.")


def _follow_ups(one: PastStay, stay: BedStay, actor: Actor, now: datetime) -> list[FollowUp]:
    if one.support == Support.DIED:
        return []
    days = follow_up_days(one.came_from, london_day(one.moved_in_at), london_day(one.left_at))
    rows = []
    found = iter(one.found)
    for kind, due_on in days.items():
        row = FollowUp(stay=stay, kind=kind, due_on=due_on)
        told = next(found, None) if due_on <= london_day(now) else None
        if told is not None:
            row.whereabouts = told
            row.done_at, row.done_by = now, actor.name
            row.state = (
                FollowUpState.UNREACHABLE
                if not told
                else FollowUpState.DIED
                if told == Whereabouts.DIED
                else FollowUpState.REACHED
            )
        rows.append(row)
    return rows
