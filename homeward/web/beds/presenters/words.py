"""Words that several pages of beds use: every state in words and colour, once."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from homeward.beds.states import BedEquipment, FollowUpState, ReferralState, RoomFor, SharesWith, UseState
from homeward.web.clocks import time_words
from homeward.web.front_door.presenters.words import Tag
from homeward.web.templating import moment_text
from homeward.web.words import listed

SOON = timedelta(days=2)
REFERRAL = {
    ReferralState.ASKED: Tag("To decide", "blue"),
    ReferralState.WAITING: Tag("Waiting for a bed", "yellow"),
    ReferralState.STAYING: Tag("In a bed", "green"),
    ReferralState.LEFT: Tag("Left", "grey"),
    ReferralState.DECLINED: Tag("Declined", "grey"),
    ReferralState.WITHDRAWN: Tag("Not needed after all", "grey"),
}
USE = {
    UseState.OFFERED: Tag("Offered", "yellow"),
    UseState.AGREED: Tag("Accepted, to move in", "aqua-green"),
}
FOLLOW_UP = {
    FollowUpState.DUE: Tag("To ring", "blue"),
    FollowUpState.REACHED: Tag("Reached", "green"),
    FollowUpState.UNREACHABLE: Tag("Not reached", "orange"),
    FollowUpState.DIED: Tag("Died", "grey"),
}
EVENTS = {
    "bed_asked": "A bed was asked for",
    "bed_needs_changed": "What the bed must be like was changed",
    "bed_accepted": "Accepted for a bed",
    "bed_declined": "Declined",
    "bed_not_needed": "No bed needed after all",
    "put_first": "Put first on the list",
    "no_longer_first": "Waits as the others again",
    "person_not_ready": "Cannot move yet",
    "person_ready": "Can move",
    "bed_offered": "Offered a bed",
    "offer_accepted": "Offer accepted",
    "offer_declined": "Offer declined",
    "offer_lapsed": "Offer not answered in time",
    "offer_taken_back": "Offer taken back",
    "moved_in": "Moved in",
    "moved_bed": "Moved to another bed",
    "leaving_planned": "Leaving planned",
    "way_home_need": "Must be ready for home",
    "way_home_ready": "Ready for home",
    "stay_reviewed": "Way home looked at",
    "overrun_explained": "Goes past its limit",
    "in_hospital": "Into hospital, bed kept",
    "back_from_hospital": "Back from hospital",
    "left_bed": "Left",
    "followed_up": "Rung",
    "follow_up_not_reached": "Rung, not reached",
    "change_bed": "What the bed has was changed",
    "close_bed": "Closed",
    "open_bed": "Opened again",
}
HIDDEN = "Somebody you may not see"


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that happened, for a history."""

    title: str
    text: str
    when: str
    who: str


def present_event(event, *, with_bed: bool = True, name: str = "") -> Happened:
    """One event of a bed, a referral or a stay."""
    title = EVENTS.get(event.kind, event.kind.replace("_", " ").capitalize())
    place = f": {bed_words(event.bed)}" if with_bed and event.bed is not None else ""
    who = ", ".join(filter(None, (event.actor_name, event.actor_role)))
    return Happened(f"{title}{place}{f': {name}' if name else ''}", event.detail, moment_text(event.happened_at), who)


def bed_words(bed) -> str:
    """A bed with its room: Room 4, Bed 6."""
    return f"{bed.room.name}, {bed.name}"


def room_facts(room, beds: int) -> str:
    """A room in a line: Ground floor, en-suite, 2 beds, women."""
    floor = "Ground floor" if room.floor == 0 else "Basement" if room.floor < 0 else f"Floor {room.floor}"
    parts = [floor]
    if room.is_en_suite:
        parts.append("en-suite")
    if beds > 1:
        parts.append(f"{beds} beds")
    if room.room_for != RoomFor.EITHER:
        parts.append(f"{RoomFor(room.room_for).label.lower()} only")
    elif beds > 1:
        parts.append("one sex at a time")
    return ", ".join(parts)


def equipment_words(codes: Collection[str]) -> str:
    """What a bed has: profiling bed and hoist; empty where nothing special."""
    return listed([BedEquipment(one).label.lower() for one in codes])


def needs_words(referral) -> str:
    """What somebody's bed must be like, in a line."""
    shares = ""
    if referral.shares_with and not referral.needs_own_room:
        shares = f"Would share {SharesWith(referral.shares_with).label.lower()}"
    needs = (
        (referral.needs_own_room, "a room to themselves"),
        (referral.needs_en_suite, "en-suite"),
        (referral.needs_ground_floor, "ground floor"),
    )
    parts = [words for is_needed, words in needs if is_needed]
    parts += [BedEquipment(one).label.lower() for one in referral.needs_equipment]
    return ". ".join(filter(None, (shares, f"Needs {listed(parts)}" if parts else ""))) or "Any bed"


def day_short(day: date) -> str:
    """A day in a card: Tue 3 Dec."""
    return f"{day:%a} {day.day} {day:%b}"


def until_words(moment: datetime | None, now: datetime) -> str:
    """Until when a bed is held; empty where it is theirs."""
    return f"until {time_words(moment, now)}" if moment else ""


def place_words(number: int) -> str:
    """A place in a list: 1st, 2nd, 11th."""
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def name_of(person, kept_back: Collection[int]) -> str:
    """Somebody's name, where the reader may see them."""
    return HIDDEN if person.pk in kept_back else person.label
