"""What the checker's rules look at: a problem and a plan, indexed."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from visit_planner.plan import Assignment, BreakTaken, Plan
from visit_planner.problem import Problem, Shift, Visit, Worker

# Minutes by which two computations of one time may differ; far below what anybody can see.
TOLERANCE = 1e-6


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

    def day(self, worker: str, shift: str) -> list[tuple[float, float, int, Assignment | None]]:
        """Visits and breaks of one shift in order of time: start, end, place, and the visit (None: a break)."""
        stops: list[tuple[float, float, int, Assignment | None]] = [
            (stop.starts, stop.ends, self.visits[stop.visit].place, stop)
            for stop in self.by_shift.get((worker, shift), ())
        ]
        stops += [(taken.starts, taken.ends, taken.place, None) for taken in self.breaks.get((worker, shift), ())]
        return sorted(stops, key=lambda stop: stop[:2])

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
