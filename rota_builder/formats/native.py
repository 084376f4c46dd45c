"""The package's own problem and rota files (JSON), documented in docs/guides/rota-builder.md.

Fields are those of the classes in `rota_builder.problem`. Times are minutes or "HH:MM"; an unknown field is refused, so
that a typing error cannot silently change a rota.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import MISSING, fields
from datetime import date
from pathlib import Path
from typing import Any

from rota_builder.formats.errors import FormatError
from rota_builder.problem import (
    Absence,
    Demand,
    Fixed,
    Limits,
    Problem,
    ProblemError,
    ShiftKind,
    Weights,
    Wish,
    Worker,
)
from rota_builder.rota import Assigned, Rota

_CLOCK = re.compile(r"^(\d{1,2}):([0-5]\d)$")


def load(path: Path) -> Any:
    """Raises: FormatError when the file is missing or not JSON."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as problem:
        raise FormatError(f"{path}: cannot be read as text") from problem
    except json.JSONDecodeError as problem:
        raise FormatError(f"{path}: is not JSON (line {problem.lineno}, {problem.msg})") from problem


def from_json(stored: Any, where: str = "problem") -> Problem:
    """Raises: FormatError naming the field that is wrong; ProblemError when the fields contradict each other."""
    known = {"first_day", "days", "kinds", "workers", "demands", "fixed", "absences", "wishes", "weights"}
    _only(stored, known, {"first_day", "days", "kinds", "workers"}, where)
    try:
        first_day = date.fromisoformat(stored["first_day"])
    except (TypeError, ValueError) as wrong:
        raise FormatError(f"{where}.first_day: expected a day such as 2026-12-07") from wrong

    if not isinstance(stored["days"], int) or isinstance(stored["days"], bool):
        raise FormatError(f"{where}.days: expected a whole number")

    def rows(name: str, make: Callable[[Any, str], Any]) -> tuple:
        listed = stored.get(name, [])
        if not isinstance(listed, list):
            raise FormatError(f"{where}.{name}: expected a list")
        return tuple(make(row, f"{where}.{name}[{number}]") for number, row in enumerate(listed))

    return Problem(
        first_day=first_day,
        days=stored["days"],
        kinds=rows("kinds", _kind),
        workers=rows("workers", _worker),
        demands=rows("demands", lambda row, at: _make(Demand, _clocks(row, ("starts", "ends"), at), at)),
        fixed=rows("fixed", lambda row, at: _make(Fixed, row, at)),
        absences=rows("absences", lambda row, at: _make(Absence, row, at)),
        wishes=rows("wishes", lambda row, at: _make(Wish, row, at)),
        weights=_make(Weights, stored.get("weights", {}), f"{where}.weights"),
    )


def rota_from_json(stored: Any, where: str = "rota") -> Rota:
    """Raises: FormatError naming the field that is wrong."""
    _only(stored, {"shifts", "points", "bound", "effort", "seed"}, {"shifts"}, where)
    return Rota(tuple(_make(Assigned, row, f"{where}.shifts[{at}]") for at, row in enumerate(stored["shifts"])))


def write_rota(rota: Rota, path: Path) -> None:
    path.write_text(json.dumps(rota.to_dict(), indent=1) + "\n", encoding="utf-8")


def _kind(row: Any, where: str) -> ShiftKind:
    row = dict(_object(row, where))
    if not isinstance(row.get("stretches"), list):
        raise FormatError(f'{where}.stretches: expected a list such as [["07:00", "14:00"]]')
    row["stretches"] = tuple(
        tuple(_minutes(edge, f"{where}.stretches[{at}]") for edge in stretch)
        for at, stretch in enumerate(row["stretches"])
    )
    row["not_before"] = frozenset(row.get("not_before", ()))
    return _make(ShiftKind, row, where)


def _worker(row: Any, where: str) -> Worker:
    row = dict(_object(row, where))
    row["skills"] = frozenset(row.get("skills", ()))
    if row.get("kinds") is not None:
        row["kinds"] = frozenset(row["kinds"])
    limits = dict(_object(row.get("limits", {}), f"{where}.limits"))
    limits["most_of_kind"] = tuple(tuple(pair) for pair in limits.get("most_of_kind", ()))
    row["limits"] = _make(Limits, limits, f"{where}.limits")
    return _make(Worker, row, where)


def _make(what: Any, row: Any, where: str) -> Any:
    known = fields(what)
    needed = {one.name for one in known if one.default is MISSING and one.default_factory is MISSING}
    _only(row, {one.name for one in known}, needed, where)
    for one in known:
        if one.name in row and not _fits(row[one.name], str(one.type)):
            raise FormatError(f"{where}.{one.name}: expected {one.type}")
    try:
        return what(**row)
    except (TypeError, ProblemError) as wrong:
        raise FormatError(f"{where}: {wrong}") from wrong


def _fits(value: Any, kind: str) -> bool:
    if "None" in kind and value is None:
        return True
    if kind.startswith("int"):
        return isinstance(value, int) and not isinstance(value, bool)
    if kind.startswith("bool"):
        return isinstance(value, bool)
    return isinstance(value, str) if kind.startswith("str") else True


def _clocks(row: Any, names: tuple[str, ...], where: str) -> dict[str, Any]:
    row = dict(_object(row, where))
    for name in names:
        if name in row:
            row[name] = _minutes(row[name], f"{where}.{name}")
    return row


def _minutes(value: Any, where: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and (found := _CLOCK.match(value)):
        return int(found[1]) * 60 + int(found[2])
    raise FormatError(f'{where}: expected minutes or "HH:MM", which may exceed 24:00')


def _object(row: Any, where: str) -> dict[str, Any]:
    if not isinstance(row, dict):
        raise FormatError(f"{where}: expected an object")
    return row


def _only(row: Any, known: set[str], needed: set[str], where: str) -> None:
    _object(row, where)
    if unknown := sorted(set(row) - known):
        raise FormatError(f"{where}: unknown field {unknown[0]!r}. Known: {', '.join(sorted(known))}")
    if missing := sorted(needed - set(row)):
        raise FormatError(f"{where}: field {missing[0]!r} is missing")
