"""Houses, rooms and beds: set up, changed, closed and opened again."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.beds.models import Bed, BedClosing, House, Room
from homeward.beds.services.changing import TOPIC, _about_bed, _event, _room_of, _said, held_use, use_in
from homeward.beds.states import BedEquipment, RoomFor
from homeward.kernel.rules import RefusedError, is_postcode, london_day, tidy_postcode
from homeward.kernel.services import tell
from homeward.people.selectors import place_of_postcode

MOST_BEDS_IN_A_ROOM = 12
FLOORS = range(-2, 31)


@dataclass(frozen=True, slots=True)
class NewHouse:
    """A house, as somebody set it. Without a point on the map, the postcode finds one where the service knows it."""

    name: str
    lines: str
    postcode: str
    phone: str = ""
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class NewRoom:
    """A room and its beds. `floor` 0 is the ground floor; `beds` are their names; `equipment` what every bed has."""

    name: str
    beds: tuple[str, ...]
    floor: int = 0
    is_en_suite: bool = False
    room_for: str = RoomFor.EITHER
    equipment: tuple[str, ...] = ()


class BedInUseError(RefusedError):
    """Somebody is in the bed, or holds it: whoever closes it must say that they know. The text says who."""


@transaction.atomic
def open_house(*, actor: Actor, service_id: int, new: NewHouse, now: datetime) -> House:
    """Set up a house, without rooms yet.

    Raises: NotAllowedError; RefusedError when something is missing, or another house has the name.
    """
    require(actor, Permission.RUN_BEDS, service_id)
    name = _said(new.name, "Give the house a name.", 80)
    lines = _said(new.lines, "Give the first line of its address.")
    postcode = tidy_postcode(new.postcode)
    if not is_postcode(postcode):
        raise RefusedError("Enter a full UK postcode, like DE1 3DA.")
    if House.objects.filter(service_id=service_id, name__iexact=name).exists():
        raise RefusedError("Another house has this name. Give it one that tells them apart.")
    point = None if new.latitude is not None else place_of_postcode(actor, service_id, postcode)
    house = House.objects.create(
        service_id=service_id, name=name, lines=lines, postcode=postcode, phone=new.phone.strip()[:40],
        latitude=point.latitude if point else new.latitude, longitude=point.longitude if point else new.longitude,
        set_by=actor.name, set_at=now,
    )  # fmt: skip
    _changed_house(actor, house, "open_house", now, name)
    return house


@transaction.atomic
def add_room(*, actor: Actor, house: House, new: NewRoom, now: datetime) -> Room:
    """Add a room with its beds to a house.

    Raises: NotAllowedError; RefusedError when something is missing or cannot be.
    """
    require(actor, Permission.RUN_BEDS, house.service_id)
    house = House.objects.select_for_update().get(pk=house.pk)
    name = _said(new.name, "Give the room a name or a number.", 40)
    beds = [_said(one, "Give each bed a name.", 40) for one in new.beds]
    if not 1 <= len(beds) <= MOST_BEDS_IN_A_ROOM or len({one.casefold() for one in beds}) != len(beds):
        raise RefusedError(f"Give the room 1 to {MOST_BEDS_IN_A_ROOM} beds with different names.")
    if new.room_for not in RoomFor.values or new.floor not in FLOORS:
        raise RefusedError("Say who the room is for, and on which floor it is.")
    if house.rooms.filter(name__iexact=name).exists():
        raise RefusedError("The house has a room of this name. Give it another.")
    room = Room.objects.create(
        house=house, name=name, floor=new.floor, is_en_suite=new.is_en_suite, room_for=new.room_for
    )
    equipment = _equipment(new.equipment)
    Bed.objects.bulk_create([Bed(room=room, name=one, equipment=equipment) for one in beds])
    _changed_house(actor, house, "add_room", now, f"{name}: {', '.join(beds)}")
    return room


@transaction.atomic
def change_bed(*, actor: Actor, bed: Bed, equipment: tuple[str, ...], now: datetime) -> Bed:
    """Say what a bed has now.

    Raises: NotAllowedError; RefusedError when it is not of the list.
    """
    require(actor, Permission.RUN_BEDS, bed.room.house.service_id)
    bed = Bed.objects.select_for_update(of=("self",)).select_related("room__house").get(pk=bed.pk)
    bed.equipment = _equipment(equipment)
    bed.save(update_fields=["equipment"])
    told = ", ".join(BedEquipment(one).label for one in bed.equipment) or "nothing special"
    _about_bed(actor, bed, "change_bed", now, f"Has {told.lower()}")
    return bed


@transaction.atomic
def close_bed(
    *,
    actor: Actor,
    bed: Bed,
    reason: str,
    now: datetime,
    until: date | None = None,
    knows_it_is_in_use: bool = False,
) -> BedClosing:
    """Close a bed, saying why and until when. Whoever is in it stays; nobody else is offered it.

    Raises: NotAllowedError; BedInUseError when somebody is in it or holds it, unless `knows_it_is_in_use`; RefusedError
    without a reason, for a day that is over, or when it is closed already.
    """
    require(actor, Permission.RUN_BEDS, bed.room.house.service_id)
    _room_of(bed)
    bed = Bed.objects.select_related("room__house").get(pk=bed.pk)
    reason = _said(reason, "Say why the bed is closed.")
    if until is not None and until < london_day(now):
        raise RefusedError("This day is over. Give the day it is expected back, or leave it empty.")
    if bed.closings.filter(opened_at__isnull=True).exists():
        raise RefusedError("This bed is closed already. Open it again to change why.")
    warning = _who_would_be_moved(bed)
    if warning and not knows_it_is_in_use:
        raise BedInUseError(warning)
    closing = BedClosing.objects.create(
        bed=bed, reason=reason, closed_at=now, closed_by=actor.name, until=until, was_warned=bool(warning)
    )
    _about_bed(actor, bed, "close_bed", now, reason)
    return closing


@transaction.atomic
def open_bed(*, actor: Actor, bed: Bed, now: datetime) -> BedClosing:
    """Open a bed that was closed.

    Raises: NotAllowedError; RefusedError when it is open.
    """
    require(actor, Permission.RUN_BEDS, bed.room.house.service_id)
    _room_of(bed)
    bed = Bed.objects.select_related("room__house").get(pk=bed.pk)
    closing = bed.closings.filter(opened_at__isnull=True).first()
    if closing is None:
        raise RefusedError("This bed is open already.")
    closing.opened_at, closing.opened_by = now, actor.name
    closing.save(update_fields=["opened_at", "opened_by"])
    _about_bed(actor, bed, "open_bed", now)
    return closing


def _who_would_be_moved(bed: Bed) -> str:
    inside, holder = use_in(bed), held_use(bed)
    told = []
    if inside is not None:
        told.append(f"{inside.referral.person.label} is in this bed and stays until they leave or are moved")
    if holder is not None:
        told.append(f"it is held for {holder.referral.person.label}, who must be offered another")
    return f"{'; '.join(told)}. Say that you know, to close it all the same." if told else ""


def _equipment(codes: tuple[str, ...]) -> list[str]:
    if any(one not in BedEquipment.values for one in codes):
        raise RefusedError("Choose what the bed has from the list.")
    return sorted(set(codes))


def _changed_house(actor: Actor, house: House, kind: str, now: datetime, detail: str) -> None:
    _event(actor, house.service_id, kind, now, house=house, detail=detail)
    record(
        actor=actor, action=kind.replace("_", " "), subject=("house", house.pk), now=now, service_id=house.service_id
    )
    tell(topic=TOPIC, service_id=house.service_id, subject=("house", house.pk), now=now)
