"""Week files (JSON): workers with the shifts of each day, patterns of visits, travel. docs/guides/planner-terms.md.

A shift has ``day`` (0 is the first) beside its times; the rest of a worker, faces, weights and travel are as in a
planner problem. Windows of patterns are minutes or "HH:MM" of whatever day they fall on.
"""

from __future__ import annotations

import json
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from visit_planner.formats import native, reading
from visit_planner.formats.reading import FormatError
from visit_planner.practice import Barred, OnlyThese
from visit_planner.problem import COST_IF_UNDONE, ProblemError, Worker
from visit_planner.weeks.week import DAY, SAME_FACE, Pattern, Week, WeekPlan


def looks_like(stored: dict[str, Any]) -> bool:
    return "patterns" in stored and "workers" in stored


def read_week(path: Path) -> Week:
    """Raises: FormatError naming the field that is wrong."""
    return from_json(reading.load(path), str(path))


def from_json(stored: dict[str, Any], where: str = "week") -> Week:
    """Raises: FormatError naming the field that is wrong."""
    native.only(stored, {field.name for field in fields(Week)}, where)
    travel = reading.need(stored, "travel", where)
    if not isinstance(travel, dict) or not travel:
        raise FormatError(f"{where}.travel: expected an object of modes, such as {{'car': [[0, 5], [5, 0]]}}")
    try:
        return Week(
            workers=tuple(_worker(row, at) for row, at in native.numbered(stored, "workers", where)),
            patterns=tuple(_pattern(row, at) for row, at in native.numbered(stored, "patterns", where)),
            travel={mode: np.array(reading.matrix(table, f"{where}.travel.{mode}")) for mode, table in travel.items()},
            days=reading.whole(stored, "days", where) if "days" in stored else 7,
            weights=native.read_weights(stored.get("weights", {}), f"{where}.weights"),
            faces=tuple(native.read_faces(row, at) for row, at in native.numbered(stored, "faces", where)),
            same_face=native.number_or(stored, "same_face", where, SAME_FACE),
        )
    except ProblemError as wrong:
        raise FormatError(f"{where}: {wrong}") from wrong


def _worker(row: dict[str, Any], where: str) -> Worker:
    days = []
    plain = []
    for shift, at in native.numbered(row, "shifts", where):
        days.append(reading.whole(shift, "day", at))
        plain.append({key: value for key, value in shift.items() if key != "day"})
    worker = native.read_worker({**row, "shifts": plain}, where)
    return replace(
        worker,
        shifts=tuple(
            replace(shift, starts=shift.starts + day * DAY, ends=shift.ends + day * DAY, rest=_on(shift.rest, day))
            for shift, day in zip(worker.shifts, days)
        ),
    )


def _on(rest: Any, day: int) -> Any:
    return rest and replace(rest, earliest=rest.earliest + day * DAY, latest=rest.latest + day * DAY)


def _pattern(row: dict[str, Any], where: str) -> Pattern:
    native.only(row, {field.name for field in fields(Pattern)}, where)
    days = row.get("days")
    if days is not None and not (isinstance(days, list) and all(type(day) is int for day in days)):
        raise FormatError(f"{where}.days: expected a list of whole numbers, found {days!r}")
    return Pattern(
        id=reading.text(row, "id", where),
        person=reading.text(row, "person", where),
        place=reading.whole(row, "place", where),
        slots=tuple(native.read_slot(slot, at) for slot, at in native.numbered(row, "slots", where)),
        rounds=tuple(native.read_window(window, at) for window, at in native.numbered(row, "rounds", where)),
        times=_whole_or(row, "times", where, 1),
        days=None if days is None else frozenset(days),
        days_apart=_whole_or(row, "days_apart", where, 1),
        gap_minutes=native.number_or(row, "gap_minutes", where, 0.0),
        every_weeks=_whole_or(row, "every_weeks", where, 1),
        last_done=None if row.get("last_done") is None else reading.whole(row, "last_done", where),
        cost_if_undone=native.number_or(row, "cost_if_undone", where, COST_IF_UNDONE),
        preferred=native.names(row, "preferred", where),
        refused=native.names(row, "refused", where),
        only_these=tuple(
            OnlyThese(*native.who_and_why(one, at)) for one, at in native.numbered(row, "only_these", where)
        ),
        barred=tuple(Barred(*native.who_and_why(one, at)) for one, at in native.numbered(row, "barred", where)),
        not_alone=native.read_not_alone(row, where),
    )


def _whole_or(row: dict[str, Any], key: str, where: str, default: int) -> int:
    return reading.whole(row, key, where) if row.get(key) is not None else default


def to_json(week: Week) -> dict[str, Any]:
    """The file form of a week; ``from_json`` reads it back equal."""
    workers = []
    for worker in week.workers:
        days = [int(shift.starts // DAY) for shift in worker.shifts]
        shifts = tuple(
            replace(shift, starts=shift.starts - day * DAY, ends=shift.ends - day * DAY, rest=_on(shift.rest, -day))
            for shift, day in zip(worker.shifts, days)
        )
        row = native.plain(replace(worker, shifts=shifts))
        for shift, day in zip(row["shifts"], days):
            shift["day"] = day
        workers.append(row)
    return {
        "workers": workers,
        "patterns": [native.plain(pattern) for pattern in week.patterns],
        "travel": {mode: np.asarray(table).tolist() for mode, table in week.travel.items()},
        "days": week.days,
        "weights": native.plain(week.weights),
        "faces": [native.plain(faces) for faces in week.faces],
        "same_face": week.same_face,
    }


def write_plan(plan: WeekPlan, path: Path) -> None:
    path.write_text(json.dumps(plan.to_dict(), indent=1) + "\n", encoding="utf-8")


def plan_from_json(stored: dict[str, Any], where: str = "plan") -> WeekPlan:
    """Raises: FormatError when a field is missing or of the wrong kind."""
    native.plan_from_json(reading.need(stored, "plan", where), f"{where}.plan")
    try:
        return WeekPlan.from_dict(stored)
    except (KeyError, TypeError, AttributeError) as wrong:
        raise FormatError(f"{where}: {wrong}") from wrong
