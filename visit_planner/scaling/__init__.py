"""Planning places too large for one search: by districts, then again and again across their borders.

1. The place is divided by where visits are, into districts of about equal work, with workers from near by in
   proportion to the skills each district needs (``dividing.divide_by_place``). Each is planned as a problem of its own.
2. Round after round the plan is divided anew along other borders, this time by whole working days that lie near each
   other (``dividing.divide_by_route``), and each district goes on from the plan so far. What crosses a border keeps its
   worker and its time that round; the next round's borders are elsewhere.
3. Before each round what is left out is tried with every worker of the whole place (``leftovers``).

All rounds together are the course of one annealing: each begins at the temperature at which the one before ended. A
round that does not make the whole plan cheaper is not kept. With ``iterations`` the plan depends on the seed alone,
not on how many processes work on it or in which order they finish.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np

from visit_planner import checking
from visit_planner.engines import Engine, InProcess, Processes
from visit_planner.plan import Plan
from visit_planner.problem import Problem
from visit_planner.scaling.cutting import Breaks, District, Given, cut, put_back, whole_plan
from visit_planner.scaling.dividing import Part, divide_by_place, divide_by_route
from visit_planner.scaling.ground import Ground
from visit_planner.scaling.leftovers import parts_for_leftovers
from visit_planner.search import COLD, HOT, Progress, search_plan

# Slots of visits from which a plan is made by districts. Below, one search is as good in the same time; measured,
# docs/guides/planning-at-scale.md.
LARGE = 2500
# Slots of visits in a district. Local default, measured.
DISTRICT = 1200
# The first plan's share of the annealing, of its time and of its way from hot to cold. The rest are rounds: as many as
# leave each at least this much a slot, within bounds. Measured, docs/guides/planning-at-scale.md.
FIRST = 0.3
FEWEST_ROUNDS, MOST_ROUNDS = 5, 24
SECONDS_A_SLOT, MOVES_A_SLOT = 0.0005, 800
# Share of each round's time that goes to what is left out.
LEFTOVERS = 0.05


@dataclass(frozen=True)
class Job:
    """One district to plan. ``seconds`` are CPU seconds; with ``iterations`` they do not matter."""

    problem: Problem
    start: Plan
    frozen: frozenset[str]
    never_out: frozenset[str]
    seed: int
    hot: float
    cold: float
    seconds: float
    iterations: int | None


@dataclass(frozen=True)
class Answer:
    """A district's plan; ``is_better`` than what it started from. ``cpu_seconds``: all that it took."""

    plan: Plan
    is_better: bool
    cpu_seconds: float


def is_large(problem: Problem) -> bool:
    """Whether a plan is better made by districts."""
    return sum(len(visit.slots) for visit in problem.visits) >= LARGE


def temperature(share: float) -> float:
    """The search's temperature after a share of its course, in its own unit."""
    return HOT * (COLD / HOT) ** share


def plan_district(job: Job) -> Answer:
    """Plans one district; runs wherever an engine sends it."""
    began = time.thread_time()
    plan = search_plan(
        job.problem,
        seconds=job.seconds,
        iterations=job.iterations,
        seed=job.seed,
        start=job.start,
        frozen=job.frozen,
        progress=None,
        hot=job.hot,
        cold=job.cold,
    )
    is_better = not job.never_out.intersection(plan.undone)
    if is_better and job.start.assignments:
        before = checking.cost(job.problem, completed(job.problem, job.start)).total
        is_better = checking.cost(job.problem, plan).total < before - 1e-9 and not checking.check(job.problem, plan)
    return Answer(plan, is_better, time.thread_time() - began)


def completed(problem: Problem, plan: Plan) -> Plan:
    """The plan with every visit that lacks a worker left out."""
    given = {(stop.visit, stop.slot) for stop in plan.assignments}
    undone = {v.id for v in problem.visits if any((v.id, k) not in given for k in range(len(v.slots)))}
    kept = tuple(stop for stop in plan.assignments if stop.visit not in undone)
    return replace(plan, assignments=kept, undone=tuple(v.id for v in problem.visits if v.id in undone))


