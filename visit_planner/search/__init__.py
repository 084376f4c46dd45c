"""The search: from a problem to a good plan. Kernels in kernels.py, insertion.py and annealing.py."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from visit_planner.plan import Plan
from visit_planner.problem import Problem
from visit_planner.search import annealing, insertion, pricing, terms, whole_days
from visit_planner.search.board import Board, leave_bundles_whole, read_plan
from visit_planner.search.course import Course, Pace, starts_for
from visit_planner.search.laying import set_up
from visit_planner.search.records import TOLERANCE
from visit_planner.warming import smallest_problem

# Shares of RELOCATE, TOGETHER, SWAP, EXCHANGE_TAILS, RUN, OPTIONAL among proposals.
MOVE_MIX = np.array([0.55, 0.10, 0.10, 0.20, 0.05, 0.0])
# Share of proposals that add or drop visits while some are left out.
OPTIONAL_SHARE = 0.05
# Temperatures in units of the weighted travel of a typical hop between neighbours.
HOT, COLD = 1.0, 0.06
# Small problems start up to five times hotter, at full from this many tasks down: among few visits a local best
# can be deep, and there is time to leave it. At 1.0 three of nineteen small public instances ended 1 to 18 % high.
SMALL, HOTTER_AT_MOST = 100, 5.0
# Up to so many tasks each further start builds a plan of its own: one public instance of 100 patients has a basin 4 %
# high that no heat gets out of. On four of 200 and 300 patients going on from the plan as it stands ended 0.3 % lower.
BUILT_AFRESH = 200
# Re-planning starts here: enough to rearrange a few days, too little to forget them. Of ten absences, three seeds each,
# three ended more than 1 % above a full re-plan at 0.1, one at 1.0; as many visits stayed where they were
# (benchmarks/living.py). Days planned as wholes ended within chance of each other at 0.1 and 1.0.
WARM, WARM_WHOLE_DAYS = 1.0, 0.1
# Enough proposals for each task that may move; more improve a few re-planned days no further.
MOVES_PER_TASK = 2000
# Moves between two looks at the clock, at least.
FEWEST = 200
# A search starts hot afresh, up to eight times, for every so many moves a task that there is effort for.
MOVES_A_START = 60_000
# Moves a second to reckon with when a search is given seconds, until it has gone this share of its course: from there
# on its own speed counts, which differs threefold between machines.
USUAL_SPEED = 600_000
SPEED_KNOWN_BY = 0.01
# Where searches side by side compare plans.
MEETINGS = (0.55, 0.7, 0.85, 1.0)
# Between the seeds of searches side by side.
SEED_APART = 1_000_003
_ready = False


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a running search is: share of its time used, cost of the best plan so far, moves proposed."""

    share: float
    cost: float
    iterations: int


def make_ready() -> None:
    """Compiles the kernels or loads them from their cache; costs nothing the second time in a process."""
    global _ready
    if _ready:
        return
    problem = smallest_problem()
    board = set_up(problem)
    build(board)
    run(board, seconds=0.0, iterations=100)
    pricing.price_assignments(*board.core, board.OPTIONS, board.FIRST_OPTION)
    _ready = True


def is_compiled(problem: Problem | None = None) -> bool:
    """Whether an earlier run on this machine left behind what ``problem`` needs: good enough for a message."""
    if problem is not None and terms.has_terms(problem) and not whole_days.is_compiled():
        return False
    return any(
        Path(annealing.anneal.stats.cache_path).glob(  # type: ignore[attr-defined]
            "annealing.anneal-*.nbc"
        )
    )


