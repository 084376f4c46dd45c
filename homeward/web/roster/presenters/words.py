"""Words and colours that the rota's pages share."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache

from homeward.kernel.rules import LONDON
from homeward.roster.rules import Gap
from homeward.roster.rules.demand import Short
from homeward.roster.states import CoverKind, RequestState
from homeward.web.front_door.presenters.words import Tag
from homeward.web.words import skill_words

# Short enough for a cell of the month, and in full
AWAY = {"sick": ("Sick", "Sick"), "leave": ("Leave", "On leave"), "training": ("Train", "Training"),
        "other": ("Away", "Away")}  # fmt: skip
REQUEST_COLOURS = {
    RequestState.WAITS_FOR_OTHER: "yellow",
    RequestState.ASKED: "blue",
    RequestState.APPROVED: "green",
    RequestState.DECLINED: "red",
    RequestState.WITHDRAWN: "grey",
}
MINUTES_PER_HOUR = 60


@lru_cache(maxsize=16384)
def clock(moment: datetime) -> str:
    """A moment as the rota shows it: 07:00."""
    local = moment.astimezone(LONDON)
    return f"{local.hour:02d}:{local.minute:02d}"


def hours(minutes: float) -> str:
    """Minutes as hours with at most one decimal: 37.5."""
    return f"{minutes / MINUTES_PER_HOUR:.1f}".removesuffix(".0")


def weeks_words(first: date, last: date) -> str:
    """23 November to 20 December 2026."""
    return f"{first.day} {first:%B} to {last.day} {last:%B %Y}"


def short_words(short: Short) -> str:
    """2 short, home care worker, 07:00 to 10:00."""
    when = f"{short.from_hour:02d}:00 to {short.to_hour:02d}:00"
    return f"{short.workers} short, {skill_words(short.skill)}, {when}"


def uncovered_words(found: Iterable) -> list[str]:
    """Crisis night, 21:30 to 07:00: 1 health short."""
    said = []
    for cover, gap in found:
        when = f"{clock(gap.starts_at)} to {clock(gap.ends_at)}"
        said.append(f"{_missing(cover, gap)}, {when}")
    return said


def _missing(cover, gap: Gap) -> str:
    if cover.kind == CoverKind.ON_CALL:
        return "Nobody on call"
    parts = [
        f"{least - there} {what} responder{'s' if least - there > 1 else ''}"
        for least, there, what in ((cover.least_health, gap.health, "health"), (cover.least_care, gap.care, "care"))
        if there < least
    ]
    return f"{' and '.join(parts)} short"


def request_tag(request) -> Tag:
    """The state of a request in words and colour."""
    return Tag(request.get_state_display(), REQUEST_COLOURS[RequestState(request.state)])


def monday_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())
