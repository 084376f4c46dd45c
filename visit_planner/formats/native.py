"""The planner's own problem and solution files (JSON), documented in docs/guides/planner.md.

Times are minutes from midnight, or "HH:MM" text. Unknown fields are refused, so that a typing error cannot
silently change a plan.
"""

from __future__ import annotations

import json
import re
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from typing import Any

from visit_planner.formats import reading, ways
from visit_planner.formats.reading import FormatError
from visit_planner.plan import Plan
from visit_planner.practice import Barred, Clinic, Faces, Grade, NotAlone, OnlyThese
from visit_planner.problem import (
    COST_IF_UNDONE,
    OVERTIME_AT_MOST,
    Break,
    Gap,
    Held,
    Pin,
    Problem,
    ProblemError,
    Shift,
    Slot,
    Visit,
    Weights,
    Window,
    Worker,
)

_CLOCK = re.compile(r"^(\d{1,2}):([0-5]\d)$")


def looks_like(stored: dict[str, Any]) -> bool:
    return "visits" in stored and "workers" in stored


def read_problem(path: Path) -> Problem:
    """Raises: FormatError naming the field that is wrong."""
    return from_json(reading.load(path), str(path))


def from_json(stored: dict[str, Any], where: str = "problem") -> Problem:
    only(
        stored,
        {"workers", "visits", "travel", "gaps", "weights", "held", "faces", "clinics", "bundles", "never"},
        where,
    )
    travel_rows = reading.need(stored, "travel", where)
    if not isinstance(travel_rows, dict) or not travel_rows:
        raise FormatError(f"{where}.travel: expected an object of modes, such as {{'car': [[0, 5], [5, 0]]}}")
    try:
        return Problem(
            workers=tuple(
                read_worker(row, f"{where}.workers[{k}]")
                for k, row in enumerate(reading.rows(stored, "workers", where))
            ),
            visits=tuple(
                _visit(row, f"{where}.visits[{k}]") for k, row in enumerate(reading.rows(stored, "visits", where))
            ),
            travel={mode: ways.from_json(table, mode, f"{where}.travel.{mode}") for mode, table in travel_rows.items()},
            gaps=tuple(
                _gap(row, f"{where}.gaps[{k}]")
                for k, row in enumerate(reading.rows(stored, "gaps", where, optional=True))
            ),
            weights=read_weights(stored.get("weights", {}), f"{where}.weights"),
            held=tuple(
                _held(row, f"{where}.held[{k}]")
                for k, row in enumerate(reading.rows(stored, "held", where, optional=True))
            ),
            faces=tuple(
                read_faces(row, f"{where}.faces[{k}]")
                for k, row in enumerate(reading.rows(stored, "faces", where, optional=True))
            ),
            bundles=_bundles(stored, where),
            never=names(stored, "never", where),
            clinics=tuple(
                _clinic(row, f"{where}.clinics[{k}]")
                for k, row in enumerate(reading.rows(stored, "clinics", where, optional=True))
            ),
        )
    except ProblemError as wrong:
        raise FormatError(f"{where}: {wrong}") from wrong


def only(row: dict[str, Any], allowed: set[str], where: str) -> None:
    for key in row:
        if key not in allowed:
            raise FormatError(f"{where}: field {key!r} is not known; expected one of {', '.join(sorted(allowed))}")


def time(row: dict[str, Any], key: str, where: str) -> float:
    value = reading.need(row, key, where)
    if isinstance(value, str):
        match = _CLOCK.match(value)
        if not match:
            raise FormatError(f"{where}.{key}: expected minutes from midnight or 'HH:MM', found {value!r}")
        return int(match[1]) * 60.0 + int(match[2])
    return reading.as_number(value, f"{where}.{key}")


def number_or(row: dict[str, Any], key: str, where: str, default: float) -> float:
    return default if row.get(key) is None else reading.number(row, key, where)


def flag(row: dict[str, Any], key: str, where: str) -> bool:
    value = row.get(key, False)
    if not isinstance(value, bool):
        raise FormatError(f"{where}.{key}: expected true or false, found {value!r}")
    return value


def names(row: dict[str, Any], key: str, where: str) -> frozenset[str]:
    return frozenset(reading.texts(row, key, where)) if key in row else frozenset()


def read_worker(row: dict[str, Any], where: str) -> Worker:
    only(row, {field.name for field in fields(Worker)}, where)
    return Worker(
        id=reading.text(row, "id", where),
        employer=reading.text(row, "employer", where),
        skills=frozenset(reading.texts(row, "skills", where)),
        shifts=tuple(
            _shift(shift, f"{where}.shifts[{k}]") for k, shift in enumerate(reading.rows(row, "shifts", where))
        ),
        mode=reading.text(row, "mode", where) if "mode" in row else "car",
        cost_per_hour=number_or(row, "cost_per_hour", where, 0.0),
        max_minutes=None if row.get("max_minutes") is None else reading.number(row, "max_minutes", where),
        grades=tuple(
            _grade(grade, f"{where}.grades[{k}]")
            for k, grade in enumerate(reading.rows(row, "grades", where, optional=True))
        ),
        paid_minutes=None if row.get("paid_minutes") is None else reading.number(row, "paid_minutes", where),
        rest_minutes=number_or(row, "rest_minutes", where, 0.0),
        worked_until=time_or_none(row, "worked_until", where),
        works_again=time_or_none(row, "works_again", where),
    )


