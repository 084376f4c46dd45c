"""Routes as every solver hands them back, and the plan they make when each visit starts as early as it can."""

from __future__ import annotations

from visit_planner import Assignment, Plan, Problem

# worker id -> the (visit id, slot) done, in order
Routes = dict[str, list[tuple[str, int]]]
# No plan of these instances lasts so long: starts that grow past it wait for each other in a circle.
TOO_LATE = 1e7
SMALLEST_STEP = 1e-9


class CircleError(ValueError):
    """The routes make visits wait for each other in a circle."""


def plan_of(problem: Problem, routes: Routes) -> Plan:
    """The plan of some routes: the least starts that windows, travel, teams and gaps allow.

    Visits that are not on enough routes are left out, whole.

    Raises:
        CircleError: there are no such starts.
    """
    visits = {visit.id: visit for visit in problem.visits}
    workers = {worker.id: worker for worker in problem.workers}
    given: dict[str, set[int]] = {}
    for stops in routes.values():
        for name, slot in stops:
            given.setdefault(name, set()).add(slot)
    done = {name for name, slots in given.items() if len(slots) == len(visits[name].slots)}
    kept = {worker: [stop for stop in stops if stop[0] in done] for worker, stops in routes.items()}
    starts = _starts(problem, kept, done)
    assignments = []
    for name, stops in kept.items():
        shift = workers[name].shifts[0]
        for visit, slot in stops:
            begin = starts[visit]
            assignments.append(
                Assignment(visit, slot, name, shift.id, begin, begin + visits[visit].slots[slot].minutes, 0.0, 0.0)
            )
    return Plan(tuple(assignments), tuple(visit.id for visit in problem.visits if visit.id not in done))


def _starts(problem: Problem, routes: Routes, done: set[str]) -> dict[str, float]:
    visits = {visit.id: visit for visit in problem.visits}
    workers = {worker.id: worker for worker in problem.workers}
    starts = {name: visits[name].window.opens for name in done}
    steps: list[tuple[str | None, str, float]] = []  # start of the second >= start of the first + minutes
    for name, stops in routes.items():
        worker = workers[name]
        travel, shift = problem.travel[worker.mode], worker.shifts[0]
        before: str | None = None
        place, leaves_after = shift.start_place, shift.starts
        for visit, slot in stops:
            steps.append((before, visit, leaves_after + float(travel[place][visits[visit].place])))
            before, place, leaves_after = visit, visits[visit].place, visits[visit].slots[slot].minutes
    for gap in problem.gaps:
        if gap.first in done and gap.second in done:
            steps.append((gap.first, gap.second, gap.at_least))
            if gap.at_most is not None:
                steps.append((gap.second, gap.first, -gap.at_most))
    rising = True
    while rising:
        rising = False
        for before, visit, minutes in steps:
            least = minutes if before is None else starts[before] + minutes
            if least > starts[visit] + SMALLEST_STEP:
                starts[visit] = least
                rising = True
                if least > TOO_LATE:
                    raise CircleError("visits wait for each other in a circle")
    return starts


def routes_of(plan: Plan) -> Routes:
    routes: Routes = {}
    for stop in sorted(plan.assignments, key=lambda stop: stop.starts):
        routes.setdefault(stop.worker, []).append((stop.visit, stop.slot))
    return routes


class Numbers:
    """A problem of one office as whole numbers: tasks 1 .. n (0 is the office), exact for the decimals published.

    ``scale`` units make one minute. ``near``: (n + 1, n + 1) travel. ``tasks``: (visit id, slot) of each task.
    """

    def __init__(self, problem: Problem, scale: int | None = None) -> None:
        self.problem = problem
        office = problem.workers[0].shifts[0].start_place
        matrix = problem.travel[problem.workers[0].mode]
        if scale is None:
            whole = all(float(cell).is_integer() for row in matrix for cell in row)
            scale = 1 if whole else 1000
        self.scale = scale
        self.tasks = [(visit.id, slot) for visit in problem.visits for slot in range(len(visit.slots))]
        visits = {visit.id: visit for visit in problem.visits}
        of = [visits[name] for name, _ in self.tasks]
        self.places = [office, *(visit.place for visit in of)]
        self.near = [[self.units(float(matrix[a][b])) for b in self.places] for a in self.places]
        self.minutes = [0, *(self.units(visit.slots[slot].minutes) for visit, (_, slot) in zip(of, self.tasks))]
        self.opens = [0, *(self.units(visit.window.opens) for visit in of)]
        self.closes = [0, *(self.units(visit.window.closes) for visit in of)]
        self.hard = [False, *(visit.window.hard for visit in of)]
        self.skills = [None, *(visit.slots[slot].skill for visit, (_, slot) in zip(of, self.tasks))]
        self.number = {task: k for k, task in enumerate(self.tasks, start=1)}
        # Nobody can need longer than everything done by one worker, after the last window opened.
        self.horizon = max(self.closes) + sum(self.minutes) + sum(max(row) for row in self.near)

    def units(self, minutes: float) -> int:
        return round(minutes * self.scale)

    def able(self, task: int) -> list[int]:
        """Numbers of the workers who have the skill."""
        return [k for k, worker in enumerate(self.problem.workers) if self.skills[task] in worker.skills]

    def teams(self) -> list[list[int]]:
        """Tasks that start together, for every joint visit."""
        return [
            [self.number[visit.id, slot] for slot in range(len(visit.slots))]
            for visit in self.problem.visits
            if len(visit.slots) > 1
        ]

    def gaps(self) -> list[tuple[int, int, int, int | None, bool]]:
        """(task, task, at least, at most, by different workers)."""
        return [
            (
                self.number[gap.first, 0],
                self.number[gap.second, 0],
                self.units(gap.at_least),
                None if gap.at_most is None else self.units(gap.at_most),
                gap.different_workers,
            )
            for gap in self.problem.gaps
        ]

    def routes(self, orders: dict[int, list[int]]) -> Routes:
        """From worker number -> task numbers in order."""
        return {
            self.problem.workers[worker].id: [self.tasks[task - 1] for task in order]
            for worker, order in orders.items()
            if order
        }

    def orders(self, routes: Routes) -> dict[int, list[int]]:
        numbers = {worker.id: k for k, worker in enumerate(self.problem.workers)}
        return {numbers[name]: [self.number[stop] for stop in stops] for name, stops in routes.items()}
