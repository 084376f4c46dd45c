"""Asking for a bed for somebody, deciding on it, and who is thought of first."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.beds.models import BedReferral, BedUse
from homeward.beds.services.changing import _about_person, _locked_referral, _said
from homeward.beds.states import (
    LIVE_STATES,
    OPEN_REFERRALS,
    BedEquipment,
    CameFrom,
    ReferralState,
    SharesWith,
    UseState,
    check_referral_move,
    check_use_move,
)
from homeward.episodes.models import Episode
from homeward.episodes.services import accept_referral, close_episode, note_event
from homeward.kernel.rules import RefusedError
from homeward.people.models import Person
from homeward.people.states import Gender
from homeward.procedures.rules import Pathway
from homeward.procedures.selectors import built, pathway
from homeward.referrals.models import Referral
from homeward.referrals.services import NewReferral, decline_referral, receive_referral, withdraw_referral
from homeward.referrals.states import OPEN_STATES, Source, Urgency
from homeward.referrals.states import ReferralState as DoorState

# The pathway whose stays these beds are for
PATHWAY = "bed-based-reablement"
NEED = "community_bed"
USUAL = {Gender.FEMALE: SharesWith.WOMEN, Gender.MALE: SharesWith.MEN}
SOURCES = {CameFrom.HOSPITAL: Source.HOSPITAL, CameFrom.HOME: Source.COMMUNITY, CameFrom.OTHER: Source.OTHER}


@dataclass(frozen=True, slots=True)
class NewBedReferral:
    """For whom a bed is asked, against the criteria of the pathway, and what it must be like.

    `criteria` are {code of a criterion or exclusion: whether it holds}; whoever does not know leaves one out.
    `shares_with` is with whom they say they would share; left out, it follows the gender on record. `hospital_stay_id`
    is the number of the hospital stay in the room that keeps those.
    """

    came_from: str
    criteria: Mapping[str, bool] = field(default_factory=dict)
    reason: str = ""
    shares_with: str = ""
    needs_own_room: bool = False
    needs_en_suite: bool = False
    needs_ground_floor: bool = False
    needs_equipment: tuple[str, ...] = ()
    hopes_for: str = ""
    hospital_stay_id: int | None = None
    received_at: datetime | None = None
    requester_name: str = ""
    requester_role: str = ""
    requester_organisation: str = ""
    requester_phone: str = ""


class CriteriaNotMetError(RefusedError):
    """The pathway's criteria are not all met, or not all answered, and nobody said why to accept all the same.

    `told` are the reasons.
    """

    def __init__(self, told: Iterable[str]) -> None:
        self.told = tuple(told)
        super().__init__(f"{' '.join(self.told)} Answer these, decline it, or say why to accept it all the same.")


@transaction.atomic
def refer_to_bed(
    *, actor: Actor, person: Person, new: NewBedReferral, now: datetime, referral: Referral | None = None
) -> BedReferral:
    """Ask for a bed for somebody. It joins the list to decide on, and its two days run from the referral.

    `referral` is the one at the front door that asked, where there is one; without it, one is taken here.

    Raises: NotAllowedError; RefusedError when something is missing, or a bed is asked for them already.
    """
    require(actor, Permission.TAKE_REFERRALS, person.service_id)
    person = Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
    _check_person(person)
    if BedReferral.objects.filter(person=person, state__in=OPEN_REFERRALS).exists():
        raise RefusedError("A bed is asked for them already. Open that referral.")
    if new.came_from not in CameFrom.values:
        raise RefusedError("Say where they are now: in hospital, at home or somewhere else.")
    needs = _needs(person, new)
    if referral is None:
        referral = _at_the_door(actor, person, new, now)
    elif referral.person_id != person.pk or BedReferral.objects.filter(referral=referral).exists():
        raise RefusedError("A bed was asked for by this referral before. Refer them again.")
    row = BedReferral.objects.create(
        service_id=person.service_id, person=person, referral=referral, asked_at=now, came_from=new.came_from,
        hospital_stay_id=new.hospital_stay_id, criteria=_answers(new.criteria), **needs,
    )  # fmt: skip
    _about_person(
        actor, row, "bed_asked", now, title=f"A bed is asked for, from {row.get_came_from_display().lower()}",
        detail=new.reason.strip(),
    )  # fmt: skip
    return row


@transaction.atomic
def change_bed_needs(*, actor: Actor, referral: BedReferral, new: NewBedReferral, now: datetime) -> BedReferral:
    """Correct what the bed must be like, and the answers to the criteria, while they wait or are to be decided on.

    Raises: NotAllowedError; RefusedError when they are in a bed or the referral is over.
    """
    require(actor, Permission.TAKE_REFERRALS, referral.service_id)
    referral = _locked_referral(referral)
    if referral.state not in (ReferralState.ASKED, ReferralState.WAITING):
        raise RefusedError("This is decided, or they are in a bed already. Open it again and look.")
    values = _needs(referral.person, new) | {"criteria": _answers(new.criteria)}
    for name, value in values.items():
        setattr(referral, name, value)
    referral.save(update_fields=list(values))
    _about_person(actor, referral, "bed_needs_changed", now, detail=new.reason.strip())
    return referral


@transaction.atomic
def accept_bed_referral(*, actor: Actor, referral: BedReferral, now: datetime, despite: str = "") -> BedReferral:
    """Accept somebody for a bed: their episode begins, and they wait for one.

    Raises: NotAllowedError; CriteriaNotMetError where not every criterion is met and `despite` does not say why to
    accept all the same; BedStateError; RefusedError when the front door decided otherwise.
    """
    require(actor, Permission.RUN_BEDS, referral.service_id)
    referral = _locked_referral(referral)
    check_referral_move(referral.state, ReferralState.WAITING)
    unmet = unmet_criteria(pathway(PATHWAY), referral.criteria)
    if unmet and not despite.strip():
        raise CriteriaNotMetError(unmet)
    referral.episode = _episode_of(actor, referral, despite, now)
    _decided(referral, actor, ReferralState.WAITING, despite, now)
    referral.save()
    _about_person(
        actor, referral, "bed_accepted", now, title="Accepted for a bed, and waits for one", detail=despite.strip()
    )
    return referral


@transaction.atomic
def decline_bed_referral(*, actor: Actor, referral: BedReferral, reason: str, now: datetime) -> BedReferral:
    """Decline to give somebody a bed, with a reason that whoever referred is told.

    Raises: NotAllowedError; BedStateError; RefusedError without a reason.
    """
    require(actor, Permission.RUN_BEDS, referral.service_id)
    referral = _locked_referral(referral)
    check_referral_move(referral.state, ReferralState.DECLINED)
    reason = _said(reason, "Say why. Whoever referred is told it.", 2000)
    if referral.referral.state in OPEN_STATES:
        decline_referral(
            actor=actor.lent(Permission.TRIAGE_REFERRALS), referral=referral.referral, reason=reason, now=now
        )
    _decided(referral, actor, ReferralState.DECLINED, reason, now)
    referral.save()
    _about_person(actor, referral, "bed_declined", now, title="Not given a bed", detail=reason)
    return referral


@transaction.atomic
def withdraw_bed_referral(*, actor: Actor, referral: BedReferral, reason: str, now: datetime) -> BedReferral:
    """Somebody needs no bed after all: they went home, or do not want one. A bed held for them is free again.

    Raises: NotAllowedError; BedStateError when they are in a bed or it is over; RefusedError without a reason.
    """
    require(actor, Permission.RUN_BEDS, referral.service_id)
    held = BedUse.objects.filter(referral_id=referral.pk, state__in=LIVE_STATES).select_related("bed__room").first()
    referral = _locked_referral(referral)
    check_referral_move(referral.state, ReferralState.WITHDRAWN)
    reason = _said(reason, "Say why they need no bed after all.", 2000)
    if held is not None:
        check_use_move(held.state, UseState.TAKEN_BACK)
        held.state, held.ended_at, held.ended_reason = UseState.TAKEN_BACK, now, reason[:250]
        held.save(update_fields=["state", "ended_at", "ended_reason"])
    if referral.episode is not None and referral.episode.ended_at is None:
        close_episode(actor=actor, episode=referral.episode, outcome_code="not_needed", now=now, note=reason)
    elif referral.referral.state in OPEN_STATES:
        withdraw_referral(
            actor=actor.lent(Permission.TRIAGE_REFERRALS), referral=referral.referral, reason=reason, now=now
        )
    _decided(referral, actor, ReferralState.WITHDRAWN, reason, now)
    referral.save()
    _about_person(
        actor, referral, "bed_not_needed", now, bed=held.bed if held else None, title="Needs no bed after all",
        detail=reason,
    )  # fmt: skip
    return referral


@transaction.atomic
def put_first(*, actor: Actor, referral: BedReferral, reason: str, now: datetime) -> BedReferral:
    """Have somebody thought of first on the waiting list, for a reason the list shows; with none, as the others again.

    Raises: NotAllowedError; RefusedError when they do not wait, or nothing would change.
    """
    require(actor, Permission.RUN_BEDS, referral.service_id)
    referral = _locked_referral(referral)
    if referral.state != ReferralState.WAITING:
        raise RefusedError("They do not wait for a bed now. Open the list again and look.")
    reason = reason.replace("\0", "").strip()[:250]
    if not reason and referral.put_first_at is None:
        raise RefusedError("Say why they come before the others. Everybody who reads the list sees it.")
    referral.put_first_at, referral.put_first_by, referral.put_first_reason = (
        (now, actor.name, reason) if reason else (None, "", "")
    )
    referral.save(update_fields=["put_first_at", "put_first_by", "put_first_reason"])
    _about_person(actor, referral, "put_first" if reason else "no_longer_first", now, detail=reason)
    return referral


@transaction.atomic
def note_readiness(
    *, actor: Actor, referral: BedReferral, is_ready: bool, now: datetime, reason: str = ""
) -> BedReferral:
    """Somebody cannot move yet, so their two days stand still; or can again.

    Raises: NotAllowedError; RefusedError when they do not wait, it is known already, or nobody says why they cannot.
    """
    require(actor, Permission.RUN_BEDS, referral.service_id)
    referral = _locked_referral(referral)
    if referral.state != ReferralState.WAITING or referral.episode is None:
        raise RefusedError("They do not wait for a bed now. Open the list again and look.")
    if is_ready == (referral.not_ready_since is None):
        raise RefusedError("That is on record already.")
    reason = "" if is_ready else _said(reason, "Say why they cannot move yet.")
    referral.not_ready_since, referral.not_ready_reason = (None, "") if is_ready else (now, reason)
    referral.save(update_fields=["not_ready_since", "not_ready_reason"])
    kind = "person_ready" if is_ready else "person_not_ready"
    title = "Can move into a bed" if is_ready else "Cannot move into a bed yet"
    note_event(actor=actor, episode=referral.episode, kind=kind, happened_at=now, now=now, title=title, detail=reason)
    _about_person(actor, referral, kind, now, detail=reason)
    return referral


def unmet_criteria(asked: Pathway, answers: Mapping[str, str]) -> list[str]:
    """What speaks against accepting somebody, as sentences: criteria not met or not answered, exclusions that hold."""
    told = []
    for one in asked.entry.criteria:
        if one.required and answers.get(one.code) != "yes":
            word = "Not met" if answers.get(one.code) == "no" else "Not answered"
            told.append(f"{word}: {one.text}.")
    for one in asked.entry.exclusions:
        if answers.get(one.code) == "yes":
            told.append(f"Not for somebody who: {one.text}. {one.instead or ''}".strip())
        elif one.code not in answers:
            told.append(f"Not answered: {one.text}.")
    return told


def _needs(person: Person, new: NewBedReferral) -> dict[str, object]:
    shares_with = new.shares_with or USUAL.get(Gender(person.gender), "")
    if shares_with and shares_with not in SharesWith.values:
        raise RefusedError("Say with whom they would share a room.")
    if any(one not in BedEquipment.values for one in new.needs_equipment):
        raise RefusedError("Choose what they need from the list.")
    return {
        "shares_with": shares_with,
        "needs_own_room": new.needs_own_room,
        "needs_en_suite": new.needs_en_suite,
        "needs_ground_floor": new.needs_ground_floor,
        "needs_equipment": sorted(set(new.needs_equipment)),
        "hopes_for": new.hopes_for.strip(),
    }


def _answers(criteria: Mapping[str, bool]) -> dict[str, str]:
    entry = pathway(PATHWAY).entry
    known = {one.code for one in (*entry.criteria, *entry.exclusions)}
    if not set(criteria) <= known:
        raise RefusedError("Answer the criteria of the pathway as they are now.")
    return {code: "yes" if holds else "no" for code, holds in criteria.items()}


def _at_the_door(actor: Actor, person: Person, new: NewBedReferral, now: datetime) -> Referral:
    reason = _said(new.reason, "Say why they need a bed, and not help at home.", 4000)
    asked = NewReferral(
        source=SOURCES[CameFrom(new.came_from)], urgency=Urgency.TWO_DAYS, need_code=NEED, need_text=reason,
        received_at=new.received_at, pathway_code=PATHWAY, requester_name=new.requester_name or actor.name,
        requester_role=new.requester_role or actor.title,
        requester_organisation=new.requester_organisation or actor.employer, requester_phone=new.requester_phone,
    )  # fmt: skip
    return receive_referral(actor=actor, person=person, new=asked, now=now)


def _episode_of(actor: Actor, referral: BedReferral, despite: str, now: datetime) -> Episode:
    """The episode of somebody accepted: begun now, or by the front door before."""
    if referral.referral.state == DoorState.ACCEPTED:
        found = Episode.objects.filter(referral=referral.referral, ended_at__isnull=True).first()
        if found is None or built(found.pathway).code != PATHWAY:
            raise RefusedError("The front door accepted this for another pathway, or it has ended. Refer them again.")
        return found
    return accept_referral(
        actor=actor.lent(Permission.TRIAGE_REFERRALS), referral=referral.referral, pathway_code=PATHWAY, now=now,
        reason=despite.strip(),
    )  # fmt: skip


def _decided(referral: BedReferral, actor: Actor, state: str, reason: str, now: datetime) -> None:
    referral.state, referral.decided_at, referral.decided_by, referral.decided_reason = (
        state, now, actor.name, reason.strip(),
    )  # fmt: skip


def _check_person(person: Person) -> None:
    if person.merged_into_id is not None:
        raise RefusedError("This record is not in use. Open the one it is kept as.")
    if person.died_on is not None:
        raise RefusedError("This person has died.")
