"""Where in a worker's shift a break falls."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from homeward.roster.rules.limits import BREAK_LASTS, Stretch, wants_break

# A break comes no sooner after a shift begins, and ends no later before it ends. Local decision.
FROM_EITHER_END = timedelta(minutes=90)


def _gaps(shift: Stretch, busy: Iterable[Stretch]) -> Iterator[Stretch]:
    """The first and last moment at which a break fits, for every gap that is long enough."""
    free_from, ends = shift
    for since, until in [*sorted(busy), (ends, ends)]:
        latest = since - BREAK_LASTS
        if latest >= free_from:
            yield free_from, latest
        free_from = max(free_from, until)


def break_in(shift: Stretch, busy: Iterable[Stretch]) -> Stretch | None:
    """The break nearest the middle of a shift that what fills it leaves room for; None where there is none.

    `busy` are the visits with the way to them, in any order. A break lies within the shift, not at either end of it:
    coming later or leaving earlier is no break (Working Time Regulations 1998, regulation 12; see `wants_break`).
    """
    begins, ends = shift
    middle = begins + (ends - begins) / 2 - BREAK_LASTS / 2
    found = [
        min(max(middle, free_from), latest)
        for free_from, latest in _gaps(shift, busy)
        if latest > begins and free_from < ends - BREAK_LASTS
    ]
    if not found:
        return None
    nearest = min(found, key=lambda moment: abs(moment - middle))
    return nearest, nearest + BREAK_LASTS


def lacks_break(shift: Stretch, busy: Iterable[Stretch]) -> bool:
    """Whether a shift long enough to need a break has no room for one."""
    return wants_break(shift) and break_in(shift, busy) is None


def break_owed(shift: Stretch, busy: Iterable[Stretch], now: datetime) -> Stretch | None:
    """The first and last moment at which the break of a shift may still begin.

    None where it needs none, it was had by `now`, or it is too late for one. `busy` is what has begun by then, as in
    `break_in`, other shifts of the day included; what is free before the first of this one is a late start, no break.
    """
    begins, ends = shift
    earliest, latest = max(now, begins + FROM_EITHER_END), ends - FROM_EITHER_END - BREAK_LASTS
    if not wants_break(shift) or earliest > latest:
        return None
    begun = sorted(one for one in busy if one[1] > begins)
    if begun and any(_gaps((begun[0][0], now), begun)):
        return None
    return earliest, latest
