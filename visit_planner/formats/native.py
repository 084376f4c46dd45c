"""The planner's own problem and solution files (JSON), documented in docs/guides/planner.md.

Times are minutes from midnight, or "HH:MM" text. Unknown fields are refused, so that a typing error cannot
silently change a plan.
"""

from __future__ import annotations

import json
import re
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import numpy as np

from visit_planner.formats import reading
from visit_planner.formats.reading import FormatError
from visit_planner.plan import Plan
from visit_planner.practice import Barred, Clinic, Faces, Grade, NotAlone, OnlyThese
from visit_planner.problem import (
    COST_IF_UNDONE,
    OVERTIME_AT_MOST,
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
    _only(stored, {"workers", "visits", "travel", "gaps", "weights", "held", "faces", "clinics"}, where)
    travel_rows = reading.need(stored, "travel", where)
    if not isinstance(travel_rows, dict) or not travel_rows:
        raise FormatError(f"{where}.travel: expected an object of modes, such as {{'car': [[0, 5], [5, 0]]}}")
    try:
        return Problem(
            workers=tuple(
                _worker(row, f"{where}.workers[{k}]") for k, row in enumerate(reading.rows(stored, "workers", where))
            ),
            visits=tuple(
                _visit(row, f"{where}.visits[{k}]") for k, row in enumerate(reading.rows(stored, "visits", where))
            ),
            travel={
                mode: np.array(reading.matrix(table, f"{where}.travel.{mode}")) for mode, table in travel_rows.items()
            },
            gaps=tuple(
                _gap(row, f"{where}.gaps[{k}]")
                for k, row in enumerate(reading.rows(stored, "gaps", where, optional=True))
            ),
            weights=_weights(stored.get("weights", {}), f"{where}.weights"),
            held=tuple(
                _held(row, f"{where}.held[{k}]")
                for k, row in enumerate(reading.rows(stored, "held", where, optional=True))
            ),
            faces=tuple(
                _faces(row, f"{where}.faces[{k}]")
                for k, row in enumerate(reading.rows(stored, "faces", where, optional=True))
            ),
            clinics=tuple(
                _clinic(row, f"{where}.clinics[{k}]")
                for k, row in enumerate(reading.rows(stored, "clinics", where, optional=True))
            ),
        )
    except ProblemError as wrong:
        raise FormatError(f"{where}: {wrong}") from wrong


def _only(row: dict[str, Any], allowed: set[str], where: str) -> None:
    for key in row:
        if key not in allowed:
            raise FormatError(f"{where}: field {key!r} is not known; expected one of {', '.join(sorted(allowed))}")


def _time(row: dict[str, Any], key: str, where: str) -> float:
    value = reading.need(row, key, where)
    if isinstance(value, str):
        match = _CLOCK.match(value)
        if not match:
            raise FormatError(f"{where}.{key}: expected minutes from midnight or 'HH:MM', found {value!r}")
        return int(match[1]) * 60.0 + int(match[2])
    return reading.as_number(value, f"{where}.{key}")


def _number_or(row: dict[str, Any], key: str, where: str, default: float) -> float:
    return default if row.get(key) is None else reading.number(row, key, where)


def _flag(row: dict[str, Any], key: str, where: str) -> bool:
    value = row.get(key, False)
    if not isinstance(value, bool):
        raise FormatError(f"{where}.{key}: expected true or false, found {value!r}")
    return value


def _names(row: dict[str, Any], key: str, where: str) -> frozenset[str]:
    return frozenset(reading.texts(row, key, where)) if key in row else frozenset()


def _worker(row: dict[str, Any], where: str) -> Worker:
    _only(row, {field.name for field in fields(Worker)}, where)
    return Worker(
        id=reading.text(row, "id", where),
        employer=reading.text(row, "employer", where),
        skills=frozenset(reading.texts(row, "skills", where)),
        shifts=tuple(
            _shift(shift, f"{where}.shifts[{k}]") for k, shift in enumerate(reading.rows(row, "shifts", where))
        ),
        mode=reading.text(row, "mode", where) if "mode" in row else "car",
        cost_per_hour=_number_or(row, "cost_per_hour", where, 0.0),
        max_minutes=None if row.get("max_minutes") is None else reading.number(row, "max_minutes", where),
        grades=tuple(
            _grade(grade, f"{where}.grades[{k}]")
            for k, grade in enumerate(reading.rows(row, "grades", where, optional=True))
        ),
        paid_minutes=None if row.get("paid_minutes") is None else reading.number(row, "paid_minutes", where),
        rest_minutes=_number_or(row, "rest_minutes", where, 0.0),
        worked_until=_time_or_none(row, "worked_until", where),
        works_again=_time_or_none(row, "works_again", where),
    )


def _time_or_none(row: dict[str, Any], key: str, where: str) -> float | None:
    return None if row.get(key) is None else _time(row, key, where)


def _numbered(row: dict[str, Any], key: str, where: str) -> list[tuple[dict[str, Any], str]]:
    return [(one, f"{where}.{key}[{k}]") for k, one in enumerate(reading.rows(row, key, where, optional=True))]


def _grade(row: dict[str, Any], where: str) -> Grade:
    _only(row, {field.name for field in fields(Grade)}, where)
    return Grade(
        skill=reading.text(row, "skill", where),
        level=1 if row.get("level") is None else reading.whole(row, "level", where),
        since=_time_or_none(row, "since", where),
        until=_time_or_none(row, "until", where),
    )


def _who_and_why(row: dict[str, Any], where: str) -> tuple[frozenset[str], str]:
    _only(row, {"workers", "why"}, where)
    return frozenset(reading.texts(row, "workers", where)), reading.text(row, "why", where)


def _not_alone(row: dict[str, Any], where: str) -> NotAlone | None:
    stored = row.get("not_alone")
    if stored is None:
        return None
    at = f"{where}.not_alone"
    if not isinstance(stored, dict):
        raise FormatError(f"{at}: expected an object with why and, if only at some times, since and until")
    _only(stored, {field.name for field in fields(NotAlone)}, at)
    return NotAlone(
        reading.text(stored, "why", at), _time_or_none(stored, "since", at), _time_or_none(stored, "until", at)
    )


def _faces(row: dict[str, Any], where: str) -> Faces:
    _only(row, {field.name for field in fields(Faces)}, where)
    return Faces(
        person=reading.text(row, "person", where),
        known=_names(row, "known", where),
        this_week=_names(row, "this_week", where),
        at_most=None if row.get("at_most") is None else reading.whole(row, "at_most", where),
    )


def _clinic(row: dict[str, Any], where: str) -> Clinic:
    _only(row, {field.name for field in fields(Clinic)}, where)
    return Clinic(
        id=reading.text(row, "id", where),
        places=reading.whole(row, "places", where),
        cost=_number_or(row, "cost", where, 0.0),
        session=None if row.get("session") is None else reading.text(row, "session", where),
    )


def _shift(row: dict[str, Any], where: str) -> Shift:
    _only(row, {field.name for field in fields(Shift)}, where)
    return Shift(
        id=reading.text(row, "id", where),
        starts=_time(row, "starts", where),
        ends=_time(row, "ends", where),
        start_place=reading.whole(row, "start_place", where),
        end_place=reading.whole(row, "end_place", where),
        overtime_at_most=_number_or(row, "overtime_at_most", where, OVERTIME_AT_MOST),
        continues=_flag(row, "continues", where),
    )


def _visit(row: dict[str, Any], where: str) -> Visit:
    _only(row, {field.name for field in fields(Visit)}, where)
    window = reading.need(row, "window", where)
    if not isinstance(window, dict):
        raise FormatError(f"{where}.window: expected an object with opens, closes and (if fixed) hard")
    _only(window, {"opens", "closes", "hard"}, f"{where}.window")
    return Visit(
        id=reading.text(row, "id", where),
        place=reading.whole(row, "place", where),
        slots=tuple(_slot(slot, f"{where}.slots[{k}]") for k, slot in enumerate(reading.rows(row, "slots", where))),
        window=Window(
            _time(window, "opens", f"{where}.window"),
            _time(window, "closes", f"{where}.window"),
            _flag(window, "hard", f"{where}.window"),
        ),
        cost_if_undone=_number_or(row, "cost_if_undone", where, COST_IF_UNDONE),
        person=None if row.get("person") is None else reading.text(row, "person", where),
        preferred=_names(row, "preferred", where),
        refused=_names(row, "refused", where),
        pinned=tuple(
            _pin(pin, f"{where}.pinned[{k}]") for k, pin in enumerate(reading.rows(row, "pinned", where, optional=True))
        ),
        only_these=tuple(OnlyThese(*_who_and_why(one, at)) for one, at in _numbered(row, "only_these", where)),
        barred=tuple(Barred(*_who_and_why(one, at)) for one, at in _numbered(row, "barred", where)),
        not_alone=_not_alone(row, where),
        clinic=None if row.get("clinic") is None else reading.text(row, "clinic", where),
    )


def _slot(row: dict[str, Any], where: str) -> Slot:
    _only(row, {field.name for field in fields(Slot)}, where)
    allowed = None if row.get("allowed") is None else frozenset(reading.texts(row, "allowed", where))
    level = 1 if row.get("level") is None else reading.whole(row, "level", where)
    return Slot(reading.text(row, "skill", where), reading.number(row, "minutes", where), allowed, level)


def _pin(row: dict[str, Any], where: str) -> Pin:
    _only(row, {field.name for field in fields(Pin)}, where)
    starts = None if row.get("starts") is None else _time(row, "starts", where)
    return Pin(reading.whole(row, "slot", where), reading.text(row, "worker", where), starts)


def _gap(row: dict[str, Any], where: str) -> Gap:
    _only(row, {field.name for field in fields(Gap)}, where)
    return Gap(
        first=reading.text(row, "first", where),
        second=reading.text(row, "second", where),
        at_least=reading.number(row, "at_least", where),
        at_most=None if row.get("at_most") is None else reading.number(row, "at_most", where),
        different_workers=_flag(row, "different_workers", where),
    )


def _held(row: dict[str, Any], where: str) -> Held:
    _only(row, {field.name for field in fields(Held)}, where)
    return Held(
        reading.text(row, "visit", where),
        reading.whole(row, "slot", where),
        reading.text(row, "worker", where),
        _time(row, "starts", where),
    )


def _weights(row: Any, where: str) -> Weights:
    if not isinstance(row, dict):
        raise FormatError(f"{where}: expected an object of numbers")
    _only(row, {field.name for field in fields(Weights)}, where)
    return Weights(**{key: reading.number(row, key, where) for key in row})


def to_json(problem: Problem) -> dict[str, Any]:
    """The file form of a problem; ``from_json`` reads it back equal."""

    def plain(item: Any) -> dict[str, Any]:
        row: dict[str, Any] = {}
        for field in fields(item):
            value = getattr(item, field.name)
            if field.default is not MISSING and value == field.default:
                continue
            if isinstance(value, frozenset):
                value = sorted(value)
            elif isinstance(value, tuple):
                value = [plain(part) for part in value]
            elif isinstance(value, Window | NotAlone):
                value = plain(value)
            row[field.name] = value
        return row

    return {
        "workers": [plain(worker) for worker in problem.workers],
        "visits": [plain(visit) for visit in problem.visits],
        "travel": {mode: np.asarray(table).tolist() for mode, table in problem.travel.items()},
        "gaps": [plain(gap) for gap in problem.gaps],
        "weights": plain(problem.weights),
        "held": [plain(held) for held in problem.held],
        "faces": [plain(faces) for faces in problem.faces],
        "clinics": [plain(clinic) for clinic in problem.clinics],
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
        _only(row, {"visit", "slot", "worker", "shift", "starts", "ends", "travel_before", "waits_before"}, at)
    reading.texts(stored, "undone", where)
    for place, at in _numbered(stored, "attending", where):
        _only(place, {"visit", "clinic"}, at)
        reading.text(place, "visit", at)
        reading.text(place, "clinic", at)
    try:
        return Plan.from_dict(stored)
    except (KeyError, TypeError) as wrong:
        raise FormatError(f"{where}: {wrong}") from wrong
