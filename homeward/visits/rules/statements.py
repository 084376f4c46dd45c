"""The lines of an employer's month: what was planned, what happened, the difference and why."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from homeward.kernel.rules import LONDON
from homeward.visits.rules.hours import Part, minutes_between


@dataclass(frozen=True, slots=True)
class Line:
    """One shift, or one visit where visits are paid for. `key` names it for queries: "shift-12", "visit-7-0".

    `day` and `at` are text ("2026-11-24", "07:00"); minutes and pence are whole; `why` says where actual differs.
    """

    key: str
    day: str
    at: str
    what: str
    planned_minutes: int
    actual_minutes: int
    planned_pence: int
    actual_pence: int
    why: str = ""


@dataclass(frozen=True, slots=True)
class Sums:
    """What lines come to."""

    planned_minutes: int
    actual_minutes: int
    planned_pence: int
    actual_pence: int


def pence_for(minutes: int, hourly_pence: int | None) -> int:
    """What so many minutes cost, to the nearest penny, a half up; nothing where no rate is known."""
    return (minutes * (hourly_pence or 0) + 30) // 60


def shift_line(
    pk: int,
    starts_at: datetime,
    ends_at: datetime,
    *,
    away: str,
    last_left: datetime | None,
    hourly_pence: int | None,
    worked_until: datetime | None = None,
) -> Line:
    """A paid shift. `away` says why it was not worked, or not from `worked_until` on.

    `last_left` is when its last visit was left, where recorded.
    """
    planned = minutes_between(starts_at, ends_at)
    actual, why = planned, ""
    if away and worked_until is not None:
        # whoever falls ill at somebody's home may finish there first
        until = min(ends_at, max(worked_until, last_left or worked_until))
        actual = minutes_between(starts_at, until)
        why = f"{away} from {until.astimezone(LONDON):%H:%M}: {_minutes(planned - actual)} not worked"
    elif away:
        actual, why = 0, f"{away}: not worked"
    elif last_left is not None and (stayed := minutes_between(ends_at, last_left)):
        actual, why = planned + stayed, f"Stayed {_minutes(stayed)} after the shift with somebody"
    return _line(f"shift-{pk}", starts_at, "Shift", planned, actual, hourly_pence, why)


def visit_line(key: str, part: Part, *, is_over: bool, hourly_pence: int | None) -> Line:
    """A visit that is paid for, with the way to it from the visit before. `is_over` once it should have been done."""
    travel = 0 if part.is_first else part.travel
    planned = part.planned + travel
    if part.is_missed:
        return _line(key, part.starts_at, "Visit", planned, 0, hourly_pence, "Missed")
    actual = part.actual + travel
    why = ""
    if not part.is_recorded:
        why = "No times recorded: planned minutes counted" if is_over else "Still to come"
    elif actual != planned:
        more = actual - planned
        why = f"{_minutes(abs(more))} {'longer' if more > 0 else 'shorter'} than planned"
    return _line(key, part.starts_at, "Visit", planned, actual, hourly_pence, why)


def lost_line(key: str, starts_at: datetime, minutes: int, *, taken_by: str, hourly_pence: int | None) -> Line:
    """A visit that the worker was to do and was ill for; `taken_by` is who did it, or nobody."""
    why = f"Sick: {taken_by} went" if taken_by else "Sick: nobody was found"
    return _line(key, starts_at, "Visit", minutes, 0, hourly_pence, why)


def summed(lines: Iterable[Line]) -> Sums:
    """What lines come to."""
    lines = list(lines)
    return Sums(
        planned_minutes=sum(line.planned_minutes for line in lines),
        actual_minutes=sum(line.actual_minutes for line in lines),
        planned_pence=sum(line.planned_pence for line in lines),
        actual_pence=sum(line.actual_pence for line in lines),
    )


def hash_of(sheets: Iterable[tuple[int, Iterable[Line]]]) -> str:
    """The SHA-256 of all lines of all workers, (worker, lines): the same for the same lines, whoever draws them up."""
    told = [[worker, [asdict(line) for line in lines]] for worker, lines in sorted(sheets, key=lambda sheet: sheet[0])]
    return hashlib.sha256(json.dumps(told, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def month_of(day: date) -> tuple[date, date]:
    """The first and the last day of the month of a day."""
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _line(
    key: str, starts_at: datetime, what: str, planned: int, actual: int, hourly_pence: int | None, why: str
) -> Line:
    local = starts_at.astimezone(LONDON)
    return Line(
        key=key,
        day=local.date().isoformat(),
        at=f"{local:%H:%M}",
        what=what,
        planned_minutes=planned,
        actual_minutes=actual,
        planned_pence=pence_for(planned, hourly_pence),
        actual_pence=pence_for(actual, hourly_pence),
        why=why,
    )


def _minutes(count: int) -> str:
    return f"{count} {'minute' if count == 1 else 'minutes'}"
