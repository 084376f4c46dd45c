"""Where things stand on the timeline, as classes: pages allow no style attributes, so a minute is a class.

`h9 m30` begins at 9:30, `K1 k15` is an hour and a quarter long, `t12` has twelve minutes of travel before it.
today.css holds what each class means; tests/web/today/test_places.py checks that it holds them all.
"""

from datetime import date, datetime
from functools import lru_cache

from homeward.kernel.rules import LONDON, time_text

LAST_HOUR = 36  # a night shift ends by noon of the next day
LONGEST_TRAVEL = 180  # minutes that are drawn; the words always say the true number

clock = lru_cache(maxsize=1440)(time_text)  # asked for thousands of times a page


@lru_cache(maxsize=8192)
def _length(minutes: int) -> str:
    return f"K{minutes // 60} k{minutes % 60}" if minutes >= 60 else f"k{minutes}"


def begins(day: date, local: datetime) -> str:
    """The classes of a moment of `day`, given in London time. What began before the day stands at its midnight."""
    hour = (local.date() - day).days * 24 + local.hour
    if hour < 0:
        return "h0 m0"
    return f"h{min(hour, LAST_HOUR)} m{local.minute}"


def lasts(starts: datetime, ends: datetime) -> str:
    """The classes of a length of time."""
    return _length(min(LAST_HOUR * 60, max(1, round((ends - starts).total_seconds() / 60))))


def travels(minutes: float) -> str:
    """The class of the travel before a visit; none for no travel."""
    whole = min(LONGEST_TRAVEL, round(minutes))
    return f" t{whole}" if whole > 0 else ""


def local(moment: datetime) -> datetime:
    """A moment as the clock on the wall in England shows it."""
    return moment.astimezone(LONDON)


def told(starts: datetime, ends: datetime) -> str:
    """From when to when, both in London time: 9:30am to 10am."""
    return f"{clock(starts.hour, starts.minute)} to {clock(ends.hour, ends.minute)}"
