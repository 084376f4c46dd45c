"""From a definition to its numbers and to its list of cases, on whichever engine holds the facts."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from math import fsum

from homeward.kernel.rules import london_day, months_later, year_begins
from homeward.outcomes.facts.reading import Asked, Engine
from homeward.outcomes.measures.compiling import cases_sql, sums_sql
from homeward.outcomes.measures.definition import By, Case, Measure, Point, Unit
from homeward.outcomes.variation.intervals import Interval, ratio_interval

# Late arrivals: what is written down after this is rare enough for a number to stand. Local decision.
SETTLES_AFTER = timedelta(days=14)
# A team that looks at its own days knows what is still to be written down, and would learn nothing a fortnight later.
DAY_SETTLES_AFTER = timedelta(days=1)
A_DAY = timedelta(days=1)


def compute(
    engine: Engine, measure: Measure, asked: Asked, by: By = By.MONTH, split: str = "", *, by_whom: bool = False
) -> tuple[tuple[Point, ...], dict[str, int]]:
    """The points of a measure, and how many cases were left out and why. `engine` was asked the same before.

    Of each part that `split`, one of the measure's own, divides it into, where one is given. `by_whom` says of each
    point, too, what each person's cases add to it.
    """
    sums: dict[tuple[str, date], list[float]] = defaultdict(lambda: [0.0, 0.0])
    # what the cases of each person add, or those that belong together
    apart: dict[tuple[str, date], dict[int | None, list[float]]] = defaultdict(lambda: defaultdict(lambda: [0.0, 0.0]))
    left_out = {one.why: 0 for one in measure.exclusions}
    periods = list(periods_between(asked.first, asked.last, by))
    starts = [begins for begins, _ in periods]
    parts = set() if split else {""}
    for start, part, why, cases, top, bottom, *of in engine.answer(
        sums_sql(measure, split, engine.dialect, is_daily=by == By.DAY, by_whom=by_whom)
    ):
        if why is not None:
            left_out[measure.exclusions[why].why] += cases
            continue
        day = max(_day(start), asked.first)
        place = part or "", starts[bisect_right(starts, day) - 1]
        for mine in (sums[place], *(apart[place][one] for one in of)):
            mine[0] += top or 0.0
            mine[1] += bottom or 0.0
        parts.add(part or "")
    settled = london_day(asked.now) - (DAY_SETTLES_AFTER if by == By.DAY else SETTLES_AFTER)
    points = []
    for part in sorted(parts):
        for begins, ends in periods:
            numerator, denominator = sums[part, begins]
            added = {whose: (top, bottom) for whose, (top, bottom) in apart[part, begins].items()}
            told = {"split": part, "added": added if by_whom and measure.whose else None}
            if measure.out_of is None:
                points.append(Point(begins, ends, numerator, None, numerator, ends > settled, **told))
            else:
                value = numerator / denominator if denominator else None
                found = ratio_interval(list(added.values())) if measure.together else None
                if found and measure.unit is Unit.SHARE:
                    found = Interval(max(0.0, found.lower), min(1.0, found.upper))
                points.append(
                    Point(begins, ends, numerator, denominator, value, ends > settled, interval=found, **told)
                )
    return tuple(points), left_out


def as_one(points: Sequence[Point]) -> Point:
    """Settled periods of one part as a single one, with what each person adds to all of them where that is known."""
    begins, newest = points[0], points[-1]
    top = fsum(point.numerator for point in points)
    under = None if begins.denominator is None else fsum(point.denominator or 0 for point in points)
    value = top if under is None else top / under if under else None
    added = None
    if begins.added is not None:
        sums: dict[int | None, list[tuple[float, float]]] = defaultdict(list)
        for point in points:
            for whose, adds in (point.added or {}).items():
                sums[whose].append(adds)
        added = {
            whose: (fsum(top for top, _ in adds), fsum(under for _, under in adds)) for whose, adds in sums.items()
        }
    return Point(begins.first, newest.last, top, under, value, is_provisional=False, split=begins.split, added=added)


def list_cases(
    engine: Engine, measure: Measure, *, is_numerator_only: bool = True, split: str = "", part: str = ""
) -> list[Case]:
    """The cases behind a number, newest first: those of the numerator, or all that were counted.

    Where the measure is `split`, those of one part.
    """
    rows = engine.answer(cases_sql(measure, split, engine.dialect))
    cases = [
        Case(measure.record, number, person, _day(day), top, bottom)
        for number, person, day, top, bottom, of_part in rows
        if not split or (of_part or "") == part
    ]
    return [case for case in cases if case.counts or not is_numerator_only]


def periods_between(first: date, last: date, by: By) -> Iterator[tuple[date, date]]:
    """The periods that the days from `first` to `last` are in, each cut to those days."""
    begins = first
    while begins <= last:
        ends = last if by == By.ALL else min(_next(begins, by) - A_DAY, last)
        yield begins, ends
        begins = ends + A_DAY


def _next(day: date, by: By) -> date:
    """The first day of the period after the one that a day is in."""
    if by == By.DAY:
        return day + A_DAY
    month = day.replace(day=1)
    if by == By.MONTH:
        return months_later(month, 1)
    if by == By.QUARTER:
        return months_later(month, 3 - (day.month - 1) % 3)
    return months_later(year_begins(day), 12)


def _day(told: date) -> date:
    """A day as an engine gives it, which may be a moment at midnight."""
    return date(told.year, told.month, told.day)
