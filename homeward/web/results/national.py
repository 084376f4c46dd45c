"""Published national figures as a series beside ours: a line and a table of its own, never mixed into ours."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from math import fsum

from django.conf import settings
from django.http import HttpRequest

from homeward.kernel.rules import months_later
from homeward.outcomes.measures.definition import By, Measure, Point, Unit
from homeward.outcomes.selectors import ENGLAND, national_series
from homeward.web.results.chart import Beside
from homeward.web.results.presenters import (
    NOT_GIVEN,
    FigureLike,
    TableRow,
    amount_text,
    columns_of,
    interval_text,
    period_text,
    value_text,
)
from homeward.web.words import listed

# A count of another place says how large it is, and nothing about how well anybody does
COMPARABLE = (Unit.SHARE, Unit.DAYS)
MONTHS_OF = {By.MONTH: 1, By.QUARTER: 3}
MOST_EARLIER = 24  # periods by which a chart may begin earlier, to show what was published
LEAST = 2  # of one figure there is no line; it stands in the table of newest figures


@dataclass(frozen=True, slots=True)
class NationalSeries:
    """What was published of one thing in one place, period by period.

    `code` is how an address names it; `rows` are newest first, with the columns of our own table.
    """

    code: str
    name: str
    rows: tuple[TableRow, ...]
    files: str
    values: dict[date, float]

    @property
    def columns(self) -> tuple[tuple[str, str], ...]:
        """The columns of its table, beside the period and the value."""
        return columns_of(self.rows)


def series_beside(request: HttpRequest, measure: Measure, by: By) -> tuple[NationalSeries, ...]:
    """What can be drawn beside a measure: published in its unit, for periods as long as those of the page."""
    if measure.unit not in COMPARABLE or by not in MONTHS_OF:
        return ()
    found = national_series(request.actor, measure.key, settings.NATIONAL_PLACES, [measure.unit.value])
    series = (_series(place, says, rows, measure, by) for (place, says), rows in found.items())
    return tuple(one for one in series if len(one.values) >= LEAST)


def chosen_of(series: Sequence[NationalSeries], code: str) -> NationalSeries | None:
    """The series that an address names, if there is one."""
    return next((one for one in series if one.code == code), None)


def likest(series: Sequence[NationalSeries]) -> NationalSeries | None:
    """What a pack shows where nobody chose: of a place that was set before England, and the one published longest."""
    return max(series, key=lambda one: (not one.name.startswith(ENGLAND), len(one.values)), default=None)


def beside(
    series: NationalSeries | None, points: Sequence[Point], by: By
) -> tuple[tuple[Point, ...], tuple[Beside, ...]]:
    """The periods by which a chart begins earlier, so that the series is on it, and the series as it is drawn there."""
    if series is None:
        return (), ()
    earlier: list[Point] = []
    oldest = min(series.values)
    while points and len(earlier) < MOST_EARLIER:
        first = earlier[0].first if earlier else points[0].first
        if first <= oldest:
            break
        before = months_later(first, -MONTHS_OF[by])
        earlier.insert(0, Point(before, first - timedelta(days=1), 0, None, None, False))
    values = [series.values.get(point.first) for point in (*earlier, *points)]
    if not any(value is not None for value in values):
        return (), ()  # too long ago, or later than ours
    return tuple(earlier), (Beside("national", series.name, values),)


def _series(place: str, says: str, figures: Sequence[FigureLike], measure: Measure, by: By) -> NationalSeries:
    own = [one for one in figures if one.first.day == 1 and _last(one.first, by) == one.last and _begins(one.first, by)]
    points = [Point(one.first, one.last, one.numerator or 0, one.denominator, one.value, False) for one in own]
    rows = [_row(point, measure, by, one) for point, one in zip(points, own, strict=True)]
    name = f"{place}: {says[0].lower()}{says[1:]}"
    if not points and by is By.QUARTER:
        points, name = _quarters(figures), f"{name}, mean of the three months"
        rows = [_row(point, measure, by) for point in points]
    return NationalSeries(
        code=sha256(f"{place} {says}".encode()).hexdigest()[:10],
        name=name,
        rows=tuple(rows[::-1]),
        files=listed(sorted({one.file for one in figures})),
        values={point.first: point.value for point in points if point.value is not None},
    )


def _quarters(figures: Sequence[FigureLike]) -> list[Point]:
    """The plain mean of each quarter of which all three months were published: what was published gives no sums."""
    months = {one.first: one.value for one in figures if one.first.day == 1 and _last(one.first, By.MONTH) == one.last}
    found = []
    for first in sorted(one for one in months if _begins(one, By.QUARTER)):
        values = [months.get(months_later(first, more)) for more in range(3)]
        known = [value for value in values if value is not None]
        if len(known) == len(values):
            found.append(Point(first, _last(first, By.QUARTER), 0, None, fsum(known) / len(known), False))
    return found


def _last(first: date, by: By) -> date:
    return months_later(first, MONTHS_OF[by]) - timedelta(days=1)


def _begins(first: date, by: By) -> bool:
    return by is By.MONTH or first.month % 3 == 1


def _row(point: Point, measure: Measure, by: By, one: FigureLike | None = None) -> TableRow:
    numerator, denominator = (one.numerator, one.denominator) if one else (None, None)
    is_counted = numerator is not None and denominator is not None
    return TableRow(
        period=period_text(point, by),
        numerator=amount_text(numerator, measure.unit) if numerator is not None else NOT_GIVEN,
        denominator=amount_text(denominator, None) if denominator is not None else NOT_GIVEN,
        value=value_text(point.value, measure.unit),
        interval=(interval_text(point, measure) if is_counted else "") or NOT_GIVEN,
        kind="",
        signal="",
        first=point.first.isoformat(),
        last=point.last.isoformat(),
    )
