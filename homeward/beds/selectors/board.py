"""Every bed of a service as it stands: who is in it, who holds it, why it is closed, and whom it fits."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from homeward.access.rules import Actor, Permission, Sight, require
from homeward.audit.services import record_reads
from homeward.beds.models import Bed, BedClosing, BedEvent, BedReferral, BedStay, BedUse, House, Room
from homeward.beds.rules import BedFacts, day_of_stay, limit_of, misfits, review_due
from homeward.beds.rules.waiting import Placed, Waiter, in_order
from homeward.beds.services.offering import wants_of
from homeward.beds.services.referring import PATHWAY
from homeward.beds.services.staying import away_on, most_days
from homeward.beds.states import HELD_STATES, LIVE_STATES, ReferralState, UseState
from homeward.kernel.rules import london_day
from homeward.people.models import Person
from homeward.people.selectors import sights
from homeward.procedures.rules import ClockReading
from homeward.procedures.selectors import built, pathway
from homeward.referrals.selectors import clock_events, reading_for

# Who is going out and coming in is counted over so many days, today included. Local decision.
SOON_DAYS = 3
# A clock of somebody for whom none counts comes after those that do
NEVER = timedelta(days=36500)


class BedNotFoundError(Exception):
    """There is no such house, bed, referral, stay or follow-up in the actor's services."""


@dataclass(frozen=True, slots=True)
class StayLine:
    """Somebody's stay in numbers: `day` of `most` days, when the limit is, when the next review is due."""

    stay: BedStay
    day: int
    most: int
    limit_on: date
    review_on: date
    open_needs: int


@dataclass(frozen=True, slots=True)
class WaitingLine:
    """Somebody who waits: their place and why, their two days, the offer they hold, and the free beds that fit."""

    referral: BedReferral
    placed: Placed
    clock: ClockReading | None
    offer: BedUse | None
    fits: tuple[Bed, ...]
    # every bed that is free now and does not fit, with the reasons
    does_not_fit: tuple[tuple[Bed, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class BedLine:
    """One bed: derived, never stored. Free where nobody is in it or holds it and it is not closed."""

    bed: Bed
    closing: BedClosing | None
    inside: BedUse | None
    stay: StayLine | None
    held: BedUse | None
    fits: tuple[WaitingLine, ...]

    @property
    def is_free(self) -> bool:
        return self.closing is None and self.inside is None and self.held is None


@dataclass(frozen=True, slots=True)
class RoomLine:
    """One room and its beds."""

    room: Room
    beds: tuple[BedLine, ...]


@dataclass(frozen=True, slots=True)
class HouseLine:
    """One house and its rooms, from the ground floor up."""

    house: House
    rooms: tuple[RoomLine, ...]


@dataclass(frozen=True, slots=True)
class BedCounts:
    """Beds of a service in numbers; names nobody. `closed` counts those nobody is in."""

    total: int
    in_use: int
    held: int
    free: int
    closed: int
    going_out: int
    coming_in: int
    waiting: int
    to_decide: int
    reviews_due: int
    over_limit: int


@dataclass(frozen=True, slots=True)
class BedBoard:
    """Every bed, and everybody who waits. `kept_back` are people whom the reader may not see, shown without a name."""

    houses: tuple[HouseLine, ...]
    waiting: tuple[WaitingLine, ...]
    counts: BedCounts
    kept_back: frozenset[int]


@dataclass(frozen=True, slots=True)
class BedPage:
    """One bed: as it stands, everything that happened to it, and who held or used it, newest first."""

    line: BedLine
    events: tuple[BedEvent, ...]
    closings: tuple[BedClosing, ...]
    kept_back: frozenset[int]


def bed_board(actor: Actor, service_id: int, now: datetime) -> BedBoard:
    """Every bed of a service with who is in it and who waits; those shown by name are audited.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_BEDS, service_id)
    beds = _beds_of(service_id)
    waiting, lines = _whole(service_id, beds, now)
    people = [one.referral.person for one in waiting]
    people += [use.referral.person for line in lines for use in (line.inside, line.held) if use is not None]
    kept_back = shown_to(actor, people, "see bed board", service_id, now)
    return BedBoard(_by_house(service_id, lines), waiting, _counts(service_id, lines, waiting, now), kept_back)


def bed_summary(actor: Actor, service_id: int, now: datetime) -> BedCounts:
    """The beds of a service in numbers. Names nobody.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_BEDS, service_id)
    waiting, lines = _whole(service_id, _beds_of(service_id), now)
    return _counts(service_id, lines, waiting, now)


def houses_of(actor: Actor, service_id: int) -> list[House]:
    """The houses of a service, by name, with rooms and beds. Hold nothing of anybody.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_BEDS, service_id)
    return list(House.objects.filter(service_id=service_id).prefetch_related("rooms__beds").order_by("name"))


def house_for(actor: Actor, house_id: int) -> House:
    """One house with its rooms and beds.

    Raises: NotAllowedError; BedNotFoundError.
    """
    require(actor, Permission.SEE_BEDS)
    rows = House.objects.filter(pk=house_id, service_id__in=actor.service_ids).select_related("service")
    house = rows.prefetch_related("rooms__beds").first()
    if house is None:
        raise BedNotFoundError("There is no such house in your service.")
    return house


def bed_for(actor: Actor, bed_id: int, now: datetime) -> BedPage:
    """One bed as it stands, and its history; whoever is shown is audited.

    Raises: NotAllowedError; BedNotFoundError.
    """
    require(actor, Permission.SEE_BEDS)
    bed = Bed.objects.filter(pk=bed_id, room__house__service_id__in=actor.service_ids)
    bed = bed.select_related("room__house__service").first()
    if bed is None:
        raise BedNotFoundError("There is no such bed in your service.")
    service_id = bed.room.house.service_id
    _, lines = _whole(service_id, [bed], now)
    events = tuple(bed.events.select_related("referral__person").order_by("-happened_at", "-id")[:60])
    people = [one.referral.person for one in events if one.referral is not None]
    people += [use.referral.person for use in (lines[0].inside, lines[0].held) if use is not None]
    kept_back = shown_to(actor, people, "see bed", service_id, now)
    return BedPage(lines[0], events, tuple(bed.closings.order_by("-closed_at")), kept_back)


def shown_to(actor: Actor, people: Iterable[Person], action: str, service_id: int, now: datetime) -> frozenset[int]:
    """Audit that these people are shown together; gives the numbers of those to be shown without a name.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE, service_id)
    by_id = {person.pk: person for person in people}
    seen = sights(actor, list(by_id.values()), now)
    shown = {pk for pk, sight in seen.items() if sight >= Sight.VISIT}
    record_reads(actor=actor, action=action, subject_kind="bed", person_ids=shown, now=now, service_id=service_id)
    return frozenset(by_id.keys() - shown)


