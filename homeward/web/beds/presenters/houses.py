"""Houses and one bed in words."""

from dataclasses import dataclass
from datetime import datetime

from homeward.beds.selectors import BedPage
from homeward.web.beds.presenters.board import bed_state, closed_words
from homeward.web.beds.presenters.words import (
    Happened,
    bed_words,
    equipment_words,
    name_of,
    present_event,
    room_facts,
    until_words,
)
from homeward.web.front_door.presenters.words import Tag
from homeward.web.words import counted


@dataclass(frozen=True, slots=True)
class RoomWords:
    name: str
    facts: str
    beds: tuple[tuple[int, str, str], ...]


@dataclass(frozen=True, slots=True)
class HouseWords:
    """A house with its rooms."""

    id: int
    name: str
    where: str
    phone: str
    in_short: str
    is_on_the_map: bool
    rooms: tuple[RoomWords, ...]


@dataclass(frozen=True, slots=True)
class BedWords:
    """The page of one bed."""

    id: int
    title: str
    house: str
    facts: str
    has: str
    state: Tag
    inside: str
    stay_id: int
    held: str
    held_id: int
    closed: str
    is_closed: bool
    events: tuple[Happened, ...]


def present_house(house) -> HouseWords:
    """One house."""
    rooms = sorted(house.rooms.all(), key=lambda one: (one.floor, one.pk))
    beds = sum(len(room.beds.all()) for room in rooms)
    return HouseWords(
        id=house.pk,
        name=house.name,
        where=f"{house.lines}, {house.postcode}",
        phone=house.phone,
        in_short=f"{counted(len(rooms), 'room')}, {counted(beds, 'bed')}",
        is_on_the_map=house.latitude is not None,
        rooms=tuple(
            RoomWords(
                room.name,
                room_facts(room, len(room.beds.all())),
                tuple((bed.pk, bed.name, equipment_words(bed.equipment)) for bed in room.beds.all()),
            )
            for room in rooms
        ),
    )


def present_bed(page: BedPage, now: datetime) -> BedWords:
    """One bed, as it stands and with what happened to it."""
    line = page.line
    _, tag = bed_state(line)
    room = line.bed.room
    held = ""
    if line.held is not None:
        until = until_words(line.held.held_until, now) if line.held.answered_at is None else "to move in"
        held = f"{name_of(line.held.referral.person, page.kept_back)}, {until}"
    return BedWords(
        id=line.bed.pk,
        title=bed_words(line.bed),
        house=room.house.name,
        facts=room_facts(room, 1),
        has=equipment_words(line.bed.equipment) or "Nothing special",
        state=tag,
        inside=name_of(line.inside.referral.person, page.kept_back) if line.inside else "",
        stay_id=line.stay.stay.pk if line.stay else 0,
        held=held,
        held_id=line.held.referral_id if line.held else 0,
        closed=closed_words(line.closing),
        is_closed=line.closing is not None,
        events=tuple(_event(one, page.kept_back) for one in page.events),
    )


def _event(event, kept_back) -> Happened:
    if event.referral is None:
        return present_event(event, with_bed=False)
    told = present_event(event, with_bed=False, name=name_of(event.referral.person, kept_back))
    # what was said of somebody is on their own page
    return Happened(told.title, "", told.when, told.who)
