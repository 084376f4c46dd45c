"""What the checker's rules look at: a problem and a plan, indexed."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from visit_planner.plan import Assignment, BreakTaken, Plan
from visit_planner.problem import Problem, Shift, Visit, Worker

# Minutes by which two computations of one time may differ; far below what anybody can see.
TOLERANCE = 1e-6

# Start, end, place, and the visit; None: a break.
Stop = tuple[float, float, int, Assignment | None]


@dataclass(frozen=True)
class Case:
    """A problem and a plan, indexed for the rules. Only assignments that refer to real things are indexed."""

    problem: Problem
    plan: Plan
    workers: dict[str, Worker]
    shifts: dict[tuple[str, str], Shift]
    visits: dict[str, Visit]
    known: list[Assignment]
    by_visit: dict[str, list[Assignment]]
    by_shift: dict[tuple[str, str], list[Assignment]]
    breaks: dict[tuple[str, str], list[BreakTaken]]

    def day(self, worker: str, shift: str) -> list[Stop]:
        """Visits and breaks of one shift in order of time."""
        return self._days.get((worker, shift), [])

    def driven(self, worker: str, shift: str) -> float:
        """Minutes of travel in one shift; none where it has no visit."""
        return self._driven.get((worker, shift), 0.0)

    # every rule and most parts of the cost ask for the same days
    @cached_property
    def _days(self) -> dict[tuple[str, str], list[Stop]]:
        days: dict[tuple[str, str], list[Stop]] = {
            shift: [(stop.starts, stop.ends, self.visits[stop.visit].place, stop) for stop in stops]
            for shift, stops in self.by_shift.items()
        }
        for shift, breaks in self.breaks.items():
            taken: list[Stop] = [(one.starts, one.ends, one.place, None) for one in breaks]
            days[shift] = days.get(shift, []) + taken
        return {shift: sorted(stops, key=lambda stop: stop[:2]) for shift, stops in days.items()}

    @cached_property
    def _driven(self) -> dict[tuple[str, str], float]:
        driven = {}
        for worker, shift_id in self.by_shift:
            shift = self.shifts[worker, shift_id]
            places = [shift.start_place, *(place for _, _, place, _ in self.day(worker, shift_id)), shift.end_place]
            driven[worker, shift_id] = sum(max(0.0, self.travel(worker, a, b)) for a, b in pairwise(places))
        return driven

    def travel(self, worker: str, origin: int, destination: int) -> float:
        return float(self.problem.travel[self.workers[worker].mode][origin][destination])

    def is_fact(self, stop: Assignment) -> bool:
        pins = self.visits[stop.visit].pinned
        return any(p.slot == stop.slot and p.worker == stop.worker and p.starts is not None for p in pins)


def case_of(problem: Problem, plan: Plan) -> Case:
    workers = {worker.id: worker for worker in problem.workers}
    shifts = {(worker.id, shift.id): shift for worker in problem.workers for shift in worker.shifts}
    visits = {visit.id: visit for visit in problem.visits}
    known = [a for a in plan.assignments if not names_nothing(a, visits, shifts)]
    by_visit: dict[str, list[Assignment]] = defaultdict(list)
    by_shift: dict[tuple[str, str], list[Assignment]] = defaultdict(list)
    for stop in known:
        by_visit[stop.visit].append(stop)
        by_shift[stop.worker, stop.shift].append(stop)
    for stops in by_shift.values():
        stops.sort(key=lambda stop: (stop.starts, stop.ends))
    breaks: dict[tuple[str, str], list[BreakTaken]] = defaultdict(list)
    for taken in plan.breaks:
        if (taken.worker, taken.shift) in shifts and 0 <= taken.place < len(next(iter(problem.travel.values()))):
            breaks[taken.worker, taken.shift].append(taken)
    return Case(problem, plan, workers, shifts, visits, known, dict(by_visit), dict(by_shift), dict(breaks))


def names_nothing(a: Assignment, visits: dict[str, Visit], shifts: dict[tuple[str, str], Shift]) -> str:
    if a.visit not in visits:
        return f"there is no visit {a.visit}"
    if not 0 <= a.slot < len(visits[a.visit].slots):
        return f"visit {a.visit} has no slot {a.slot}"
    if (a.worker, a.shift) not in shifts:
        return f"worker {a.worker} has no shift {a.shift}"
    return ""
