"""How long people stay in hospital after they could have left, and what they wait for. Pure Python.

The definitions are those of NHS England's acute discharge situation report and discharge ready date publication of
2024-25 (docs/rules/delays.md): daily numbers are stocks of people, not different people; what is left out of the ready
date figures is left out here. Numbers of people are whole stays, days are days of the calendar in London.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from homeward.discharge.rules.blocking import Block, main_block
from homeward.discharge.rules.ready import DayAnswer, ready_on, ready_periods
from homeward.kernel.rules import wall_clock

ADULT_AGE = 16  # the discharge ready date publication leaves out those under 16
LEFT, DIED, MOVED, MISTAKE = "left", "died", "moved", "mistake"  # how a stay ended
# Days from ready to leaving, as the publication bands them: from, to (None: and more), its label
BANDS: tuple[tuple[int, int | None, str], ...] = (
    (0, 0, "Same day / no delay"),
    (1, 1, "1 day"),
    (2, 3, "2–3 days"),
    (4, 6, "4–6 days"),
    (7, 13, "7–13 days"),
    (14, 20, "14–20 days"),
    (21, None, "21 days or more"),
)
LONG_STAYS = (7, 14, 21)  # days in hospital, as the situation report asks for each week
NO_REASON = ""  # nobody has said what somebody who is ready waits for
A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class StayFacts:
    """What is read of one stay: nothing that names anybody. `answers` in the order given; `age` at admission."""

    admitted_on: date
    left_on: date | None = None
    ended_as: str = ""
    destination: str = ""
    age: int | None = None
    answers: tuple[DayAnswer, ...] = ()
    held: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class DailyPosition:
    """One day: how many no longer met the criteria, how many of them left, and how many were still there at its end."""

    day: date
    no_longer_meeting: int
    discharged: int
    remaining: int


@dataclass(frozen=True, slots=True)
class LeavingDelays:
    """Those who left in a period, by days from ready to leaving. `bands`: as `BANDS`; `left_out`: why, and how many."""

    bands: tuple[int, ...]
    bed_days: int
    left_out: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many left, and are counted."""
        return sum(self.bands)

    @property
    def same_day(self) -> int:
        """How many left on the day they were ready."""
        return self.bands[0]

    @property
    def delayed(self) -> int:
        """How many left on a later day."""
        return self.total - self.same_day

    @property
    def same_day_share(self) -> float | None:
        """Which part left on the day they were ready, 0 to 1; None where nobody left."""
        return self.same_day / self.total if self.total else None

    @property
    def average_delay(self) -> float | None:
        """Days from ready to leaving of those who were delayed; None where nobody was."""
        return self.bed_days / self.delayed if self.delayed else None

    @property
    def average_of_all(self) -> float | None:
        """Days from ready to leaving of all who left; None where nobody left."""
        return self.bed_days / self.total if self.total else None


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a reason cost: days in bed, and how many people waited for it at the end of one of them or more."""

    days: int
    people: int


@dataclass(frozen=True, slots=True)
class LongStays:
    """Who had been in hospital for so many days and could leave: how many, and their days in bed since ready."""

    people: int
    days: int


def is_ready(stay: StayFacts, day: date) -> bool:
    """Whether somebody no longer met the criteria on a day on which they were in hospital, at least in the morning."""
    if day < stay.admitted_on or (stay.left_on is not None and day > stay.left_on):
        return False
    return any(
        period.first <= day and (period.met_again is None or period.met_again > day)
        for period in ready_periods(stay.answers)
    )


def is_waiting(stay: StayFacts, day: date) -> bool:
    """Whether somebody who could leave was still in hospital at the end of a day: one day in bed lost."""
    return (stay.left_on is None or stay.left_on > day) and is_ready(stay, day)


def position_on(stays: Iterable[StayFacts], day: date) -> DailyPosition:
    """The position of one day. Who died or moved to another hospital that day is neither discharged nor remaining."""
    counted = [stay for stay in stays if stay.ended_as != MISTAKE]
    discharged = sum(stay.left_on == day and stay.ended_as == LEFT and is_ready(stay, day) for stay in counted)
    remaining = sum(is_waiting(stay, day) for stay in counted)
    return DailyPosition(day, discharged + remaining, discharged, remaining)


def days_to_leave(stay: StayFacts) -> int | None:
    """Days from ready to leaving; None where they have not left, or no ready date is recorded."""
    if stay.left_on is None:
        return None
    ready = ready_on(answer for answer in stay.answers if answer.day <= stay.left_on)
    return None if ready is None else (stay.left_on - ready).days


def leaving_delays(stays: Iterable[StayFacts], first: date, last: date) -> LeavingDelays:
    """Those who left from `first` to `last`, by days from ready to leaving, as the publication counts them."""
    bands, bed_days = [0] * len(BANDS), 0
    left_out: Counter[str] = Counter()
    for stay in stays:
        if stay.left_on is None or not first <= stay.left_on <= last or stay.ended_as == MISTAKE:
            continue
        why = why_left_out(stay)
        if why:
            left_out[why] += 1
            continue
        days = days_to_leave(stay) or 0
        bands[band_of(days)] += 1
        bed_days += days
    return LeavingDelays(tuple(bands), bed_days, dict(left_out))


def why_left_out(stay: StayFacts) -> str:
    """Why a stay that ended is not counted by days from ready to leaving; "" where it is."""
    if stay.ended_as == DIED:
        return "Died"
    if stay.ended_as == MOVED:
        return "Moved to another hospital"
    if stay.age is not None and stay.age < ADULT_AGE:
        return f"Under {ADULT_AGE}"
    if stay.left_on == stay.admitted_on:
        return "No night in hospital"
    return "" if days_to_leave(stay) is not None else "No ready date recorded"


def band_of(days: int) -> int:
    """Which of `BANDS` so many days fall in."""
    return next(place for place, (low, high, _) in enumerate(BANDS) if days >= low and (high is None or days <= high))


def waiting_by_reason(stays: Iterable[StayFacts], first: date, last: date) -> dict[str, Waiting]:
    """Days in bed lost from `first` to `last` by what was waited for; each day counts once, for one reason.

    Of several reasons the one that counts is `blocking.main_block` at the end of the day.
    """
    days: Counter[str] = Counter()
    people: Counter[str] = Counter()
    for stay in stays:
        if stay.ended_as == MISTAKE:
            continue
        mine = Counter(reason_on(stay, day) for day in _days(first, last) if is_waiting(stay, day))
        days.update(mine)
        people.update(mine.keys())
    return {reason: Waiting(days[reason], people[reason]) for reason in days}


def reason_on(stay: StayFacts, day: date) -> str:
    """What somebody waited for at the end of a day; `NO_REASON` where nobody has said."""
    block = main_block(stay.held, wall_clock(day + A_DAY, "00:00"))
    return block.reason if block else NO_REASON


def destinations_of(stays: Iterable[StayFacts], first: date, last: date) -> dict[str, int]:
    """Where those who left from `first` to `last` went, by the code of the national destination; "" where not said."""
    return dict(
        Counter(
            stay.destination
            for stay in stays
            if stay.left_on is not None and first <= stay.left_on <= last and stay.ended_as == LEFT
        )
    )


def long_stays(stays: Iterable[StayFacts], day: date) -> dict[int, LongStays]:
    """Who was waiting at the end of a day, after 7, 14 or 21 days in hospital and more: a snapshot, never added up.

    The situation report does not define its additional bed days where we could read it; here they are the days since
    the ready date: a local decision.
    """
    found = {}
    waiting = [stay for stay in stays if stay.ended_as != MISTAKE and is_waiting(stay, day)]
    for least in LONG_STAYS:
        long = [stay for stay in waiting if (day - stay.admitted_on).days >= least]
        found[least] = LongStays(len(long), sum((day - _ready_by(stay, day)).days for stay in long))
    return found


def _ready_by(stay: StayFacts, day: date) -> date:
    """The first day of the period that runs on a day on which they are ready."""
    return max(period.first for period in ready_periods(stay.answers) if period.first <= day)


def _days(first: date, last: date) -> Iterable[date]:
    return (first + A_DAY * place for place in range((last - first).days + 1))


def without_small_numbers(counts: Sequence[int], below: int) -> list[int | None]:
    """Counts that may leave the service: None where a number of people is under `below` and not 0.

    Where that would hide one number alone, the next smallest is hidden too, so that nobody can work it out from a sum.
    """
    hidden = {place for place, count in enumerate(counts) if 0 < count < below}
    if len(hidden) == 1:
        others = [(count, place) for place, count in enumerate(counts) if count > 0 and place not in hidden]
        hidden.update(place for _, place in sorted(others)[:1])
    return [None if place in hidden else count for place, count in enumerate(counts)]
