"""How long it takes to get from place to place: estimates, tables, and real routing services.

Every provider has one method, ``minutes(points, mode) -> (n, n) float minutes, row from, column to; -1
unreachable``, where ``points`` is (n, 2) float degrees, latitude then longitude.

A table of 10,000 places has a hundred million cells (800 MB a mode). ``OnDemand`` and ``Nearby`` stand where such a
table would (``Problem.travel``) and work out the cells and blocks asked for: see ``TravelTable``.
"""

from __future__ import annotations

import json
import math
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

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


@runtime_checkable
class TravelTable(Protocol):
    """Minutes between places that are not all held in memory; stands in ``Problem.travel`` for a dense table.

    ``table[a][b]`` is one way; ``np.asarray(table)`` is the dense table, for whoever has room for it.
    """

    @property
    def shape(self) -> tuple[int, int]: ...

    def __len__(self) -> int: ...

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray: ...

    def __getitem__(self, origin: int) -> Way: ...

    def block(self, origins: np.ndarray, destinations: np.ndarray) -> np.ndarray:
        """(len(origins), len(destinations)) float minutes, row from, column to; -1 unreachable."""
        ...

    def between(self, origin: int, destination: int) -> float:
        """Minutes of one way; equal to its cell of ``block`` but for the last digit of a float."""
        ...


@dataclass(frozen=True, slots=True)
class Way:
    """The ways from one place of a ``TravelTable``: ``way[b]`` is minutes to place b."""

    table: TravelTable
    origin: int

    def __getitem__(self, destination: int) -> float:
        return self.table.between(self.origin, destination)


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
        places = _checked(points)
        return self.block(places, places, mode)

    def block(self, origins: np.ndarray, destinations: np.ndarray, mode: str) -> np.ndarray:
        """(len(origins), len(destinations)) minutes between points in degrees; raises as ``minutes`` does."""
        if mode not in self.speeds_kmh:
            raise TravelError(f"no speed is set for mode {mode!r}; known: {', '.join(sorted(self.speeds_kmh))}")
        here, there = np.radians(origins), np.radians(destinations)
        half = np.sin((here[:, None, 0] - there[None, :, 0]) / 2) ** 2
        half = half + np.cos(here[:, 0])[:, None] * np.cos(there[:, 0])[None] * (
            np.sin((here[:, None, 1] - there[None, :, 1]) / 2) ** 2
        )
        kilometres = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0))) * self.detour
        minutes = kilometres / self.speeds_kmh[mode] * 60
        return np.where(kilometres > 1e-9, minutes + self.overhead_minutes.get(mode, 0.0), 0.0)

    def between(self, latitude: float, longitude: float, to_latitude: float, to_longitude: float, mode: str) -> float:
        """Minutes between two points in degrees, one pair at a time: quicker than a block of one cell."""
        here, there = math.radians(latitude), math.radians(to_latitude)
        half = math.sin((here - there) / 2) ** 2 + math.cos(here) * math.cos(there) * (
            math.sin(math.radians(longitude - to_longitude) / 2) ** 2
        )
        kilometres = 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(min(half, 1.0))) * self.detour
        return (
            kilometres / self.speeds_kmh[mode] * 60 + self.overhead_minutes.get(mode, 0.0) if kilometres > 1e-9 else 0.0
        )


