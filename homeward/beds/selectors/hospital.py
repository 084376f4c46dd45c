"""How far a bed is for people in hospital, for the room above that brings them out of it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Prefetch

from homeward.access.rules import Actor, Permission, require
from homeward.beds.models import BedReferral, BedUse
from homeward.beds.states import LIVE_STATES, ReferralState, UseState


@dataclass(frozen=True, slots=True)
class BedWay:
    """How far a bed is for somebody: `state` of the referral, the bed offered or theirs and from which day, and when
    they moved in and out again. `stay_id` is their stay in the bed."""

    referral_id: int
    state: ReferralState
    asked_at: datetime
    house: str
    bed: str
    is_agreed: bool
    ready_on: date | None
    stay_id: int | None
    moved_in_at: datetime | None
    left_at: datetime | None

    @property
    def is_over(self) -> bool:
        """Whether nothing comes of it any more, and they have not been in a bed."""
        return self.state in (ReferralState.DECLINED, ReferralState.WITHDRAWN)


def beds_of_stays(
    actor: Actor, admitted_at: dict[int, datetime], now: datetime, hospital_stays: Collection[int] = ()
) -> dict[int, BedWay]:
    """By person, how far the newest bed is that was asked for since they were admitted; `admitted_at` is by person, of
    stays that a selector checked and audited. Asked for by one of `hospital_stays`, it counts whenever it was.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_STAYS)
    live = BedUse.objects.filter(state__in=LIVE_STATES).select_related("bed__room__house").order_by("pk")
    rows = (
        BedReferral.objects.filter(service_id__in=actor.service_ids, person_id__in=admitted_at)
        .select_related("stay")
        .prefetch_related(Prefetch("uses", live, to_attr="live"))
        .order_by("asked_at", "pk")
    )
    found = {}
    for row in rows:
        if row.asked_at >= admitted_at[row.person_id] or row.hospital_stay_id in hospital_stays:
            found[row.person_id] = _way(row, now)
    return found


def _way(row: BedReferral, now: datetime) -> BedWay:
    live = [one for one in row.live if not (one.state == UseState.OFFERED and one.held_until and one.held_until < now)]
    use = live[-1] if live else None
    stay = getattr(row, "stay", None)
    return BedWay(
        referral_id=row.pk, state=ReferralState(row.state), asked_at=row.asked_at,
        house=use.bed.room.house.name if use else "", bed=use.bed.name if use else "",
        is_agreed=use is not None and use.state != UseState.OFFERED, ready_on=use.ready_on if use else None,
        stay_id=stay.pk if stay else None, moved_in_at=stay.moved_in_at if stay else None,
        left_at=stay.left_at if stay else None,
    )  # fmt: skip
