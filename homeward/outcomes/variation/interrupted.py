"""Before and after a change: interrupted time series, by segmented regression.

y = level + trend x period + step (from the change on) + bend x periods since it. Standard errors are Newey and West's,
which hold where neighbouring periods resemble one another. With a control series the same is asked of the difference
between the two, which takes out whatever befell both. docs/rules/variation.md
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from homeward.outcomes.variation.intervals import Interval, t_below, t_quantile

# Wagner and others 2002, and the EPOC group's guidance for reviews of interrupted time series: fewer say little.
FEW_EACH_SIDE = 12
FEWEST_EACH_SIDE = 3  # below three a line through either side cannot be told from its points

LIMITS = (
    "It shows that something changed then, not that the change caused it: whatever else began then counts too.",
    "It supposes that what went before would have gone on in a straight line.",
    "Seasons are not taken out: compare whole years, or use a control that has the same seasons.",
)


@dataclass(frozen=True, slots=True)
class Effect:
    """One estimate with its standard error, 95% interval and the chance of so much where there is nothing."""

    value: float
    error: float
    interval: Interval
    chance: float

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves out nothing at all."""
        return self.interval.lower > 0 or self.interval.upper < 0


@dataclass(frozen=True, slots=True)
class BeforeAfter:
    """What a series did at a change.

    `before` is the trend of a period before it, `step` the jump at it, `bend` the change of trend. `expected` is, for
    every period, what the trend before would have come to; `fitted` what the lines of both sides come to. None where
    the period had no value. `lags` periods of likeness were allowed for. With `has_control` all are of the difference.
    """

    level: Effect
    before: Effect
    step: Effect
    bend: Effect
    expected: tuple[float, ...]
    fitted: tuple[float, ...]
    readings: tuple[int, int]
    lags: int
    has_control: bool
    limits: tuple[str, ...]


class TooFewError(Exception):
    """There are not enough periods before or after a change to say anything of it."""


def before_and_after(
    values: Sequence[float | None],
    change_at: int,
    *,
    control: Sequence[float | None] | None = None,
    lags: int | None = None,
) -> BeforeAfter:
    """Compare a series before and from `change_at` on (a place in it), with what a control did if there is one.

    `values` and `control` are one number a period, of the same periods; a period without a value is left out. `lags`
    is how many periods back a period may resemble; by Newey and West's own rule where it is not given.

    Raises: TooFewError with fewer than three readings on either side; ValueError when the control is not of as many
    periods.
    """
    if control is not None and len(control) != len(values):
        raise ValueError(
            "The control must have a value, or None, for each period of the series: load the same periods."
        )
    series = [
        None if value is None or other is None else value - other
        for value, other in zip(values, control if control is not None else [0.0] * len(values))
    ]
    places = np.array([place for place, value in enumerate(series) if value is not None], dtype=float)
    y = np.array([value for value in series if value is not None], dtype=float)
    earlier, later = int((places < change_at).sum()), int((places >= change_at).sum())
    if min(earlier, later) < FEWEST_EACH_SIDE:
        raise TooFewError(
            f"Periods before the change: {earlier}; from it on: {later}. At least {FEWEST_EACH_SIDE} of each are "
            "needed: choose another date, or shorter periods."
        )
    x = _design(places, change_at)
    if lags is None:
        lags = int(4 * (len(y) / 100) ** (2 / 9))  # Newey and West 1994
    beta, covariance = _newey_west(x, y, lags)
    freedom = len(y) - x.shape[1]
    every = _design(np.arange(len(series), dtype=float), change_at)
    level, before, step, bend = (_effect(beta[k], float(np.sqrt(covariance[k, k])), freedom) for k in range(4))
    return BeforeAfter(
        level=level,
        before=before,
        step=step,
        bend=bend,
        expected=tuple(float(value) for value in every[:, :2] @ beta[:2]),
        fitted=tuple(float(value) for value in every @ beta),
        readings=(earlier, later),
        lags=lags,
        has_control=control is not None,
        limits=_limits(earlier, later, control is not None),
    )


def _design(places: np.ndarray, change_at: int) -> np.ndarray:
    """(n, 4): one, periods since the first, after the change or not, periods since the change."""
    after = (places >= change_at).astype(float)
    return np.column_stack([np.ones_like(places), places, after, after * (places - change_at)])


def _newey_west(x: np.ndarray, y: np.ndarray, lags: int) -> tuple[np.ndarray, np.ndarray]:
    """Least squares, and the covariance of its coefficients under autocorrelation (Bartlett weights, n/(n-k))."""
    n, k = x.shape
    inverse = np.linalg.inv(x.T @ x)
    beta = inverse @ x.T @ y
    scores = x * (y - x @ beta)[:, None]
    middle = scores.T @ scores
    for lag in range(1, min(lags, n - 1) + 1):
        along = scores[lag:].T @ scores[:-lag]
        middle += (1 - lag / (lags + 1)) * (along + along.T)
    return beta, inverse @ middle @ inverse * n / (n - k)


def _effect(value: float, error: float, freedom: int) -> Effect:
    spread = t_quantile(0.975, freedom) * error
    chance = 2 * t_below(-abs(value / error), freedom) if error else float(value == 0)
    return Effect(float(value), error, Interval(float(value - spread), float(value + spread)), chance)


def _limits(earlier: int, later: int, has_control: bool) -> tuple[str, ...]:
    said = list(LIMITS)
    if min(earlier, later) < FEW_EACH_SIDE:
        said.insert(
            0,
            f"There are {earlier} periods before and {later} after: under {FEW_EACH_SIDE} of each it is a first look.",
        )
    if not has_control:
        said.append("There is no control: what changed everywhere at that time cannot be told from the change.")
    else:
        said.append("The control must not have had the change, and must have been in the same weather otherwise.")
    return tuple(said)
