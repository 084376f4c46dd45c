"""The delays of a week as the page prints them."""

from dataclasses import dataclass
from datetime import date, timedelta

from homeward.discharge.rules.delays import BANDS, NO_REASON
from homeward.discharge.selectors.delays import Delays
from homeward.discharge.states import (
    DELAY_FAMILIES,
    DESTINATION_PATHWAY,
    DelayFamily,
    DelayReason,
    Destination,
    HomePathway,
)
from homeward.web.templating import day_text
from homeward.web.words import counted

NOT_SAID = "Nobody has said what they wait for"
NO_DESTINATION = "Not said where they went"


@dataclass(frozen=True, slots=True)
class Figure:
    """One number that stands first, with what it is."""

    number: str
    title: str


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: what it is of, its numbers, and how long its bar is, in percent of the longest."""

    title: str
    numbers: tuple[str, ...]
    bar: int


@dataclass(frozen=True, slots=True)
class Group:
    """Lines under one heading, with what they come to together."""

    title: str
    said: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Week:
    """The page. `week`, `before` and `after` are Mondays, for its addresses; `after` is "" where none has begun."""

    title: str
    week: str
    before: str
    after: str
    so_far: str
    figures: tuple[Figure, ...]
    days: tuple[Row, ...]
    reasons: tuple[Group, ...]
    bands: tuple[Row, ...]
    bands_said: str
    left_out: tuple[str, ...]
    pathways: tuple[Group, ...]
    long: tuple[Row, ...]


def present_week(delays: Delays, today: date) -> Week:
    """A week as the page prints it."""
    sunday = delays.first + timedelta(days=6)
    newest = delays.positions[-1]
    lost = sum(one.days for one in delays.waiting.values())
    leaving = delays.leaving
    same_day = f"{leaving.same_day} of {leaving.total}" if leaving.total else "–"
    return Week(
        title=f"{day_text(delays.first)} to {day_text(sunday)}",
        week=delays.first.isoformat(),
        before=(delays.first - timedelta(days=7)).isoformat(),
        after=(delays.first + timedelta(days=7)).isoformat() if sunday < today else "",
        so_far=f"So far: this week has come to {day_text(delays.last)}." if delays.last < sunday else "",
        figures=(
            Figure(str(newest.remaining), "could have left and are in hospital"),
            Figure(same_day, "left on the day they were ready"),
            Figure(_days(leaving.average_delay), "average delay of those who left later"),
            Figure(str(lost), "days in bed lost this week"),
        ),
        days=_rows(
            (
                day_text(one.day).rsplit(" ", 2)[0],
                (str(one.no_longer_meeting), str(one.discharged), str(one.remaining)),
                one.remaining,
            )
            for one in delays.positions
        ),
        reasons=_reasons(delays),
        bands=_rows(
            (label, (str(count), _share(count, leaving.total)), count)
            for (_, _, label), count in zip(BANDS, leaving.bands)
        ),
        bands_said=_bands_said(delays),
        left_out=tuple(f"{why}: {number}" for why, number in sorted(leaving.left_out.items())),
        pathways=_pathways(delays),
        long=_rows(
            (f"{least} days or more", (str(one.people), str(one.days)), one.people)
            for least, one in delays.long.items()
        ),
    )


def _reasons(delays: Delays) -> tuple[Group, ...]:
    longest = max((one.days for one in delays.waiting.values()), default=0)
    families: dict[str, list[tuple[str, tuple[str, ...], int]]] = {}
    for code, one in sorted(delays.waiting.items(), key=lambda item: -item[1].days):
        family = DELAY_FAMILIES[code].label if code != NO_REASON else NOT_SAID
        title = DelayReason(code).label if code != NO_REASON else NOT_SAID
        families.setdefault(family, []).append((title, (str(one.days), str(one.people)), one.days))
    order = [*DelayFamily.labels, NOT_SAID]
    return tuple(
        Group(
            family,
            f"{counted(sum(days for *_, days in families[family]), 'day')} in bed",
            _rows(families[family], longest),
        )
        for family in order
        if family in families
    )


def _pathways(delays: Delays) -> tuple[Group, ...]:
    total = sum(delays.destinations.values())
    longest = max(delays.destinations.values(), default=0)
    groups = []
    for pathway in HomePathway:
        of_it = [
            (destination.label, delays.destinations.get(destination.value, 0))
            for destination in Destination
            if DESTINATION_PATHWAY[destination.value] == pathway
        ]
        number = sum(count for _, count in of_it)
        rows = ((label, (str(count), _share(count, total)), count) for label, count in of_it)
        groups.append(Group(pathway.label, f"{number} of {total}", _rows(rows, longest)))
    if unsaid := delays.destinations.get("", 0):
        rows = [(NO_DESTINATION, (str(unsaid), _share(unsaid, total)), unsaid)]
        groups.append(Group(NO_DESTINATION, f"{unsaid} of {total}", _rows(rows, longest)))
    return tuple(groups)


def _bands_said(delays: Delays) -> str:
    leaving = delays.leaving
    if not leaving.total:
        return "Nobody left who is counted here."
    return (
        f"{counted(leaving.total, 'person', 'people')} left. {leaving.same_day} left on the day they were ready and "
        f"{leaving.delayed} later, after {counted(leaving.bed_days, 'day')} in bed: {_days(leaving.average_delay)} for "
        f"each of those who were delayed, {_days(leaving.average_of_all)} for each of all."
    )


def _rows(lines, longest: int | None = None) -> tuple[Row, ...]:
    lines = list(lines)
    top = longest if longest is not None else max((size for *_, size in lines), default=0)
    return tuple(Row(title, numbers, round(100 * size / top) if top else 0) for title, numbers, size in lines)


def _share(number: int, total: int) -> str:
    return f"{100 * number / total:.1f}%" if total else "–"


def _days(number: float | None) -> str:
    return "–" if number is None else f"{number:.1f} days"
