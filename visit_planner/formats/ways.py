"""Travel in problem files: a table of minutes, or, for thousands of places, where they are and how fast one travels.

    "car": [[0, 9], [9, 0]]
    "car": {"places": [[53.01, -1.52], …], "speed_kmh": 30, "detour": 1.4, "overhead_minutes": 2,
            "whole_minutes": true, "known": [[0, 1, 12], …]}

``places`` are degrees of latitude and longitude; the other numbers have the defaults of ``visit_planner.travel``.
``known``: from, to and minutes of pairs somebody has asked a routing service about, used instead of the estimate.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from visit_planner.formats import reading
from visit_planner.formats.reading import FormatError
from visit_planner.travel import (
    DETOUR,
    SPEEDS_KMH,
    TRIP_OVERHEAD_MINUTES,
    GreatCircle,
    Nearby,
    OnDemand,
    TravelError,
    TravelTable,
)

_FIELDS = ("places", "speed_kmh", "detour", "overhead_minutes", "whole_minutes", "known")


def from_json(stored: Any, mode: str, where: str) -> np.ndarray | TravelTable:
    """Raises: FormatError naming the field that is wrong."""
    if not isinstance(stored, dict):
        return np.array(reading.matrix(stored, where))
    for key in stored:
        if key not in _FIELDS:
            raise FormatError(f"{where}: field {key!r} is not known; expected one of {', '.join(sorted(_FIELDS))}")
    whole = stored.get("whole_minutes", False)
    if not isinstance(whole, bool):
        raise FormatError(f"{where}.whole_minutes: expected true or false, found {whole!r}")
    speed = _number_or(stored, "speed_kmh", where, SPEEDS_KMH.get(mode))
    if speed is None or speed <= 0:
        raise FormatError(f"{where}.speed_kmh: give the kilometres an hour of {mode!r}, more than 0")
    estimate = GreatCircle(
        detour=_number_or(stored, "detour", where, DETOUR) or 0.0,
        speeds_kmh={mode: speed},
        overhead_minutes={
            mode: _number_or(stored, "overhead_minutes", where, TRIP_OVERHEAD_MINUTES.get(mode, 0.0)) or 0.0
        },
    )
    try:
        table = OnDemand(_numbers(stored, "places", where, 2), mode, estimate=estimate, whole_minutes=whole)
        if "known" not in stored:
            return table
        known = _numbers(stored, "known", where, 3)
        return Nearby(table, known[:, 0], known[:, 1], known[:, 2])
    except TravelError as wrong:
        raise FormatError(f"{where}: {wrong}") from wrong


def to_json(table: np.ndarray | TravelTable) -> Any:
    """The file form of one mode; ``from_json`` reads it back equal."""
    if isinstance(table, Nearby) and isinstance(table.otherwise, OnDemand):
        return {**to_json(table.otherwise), "known": [list(pair) for pair in table.pairs()]}
    if isinstance(table, OnDemand):
        return {
            "places": table.points.tolist(),
            "speed_kmh": table.estimate.speeds_kmh[table.mode],
            "detour": table.estimate.detour,
            "overhead_minutes": table.estimate.overhead_minutes.get(table.mode, 0.0),
            "whole_minutes": table.whole_minutes,
        }
    return np.asarray(table).tolist()


def _number_or(row: dict[str, Any], key: str, where: str, default: float | None) -> float | None:
    value = reading.number(row, key, where) if key in row else default
    if value is not None and value < 0:
        raise FormatError(f"{where}.{key} is {value:g}: it must be at least 0")
    return value


def _numbers(row: dict[str, Any], key: str, where: str, width: int) -> np.ndarray:
    lines = reading.need(row, key, where)
    if not isinstance(lines, list):
        raise FormatError(f"{where}.{key}: expected a list of {width} numbers each")
    for k, line in enumerate(lines):
        if not isinstance(line, list) or len(line) != width:
            raise FormatError(f"{where}.{key}[{k}]: expected {width} numbers, found {line!r}"[:200])
        for cell in line:
            reading.as_number(cell, f"{where}.{key}[{k}]")
    return np.array(lines, dtype=float).reshape(-1, width)
