"""Where in a worker's shift a break falls."""

from collections.abc import Iterable
from datetime import datetime

from homeward.roster.rules.limits import BREAK_LASTS, Stretch, wants_break


def break_in(shift: Stretch, busy: Iterable[Stretch]) -> Stretch | None:
    """The break nearest the middle of a shift that what fills it leaves room for; None where there is none.

    `busy` are the visits with the way to them, in any order. A break lies within the shift, not at either end of it:
    coming later or leaving earlier is no break (Working Time Regulations 1998, regulation 12; see `wants_break`).
    """
    begins, ends = shift
    middle = begins + (ends - begins) / 2 - BREAK_LASTS / 2
    found: list[datetime] = []
    free_from = begins
    for since, until in [*sorted(busy), (ends, ends)]:
        latest = since - BREAK_LASTS
        if latest >= free_from and latest > begins and free_from < ends - BREAK_LASTS:
            found.append(min(max(middle, free_from), latest))
        free_from = max(free_from, until)
    if not found:
        return None
    nearest = min(found, key=lambda moment: abs(moment - middle))
    return nearest, nearest + BREAK_LASTS


def lacks_break(shift: Stretch, busy: Iterable[Stretch]) -> bool:
    """Whether a shift long enough to need a break has no room for one."""
    return wants_break(shift) and break_in(shift, busy) is None
