"""Supervision as finished text."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from homeward.procedures.selectors import skill_title
from homeward.visits.rules import number_text, range_text
from homeward.visits.selectors.practice import Practice
from homeward.visits.selectors.supervision import ASKS_A_LOOK, Came, Supervision, Tally
from homeward.web.persons import short_day
from homeward.web.templating import clock_text, day_text, moment_text

CAME = {
    Came.DONE: ("Done", "green"),
    Came.OUT_OF_RANGE: ("Out of range", "red"),
    Came.NOT_DONE: ("Not done", "orange"),
    Came.MISSED: ("Nobody came", "red"),
    Came.NOT_WRITTEN: ("Not written down", "yellow"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One person or worker: how many tasks, and how many of each that asks for a look."""

    id: int | None
    name: str
    total: int
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TaskLine:
    """One delegated task with what came of it."""

    id: int
    visit_id: int
    person: str
    title: str
    word: str
    colour: str
    who: str
    when: str
    reason: str
    readings: tuple[str, ...]
    told_to: str
    checks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DueLine:
    """Something due by a day."""

    what: str
    who: str
    by: str
    is_late: bool


@dataclass(frozen=True, slots=True)
class SupervisionPage:
    """The whole page of supervision."""

    total: int
    figures: tuple[tuple[str, int], ...]
    headings: tuple[str, ...]
    people: tuple[Row, ...]
    workers: tuple[Row, ...]
    to_look_at: tuple[TaskLine, ...]
    to_check: tuple[TaskLine, ...]
    checked: int
    spot_checks: tuple[DueLine, ...]
    reviews: tuple[DueLine, ...]
    caseloads: tuple


def supervision_page(found: Supervision, today: date) -> SupervisionPage:
    """What `supervision_of` gives."""
    return SupervisionPage(
        total=found.totals.total,
        figures=tuple((CAME[came][0], found.totals.came[came]) for came in Came),
        headings=tuple(CAME[came][0] for came in ASKS_A_LOOK),
        people=tuple(map(_row, found.people)),
        workers=tuple(map(_row, found.workers)),
        to_look_at=tuple(task_line(task, came) for task, came in found.to_look_at),
        to_check=tuple(task_line(task, Came.DONE) for task in found.to_check),
        checked=found.checked,
        spot_checks=tuple(
            DueLine(
                skill_title(one.sign_off.competence),
                f"{one.sign_off.worker.label}, {one.sign_off.worker.organisation}",
                short_day(one.due_on),
                one.due_on < today,
            )
            for one in found.spot_checks
        ),
        reviews=tuple(
            DueLine(
                one.activity_code.replace("_", " ").capitalize(),
                one.person.label,
                short_day(one.review_on),
                one.review_on < today,
            )
            for one in found.reviews
        ),
        caseloads=tuple(found.caseloads),
    )


def task_line(task, came: Came) -> TaskLine:
    """One task, with its visit, readings and checks read."""
    readings = sorted(task.readings.all(), key=lambda one: one.pk)
    word, colour = CAME[came]
    return TaskLine(
        id=task.pk,
        visit_id=task.visit_id,
        person=task.visit.person.label,
        title=task.title,
        word=word,
        colour=colour,
        who=task.worker.label if task.worker is not None else task.done_by,
        when=_when(task.done_at or task.visit.window_opens_at),
        reason=task.not_done_reason,
        readings=tuple(_reading(one) for one in readings),
        told_to=next((one.told_to for one in readings if one.is_out_of_range), ""),
        checks=tuple(
            f"{'Meets the standard' if one.is_met else 'Does not meet the standard'}, {one.by_name},"
            f" {moment_text(one.at)}{f': {one.text}' if one.text else ''}"
            for one in sorted(task.checks.all(), key=lambda one: one.pk)
        ),
    )


@dataclass(frozen=True, slots=True)
class PracticeGroup:
    """One worker and what they are learning, with the visits at which they could be observed."""

    worker: str
    about: str
    learning: str
    lines: tuple[str, ...]


NUMBERS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


def practice_line(one: Practice) -> str:
    """One occasion in a sentence; whoever shows it may see the person."""
    which = NUMBERS[one.number - 1] if one.number <= len(NUMBERS) else f"{one.number}th"
    of = f" of the {one.of} asked for" if one.of else ""
    near = f"{one.kilometres} km away" if one.kilometres is not None else "on shift"
    theirs = " They go to it already." if one.is_theirs else ""
    when = f"{day_text(one.opens_at)}, {clock_text(one.opens_at)} to {clock_text(one.closes_at)}"
    return (
        f"{when}: {one.activity.lower()} for {one.person.label}. It would be their {which} observed practice{of}."
        f" {one.assessor.label} is {near}.{theirs}"
    )


def practice_lines(found: Iterable[Practice]) -> tuple[PracticeGroup, ...]:
    """What `practice_opportunities` gives, by worker and what they are learning."""
    groups: dict[tuple[int, str], list[Practice]] = {}
    for one in found:
        groups.setdefault((one.worker.pk, one.competence), []).append(one)
    return tuple(
        PracticeGroup(
            theirs[0].worker.label,
            _hours(theirs[0]),
            skill_title(theirs[0].competence),
            tuple(practice_line(one) for one in theirs),
        )
        for theirs in groups.values()
    )


def _hours(one: Practice) -> str:
    employer = str(one.worker.organisation)
    return f"{employer}, {one.weekly_minutes / 60:g} hours a week" if one.weekly_minutes else employer


def _row(tally: Tally) -> Row:
    return Row(tally.id, tally.name, tally.total, tuple(tally.came[came] for came in ASKS_A_LOOK))


def _when(moment: datetime) -> str:
    return moment_text(moment)


def _reading(one) -> str:
    value = f"{number_text(one.value)} {one.unit}".strip()
    within = range_text(one.low, one.high, one.unit)
    if one.is_out_of_range:
        return f"{one.reading.capitalize()} {value}: should be {within}"
    return f"{one.reading.capitalize()} {value}"
