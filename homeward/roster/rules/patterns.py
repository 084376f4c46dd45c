"""Weeks of shifts that repeat."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from homeward.roster.rules.cover import WALL_CLOCK, stretch_of

# Longer than any rota repeats
MOST_WEEKS = 12


@dataclass(frozen=True, slots=True)
class PatternShift:
    """A shift of a pattern: its week from 1, the ISO weekday, and the wall clock."""

    week: int
    weekday: int
    starts_at: str
    ends_at: str


def pattern_from(weeks: int, rows: Iterable[dict[str, Any]]) -> tuple[PatternShift, ...]:
    """The shifts of a pattern from what was typed or kept, in order.

    Raises: ValueError in words for whoever typed it.
    """
    if not 1 <= weeks <= MOST_WEEKS:
        raise ValueError(f"A pattern repeats after 1 to {MOST_WEEKS} weeks.")
    shifts = []
    for row in rows:
        one = PatternShift(int(row["week"]), int(row["weekday"]), str(row["starts_at"]), str(row["ends_at"]))
        if not (1 <= one.week <= weeks and 1 <= one.weekday <= 7):
            raise ValueError("Each shift belongs to a week of the pattern and a day of that week.")
        is_clock = WALL_CLOCK.match(one.starts_at) and WALL_CLOCK.match(one.ends_at)
        if not is_clock or one.starts_at == one.ends_at:
            raise ValueError("Give two different times for each shift, such as 07:00 and 14:30.")
        shifts.append(one)
    return tuple(sorted(shifts, key=lambda one: (one.week, one.weekday, one.starts_at)))


def shifts_from(
    pattern: Iterable[PatternShift], weeks: int, starts_on: date, first: date, last: date
) -> list[tuple[date, datetime, datetime]]:
    """The shifts that a pattern begun on a Monday gives from `first` to `last`: (day, starts at, ends at), in order."""
    by_day: dict[tuple[int, int], list[PatternShift]] = {}
    for one in pattern:
        by_day.setdefault((one.week, one.weekday), []).append(one)
    found = []
    for ahead in range((last - max(first, starts_on)).days + 1):
        day = max(first, starts_on) + timedelta(days=ahead)
        week = (day - starts_on).days // 7 % weeks + 1
        theirs = by_day.get((week, day.isoweekday()), ())
        found += [(day, *stretch_of(day, one.starts_at, one.ends_at)) for one in theirs]
    return found


def minutes_a_week(pattern: Iterable[PatternShift], weeks: int) -> int:
    """The minutes of a pattern in a week, on average."""
    some_monday = date(2026, 6, 1)
    worked = shifts_from(pattern, weeks, some_monday, some_monday, some_monday + timedelta(days=7 * weeks - 1))
    return round(sum((ends - starts).total_seconds() for _, starts, ends in worked) / 60 / weeks)
