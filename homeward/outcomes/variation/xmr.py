"""Statistical process control: which points of a series are more than chance (XmR chart, NHS England's four rules)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from statistics import fmean

# NHS England, Making data count: limits lie 2.66 mean moving ranges from the mean (Shewhart, 3 / 1.128). These and the
# rules below as the programme's own package applies them, NHSRplotthedots 0.2.2. docs/rules/variation.md
LIMIT = 2.66
NEAR = LIMIT * 2 / 3  # two thirds of the way from the mean to a limit: the outer third begins
RUN = 7  # points in a row on one side of the mean
TREND = 7  # points in a row, each higher, or each lower, than the one before
OF_THREE = 2  # points near the same limit, of three in a row on that side of the mean
FEW = 12  # readings under which the programme's package warns that limits are only a beginning
FEWEST = 3  # readings that limits can be drawn from at all. Local decision: two give one moving range


class Cause(StrEnum):
    """Why a point is more than chance."""

    OUTSIDE = "outside"
    RUN = "run"
    TREND = "trend"
    NEAR = "near"


class Better(StrEnum):
    """Which way is better."""

    UP = "up"
    DOWN = "down"
    NEITHER = ""


class Variation(StrEnum):
    """What the newest point says: NHS England's icons of variation."""

    COMMON = "common"
    BETTER_HIGH = "better_high"
    BETTER_LOW = "better_low"
    WORSE_HIGH = "worse_high"
    WORSE_LOW = "worse_low"
    HIGH = "high"
    LOW = "low"
    TOO_FEW = "too_few"


class Assurance(StrEnum):
    """Whether a target will be met as things are: NHS England's icons of assurance."""

    MET = "met"
    MAY_BE_MISSED = "may_be_missed"
    FAILS = "fails"
    NO_TARGET = "no_target"
    TOO_FEW = "too_few"


@dataclass(frozen=True, slots=True)
class Reading:
    """One period's value: None where there is none; `is_provisional` while it may still change."""

    value: float | None
    is_provisional: bool = False


@dataclass(frozen=True, slots=True)
class ChartPoint:
    """One period on the chart.

    `phase` counts the steps before it; `mean`, `lower` and `upper` are its phase's, None where that has too few
    readings. `side` is 1 for a cause that points up, -1 for one that points down, 0 without one.
    """

    value: float | None
    is_provisional: bool
    phase: int
    mean: float | None
    lower: float | None
    upper: float | None
    causes: tuple[Cause, ...]
    side: int


@dataclass(frozen=True, slots=True)
class Xmr:
    """A chart. `readings` counts those of its last phase that the mean and limits were made from."""

    points: tuple[ChartPoint, ...]
    better: Better
    variation: Variation
    assurance: Assurance
    readings: int

    @property
    def is_short(self) -> bool:
        """Whether the newest limits rest on fewer readings than they should."""
        return self.readings < FEW


def xmr(
    readings: Iterable[Reading], *, steps: Sequence[int] = (), better: Better = Better.NEITHER,
    target: float | None = None,
) -> Xmr:  # fmt: skip
    """Chart a series, oldest first.

    The mean and limits are made anew only at `steps`: the places in the series at which somebody marked a step change.
    A provisional reading is on the chart, and nothing is made or judged from it. A period without a value ends a run,
    a trend and a moving range, since what lies on both sides of it did not follow on one another.

    Raises: ValueError when a step is outside the series.
    """
    series = list(readings)
    if outside := [step for step in steps if not 0 < step < len(series)]:
        raise ValueError(
            f"A step change must be marked at a point from 1 to {len(series) - 1}, not {outside[0]}: choose another."
        )
    edges = [0, *sorted(set(steps)), len(series)]
    points: list[ChartPoint] = []
    for phase, (start, end) in enumerate(pairwise(edges)):
        points += _phase(series[start:end], phase)
    last = [point for point in points if point.phase == len(edges) - 2]
    settled = [point for point in last if point.value is not None and not point.is_provisional]
    return Xmr(
        points=tuple(points),
        better=better,
        variation=_variation(settled, better),
        assurance=_assurance(settled, better, target),
        readings=len(settled),
    )