def stay_line(actor: Actor, stay: BedStay, now: datetime) -> StayLine:
    """A stay in numbers. `stay` comes from what checked the reader's sight.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_BEDS, stay.service_id)
    return _line_of(stay, now)


def _line_of(stay: BedStay, now: datetime) -> StayLine:
    until = stay.left_at or now
    moved_in_on, away, most = london_day(stay.moved_in_at), away_on(stay, until), most_days(stay.referral.episode)
    reviews = sorted(stay.reviews.all(), key=lambda one: (one.held_on, one.pk))
    return StayLine(
        stay=stay,
        day=day_of_stay(moved_in_on, london_day(until), away),
        most=most,
        limit_on=limit_of(moved_in_on, most, away),
        review_on=review_due(moved_in_on, reviews[-1].next_on if reviews else None),
        open_needs=sum(one.done_at is None for one in stay.needs.all()),
    )


def _beds_of(service_id: int) -> list[Bed]:
    beds = Bed.objects.filter(room__house__service_id=service_id).select_related("room__house")
    return list(beds.order_by("room__house__name", "room__floor", "room_id", "pk"))


def waiting_lines(actor: Actor, service_id: int, now: datetime) -> tuple[WaitingLine, ...]:
    """Everybody who waits, in order, with the beds free now that fit. The caller audits whom it shows.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_BEDS, service_id)
    return _whole(service_id, _beds_of(service_id), now)[0]


