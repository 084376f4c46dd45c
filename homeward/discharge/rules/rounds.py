"""When a round is due, how long its questions wait, and what makes an answer whole."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from homeward.discharge.states.rounds import AnswerKind
from homeward.kernel.rules import london_day, wall_clock
from homeward.roster.rules import WALL_CLOCK

# East Lancashire shares information and chases progress twice a day (CQC, integrating skills between health and social
# care workers). At what times, and what of weekends and bank holidays, it does not say: local decisions.
WEEKDAY_TIMES = ("09:00", "15:00")
OTHER_DAY_TIMES = ("10:00",)
# How long an owner has before their lead hears of it. Local decision.
ANSWER_MINUTES = 60
# A round missed for longer than this is left out: by then the next is near, and nobody is asked in the evening what
# they were to be asked in the afternoon. Local decision.
CATCH_UP = timedelta(hours=4)
# No service goes longer than this without a round, whatever its days off
LOOKS_AHEAD = timedelta(days=31)
SATURDAY = 6


@dataclass(frozen=True, slots=True)
class Timetable:
    """At what times on the wall ("09:00") a service has rounds. `other_days` are bank holidays, held like weekends."""

    weekday_times: tuple[str, ...] = WEEKDAY_TIMES
    other_day_times: tuple[str, ...] = OTHER_DAY_TIMES
    other_days: Collection[date] = ()
    answer_minutes: int = ANSWER_MINUTES

    def times_on(self, day: date) -> tuple[str, ...]:
        """The times of the rounds of one day, rising."""
        is_other = day.isoweekday() >= SATURDAY or day in self.other_days
        return tuple(sorted(self.other_day_times if is_other else self.weekday_times))


def rounds_between(timetable: Timetable, after: datetime, until: datetime) -> Iterator[datetime]:
    """The moments of the rounds after one moment and up to another, rising."""
    day = london_day(after)
    while day <= london_day(until):
        for text in timetable.times_on(day):
            moment = wall_clock(day, text)
            if after < moment <= until:
                yield moment
        day += timedelta(days=1)


def round_due(timetable: Timetable, newest: datetime | None, now: datetime) -> datetime | None:
    """The moment of the round to hold now: the latest that has come and was not held; None where there is none.

    After a stop only the latest missed is held: the others would put the same questions.
    """
    earliest = now - CATCH_UP
    after = max(newest, earliest) if newest is not None else earliest
    return max(rounds_between(timetable, after, now), default=None)


def next_round(timetable: Timetable, now: datetime) -> datetime | None:
    """When the next round is; None where none is on the timetable."""
    return next(rounds_between(timetable, now, now + LOOKS_AHEAD), None)


def fault_of_timetable(timetable: Timetable) -> str:
    """Why a service cannot chase at these times; empty where it can."""
    for text in (*timetable.weekday_times, *timetable.other_day_times):
        if not WALL_CLOCK.fullmatch(text):
            return f"“{text}” is not a time of day. Write times as 09:00."
    if not timetable.weekday_times:
        return "Give at least one time on working days: without any, nobody is asked."
    if not 5 <= timetable.answer_minutes <= 600:
        return "Give owners between 5 minutes and 10 hours to answer."
    return ""


def fault_of_answer(kind: str, *, text: str, until: datetime | None, reason: str, put_to: bool, now: datetime) -> str:
    """What an answer still needs; empty where it is whole."""
    if kind == AnswerKind.DELAYED:
        if until is None:
            return "Say until when it is delayed."
        if until <= now:
            return "Say a time that is still to come."
        if not text.strip():
            return "Say why it is delayed."
    if kind == AnswerKind.NOT_MINE and not put_to and not text.strip():
        return "Say whose it is, or who might know."
    if kind == AnswerKind.BLOCKED and not reason:
        return "Choose what it waits for."
    return ""