def _phase(series: list[Reading], phase: int) -> list[ChartPoint]:
    values = [None if reading.is_provisional else reading.value for reading in series]
    known = [value for value in values if value is not None]
    ranges = [abs(b - a) for a, b in pairwise(values) if a is not None and b is not None]
    mean = lower = upper = None
    causes: list[dict[Cause, int]] = [{} for _ in series]
    if len(known) >= FEWEST and ranges:
        mean, moving = fmean(known), fmean(ranges)
        lower, upper = mean - LIMIT * moving, mean + LIMIT * moving
        causes = _causes(values, mean, moving)
    return [
        ChartPoint(
            value=reading.value,
            is_provisional=reading.is_provisional,
            phase=phase,
            mean=mean,
            lower=lower,
            upper=upper,
            causes=tuple(cause for cause in Cause if cause in found),
            side=_side(found),
        )
        for reading, found in zip(series, causes)
    ]


def _causes(values: list[float | None], mean: float, moving: float) -> list[dict[Cause, int]]:
    """For each value the rules it is part of, each with the way it points: 1 up, -1 down."""
    found: list[dict[Cause, int]] = [{} for _ in values]
    # Sums of the same numbers in another order differ in the last digits: within those a point is on the line
    close = 1e-9 * max(abs(mean), moving, *(abs(value) for value in values if value is not None))
    sides = [None if value is None else _sign(value - mean, close) for value in values]
    outside = [value is not None and abs(value - mean) > LIMIT * moving + close for value in values]
    near = [
        value is not None and not out and abs(value - mean) > NEAR * moving + close
        for value, out in zip(values, outside)
    ]
    rises = [None if a is None or b is None else _sign(b - a, close) for a, b in pairwise(values)]
    for place, is_outside in enumerate(outside):
        if is_outside:
            found[place][Cause.OUTSIDE] = sides[place] or 0
    for start in range(len(values) - RUN + 1):
        window = set(sides[start : start + RUN])
        if window in ({1}, {-1}):
            _mark(found, range(start, start + RUN), Cause.RUN, window.pop())
    for start in range(len(values) - TREND + 1):
        window = set(rises[start : start + TREND - 1])
        if window in ({1}, {-1}):
            _mark(found, range(start, start + TREND), Cause.TREND, window.pop())
    for start in range(len(values) - 2):
        window = set(sides[start : start + 3])
        places = [place for place in range(start, start + 3) if near[place]]
        if window in ({1}, {-1}) and len(places) >= OF_THREE:
            _mark(found, places, Cause.NEAR, window.pop())
    return found


def _mark(found: list[dict[Cause, int]], places: Iterable[int], cause: Cause, side: int | None) -> None:
    for place in places:
        found[place][cause] = side or 0


def _sign(difference: float, close: float) -> int:
    return 0 if abs(difference) <= close else 1 if difference > 0 else -1


def _side(found: dict[Cause, int]) -> int:
    # Where rules disagree the package goes by the first of these: outside, trend, near a limit, run
    for cause in (Cause.OUTSIDE, Cause.TREND, Cause.NEAR, Cause.RUN):
        if cause in found:
            return found[cause]
    return 0


def is_better(point: ChartPoint, better: Better) -> bool | None:
    """Whether a point of special cause is the better way; None where it has none, or neither way is better."""
    if not point.side or better is Better.NEITHER:
        return None
    return (point.side > 0) == (better is Better.UP)


def _variation(settled: list[ChartPoint], better: Better) -> Variation:
    if len(settled) < FEW:
        return Variation.TOO_FEW
    newest = settled[-1]
    if not newest.side:
        return Variation.COMMON
    good, high = is_better(newest, better), newest.side > 0
    if good is None:
        return Variation.HIGH if high else Variation.LOW
    if good:
        return Variation.BETTER_HIGH if high else Variation.BETTER_LOW
    return Variation.WORSE_HIGH if high else Variation.WORSE_LOW


def _assurance(settled: list[ChartPoint], better: Better, target: float | None) -> Assurance:
    if target is None or better is Better.NEITHER:
        return Assurance.NO_TARGET
    if len(settled) < FEW or settled[-1].lower is None or settled[-1].upper is None:
        return Assurance.TOO_FEW
    if target > settled[-1].upper:
        return Assurance.FAILS if better is Better.UP else Assurance.MET
    if target < settled[-1].lower:
        return Assurance.MET if better is Better.UP else Assurance.FAILS
    return Assurance.MAY_BE_MISSED