def time_or_none(row: dict[str, Any], key: str, where: str) -> float | None:
    return None if row.get(key) is None else time(row, key, where)


def numbered(row: dict[str, Any], key: str, where: str) -> list[tuple[dict[str, Any], str]]:
    return [(one, f"{where}.{key}[{k}]") for k, one in enumerate(reading.rows(row, key, where, optional=True))]


def _grade(row: dict[str, Any], where: str) -> Grade:
    only(row, {field.name for field in fields(Grade)}, where)
    return Grade(
        skill=reading.text(row, "skill", where),
        level=1 if row.get("level") is None else reading.whole(row, "level", where),
        since=time_or_none(row, "since", where),
        until=time_or_none(row, "until", where),
    )


def who_and_why(row: dict[str, Any], where: str) -> tuple[frozenset[str], str]:
    only(row, {"workers", "why"}, where)
    return frozenset(reading.texts(row, "workers", where)), reading.text(row, "why", where)


def read_not_alone(row: dict[str, Any], where: str) -> NotAlone | None:
    stored = row.get("not_alone")
    if stored is None:
        return None
    at = f"{where}.not_alone"
    if not isinstance(stored, dict):
        raise FormatError(f"{at}: expected an object with why and, if only at some times, since and until")
    only(stored, {field.name for field in fields(NotAlone)}, at)
    return NotAlone(
        reading.text(stored, "why", at), time_or_none(stored, "since", at), time_or_none(stored, "until", at)
    )


def read_faces(row: dict[str, Any], where: str) -> Faces:
    only(row, {field.name for field in fields(Faces)}, where)
    return Faces(
        person=reading.text(row, "person", where),
        known=names(row, "known", where),
        this_week=names(row, "this_week", where),
        at_most=None if row.get("at_most") is None else reading.whole(row, "at_most", where),
    )


def _clinic(row: dict[str, Any], where: str) -> Clinic:
    only(row, {field.name for field in fields(Clinic)}, where)
    return Clinic(
        id=reading.text(row, "id", where),
        places=reading.whole(row, "places", where),
        cost=number_or(row, "cost", where, 0.0),
        session=None if row.get("session") is None else reading.text(row, "session", where),
    )


def _shift(row: dict[str, Any], where: str) -> Shift:
    only(row, {field.name for field in fields(Shift)}, where)
    return Shift(
        id=reading.text(row, "id", where),
        starts=time(row, "starts", where),
        ends=time(row, "ends", where),
        start_place=reading.whole(row, "start_place", where),
        end_place=reading.whole(row, "end_place", where),
        overtime_at_most=number_or(row, "overtime_at_most", where, OVERTIME_AT_MOST),
        rest=_break(row, where),
        leaves_at_start=flag(row, "leaves_at_start", where),
        continues=flag(row, "continues", where),
    )


def _visit(row: dict[str, Any], where: str) -> Visit:
    only(row, {field.name for field in fields(Visit)}, where)
    window = reading.need(row, "window", where)
    if not isinstance(window, dict):
        raise FormatError(f"{where}.window: expected an object with opens, closes and (if fixed) hard")
    return Visit(
        id=reading.text(row, "id", where),
        place=reading.whole(row, "place", where),
        slots=tuple(read_slot(slot, f"{where}.slots[{k}]") for k, slot in enumerate(reading.rows(row, "slots", where))),
        window=read_window(window, f"{where}.window"),
        cost_if_undone=number_or(row, "cost_if_undone", where, COST_IF_UNDONE),
        person=None if row.get("person") is None else reading.text(row, "person", where),
        preferred=names(row, "preferred", where),
        refused=names(row, "refused", where),
        pinned=tuple(
            _pin(pin, f"{where}.pinned[{k}]") for k, pin in enumerate(reading.rows(row, "pinned", where, optional=True))
        ),
        other_windows=tuple(read_window(one, at) for one, at in numbered(row, "other_windows", where)),
        required=flag(row, "required", where),
        only_these=tuple(OnlyThese(*who_and_why(one, at)) for one, at in numbered(row, "only_these", where)),
        barred=tuple(Barred(*who_and_why(one, at)) for one, at in numbered(row, "barred", where)),
        not_alone=read_not_alone(row, where),
        clinic=None if row.get("clinic") is None else reading.text(row, "clinic", where),
    )


def read_window(row: dict[str, Any], where: str) -> Window:
    """Raises: FormatError naming the field that is wrong."""
    only(row, {field.name for field in fields(Window)}, where)
    return Window(
        time(row, "opens", where), time(row, "closes", where), flag(row, "hard", where), flag(row, "by_end", where)
    )


