"""The finished words of cover and handover."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.urls import reverse

from homeward.kernel.rules import LONDON, london_day
from homeward.roster.rules import Gap
from homeward.roster.selectors import CoveredHours
from homeward.roster.states import CoverKind
from homeward.visits.selectors import Area
from homeward.web.clocks import time_words
from homeward.web.front_door.presenters.words import Tag

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
NAMES_SHOWN = 4
# The parts of a handover sheet in the order they are read, and what each says when there is nothing.
PARTS = {
    "open_crises": ("People in a crisis", "Nobody is in a crisis."),
    "who_is_where": ("Who is where", "Nobody is with anybody, and nobody is on the way."),
    "unplanned": ("Visits that nobody is found for", "Every visit has somebody."),
    "referrals_waiting": ("Referrals waiting", "No referral waits."),
    "call_backs": ("Call backs owed", "No call back is owed."),
    "next_shift": ("On the next shift", "Nobody is on the next shift."),
    "on_call": ("On call", "Nobody is on call."),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """Some hours of one day: covered or not, in words and colour."""

    day: str
    state: Tag
    gaps: tuple[str, ...]
    health: str
    care: str
    on_call: tuple[str, ...]
    is_now: bool
    is_over: bool


@dataclass(frozen=True, slots=True)
class Row:
    """Hours to cover, across the week; a day on which they need not be covered is None."""

    id: int
    title: str
    hours: str
    least: str
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True)
class OnCallLine:
    """Somebody who answers the phone."""

    id: int
    title: str
    name: str
    phone: str
    when: str
    is_now: bool


@dataclass(frozen=True, slots=True)
class Week:
    """A week of cover. `gaps` counts the stretches with one still to come."""

    title: str
    days: tuple[tuple[str, str, bool], ...]
    rows: tuple[Row, ...]
    gaps: int
    on_call: tuple[OnCallLine, ...]
    before: str
    after: str
    area: str
    area_radius: int
    area_districts: str
    is_area_own: bool


def week(covered: Sequence[CoveredHours], phones: Sequence, area: Area, first_day: date, now: datetime) -> Week:
    """A week of hours to cover against the shifts that are planned."""
    by_hours: dict[int, list[CoveredHours]] = {}
    for one in covered:
        by_hours.setdefault(one.hours.pk, []).append(one)
    rows = []
    for theirs in by_hours.values():
        hours = theirs[0].hours
        cells = {one.day: _cell(one, now) for one in theirs}
        rows.append(
            Row(
                id=hours.pk,
                title=f"{hours.team}: {hours.get_kind_display()}" if hours.team else hours.get_kind_display(),
                hours=f"{hours.starts_at} to {hours.ends_at}",
                least=_least(hours),
                cells=tuple(cells.get(first_day + timedelta(days=ahead)) for ahead in range(7)),
            )
        )
    last = first_day + timedelta(days=6)
    today = london_day(now)
    return Week(
        title=f"{first_day.day} {first_day:%B} to {last.day} {last:%B %Y}",
        days=tuple(
            (DAYS[(day := first_day + timedelta(days=ahead)).weekday()], f"{day.day} {day:%b}", day == today)
            for ahead in range(7)
        ),
        rows=tuple(rows),
        gaps=sum(any(gap.ends_at > now for gap in one.gaps) for one in covered),
        on_call=tuple(
            OnCallLine(
                id=one.pk,
                title=one.title,
                name=one.name,
                phone=one.phone,
                when=f"{_short(one.starts_at)} to {_short(one.ends_at)}",
                is_now=one.starts_at <= now < one.ends_at,
            )
            for one in phones
            if one.ends_at > now or today > last
        ),
        before=(first_day - timedelta(days=7)).isoformat(),
        after=(first_day + timedelta(days=7)).isoformat(),
        area=(
            f"Postcodes beginning {', '.join(area.postcode_districts)}"
            if area.postcode_districts
            else f"Up to {area.radius_kilometres} kilometres from our bases"
        ),
        area_radius=area.radius_kilometres,
        area_districts=", ".join(area.postcode_districts),
        is_area_own=area.is_own,
    )


def _least(hours) -> str:
    if hours.kind == CoverKind.ON_CALL:
        return "somebody on call"
    return f"at least {hours.least_health} health, {hours.least_care} care"


def _cell(one: CoveredHours, now: datetime) -> Cell:
    is_on_call = one.hours.kind == CoverKind.ON_CALL
    if not one.gaps:
        state = Tag("Covered", "green")
    elif len(one.gaps) == 1 and (one.gaps[0].starts_at, one.gaps[0].ends_at) == (one.starts_at, one.ends_at):
        state = Tag("Not covered", "red")
    else:
        state = Tag("Gap", "orange")
    return Cell(
        day=DAYS[one.day.weekday()],
        state=state,
        gaps=tuple(_gap(gap, one) for gap in one.gaps),
        health="" if is_on_call else _names(one.health),
        care="" if is_on_call else _names(one.care),
        on_call=one.on_call if is_on_call else (),
        is_now=one.starts_at <= now < one.ends_at,
        is_over=one.ends_at <= now,
    )


def _gap(gap: Gap, one: CoveredHours) -> str:
    when = f"{gap.starts_at.astimezone(LONDON):%H:%M} to {gap.ends_at.astimezone(LONDON):%H:%M}"
    if one.hours.kind == CoverKind.ON_CALL:
        return f"{when}: nobody"
    missing = [
        f"{least - there} {words} short"
        for least, there, words in (
            (one.hours.least_health, gap.health, "health"),
            (one.hours.least_care, gap.care, "care"),
        )
        if there < least
    ]
    return f"{when}: {' and '.join(missing)}"


def _names(names: tuple[str, ...]) -> str:
    if not names:
        return "nobody"
    more = len(names) - NAMES_SHOWN
    return f"{', '.join(names[:NAMES_SHOWN])}{f' and {more} more' if more > 0 else ''}"


def _short(moment: datetime) -> str:
    local = moment.astimezone(LONDON)
    return f"{local:%a} {local.day} {local:%b} {local:%H:%M}"


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One handover sheet in the list of them."""

    url: str
    when: str
    state: Tag
    taken_over: str


