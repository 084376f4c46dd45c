"""Who is to be decided on, who waits, and one bed referral with every bed it could have."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from homeward.access.rules import Actor, Permission, Sight, require
from homeward.beds.models import BedEvent, BedReferral, BedUse
from homeward.beds.selectors.board import (
    BedLine,
    BedNotFoundError,
    WaitingLine,
    choices_for,
    shown_to,
    start_clock,
    waiting_lines,
)
from homeward.beds.services.referring import NEED, PATHWAY, unmet_criteria
from homeward.beds.states import LIVE_STATES, ReferralState, UseState
from homeward.people.models import Person
from homeward.people.selectors import person_for
from homeward.procedures.rules import ClockReading, Pathway
from homeward.procedures.selectors import built, pathway
from homeward.referrals.models import Referral
from homeward.referrals.states import OPEN_STATES
from homeward.referrals.states import ReferralState as DoorState


@dataclass(frozen=True, slots=True)
class ToDecide:
    """Somebody for whom a bed is asked, with their two days and what speaks against it so far."""

    referral: BedReferral
    clock: ClockReading | None
    unmet: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WaitingList:
    """`at_the_door` are referrals that ask for a bed, of which nobody has said yet what it must be like."""

    to_decide: tuple[ToDecide, ...]
    waiting: tuple[WaitingLine, ...]
    at_the_door: tuple[Referral, ...]
    kept_back: frozenset[int]


@dataclass(frozen=True, slots=True)
class ReferralPage:
    """One bed referral: the criteria as they are answered, the beds with why each does not fit, what happened."""

    referral: BedReferral
    asked: Pathway
    clock: ClockReading | None
    unmet: tuple[str, ...]
    waiting: WaitingLine | None
    offer: BedUse | None
    choices: tuple[tuple[BedLine, tuple[str, ...]], ...]
    events: tuple[BedEvent, ...]


def waiting_list(actor: Actor, service_id: int, now: datetime) -> WaitingList:
    """Who is to be decided on, who waits and in which order, and who asks at the front door; audited.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_BEDS, service_id)
    waiting = waiting_lines(actor, service_id, now)
    rows = BedReferral.objects.filter(service_id=service_id, state=ReferralState.ASKED)
    rows = rows.select_related("person", "referral").prefetch_related("referral__events").order_by("asked_at", "pk")
    asked = pathway(PATHWAY)
    to_decide = tuple(ToDecide(row, start_clock(row, now), tuple(unmet_criteria(asked, row.criteria))) for row in rows)
    door = _at_the_door(service_id)
    people = [one.referral.person for one in (*waiting, *to_decide)] + [one.person for one in door]
    return WaitingList(to_decide, waiting, door, shown_to(actor, people, "see bed waiting list", service_id, now))


def bed_referral_for(actor: Actor, referral_id: int, now: datetime) -> ReferralPage:
    """One bed referral; the opening of the person's record is checked and audited.

    Raises: NotAllowedError; NoRelationshipError; BedNotFoundError.
    """
    require(actor, Permission.SEE_BEDS)
    row = (
        BedReferral.objects.filter(pk=referral_id, service_id__in=actor.service_ids)
        .select_related("service", "referral", "episode__pathway", "stay")
        .prefetch_related("referral__events", "episode__events")
        .first()
    )
    if row is None:
        raise BedNotFoundError("There is no such bed referral in your service.")
    row.person = person_for(actor, row.person_id, now, Sight.RECORD)
    asked = built(row.episode.pathway) if row.episode is not None else pathway(PATHWAY)
    waits = row.state == ReferralState.WAITING
    waiting = waiting_lines(actor, row.service_id, now) if waits else ()
    offer = row.uses.filter(state__in=LIVE_STATES).exclude(state=UseState.OFFERED, held_until__lt=now)
    return ReferralPage(
        referral=row,
        asked=asked,
        clock=start_clock(row, now),
        unmet=tuple(unmet_criteria(asked, row.criteria)),
        waiting=next((one for one in waiting if one.referral.pk == row.pk), None),
        offer=offer.select_related("bed__room__house").first(),
        choices=tuple(choices_for(actor, row, now)) if waits else (),
        events=tuple(row.events.select_related("bed__room__house").order_by("-happened_at", "-id")),
    )


def to_refer(actor: Actor, person: Person) -> tuple[Pathway, Referral | None, BedReferral | None]:
    """The pathway whose criteria are asked, the referral at the front door that asks for a bed for somebody, and the
    bed referral that is open for them. `person` comes from `people.selectors.person_for`.

    Raises: NotAllowedError.
    """
    require(actor, Permission.TAKE_REFERRALS, person.service_id)
    open_one = BedReferral.objects.filter(
        person=person, state__in=(ReferralState.ASKED, ReferralState.WAITING, ReferralState.STAYING)
    ).first()
    door = next((one for one in _at_the_door(person.service_id) if one.person_id == person.pk), None)
    return pathway(PATHWAY), door, open_one


def _at_the_door(service_id: int) -> tuple[Referral, ...]:
    """Referrals about somebody that ask for a bed, or were accepted for one, and of which no bed referral was made."""
    waits = Q(state__in=OPEN_STATES) & (Q(need_code=NEED) | Q(pathway_code=PATHWAY))
    accepted = Q(state=DoorState.ACCEPTED, episode__ended_at__isnull=True, episode__pathway__code=PATHWAY)
    rows = Referral.objects.filter(waits | accepted, service_id=service_id, person__isnull=False)
    return tuple(rows.filter(bed_referral__isnull=True).select_related("person").order_by("received_at", "pk"))
