"""A control chart as an SVG says it: lines, marks and words with their places, ready to print.

Every meaning has a shape of its own, so that nothing rests on colour: it holds in print, in high contrast and for
somebody who sees no colours.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from homeward.outcomes.variation.xmr import ChartPoint, Variation, Xmr, is_better

WIDE, NARROW = (760, 330), (360, 280)
LEFT, TOP, BELOW = 58, 16, 40
BESIDE = {WIDE: 128, NARROW: 26}  # room to the right: on a wide chart for the names of the lines
LABELS = {WIDE: 8, NARROW: 3}  # most names of periods under the chart
TICKS = 5
LINE_HEIGHT = 17


@dataclass(frozen=True, slots=True)
class Mark:
    """A point: where, and its kind: chance, better, worse, different, provisional."""

    x: float
    y: float
    kind: str
    says: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line across: from and to where, its kind (mean, limit, target, step), and its name with the place of that."""

    x1: float
    y1: float
    x2: float
    y2: float
    kind: str
    says: str = ""
    says_y: float = 0


@dataclass(frozen=True, slots=True)
class Beside:
    """Another series of the same periods: `kind` (control, national) is how its line looks."""

    kind: str
    says: str
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of one size. `paths` join the points, with a gap where a period has no value.

    `besides` are other series (kind, name, paths, the place of each value), `flags` the numbers of notes over their
    periods.
    """

    name: str
    width: int
    height: int
    left: int
    right: float
    bottom: float
    ticks: tuple[tuple[float, str], ...]
    periods: tuple[tuple[float, str], ...]
    paths: tuple[str, ...]
    lines: tuple[Line, ...]
    marks: tuple[Mark, ...]
    besides: tuple[tuple[str, str, tuple[str, ...], tuple[tuple[float, float, str], ...]], ...] = ()
    flags: tuple[tuple[float, str], ...] = ()


SPARK = (220, 44)


@dataclass(frozen=True, slots=True)
class Spark:
    """A line as small as a word, beside a number that says the same: `paths`, and the newest settled point."""

    width: int
    height: int
    paths: tuple[str, ...]
    mark: Mark | None


def within(value: float, lowest: float | None, highest: float | None) -> float:
    """A value as far as it can go: no share is above all, and nothing that is counted is below nothing."""
    if lowest is not None:
        value = max(value, lowest)
    return value if highest is None else min(value, highest)


def kind_of(point: ChartPoint, chart: Xmr) -> str:
    """What a point is drawn as."""
    if point.is_provisional:
        return "provisional"
    if not point.causes:
        return "chance"
    good = is_better(point, chart.better)
    return "different" if good is None else "better" if good else "worse"


def draw(
    chart: Xmr,
    names: Sequence[str],
    size: tuple[int, int],
    *,
    say: Callable[[float], str],
    target: float | None = None,
    lowest: float | None = 0,
    highest: float | None = None,
    besides: Sequence[Beside] = (),
    flags: Mapping[int, str] | None = None,
    before: int = 0,
) -> Chart:
    """Draw a chart: `names` of its periods, `say` writes a value. Nothing lies below `lowest` or above `highest`.

    before: so many of the names, and of the values of each of `besides`, are of periods before the chart's own first.
    """
    width, height = size
    right, bottom = width - BESIDE[size], height - BELOW
    others = [value for one in besides for value in one.values if value is not None]
    others += [target] if target is not None else []
    bottom_value, top_value, step = _scale(chart, others, lowest, highest)

    def x(place: float) -> float:
        return round(LEFT + (right - LEFT) * (place + before + 0.5) / max(1, len(chart.points) + before), 1)

    def y(value: float) -> float:
        inside = within(value, bottom_value, top_value)
        return round(bottom - (bottom - TOP) * (inside - bottom_value) / (top_value - bottom_value), 1)

    marks = tuple(
        Mark(x(place), y(point.value), kind_of(point, chart), f"{name}: {say(point.value)}")
        for place, (point, name) in enumerate(zip(chart.points, names[before:]))
        if point.value is not None
    )
    count = ceil((top_value - bottom_value) / step - 1e-9)
    ticks = [bottom_value + step * number for number in range(count + 1)]
    every = max(1, ceil(len(names) / LABELS[size]))
    newest = len(names) - 1
    return Chart(
        name="wide" if size == WIDE else "narrow",
        width=width,
        height=height,
        left=LEFT,
        right=right,
        bottom=bottom,
        ticks=tuple((y(value), say(value)) for value in ticks if value <= top_value + 1e-9),
        periods=tuple(
            (x(place - before), names[place]) for place in range(len(names)) if (newest - place) % every == 0
        ),
        paths=_paths(
            [None if point.value is None else (x(place), y(point.value)) for place, point in enumerate(chart.points)]
        ),
        lines=_lines(
            chart,
            x,
            y,
            lambda value: say(within(value, lowest, highest)),
            target,
            (LEFT if not before else x(-0.5), right),
        ),
        marks=marks,
        besides=tuple(
            (
                one.kind,
                one.says,
                _paths([None if v is None else (x(at - before), y(v)) for at, v in enumerate(one.values)]),
                tuple(
                    (x(at - before), y(v), f"{one.says}, {names[at]}: {say(v)}")
                    for at, v in enumerate(one.values)
                    if v is not None
                ),
            )
            for one in besides
        ),
        flags=tuple((x(place), label) for place, label in sorted((flags or {}).items())),
    )


def draw_spark(chart: Xmr) -> Spark:
    """Draw the settled periods of a chart as a line without words."""
    width, height = SPARK
    points = [point for point in chart.points if not point.is_provisional]
    values = [point.value for point in points if point.value is not None]
    low, high = min(values, default=0.0), max(values, default=1.0)
    spread = (high - low) or 1.0
    room = 8  # for the mark

    def x(place: int) -> float:
        return round(room + (width - 2 * room) * place / max(1, len(points) - 1), 1)

    def y(value: float) -> float:
        return round(height - room - (height - 2 * room) * (value - low) / spread, 1)

    places = [None if one.value is None else (x(at), y(one.value)) for at, one in enumerate(points)]
    is_too_few = chart.variation is Variation.TOO_FEW  # its words say so, and a mark without words must not say more
    marks = [
        Mark(x(at), y(one.value), "chance" if is_too_few else kind_of(one, chart), "")
        for at, one in enumerate(points)
        if one.value is not None
    ]
    return Spark(width, height, _paths(places), marks[-1] if marks else None)


def _scale(chart: Xmr, others: list[float], lowest: float | None, highest: float | None) -> tuple[float, float, float]:
    """From and to which value the chart goes, and how far its ticks are apart."""
    shown = [value for point in chart.points for value in (point.value, point.lower, point.upper) if value is not None]
    shown += others
    low = within(min(shown, default=0.0), lowest, highest)
    high = within(max(shown, default=1.0), lowest, highest)
    spread = (high - low) or abs(high) or 1.0
    rough = spread / TICKS
    size = 10 ** floor(log10(rough))
    step = next(size * factor for factor in (1, 2, 2.5, 5, 10) if size * factor >= rough - 1e-12)
    low, high = floor(low / step + 1e-9) * step, ceil(high / step - 1e-9) * step
    if high <= low:
        # all alike: room below where nothing lies above, such as 100%
        low, high = (low - step, low) if highest is not None and low + step > highest else (low, low + step)
    return low, high, step


def _paths(places: list[tuple[float, float] | None]) -> tuple[str, ...]:
    parts: list[list[tuple[float, float]]] = [[]]
    for place in places:
        if place is None:
            parts.append([])
        else:
            parts[-1].append(place)
    return tuple("M" + " L".join(f"{x},{y}" for x, y in part) for part in parts if len(part) > 1)


def _lines(chart: Xmr, x, y, say, target: float | None, across: tuple[float, float]) -> tuple[Line, ...]:
    lines, named = [], []
    last = chart.points[-1].phase if chart.points else 0
    for phase in range(last + 1):
        places = [place for place, point in enumerate(chart.points) if point.phase == phase]
        point = chart.points[places[0]]
        start = across[0] if not phase else x(places[0] - 0.5)
        end = across[1] if phase == last else x(places[-1] + 0.5)
        if phase:
            lines.append(Line(start, TOP, start, y(-1e18), "step"))
        if point.mean is None or point.lower is None or point.upper is None:
            continue
        for value, kind, name in ((point.upper, "limit", "Upper limit"), (point.mean, "mean", "Mean"),
                                  (point.lower, "limit", "Lower limit")):  # fmt: skip
            line = Line(start, y(value), end, y(value), kind, f"{name} {say(value)}" if phase == last else "", y(value))
            (named if line.says else lines).append(line)
    if target is not None:
        named.append(Line(*_across(across, y(target)), "target", f"Target {say(target)}", y(target)))
    return (*lines, *_apart(named))


def _across(across: tuple[float, float], height: float) -> tuple[float, float, float, float]:
    return across[0], height, across[1], height


def _apart(lines: list[Line]) -> list[Line]:
    """The lines with their names moved so that none lies over another, each as near its line as it can."""
    placed: list[Line] = []
    below = float("-inf")
    for line in sorted(lines, key=lambda one: one.y1):
        below = max(line.y1, below + LINE_HEIGHT)
        placed.append(Line(line.x1, line.y1, line.x2, line.y2, line.kind, line.says, below))
    return placed