class OnDemand:
    """Estimated minutes between many places, worked out for the pairs asked for: a ``TravelTable``.

    Great-circle estimates by ``GreatCircle``, in whole minutes rounded up where ``whole_minutes``, as people are told
    them. Memory is that of the points, not of the pairs.
    """

    def __init__(
        self,
        points: np.ndarray,
        mode: str = "car",
        *,
        estimate: GreatCircle | None = None,
        whole_minutes: bool = False,
    ) -> None:
        """Raises: TravelError when the points are not degrees or the mode has no speed."""
        self.points = _checked(points)
        self.mode = mode
        self.estimate = GreatCircle() if estimate is None else estimate
        self.whole_minutes = whole_minutes
        self.block(np.zeros(0, int), np.zeros(0, int))

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.points), len(self.points)

    def __len__(self) -> int:
        return len(self.points)

    def __getitem__(self, origin: int) -> Way:
        return Way(self, origin)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        everywhere = np.arange(len(self.points))
        return self.block(everywhere, everywhere).astype(dtype or float, copy=False)

    def block(self, origins: np.ndarray, destinations: np.ndarray) -> np.ndarray:
        minutes = self.estimate.block(self.points[origins], self.points[destinations], self.mode)
        return np.ceil(minutes - 1e-6) if self.whole_minutes else minutes

    def between(self, origin: int, destination: int) -> float:
        (latitude, longitude), (to_latitude, to_longitude) = self.points[origin], self.points[destination]
        minutes = self.estimate.between(latitude, longitude, to_latitude, to_longitude, self.mode)
        return float(math.ceil(minutes - 1e-6)) if self.whole_minutes else minutes


class Nearby:
    """Known minutes between places near each other, and an estimate for all other pairs: a ``TravelTable``.

    For a routing service asked only about pairs that a worker could travel between: ``rows``, ``columns`` and
    ``minutes`` are (pairs,) arrays, from, to and how long (-1: no way). Of a pair given twice the first counts.
    """

    def __init__(self, otherwise: TravelTable, rows: np.ndarray, columns: np.ndarray, minutes: np.ndarray) -> None:
        """Raises: TravelError when a pair names a place that is not there, or its minutes are not minutes."""
        origins, destinations = np.asarray(rows, dtype=np.int64), np.asarray(columns, dtype=np.int64)
        known = np.asarray(minutes, dtype=float)
        places = otherwise.shape[0]
        if not (origins.shape == destinations.shape == known.shape and origins.ndim == 1):
            raise TravelError("rows, columns and minutes must be three lists of one length, an entry for each pair")
        if len(known) and not (
            min(origins.min(), destinations.min()) >= 0 and max(origins.max(), destinations.max()) < places
        ):
            raise TravelError(f"pairs name places outside 0 to {places - 1}")
        if np.any(np.isnan(known) | ((known < 0) & (known != UNREACHABLE))):
            raise TravelError("minutes must be at least 0, or -1 where there is no way")
        self.otherwise = otherwise
        self._pairs, first = np.unique(origins * places + destinations, return_index=True)
        self._minutes = known[first]

    @property
    def shape(self) -> tuple[int, int]:
        return self.otherwise.shape

    def __len__(self) -> int:
        return self.shape[0]

    def pairs(self) -> Iterator[tuple[int, int, float]]:
        """Every known pair: from, to, minutes."""
        for pair, minutes in zip(self._pairs, self._minutes, strict=True):
            origin, destination = divmod(int(pair), self.shape[0])
            yield origin, destination, float(minutes)

    def __getitem__(self, origin: int) -> Way:
        return Way(self, origin)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        everywhere = np.arange(self.shape[0])
        return self.block(everywhere, everywhere).astype(dtype or float, copy=False)

    def block(self, origins: np.ndarray, destinations: np.ndarray) -> np.ndarray:
        minutes = np.array(self.otherwise.block(origins, destinations), dtype=float)
        if len(self._pairs):
            wanted = np.asarray(origins)[:, None] * self.shape[0] + np.asarray(destinations)[None]
            at = np.minimum(np.searchsorted(self._pairs, wanted), len(self._pairs) - 1)
            minutes = np.where(self._pairs[at] == wanted, self._minutes[at], minutes)
        return minutes

    def between(self, origin: int, destination: int) -> float:
        pair = origin * self.shape[0] + destination
        at = int(np.searchsorted(self._pairs, pair))
        if at < len(self._pairs) and self._pairs[at] == pair:
            return float(self._minutes[at])
        return self.otherwise.between(origin, destination)


def block_of(table: np.ndarray | TravelTable, places: np.ndarray) -> np.ndarray:
    """The dense table of some places only: (len(places), len(places)) minutes, row from, column to."""
    if isinstance(table, TravelTable):
        return table.block(places, places)
    return np.asarray(table, dtype=float)[np.ix_(places, places)]


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