def _break(row: dict[str, Any], where: str) -> Break | None:
    stored = row.get("rest")
    if stored is None:
        return None
    at = f"{where}.rest"
    if not isinstance(stored, dict):
        raise FormatError(f"{at}: expected an object with minutes, earliest and latest")
    only(stored, {field.name for field in fields(Break)}, at)
    return Break(
        reading.number(stored, "minutes", at),
        time(stored, "earliest", at),
        time(stored, "latest", at),
        flag(stored, "required", at),
    )


def _bundles(stored: dict[str, Any], where: str) -> tuple[tuple[str, ...], ...]:
    rows = stored.get("bundles", [])
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise FormatError(f"{where}.bundles: expected a list of lists of visit ids")
    return tuple(tuple(reading.texts({"bundle": row}, "bundle", f"{where}.bundles[{k}]")) for k, row in enumerate(rows))


def read_slot(row: dict[str, Any], where: str) -> Slot:
    only(row, {field.name for field in fields(Slot)}, where)
    allowed = None if row.get("allowed") is None else frozenset(reading.texts(row, "allowed", where))
    level = 1 if row.get("level") is None else reading.whole(row, "level", where)
    return Slot(reading.text(row, "skill", where), reading.number(row, "minutes", where), allowed, level)


def _pin(row: dict[str, Any], where: str) -> Pin:
    only(row, {field.name for field in fields(Pin)}, where)
    starts = None if row.get("starts") is None else time(row, "starts", where)
    return Pin(reading.whole(row, "slot", where), reading.text(row, "worker", where), starts)


def _gap(row: dict[str, Any], where: str) -> Gap:
    only(row, {field.name for field in fields(Gap)}, where)
    return Gap(
        first=reading.text(row, "first", where),
        second=reading.text(row, "second", where),
        at_least=reading.number(row, "at_least", where),
        at_most=None if row.get("at_most") is None else reading.number(row, "at_most", where),
        different_workers=flag(row, "different_workers", where),
    )


def _held(row: dict[str, Any], where: str) -> Held:
    only(row, {field.name for field in fields(Held)}, where)
    return Held(
        reading.text(row, "visit", where),
        reading.whole(row, "slot", where),
        reading.text(row, "worker", where),
        time(row, "starts", where),
    )


def read_weights(row: Any, where: str) -> Weights:
    if not isinstance(row, dict):
        raise FormatError(f"{where}: expected an object of numbers")
    only(row, {field.name for field in fields(Weights)}, where)
    return Weights(**{key: reading.number(row, key, where) for key in row})


def plain(item: Any) -> dict[str, Any]:
    """A dataclass of a problem as its row in a file; what has its default is left out."""
    row: dict[str, Any] = {}
    for field in fields(item):
        value = getattr(item, field.name)
        if field.default is not MISSING and value == field.default:
            continue
        if isinstance(value, frozenset):
            value = sorted(value)
        elif isinstance(value, tuple):
            value = [plain(part) for part in value]
        elif is_dataclass(value):
            value = plain(value)
        row[field.name] = value
    return row


def to_json(problem: Problem) -> dict[str, Any]:
    """The file form of a problem; ``from_json`` reads it back equal."""

    return {
        "workers": [plain(worker) for worker in problem.workers],
        "visits": [plain(visit) for visit in problem.visits],
        "travel": {mode: ways.to_json(table) for mode, table in problem.travel.items()},
        "gaps": [plain(gap) for gap in problem.gaps],
        "weights": plain(problem.weights),
        "held": [plain(held) for held in problem.held],
        "faces": [plain(faces) for faces in problem.faces],
        "clinics": [plain(clinic) for clinic in problem.clinics],
        "bundles": [list(bundle) for bundle in problem.bundles],
        "never": sorted(problem.never),
    }


def write_problem(problem: Problem, path: Path) -> None:
    path.write_text(json.dumps(to_json(problem)) + "\n", encoding="utf-8")


def write_plan(plan: Plan, path: Path) -> None:
    path.write_text(json.dumps(plan.to_dict(), indent=1) + "\n", encoding="utf-8")


def plan_from_json(stored: dict[str, Any], where: str = "solution") -> Plan:
    """Raises: FormatError when a field is missing, unknown or of the wrong kind."""
    assignments = reading.rows(stored, "assignments", where)
    for k, row in enumerate(assignments):
        at = f"{where}.assignments[{k}]"
        for key in ("visit", "worker", "shift"):
            reading.text(row, key, at)
        reading.whole(row, "slot", at)
        for key in ("starts", "ends", "travel_before", "waits_before"):
            reading.number(row, key, at)
        only(row, {"visit", "slot", "worker", "shift", "starts", "ends", "travel_before", "waits_before"}, at)
    reading.texts(stored, "undone", where)
    for place, at in numbered(stored, "attending", where):
        only(place, {"visit", "clinic"}, at)
        reading.text(place, "visit", at)
        reading.text(place, "clinic", at)
    try:
        return Plan.from_dict(stored)
    except (KeyError, TypeError) as wrong:
        raise FormatError(f"{where}: {wrong}") from wrong
