"""Trying what every district left out with every worker there is, wherever they are."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

import numpy as np

from visit_planner.plan import Assignment
from visit_planner.problem import Visit
from visit_planner.scaling.cutting import Given
from visit_planner.scaling.dividing import Part
from visit_planner.scaling.ground import Ground
from visit_planner.travel import TravelTable

# For each slot left out, those to whom it would add least are planned anew around it.
CANDIDATES = 10
# A district of leftovers grows no larger than this; what else is left out waits for the next round.
WORKERS_AT_MOST = 80


class _Openings:
    """Every place in every working day where one more visit could go, as arrays of one length."""

    def __init__(self, ground: Ground, given: Given, frozen: frozenset[str]) -> None:
        stops: dict[tuple[str, str], list[Assignment]] = defaultdict(list)
        for stop in given.values():
            stops[stop.worker, stop.shift].append(stop)
        rows = []
        self.workers = [worker for worker in ground.problem.workers if worker.id not in frozen]
        for number, worker in enumerate(self.workers):
            for shift in worker.shifts:
                mine = sorted(stops.get((worker.id, shift.id), []), key=lambda stop: (stop.starts, stop.ends))
                places = [shift.start_place, *(ground.visits[stop.visit].place for stop in mine), shift.end_place]
                free = [shift.starts, *(stop.ends for stop in mine)]
                due = [*(stop.starts for stop in mine), shift.ends + shift.overtime_at_most]
                is_empty = not mine
                rows += [
                    (number, a, b, leaves, next_one, is_empty)
                    for (a, b), leaves, next_one in zip(pairwise(places), free, due, strict=True)
                ]
        table = np.array(rows, dtype=float).reshape(-1, 6)
        self.worker = table[:, 0].astype(int)
        self.before, self.after = table[:, 1].astype(int), table[:, 2].astype(int)
        self.leaves, self.due = table[:, 3], table[:, 4]
        self.straight = np.zeros(len(table))
        modes = np.array([worker.mode for worker in self.workers], dtype=object)
        self.by_mode = {mode: np.flatnonzero(modes[self.worker] == mode) for mode in sorted(set(modes))}
        for mode, theirs in self.by_mode.items():
            self.straight[theirs] = _ways(ground.problem.travel[mode], self.before[theirs], self.after[theirs])
        self.straight[table[:, 5] == 1] = 0.0


def _ways(table: np.ndarray | TravelTable, origins: np.ndarray, destinations: np.ndarray) -> np.ndarray:
    if isinstance(table, TravelTable):
        return np.array([table.between(int(a), int(b)) for a, b in zip(origins, destinations, strict=True)])
    return np.asarray(table)[origins, destinations].astype(float)


def parts_for_leftovers(ground: Ground, given: Given, frozen: frozenset[str]) -> list[Part]:
    """Small districts around what is left out: it, and whoever of all workers could take it at least cost.

    No worker is in two of them. Units of which a part is planned are left to the districts.
    """
    planned = {ground.unit_of[visit] for visit, _ in given}
    left = [unit for unit in range(len(ground.units)) if unit not in planned]
    if not left:
        return []
    openings = _Openings(ground, given, frozen)
    teams: list[tuple[set[str], list[int]]] = []
    for unit in left:
        wanted = {name for visit in ground.units[unit] for name in _who_could(ground, ground.visits[visit], openings)}
        touched = [team for team in teams if team[0] & wanted]
        joined = (set().union(wanted, *(team[0] for team in touched)), [unit, *(u for t in touched for u in t[1])])
        if wanted and len(joined[0]) <= WORKERS_AT_MOST:
            teams = [team for team in teams if team not in touched] + [joined]
    parts = []
    for names, units in teams:
        # what these workers have is planned anew with it where nobody else has a part of it
        theirs = {ground.unit_of[visit] for (visit, _), stop in given.items() if stop.worker in names}
        shared = {ground.unit_of[visit] for (visit, _), stop in given.items() if stop.worker not in names}
        parts.append(Part(tuple(sorted(names)), tuple(sorted({*units, *(theirs - shared)}))))
    return parts


def _who_could(ground: Ground, visit: Visit, openings: _Openings) -> set[str]:
    """For each slot the workers it would add least to, by travel, lateness and what it pushes on."""
    if not openings.workers or not len(openings.worker):
        return set()
    added = np.full(len(openings.worker), np.inf)
    for mode, mine in openings.by_mode.items():
        table = ground.problem.travel[mode]
        there = np.array([visit.place])
        if isinstance(table, TravelTable):
            to, on = table.block(openings.before[mine], there)[:, 0], table.block(there, openings.after[mine])[0]
        else:
            dense = np.asarray(table)
            to, on = dense[openings.before[mine], visit.place], dense[visit.place, openings.after[mine]]
        starts = np.maximum(visit.window.opens, openings.leaves[mine] + to)
        late = np.maximum(0.0, starts - visit.window.closes)
        longest = max(slot.minutes for slot in visit.slots)
        pushed = np.maximum(0.0, starts + longest + on - openings.due[mine])
        price = to + on - openings.straight[mine] + 2 * late + pushed
        price[(to < 0) | (on < 0) | ((late > 0) & visit.window.hard)] = np.inf
        added[mine] = price
    least = np.full(len(openings.workers), np.inf)
    np.minimum.at(least, openings.worker, added)
    found: set[str] = set()
    for number, slot in enumerate(visit.slots):
        pinned = {pin.worker for pin in visit.pinned if pin.slot == number}
        able = [
            k
            for k, worker in enumerate(openings.workers)
            if np.isfinite(least[k])
            and slot.skill in worker.skills
            and (slot.allowed is None or worker.id in slot.allowed)
            and worker.id not in visit.refused
            and (not pinned or worker.id in pinned)
        ]
        able.sort(key=lambda k: (least[k], openings.workers[k].id))
        found.update(openings.workers[k].id for k in able[:CANDIDATES])
    return found
