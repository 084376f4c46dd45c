"""The tasks of a visit as a form: what was decided, what to read, what came of it, and what to do now."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from homeward.visits.rules import number_text, range_text
from homeward.visits.selectors.recording import TaskToRecord
from homeward.web.today.presenters.places import clock, local


@dataclass(frozen=True, slots=True)
class LimitField:
    """One reading that a delegation asks for."""

    name: str
    label: str
    hint: str
    typed: str


@dataclass(frozen=True, slots=True)
class ReadingLine:
    """One reading that was taken, and what to do where it is out of range."""

    text: str
    is_out_of_range: bool
    told_to: str
    has_stopped: bool


@dataclass(frozen=True, slots=True)
class TaskField:
    """One task to write down: `may_not` says why the reader may not do it, `elsewhere` that somebody else is to."""

    id: int
    title: str
    is_delegated: bool
    instructions: str
    may: str
    may_not: str
    elsewhere: str
    so_far: str
    answer: str
    reason: str
    error: str
    limits: tuple[LimitField, ...]
    readings: tuple[ReadingLine, ...]


@dataclass(frozen=True, slots=True)
class TasksPage:
    """The tasks of a visit, and, first, what to do now because of a reading."""

    tasks: tuple[TaskField, ...]
    act_now: tuple[ReadingLine, ...]


def present_tasks(found: Iterable[TaskToRecord], typed: Mapping[str, str], errors: Mapping[int, str]) -> TasksPage:
    """What `tasks_to_record` gives, with what was typed before it was refused and what is wrong with it."""
    tasks = tuple(_task(one, typed, errors.get(one.task.pk, "")) for one in found)
    return TasksPage(tasks, tuple(line for one in tasks for line in one.readings[-3:] if line.is_out_of_range))


def _task(one: TaskToRecord, typed: Mapping[str, str], error: str) -> TaskField:
    task = one.task
    kept = "done" if task.done_at else "not_done" if task.not_done_reason else ""
    so_far = ""
    if task.done_at:
        at = local(task.done_at)
        so_far = f"Done at {clock(at.hour, at.minute)}{f' by {task.done_by}' if task.done_by else ''}"
    elif task.not_done_reason:
        so_far = f"Not done: {task.not_done_reason}"
    may_not = f"{one.may.because} {one.may.nearest}" if one.may is not None and not one.may.may else ""
    return TaskField(
        id=task.pk,
        title=task.title,
        is_delegated=task.is_delegated,
        instructions=one.delegation.instructions if one.delegation is not None else "",
        may=one.may.because if one.may is not None and one.may.may else "",
        may_not=may_not,
        elsewhere="A registered professional comes to do this. Do not do it." if task.handed_to_id else "",
        so_far=so_far,
        answer=typed.get(f"task-{task.pk}", kept),
        reason=typed.get(f"reason-{task.pk}", task.not_done_reason),
        error=error,
        limits=tuple(
            LimitField(
                f"limit-{task.pk}-{limit.pk}",
                f"{limit.reading.capitalize()}{f' ({limit.unit})' if limit.unit else ''}",
                f"Should be {range_text(limit.low, limit.high, limit.unit)}",
                typed.get(f"limit-{task.pk}-{limit.pk}", ""),
            )
            for limit in one.limits
        ),
        readings=tuple(_reading(reading) for reading in one.readings),
    )


def _reading(reading) -> ReadingLine:
    at = local(reading.taken_at)
    value = f"{number_text(reading.value)} {reading.unit}".strip()
    return ReadingLine(
        f"{reading.reading.capitalize()}: {value}, {clock(at.hour, at.minute)}",
        reading.is_out_of_range,
        reading.told_to,
        reading.has_stopped,
    )
