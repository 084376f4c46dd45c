"""How sure a number is: confidence intervals, by the methods public health indicators in England are published with.

Wilson for proportions, Byar for counts and rates (exact below 10), Student's t for means: those of PHEindicatormethods
(the Fingertips technical guide). Ratios of what belongs together, as a worker's days do, by the ratio estimator of
cluster sampling. docs/rules/variation.md
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp, fsum, lgamma, log, sqrt
from statistics import NormalDist, fmean, stdev

CONFIDENCE = 0.95
EXACT_BELOW = 10  # PHEindicatormethods phe_rate: Byar's approximation from 10 events on, exact Poisson limits below

# With fewer, the spread between them is too badly known to say how sure a number is. Local decision.
FEWEST_CLUSTERS = 10


@dataclass(frozen=True, slots=True)
class Interval:
    """From `lower` to `upper`; either may be the value itself at a bound, such as 0 of 12."""

    lower: float
    upper: float


def wilson(numerator: float, denominator: float, confidence: float = CONFIDENCE) -> Interval:
    """The interval of a proportion, as a share from 0 to 1 (Wilson 1927).

    Raises: ValueError when the numerator is not from 0 to the denominator, or there is no denominator.
    """
    if denominator <= 0 or not 0 <= numerator <= denominator:
        raise ValueError(f"{numerator} of {denominator} is no proportion: give how many of how many.")
    z = _z(confidence)
    share = numerator / denominator
    middle = 2 * numerator + z * z
    spread = z * sqrt(z * z + 4 * numerator * (1 - share))
    under = 2 * (denominator + z * z)
    return Interval(max(0.0, (middle - spread) / under), min(1.0, (middle + spread) / under))


def count_interval(count: float, exposure: float = 1, confidence: float = CONFIDENCE) -> Interval:
    """The interval of a number of events, or of events for each unit of `exposure` (Byar; exact Poisson under 10).

    Raises: ValueError when the count is below 0 or the exposure is not above it.
    """
    if count < 0 or exposure <= 0:
        raise ValueError(f"{count} events in {exposure} is no rate: give events from 0 on, and an exposure above 0.")
    if count < EXACT_BELOW:
        tail = (1 - confidence) / 2
        lower = _solve(lambda rate: 1 - _poisson_up_to(count - 1, rate), tail, 0, count) if count else 0.0
        upper = _solve(lambda rate: -_poisson_up_to(count, rate), -tail, count, count + 40)
    else:
        z, above = _z(confidence), count + 1
        lower = count * (1 - 1 / (9 * count) - z / (3 * sqrt(count))) ** 3
        upper = above * (1 - 1 / (9 * above) + z / (3 * sqrt(above))) ** 3
    return Interval(lower / exposure, upper / exposure)


def mean_interval(values: Sequence[float], confidence: float = CONFIDENCE) -> Interval:
    """The interval of a mean (Student's t).

    Raises: ValueError with fewer than two values, from which nothing can be said of how they spread.
    """
    if len(values) < 2:
        raise ValueError("A mean of fewer than two values has no interval: show the value alone.")
    spread = t_quantile((1 + confidence) / 2, len(values) - 1) * stdev(values) / sqrt(len(values))
    return Interval(fmean(values) - spread, fmean(values) + spread)


def ratio_interval(clusters: Sequence[tuple[float, float]], confidence: float = CONFIDENCE) -> Interval | None:
    """The interval of a ratio of sums from what each cluster adds to its numerator and to its denominator.

    None with fewer than `FEWEST_CLUSTERS` that add to the denominator. The variance is that of the ratio estimator,
    linearised and with the correction n/(n−1) (Cochran 1977, section 6.3), the quantile Student's t with n−1 degrees of
    freedom.
    """
    clusters = [(top, bottom) for top, bottom in clusters if bottom]
    number, under = len(clusters), fsum(bottom for _, bottom in clusters)
    if number < FEWEST_CLUSTERS or under <= 0:
        return None
    ratio = fsum(top for top, _ in clusters) / under
    squares = fsum((top - ratio * bottom) ** 2 for top, bottom in clusters)
    error = sqrt(number / (number - 1) * squares) / under
    spread = t_quantile((1 + confidence) / 2, number - 1) * error
    return Interval(ratio - spread, ratio + spread)


def t_quantile(probability: float, freedom: int) -> float:
    """Where Student's t with so many degrees of freedom has this share of it below; `probability` from a half on."""
    return _solve(lambda t: t_below(t, freedom), probability, 0, 1e6)


def t_below(t: float, freedom: int) -> float:
    """The share of Student's t with so many degrees of freedom that lies below `t`."""
    if not t:
        return 0.5
    beyond = _incomplete_beta(freedom / (freedom + t * t), freedom / 2, 0.5) / 2
    return 1 - beyond if t > 0 else beyond


def _z(confidence: float) -> float:
    return NormalDist().inv_cdf((1 + confidence) / 2)


def _poisson_up_to(count: float, rate: float) -> float:
    if rate <= 0:
        return 1.0
    return fsum(exp(k * log(rate) - rate - lgamma(k + 1)) for k in range(int(count) + 1))


def _solve(rising: Callable[[float], float], wanted: float, low: float, high: float) -> float:
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < wanted else (low, middle)
    return (low + high) / 2


def _incomplete_beta(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function, by its continued fraction (Lentz): NumPy has none."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1 - _incomplete_beta(1 - x, b, a)
    tiny = 1e-300
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(1 - x)) / a
    c, d = 1.0, 1 / (1 - (a + b) * x / (a + 1) or tiny)
    fraction = d
    for m in range(1, 500):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for step in (even, odd):
            d = 1 / (1 + step * d or tiny)
            c = 1 + step / c or tiny
            fraction *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return front * fraction