def choices_for(actor: Actor, referral: BedReferral, now: datetime) -> list[tuple[BedLine, tuple[str, ...]]]:
    """Every bed of the service as it stands, with the reasons why it does not fit somebody.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_BEDS, referral.service_id)
    beds = _beds_of(referral.service_id)
    _, lines = _whole(referral.service_id, beds, now)
    facts = _facts(beds, [use for line in lines for use in (line.inside, line.held) if use is not None])
    wants = wants_of(referral)
    return [(line, misfits(facts[line.bed.pk], wants)) for line in lines]


def _whole(service_id: int, beds: list[Bed], now: datetime) -> tuple[tuple[WaitingLine, ...], list[BedLine]]:
    """Everybody who waits, and every bed, each with what matters to the other."""
    uses = list(
        BedUse.objects.filter(referral__service_id=service_id, state__in=LIVE_STATES)
        .exclude(state=UseState.OFFERED, held_until__lt=now)  # not answered in time, though nobody has noted it yet
        .select_related("bed__room__house", "referral__person", "referral__episode__pathway", "referral__stay")
        .defer("referral__episode__pathway__definition")
        .prefetch_related("referral__stay__reviews", "referral__stay__needs")
    )
    closings = {one.bed_id: one for one in BedClosing.objects.filter(bed__in=beds, opened_at__isnull=True)}
    inside = {use.bed_id: use for use in uses if use.state == UseState.IN}
    held = {use.bed_id: use for use in uses if use.state in HELD_STATES}
    free = [bed for bed in beds if bed.pk not in closings and bed.pk not in inside and bed.pk not in held]
    facts = _facts(beds, uses)
    waiting = _waiting(service_id, free, facts, {use.referral_id: use for use in held.values()}, now)
    fits: dict[int, list[WaitingLine]] = defaultdict(list)
    for one in waiting:
        if one.offer is None:
            for bed in one.fits:
                fits[bed.pk].append(one)
    lines = [
        BedLine(
            bed=bed,
            closing=closings.get(bed.pk),
            inside=inside.get(bed.pk),
            stay=_line_of(inside[bed.pk].referral.stay, now) if bed.pk in inside else None,
            held=held.get(bed.pk),
            fits=tuple(fits[bed.pk]),
        )
        for bed in beds
    ]
    return waiting, lines


def _facts(beds: Collection[Bed], uses: Iterable[BedUse]) -> dict[int, BedFacts]:
    """Each bed as far as it matters to whom it fits."""
    rooms = {bed.room_id for bed in beds}
    in_room: dict[int, int] = defaultdict(int)
    for room_id in Bed.objects.filter(room_id__in=rooms).values_list("room_id", flat=True):
        in_room[room_id] += 1
    mates: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for use in uses:
        mates[use.bed.room_id].append((use.bed_id, use.referral.shares_with))
    return {
        bed.pk: BedFacts(
            room_for=bed.room.room_for,
            beds_in_room=in_room[bed.room_id],
            floor=bed.room.floor,
            is_en_suite=bed.room.is_en_suite,
            equipment=frozenset(bed.equipment),
            room_mates=tuple(shares for bed_id, shares in mates[bed.room_id] if bed_id != bed.pk),
        )
        for bed in beds
    }


def _waiting(
    service_id: int, free: list[Bed], facts: dict[int, BedFacts], offers: dict[int, BedUse], now: datetime
) -> tuple[WaitingLine, ...]:
    rows = (
        BedReferral.objects.filter(service_id=service_id, state=ReferralState.WAITING)
        .select_related("person", "referral", "episode__pathway")
        .defer("episode__pathway__definition")
        .prefetch_related("referral__events", "episode__events")
    )
    found = {row.pk: row for row in rows}
    clocks = {pk: start_clock(row, now) for pk, row in found.items()}
    placed = in_order(
        Waiter(
            id=pk,
            due_at=(clocks[pk].due_at if clocks[pk] else None) or row.asked_at + NEVER,
            put_first_at=row.put_first_at,
            is_ready=row.not_ready_since is None,
        )
        for pk, row in found.items()
    )
    lines = []
    for one in placed:
        row = found[one.id]
        wants = wants_of(row)
        told = [(bed, misfits(facts[bed.pk], wants)) for bed in free]
        lines.append(
            WaitingLine(
                referral=row, placed=one, clock=clocks[one.id], offer=offers.get(row.pk),
                fits=tuple(bed for bed, reasons in told if not reasons),
                does_not_fit=tuple((bed, reasons) for bed, reasons in told if reasons),
            )
        )  # fmt: skip
    return tuple(lines)


def start_clock(referral: BedReferral, now: datetime) -> ClockReading | None:
    """The two days of somebody, read by the version of the pathway their episode began on, else by the newest."""
    episode = referral.episode
    asked = built(episode.pathway) if episode is not None else pathway(PATHWAY)
    clock = next((one for one in asked.clocks if one.code == "start"), None)
    if clock is None:
        return None
    happened = clock_events(referral.referral.events.all())
    if episode is not None:
        happened = clock_events(episode.events.all()) + happened
    return reading_for(clock, referral.referral, happened, now)


def _by_house(service_id: int, lines: list[BedLine]) -> tuple[HouseLine, ...]:
    houses = House.objects.filter(service_id=service_id).order_by("name")
    by_room: dict[int, list[BedLine]] = defaultdict(list)
    rooms: dict[int, dict[int, Room]] = defaultdict(dict)
    for line in lines:
        by_room[line.bed.room_id].append(line)
        rooms[line.bed.room.house_id].setdefault(line.bed.room_id, line.bed.room)
    return tuple(
        HouseLine(house, tuple(RoomLine(room, tuple(by_room[pk])) for pk, room in rooms[house.pk].items()))
        for house in houses
    )


def _counts(service_id: int, lines: list[BedLine], waiting: Collection[WaitingLine], now: datetime) -> BedCounts:
    until = london_day(now) + timedelta(days=SOON_DAYS - 1)
    inside = [line for line in lines if line.stay is not None]
    return BedCounts(
        total=len(lines),
        in_use=len(inside),
        held=sum(line.held is not None and line.inside is None for line in lines),
        free=sum(line.is_free for line in lines),
        closed=sum(line.closing is not None and line.inside is None and line.held is None for line in lines),
        going_out=sum(line.stay.stay.leaving_on <= until for line in inside),
        coming_in=sum(line.held is not None and line.held.state == UseState.AGREED for line in lines),
        waiting=len(waiting),
        to_decide=BedReferral.objects.filter(service_id=service_id, state=ReferralState.ASKED).count(),
        reviews_due=sum(line.stay.review_on <= london_day(now) for line in inside),
        over_limit=sum(line.stay.limit_on < london_day(now) for line in inside),
    )
