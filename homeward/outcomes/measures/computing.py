"""From a definition to its numbers and to its list of cases, on whichever engine holds the facts."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

import ibis
from ibis.expr import types as ir

from homeward.kernel.rules import london_day, months_later
from homeward.outcomes.facts.reading import Asked, Engine, Facts
from homeward.outcomes.facts.tables import FACTS
from homeward.outcomes.measures.definition import By, Case, Measure, Point
from homeward.outcomes.measures.equity import part_of

# Late arrivals: what is written down after this is rare enough for a number to stand. Local decision.
SETTLES_AFTER = timedelta(days=14)
# A team that looks at its own days knows what is still to be written down, and would learn nothing a fortnight later.
DAY_SETTLES_AFTER = timedelta(days=1)
FIRST_OF_YEAR = 4  # April
A_DAY = timedelta(days=1)
TABLES = Facts({fact.name: fact.columns for fact in FACTS})


def compute(
    engine: Engine, measure: Measure, asked: Asked, by: By = By.MONTH, split: str = ""
) -> tuple[tuple[Point, ...], dict[str, int]]:
    """The points of a measure, and how many cases were left out and why. `engine` was asked the same before.

    Of each part that `split`, one of the measure's own, divides it into, where one is given.
    """
    sums: dict[tuple[str, date], list[float]] = defaultdict(lambda: [0.0, 0.0])
    left_out = {one.why: 0 for one in measure.exclusions}
    periods = list(periods_between(asked.first, asked.last, by))
    parts = set() if split else {""}
    for start, part, why, cases, top, bottom in engine.rows(_sums_sql(measure, split, engine.dialect, by == By.DAY)):
        if why is not None:
            left_out[measure.exclusions[why].why] += cases
            continue
        day = max(_day(start), asked.first)
        mine = sums[part or "", next(begins for begins, ends in periods if begins <= day <= ends)]
        mine[0] += top or 0.0
        mine[1] += bottom or 0.0
        parts.add(part or "")
    settled = london_day(asked.now) - (DAY_SETTLES_AFTER if by == By.DAY else SETTLES_AFTER)
    points = []
    for part in sorted(parts):
        for begins, ends in periods:
            numerator, denominator = sums[part, begins]
            if measure.out_of is None:
                points.append(Point(begins, ends, numerator, None, numerator, ends > settled, part))
            else:
                value = numerator / denominator if denominator else None
                points.append(Point(begins, ends, numerator, denominator, value, ends > settled, part))
    return tuple(points), left_out


def list_cases(
    engine: Engine, measure: Measure, *, is_numerator_only: bool = True, split: str = "", part: str = ""
) -> list[Case]:
    """The cases behind a number, newest first: those of the numerator, or all that were counted.

    Where the measure is `split`, those of one part.
    """
    rows = engine.rows(_cases_sql(measure, split, engine.dialect))
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
    return months_later(month, 12 - (day.month - FIRST_OF_YEAR) % 12)


def _day(told: date) -> date:
    """A day as an engine gives it, which may be a moment at midnight."""
    return date(told.year, told.month, told.day)


def _judged(measure: Measure, split: str) -> ir.Table:
    """The cases asked for: what each adds, its part of the split, and the place of what leaves it out, else null."""
    cases = part_of(measure.cases(TABLES), TABLES, split)
    cases = cases.filter(
        cases.service_id == TABLES.asked("service_id"),
        cases.day >= TABLES.asked("first_day"),
        cases.day <= TABLES.asked("last_day"),
    )
    why: ir.Value = ibis.null("int64")
    for place, one in reversed(list(enumerate(measure.exclusions))):
        why = ibis.ifelse(one.left_out(cases).fill_null(False), ibis.literal(place, "int64"), why)
    return cases.mutate(
        why=why,
        top=_number(measure.counts(cases)),
        bottom=_number(measure.out_of(cases)) if measure.out_of else ibis.null("float64"),
    )


def _number(value: ir.Value) -> ir.NumericValue:
    """What a case adds: 1 for what is true, 0 for what is not, or not known."""
    if value.type().is_boolean():
        return ibis.ifelse(value.fill_null(False), 1, 0).cast("float64")
    return value.cast("float64").fill_null(0.0)


@cache
def _sums_sql(measure: Measure, split: str, dialect: str, is_daily: bool) -> str:
    cases = _judged(measure, split)
    cases = cases.mutate(start=cases.day.truncate("D" if is_daily else "M"))
    sums = cases.group_by("start", "part", "why").aggregate(
        cases=cases.count(), top=cases.top.sum(), bottom=cases.bottom.sum()
    )
    return str(ibis.to_sql(sums, dialect=dialect, pretty=False))


@cache
def _cases_sql(measure: Measure, split: str, dialect: str) -> str:
    cases = _judged(measure, split)
    rows = cases.filter(cases.why.isnull()).select("record_id", "person_id", "day", "top", "bottom", "part")
    rows = rows.order_by([ibis.desc("day"), ibis.desc("record_id")])
    return str(ibis.to_sql(rows, dialect=dialect, pretty=False))