def typical_hop(board: Board) -> float:
    """Weighted travel minutes from a task to one of its nearest neighbours, averaged; the unit of temperature."""
    n = len(board.slots)
    if n == 0:
        return 1.0
    near = board.NEAR[:n, :6]
    places = board.T["place"][:n]
    rows, columns = np.nonzero(near >= 0)
    if len(rows) == 0:
        return 1.0
    hops = board.D[0, places[rows], places[near[rows, columns]]]
    hops = hops[hops < 1e6]
    return max(1e-3, float(hops.mean()) if len(hops) else 1.0) * max(1e-6, float(board.S[0]["travel_weight"]))


def price_of_hop(board: Board) -> float:
    """typical_hop() for problems in which travel may be free but waiting or uneven days are not."""
    weights = board.problem.weights
    travel = max(1e-6, float(board.S[0]["travel_weight"]))
    return typical_hop(board) / travel * (travel if travel > 0.01 else max(weights.waiting, weights.imbalance, 0.01))


def build(board: Board, order: np.ndarray | None = None) -> None:
    """Places every visit not yet in the plan, in this order; else hardest to leave out and earliest first."""
    if order is None:
        V = board.V[: len(board.visits)]
        order = np.lexsort((np.minimum(V["due"], V["hard"]), -V["undone"])).astype(np.int64)
    insertion.place_all(*board.core, board.OPTIONS, board.FIRST_OPTION, order)
    board.S[0]["starts"] = board.S[0]["steps"] = 0


class Annealing:
    """A search under way on one board. Several may run side by side, each in a thread of its own.

    It starts hot, afresh several times where there is effort enough; then it warms the best plan so far a little
    and cools it again, several times. ``in_one_go``: starts hot once and only cools. With
    ``iterations`` the course depends on the seed alone; otherwise ``seconds`` of the calling thread's CPU are
    used, or fewer when ``moves_at_most`` proposals have been made before.

    ``laid``: links of what the plan held before it was built; each further start builds upon that in an order drawn
    from ``seed``, where there are few tasks.
    """

    def __init__(
        self,
        board: Board,
        *,
        seconds: float,
        iterations: int | None = None,
        moves_at_most: int | None = None,
        hot: float | None = None,
        cold: float = COLD,
        mix: np.ndarray = MOVE_MIX,
        in_one_go: bool = False,
        laid: np.ndarray | None = None,
        seed: int = 0,
    ) -> None:
        self.board = board
        self.laid = laid if len(board.slots) <= BUILT_AFRESH else None
        self.orders = np.random.default_rng(seed)
        self.mix = mix
        self.hop = typical_hop(board)
        self.movable = np.flatnonzero(board.T["fixed"][: len(board.slots)] == 0)
        self.best_links = board.following()
        self.best = board.total()
        moves = seconds * USUAL_SPEED if iterations is None else iterations
        hot = HOT * hotter(len(board.slots)) if hot is None else hot
        self.course = Course(hot, cold, starts_for(moves, MOVES_A_START, len(self.movable)), in_one_go)
        self.is_speed_known = iterations is not None
        self.counts = np.zeros((annealing.MOVES, 2), np.int64)
        self.pace = Pace(seconds=seconds, iterations=iterations, moves_at_most=moves_at_most, fewest=FEWEST)
        self.round = 0
        self.used = 0.0
        if iterations == 0 or not board.shifts or len(self.movable) == 0:
            self.pace.share = 1.0

    @property
    def done(self) -> int:
        """Moves tried so far."""
        return self.pace.done

    def upto(self, share: float, progress: Callable[[Progress], None] | None = None) -> None:
        """Goes on until this share of the whole search is done."""
        began = time.thread_time() - self.used
        while self.pace.share < share:
            turn, temperature = self.course.at(self.pace.share)
            if turn != self.round:
                if self.course.goes_on_from_best(turn):
                    self.board.restore(self.best_links)
                elif self.laid is not None:
                    self.board.restore(self.laid)
                    build(self.board, self.orders.permutation(len(self.board.visits)))
                self.round = turn
            before = time.thread_time()
            self._anneal(self.hop * temperature)
            now = time.thread_time()
            self.pace.went(took=now - before, used=now - began)
            if not self.is_speed_known and self.pace.share >= SPEED_KNOWN_BY:
                self.is_speed_known = True
                moves = self.done / self.pace.share
                self.course = replace(self.course, starts=starts_for(moves, MOVES_A_START, len(self.movable)))
            if progress is not None:
                progress(Progress(min(1.0, self.pace.share), self.best, self.done))
        self.used = time.thread_time() - began

    def _anneal(self, temperature: float) -> None:
        shares = self.mix.copy()
        if self.board.S[0]["undone"] > 0:
            shares[annealing.OPTIONAL] = OPTIONAL_SHARE
        self.best = annealing.anneal(
            *self.board.core, self.board.NEAR, self.board.OPTIONS, self.board.FIRST_OPTION, self.movable,
            self.best_links, np.cumsum(shares / shares.sum()), self.counts, self.best, temperature, self.pace.moves,
        )  # fmt: skip

    def take(self, other: Annealing) -> None:
        """Goes on from the best plan of another search of the same problem."""
        self.best, self.best_links = other.best, other.best_links.copy()
        self.board.restore(self.best_links)

    def finish(self) -> None:
        """Leaves the best plan found on the board."""
        self.board.restore(self.best_links)


