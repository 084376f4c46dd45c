"""The bed board and the waiting list in words."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from homeward.beds.selectors import BedBoard, BedLine, StayLine, WaitingLine, WaitingList
from homeward.beds.states import UseState
from homeward.kernel.rules import london_day
from homeward.procedures.rules import ClockKind
from homeward.web.beds.presenters.words import (
    bed_words,
    day_short,
    equipment_words,
    name_of,
    needs_words,
    place_words,
    room_facts,
    until_words,
)
from homeward.web.clocks import ClockFace, clock_face, time_words
from homeward.web.front_door.presenters.words import Tag
from homeward.web.persons import age_words
from homeward.web.templating import clock_text, moment_text
from homeward.web.words import counted, listed

FITS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Inside:
    """Who is in a bed."""

    stay_id: int
    name: str
    day: str
    leaves: str
    tags: tuple[Tag, ...]
    next_step: str
    needs: str


@dataclass(frozen=True, slots=True)
class Held:
    """Who holds a bed."""

    referral_id: int
    name: str
    tag: Tag
    until: str


@dataclass(frozen=True, slots=True)
class BedCard:
    """One bed on the board. `tone` is free, in, held or closed."""

    id: int
    name: str
    tone: str
    state: Tag
    has: str
    inside: Inside | None
    held: Held | None
    closed: str
    fits: tuple[tuple[int, str], ...]
    fits_more: str
    nobody_fits: str


@dataclass(frozen=True, slots=True)
class RoomCard:
    name: str
    facts: str
    beds: tuple[BedCard, ...]


@dataclass(frozen=True, slots=True)
class HouseCard:
    id: int
    name: str
    in_short: str
    rooms: tuple[RoomCard, ...]


@dataclass(frozen=True, slots=True)
class Waits:
    """Somebody who waits, or of whom is to be decided."""

    id: int
    place: str
    name: str
    about: str
    clock: ClockFace | None
    came_from: str
    needs: str
    why: str
    offer: str
    fits: str
    unfit: tuple[tuple[str, str], ...]
    is_not_ready: bool


@dataclass(frozen=True, slots=True)
class BoardWords:
    """The bed board. `counts` are (number, words, whether it is loud)."""

    counts: tuple[tuple[str, str, bool], ...]
    houses: tuple[HouseCard, ...]
    waiting: tuple[Waits, ...]
    made: str


@dataclass(frozen=True, slots=True)
class AtTheDoor:
    """Somebody for whom the front door was asked for a bed."""

    person_id: int
    name: str
    text: str
    received: str


@dataclass(frozen=True, slots=True)
class WaitingWords:
    """The waiting list."""

    to_decide: tuple[Waits, ...]
    waiting: tuple[Waits, ...]
    at_the_door: tuple[AtTheDoor, ...]
    made: str


def present_board(board: BedBoard, now: datetime) -> BoardWords:
    """The whole board."""
    told = board.counts
    counts = (
        (str(told.free), "free", False),
        (str(told.in_use), f"of {told.total} in use", False),
        (str(told.held), "held", False),
        (str(told.closed), "closed", False),
        (str(told.going_out), "to leave by the day after tomorrow", False),
        (str(told.coming_in), "to move in", False),
        (str(told.waiting), "waiting", False),
        (str(told.to_decide), "to decide", False),
        (str(told.reviews_due), "reviews due" if told.reviews_due != 1 else "review due", bool(told.reviews_due)),
        (str(told.over_limit), "past their limit", bool(told.over_limit)),
    )
    houses = tuple(
        HouseCard(
            one.house.pk,
            one.house.name,
            _in_short([bed for room in one.rooms for bed in room.beds]),
            tuple(
                RoomCard(
                    room.room.name,
                    room_facts(room.room, len(room.beds)),
                    tuple(_bed(bed, board.kept_back, now) for bed in room.beds),
                )
                for room in one.rooms
            ),
        )
        for one in board.houses
    )
    waiting = tuple(present_waits(one, board.kept_back, now) for one in board.waiting)
    return BoardWords(counts, houses, waiting, clock_text(now))


def _in_short(beds: list[BedLine]) -> str:
    free = sum(bed.is_free for bed in beds)
    return f"{counted(len(beds), 'bed')}, {free} free" if beds else "No room is set up yet"


def bed_state(line: BedLine) -> tuple[str, Tag]:
    """How a bed stands: its tone, and its tag."""
    if line.inside is not None:
        in_hospital = line.stay is not None and line.stay.stay.in_hospital_since is not None
        tag = Tag("In hospital, bed kept", "purple") if in_hospital else Tag("In use", "blue")
        return "in", tag
    if line.held is not None:
        return "held", Tag("To move in", "aqua-green") if line.held.state == UseState.AGREED else Tag("Held", "yellow")
    if line.closing is not None:
        return "closed", Tag("Closed", "grey")
    return "free", Tag("Free", "green")


def _bed(line: BedLine, kept_back, now: datetime) -> BedCard:
    tone, tag = bed_state(line)
    fits = line.fits if tone == "free" else ()
    more = len(fits) - FITS_SHOWN
    return BedCard(
        id=line.bed.pk,
        name=line.bed.name,
        tone=tone,
        state=tag,
        has=equipment_words(line.bed.equipment),
        inside=_inside(line, kept_back, now),
        held=_held(line, kept_back, now),
        closed=closed_words(line.closing),
        fits=tuple(
            (one.referral.pk, f"{place_words(one.placed.place)} {name_of(one.referral.person, kept_back)}")
            for one in fits[:FITS_SHOWN]
        ),
        fits_more=f"and {more} more" if more > 0 else "",
        nobody_fits="Fits nobody who waits" if tone == "free" and not fits else "",
    )


def closed_words(closing) -> str:
    """Why a bed is closed and until when; empty where it is open."""
    if closing is None:
        return ""
    until = f"Expected back {day_short(closing.until)}" if closing.until else "Nobody has said until when"
    return f"Closed: {closing.reason}. {until}."


def _inside(line: BedLine, kept_back, now: datetime) -> Inside | None:
    if line.inside is None or line.stay is None:
        return None
    stay = line.stay
    return Inside(
        stay_id=stay.stay.pk,
        name=name_of(line.inside.referral.person, kept_back),
        day=f"Day {stay.day} of {stay.most}",
        leaves=leaves_words(stay, now),
        tags=stay_tags(stay, now),
        next_step=_next_step(stay.stay),
        needs=f"{counted(stay.open_needs, 'thing')} to be ready" if stay.open_needs else "",
    )


def _next_step(stay) -> str:
    if not stay.next_step:
        return ""
    return f"{stay.next_step} ({stay.next_step_by})" if stay.next_step_by else stay.next_step


def leaves_words(stay: StayLine, now: datetime) -> str:
    """When somebody is to leave."""
    day, today = stay.stay.leaving_on, london_day(now)
    if day < today:
        return f"Was to leave {day_short(day)}"
    if day == today:
        return "Leaves today"
    return "Leaves tomorrow" if day == today + timedelta(days=1) else f"Leaves {day_short(day)}"


def stay_tags(stay: StayLine, now: datetime) -> tuple[Tag, ...]:
    """What somebody must see to in a stay: a review, the limit, a day to leave that is over."""
    today, tags = london_day(now), []
    if stay.limit_on < today:
        tags.append(Tag("Past its limit", "red"))
    if stay.stay.leaving_on < today:
        tags.append(Tag("Day to leave is over", "orange"))
    if stay.review_on < today:
        tags.append(Tag("Review overdue", "red"))
    elif stay.review_on == today:
        tags.append(Tag("Review due", "orange"))
    return tuple(tags)


def _held(line: BedLine, kept_back, now: datetime) -> Held | None:
    if line.held is None:
        return None
    is_agreed = line.held.state == UseState.AGREED
    tag = Tag("To move in", "aqua-green") if is_agreed else Tag("Offered", "yellow")
    today = london_day(now)
    since = f"from {day_short(line.held.ready_on)}" if line.held.ready_on > today else ""
    until = "" if is_agreed else f"held {until_words(line.held.held_until, now)}"
    return Held(
        line.held.referral_id,
        name_of(line.held.referral.person, kept_back),
        tag,
        ", ".join(filter(None, (since, until))),
    )


def present_waiting(found: WaitingList, now: datetime) -> WaitingWords:
    """The whole list."""
    to_decide = tuple(
        Waits(
            id=one.referral.pk,
            place="",
            name=name_of(one.referral.person, found.kept_back),
            about=age_words(one.referral.person, london_day(now)),
            clock=clock_face(one.clock, ClockKind.RESPONSE, now) if one.clock else None,
            came_from=came_from_words(one.referral),
            needs=needs_words(one.referral),
            why=one.unmet[0] if one.unmet else "Every criterion is met.",
            offer="",
            fits="",
            unfit=(),
            is_not_ready=False,
        )
        for one in found.to_decide
    )
    door = tuple(
        AtTheDoor(
            one.person_id, name_of(one.person, found.kept_back), one.need_text, moment_text(one.received_at)
        )
        for one in found.at_the_door
    )  # fmt: skip
    waiting = tuple(present_waits(one, found.kept_back, now) for one in found.waiting)
    return WaitingWords(to_decide, waiting, door, clock_text(now))


def came_from_words(referral) -> str:
    """Where somebody is now."""
    return f"From {referral.get_came_from_display().lower()}"


def present_waits(one: WaitingLine, kept_back, now: datetime) -> Waits:
    """Somebody who waits, why they are where they are, and what keeps them from each free bed."""
    row = one.referral
    return Waits(
        id=row.pk,
        place=place_words(one.placed.place),
        name=name_of(row.person, kept_back),
        about=age_words(row.person, london_day(now)),
        clock=clock_face(one.clock, ClockKind.RESPONSE, now) if one.clock else None,
        came_from=came_from_words(row),
        needs=needs_words(row),
        why=why_words(one, now),
        offer=offer_words(one.offer, now),
        fits=_fits(one),
        unfit=tuple((bed_words(bed), " ".join(reasons)) for bed, reasons in one.does_not_fit),
        is_not_ready=row.not_ready_since is not None,
    )


def why_words(one: WaitingLine, now: datetime) -> str:
    """Why somebody is where they are in the list."""
    row = one.referral
    if one.placed.why == "not_ready":
        return f"After those who can move. Cannot move yet: {row.not_ready_reason}"
    if one.placed.why == "put_first":
        return f"Put first by {row.put_first_by}: {row.put_first_reason}"
    due = one.clock.due_at if one.clock else None
    if due is None:
        return "In the order they were referred."
    ended = "ended" if due < now else "end"
    return f"Two days {ended} at {time_words(due, now)}."


def offer_words(offer, now: datetime) -> str:
    """The bed somebody holds; empty where they hold none."""
    if offer is None:
        return ""
    if offer.state == UseState.AGREED:
        return f"Accepted {bed_words(offer.bed)}, to move in"
    return f"Offered {bed_words(offer.bed)}, held {until_words(offer.held_until, now)}"


def _fits(one: WaitingLine) -> str:
    if one.offer is not None:
        return ""
    if one.fits:
        return f"Free and fits: {listed([bed_words(bed) for bed in one.fits])}"
    return "No free bed fits" if one.does_not_fit else "No bed is free"