def sheet_lines(sheets: Sequence, now: datetime) -> tuple[SheetLine, ...]:
    """Handover sheets, newest first."""
    return tuple(
        SheetLine(
            url=reverse("cover:sheet", args=[one.pk]),
            when=time_words(one.changes_at, now),
            state=Tag("Taken over", "green") if one.taken_over_at else Tag("Not taken over yet", "yellow"),
            taken_over=f"by {one.taken_over_by} at {time_words(one.taken_over_at, now)}" if one.taken_over_at else "",
        )
        for one in sheets
    )


@dataclass(frozen=True, slots=True)
class PartLine:
    """One line of a handover sheet."""

    title: str
    url: str
    clock: str
    text: str
    place: str
    risks: tuple[str, ...]
    is_late: bool


@dataclass(frozen=True, slots=True)
class SheetPart:
    """One part of a handover sheet."""

    code: str
    title: str
    nothing: str
    lines: tuple[PartLine, ...]


@dataclass(frozen=True, slots=True)
class NoteLine:
    """Something that either shift added."""

    text: str
    who: str
    when: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A handover sheet as its page and its print show it."""

    id: int
    title: str
    made: str
    parts: tuple[SheetPart, ...]
    notes: tuple[NoteLine, ...]
    taken_over: str


def sheet_page(sheet, now: datetime) -> Sheet:
    """A handover sheet as its page and its print show it."""
    found = {part["code"]: part["lines"] for part in sheet.parts}
    local = sheet.changes_at.astimezone(LONDON)
    made = f"Made at {time_words(sheet.made_at, now)} from the record as it was then."
    if sheet.made_at - sheet.changes_at > timedelta(minutes=15):
        made = f"Made late. {made}"
    return Sheet(
        id=sheet.pk,
        title=f"{local:%H:%M} on {local:%A} {local.day} {local:%B}",
        made=made,
        parts=tuple(
            SheetPart(code, title, nothing, tuple(map(_line, found.get(code, []))))
            for code, (title, nothing) in PARTS.items()
        ),
        notes=tuple(
            NoteLine(
                note.text,
                ", ".join(part for part in (note.author_name, note.author_role, note.employer) if part),
                time_words(note.written_at, now),
            )
            for note in sheet.notes.all()
        ),
        taken_over=(
            f"Read and taken over by {sheet.taken_over_by} at {time_words(sheet.taken_over_at, now)}"
            if sheet.taken_over_at
            else ""
        ),
    )


def _line(line: dict) -> PartLine:
    url = ""
    if line.get("episode_id"):
        url = reverse("responding:case", args=[line["episode_id"]])
    elif line.get("referral_id"):
        url = reverse("front_door:referral", args=[line["referral_id"]])
    return PartLine(
        title=line["title"],
        url=url,
        clock=line.get("clock", ""),
        text=_sentences(line.get("text", "")),
        place=line.get("place", ""),
        risks=tuple(line.get("risks", ())),
        is_late=bool(line.get("is_late")),
    )


def _sentences(text: str) -> str:
    return ". ".join(f"{said[:1].upper()}{said[1:]}" for said in text.split(". "))
