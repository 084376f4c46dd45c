"""What makes a roster possible, and whether it covers the hours it should."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from homeward.kernel.rules import wall_clock

# The two skills that a crisis is answered with, of the procedures' vocabulary
HEALTH_RESPONDER, CARE_RESPONDER = "crisis_responder_health", "crisis_responder_care"
WALL_CLOCK = re.compile(r"^([01]\d|2[0-3]):[0-5]\d$")


def overlapping(stretches: list[tuple[datetime, datetime]]) -> tuple[int, int] | None:
    """The positions of the first two stretches of time that overlap, or None. Touching ends do not overlap."""
    order = sorted(range(len(stretches)), key=lambda i: stretches[i])
    for before, after in pairwise(order):
        if stretches[after][0] < stretches[before][1]:
            return before, after
    return None


def stretch_of(day: date, starts_at: str, ends_at: str) -> tuple[datetime, datetime]:
    """The moments between which hours of the wall clock run that start on `day`, over midnight where they must.

    On the night the clocks change, 21:00 to 07:00 is nine or eleven hours long: both ends are what the wall shows.
    """
    after = day if ends_at > starts_at else day + timedelta(days=1)
    # in UTC, because Python subtracts and compares two times of one zone as the wall shows them
    return wall_clock(day, starts_at).astimezone(UTC), wall_clock(after, ends_at).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Present:
    """A worker there between two moments, and which of the two they count as."""

    starts_at: datetime
    ends_at: datetime
    is_health: bool
    is_care: bool


@dataclass(frozen=True, slots=True)
class Gap:
    """A part of some hours with too few: how many of each there are, where `least` is wanted."""

    starts_at: datetime
    ends_at: datetime
    health: int
    care: int


def gaps_in(
    starts_at: datetime, ends_at: datetime, least_health: int, least_care: int, present: Iterable[Present]
) -> tuple[Gap, ...]:
    """The parts of a stretch of time with fewer health or care workers than wanted, in order, joined where alike."""
    here = [one for one in present if one.starts_at < ends_at and one.ends_at > starts_at]
    moments = {starts_at, ends_at}
    moments |= {edge for one in here for edge in (one.starts_at, one.ends_at) if starts_at < edge < ends_at}
    gaps: list[Gap] = []
    for begins, until in pairwise(sorted(moments)):
        there = [one for one in here if one.starts_at <= begins and one.ends_at >= until]
        health, care = sum(one.is_health for one in there), sum(one.is_care for one in there)
        if health >= least_health and care >= least_care:
            continue
        if gaps and gaps[-1].ends_at == begins and (gaps[-1].health, gaps[-1].care) == (health, care):
            gaps[-1] = Gap(gaps[-1].starts_at, until, health, care)
        else:
            gaps.append(Gap(begins, until, health, care))
    return tuple(gaps)


def change_moments(
    hours: Sequence[tuple[str, str]], after: datetime, until: datetime, first_day: date
) -> tuple[datetime, ...]:
    """When one shift hands over to the next: whenever hours, each (weekdays, wall clock start), begin.

    Gives those later than `after` and not later than `until`, in order, looking from `first_day` on.
    """
    moments = set()
    day = first_day
    while wall_clock(day, "00:00") <= until:
        for weekdays, starts_at in hours:
            moment = wall_clock(day, starts_at).astimezone(UTC)
            if str(day.isoweekday()) in weekdays and after < moment <= until:
                moments.add(moment)
        day += timedelta(days=1)
    return tuple(sorted(moments))