class _Course:
    """One decomposed search under way."""

    def __init__(
        self,
        problem: Problem,
        engine: Engine,
        seconds: float,
        processes: int,
        iterations: int | None,
        seed: int,
        frozen: frozenset[str],
        progress: Callable[[Progress], None] | None,
    ) -> None:
        self.began = time.thread_time()
        self.ground = Ground(problem)
        self.engine = engine
        self.seconds = seconds
        self.processes = processes
        self.pace = seconds * processes
        self.iterations = iterations
        self.seed = seed
        self.frozen = frozen
        self.progress = progress
        self.given: Given = {}
        self.breaks: Breaks = {}
        self.cost = np.inf
        self.done = 0
        self.in_districts = self.searched = 0.0
        self.share = 0.0
        self.round = 0

    @property
    def between(self) -> float:
        """CPU seconds spent here so far on dividing, putting together and checking, while no district was planned."""
        here = time.thread_time() - self.began
        return here - self.in_districts if isinstance(self.engine, InProcess) else here

    @property
    def cpu_seconds(self) -> float:
        return self.between + self.in_districts

    def keep_pace(self, rounds: int, done: int) -> None:
        """Spreads what is left of the seconds over the rounds to come, less what they will take besides searching."""
        spent = self.between * self.processes + self.in_districts
        besides = (spent - self.searched) / done
        self.pace = max(0.0, self.seconds * self.processes - spent - besides * rounds) / (1.0 - self.share)

    def hold_if_cheaper(self, plan: Plan) -> None:
        cost = checking.cost(self.ground.problem, plan).total
        if cost < self.cost:
            self.given = {(stop.visit, stop.slot): stop for stop in plan.assignments}
            self.breaks = {(taken.worker, taken.shift): taken for taken in plan.breaks}
            self.cost = cost

    def plan(self, parts: Sequence[Part], share: float, hot: float, cold: float) -> None:
        """One round: every part planned as a district of its own, and put back where that made it better."""
        districts = [cut(self.ground, part.workers, part.units, self.given, self.breaks) for part in parts]
        districts = [district for district in districts if district.tasks and district.workers]
        tasks = sum(district.tasks for district in districts)
        jobs = [self._job(district, number, share * district.tasks / tasks, hot, cold) for number, district in
                enumerate(districts)]  # fmt: skip
        self.round += 1
        answers: dict[int, Answer] = {}
        before = self.share
        for number, answer in self.engine.work(plan_district, jobs):
            answers[number] = answer
            self.done += answer.plan.iterations
            self.in_districts += answer.cpu_seconds
            self.searched += answer.plan.cpu_seconds
            before += share * districts[number].tasks / tasks
            if self.progress is not None:
                self.progress(Progress(min(1.0, before), float(self.cost), self.done))
        self.share += share
        given, breaks = dict(self.given), dict(self.breaks)
        for number in sorted(answers):
            if answers[number].is_better:
                put_back(given, breaks, districts[number], answers[number].plan)
        # parts of the cost that are not sums over districts (the largest lateness) can only be judged on the whole
        self.hold_if_cheaper(whole_plan(self.ground, given, breaks))

    def _job(self, district: District, number: int, share: float, hot: float, cold: float) -> Job:
        return Job(
            problem=district.problem,
            start=district.start,
            frozen=self.frozen & district.workers,
            never_out=district.pieces,
            seed=int(np.random.SeedSequence((self.seed % 2**63, self.round, number)).generate_state(1)[0]),
            hot=hot,
            cold=cold,
            seconds=self.pace * share,
            iterations=None if self.iterations is None else max(1, round(self.iterations * share)),
        )


def solve_in_districts(
    problem: Problem,
    *,
    seconds: float,
    iterations: int | None = None,
    seed: int = 0,
    start: Plan | None = None,
    frozen: Collection[str] = (),
    progress: Callable[[Progress], None] | None = None,
    processes: int = 1,
    engine: Engine | None = None,
    district: int = DISTRICT,
) -> Plan:
    """A plan without its cost. ``seconds`` are CPU seconds of each process; ``district`` slots of visits go together.

    Raises:
        EngineError: processes kept being killed.
    """
    own = None
    if engine is None:
        own = engine = Processes(processes) if processes > 1 else InProcess()
    try:
        course = _Course(problem, engine, seconds, processes, iterations, seed, frozenset(frozen), progress)
        ground = course.ground
        random = np.random.default_rng((seed % 2**63, 1))
        tasks = sum(len(visit.slots) for visit in problem.visits)
        # an even number, so that two processes end together
        count = max(1, 2 * round(tasks / district / 2))
        course.hold_if_cheaper(completed(problem, start) if start is not None else whole_plan(ground, {}))
        anew = start is None or not start.assignments
        first = divide_by_place(ground, count) if anew else divide_by_route(ground, course.given, count, random)
        course.plan(first, FIRST, temperature(0.0), temperature(FIRST))
        effort = seconds * processes / SECONDS_A_SLOT if iterations is None else iterations / MOVES_A_SLOT
        rounds = min(max(FEWEST_ROUNDS, int(effort / max(1, tasks))), MOST_ROUNDS)
        share = (1.0 - FIRST) / rounds
        for number in range(rounds):
            course.keep_pace(rounds - number, done=number + 1)
            hot, cold = (temperature(FIRST + share * step) for step in (number, number + 1))
            left = parts_for_leftovers(ground, course.given, course.frozen)
            set_aside = LEFTOVERS if left else 0.0
            course.plan(left, share * set_aside, hot, cold)
            parts = divide_by_route(ground, course.given, count, random, by_skill=number % 2 == 0)
            course.plan(parts, share * (1.0 - set_aside), hot, cold)
        final = whole_plan(ground, course.given, course.breaks)
    finally:
        if own is not None:
            own.close()
    return replace(final, iterations=course.done, cpu_seconds=round(course.cpu_seconds, 3), seed=seed)
