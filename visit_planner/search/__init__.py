"""The search: from a problem to a good plan. Kernels in kernels.py, insertion.py and annealing.py."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from visit_planner.plan import Plan
from visit_planner.problem import Problem
from visit_planner.search import annealing, insertion, pricing
from visit_planner.search.board import Board, read_plan
from visit_planner.search.laying import set_up
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
# Re-planning starts here: enough to rearrange a few days, too little to forget them.
WARM = 0.1
# Enough proposals for each task that may move; more improve a few re-planned days no further.
MOVES_PER_TASK = 2000
CHUNKS = 1500
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


def is_compiled() -> bool:
    """Whether an earlier run on this machine left compiled kernels behind: good enough for a message."""
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


def build(board: Board) -> None:
    """Places every visit not yet in the plan, hardest to leave out and earliest first."""
    V = board.V[: len(board.visits)]
    order = np.lexsort((np.minimum(V["due"], V["hard"]), -V["undone"])).astype(np.int64)
    insertion.place_all(*board.core, board.OPTIONS, board.FIRST_OPTION, order)
    board.S[0]["starts"] = board.S[0]["steps"] = 0


def run(
    board: Board,
    *,
    seconds: float,
    iterations: int | None = None,
    moves_at_most: int | None = None,
    hot: float | None = None,
    cold: float = COLD,
    mix: np.ndarray = MOVE_MIX,
    progress: Callable[[Progress], None] | None = None,
) -> int:
    """Anneals the board's plan and leaves the best plan found on it; returns the proposals made.

    With ``iterations`` the result depends on the seed alone; otherwise ``seconds`` of this thread's CPU are
    used, or fewer when ``moves_at_most`` proposals have been made before.
    """
    movable = np.flatnonzero(board.T["fixed"][: len(board.slots)] == 0)
    if iterations == 0 or not board.shifts or len(movable) == 0:
        return 0
    began = time.thread_time()
    hop = typical_hop(board)
    if hot is None:
        hot = HOT * min(HOTTER_AT_MOST, max(1.0, HOTTER_AT_MOST * SMALL / len(board.slots)))
    best_links = board.following()
    best = board.total()
    counts = np.zeros((annealing.MOVES, 2), np.int64)
    done = 0
    chunk = 1000 if iterations is None else max(1, iterations // CHUNKS)
    share = 0.0
    while share < 1.0:
        temperature = hop * hot * (cold / hot) ** share
        shares = mix.copy()
        if board.S[0]["undone"] > 0:
            shares[annealing.OPTIONAL] = OPTIONAL_SHARE
        before = time.thread_time()
        best = annealing.anneal(
            *board.core, board.NEAR, board.OPTIONS, board.FIRST_OPTION, movable, best_links,
            np.cumsum(shares / shares.sum()), counts, best, temperature, chunk,
        )  # fmt: skip
        done += chunk
        now = time.thread_time()
        if iterations is None:
            share = (now - began) / seconds if seconds > 0 else 1.0
            if moves_at_most is not None:
                share = max(share, done / moves_at_most)
            wanted = max(0.002, seconds / CHUNKS)
            chunk = int(min(max(chunk * wanted / max(now - before, 1e-5), chunk / 2, 200), chunk * 2))
        else:
            share = done / iterations
            chunk = min(chunk, max(1, iterations - done))
        if progress is not None:
            progress(Progress(min(1.0, share), best, done))
    board.restore(best_links)
    return done


def search_plan(
    problem: Problem,
    *,
    seconds: float,
    iterations: int | None,
    seed: int,
    start: Plan | None,
    frozen: Collection[str],
    progress: Callable[[Progress], None] | None,
    hot: float | None = None,
    cold: float = COLD,
) -> Plan:
    """A plan without its cost, which the checker's side computes. ``hot``, ``cold``: a part of the whole course."""
    make_ready()
    began = time.thread_time()
    board = set_up(problem, seed=seed, start=start, frozen=frozen)
    build(board)
    left = max(0.0, seconds - (time.thread_time() - began))
    done = run(board, seconds=left, iterations=iterations, hot=hot, cold=cold, progress=progress)
    assignments, undone = read_plan(board)
    return Plan(assignments, undone, None, done, round(time.thread_time() - began, 3), seed)


def replan_search(
    problem: Problem,
    *,
    seconds: float,
    seed: int,
    start: Plan,
    frozen: Collection[str],
    now: float | None,
) -> Plan:
    """Places what ``start`` leaves out and improves the days that are not frozen, from a low temperature."""
    make_ready()
    began = time.thread_time()
    board = set_up(problem, seed=seed, start=start, frozen=frozen, now=now)
    build(board)
    left = max(0.0, seconds - (time.thread_time() - began))
    at_most = MOVES_PER_TASK * int((board.T["fixed"][: len(board.slots)] == 0).sum())
    done = run(board, seconds=left, moves_at_most=at_most, hot=WARM)
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
