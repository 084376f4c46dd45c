"""How long it takes to get from place to place: estimates, tables, and real routing services.

Every provider has one method, ``minutes(points, mode) -> (n, n) float minutes, row from, column to; -1
unreachable``, where ``points`` is (n, 2) float degrees, latitude then longitude.
"""

from __future__ import annotations

import json
import math
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

EARTH_RADIUS_KM = 6371.0088  # mean radius, IUGG
# Ways are longer than straight lines. Ballou, Rahardja and Sakai (2002, Transportation Research A 36) measured
# 1.40 for England and about 1.2 to 1.5 elsewhere; local configuration may replace it.
DETOUR = 1.4
# Kilometres an hour door to door within a town. Local configuration: set them from local records.
SPEEDS_KMH: Mapping[str, float] = {"car": 30.0, "bus": 16.0, "bike": 14.0, "walk": 4.8}
# Minutes added to every trip between two different places: parking, locking, finding the door. Local configuration.
TRIP_OVERHEAD_MINUTES: Mapping[str, float] = {"car": 2.0, "bus": 6.0, "bike": 1.0, "walk": 0.0}

UNREACHABLE = -1.0


class TravelError(RuntimeError):
    """Travel times could not be had; the message says from where and why."""


class TravelProvider(Protocol):
    def minutes(self, points: np.ndarray, mode: str) -> np.ndarray:
        """(n, n) float minutes for (n, 2) points; -1 unreachable.

        Raises: TravelError when the mode is unknown or the service cannot answer.
        """
        ...


def _checked(points: np.ndarray) -> np.ndarray:
    array = np.asarray(points, dtype=float)
    if array.ndim != 2 or array.shape[1] != 2 or not np.isfinite(array).all():
        raise TravelError(f"points must be (n, 2) latitudes and longitudes, found shape {array.shape}")
    if len(array) and (np.abs(array[:, 0]).max() > 90 or np.abs(array[:, 1]).max() > 180):
        raise TravelError("points must be latitude then longitude in degrees")
    return array


@dataclass(frozen=True)
class GreatCircle:
    """Straight-line distance times a detour factor at the mode's speed, plus a fixed time a trip."""

    detour: float = DETOUR
    speeds_kmh: Mapping[str, float] = field(default_factory=lambda: dict(SPEEDS_KMH))
    overhead_minutes: Mapping[str, float] = field(default_factory=lambda: dict(TRIP_OVERHEAD_MINUTES))

    def minutes(self, points: np.ndarray, mode: str) -> np.ndarray:
        if mode not in self.speeds_kmh:
            raise TravelError(f"no speed is set for mode {mode!r}; known: {', '.join(sorted(self.speeds_kmh))}")
        degrees = np.radians(_checked(points))
        latitude, longitude = degrees[:, 0], degrees[:, 1]
        half = np.sin((latitude[:, None] - latitude[None]) / 2) ** 2
        half = half + np.cos(latitude)[:, None] * np.cos(latitude)[None] * (
            np.sin((longitude[:, None] - longitude[None]) / 2) ** 2
        )
        kilometres = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0))) * self.detour
        minutes = kilometres / self.speeds_kmh[mode] * 60
        return np.where(kilometres > 1e-9, minutes + self.overhead_minutes.get(mode, 0.0), 0.0)


@dataclass(frozen=True)
class Table:
    """Travel times somebody else worked out: mode -> (n, n) minutes, in the order of the points asked for."""

    tables: Mapping[str, np.ndarray]

    def minutes(self, points: np.ndarray, mode: str) -> np.ndarray:
        if mode not in self.tables:
            raise TravelError(f"the table has no mode {mode!r}; known: {', '.join(sorted(self.tables))}")
        table = np.asarray(self.tables[mode], dtype=float)
        if table.shape != (len(points), len(points)):
            raise TravelError(
                f"the table for {mode!r} has shape {table.shape}, but {len(points)} points were asked for"
            )
        return table


def _fetch(request: urllib.request.Request, timeout: float, name: str) -> Any:
    if not request.full_url.startswith(("http://", "https://")):
        raise TravelError(f"{name}: {request.full_url} is not an http address")
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:  # nosec B310
            return json.load(answer)
    except urllib.error.HTTPError as refusal:
        raise TravelError(f"{name} refused (HTTP {refusal.code}): {_reason(refusal.read())}") from refusal
    except (urllib.error.URLError, TimeoutError, ConnectionError) as lost:
        raise TravelError(f"{name} at {_host(request)} cannot be reached: {lost}") from lost
    except ValueError as garbled:
        raise TravelError(f"{name} at {_host(request)} did not answer with JSON") from garbled


def _host(request: urllib.request.Request) -> str:
    return request.host or "?"


def _reason(body: bytes) -> str:
    try:
        answer = json.loads(body)
        return str(answer.get("message") or answer.get("error") or answer.get("code") or answer)
    except (ValueError, AttributeError):
        return body[:200].decode("utf-8", "replace") or "no reason given"


def _blocks(count: int, size: int) -> list[range]:
    return [range(k, min(k + size, count)) for k in range(0, count, size)]


