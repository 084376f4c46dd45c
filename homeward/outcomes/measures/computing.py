"""From a definition to its numbers and to its list of cases, on whichever engine holds the facts."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

import ibis
from ibis.expr import types as ir

from homeward.kernel.rules import london_day, months_later
from homeward.outcomes.facts.reading import Facts
from homeward.outcomes.measures.definition import By, Case, Computed, Measure, Point

# Late arrivals: what is written down after this is rare enough for a number to stand. Local decision.
SETTLES_AFTER = timedelta(days=14)
FIRST_OF_YEAR = 4  # April
A_DAY = timedelta(days=1)


def compute(
    facts: Facts, measure: Measure, service_id: int, first: date, last: date, by: By = By.MONTH, split: str = ""
) -> tuple[tuple[Point, ...], dict[str, int]]:
    """The points of a measure from `first` to `last`, both counted, and how many cases were left out and why.

    Of each part that `split`, one of the measure's own, divides it into, where one is given.
    """
    cases = _cases_between(facts, measure, service_id, first, last)
    groups = {"month": cases.day.truncate("M"), "part": cases[split].cast("string") if split else ibis.literal("")}
    rows = _counted(measure, cases.mutate(**groups))
    found = rows.group_by("month", "part").aggregate(top=rows.top.sum(), bottom=rows.bottom.sum())
    found = found.to_pyarrow().to_pylist()
    sums: dict[tuple[str, date], list[float]] = defaultdict(lambda: [0.0, 0.0])
    parts = {""} if not split else {row["part"] or "" for row in found}
    periods = list(periods_between(first, last, by))
    for row in found:
        start = next(begins for begins, ends in periods if begins <= max(row["month"], first) <= ends)
        mine = sums[row["part"] or "", start]
        mine[0] += row["top"] or 0.0
        mine[1] += row["bottom"] or 0.0
    settled = london_day(facts.now) - SETTLES_AFTER
    points = []
    for part in sorted(parts):
        for begins, ends in periods:
            numerator, denominator = sums[part, begins]
            value = numerator if not measure.out_of else numerator / denominator if denominator else None
            whole = denominator if measure.out_of else None
            points.append(Point(begins, ends, numerator, whole, value, ends > settled, part))
    return tuple(points), _left_out(measure, cases)


def list_cases(
    facts: Facts, measure: Measure, service_id: int, first: date, last: date, *, is_numerator_only: bool = True
) -> list[Case]:
    """The cases behind a number, newest first: those of the numerator, or all that were counted."""
    cases = _cases_between(facts, measure, service_id, first, last)
    cases = _counted(measure, cases)
    if is_numerator_only:
        cases = cases.filter(cases.top != 0)
    rows = cases.select("record_id", "person_id", "day", "top", "bottom")
    rows = rows.order_by([ibis.desc("day"), ibis.desc("record_id")]).to_pyarrow().to_pylist()
    return [
        Case(measure.record, row["record_id"], row["person_id"], row["day"], row["top"], row["bottom"]) for row in rows
    ]


def periods_between(first: date, last: date, by: By) -> Iterator[tuple[date, date]]:
    """The periods that the days from `first` to `last` are in, each cut to those days."""
    begins = first
    while begins <= last:
        ends = min(_next(begins, by) - A_DAY, last) if by is not By.ALL else last
        yield begins, ends
        begins = ends + A_DAY


def _next(day: date, by: By) -> date:
    """The first day of the period after the one that a day is in."""
    month = day.replace(day=1)
    if by is By.MONTH:
        return months_later(month, 1)
    if by is By.QUARTER:
        return months_later(month, 3 - (day.month - 1) % 3)
    return months_later(month, 12 - (day.month - FIRST_OF_YEAR) % 12)


def _cases_between(facts: Facts, measure: Measure, service_id: int, first: date, last: date) -> ir.Table:
    cases = measure.cases(facts)
    return cases.filter(
        cases.service_id == service_id,
        cases.day >= ibis.literal(first, "date"),
        cases.day <= ibis.literal(last, "date"),
    )


def _counted(measure: Measure, cases: ir.Table) -> ir.Table:
    """The cases that are not left out, with what each adds to the numerator and to the denominator."""
    bottom = measure.out_of(cases).cast("float64").fill_null(0.0) if measure.out_of else ibis.null("float64")
    top = measure.counts(cases).cast("float64").fill_null(0.0)
    return cases.mutate(top=top, bottom=bottom).filter(~_is_left_out(measure, cases))


def _is_left_out(measure: Measure, cases: ir.Table) -> ir.BooleanValue:
    is_left_out: ir.BooleanValue = ibis.literal(False)
    for one in measure.exclusions:
        is_left_out = is_left_out | one.left_out(cases).fill_null(False)
    return is_left_out


def _left_out(measure: Measure, cases: ir.Table) -> dict[str, int]:
    """How many cases each exclusion leaves out; a case that several do is counted with the first."""
    if not measure.exclusions:
        return {}
    told, earlier = {}, ibis.literal(False)
    for place, one in enumerate(measure.exclusions):
        mine = one.left_out(cases).fill_null(False)
        told[f"n{place}"] = (mine & ~earlier).cast("int64").sum()
        earlier = earlier | mine
    row = cases.aggregate(**told).to_pyarrow().to_pylist()[0]
    return {one.why: int(row[f"n{place}"] or 0) for place, one in enumerate(measure.exclusions)}


def computed(
    facts: Facts,
    measure: Measure,
    service: tuple[int, str],
    first: date,
    last: date,
    by: By = By.MONTH,
    split: str = "",
) -> Computed:
    """A measure of a service, (number, code)."""
    points, excluded = compute(facts, measure, service[0], first, last, by, split)
    return Computed(measure, service[1], by, points, excluded)
