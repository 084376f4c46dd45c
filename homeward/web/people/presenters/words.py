"""Words that several pages about a person use."""

from datetime import date, datetime

from homeward.kernel.rules import london_day
from homeward.web.persons import short_day
from homeward.web.templating import clock_text, day_text


def near_day(day: date, today: date) -> str:
    """A day as said on another: Today, Tomorrow, Yesterday, then in full."""
    return {0: "Today", 1: "Tomorrow", -1: "Yesterday"}.get((day - today).days, day_text(day))


def near_moment(moment: datetime, today: date) -> str:
    """A moment as said on a day: 9:30am today, 9:30am on 4 March 2026."""
    day = london_day(moment)
    near = {0: "today", 1: "tomorrow", -1: "yesterday"}.get((day - today).days)
    return f"{clock_text(moment)} {near}" if near else f"{clock_text(moment)} on {short_day(day)}"
