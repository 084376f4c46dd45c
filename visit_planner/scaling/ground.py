"""A large problem looked at from above: where everything is, and what has to be planned together."""

from __future__ import annotations

from collections import Counter
from functools import cached_property

import numpy as np

from visit_planner.problem import Problem, Visit, Worker
from visit_planner.travel import TravelTable

# Places whose travel times to all others make a map of any travel table (landmark scaling: de Silva and
# Tenenbaum 2004, "Sparse multidimensional scaling using landmark points"). More made no better districts.
LANDMARKS = 8


class Ground:
    """Lookups over one problem that every round of a decomposed search needs."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.visits: dict[str, Visit] = {visit.id: visit for visit in problem.visits}
        self.workers: dict[str, Worker] = {worker.id: worker for worker in problem.workers}
        self.units = _units(problem)
        self.unit_of = {name: number for number, names in enumerate(self.units) for name in names}
        # what is recorded as started: visit, slot, worker
        self.facts = [
            (visit.id, pin.slot, pin.worker)
            for visit in problem.visits
            for pin in visit.pinned
            if pin.starts is not None
        ]

    @cached_property
    def mode(self) -> str:
        """The mode most workers travel by."""
        modes = Counter(worker.mode for worker in self.problem.workers)
        return min(modes, key=lambda mode: (-modes[mode], mode)) if modes else min(self.problem.travel)

    @cached_property
    def map(self) -> np.ndarray:
        """(places, 2) float minutes: places as points, such that near ones are few minutes apart.

        Travel tables have no coordinates: these are the two directions in which travel times from a few far-apart
        landmarks differ most.
        """
        table = self.problem.travel[self.mode]
        count = np.shape(table)[0]
        used = np.unique(
            [visit.place for visit in self.problem.visits]
            + [shift.start_place for worker in self.problem.workers for shift in worker.shifts]
            or [0]
        )
        everywhere = np.arange(count)
        far = ways_from(table, int(used[0]), everywhere)
        seen = []
        nearest = np.full(count, np.inf)
        for _ in range(min(LANDMARKS, len(used))):
            landmark = int(used[np.argmax(np.minimum(far, nearest)[used])])
            ways = ways_from(table, landmark, everywhere)
            seen.append(ways)
            nearest = np.minimum(nearest, ways)
        ways = np.array(seen).T
        middle = ways - ways[used].mean(0)
        _, _, directions = np.linalg.svd(middle[used], full_matrices=False)
        flat = middle @ directions[:2].T
        if flat.shape[1] < 2:
            flat = np.column_stack([flat, np.zeros((count, 2 - flat.shape[1]))])
        return flat / np.sqrt(len(seen))


def ways_from(table: np.ndarray | TravelTable, origin: int, destinations: np.ndarray) -> np.ndarray:
    """(len(destinations),) minutes from one place; where there is no way, twice the longest there is."""
    if isinstance(table, TravelTable):
        ways = table.block(np.array([origin]), destinations)[0]
    else:
        ways = np.asarray(table[origin], dtype=float)[destinations]
    return np.where(ways < 0, 2 * max(1.0, float(ways.max(initial=0.0))), ways)


def _units(problem: Problem) -> list[tuple[str, ...]]:
    """Visits tied by gaps or bundles, directly or through others, as one; in the order of the problem."""
    root = {visit.id: visit.id for visit in problem.visits}

    def find(name: str) -> str:
        while root[name] != name:
            root[name] = root[root[name]]
            name = root[name]
        return name

    for gap in problem.gaps:
        root[find(gap.second)] = find(gap.first)
    for bundle in problem.bundles:
        for name in bundle[1:]:
            root[find(name)] = find(bundle[0])
    units: dict[str, list[str]] = {}
    for visit in problem.visits:
        units.setdefault(find(visit.id), []).append(visit.id)
    return [tuple(names) for names in units.values()]
