"""Group clinics: on which days they are, which place somebody is given, and which home visits a session replaces."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from homeward.procedures.rules import ActivityKind
from homeward.procedures.rules.definitions import Activity

# How far ahead sessions are dated: people are booked some weeks ahead, rotas are made for four. Local decision.
WEEKS_AHEAD = 6


def dates_between(
    first: date, last: date, *, weekday: int, every_weeks: int, starts_on: date, ends_on: date | None = None
) -> list[date]:
    """The days from `first` to `last`, both included, on which a clinic is. `weekday` is ISO, Monday 1.

    The first session is on the first such weekday from `starts_on` on; the others follow every so many weeks.
    """
    begins = starts_on + timedelta(days=(weekday - starts_on.isoweekday()) % 7)
    until = min(last, ends_on) if ends_on is not None else last
    days = []
    day = begins
    while day <= until:
        if day >= first:
            days.append(day)
        day += timedelta(weeks=every_weeks)
    return days


def week_of(day: date) -> tuple[date, date]:
    """The Monday and the Sunday of a day's week."""
    monday = day - timedelta(days=day.isoweekday() - 1)
    return monday, monday + timedelta(days=6)


def free_number(taken: Collection[int], places: int) -> int | None:
    """The first place that nobody holds, from 1; None when all are taken."""
    return next((number for number in range(1, places + 1) if number not in taken), None)


def meant_for(codes: Iterable[str], known: Mapping[str, Activity]) -> frozenset[str]:
    """Of what a clinic does, what people come for: not what every visitor looks out for besides."""
    return frozenset(code for code in codes if code in known and known[code].kind is not ActivityKind.JOINT)


def is_replaced(
    asked: Collection[str], *, activities: Collection[str], meant_for: Collection[str], weekday: int, weekdays: str
) -> bool:
    """Whether a home visit falls away in the week of a session.

    It does where the clinic does all that is asked of the visit, and one of those is what the clinic is for
    (`meant_for`), on a weekday that was agreed. A visit that does something else besides stays: nothing is lost.
    """
    return bool(asked) and set(asked) <= set(activities) and bool(set(asked) & set(meant_for)) and (
        str(weekday) in weekdays
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Saved:
    """Minutes of home visits that sessions replaced, beside the minutes of the workers who ran the sessions."""

    home_minutes: float
    session_minutes: float

    @property
    def minutes(self) -> float:
        """What is saved; below 0 where too few came for it to be worth it."""
        return self.home_minutes - self.session_minutes
