"""Offering a bed, and what is answered. Nobody is offered a bed that another holds: the database refuses it."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q

from homeward.access.rules import Actor, Permission, require
from homeward.beds.models import Bed, BedReferral, BedUse
from homeward.beds.rules import BedFacts, Wants, misfits
from homeward.beds.services.changing import (
    _about_person,
    _locked_referral,
    _locked_use,
    _room_of,
    _said,
    held_use,
    use_in,
    where,
)
from homeward.beds.states import LIVE_STATES, BedStateError, ReferralState, UseState, check_use_move
from homeward.kernel.rules import RefusedError, london_day

# How long a bed may be held while somebody makes up their mind. Local decision.
LONGEST_HELD = timedelta(days=3)
# How far ahead a bed that somebody leaves may be promised. Local decision.
LONGEST_AHEAD = timedelta(days=14)


class BedTakenError(RefusedError):
    """Somebody else is in the bed or holds it, or it is closed. The text says which."""


class BedDoesNotFitError(RefusedError):
    """The bed does not fit, and nobody said why to offer it all the same. `told` are the reasons."""

    def __init__(self, told: Iterable[str]) -> None:
        self.told = tuple(told)
        super().__init__(f"{' '.join(self.told)} Choose another bed, or say why to offer it all the same.")


@transaction.atomic
def offer_bed(
    *,
    actor: Actor,
    referral: BedReferral,
    bed: Bed,
    held_until: datetime,
    now: datetime,
    override_reason: str = "",
    ready_on: date | None = None,
) -> BedUse:
    """Offer a bed to somebody who waits, and hold it for them until a time.

    A bed that somebody is in may be promised from the day they are to leave (`ready_on`).

    Raises: NotAllowedError; BedTakenError; BedDoesNotFitError where it does not fit and `override_reason` does not say
    why to offer it all the same; RefusedError when they do not wait, have an offer already, or the time cannot be.
    """
    require(actor, Permission.RUN_BEDS, bed.room.house.service_id)
    if bed.room.house.service_id != referral.service_id:
        raise RefusedError("This bed belongs to another service.")
    _room_of(bed)
    referral = _locked_referral(referral)
    bed = Bed.objects.select_related("room__house").get(pk=bed.pk)
    ready_on = ready_on or london_day(now)
    if not now < held_until <= now + LONGEST_HELD:
        raise RefusedError(f"Hold the bed until a time in the next {LONGEST_HELD.days} days.")
    if not london_day(now) <= ready_on <= london_day(now) + LONGEST_AHEAD:
        raise RefusedError(f"Promise a bed for today, or for a day in the next {LONGEST_AHEAD.days}.")
    if referral.state != ReferralState.WAITING:
        raise BedStateError(f"{referral.person.label} does not wait for a bed now. Open the list again and look.")
    over = BedUse.objects.filter(state=UseState.OFFERED, held_until__lt=now)
    _lapse(actor, over.filter(Q(bed=bed) | Q(referral=referral)), now)
    if referral.uses.filter(state__in=LIVE_STATES).exists():
        raise RefusedError(f"{referral.person.label} has an offer already. Take that one back first.")
    _refuse_taken(bed, ready_on)
    unfit = misfits(facts_of(bed), wants_of(referral))
    if unfit and not override_reason.strip():
        raise BedDoesNotFitError(unfit)
    try:
        with transaction.atomic():
            use = BedUse.objects.create(
                bed=bed, referral=referral, state=UseState.OFFERED, offered_at=now, offered_by=actor.name,
                held_until=held_until, ready_on=ready_on, misfits=list(unfit),
                override_reason=override_reason.strip()[:250] if unfit else "",
            )  # fmt: skip
    except IntegrityError as error:
        raise BedTakenError("Somebody took this bed a moment ago. Choose another.") from error
    told = f"Despite: {' '.join(unfit)} {override_reason.strip()}" if unfit else ""
    _about_person(actor, referral, "bed_offered", now, bed=bed, title=f"Offered a bed: {where(bed)}", detail=told)
    return use


@transaction.atomic
def accept_offer(*, actor: Actor, use: BedUse, answered_by: str, now: datetime, answer: str = "") -> BedUse:
    """Record that the offer of a bed is accepted, by the person or for them. The bed is theirs until they move in.

    Raises: NotAllowedError; BedStateError when it lapsed or is no longer open; RefusedError when nobody is named.
    """
    require(actor, Permission.RUN_BEDS, use.bed.room.house.service_id)
    use = _locked_use(use)
    check_use_move(use.state, UseState.AGREED)
    if use.held_until is not None and use.held_until < now:
        raise BedStateError("The bed was held until a time that is over. Offer it again.")
    use.state, use.answered_at, use.answer = UseState.AGREED, now, answer.strip()[:250]
    use.answered_by = _said(answered_by, "Say who accepted it.", 200)
    use.save(update_fields=["state", "answered_at", "answer", "answered_by"])
    _about_person(
        actor, use.referral, "offer_accepted", now, bed=use.bed, title=f"Accepted a bed: {where(use.bed)}",
        detail=use.answer,
    )  # fmt: skip
    return use


@transaction.atomic
def decline_offer(*, actor: Actor, use: BedUse, answered_by: str, reason: str, now: datetime) -> BedUse:
    """Record that somebody does not want this bed, and why. It is free again, and they wait on.

    Raises: NotAllowedError; BedStateError; RefusedError without a reason.
    """
    require(actor, Permission.RUN_BEDS, use.bed.room.house.service_id)
    use = _locked_use(use)
    check_use_move(use.state, UseState.REFUSED)
    use.answered_by = _said(answered_by, "Say who declined it.", 200)
    use.answer = _said(reason, "Say why it was declined.")
    use.state, use.answered_at, use.ended_at = UseState.REFUSED, now, now
    use.save(update_fields=["state", "answered_at", "answered_by", "answer", "ended_at"])
    _about_person(
        actor, use.referral, "offer_declined", now, bed=use.bed, title=f"Declined a bed: {where(use.bed)}",
        detail=use.answer,
    )  # fmt: skip
    return use


@transaction.atomic
def take_back_offer(*, actor: Actor, use: BedUse, reason: str, now: datetime) -> BedUse:
    """Take an offer back, saying why, before the person moved in. The bed is free again, and they wait on.

    Raises: NotAllowedError; BedStateError; RefusedError without a reason.
    """
    require(actor, Permission.RUN_BEDS, use.bed.room.house.service_id)
    use = _locked_use(use)
    check_use_move(use.state, UseState.TAKEN_BACK)
    use.ended_reason = _said(reason, "Say why. The person was told that they have a bed.")
    use.state, use.ended_at = UseState.TAKEN_BACK, now
    use.save(update_fields=["state", "ended_at", "ended_reason"])
    _about_person(
        actor, use.referral, "offer_taken_back", now, bed=use.bed, title=f"No longer offered: {where(use.bed)}",
        detail=use.ended_reason,
    )  # fmt: skip
    return use


@transaction.atomic
def lapse_offers(*, actor: Actor, service_id: int, now: datetime) -> int:
    """Free the beds whose offers were not answered in time; gives how many.

    A duty of `homeward work`; doing it again changes nothing.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RUN_SCHEDULE, service_id)
    rows = BedUse.objects.filter(referral__service_id=service_id, state=UseState.OFFERED, held_until__lt=now)
    return _lapse(actor, rows, now)


