"""What will be asked for that no plan asks for yet: the mean of past weeks by weekday and hour, and how far it is off.

Looking ahead, two things are missing from the plans: visits of people who are not in care yet, and the end of care of
some who are. Both happened in the weeks behind, so for each past day it is known what the plans of some days before
missed. Their mean is the forecast; how far single days were from it is its spread.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from math import sqrt
from statistics import NormalDist, fmean

from homeward.roster.rules.demand import HOURS

WEEK = 7
# Weeks looked back on: long enough for a mean, short enough that a season does not hide in it (local decision)
WEEKS_BACK = 8
# With less than this, weekdays are not told apart; with less than that, nothing is forecast at all
LEAST_WEEKS_BY_WEEKDAY = 4
LEAST_WEEKS = 2
# Weeks ahead that are told apart; what lies further ahead is taken as the last
WEEKS_AHEAD = 6
# A forecast is tried out on the days of the second week ahead: when a rota is about to be published
WEEKS_AHEAD_TRIED = 2
WEEKS_TRIED = 4
INTERVAL = 0.8

Hourly = Sequence[float]


@dataclass(frozen=True, slots=True)
class Missed:
    """What the plans of some days before missed of one day: by skill, workers in each hour.

    `new` are visits that came; `ended` are visits that plans still asked for and that were no longer wanted.
    """

    new: Mapping[str, Hourly]
    ended: Mapping[str, Hourly]


@dataclass(frozen=True, slots=True)
class Arising:
    """A mean of past days for one skill: workers in each hour, by weekday from Monday or for all days in one row.

    `spread` is the variance of an hour as a multiple of its mean; `times` how many days each mean is of.
    """

    new: list[list[float]]
    ended: list[list[float]]
    spread: float
    times: float

    def on(self, day: date, share: float | None) -> list[float]:
        """Workers to allow for in each hour of a day, over what the plans ask: fewer than none where more will end.

        `share` is how many days in one it is to be enough for; None for the mean.
        """
        row = day.weekday() % len(self.new)
        away = NormalDist().inv_cdf(share) if share is not None else 0.0
        return [
            new - ended + away * sqrt(self.spread * (new + ended) * (1 + 1 / self.times))
            for new, ended in zip(self.new[row], self.ended[row], strict=True)
        ]


@dataclass(frozen=True, slots=True)
class Trial:
    """How a forecast of the second week ahead would have done on the weeks behind, beside a plain one.

    The plain one says that each day is as the same weekday two weeks before. Errors are means: of a skill in an hour
    (workers), and of a skill in a day (hours). `within` is the share of hours inside the interval as it was; `widened`
    is how many times as far apart its ends must be to hold what they say, 1 where they did. Days of one person's care
    are not independent of one another, so that the ends are too near without.
    """

    days: int
    error: float
    plain_error: float
    day_error: float
    plain_day_error: float
    within: float
    widened: float


def weeks_of(days: Sequence[date]) -> int:
    """Whole weeks of history, at most as many as are looked back on."""
    return min(len(days) // WEEK, WEEKS_BACK)


def arising_from(missed: Mapping[date, Missed]) -> dict[str, Arising]:
    """The forecast by skill from what was missed on past days in a row; empty where they are too few.

    Only the newest whole weeks count, so that each weekday counts as often as any other.
    """
    weeks = weeks_of(list(missed))
    if weeks < LEAST_WEEKS:
        return {}
    days = sorted(missed)[-weeks * WEEK :]
    rows = WEEK if weeks >= LEAST_WEEKS_BY_WEEKDAY else 1
    times = len(days) / rows
    skills = {skill for one in missed.values() for skill in (*one.new, *one.ended)}
    found = {}
    for skill in sorted(skills):
        new = [[0.0] * HOURS for _ in range(rows)]
        ended = [[0.0] * HOURS for _ in range(rows)]
        for day in days:
            for sums, told in ((new, missed[day].new), (ended, missed[day].ended)):
                row = sums[day.weekday() % rows]
                for hour, workers in enumerate(told.get(skill, ())):
                    row[hour] += workers / times
        squares = 0.0
        for day in days:
            row = day.weekday() % rows
            told = net(missed[day], skill)
            squares += sum((told[hour] - new[row][hour] + ended[row][hour]) ** 2 for hour in range(HOURS))
        level = sum(sum(row) for row in (*new, *ended)) * times
        # each mean took one of its days' freedom to differ from it
        spread = squares / level * times / (times - 1) if level > 0 else 0.0
        found[skill] = Arising(new, ended, spread, times)
    return found


def net(one: Missed, skill: str) -> list[float]:
    """What came of a skill, less what ended, in each hour of a day."""
    nothing = (0.0,) * HOURS
    return [new - ended for new, ended in zip(one.new.get(skill, nothing), one.ended.get(skill, nothing), strict=True)]


def tried_out(missed: Mapping[date, Missed]) -> Trial | None:
    """The forecast tried on the newest weeks, each from only what was known when it would have been made.

    None where there are too few weeks to learn from before the first one tried.
    """
    days = sorted(missed)
    ahead = WEEKS_AHEAD_TRIED * WEEK
    error: list[float] = []
    plain: list[float] = []
    by_day: list[float] = []
    plain_by_day: list[float] = []
    inside: list[bool] = []
    needed: list[float] = []
    tried = 0
    for back in range(WEEKS_TRIED, 0, -1):
        week = days[len(days) - back * WEEK : len(days) - (back - 1) * WEEK] if len(days) >= back * WEEK else []
        if not week:
            continue
        known = {day: one for day, one in missed.items() if day < week[0] - timedelta(days=ahead - WEEK)}
        learnt = arising_from(known)
        if not learnt:
            continue
        tried += len(week)
        skills = sorted(learnt.keys() | {skill for day in week for skill in (*missed[day].new, *missed[day].ended)})
        for day in week:
            for skill in skills:
                truth, before = net(missed[day], skill), net(missed[day - timedelta(days=ahead)], skill)
                one = learnt.get(skill)
                said = one.on(day, None) if one else [0.0] * HOURS
                low, high = ((one.on(day, part) if one else said) for part in interval())
                by_day.append(abs(sum(said) - sum(truth)))
                plain_by_day.append(abs(sum(before) - sum(truth)))
                for hour in range(HOURS):
                    if max(abs(truth[hour]), abs(said[hour]), abs(before[hour])) < LEAST_TOLD:
                        continue
                    error.append(abs(said[hour] - truth[hour]))
                    plain.append(abs(before[hour] - truth[hour]))
                    inside.append(low[hour] - LEAST_TOLD <= truth[hour] <= high[hour] + LEAST_TOLD)
                    far, half = abs(said[hour] - truth[hour]) - LEAST_TOLD, (high[hour] - low[hour]) / 2
                    needed.append(far / half if half else 0.0 if far <= 0 else MOST_WIDENED)
    if not error:
        return None
    widened = sorted(needed)[min(len(needed) - 1, int(INTERVAL * len(needed)))]
    return Trial(
        tried, fmean(error), fmean(plain), fmean(by_day), fmean(plain_by_day), fmean(inside),
        min(max(1.0, widened), MOST_WIDENED),
    )  # fmt: skip


# An interval three times as wide says that the mean is of no use; no wider one says more
MOST_WIDENED = 3.0
# A twentieth of a worker in an hour is three minutes: nobody rosters for less
LEAST_TOLD = 0.05


def interval() -> tuple[float, float]:
    """The two ends between which `INTERVAL` of all days should be."""
    return (1 - INTERVAL) / 2, (1 + INTERVAL) / 2


def weeks_ahead(made_on: date, day: date) -> int:
    """Which week ahead a day is in, from 1; 0 for the day it is made on and those before."""
    ahead = (day - made_on).days
    return min(-(-ahead // WEEK), WEEKS_AHEAD) if ahead > 0 else 0


def days_known_before(week: int) -> int:
    """How many days before its day a plan was looked at, for the days of a week ahead: the middle of that week."""
    return week * WEEK - WEEK // 2


def beyond(expected: Hourly, kept_free: Hourly) -> list[float]:
    """What is expected over the workers that are kept free for it anyway, such as those of hours to cover."""
    return [max(0.0, workers - free) if workers > 0 else workers for workers, free in zip(expected, kept_free)]


def with_allowed(wanted: Mapping[str, Hourly], allowed: Mapping[str, Hourly]) -> dict[str, list[float]]:
    """What plans ask for in each hour of a day by skill, and what is allowed for besides; never less than nobody."""
    nobody = (0.0,) * HOURS
    return {
        skill: [
            max(0.0, asked + more)
            for asked, more in zip(wanted.get(skill, nobody), allowed.get(skill, nobody), strict=True)
        ]
        for skill in (*wanted, *(skill for skill in allowed if skill not in wanted))
    }


def as_kept(one: Arising, trial: Trial | None) -> dict:
    """A forecast as a row keeps it, its ends as far apart as a trial says they must be."""
    kept = asdict(one) | {"spread": round(one.spread * (trial.widened if trial else 1.0) ** 2, 3)}
    return kept | {name: [[round(workers, 3) for workers in row] for row in kept[name]] for name in ("new", "ended")}
