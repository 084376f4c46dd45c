"""A worker's own rota: the next weeks, what they asked, and what they can ask for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse

from homeward.kernel.rules import day_words, london_day
from homeward.roster.selectors import Rota
from homeward.roster.states import OPEN_REQUESTS, RequestKind
from homeward.web.front_door.presenters.words import Tag
from homeward.web.roster.presenters.words import AWAY, clock, hours, monday_of, request_tag
from homeward.web.templating import moment_text
from homeward.web.words import skill_words


@dataclass(frozen=True, slots=True)
class DayLine:
    """A day of the worker's own."""

    title: str
    words: str
    about: str
    look: str
    shifts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Week:
    """A week from Monday."""

    title: str
    hours: str
    days: tuple[DayLine, ...]


@dataclass(frozen=True, slots=True)
class RequestLine:
    """A request as its worker, a colleague or a lead sees it."""

    id: int
    kind: str
    about: str
    who: str
    text: str
    state: Tag
    when: str
    reason: str
    is_open: bool
    is_to_me: bool
    is_offer: bool
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenLine:
    """A shift nobody has."""

    id: int
    words: str
    about: str
    asked: bool


@dataclass(frozen=True, slots=True)
class Mine:
    """The page My rota."""

    name: str
    contract: str
    next: str
    unpublished: str
    weeks: tuple[Week, ...]
    requests: tuple[RequestLine, ...]
    to_me: tuple[RequestLine, ...]
    open_shifts: tuple[OpenLine, ...]
    changes: tuple[str, ...]


def mine(
    rota: Rota,
    today: date,
    now: datetime,
    contract,
    requests: Sequence,
    to_me: Sequence,
    open_shifts: Sequence,
    changes: Sequence,
    published: date | None,
) -> Mine:
    """Everything a worker sees of their own rota."""
    worker = rota.workers[0]
    coming = sorted(
        (one for told in rota.shifts.values() for one in told if one.ends_at > now), key=lambda one: one.starts_at
    )
    asked = {one.open_shift_id for one in requests if one.kind == RequestKind.OPEN and one.state in OPEN_REQUESTS}
    days = [day for day in rota.days if published and monday_of(day) <= published]
    return Mine(
        name=worker.label,
        contract=_contract(contract),
        next=_next(coming, today),
        unpublished=_unpublished(published, rota.last),
        weeks=tuple(_week(rota, days[at : at + 7], today, published) for at in range(0, len(days), 7)),
        requests=tuple(request_line(one) for one in requests),
        to_me=tuple(request_line(one, me=worker.pk) for one in to_me),
        open_shifts=tuple(
            OpenLine(
                row.pk,
                f"{day_words(row.day)}, {row.starts_at} to {row.ends_at}",
                ", ".join(
                    part for part in (skill_words(row.skill).capitalize() if row.skill else "", row.note) if part
                ),
                row.pk in asked,
            )
            for row in open_shifts
        ),
        changes=tuple(
            f"{day_words(one.day)}: {one.was or 'off'} became {one.now_is or 'off'} ({moment_text(one.at)},"
            f" {one.by_name})"
            for one in changes
        ),
    )


def request_line(request, me: int = 0, warnings: Iterable[str] = ()) -> RequestLine:
    """A request in words."""
    who = f"{request.worker.label}, {request.worker.organisation}" if me or warnings is not None else ""
    other = request.other_worker
    if other and other.pk != me:
        who = f"{who}; with {other.label}"
    return RequestLine(
        id=request.pk,
        kind=request.get_kind_display(),
        about=request.about,
        who=who,
        text=request.text,
        state=request_tag(request),
        when=moment_text(request.asked_at),
        reason=f"{request.reason} ({request.decided_by})" if request.reason else "",
        is_open=request.state in OPEN_REQUESTS,
        is_to_me=bool(other and other.pk == me),
        is_offer=request.kind == RequestKind.OFFER,
        warnings=tuple(warnings),
    )


def _contract(contract) -> str:
    if contract is None:
        return ""
    kind = contract.get_kind_display()
    return f"{kind}, {hours(contract.weekly_minutes)} hours a week" if contract.weekly_minutes else kind


def _next(coming: Sequence, today: date) -> str:
    if not coming:
        return "No shift is published for you in these weeks."
    one = coming[0]
    on = london_day(one.starts_at)
    day = "Today" if on == today else day_words(on)
    return f"Next shift: {day}, {clock(one.starts_at)} to {clock(one.ends_at)}."


def _unpublished(published: date | None, last: date) -> str:
    if published is None:
        return "The rota is not published yet."
    return f"After {day_words(published)} the rota is not published yet." if published < last else ""


def _week(rota: Rota, days: Sequence[date], today: date, published: date | None) -> Week:
    worker = rota.workers[0]
    lines = []
    minutes = 0.0
    for day in days:
        stretches = rota.shifts.get((worker.pk, day), ())
        away = rota.away.get((worker.pk, day))
        words = " and ".join(f"{clock(one.starts_at)} to {clock(one.ends_at)}" for one in stretches)
        if not away:
            minutes += sum((one.ends_at - one.starts_at).total_seconds() for one in stretches) / 60
        look = "away" if away else "on" if stretches else "off"
        lines.append(
            DayLine(
                title=f"{day:%a} {day.day} {day:%b}",
                words=AWAY[away][1]
                if away
                else words or ("Off" if published and day <= published else "Not published"),
                about=f"instead of {words}" if away and words else "",
                look=f"{look} today" if day == today else look,
                shifts=()
                if away or day < today
                else tuple(
                    (reverse("my_rota:shift", args=[one.id]), f"{day_words(day)}, {clock(one.starts_at)}")
                    for one in stretches
                ),
            )
        )
    return Week(f"Week of {days[0].day} {days[0]:%B}", f"{hours(minutes)} hours", tuple(lines))