def run(board: Board, *, progress: Callable[[Progress], None] | None = None, **course: Any) -> int:
    """Goes a whole course of ``Annealing``, leaves the best plan found on the board and returns the moves tried."""
    search = Annealing(board, **course)
    search.upto(1.0, progress)
    search.finish()
    return search.done


def hotter(tasks: int) -> float:
    """How many times hotter than large problems one of so many tasks starts."""
    return min(HOTTER_AT_MOST, max(1.0, HOTTER_AT_MOST * SMALL / max(1, tasks)))


def side_by_side(islands: list[Annealing], progress: Callable[[Progress], None] | None = None) -> Annealing:
    """Runs searches of one problem in a thread each; the worst goes on from the best now and then. Returns the best.

    They meet at set shares of their course, so that with ``iterations`` the result depends on the seeds alone.
    """
    if len(islands) == 1:
        islands[0].upto(1.0, progress)
    else:
        with ThreadPoolExecutor(len(islands)) as threads:
            for meeting in MEETINGS:
                told = [progress, *[None] * (len(islands) - 1)]
                list(threads.map(lambda island, tell, share=meeting: island.upto(share, tell), islands, told))
                ranked = sorted(islands, key=lambda island: island.best)
                if meeting < 1.0 and ranked[-1].best > ranked[0].best + TOLERANCE:
                    ranked[-1].take(ranked[0])
    best = min(islands, key=lambda island: island.best)
    best.finish()
    return best


def search_plan(
    problem: Problem,
    *,
    seconds: float,
    iterations: int | None,
    seed: int,
    start: Plan | None,
    frozen: Collection[str],
    progress: Callable[[Progress], None] | None,
    processes: int = 1,
    hot: float | None = None,
    cold: float = COLD,
) -> Plan:
    """A plan without its cost, which the checker's side computes.

    ``hot``, ``cold``: go only this part of the course, in one round.
    """
    if terms.has_terms(problem):
        whole_days.make_ready()
        began = time.thread_time()
        board = set_up(problem, seed=seed, start=start, frozen=frozen)
        days = terms.lay_terms(board)
        whole_days.build(board, days)
        left = max(0.0, seconds - (time.thread_time() - began))
        told = None if progress is None else lambda *news: progress(Progress(*news))
        done = whole_days.run(
            board, days, hop=price_of_hop(board), seconds=left, iterations=iterations, progress=told,
            hot=None if hot is None else whole_days.HOT * hot / HOT, cold=whole_days.COLD * cold / COLD,
        )  # fmt: skip
        assignments, undone, breaks = whole_days.read_whole_plan(board, days)
        spent = round(time.thread_time() - began, 3)
        return Plan(assignments, undone, None, done, spent, seed, breaks)
    make_ready()
    began = time.thread_time()
    boards = [set_up(problem, seed=seed + SEED_APART * k, start=start, frozen=frozen) for k in range(processes)]
    laid = boards[0].following()
    for board in boards:
        build(board)
    spent = time.thread_time() - began
    left = max(0.0, seconds - spent)
    islands = [
        Annealing(
            board,
            seconds=left,
            iterations=iterations,
            hot=hot,
            cold=cold,
            in_one_go=hot is not None,
            laid=laid,
            seed=seed + SEED_APART * k,
        )
        for k, board in enumerate(boards)
    ]
    best = side_by_side(islands, progress)
    leave_bundles_whole(best.board)
    assignments, undone = read_plan(best.board)
    return Plan(
        assignments,
        undone,
        iterations=sum(island.done for island in islands),
        evaluations=sum(int(board.S[0]["priced"]) for board in boards),
        cpu_seconds=round(spent + sum(island.used for island in islands), 3),
        seed=seed,
    )


