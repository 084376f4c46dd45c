"""The support up to the limit of the pathway: what is planned, what may be chosen, what took over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from homeward.episodes.selectors import RunningEpisode
from homeward.kernel.rules import LONDON, london_day
from homeward.procedures.rules import ClockKind, VisitTemplate
from homeward.procedures.selectors import library, skill_title
from homeward.visits.states import OVERRUN, VisitState
from homeward.web.clocks import left_words, time_words
from homeward.web.front_door.presenters.words import Tag

VISITS = {
    VisitState.NEEDED: ("Not planned", "red"),
    VisitState.PLANNED: ("Planned", "blue"),
    VisitState.UNDER_WAY: ("Under way", "green"),
    VisitState.DONE: ("Done", "grey"),
    VisitState.MISSED: ("Missed", "red"),
}
OPEN = (VisitState.NEEDED, VisitState.PLANNED)


@dataclass(frozen=True, slots=True)
class SupportVisit:
    """One visit of the support."""

    when: str
    title: str
    who: str
    state: Tag
    why: str


@dataclass(frozen=True, slots=True)
class SupportPage:
    """The support of one response. `remaining` is how long is left of it; `must_explain` that it has run over."""

    has_begun: bool
    visits: tuple[SupportVisit, ...]
    done: int
    remaining: str
    ends: str
    is_over: bool
    must_explain: bool
    explained: str
    took_over: tuple[tuple[str, str], ...]


def support_page(running: RunningEpisode, visits: Sequence, following: Sequence, now: datetime) -> SupportPage:
    """The support of a response as its page prints it."""
    limit = next(
        (
            reading
            for clock, reading in zip(running.pathway.clocks, running.clocks, strict=False)
            if clock.kind is ClockKind.LIMIT and reading.started_at
        ),
        None,
    )
    is_open = running.episode.ended_at is None
    explained = [event.detail for event in running.episode.events.all() if event.kind == OVERRUN]
    is_over = bool(limit and limit.is_breached)
    return SupportPage(
        has_begun=limit is not None,
        visits=tuple(_visit(visit, now) for visit in visits),
        done=sum(visit.state == VisitState.DONE for visit in visits),
        remaining=left_words(limit.due_at - now) if limit and limit.due_at and is_open else "",
        ends=f"Support ends {time_words(limit.due_at, now)}" if limit and limit.due_at and is_open else "",
        is_over=is_over,
        must_explain=is_over and is_open and not explained,
        explained=explained[-1] if explained else "",
        took_over=tuple(
            (
                one.pathway.title,
                f"since {time_words(one.episode.started_at, now)}, {'closed' if one.episode.ended_at else 'open'}",
            )
            for one in following
        ),
    )


def _visit(visit, now: datetime) -> SupportVisit:
    rows = sorted(visit.assignments.all(), key=lambda row: row.slot)
    opens, closes = (moment.astimezone(LONDON) for moment in (visit.window_opens_at, visit.window_closes_at))
    day = "Today" if visit.day == london_day(now) else f"{visit.day:%A} {visit.day.day} {visit.day:%B}"
    who = " and ".join(f"{row.worker.label} at {row.starts_at.astimezone(LONDON):%H:%M}" for row in rows)
    return SupportVisit(
        when=f"{day}, {opens:%H:%M} to {closes:%H:%M}",
        title=visit.title,
        who=who or ("Planned when that day is planned" if visit.day > london_day(now) and visit.state in OPEN else ""),
        state=Tag(*VISITS[VisitState(visit.state)]),
        why=visit.unplanned_reason,
    )


@dataclass(frozen=True, slots=True)
class Proposal:
    """Visits that the pathway proposes: at which times of day, for how many days."""

    code: str
    title: str
    what: str
    who: str
    times: tuple[tuple[str, str, bool], ...]
    is_chosen: bool
    days: int


def proposals(
    templates: Sequence[VisitTemplate], days_left: int, chosen: dict[str, tuple[tuple[str, ...], int]] | None
) -> tuple[Proposal, ...]:
    """What may be chosen, ticked as the pathway proposes it, or as it was typed."""
    shown = []
    for one in templates:
        days = min(one.period.days or days_left, days_left) or 1
        ticked = {time.code for time in one.times_of_day}
        is_chosen = bool(one.times_of_day)  # what comes every day is proposed; what comes once is a decision
        if chosen is not None:
            is_chosen = one.code in chosen
            ticked, days = (set(chosen[one.code][0]), chosen[one.code][1]) if is_chosen else (ticked, days)
        shown.append(
            Proposal(
                code=one.code,
                title=one.title,
                what=", ".join(library().activity(code).title.lower() for code in one.activities),
                who=f"{' and '.join(skill_title(slot.skill) for slot in one.staff)}, {one.minutes} minutes",
                times=tuple(
                    (time.code, f"{time.title}, {time.starts_from} to {time.starts_by}", time.code in ticked)
                    for time in one.times_of_day
                ),
                is_chosen=is_chosen,
                days=days,
            )
        )
    return tuple(shown)
