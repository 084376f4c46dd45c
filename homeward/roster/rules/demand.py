"""How many workers the plans ask for in each hour, beside how many are there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple

from homeward.kernel.rules import minutes_into

HOURS = 24
# Minutes on the way for each visit. No national figure: a local decision, to be set from the day plans of a place
TRAVEL_A_VISIT = 10
# Less than half a worker short in an hour is within what spreading a window over its hours can say
LEAST_SHORT = 0.5


class Wanted(NamedTuple):
    """Visits of one pattern for one skill: how long each takes, and the wall clock minutes it may begin between."""

    skill: str
    opens: int
    closes: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Short:
    """Hours of a day with too few of a skill: at most `workers` short, from one hour to another (24 is midnight)."""

    skill: str
    from_hour: int
    to_hour: int
    workers: int


def wanted_by_hour(wanted: Mapping[Wanted, int], travel: int = TRAVEL_A_VISIT) -> dict[str, list[float]]:
    """Workers wanted by skill in each of the 24 hours of the wall clock.

    `wanted` says how many visits there are of each: many have the same window and length. A visit may begin anywhere in
    its window, so its minutes, and those on the way to it, are spread evenly over it.
    """
    by_hour: dict[str, list[float]] = {}
    for one, visits in wanted.items():
        hours = by_hour.setdefault(one.skill, [0.0] * HOURS)
        since, until = one.opens, min(max(one.closes, one.opens) + one.minutes, HOURS * 60)
        if until <= since:
            continue
        each = visits * (one.minutes + travel) / (until - since)
        for hour in range(since // 60, -(-until // 60)):
            hours[hour] += each * (min(until, (hour + 1) * 60) - max(since, hour * 60)) / 60
    return by_hour


def there_by_hour(day: date, stretches: Mapping[tuple[datetime, datetime], int]) -> list[float]:
    """How much of each hour of a day is worked: stretches of time, and by how many each."""
    hours = [0.0] * HOURS
    for (begins, ends), people in stretches.items():
        for hour, part in _hours_of(day, begins, ends):
            hours[hour] += people * part
    return hours


@lru_cache(maxsize=8192)
def _hours_of(day: date, begins: datetime, ends: datetime) -> tuple[tuple[int, float], ...]:
    """The hours of a day that a stretch of time takes part in, and how much of each."""
    since, until = max(0.0, minutes_into(day, begins)), min(HOURS * 60.0, minutes_into(day, ends))
    return tuple(
        (hour, (min(until, (hour + 1) * 60) - max(since, hour * 60)) / 60)
        for hour in range(int(since // 60), min(HOURS, int(-(-until // 60))))
    )


def shares(
    wanted: Mapping[str, Sequence[float]], there: Mapping[frozenset[str], Sequence[float]]
) -> dict[str, list[float]]:
    """How many workers of each wanted skill are there in each hour, nobody counted for two skills at once.

    `there` is by the skills people have. The skill that fewest have takes first, of those who can do least else.
    """
    order = sorted(
        wanted, key=lambda skill: (sum(sum(hours) for skills, hours in there.items() if skill in skills), skill)
    )
    groups = sorted(there, key=lambda skills: (len(skills & wanted.keys()), sorted(skills)))
    left = {skills: list(there[skills]) for skills in groups}
    taken = {skill: [0.0] * HOURS for skill in wanted}
    for skill in order:
        mine = [left[skills] for skills in groups if skill in skills]
        for hour in range(HOURS):
            need = wanted[skill][hour]
            for hours in mine:
                if need <= 0:
                    break
                part = min(need, hours[hour])
                hours[hour] -= part
                taken[skill][hour] += part
                need -= part
    return taken


def short_hours(
    wanted: Mapping[str, Sequence[float]], there: Mapping[frozenset[str], Sequence[float]]
) -> tuple[Short, ...]:
    """The hours of a day with too few, in order; hours in a row are one, with the most that are short at once."""
    taken = shares(wanted, there)
    found: list[Short] = []
    for skill in wanted:
        begun: int | None = None
        most = 0
        for hour in range(HOURS + 1):
            lacks = wanted[skill][hour] - taken[skill][hour] if hour < HOURS else 0.0
            if lacks >= LEAST_SHORT:
                begun = hour if begun is None else begun
                most = max(most, round(lacks + 0.001) or 1)
            elif begun is not None:
                found.append(Short(skill, begun, hour, most))
                begun, most = None, 0
    return tuple(sorted(found, key=lambda one: (one.from_hour, -one.workers, one.skill)))
