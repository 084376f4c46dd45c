"""How many beds will be in use in the coming days: a stay-length model, simulated, with honest ranges.

The method, as the page tells it:

- *How long stays last*: of all stays that began in the time looked at, those over and those still going on, the share
  that ended on each night among those that had lasted until then (Kaplan and Meier's estimate, by whole nights). Each
  night's share is pulled towards the share over all nights with the weight of one stay, so that lengths nobody had yet
  are possible. Somebody in a bed for 20 nights is therefore judged by stays that lasted at least 20 nights.
- *Who comes*: people accepted a day, as many as were accepted lately on average, one by one at random (Poisson), and
  those who wait now; each takes a bed as soon as one that is not closed is free.
- *The range*: some hundred futures are drawn. Each first draws its own stay lengths, by weighing the stays we know of
  anew (the Bayesian bootstrap), and its own rate of coming (Gamma, Jeffreys' prior): what is not known for want of
  numbers widens the range. Of a hundred futures, eighty are in the range of a day: ten are below and ten above.

Not looked at: days of the week, planned days to leave, which bed fits whom, people promised a bed for a later day.
`measure_coverage` draws histories from a law that is known and counts how often the truth is in the range.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

LOW, MIDDLE, HIGH = 10, 50, 90  # percentiles: eighty futures in a hundred are between the first and the last
SHARE_IN_RANGE = (HIGH - LOW) / 100
LONGEST_NIGHTS = 180
WEIGHT_OF_ALL_NIGHTS = 1.0
FUTURES = 400
# Fewer stays than this say too little of how long stays last. Local decision.
FEWEST_STAYS = 10


@dataclass(frozen=True, slots=True)
class Past:
    """What is known at a moment.

    `ended` are the nights of the stays that are over, `nights_so_far` those of the people in a bed now; `accepted` how
    many people were accepted in the last `accepted_days`; `waiting` who waits now.
    """

    ended: Sequence[int]
    nights_so_far: Sequence[int]
    accepted: int
    accepted_days: int
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class Forecast:
    """Beds in use each day ahead: `low`, `middle`, `high` and `waiting` are (days,), from tomorrow on.

    `waiting` is the middle number of people who still wait for a bed that day.
    """

    low: tuple[int, ...]
    middle: tuple[int, ...]
    high: tuple[int, ...]
    waiting: tuple[int, ...]


def leaving_shares(past: Past, weights: np.ndarray | None = None) -> np.ndarray:
    """Of those who stayed until a night, the share that left on it: (runs, LONGEST_NIGHTS + 1), column a night.

    `weights`: (runs, stays) how much each stay counts, those over first, then those going on; all alike when left out.
    """
    ended = np.minimum(np.asarray(past.ended, dtype=int), LONGEST_NIGHTS)
    going_on = np.minimum(np.asarray(past.nights_so_far, dtype=int), LONGEST_NIGHTS)
    if weights is None:
        weights = np.ones((1, len(ended) + len(going_on)))
    nights = np.arange(LONGEST_NIGHTS + 1)
    is_end = np.zeros((len(ended) + len(going_on), LONGEST_NIGHTS + 1))
    is_end[np.arange(len(ended)), ended] = 1
    # somebody still there tonight has got through the nights before it, and may leave on this one
    lasted = np.concatenate([ended + 1, going_on])
    at_risk = nights[None, :] < lasted[:, None]
    left, there = weights @ is_end, weights @ at_risk
    overall = left.sum(axis=1, keepdims=True) / np.maximum(there.sum(axis=1, keepdims=True), 1e-9)
    return np.clip((left + WEIGHT_OF_ALL_NIGHTS * overall) / (there + WEIGHT_OF_ALL_NIGHTS), 0.0, 1.0)


def chance_still_there(past: Past, nights: int, ahead: int) -> float:
    """The chance that somebody who has been in a bed so many nights is still there so many nights later, 0 to 1."""
    shares = leaving_shares(past)[0]
    later = np.minimum(np.arange(nights, nights + ahead), LONGEST_NIGHTS)
    return float(np.prod(1 - shares[later]))


def forecast(past: Past, beds: Sequence[int], *, seed: int = 1, futures: int = FUTURES) -> Forecast:
    """Beds in use on each of the coming days. `beds`: (days,) how many are open each day, from tomorrow on.

    The same seed gives the same answer.

    Raises: ValueError when fewer than FEWEST_STAYS stays are over.
    """
    if len(past.ended) < FEWEST_STAYS:
        raise ValueError(f"At least {FEWEST_STAYS} stays must be over.")
    luck = np.random.default_rng(seed)
    stays = len(past.ended) + len(past.nights_so_far)
    shares = leaving_shares(past, luck.dirichlet(np.ones(stays), size=futures) * stays)
    rate = luck.gamma(past.accepted + 0.5, 1 / max(past.accepted_days, 1), size=futures)
    # (futures, nights so far): how many people have been there so long
    there = np.tile(np.bincount(np.minimum(past.nights_so_far, LONGEST_NIGHTS), minlength=LONGEST_NIGHTS + 1)
                    if len(past.nights_so_far) else np.zeros(LONGEST_NIGHTS + 1, dtype=int), (futures, 1))  # fmt: skip
    waiting = np.full(futures, past.waiting)
    in_use = np.empty((futures, len(beds)), dtype=int)
    left_waiting = np.empty_like(in_use)
    for day, open_beds in enumerate(beds):
        stay_on = there - luck.binomial(there, shares)
        there = np.concatenate([np.zeros((futures, 1), dtype=int), stay_on[:, :-1]], axis=1)
        there[:, -1] += stay_on[:, -1]
        waiting = waiting + luck.poisson(rate)
        coming = np.clip(open_beds - there.sum(axis=1), 0, waiting)
        there[:, 0] += coming
        waiting = waiting - coming
        in_use[:, day] = there.sum(axis=1)
        left_waiting[:, day] = waiting
    low, middle, high = (np.percentile(in_use, one, axis=0) for one in (LOW, MIDDLE, HIGH))
    return Forecast(
        tuple(int(one) for one in np.floor(low)),
        tuple(int(one) for one in np.round(middle)),
        tuple(int(one) for one in np.ceil(high)),
        tuple(int(one) for one in np.round(np.percentile(left_waiting, MIDDLE, axis=0))),
    )


@dataclass(frozen=True, slots=True)
class Coverage:
    """How often the truth was in the range, for one number of days ahead, over so many histories.

    `width` is the mean width of the range in beds.
    """

    days_ahead: int
    histories: int
    share: float
    width: float


def measure_coverage(
    *, histories: int, beds: int, mean_nights: float, spread: float, a_day: float, seed: int,
    days_ahead: Sequence[int] = (7, 14, 28), known_days: int = 240, futures: int = FUTURES,
) -> list[Coverage]:  # fmt: skip
    """Draw histories from a known law, forecast from what was known at a moment, and look at what then happened.

    Stays last log-normally (`mean_nights`, `spread` of the logarithm), people come one by one (`a_day`), `beds` are
    open. The model knows of none of it.
    """
    luck = np.random.default_rng(seed)
    inside = dict.fromkeys(days_ahead, 0)
    width = dict.fromkeys(days_ahead, 0)
    horizon = max(days_ahead)
    for number in range(histories):
        past, truth = _drawn(luck, beds, mean_nights, spread, a_day, known_days, horizon)
        told = forecast(past, [beds] * horizon, seed=seed + number, futures=futures)
        for ahead in days_ahead:
            low, high = told.low[ahead - 1], told.high[ahead - 1]
            inside[ahead] += low <= truth[ahead - 1] <= high
            width[ahead] += high - low
    return [Coverage(ahead, histories, inside[ahead] / histories, width[ahead] / histories) for ahead in days_ahead]


def _drawn(
    luck: np.random.Generator, beds: int, mean_nights: float, spread: float, a_day: float, known: int, horizon: int
) -> tuple[Past, list[int]]:
    """One history: what is known after `known` days, and the beds in use on each of the days that follow."""
    warm_up = 120
    stays: list[tuple[int, int]] = []  # (day they moved in, nights)
    waiting, accepted, truth, waiting_then = 0, [], [], 0
    now = warm_up + known
    for day in range(now + horizon + 1):
        came = int(luck.poisson(a_day))
        waiting += came
        accepted.append(came)
        there = sum(moved_in + nights > day for moved_in, nights in stays)
        for _ in range(max(0, min(waiting, beds - there))):
            nights = max(1, round(luck.lognormal(np.log(mean_nights) - spread**2 / 2, spread)))
            stays.append((day, nights))
            waiting -= 1
            there += 1
        if day == now:
            waiting_then = waiting
        if day > now:
            truth.append(there)
    known_stays = [(moved_in, nights) for moved_in, nights in stays if warm_up <= moved_in <= now]
    ended = [nights for moved_in, nights in known_stays if moved_in + nights <= now]
    going_on = [now - moved_in for moved_in, nights in stays if moved_in <= now < moved_in + nights]
    lately = accepted[now - 55 : now + 1]
    return Past(ended, going_on, sum(lately), len(lately), waiting_then), truth
