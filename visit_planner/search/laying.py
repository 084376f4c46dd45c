"""Laying a given plan out on the board, as far as the problem and what has happened since still allow it."""

from __future__ import annotations

import math
from collections.abc import Collection

import numpy as np

from visit_planner.plan import Plan
from visit_planner.problem import Problem
from visit_planner.search.board import NEIGHBOURS, Board, clear, empty_board, pinned_start, stand_in_window
from visit_planner.search.records import TOLERANCE

# Each round takes at least one visit off a shift that cannot keep it, so this ends every real case.
_MOST_ROUNDS = 200


def set_up(
    problem: Problem,
    *,
    seed: int = 0,
    start: Plan | None = None,
    frozen: Collection[str] = (),
    now: float | None = None,
    neighbours: int = NEIGHBOURS,
) -> Board:
    """A board with recorded starts in place and ``start`` laid out as far as it is still possible.

    What no longer fits (a hard time missed because somebody runs late, say) is taken off its shift for the
    search to place anew. ``frozen`` workers keep what ``start`` gives them, at those times or, where what
    happened forbids it, as soon after as can be. What ``start`` has begun by ``now`` is taken
    to have gone as planned; nothing else starts before it.
    """
    board = empty_board(problem, seed=seed, frozen=frozen, neighbours=neighbours)
    position = {visit.id: v for v, visit in enumerate(board.visits)}
    for stop in start.assignments if start else ():
        if stop.visit in position:
            v = position[stop.visit]
            stand_in_window(board.V, board.window, v, board.visits[v], stop.starts)
    if now is not None:
        begun = {stop.visit for stop in (start.assignments if start else ()) if stop.starts <= now}
        for v, visit in enumerate(board.visits):
            if pinned_start(visit) is None and visit.id not in begun:
                board.V[v]["opens"] = max(board.V[v]["opens"], now)
    routes = _wanted(board, start, frozen, -math.inf if now is None else now)
    promised = [v for v in range(len(board.visits)) if _is_kept(board, v) and pinned_start(board.visits[v]) is None]
    hard = board.V["hard"].copy()
    board.V["hard"] = math.inf
    possible = _lay(board, routes)
    for _ in range(_MOST_ROUNDS):
        broken = _cannot_keep(board, routes, hard) if possible else [t for stops in routes.values() for t in stops]
        removable = [t for t in broken if pinned_start(board.visits[board.slots[t][0]]) is None]
        if not removable:
            break
        gone = {board.slots[t][0] for t in removable}
        # Whoever cannot keep their day takes part in mending it.
        freed = {r for r, stops in routes.items() if any(board.slots[t][0] in gone for t in stops)}
        for r in freed:
            board.R[r]["fixed"] = 0
            promised = [v for v in promised if not any(board.slots[t][0] == v for t in routes[r])]
            for t in routes[r]:
                board.T[t]["fixed"] = pinned_start(board.visits[board.slots[t][0]]) is not None
        for r, stops in routes.items():
            routes[r] = [t for t in stops if board.slots[t][0] not in gone]
        promised = [v for v in promised if v not in gone]
        possible = _lay(board, routes)
    board.V["hard"] = hard
    for v in promised:
        board.V[v]["opens"] = board.V[v]["hard"] = board.V[v]["start"]
    if not possible:
        clear(*board.core)
    return board


def _is_kept(board: Board, v: int) -> bool:
    first, count = int(board.V[v]["first"]), int(board.V[v]["count"])
    return bool((board.T["fixed"][first : first + count] == 1).any())


def _wanted(board: Board, start: Plan | None, frozen: Collection[str], earliest: float) -> dict[int, list[int]]:
    """route -> tasks in order of time: recorded starts first of all, then what ``start`` says and may still say."""
    V, T = board.V, board.T
    position = {visit.id: v for v, visit in enumerate(board.visits)}
    route_named = {(worker.id, shift.id): r for r, (worker, shift) in enumerate(board.shifts)}
    stops: dict[int, list[tuple[float, int, int]]] = {}
    chosen: set[int] = set()
    apart = _done_by_others(board.problem)
    visits_of: dict[str, set[str]] = {}
    for v, visit in enumerate(board.visits):
        for pin in visit.pinned:
            t = int(V[v]["first"]) + pin.slot
            routes = np.flatnonzero(np.isfinite(board.F[t, : len(board.shifts)]))
            if pin.starts is not None and len(routes) == 1:
                stops.setdefault(int(routes[0]), []).append((pin.starts, 0, t))
                visits_of.setdefault(pin.worker, set()).add(visit.id)
                chosen.add(t)
                T[t]["fixed"] = 1
    for assignment in start.assignments if start else ():
        v = position.get(assignment.visit, -1)
        r = route_named.get((assignment.worker, assignment.shift), -1)
        if v < 0 or r < 0 or not 0 <= assignment.slot < len(board.visits[v].slots):
            continue
        t = int(V[v]["first"]) + assignment.slot
        has_other = bool(apart.get(assignment.visit, set()) & visits_of.get(assignment.worker, set()))
        if t in chosen or has_other or not math.isfinite(board.F[t, r]):
            continue
        visits_of.setdefault(assignment.worker, set()).add(assignment.visit)
        stops.setdefault(r, []).append((assignment.starts, 1, t))
        chosen.add(t)
        if assignment.worker in frozen or assignment.starts <= earliest:
            T[t]["fixed"] = 1
            V[v]["opens"] = max(V[v]["opens"], assignment.starts)
    placed = np.zeros(len(board.visits), int)
    for t in chosen:
        placed[board.slots[t][0]] += 1
    return {
        r: [
            t
            for _, _, t in sorted(rows)
            if T[t]["fixed"] == 1 or placed[board.slots[t][0]] == len(board.visits[board.slots[t][0]].slots)
        ]
        for r, rows in stops.items()
    }


def _done_by_others(problem: Problem) -> dict[str, set[str]]:
    """Of each visit those that whoever does it may not do as well."""
    apart: dict[str, set[str]] = {}
    for gap in problem.gaps:
        if gap.different_workers:
            apart.setdefault(gap.first, set()).add(gap.second)
            apart.setdefault(gap.second, set()).add(gap.first)
    return apart


def _lay(board: Board, routes: dict[int, list[int]]) -> bool:
    following = np.full(len(board.T), -1, np.int64)
    for r, stops in routes.items():
        at = len(board.slots) + r
        for t in stops:
            following[at] = t
            at = t
    return board.restore(following)


def _cannot_keep(board: Board, routes: dict[int, list[int]], hard: np.ndarray) -> list[int]:
    """Of each shift that misses a hard time, its end or a cap on minutes: the task to take off it.

    That is the one that is late itself, or, where a recorded start or the end of the shift is what would be
    late, the last one before it that can go.
    """
    broken = []
    k, m = len(board.shifts), len(board.visits)
    for r, stops in routes.items():
        late = [t for t in stops if board.V[board.slots[t][0]]["start"] > hard[board.slots[t][0]] + TOLERANCE]
        end = m + k + r
        worker = board.W[board.R[r]["worker"]]
        if late:
            upto = stops.index(late[0]) + 1
        elif board.V[end]["start"] > hard[end] + TOLERANCE or worker["load"] > worker["limit"] + TOLERANCE:
            upto = len(stops)
        else:
            continue
        can_go = [t for t in stops[:upto] if pinned_start(board.visits[board.slots[t][0]]) is None]
        broken.extend(can_go[-1:])
    return broken


__all__ = ["set_up"]
