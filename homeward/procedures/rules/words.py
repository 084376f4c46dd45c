"""Days and times as the NHS content style writes them."""

from __future__ import annotations

from datetime import date, time


def day_in_words(day: date) -> str:
    """`29 March 2026`."""
    return f"{day.day} {day:%B %Y}"


def time_in_words(moment: time) -> str:
    """`2:05pm`, `10am`, `midday`, `midnight`."""
    if moment.hour in (0, 12) and moment.minute == 0:
        return "midnight" if moment.hour == 0 else "midday"
    return f"{moment:%I:%M%p}".lower().removeprefix("0").replace(":00", "")
