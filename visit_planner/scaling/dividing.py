"""Dividing a large problem into districts: first by place and skill, later by the routes of the plan so far.

Both halve again and again, across the longer side or a random direction, until a district is small enough. Route-based
division after a first plan follows Santini, Schneider, Vidal and Vigo (2023), "Decomposition strategies for vehicle
routing heuristics", who found grouping whole routes by their centres best.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from visit_planner.problem import Worker
from visit_planner.scaling.cutting import Given
from visit_planner.scaling.ground import Ground

# Shifts that begin in the same stretch of so many minutes count as one kind when workers are dealt out.
STRETCH_MINUTES = 240.0


@dataclass(frozen=True, slots=True)
class Part:
    """Workers, and the units of visits that are planned among them."""

    workers: tuple[str, ...]
    units: tuple[int, ...]


@dataclass(frozen=True)
class _Group:
    """Units and workers that pins tie to each other."""

    units: list[int]
    workers: list[str]
    at: np.ndarray
    minutes: dict[str, float]  # of work by skill


def divide_by_place(ground: Ground, count: int) -> list[Part]:
    """``count`` districts of about equal work, each with workers from near by in proportion to the skills it needs."""
    groups = _tied_by_pins(ground)
    tied = {name for group in groups for name in group.workers}
    free = [worker for worker in ground.problem.workers if worker.id not in tied]
    parts: list[Part] = []

    def halve(groups: list[_Group], free: list[Worker], count: int) -> None:
        if count <= 1 or len(groups) < 2:
            units = sorted(unit for group in groups for unit in group.units)
            names = [name for group in groups for name in group.workers] + [worker.id for worker in free]
            parts.append(Part(tuple(names), tuple(units)))
            return
        first = count // 2
        points = np.array([group.at for group in groups])
        axis = _long_axis(points)
        work = np.array([sum(group.minutes.values()) for group in groups])
        order = np.argsort(points @ axis, kind="stable")
        upto = int(np.searchsorted(np.cumsum(work[order]), work.sum() * first / count)) + 1
        upto = min(max(upto, 1), len(groups) - 1)
        here = [groups[k] for k in order[:upto]]
        there = [groups[k] for k in order[upto:]]
        ours, theirs = _deal_out(ground, free, here, there, axis)
        halve(here, ours, first)
        halve(there, theirs, count - first)

    halve(groups, free, count)
    return parts


def divide_by_route(
    ground: Ground, given: Given, count: int, random: np.random.Generator, *, by_skill: bool = False
) -> list[Part]:
    """About ``count`` districts of whole working days that lie near each other, cut along borders chosen at random.

    With ``by_skill`` those whose scarcest skill is the same are divided apart from the others, so that the few who
    travel far meet each other. A unit goes with the workers who have it when all of them are in one district; what is
    left out goes to the nearest district that has its skills.
    """
    names = [worker.id for worker in ground.problem.workers if worker.shifts]
    number = {name: k for k, name in enumerate(names)}
    at, work = _centres(ground, given, names)
    district = np.zeros(len(names), int)

    def halve(mine: np.ndarray, count: int, next_number: int) -> int:
        if count <= 1 or len(mine) < 2:
            district[mine] = next_number
            return next_number + 1
        first = count // 2
        angle = random.uniform(0, np.pi)
        axis = np.array([np.cos(angle), np.sin(angle)]) + _long_axis(at[mine])
        order = mine[np.argsort(at[mine] @ axis, kind="stable")]
        share = first / count * random.uniform(0.85, 1.15)
        upto = int(np.searchsorted(np.cumsum(work[order]), work[mine].sum() * share)) + 1
        upto = min(max(upto, 1), len(order) - 1)
        return halve(order[upto:], count - first, halve(order[:upto], first, next_number))

    found = 0
    for mine in _alike(ground, names) if by_skill else [np.arange(len(names))]:
        if len(mine):
            found = halve(mine, max(1, round(count * work[mine].sum() / work.sum())), found)
    middles = np.array([at[district == k].mean(0) for k in range(found)])
    skills = [
        frozenset().union(*(ground.workers[names[k]].skills for k in np.flatnonzero(district == part)))
        for part in range(found)
    ]
    has: dict[int, set[int]] = defaultdict(set)
    for (visit, _), stop in given.items():
        has[ground.unit_of[visit]].add(int(district[number[stop.worker]]))
    units: list[list[int]] = [[] for _ in range(found)]
    for unit, visits in enumerate(ground.units):
        places = has.get(unit, set())
        wanted = _pinned_workers(ground, unit)
        places = places | {int(district[number[name]]) for name in wanted if name in number}
        if not places and found and not wanted:
            centre = ground.map[[ground.visits[visit].place for visit in visits]].mean(0)
            wanted_skills = {slot.skill for visit in visits for slot in ground.visits[visit].slots}
            able = [part for part in range(found) if wanted_skills <= skills[part]] or list(range(found))
            places = {able[int(np.argmin(((middles[able] - centre) ** 2).sum(1)))]}
        if len(places) == 1:
            units[places.pop()].append(unit)
    return [
        Part(tuple(name for k, name in enumerate(names) if district[k] == part), tuple(units[part]))
        for part in range(found)
    ]


def _alike(ground: Ground, names: list[str]) -> list[np.ndarray]:
    """Numbers of workers, those with the same scarcest skill together."""
    tightness = _tightness(
        _minutes_by_skill([{slot.skill: slot.minutes} for visit in ground.problem.visits for slot in visit.slots]),
        ground.problem.workers,
    )
    kinds: dict[str, list[int]] = defaultdict(list)
    for k, name in enumerate(names):
        kinds[_scarcest(ground.workers[name], tightness)].append(k)
    return [np.array(kinds[kind]) for kind in sorted(kinds)]


def _tightness(need: Mapping[str, float], workers: Iterable[Worker]) -> dict[str, float]:
    """Minutes of work for each minute offered, by skill."""
    offered: dict[str, float] = defaultdict(float)
    for worker in workers:
        for skill in worker.skills:
            offered[skill] += _hours(worker)
    return {skill: need.get(skill, 0.0) / minutes for skill, minutes in offered.items() if minutes > 0}


def _scarcest(worker: Worker, tightness: Mapping[str, float]) -> str:
    """The skill of theirs that is needed most for what is offered of it: a nurse counts as one, not as a carer."""
    return max(sorted(worker.skills), key=lambda skill: tightness.get(skill, 0.0), default="")


def _pinned_workers(ground: Ground, unit: int) -> set[str]:
    """Workers a decision fixes for a part of the unit; a recorded start is planned wherever its worker is."""
    return {pin.worker for visit in ground.units[unit] for pin in ground.visits[visit].pinned if pin.starts is None}


def _tied_by_pins(ground: Ground) -> list[_Group]:
    root: dict[object, object] = {}

    def find(node: object) -> object:
        root.setdefault(node, node)
        while root[node] != node:
            root[node] = root[root[node]]
            node = root[node]
        return node

    for unit in range(len(ground.units)):
        find(unit)
        for name in sorted(_pinned_workers(ground, unit)):
            root[find(name)] = find(unit)
    units: dict[object, list[int]] = defaultdict(list)
    workers: dict[object, list[str]] = defaultdict(list)
    for unit in range(len(ground.units)):
        units[find(unit)].append(unit)
    for worker in ground.problem.workers:
        if worker.id in root:
            workers[find(worker.id)].append(worker.id)
    groups = []
    for head, mine in units.items():
        visits = [ground.visits[visit] for unit in mine for visit in ground.units[unit]]
        minutes: dict[str, float] = defaultdict(float)
        for visit in visits:
            for slot in visit.slots:
                minutes[slot.skill] += slot.minutes
        at = ground.map[[visit.place for visit in visits]].mean(0)
        groups.append(_Group(mine, workers[head], at, dict(minutes)))
    return groups


def _long_axis(points: np.ndarray) -> np.ndarray:
    """The direction in which points spread furthest, as a unit vector."""
    middle = points - points.mean(0)
    _, directions = np.linalg.eigh(middle.T @ middle)
    longest = directions[:, -1]
    return longest if longest[np.argmax(np.abs(longest))] > 0 else -longest


def _deal_out(
    ground: Ground, workers: list[Worker], here: list[_Group], there: list[_Group], axis: np.ndarray
) -> tuple[list[Worker], list[Worker]]:
    """Workers of each kind (skills, hours) in proportion to the work that needs them most, the nearest to each side.

    What needs a kind most is the skill of theirs that is scarcest.
    """
    need = [_minutes_by_skill(group.minutes for group in groups) for groups in (here, there)]
    tightness = _tightness(_minutes_by_skill(need), workers)
    kinds: dict[tuple[object, ...], list[Worker]] = defaultdict(list)
    for worker in workers:
        if worker.shifts:
            begins = tuple(sorted(shift.starts // STRETCH_MINUTES for shift in worker.shifts))
            kinds[tuple(sorted(worker.skills)), begins].append(worker)
        else:
            kinds[()].append(worker)
    ours, theirs = [], []
    for kind in sorted(kinds, key=repr):
        mine = kinds[kind]
        wanted = _scarcest(mine[0], tightness)
        both = need[0][wanted] + need[1][wanted]
        share = need[0][wanted] / both if both > 0 else 0.5
        at = [float(ground.map[worker.shifts[0].start_place] @ axis) if worker.shifts else 0.0 for worker in mine]
        order = np.argsort(at, kind="stable")
        upto = round(share * len(mine))
        ours += [mine[k] for k in order[:upto]]
        theirs += [mine[k] for k in order[upto:]]
    return ours, theirs


def _minutes_by_skill(work: Iterable[Mapping[str, float]]) -> dict[str, float]:
    minutes: dict[str, float] = defaultdict(float)
    for part in work:
        for skill, amount in part.items():
            minutes[skill] += amount
    return minutes


def _hours(worker: Worker) -> float:
    return sum(min(shift.ends - shift.starts, 24 * 60) for shift in worker.shifts)


def _centres(ground: Ground, given: Given, names: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """(workers, 2) the middle of each working day, and (workers,) how many stops it has, counting one for itself."""
    number = {name: k for k, name in enumerate(names)}
    at = np.zeros((len(names), 2))
    stops = np.zeros(len(names))
    for stop in given.values():
        k = number[stop.worker]
        at[k] += ground.map[ground.visits[stop.visit].place]
        stops[k] += 1
    at /= np.maximum(stops, 1)[:, None]
    for k, name in enumerate(names):
        if stops[k] == 0:
            at[k] = ground.map[ground.workers[name].shifts[0].start_place]
    return at, stops + 1
