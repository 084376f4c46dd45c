"""What every change of beds leaves behind: an event, an audit event, an entry on the timeline, word to live pages."""

from datetime import datetime

from homeward.access.rules import Actor
from homeward.audit.services import record
from homeward.beds.models import Bed, BedEvent, BedReferral, BedStay, BedUse, House, Room
from homeward.beds.states import HELD_STATES, UseState
from homeward.kernel.rules import RefusedError
from homeward.kernel.services import tell
from homeward.people.services import add_to_timeline

TOPIC = "beds"


def _event(
    actor: Actor,
    service_id: int,
    kind: str,
    now: datetime,
    *,
    house: House | None = None,
    bed: Bed | None = None,
    referral: BedReferral | None = None,
    detail: str = "",
    happened_at: datetime | None = None,
) -> None:
    BedEvent.objects.create(
        service_id=service_id,
        house=house or (bed.room.house if bed else None),
        bed=bed,
        referral=referral,
        kind=kind,
        happened_at=happened_at or now,
        recorded_at=now,
        actor_name=actor.name,
        actor_role=actor.title,
        employer=actor.employer,
        detail=detail,
    )


def _about_bed(actor: Actor, bed: Bed, kind: str, now: datetime, detail: str = "") -> None:
    """Keep that something happened to a bed, which concerns nobody's record."""
    house = bed.room.house
    _event(actor, house.service_id, kind, now, bed=bed, detail=detail)
    record(actor=actor, action=kind.replace("_", " "), subject=("bed", bed.pk), now=now, service_id=house.service_id)
    tell(topic=TOPIC, service_id=house.service_id, subject=("bed", bed.pk), now=now)


def _about_person(
    actor: Actor,
    referral: BedReferral,
    kind: str,
    now: datetime,
    *,
    bed: Bed | None = None,
    title: str = "",
    detail: str = "",
    happened_at: datetime | None = None,
) -> None:
    """Keep that something happened to somebody's referral or stay, with an entry on their timeline where it has a
    title."""
    service_id = referral.service_id
    _event(actor, service_id, kind, now, bed=bed, referral=referral, detail=detail, happened_at=happened_at)
    record(
        actor=actor, action=kind.replace("_", " "), subject=("bed referral", referral.pk),
        person_id=referral.person_id, now=now, service_id=service_id,
    )  # fmt: skip
    tell(topic=TOPIC, service_id=service_id, subject=("bed referral", referral.pk), now=now)
    if title:
        add_to_timeline(
            actor=actor, person=referral.person, kind="bed", happened_at=happened_at or now, now=now,
            title=title[:200], text=detail, subject=("bed referral", referral.pk),
        )  # fmt: skip


def _said(text: str, what: str, most: int = 250) -> str:
    """What somebody wrote, tidied. Raises: RefusedError when it is nothing."""
    text = text.replace("\0", "").strip()
    if not text:
        raise RefusedError(what)
    return text[:most]


def typed_after(moment: datetime, earliest: datetime) -> datetime:
    """A moment as it was typed, which has no seconds: in the minute of what it follows, it is that moment."""
    return earliest if earliest.replace(second=0, microsecond=0) <= moment < earliest else moment


def _room_of(bed: Bed) -> Room:
    """A bed's room, held: whoever offers, admits or closes in one room does so one after another."""
    return Room.objects.select_for_update(no_key=True).get(pk=bed.room_id)


def _locked_referral(referral: BedReferral) -> BedReferral:
    # not its key: whoever writes down that another's offer lapsed points at it, and must not wait
    rows = BedReferral.objects.select_for_update(of=("self",), no_key=True).select_related(
        "person", "referral", "episode"
    )
    return rows.get(pk=referral.pk)


def _locked_use(use: BedUse) -> BedUse:
    """A bed use as it stands, its room and its referral held."""
    _room_of(use.bed)
    _locked_referral(use.referral)
    rows = BedUse.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("bed__room__house", "referral__person", "referral__episode").get(pk=use.pk)


def _locked_stay(stay: BedStay) -> BedStay:
    """A stay as it stands, held. Raises: RefusedError when it is over."""
    rows = BedStay.objects.select_for_update(of=("self",), no_key=True)
    stay = rows.select_related("person", "referral__person", "referral__episode__pathway").get(pk=stay.pk)
    if stay.left_at is not None:
        raise RefusedError("This stay is over. Open it again and look.")
    return stay


def _use_of(stay: BedStay) -> BedUse:
    """The bed somebody is in now. Raises: RefusedError when they left."""
    uses = BedUse.objects.select_related("bed__room__house", "referral__person")
    use = uses.filter(referral_id=stay.referral_id, state=UseState.IN).first()
    if use is None:
        raise RefusedError("They are in no bed now: the stay is over. Open it again and look.")
    return use


def held_use(bed: Bed) -> BedUse | None:
    """Whoever holds a bed by an offer; None where nobody does."""
    return BedUse.objects.filter(bed=bed, state__in=HELD_STATES).select_related("referral__person").first()


def use_in(bed: Bed) -> BedUse | None:
    """Whoever is in a bed now; None where nobody is."""
    uses = BedUse.objects.filter(bed=bed, state=UseState.IN)
    return uses.select_related("referral__person", "referral__stay").first()


def where(bed: Bed) -> str:
    """A bed in words: Perth House, room 4, bed A."""
    return f"{bed.room.house.name}, {bed.room.name}, {bed.name}"
