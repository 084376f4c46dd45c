"""Measures as the pages of results print them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Protocol

from homeward.evidence.rules.study import where_and_when
from homeward.kernel.rules import london_day
from homeward.outcomes.measures.definition import By, Computed, Measure, Point, Published, Unit
from homeward.outcomes.variation.interrupted import BeforeAfter, Effect, TooFewError, before_and_after
from homeward.outcomes.variation.intervals import FEWEST_CLUSTERS, Interval, count_interval, wilson
from homeward.outcomes.variation.targets import TARGETS
from homeward.outcomes.variation.xmr import FEW, Assurance, Better, Cause, Reading, Variation, Xmr, xmr
from homeward.procedures.selectors import source_title
from homeward.web.persons import short_day
from homeward.web.results.chart import NARROW, WIDE, Beside, Chart, draw, kind_of, within
from homeward.web.words import counted, listed

# Which measures stand under which heading; what is under none comes last
HEADINGS = (
    ("Front door and crisis response", ("M01", "M02", "M03", "M04", "M05", "M06")),
    ("Leaving hospital", ("M15", "M16", "M17", "M18", "M21")),
    ("Beds and reablement", ("M13", "M28", "M19", "M20")),
    ("Visits, people and equipment", ("M07", "M08", "M09", "M10", "M11", "M12", "M25", "M29", "M22", "M30")),
    ("Money", ("M14", "M24")),
)
OTHERS = "Staff, experience and emergencies"
CAUSES = {
    Cause.OUTSIDE: "outside the limits",
    Cause.RUN: "part of 7 or more in a row on one side of the mean",
    Cause.TREND: "part of 7 or more in a row that rise, or fall",
    Cause.NEAR: "one of 2 in 3 near a limit",
}
# Kind of mark (shape and colour), and the words
VARIATIONS = {
    Variation.COMMON: ("chance", "No more than chance"),
    Variation.BETTER_HIGH: ("better", "Better: higher than chance"),
    Variation.BETTER_LOW: ("better", "Better: lower than chance"),
    Variation.WORSE_HIGH: ("worse", "Worse: higher than chance"),
    Variation.WORSE_LOW: ("worse", "Worse: lower than chance"),
    Variation.HIGH: ("different", "Higher than chance"),
    Variation.LOW: ("different", "Lower than chance"),
    Variation.TOO_FEW: ("provisional", f"Too few periods to say: {FEW} are needed"),
}
ASSURANCES = {
    Assurance.MET: "As things are, the target is met every time",
    Assurance.MAY_BE_MISSED: "As things are, the target is met or missed by chance",
    Assurance.FAILS: "As things are, the target is missed every time",
    Assurance.TOO_FEW: "",  # the variation beside it says that there are too few
    Assurance.NO_TARGET: "",
}
KINDS = {
    "chance": "No more than chance",
    "better": "Better than chance",
    "worse": "Worse than chance",
    "different": "Different from chance",
    "provisional": "May still change",
}
NOT_GIVEN = "–"
MOST_TO_LOOK_AT = 6


@dataclass(frozen=True, slots=True)
class Headline:
    """A measure in a line: its newest settled period. Every part is "" where there is nothing to say."""

    key: str
    title: str
    period: str
    number: str
    of: str
    interval: str
    change: str
    kind: str
    variation: str
    assurance: str
    published: str


@dataclass(frozen=True, slots=True)
class Group:
    """Measures under one heading; `without` are those with no settled period yet."""

    title: str
    rows: tuple[Headline, ...]
    without: tuple[Headline, ...]


class NoteLike(Protocol):
    """A note as the record has it."""

    pk: int
    first: date
    last: date
    text: str
    measure_key: str
    written_by: str
    written_at: datetime
    corrects: "NoteLike | None"


@dataclass(frozen=True, slots=True)
class NoteLine:
    """A note on a period: the number it has on the chart, what it said before where it was corrected."""

    number: int
    pk: int
    period: str
    text: str
    by: str
    was: str


@dataclass(frozen=True, slots=True)
class TableRow:
    """One period in the table beside the chart; `notes` are what was noted on it."""

    period: str
    numerator: str
    denominator: str
    value: str
    interval: str
    kind: str
    signal: str
    first: str
    last: str
    notes: tuple[str, ...] = ()


COLUMNS = (
    ("numerator", "Numerator"),
    ("denominator", "Denominator"),
    ("interval", "95% interval"),
    ("signal", "Signal"),
)


def columns_of(rows: Sequence[object], *, has_denominator: bool = True) -> tuple[tuple[str, str], ...]:
    """The columns of a table that say something in any row, with their heads: what nobody knows has no column.

    Without denominators, what is counted is the value itself.
    """
    skipped = () if has_denominator else ("numerator", "denominator")
    return tuple(
        (name, words)
        for name, words in COLUMNS
        if name not in skipped and any(_says_something(row, name) for row in rows)
    )


def _says_something(row: object, name: str) -> bool:
    return getattr(row, name, "") not in ("", NOT_GIVEN) or (name == "signal" and bool(getattr(row, "notes", ())))


@dataclass(frozen=True, slots=True)
class EffectRow:
    """One estimate of a before and after view."""

    says: str
    value: str
    interval: str
    is_clear: str


@dataclass(frozen=True, slots=True)
class Change:
    """Before and after a month, in words; `refused` says why there is nothing to show."""

    since: str
    refused: str = ""
    rows: tuple[EffectRow, ...] = ()
    method: str = ""
    limits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MeasurePage:
    """The page of one measure."""

    headline: Headline
    definition: str
    numerator: str
    denominator: str
    charts: tuple[Chart, ...]
    chart_says: str
    kinds: tuple[tuple[str, str], ...]
    look: tuple[str, ...]
    rows: tuple[TableRow, ...]
    has_denominator: bool
    published: tuple[tuple[str, str, str], ...]
    target: str
    facts: tuple[tuple[str, str], ...]
    decisions: tuple[str, ...]
    excluded: tuple[str, ...]
    months: tuple[tuple[str, str], ...]
    change: Change | None
    besides: tuple[tuple[str, str], ...] = ()
    notes: tuple[NoteLine, ...] = ()

    @property
    def columns(self) -> tuple[tuple[str, str], ...]:
        """The columns of its table, beside the period and the value."""
        return columns_of(self.rows, has_denominator=self.has_denominator)


def present_overview(found: list[Computed]) -> tuple[Group, ...]:
    """Every measure in a line, under its heading."""
    of_code: dict[str, list[Headline]] = {}
    for one in found:
        of_code.setdefault(one.measure.code, []).append(present_headline(one, chart_of(one)))
    known = {code for _, codes in HEADINGS for code in codes}
    headings = (*HEADINGS, (OTHERS, tuple(code for code in of_code if code not in known)))
    groups = ((title, [row for code in codes for row in of_code.get(code, ())]) for title, codes in headings)
    return tuple(
        Group(title, tuple(row for row in rows if row.period), tuple(row for row in rows if not row.period))
        for title, rows in groups
        if rows
    )


def since_it_began(points: tuple[Point, ...]) -> tuple[Point, ...]:
    """The periods from the first in which there was anything at all: before that the service was not there."""
    for place, point in enumerate(points):
        if point.numerator or point.denominator:
            return points[place:]
    return ()


def chart_of(found: Computed, since: date | None = None) -> Xmr:
    """The control chart of a measure; with the limits made anew from a period on where a step change is marked."""
    points = since_it_began(found.points)
    target = TARGETS.get(found.measure.key)
    return xmr(
        [Reading(point.value, point.is_provisional) for point in points],
        steps=[place for place, point in enumerate(points) if place and since and point.first == since],
        better=Better(found.measure.better),
        target=target.value if target else None,
    )


def present_headline(found: Computed, chart: Xmr) -> Headline:
    """The newest settled period of a measure, beside the one before it."""
    measure = found.measure
    settled = [point for point in found.points if point.value is not None and not point.is_provisional]
    settled = [point for point in since_it_began(found.points) if point in settled]
    newest = settled[-1] if settled else None
    kind, variation = VARIATIONS[chart.variation]
    return Headline(
        key=measure.key,
        title=measure.title,
        period=period_text(newest, found.by) if newest else "",
        number=value_text(newest.value, measure.unit) if newest else "Nothing settled yet",
        of=_of(newest, measure) if newest else "",
        interval=interval_text(newest, measure) if newest else "",
        change=_change(settled, found) if newest else "",
        kind=kind if newest else "",
        variation=variation if newest else "",
        assurance=ASSURANCES[chart.assurance] if newest else "",
        published=_likest(measure),
    )


def newest_words(found: Computed) -> str:
    """The newest period where it may still change: 23 November 2026 so far: 3; "" where it is settled."""
    newest = found.points[-1] if found.points else None
    if newest is None or not newest.is_provisional:
        return ""
    of = _of(newest, found.measure)
    value = value_text(newest.value, found.measure.unit)
    if newest.value is None:
        return f"{period_text(newest, found.by)} so far: none"
    return f"{period_text(newest, found.by)} so far: {value}{f' ({of})' if of else ''}"


def present_measure(
    found: Computed,
    since: date | None = None,
    *,
    control: Computed | None = None,
    control_says: str = "",
    notes: Sequence[NoteLike] = (),
    besides: Sequence[Beside] = (),
    earlier: Sequence[Point] = (),
) -> MeasurePage:
    """One measure with its chart, table, definition and what was published; before and after `since` where asked.

    `control` is another series of the same periods, for before and after; `besides` are drawn on the chart, which
    begins with the periods `earlier` than our own where they have something there.
    """
    measure, chart = found.measure, chart_of(found, since)
    points = since_it_began(found.points)
    lines = [_note_line(number, note) for number, note in enumerate(notes, 1)]
    noted = {
        place: [line for line, note in zip(lines, notes) if note.first <= point.last and note.last >= point.first]
        for place, point in enumerate(points)
    }
    if control is not None:
        values = [None] * len(earlier) + _aligned(control, points)
        besides = (*besides, Beside("control", control_says, values))
    names = [period_text(point, found.by, is_short=True) for point in (*earlier, *points)]
    target = TARGETS.get(measure.key)
    kinds = {kind_of(point, chart) for point in chart.points if point.value is not None}
    return MeasurePage(
        headline=present_headline(found, chart),
        definition=measure.definition,
        numerator=measure.numerator,
        denominator=measure.denominator,
        charts=tuple(
            draw(
                chart,
                names,
                size,
                say=lambda value: value_text(value, measure.unit, is_short=True),
                target=target.value if target else None,
                lowest=_reach(measure)[0],
                highest=_reach(measure)[1],
                besides=besides,
                before=len(earlier),
                flags={place: ", ".join(str(one.number) for one in some) for place, some in noted.items() if some},
            )
            for size in (WIDE, NARROW)
        )
        if any(point.value is not None for point in chart.points)
        else (),
        chart_says=_in_words(found, chart, points),
        kinds=tuple((kind, words) for kind, words in KINDS.items() if kind in kinds),
        look=look_at(found, chart),
        rows=tuple(
            _row(point, drawn, found, chart, noted[place])
            for place, (point, drawn) in enumerate(zip(points, chart.points))
        )[::-1],
        has_denominator=any(point.denominator is not None for point in points),
        published=tuple(
            (_published_text(one, measure), where_and_when(one.place, one.period), source_title(one.source))
            for one in measure.published
        ),
        target=f"{target.says} ({target.source})" if target else "",
        facts=(
            ("Unit", UNITS[measure.unit]),
            ("Better", {"up": "Higher", "down": "Lower", "": "Neither higher nor lower"}[measure.better]),
            *([("95% interval", ALIKE.format(measure.together.removesuffix("_id")))] if measure.together else []),
            ("Read from", listed([name.replace("_", " ") for name in measure.reads])),
            ("Version of the definition", str(measure.version)),
        ),
        decisions=measure.local_decisions,
        excluded=tuple(f"{why}: {number}" for why, number in found.excluded.items() if number),
        months=tuple((point.first.isoformat(), name) for point, name in list(zip(points, names[len(earlier) :]))[1:]),
        change=_before_after(found, points, since, control, control_says) if since else None,
        besides=tuple((one.kind, one.says) for one in besides),
        notes=tuple(lines),
    )


def days_text(first: date, last: date) -> str:
    """One day, or from one to another."""
    return short_day(first) if first == last else f"{short_day(first)} to {short_day(last)}"


def _note_line(number: int, note: NoteLike) -> NoteLine:
    return NoteLine(
        number=number,
        pk=note.pk,
        period=f"{days_text(note.first, note.last)}{'' if note.measure_key else ', every measure'}",
        text=note.text,
        by=f"{note.written_by}, {short_day(london_day(note.written_at))}",
        was=note.corrects.text if note.corrects else "",
    )


def _aligned(other: Computed, points: Sequence[Point]) -> list[float | None]:
    """The values of another series at the same periods; none where it may still change, as of the series itself."""
    values = {point.first: None if point.is_provisional else point.value for point in other.points}
    return [values.get(point.first) for point in points]


ALIKE = (
    "Each {0} is one case, because days of one {0} are alike: ratio estimator, variance between {0}s (cluster-robust),"
    f" Student’s t. None with fewer than {FEWEST_CLUSTERS}"
)
UNITS = {
    Unit.COUNT: "Number",
    Unit.SHARE: "Share, in percent",
    Unit.RATE: "Rate",
    Unit.DAYS: "Days",
    Unit.HOURS: "Hours",
    Unit.MINUTES: "Minutes",
    Unit.PENCE: "Pounds",
}


def value_text(value: float | None, unit: Unit, *, is_short: bool = False) -> str:
    """A value with its unit; without the noun where `is_short`."""
    if value is None:
        return NOT_GIVEN
    if unit is Unit.SHARE:
        return f"{100 * value:.1f}%" if not is_short else f"{round(100 * value, 1):g}%"
    if unit is Unit.PENCE:
        return f"{'−' if value <= -50 else ''}£{abs(value) / 100:,.0f}"
    number = _number(value)
    if unit in (Unit.COUNT, Unit.RATE) or is_short:
        return number
    return f"{number} {unit.value if number != '1' else unit.value[:-1]}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == round(value) or abs(value) >= 100 else f"{value:,.1f}"


def period_text(point: Point, by: By, *, is_short: bool = False) -> str:
    """A period by its name: 4 October 2026, or 4 Oct; October 2026, or Oct 26; July to September 2026; 2026/27."""
    first, last = point.first, point.last
    if by is By.DAY:
        return f"{first.day} {first:%b}" if is_short else f"{first.day} {first:%B} {first:%Y}"
    if by is By.MONTH:
        return f"{first:%b} {first:%y}" if is_short else f"{first:%B} {first:%Y}"
    if by is By.QUARTER:
        return f"{first:%b}–{last:%b} {last:%y}" if is_short else f"{first:%B} to {last:%B} {last:%Y}"
    if by is By.YEAR:
        return f"{first:%Y}/{last:%y}"
    return f"{first.day} {first:%b %Y} to {last.day} {last:%b %Y}"


def interval_of(point: Point, measure: Measure) -> Interval | None:
    """How sure a value is: of a share, and of a count; None where sums alone cannot say."""
    unit = measure.unit
    if measure.together:
        return point.interval if point.value is not None else None
    if unit is Unit.SHARE and point.denominator and 0 <= point.numerator <= point.denominator:
        return wilson(point.numerator, point.denominator)
    if unit is Unit.COUNT and point.denominator is None and point.numerator >= 0:
        return count_interval(point.numerator)
    return None


def interval_text(point: Point, measure: Measure) -> str:
    """The interval of a value from its lower to its upper end; "" where sums alone cannot say."""
    found = interval_of(point, measure)
    if found is None:
        return ""
    return " to ".join(value_text(one, measure.unit, is_short=True) for one in (found.lower, found.upper))


def _of(point: Point, measure: Measure) -> str:
    if point.denominator is None:
        return ""
    joint = "of" if measure.unit is Unit.SHARE else "÷"
    return f"{amount_text(point.numerator, measure.unit)} {joint} {_number(point.denominator)}"


def amount_text(number: float, unit: Unit | None) -> str:
    """A numerator, or with no unit a denominator: a number, or money."""
    return value_text(number, unit) if unit is Unit.PENCE else _number(number)


def part_text(split: str, part: str) -> str:
    """A part of a measure that is split: reason, equipment."""
    return f"{split.replace('_', ' ')}: {part.replace('_', ' ') or 'not said'}"


def _change(settled: list[Point], found: Computed) -> str:
    if len(settled) < 2 or settled[-1].value is None or settled[-2].value is None:
        return ""
    step = settled[-1].value - settled[-2].value
    before = f"{'on' if found.by is By.DAY else 'in'} {period_text(settled[-2], found.by)}"
    unit = found.measure.unit
    size = _size(step, unit)
    if size == _size(0, unit):
        return f"As {before}"
    return f"{size} {'more' if step > 0 else 'less'} than {before}"


def _size(step: float, unit: Unit) -> str:
    """A difference without its sign; of shares in percentage points."""
    if unit is Unit.SHARE:
        return f"{abs(100 * step):.1f} points"
    size = round(abs(step), 1)
    return value_text(size if unit is not Unit.PENCE else abs(step), unit)


def _likest(measure: Measure) -> str:
    """What was published that is most like ours: a number in its unit that is not the target, else the first."""
    target = TARGETS.get(measure.key)
    alike = [
        one for one in measure.published
        if one.value is not None and not one.unit and (target is None or one.value != target.value)
    ]  # fmt: skip
    return next((_published_text(one, measure) for one in (*alike, *measure.published)), "")


def _published_text(one: Published, measure: Measure) -> str:
    if one.value is None:
        return f"“{one.says}” ({where_and_when(one.place, one.period)})"
    value = value_text(one.value, measure.unit) if not one.unit else f"{_number(one.value)} {one.unit}"
    return f"{one.says}: {value} ({where_and_when(one.place, one.period)})"


@dataclass(frozen=True, slots=True)
class NationalRow:
    """One figure of a national file, as a row."""

    place: str
    says: str
    period: str
    value: str
    source: str


class FigureLike(Protocol):
    """What a row of a national figure is made of."""

    place: str
    says: str
    first: date
    last: date
    numerator: float | None
    denominator: float | None
    value: float
    unit: str
    file: str
    sheet: str


def present_national(figures: Sequence[FigureLike]) -> tuple[NationalRow, ...]:
    """Published figures with their place, period and file; in the words of the file, whatever our measure is of."""
    return tuple(
        NationalRow(
            one.place, one.says, days_text(one.first, one.last), _national_text(one),
            f"{one.file}, {one.sheet}" if one.sheet else one.file,
        )
        for one in figures
    )  # fmt: skip


def _national_text(one: FigureLike) -> str:
    value = f"{100 * one.value:.1f}%" if one.unit == "share" else f"{one.value:,.1f}".removesuffix(".0")
    value += {"days": " days", "mean a day": " a day"}.get(one.unit, "")
    return f"{value} ({one.numerator:,.0f} of {one.denominator:,.0f})" if one.numerator and one.denominator else value


def _in_words(found: Computed, chart: Xmr, points: tuple[Point, ...]) -> str:
    if not points:
        return "The record has no case of it yet. What it counts, and what it is read from, stands under What it is."
    unit, newest = found.measure.unit, chart.points[-1]
    first, last = (period_text(point, found.by) for point in (points[0], points[-1]))
    said = f"{counted(len(points), found.by.value)}, from {first} to {last}."
    if newest.mean is not None and newest.lower is not None and newest.upper is not None:
        low, high = (within(value, *_reach(found.measure)) for value in (newest.lower, newest.upper))
        said += f" Mean {value_text(newest.mean, unit)}; limits {value_text(low, unit)} to {value_text(high, unit)}"
        said += f", from {counted(chart.readings, 'reading')}: only a beginning." if chart.is_short else "."
    if newest.mean is None:
        return said
    special = sum(bool(point.causes) for point in chart.points)
    many = {0: "No period is", 1: "1 period is"}.get(special, f"{special} periods are")
    return f"{said} {many} more than chance."


def look_at(found: Computed, chart: Xmr) -> tuple[str, ...]:
    """The newest runs of points that are more than chance for one reason, each in a sentence."""
    points = since_it_began(found.points)
    said = []
    marked = [(place, drawn) for place, drawn in enumerate(chart.points) if drawn.causes]
    # points that follow on one another with the same causes share a place less their number
    for (_, causes, side), group in groupby(
        enumerate(marked), lambda it: (it[1][0] - it[0], it[1][1].causes, it[1][1].side)
    ):
        places = [place for _, (place, _) in group]
        first, last = (period_text(points[place], found.by) for place in (places[0], places[-1]))
        when = first if len(places) == 1 else f"{first} to {last}"
        way = {1: ", higher", -1: ", lower", 0: ""}[side]
        value = f" ({value_text(points[places[0]].value, found.measure.unit)})" if len(places) == 1 else ""
        early = " Judged from few periods: look again." if chart.is_short else ""
        said.append(f"{when}{value}: {listed([CAUSES[cause] for cause in causes])}{way}.{early}")
    return tuple(said[-MOST_TO_LOOK_AT:])


def _reach(measure: Measure) -> tuple[float | None, float | None]:
    """Below and above what no value lies; None where there is no end."""
    return None if measure.may_be_below_nothing else 0, 1 if measure.unit is Unit.SHARE else None


def _row(point: Point, drawn, found: Computed, chart: Xmr, noted: Sequence[NoteLine]) -> TableRow:
    unit = found.measure.unit
    kind = kind_of(drawn, chart) if point.value is not None else ""
    words = [KINDS["provisional"]] if point.is_provisional else []
    if drawn.causes:
        words = [f"{KINDS[kind]}: {listed([CAUSES[cause] for cause in drawn.causes])}"]
    return TableRow(
        period=period_text(point, found.by),
        numerator=amount_text(point.numerator, unit),
        denominator=NOT_GIVEN if point.denominator is None else _number(point.denominator),
        value=value_text(point.value, unit),
        interval=interval_text(point, found.measure) or NOT_GIVEN,
        kind=kind,
        signal=" ".join(words),
        first=point.first.isoformat(),
        last=point.last.isoformat(),
        notes=tuple(f"{one.number}: {one.text}" for one in noted),
    )


def _before_after(
    found: Computed, points: tuple[Point, ...], since: date, control: Computed | None, control_says: str
) -> Change:
    place = next((place for place, point in enumerate(points) if point.first == since), 0)
    when = period_text(points[place], found.by) if points else ""
    try:
        told = before_and_after(
            [None if one.is_provisional else one.value for one in points],
            place,
            control=_aligned(control, points) if control is not None else None,
        )
    except TooFewError as error:
        return Change(since=when, refused=str(error))
    per, beyond = f"a {found.by.value}", ", beyond the control" if control is not None else ""
    return Change(
        since=when,
        rows=(
            _effect(f"Trend before, {per}{beyond}", told.before, found),
            _effect(f"Step at the change{beyond}", told.step, found),
            _effect(f"Change of the trend, {per}{beyond}", told.bend, found),
        ),
        method=_method(told, found, control_says if control is not None else ""),
        limits=told.limits,
    )


def _effect(says: str, effect: Effect, found: Computed) -> EffectRow:
    def signed(value: float) -> str:
        return f"{'−' if value < 0 else '+'}{_size(value, found.measure.unit)}"

    return EffectRow(
        says=says,
        value=signed(effect.value),
        interval=f"{signed(effect.interval.lower)} to {signed(effect.interval.upper)}",
        is_clear="More than chance" if effect.is_clear else "May be chance",
    )


def _method(told: BeforeAfter, found: Computed, control: str) -> str:
    per = found.by.value
    of = f"the difference between this and the control ({control}): " if control else ""
    return (
        f"Segmented regression of {of}{counted(told.readings[0], per)} before and "
        f"{counted(told.readings[1], per)} from then on; errors after Newey and West, "
        f"with {counted(told.lags, 'lag')}; 95% intervals."
    )