def replan_search(
    problem: Problem,
    *,
    seconds: float,
    iterations: int | None,
    seed: int,
    start: Plan,
    frozen: Collection[str],
    now: float | None,
) -> Plan:
    """Places what ``start`` leaves out and improves the days that are not frozen, from a low temperature."""
    whole = terms.has_terms(problem)
    if whole:
        whole_days.make_ready()
    else:
        make_ready()
    began = time.thread_time()
    board = set_up(problem, seed=seed, start=start, frozen=frozen, now=now)
    at_most = MOVES_PER_TASK * int((board.T["fixed"][: len(board.slots)] == 0).sum())
    fewer = None if iterations is None else min(iterations, at_most)
    if whole:
        days = terms.lay_terms(board)
        whole_days.build(board, days)
        left = max(0.0, seconds - (time.thread_time() - began))
        done = whole_days.run(
            board,
            days,
            hop=price_of_hop(board),
            seconds=left,
            iterations=fewer,
            moves_at_most=at_most,
            hot=WARM_WHOLE_DAYS * whole_days.HOT,
        )
        assignments, undone, breaks = whole_days.read_whole_plan(board, days)
        spent = round(time.thread_time() - began, 3)
        return Plan(assignments, undone, None, done, spent, seed, breaks)
    build(board)
    left = max(0.0, seconds - (time.thread_time() - began))
    done = run(board, seconds=left, iterations=fewer, moves_at_most=at_most, hot=WARM, in_one_go=True)
    leave_bundles_whole(board)
    assignments, undone = read_plan(board)
    return Plan(assignments, undone, None, done, round(time.thread_time() - began, 3), seed)


def visits_lost(problem: Problem, plan: Plan, now: float | None) -> set[str]:
    """Visits of a plan that can no longer be where it has them, because of what has been recorded since."""
    make_ready()
    everybody = [worker.id for worker in problem.workers]
    board = set_up(problem, start=plan, frozen=everybody, now=now, neighbours=0)
    kept = {assignment.visit for assignment in read_plan(board)[0]}
    return {assignment.visit for assignment in plan.assignments} - kept


def priced_alternatives(problem: Problem, plan: Plan) -> dict[tuple[str, int], tuple[float, float, str | None]]:
    """(visit, slot) -> what it adds where it is, what it would add with the next best worker, and who that is."""
    make_ready()
    board = set_up(problem, start=plan, neighbours=0)
    priced = pricing.price_assignments(*board.core, board.OPTIONS, board.FIRST_OPTION)
    alternatives = {}
    for t, (v, slot) in enumerate(board.slots):
        here, other, route = priced[t]
        if board.T[t]["route"] >= 0:
            name = board.shifts[int(route)][0].id if route >= 0 else None
            alternatives[board.visits[v].id, slot] = (float(here), float(other), name)
    return alternatives
