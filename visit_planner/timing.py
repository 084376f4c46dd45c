"""Starting visits nearer to when they were asked for, where the routes of a plan leave time to wait."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from visit_planner.checking import check, cost
from visit_planner.plan import Assignment, Plan
from visit_planner.problem import Gap, Problem, Shift, Visit

# worker, from place, to place -> minutes
_Way = Callable[[str, int, int], float]


def nearer_to_asked(problem: Problem, plan: Plan, asked: Mapping[str, float]) -> Plan:
    """The same routes, with visits that start before they were asked for moved towards that time.

    The search starts everything as early as it can. Here each visit waits as long as nothing after it has to: no
    visit ends up further from its time than before, none is later than both its time and what the plan said, and
    nobody's shift ends later. ``asked``: visit -> minutes from midnight. What it does not name stays as it is, and so
    do recorded starts, visits that people were told about (``Problem.held``), shifts with a break, and visits with
    several windows, a window kept by the end, or a rule that holds at some hours only.
    """
    visits = {visit.id: visit for visit in problem.visits}
    mode = {worker.id: worker.mode for worker in problem.workers}
    shifts = {(worker.id, shift.id): shift for worker in problem.workers for shift in worker.shifts}
    stays = _staying(problem, plan)

    def way(worker: str, origin: int, destination: int) -> float:
        return max(0.0, float(problem.travel[mode[worker]][origin][destination]))

    followed = _followed(plan)
    together: dict[str, list[Assignment]] = defaultdict(list)
    for stop in plan.assignments:
        together[stop.visit].append(stop)
    gaps: dict[str, list[Gap]] = defaultdict(list)
    for gap in problem.gaps:
        gaps[gap.first].append(gap)
        gaps[gap.second].append(gap)
    starts = {name: stops[0].starts for name, stops in together.items()}
    for name in sorted(starts, key=lambda name: -starts[name]):
        if name in stays or name not in asked:
            continue
        latest = asked[name]
        for stop in together[name]:
            here = visits[name].place
            latest = min(latest, _shift_allows(shifts[stop.worker, stop.shift], stop, way, here))
            after = followed.get((stop.visit, stop.slot))
            if after is not None:
                needs = stop.ends - stop.starts + way(stop.worker, here, visits[after.visit].place)
                latest = min(latest, starts[after.visit] - needs)
        latest = min(latest, _window_and_gaps_allow(visits[name], gaps[name], starts))
        starts[name] = max(starts[name], latest)
    later = _retimed(problem, plan, starts)
    return later if len(check(problem, later)) <= len(check(problem, plan)) else plan


def _staying(problem: Problem, plan: Plan) -> set[str]:
    with_break = {(taken.worker, taken.shift) for taken in plan.breaks}
    graded = {grade.skill for worker in problem.workers for grade in worker.grades}
    return (
        {held.visit for held in problem.held}
        | {stop.visit for stop in plan.assignments if (stop.worker, stop.shift) in with_break}
        | {
            visit.id
            for visit in problem.visits
            if visit.other_windows
            or visit.window.by_end
            or visit.not_alone is not None
            or any(pin.starts is not None for pin in visit.pinned)
            or any(slot.skill in graded for slot in visit.slots)
        }
    )


def _followed(plan: Plan) -> dict[tuple[str, int], Assignment]:
    """(visit, slot) -> the worker's next visit of the day, on the same shift or a later one."""
    of_worker: dict[str, list[Assignment]] = defaultdict(list)
    for stop in plan.assignments:
        of_worker[stop.worker].append(stop)
    followed = {}
    for stops in of_worker.values():
        stops.sort(key=lambda stop: (stop.starts, stop.ends))
        followed.update({(a.visit, a.slot): b for a, b in pairwise(stops)})
    return followed


def _shift_allows(shift: Shift, stop: Assignment, way: _Way, here: int) -> float:
    home = way(stop.worker, here, shift.end_place)
    return max(shift.ends, stop.ends + home) - home - (stop.ends - stop.starts)


def _window_and_gaps_allow(visit: Visit, gaps: Sequence[Gap], starts: Mapping[str, float]) -> float:
    latest = visit.window.closes if visit.window.hard else math.inf
    for gap in gaps:
        if gap.first == visit.id and gap.second in starts:
            latest = min(latest, starts[gap.second] - gap.at_least)
        if gap.second == visit.id and gap.first in starts and gap.at_most is not None:
            latest = min(latest, starts[gap.first] + gap.at_most)
    return latest


def _retimed(problem: Problem, plan: Plan, starts: Mapping[str, float]) -> Plan:
    moved = []
    left_at: dict[tuple[str, str], tuple[float, float]] = {}
    for stop in sorted(plan.assignments, key=lambda stop: (stop.worker, stop.starts)):
        key = (stop.worker, stop.shift)
        later = starts[stop.visit] - stop.starts
        freed = left_at.get(key, (0.0, 0.0))[0]
        moved.append(
            replace(
                stop,
                starts=stop.starts + later,
                ends=stop.ends + later,
                waits_before=max(0.0, stop.waits_before + later - freed),
            )
        )
        left_at[key] = (later, stop.ends)
    order = {(stop.visit, stop.slot): k for k, stop in enumerate(plan.assignments)}
    moved.sort(key=lambda stop: order[stop.visit, stop.slot])
    retimed = replace(plan, assignments=tuple(moved))
    return replace(retimed, cost=cost(problem, retimed))


__all__ = ["nearer_to_asked"]
