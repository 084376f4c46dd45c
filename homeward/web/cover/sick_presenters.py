"""The finished words of sick calls and what covers them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse

from homeward.kernel.rules import LONDON, day_words, london_day
from homeward.visits.selectors.covering import CallLine, Found, LostDay, Sickness, Spoken
from homeward.visits.states import CoverKind, VisitState
from homeward.web.clocks import time_words
from homeward.web.front_door.presenters.words import Tag


@dataclass(frozen=True, slots=True)
class CallRow:
    """A sick call in the list."""

    url: str
    name: str
    employer: str
    day: str
    called: str
    state: Tag
    visits: str


@dataclass(frozen=True, slots=True)
class FoundRow:
    """A worker somebody may be looking for."""

    id: int
    name: str
    job: str
    employer: str
    shifts: str
    is_away: bool


@dataclass(frozen=True, slots=True)
class LostRow:
    """A visit that was lost, and who takes it now."""

    url: str
    at: str
    person: str
    title: str
    minutes: int
    state: Tag
    marks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OptionRow:
    """A way of covering. `places` say who would take which visit; `moves` what else would move.

    A way that keeps no visit is said, so that nobody looks for it, and has no `button`.
    """

    id: int
    title: str
    sentence: str
    facts: tuple[tuple[str, str], ...]
    places: tuple[str, ...]
    moves: tuple[str, ...]
    is_alone: bool
    button: str


@dataclass(frozen=True, slots=True)
class TellRow:
    """Somebody to tell."""

    id: int
    who: str
    lines: tuple[str, ...]
    told: str
    may_be_told: bool


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """What somebody decided."""

    sentence: str
    by: str
    note: str


@dataclass(frozen=True, slots=True)
class LostPage:
    """A lost day as its page shows it."""

    id: int
    name: str
    employer: str
    day: str
    called: str
    state: Tag
    summary: str
    lost: tuple[LostRow, ...]
    best: OptionRow | None
    others: tuple[OptionRow, ...]
    alone: tuple[OptionRow, ...]
    worked_out: str
    decisions: tuple[DecisionRow, ...]
    workers: tuple[TellRow, ...]
    people: tuple[TellRow, ...]
    to_tell: int
    other_days: tuple[tuple[str, str], ...]
    is_covered: bool
    has_decided: bool


def call_rows(lines: Iterable[CallLine], now: datetime) -> tuple[CallRow, ...]:
    """Sick calls, newest first."""
    return tuple(
        CallRow(
            url=reverse("cover:sick_day", args=[line.call.pk]),
            name=line.call.worker.label,
            employer=str(line.call.worker.organisation),
            day=_day(line.call.day, now),
            called=time_words(line.call.called_at, now),
            state=_state(line.comes_to.visits, line.comes_to.visits_covered),
            visits=_covered(line.comes_to.visits, line.comes_to.visits_covered),
        )
        for line in lines
    )


def found_rows(found: Iterable[Found]) -> tuple[FoundRow, ...]:
    """Workers found, those on shift first."""
    return tuple(
        FoundRow(
            id=one.worker.pk,
            name=one.worker.label,
            job=one.worker.job_title,
            employer=str(one.worker.organisation),
            shifts=", ".join(f"{_clock(shift.starts_at)} to {_clock(shift.ends_at)}" for shift in one.shifts)
            or "no shift today",
            is_away=one.is_away,
        )
        for one in found
    )


def lost_page(day: LostDay, spoken: Spoken, may_call_in: bool, now: datetime) -> LostPage:
    """A lost day, with the names of the workers and visits that its options speak of."""
    call, sums = day.call, day.comes_to
    lost = {(line.visit.pk, line.slot): line for line in day.lost}
    rows = tuple(
        _option(one, lost, spoken.visits, spoken.workers)
        for one in day.options
        if may_call_in or one.kind == CoverKind.SPREAD
    )
    is_decided = bool(day.decisions) and (not day.options or day.decisions[0].decided_at >= day.options[0].made_at)
    is_covered = not sums.visits_uncovered
    offers = () if is_decided or is_covered else rows
    best = next((row for row in offers if row.button), None)
    return LostPage(
        id=call.pk,
        name=call.worker.label,
        employer=str(call.worker.organisation),
        day=_day(call.day, now),
        called=f"{time_words(call.called_at, now)}, "
        + ("told by themselves" if call.is_by_themselves else f"taken by {call.taken_by}"),
        state=_state(sums.visits, sums.visits_covered),
        summary=_summary(day),
        lost=tuple(_lost(line) for line in day.lost),
        best=best,
        others=tuple(row for row in offers if row is not best and not row.is_alone),
        alone=tuple(row for row in offers if row is not best and row.is_alone),
        worked_out=f"Worked out at {_clock(day.options[0].made_at)}" if day.options else "",
        decisions=tuple(
            DecisionRow(
                one.sentence,
                f"{one.decided_by}, {time_words(one.decided_at, now)}",
                "" if one.is_as_shown else "The day had changed since it was shown, and was planned again.",
            )
            for one in day.decisions
        ),
        workers=tuple(_tell(one, str(one.worker.organisation), now) for one in day.tellings if one.worker_id),
        people=tuple(_tell(one, "", now) for one in day.tellings if one.person_id),
        to_tell=sum(one.told_at is None for one in day.tellings),
        other_days=tuple((reverse("cover:sick_day", args=[one.pk]), _day(one.day, now)) for one in day.other_days),
        is_covered=is_covered,
        has_decided=bool(day.decisions),
    )


def _summary(day: LostDay) -> str:
    call, sums = day.call, day.comes_to
    hours = f"{_clock(call.lost_from)} to {_clock(call.lost_until)}"
    if not sums.visits:
        return f"Away {hours}. No visits are lost."
    hard = sum(line.is_hard for line in day.lost)
    said = f"Away {hours}: {sums.visits} {'visit' if sums.visits == 1 else 'visits'}, {_long(sums.minutes)}"
    if hard:
        said += f", {hard} of them with a fixed time or somebody in a crisis"
    return f"{said}."


def _lost(line) -> LostRow:
    visit = line.visit
    marks = tuple(
        word
        for word, holds in (
            ("Crisis", visit.is_crisis),
            ("Fixed time", visit.is_window_hard),
            ("With two", len(visit.slots) > 1),
        )
        if holds
    )
    if visit.state == VisitState.CANCELLED:
        state = Tag("Cancelled", "grey")
    elif line.worker is None:
        state = Tag("Nobody yet", "red")
    else:
        at = _clock(line.comes_at)
        state = Tag(f"{line.worker.label} at {at}, {line.worker.organisation}", "green")
    return LostRow(
        url=reverse("today:visit", args=[visit.pk]),
        at=_clock(line.starts_at),
        person=visit.whom,
        title=visit.title,
        minutes=line.minutes,
        state=state,
        marks=marks,
    )


def _option(one, lost: dict, titles: dict[int, str], names: dict[int, tuple[str, str]]) -> OptionRow:
    figures = one.figures
    facts = [("Visits kept", f"{figures['kept']} of {figures['lost']}")]
    facts.append(("Costs besides", _pounds(figures["pence"])))
    facts.append(("Travel", f"{figures['travel']:+d} minutes" if one.stops else f"{figures['travel']} minutes"))
    if one.worker_id:
        left = figures.get("hours_left")
        facts.append(("Contract hours left this week", "none promised" if left is None else _signed(left)))
        facts.append(("Rest and limits", "kept"))
    if one.stops:
        late = f"{figures['late']}, up to {figures['worst_late']} minutes" if figures["late"] else "none"
        facts.append(("Late", late))
        facts.append(("Other visits that move", str(figures["moved"]) if figures["moved"] else "none"))
    return OptionRow(
        id=one.pk,
        title=_title(one),
        sentence=one.sentence,
        facts=tuple(facts),
        places=tuple(_place(place, lost, names) for place in one.places),
        moves=tuple(_move(move, titles, names) for move in one.moves),
        is_alone=not one.stops,
        button=_button(one) if figures["kept"] else "",
    )


def _button(one) -> str:
    return "Accept" if one.kind == CoverKind.SPREAD else f"{one.worker.label} agreed to come: accept"


def _title(one) -> str:
    if one.kind == CoverKind.SPREAD:
        return "Spread over who is on shift"
    return f"{one.worker.label}, {one.worker.organisation}, comes in {_clock(one.starts_at)} to {_clock(one.ends_at)}"


def _place(place: dict, lost: dict, names: dict[int, tuple[str, str]]) -> str:
    line = lost.get((place["visit"], place["slot"]))
    what = f"{_clock(line.starts_at)} {line.visit.whom}" if line else "A visit"
    if place["worker"] is None:
        return f"{what}: nobody"
    name, employer = names.get(place["worker"], ("somebody", ""))
    late = f", {place['late']} minutes late" if place["late"] else ""
    return f"{what}: {name}, {employer}, at {_clock(datetime.fromisoformat(place['at']))}{late}"


def _move(move: dict, titles: dict[int, str], names: dict[int, tuple[str, str]]) -> str:
    def side(worker: int | None, at: str | None) -> str:
        if worker is None or at is None:
            return "nobody"
        return f"{names.get(worker, ('somebody', ''))[0]} at {_clock(datetime.fromisoformat(at))}"

    late = f", {move['late']} minutes late" if move["late"] else ""
    before, after = side(move["from_worker"], move["from_at"]), side(move["to_worker"], move["to_at"])
    return f"{titles.get(move['visit'], 'A visit')}: {before}, then {after}{late}"


def _tell(one, employer: str, now: datetime) -> TellRow:
    who = f"{one.worker.label}, {employer}" if one.worker_id else one.person.label
    told = f"{one.told_by}, {time_words(one.told_at, now)}" if one.told_at else ""
    return TellRow(one.pk, who, tuple(one.text.split("\n")), told, not one.told_at)


@dataclass(frozen=True, slots=True)
class SicknessRow:
    """What sickness came to for one employer, or for all."""

    employer: str
    shifts: int
    covered: str
    partly: int
    nothing: int
    elsewhere: str
    shift_hours: str
    visits: str
    hours: str
    hours_covered: str
    hours_elsewhere: str
    hours_uncovered: str


def sickness_rows(told: Sequence[Sickness]) -> tuple[SicknessRow, ...]:
    """Sickness by employer, all of them last."""
    return tuple(
        SicknessRow(
            employer=one.employer or "Everyone",
            shifts=one.shifts,
            covered=_of(one.shifts_covered, one.shifts - one.shifts_without_visits),
            partly=one.shifts_partly,
            nothing=one.shifts_without_visits,
            elsewhere=_of(one.shifts_elsewhere, one.shifts - one.shifts_without_visits),
            shift_hours=_hours(one.shift_minutes),
            visits=_of(one.visits_covered, one.visits),
            hours=_hours(one.minutes),
            hours_covered=_hours(one.minutes_covered),
            hours_elsewhere=_hours(one.minutes_elsewhere),
            hours_uncovered=_hours(one.minutes_uncovered),
        )
        for one in told
    )


def _of(part: int, whole: int) -> str:
    return f"{part} of {whole}" if whole else "none"


def _hours(minutes: int) -> str:
    return f"{minutes / 60:.1f}"


def _pounds(pence: int) -> str:
    return f"£{pence / 100:,.2f}" if pence else "nothing"


def _signed(minutes: int) -> str:
    return f"{_long(minutes)}" if minutes >= 0 else f"{_long(-minutes)} beyond"


def _long(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest} minutes"
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def _covered(visits: int, covered: int) -> str:
    return f"{covered} of {visits} visits covered" if visits else "no visits lost"


def _state(visits: int, covered: int) -> Tag:
    if not visits:
        return Tag("Nothing lost", "grey")
    if covered == visits:
        return Tag("Covered", "green")
    return Tag(f"{visits - covered} with nobody", "red")


def _day(day: date, now: datetime) -> str:
    words = day_words(day)
    return f"today, {words}" if day == london_day(now) else words


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone(LONDON):%H:%M}"