def _in_minutes(seconds: Any) -> float:
    if seconds is None:
        return UNREACHABLE
    value = float(seconds)
    return value / 60 if math.isfinite(value) and value >= 0 else UNREACHABLE


@dataclass(frozen=True)
class Osrm:
    """An OSRM server's table service, ``/table/v1/{profile}/...``.

    ``largest`` limits coordinates a request (the server's ``--max-table-size``, 100 by default): big tables
    are asked for in blocks of ``largest // 2`` sources by ``largest // 2`` destinations.
    """

    base_url: str
    profiles: Mapping[str, str] = field(
        default_factory=lambda: {"car": "driving", "bike": "cycling", "walk": "walking"}
    )
    largest: int = 100
    timeout_seconds: float = 30.0

    def minutes(self, points: np.ndarray, mode: str) -> np.ndarray:
        if mode not in self.profiles:
            raise TravelError(f"OSRM has no profile for mode {mode!r}; known: {', '.join(sorted(self.profiles))}")
        places = _checked(points)
        count = len(places)
        table = np.zeros((count, count))
        for origins in _blocks(count, max(1, self.largest // 2)):
            for destinations in _blocks(count, max(1, self.largest // 2)):
                table[np.ix_(origins, destinations)] = self._block(places, origins, destinations, mode)
        np.fill_diagonal(table, 0.0)
        return table

    def _block(self, places: np.ndarray, origins: range, destinations: range, mode: str) -> list[list[float]]:
        asked = list(dict.fromkeys([*origins, *destinations]))
        position = {place: k for k, place in enumerate(asked)}
        coordinates = ";".join(f"{places[k][1]:.6f},{places[k][0]:.6f}" for k in asked)
        sources = ";".join(str(position[k]) for k in origins)
        targets = ";".join(str(position[k]) for k in destinations)
        url = (
            f"{self.base_url.rstrip('/')}/table/v1/{self.profiles[mode]}/{coordinates}"
            f"?sources={sources}&destinations={targets}&annotations=duration"
        )
        answer = _fetch(urllib.request.Request(url), self.timeout_seconds, "OSRM")
        if not isinstance(answer, dict) or answer.get("code") != "Ok":
            raise TravelError(f"OSRM refused: {_reason(json.dumps(answer).encode())}")
        durations = answer.get("durations")
        if not isinstance(durations, list) or len(durations) != len(origins):
            raise TravelError("OSRM answered without the durations asked for")
        rows = [[_in_minutes(cell) for cell in row] for row in durations]
        if any(len(row) != len(destinations) for row in rows):
            raise TravelError("OSRM answered with rows of another length than asked for")
        return rows


@dataclass(frozen=True)
class Valhalla:
    """A Valhalla server's ``/sources_to_targets``; ``largest`` is its limit of locations a side (50 by default)."""

    base_url: str
    costings: Mapping[str, str] = field(
        default_factory=lambda: {"car": "auto", "bus": "bus", "bike": "bicycle", "walk": "pedestrian"}
    )
    largest: int = 50
    timeout_seconds: float = 30.0

    def minutes(self, points: np.ndarray, mode: str) -> np.ndarray:
        if mode not in self.costings:
            raise TravelError(f"Valhalla has no costing for mode {mode!r}; known: {', '.join(sorted(self.costings))}")
        places = _checked(points)
        count = len(places)
        table = np.full((count, count), UNREACHABLE)
        for origins in _blocks(count, self.largest):
            for destinations in _blocks(count, self.largest):
                self._fill(table, places, origins, destinations, mode)
        np.fill_diagonal(table, 0.0)
        return table

    def _fill(self, table: np.ndarray, places: np.ndarray, origins: range, destinations: range, mode: str) -> None:
        def located(indices: range) -> list[dict[str, float]]:
            return [{"lat": round(float(places[k][0]), 6), "lon": round(float(places[k][1]), 6)} for k in indices]

        body = {
            "sources": located(origins),
            "targets": located(destinations),
            "costing": self.costings[mode],
            "units": "kilometers",
        }
        request = urllib.request.Request(
            f"{self.base_url.rstrip('/')}/sources_to_targets",
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        answer = _fetch(request, self.timeout_seconds, "Valhalla")
        rows = answer.get("sources_to_targets") if isinstance(answer, dict) else None
        if isinstance(rows, dict):
            rows = _from_concise(rows)
        if not isinstance(rows, list):
            raise TravelError(f"Valhalla refused: {_reason(json.dumps(answer).encode())}")
        answered = 0
        for row in rows:
            for cell in row:
                i, j = cell["from_index"], cell["to_index"]
                table[origins[i], destinations[j]] = _in_minutes(cell.get("time"))
                answered += 1
        if answered != len(origins) * len(destinations):
            raise TravelError(f"Valhalla answered {answered} of {len(origins) * len(destinations)} pairs")


def _from_concise(rows: dict[str, Any]) -> list[list[dict[str, Any]]]:
    """Servers set to ``verbose: false`` answer with bare tables of seconds."""
    durations = rows.get("durations")
    if not isinstance(durations, list):
        raise TravelError("Valhalla answered without durations")
    return [
        [{"from_index": i, "to_index": j, "time": cell} for j, cell in enumerate(row)]
        for i, row in enumerate(durations)
    ]
