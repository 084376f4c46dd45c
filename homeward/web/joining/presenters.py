"""The finished words of visits that could be one."""

from dataclasses import dataclass

from homeward.visits.rules import JoinKind
from homeward.visits.selectors import JoinFigures
from homeward.visits.states import JoinState
from homeward.web.front_door.presenters.words import Tag
from homeward.web.persons import short_day
from homeward.web.words import skill_words, wall_words, weekday_words

KINDS = {
    JoinKind.SAME_PURPOSE: Tag("Same purpose", "orange"),
    JoinKind.ONE_AFTER_THE_OTHER: Tag("One after the other", "blue"),
}
STATES = {
    JoinState.PROPOSED: Tag("To decide", "yellow"),
    JoinState.AGREED: Tag("One visit", "green"),
    JoinState.DECLINED: Tag("Stay two", "grey"),
    JoinState.ENDED: Tag("Two again", "grey"),
}


@dataclass(frozen=True, slots=True)
class Side:
    """One visit: who comes, when, for how long, and what for."""

    title: str
    who: str
    when: str
    days: str
    minutes: str
    tasks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """Two visits, the one they could be, why, what it saves and what became of it."""

    id: int
    person_id: int
    name: str
    kind: Tag
    state: Tag
    is_open: bool
    is_in_force: bool
    may_be_agreed: bool
    two: tuple[Side, Side]
    one: Side
    reasons: tuple[str, ...]
    saved: str
    saved_how: str
    decided: str


def present_join(row) -> Proposal:
    """One proposal in words."""
    employers = [*row.employers, "", ""]
    care, travel = row.care_minutes_saved, round(row.travel_minutes_saved)
    days = len(row.weekdays)
    parts = [f"{care} minutes at the visit" if care else "", f"{travel} of travel" if travel else ""]
    return Proposal(
        id=row.pk,
        person_id=row.person_id,
        name=row.person.label,
        kind=KINDS[JoinKind(row.kind)],
        state=STATES[JoinState(row.state)],
        is_open=row.state == JoinState.PROPOSED,
        is_in_force=row.state == JoinState.AGREED,
        may_be_agreed=row.state in (JoinState.PROPOSED, JoinState.DECLINED),
        two=(_side(row.kept, employers[0]), _side(row.joined, employers[1])),
        one=Side(
            title=row.kept.title,
            who=_who(row.slots, ""),
            when=_window(row),
            days=weekday_words(row.weekdays).capitalize(),
            minutes=f"{row.minutes} minutes",
            tasks=_tasks(row.tasks),
        ),
        reasons=tuple(row.reasons),
        saved=f"{round(row.saved_a_week)} minutes a week",
        saved_how=f"{' and '.join(filter(None, parts))}, {days} {'day' if days == 1 else 'days'} a week",
        decided=_decided(row),
    )


def _side(pattern, employer: str) -> Side:
    return Side(
        title=pattern.title,
        who=_who(pattern.slots, employer),
        when=_window(pattern),
        days=weekday_words(pattern.weekdays).capitalize(),
        minutes=f"{pattern.minutes} minutes",
        tasks=_tasks(pattern.tasks),
    )


def _who(slots: list[dict], employer: str) -> str:
    titles = [skill_words(slot["skill"]) for slot in slots]
    who = titles[0].capitalize() if len(titles) == 1 else f"{len(titles)} workers: {titles[0]}"
    return f"{who}, {employer}" if employer else who


def _window(row) -> str:
    return f"Between {wall_words(row.opens_at)} and {wall_words(row.closes_at)}"


def _tasks(tasks: list[dict]) -> tuple[str, ...]:
    return tuple(f"{task['title']} (delegated)" if task.get("is_delegated") else task["title"] for task in tasks)


def _decided(row) -> str:
    if row.state == JoinState.AGREED:
        return (
            f"One visit from {short_day(row.starts_on)}. The person agreed on {short_day(row.person_agreed_on)}:"
            f" “{row.person_said}” Recorded by {row.decided_by}, {row.decided_role}."
        )
    if row.state == JoinState.DECLINED:
        return f"{row.declined_reason} Decided by {row.decided_by}, {row.decided_role}."
    return row.ended_reason


@dataclass(frozen=True, slots=True)
class Figures:
    """Four weeks in numbers, each with what it means."""

    lines: tuple[tuple[str, str], ...]


def present_figures(figures: JoinFigures) -> Figures:
    """What became of what was found."""
    lines = [
        ("Found", str(figures.found)),
        ("To decide", str(figures.waiting)),
        ("Became one visit", str(figures.agreed)),
        ("Stayed two", str(figures.declined)),
        ("Hours saved", f"{figures.minutes_saved / 60:.1f}"),
    ]
    if figures.precision is not None:
        lines.insert(4, ("Of those decided, right", f"{figures.precision:.0%}"))
    return Figures(tuple(lines))