def facts_of(bed: Bed) -> BedFacts:
    """A bed as far as it matters to whom it fits, with whoever is in its room or holds a bed there."""
    mates = BedUse.objects.filter(bed__room_id=bed.room_id, state__in=LIVE_STATES).exclude(bed=bed)
    return BedFacts(
        room_for=bed.room.room_for,
        beds_in_room=bed.room.beds.count(),
        floor=bed.room.floor,
        is_en_suite=bed.room.is_en_suite,
        equipment=frozenset(bed.equipment),
        room_mates=tuple(mates.values_list("referral__shares_with", flat=True)),
    )


def wants_of(referral: BedReferral) -> Wants:
    """What somebody's bed must be like."""
    return Wants(
        shares_with=referral.shares_with,
        needs_own_room=referral.needs_own_room,
        needs_en_suite=referral.needs_en_suite,
        needs_ground_floor=referral.needs_ground_floor,
        equipment=frozenset(referral.needs_equipment),
    )


def _lapse(actor: Actor, rows, now: datetime) -> int:
    lapsed = 0
    for use in rows.select_for_update(of=("self",), no_key=True).select_related("bed__room__house", "referral__person"):
        use.state, use.ended_at = UseState.LAPSED, now
        use.save(update_fields=["state", "ended_at"])
        _about_person(
            actor, use.referral, "offer_lapsed", now, bed=use.bed,
            title=f"Not answered in time, so no longer held: {where(use.bed)}",
        )  # fmt: skip
        lapsed += 1
    return lapsed


def _refuse_taken(bed: Bed, ready_on: date) -> None:
    """Raises: BedTakenError."""
    closing = bed.closings.filter(opened_at__isnull=True).first()
    if closing is not None:
        raise BedTakenError(f"This bed is closed: {closing.reason}. Choose another, or open it first.")
    holder = held_use(bed)
    if holder is not None:
        raise BedTakenError("Somebody else was offered this bed. Choose another, or take that offer back first.")
    inside = use_in(bed)
    if inside is not None and inside.referral.stay.leaving_on > ready_on:
        leaves = inside.referral.stay.leaving_on
        raise BedTakenError(
            f"Somebody is in this bed until {leaves.day} {leaves:%B}. Promise it from that day, or choose another."
        )
