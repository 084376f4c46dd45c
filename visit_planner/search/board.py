"""A problem laid out as flat arrays, and the way back from arrays to a plan."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from visit_planner.plan import Assignment
from visit_planner.practice import first_moment, last_moment
from visit_planner.problem import Pin, Problem, Shift, Visit, Weights, Window, Worker
from visit_planner.search import insertion, kernels, practice, records
from visit_planner.search.kernels import allocating, compiled
from visit_planner.search.records import FORBIDDEN, MUST, NEVER, UNREACHABLE

# How many neighbours in place and time each task is tried beside.
NEIGHBOURS = 24
# Share of a minute of waiting, in minutes of travel, when judging who is near (Vidal et al. 2013 use 0.2).
WAITING_AS_TRAVEL = 0.2
# Weights of which 0 means never allowed already.
_NEVER_WHEN_FREE = frozenset({"unqualified", "refused"})


@dataclass
class Board:
    """The arrays of ``visit_planner.search.records`` for one problem, and the names behind the numbers.

    D: (modes, places, places) float64 minutes. F: (tasks, routes) float64 cost of a task on a route, inf not
    allowed. NEAR: (tasks, NEIGHBOURS) int32, -1 padded. OPTIONS[FIRST_OPTION[t]:FIRST_OPTION[t + 1]]: the
    routes that may take task t. window: which of its windows each visit stands in.
    """

    problem: Problem
    visits: list[Visit]
    slots: list[tuple[int, int]]  # task -> (visit number, slot number)
    shifts: list[tuple[Worker, Shift]]  # route -> whose shift
    T: np.ndarray
    V: np.ndarray
    R: np.ndarray
    W: np.ndarray
    G: np.ndarray
    D: np.ndarray
    F: np.ndarray
    L: np.ndarray
    S: np.ndarray
    Q: np.ndarray
    J: np.ndarray
    K: np.ndarray
    M: np.ndarray
    N: np.ndarray
    NEAR: np.ndarray
    OPTIONS: np.ndarray
    FIRST_OPTION: np.ndarray
    window: np.ndarray

    @property
    def core(self) -> tuple[np.ndarray, ...]:
        """The arguments that every moving kernel begins with."""
        first = (self.T, self.V, self.R, self.W, self.G, self.D, self.F)
        return (*first, self.L, self.S, self.Q, self.J, self.K, self.M, self.N)

    def total(self) -> float:
        state = self.S[0]
        return float(state["travel"] + state["late"] + state["worst_weight"] * state["worst"] + state["undone"])

    def restore(self, following: np.ndarray) -> bool:
        """Lays the routes as ``following`` (task -> next task) says and computes every start afresh."""
        return bool(lay(*self.core, np.ascontiguousarray(following, dtype=np.int64)))

    def following(self) -> np.ndarray:
        return self.T["nxt"].copy()


def empty_board(
    problem: Problem,
    *,
    seed: int = 0,
    frozen: Collection[str] = (),
    neighbours: int = NEIGHBOURS,
) -> Board:
    """Arrays for a problem with an empty plan. ``frozen`` workers are given nothing new."""
    visits, position = _in_chains(problem)
    slots = [(v, k) for v, visit in enumerate(visits) for k in range(len(visit.slots))]
    shifts = [(worker, shift) for worker in problem.workers for shift in worker.shifts]
    shifts_of: dict[str, list[int]] = {}
    for r, (worker, _) in enumerate(shifts):
        shifts_of.setdefault(worker.id, []).append(r)
    n, m, k = len(slots), len(visits), len(shifts)
    weights = prices(problem)
    modes = sorted(problem.travel)
    D = np.stack([np.asarray(problem.travel[mode], dtype=np.float64) for mode in modes])
    D[D < 0] = UNREACHABLE

    W = np.zeros(max(1, len(problem.workers)), records.WORKER)
    W["limit"] = [math.inf if w.max_minutes is None else w.max_minutes for w in problem.workers] or [math.inf]
    W["paid"] = [math.inf if w.paid_minutes is None else w.paid_minutes for w in problem.workers] or [math.inf]
    # Where nobody's paid minutes are given there is nothing to count, and moves may be priced without them.
    W["unpaid"] = weights.unpaid if any(w.paid_minutes is not None for w in problem.workers) else 0.0
    number_of = {worker.id: number for number, worker in enumerate(problem.workers)}
    R = np.zeros(max(1, k), records.ROUTE)
    for r, (worker, _) in enumerate(shifts):
        R[r]["worker"] = number_of[worker.id]
        R[r]["mode"] = modes.index(worker.mode)
        R[r]["fixed"] = worker.id in frozen

    V = np.zeros(m + 2 * k, records.VISIT)
    V["chain"] = np.arange(len(V))
    V["links"] = 1
    V["held"] = math.inf
    V["live"] = 1
    T = np.zeros(n + 2 * k, records.TASK)
    T["prv"] = T["nxt"] = T["route"] = -1
    first_task = 0
    for v, visit in enumerate(visits):
        _fill_visit(V[v], visit, first_task, weights.lateness, weights.undone)
        first_task += len(visit.slots)
    for t, (v, slot) in enumerate(slots):
        T[t]["visit"] = v
        T[t]["place"] = visits[v].place
        T[t]["minutes"] = visits[v].slots[slot].minutes
    G = _gaps(problem, position, V)
    for r, (worker, shift) in enumerate(shifts):
        for node, place in ((n + r, shift.start_place), (n + k + r, shift.end_place)):
            T[node]["place"], T[node]["route"] = place, r
        T[n + r]["visit"], T[n + k + r]["visit"] = m + r, m + k + r
        for v, node in ((m + r, n + r), (m + k + r, n + k + r)):
            V[v]["first"], V[v]["count"], V[v]["placed"] = node, 1, 1
        begin, end = V[m + r], V[m + k + r]
        begin["start"] = begin["opens"] = min(first_moment(worker, shift), shift.ends)
        begin["due"] = begin["hard"] = math.inf
        begin["live"] = 0
        end["opens"], end["start"] = NEVER, begin["start"]
        end["due"], end["late_weight"] = shift.ends, weights.overtime
        end["hard"] = last_moment(worker, shift)
        end["live"] = math.isfinite(min(end["due"], end["hard"]))

    practice.bound_starts(problem, visits, V)
    F = _fit(problem, visits, slots, shifts, shifts_of, V, m)
    practice.fit(problem, visits, slots, shifts, V, F)
    window = np.zeros(max(1, m), np.int64)
    for held in problem.held:
        stand_in_window(V, window, position[held.visit], visits[position[held.visit]], held.starts)
    _hold_times(problem, position, V)
    _bend_to_facts(visits, shifts_of, shifts, T, V, n, m, D, R)

    S = np.zeros(1, records.STATE)
    S["travel_weight"], S["worst_weight"] = weights.travel + weights.work, weights.worst_lateness
    S["tasks"], S["visits"], S["routes"] = n, m, k
    S["plain"] = not W["unpaid"].any() and not np.any(F[np.isfinite(F)])
    S["random"] = np.uint64(seed % 2**63) * np.uint64(2654435761) + np.uint64(1)
    options = [np.flatnonzero(np.isfinite(F[t, :k])) for t in range(n)]
    board = Board(
        problem=problem,
        visits=visits,
        slots=slots,
        shifts=shifts,
        T=T,
        V=V,
        R=R,
        W=W,
        G=G,
        D=D,
        F=F,
        L=np.zeros(max(1, m)),
        S=S,
        Q=np.zeros(len(V) + 2, np.int64),
        J=np.zeros(64 * (len(V) + 64), records.STARTED),
        K=np.zeros(4096 + 4 * len(T), records.STEP),
        M=np.zeros((insertion.SCRATCH_ROWS, insertion.SCRATCH_COLUMNS), np.int64),
        N=np.zeros((insertion.SCRATCH_ROWS, insertion.SCRATCH_COLUMNS)),
        NEAR=_near(V, T, D, F, n, neighbours, visits, window),
        OPTIONS=(np.concatenate(options) if options else np.zeros(0)).astype(np.int64),
        FIRST_OPTION=np.concatenate([[0], np.cumsum([len(o) for o in options])]).astype(np.int64),
        window=window,
    )
    clear(*board.core)
    return board


def prices(problem: Problem) -> Weights:
    """What the search reckons with: the problem's weights, but far dearer where something must never happen."""
    dearer = {name: max(getattr(problem.weights, name), FORBIDDEN) for name in problem.never - _NEVER_WHEN_FREE}
    return replace(problem.weights, **dearer)


def _in_chains(problem: Problem) -> tuple[list[Visit], dict[str, int]]:
    """Visits reordered so that those tied by gaps are neighbours; and where each one went."""
    root = {visit.id: visit.id for visit in problem.visits}

    def find(name: str) -> str:
        while root[name] != name:
            root[name] = root[root[name]]
            name = root[name]
        return name

    for gap in problem.gaps:
        root[find(gap.second)] = find(gap.first)
    seen: dict[str, int] = {}
    for visit in problem.visits:
        seen.setdefault(find(visit.id), len(seen))
    visits = sorted(problem.visits, key=lambda visit: seen[find(visit.id)])
    return visits, {visit.id: v for v, visit in enumerate(visits)}


def _fill_visit(row: np.void, visit: Visit, first_task: int, lateness: float, undone: float) -> None:
    row["start"] = NEVER
    lengths = [slot.minutes for slot in visit.slots]
    row["opens"], row["due"], row["hard"] = window_limits(visit, visit.window)
    row["late_weight"] = lateness * len(lengths)
    if visit.window.by_end and min(lengths) < max(lengths):
        # Those with less to do are late later.
        row["late_weight"] = lateness * lengths.count(max(lengths))
        row["held"] = row["due"] + max(lengths) - min(lengths)
        row["held_weight"] = lateness * lengths.count(min(lengths))
    row["undone"] = undone * visit.cost_if_undone + (MUST if visit.required else 0.0)
    row["first"], row["count"] = first_task, len(visit.slots)
    fact = pinned_start(visit)
    if fact is not None:
        row["opens"] = row["hard"] = fact


def window_limits(visit: Visit, window: Window) -> tuple[float, float, float]:
    """Earliest start, the start from which the longest slot is late, and the latest start allowed."""
    length = max(slot.minutes for slot in visit.slots) if window.by_end else 0.0
    due = window.closes - length
    return window.opens, due, due if window.hard else math.inf


def pinned_start(visit: Visit) -> float | None:
    """The start that a pin fixes, if one does."""
    return next((pin.starts for pin in visit.pinned if pin.starts is not None), None)


def _gaps(problem: Problem, position: dict[str, int], V: np.ndarray) -> np.ndarray:
    views: dict[int, list[tuple[int, int, float, float]]] = {}
    for gap in problem.gaps:
        first, second = position[gap.first], position[gap.second]
        back = -math.inf if gap.at_most is None else -gap.at_most
        views.setdefault(first, []).append((second, int(gap.different_workers), back, gap.at_least))
        views.setdefault(second, []).append((first, int(gap.different_workers), gap.at_least, back))
    rows: list[tuple[int, int, float, float]] = []
    for v in range(len(position)):
        V[v]["gap_from"] = len(rows)
        rows.extend(views.get(v, ()))
        V[v]["gap_to"] = len(rows)
    # Tied visits are neighbours in V: find the ends of each run.
    for v in range(len(position)):
        for other, *_ in views.get(v, ()):
            low = min(V[v]["chain"], V[other]["chain"])
            V[v]["chain"] = V[other]["chain"] = low
    changed = True
    while changed:
        changed = False
        for v in range(len(position)):
            for other, *_ in views.get(v, ()):
                low = min(V[v]["chain"], V[other]["chain"])
                if V[v]["chain"] != low or V[other]["chain"] != low:
                    V[v]["chain"] = V[other]["chain"] = low
                    changed = True
    m = len(position)
    heads, sizes = np.unique(V["chain"][:m], return_counts=True)
    size_of = dict(zip(heads.tolist(), sizes.tolist()))
    for v in range(m):
        V[v]["links"] = size_of[int(V[v]["chain"])]
    return np.array(rows, dtype=records.GAP) if rows else np.zeros(1, records.GAP)


def _fit(
    problem: Problem,
    visits: list[Visit],
    slots: list[tuple[int, int]],
    shifts: list[tuple[Worker, Shift]],
    shifts_of: dict[str, list[int]],
    V: np.ndarray,
    m: int,
) -> np.ndarray:
    """(tasks, routes) cost of a task on a route; inf where the worker, or the shift's hours, forbid it."""
    weights = prices(problem)
    F = np.full((max(1, len(slots)), max(1, len(shifts))), np.inf)
    if not slots or not shifts:
        return F
    earliest = np.array([first_moment(worker, shift) for worker, shift in shifts])
    latest = np.array([last_moment(worker, shift) for worker, shift in shifts])
    # Rest that reaches past the end of a shift leaves nothing of it, overtime included.
    rested = earliest <= np.minimum(latest, np.array([shift.ends for _, shift in shifts]))
    rate = np.array([worker.cost_per_hour / 60.0 * weights.pay for worker, _ in shifts])
    # Skills and sign-offs repeat over hundreds of slots: work each combination out once.
    able: dict[tuple[str, frozenset[str] | None], np.ndarray] = {}
    column_of = {worker_id: np.array(routes) for worker_id, routes in shifts_of.items()}
    everyone = np.array([worker.id for worker, _ in shifts], dtype=object)
    for t, (v, number) in enumerate(slots):
        visit, slot = visits[v], visits[v].slots[number]
        key = (slot.skill, slot.allowed)
        if key not in able:
            able[key] = np.array(
                [slot.skill in w.skills and (slot.allowed is None or w.id in slot.allowed) for w, _ in shifts]
            )
        row = np.where(able[key], rate * slot.minutes, np.inf)
        if weights.unqualified > 0:
            signed_off = np.isin(everyone, list(slot.allowed)) if slot.allowed is not None else True
            skilled = np.array([slot.skill in worker.skills for worker, _ in shifts])
            row = np.where(signed_off, rate * slot.minutes + np.where(skilled, 0.0, weights.unqualified), np.inf)
        row = row + weights.work * slot.minutes
        for refused in visit.refused:
            if refused in column_of:
                row[column_of[refused]] = row[column_of[refused]] + weights.refused if weights.refused > 0 else np.inf
        if visit.preferred:
            known = np.isin(everyone, list(visit.preferred))
            row = row + np.where(known, 0.0, weights.not_preferred)
        last_start = max([V[v]["hard"], *(window_limits(visit, other)[2] for other in visit.other_windows)])
        row[(V[v]["opens"] + slot.minutes > latest) | (last_start < earliest) | ~rested] = np.inf
        pin = next((pin for pin in visit.pinned if pin.slot == number), None)
        if pin is not None:
            row = _pinned_row(pin, visit, row, rate * slot.minutes, shifts_of, shifts, weights.not_preferred)
        elif visit.pinned:
            for other in visit.pinned:
                row[shifts_of.get(other.worker, [])] = np.inf
        F[t] = row
    tasks = {(visits[v].id, number): t for t, (v, number) in enumerate(slots)}
    for held in problem.held:
        others = np.ones(len(shifts), dtype=bool)
        others[shifts_of.get(held.worker, [])] = False
        F[tasks[held.visit, held.slot], others] += weights.moved
    return F


def _pinned_row(
    pin: Pin,
    visit: Visit,
    row: np.ndarray,
    pay: np.ndarray,
    shifts_of: dict[str, list[int]],
    shifts: list[tuple[Worker, Shift]],
    not_preferred: float,
) -> np.ndarray:
    only = np.full_like(row, np.inf)
    mine = shifts_of.get(pin.worker, [])
    if pin.starts is None:
        only[mine] = row[mine]
    elif mine:
        # A fact is held against nobody.
        nearest = _shift_of_fact(pin.starts, mine, shifts)
        outside = bool(visit.preferred) and pin.worker not in visit.preferred
        only[nearest] = pay[nearest] + (not_preferred if outside else 0.0)
    return only


def _hold_times(problem: Problem, position: dict[str, int], V: np.ndarray) -> None:
    """A held visit never starts earlier than the person was told, and pays for starting later."""
    for held in problem.held:
        row = V[position[held.visit]]
        if row["opens"] == row["hard"]:
            continue
        row["held"] = held.starts
        row["held_weight"] = problem.weights.moved_minutes
        row["opens"] = max(row["opens"], held.starts)
        # A promise outside the hard time is kept as near as the window lets it.
        row["opens"] = min(row["opens"], row["hard"])


def _bend_to_facts(
    visits: list[Visit],
    shifts_of: dict[str, list[int]],
    shifts: list[tuple[Worker, Shift]],
    T: np.ndarray,
    V: np.ndarray,
    n: int,
    m: int,
    D: np.ndarray,
    R: np.ndarray,
) -> None:
    """Makes recorded starts possible where travel times or shift hours say they were not.

    What happened, happened: between two recorded starts of one worker neither travel nor length counts,
    and somebody seen at work before the shift was at work.
    """
    facts: dict[int, list[tuple[float, int]]] = {}
    for v, visit in enumerate(visits):
        for pin in visit.pinned:
            if pin.starts is not None and (mine := shifts_of.get(pin.worker)):
                r = _shift_of_fact(pin.starts, mine, shifts)
                facts.setdefault(r, []).append((pin.starts, int(V[v]["first"]) + pin.slot))
    k = len(R)
    for r, stops in facts.items():
        stops.sort()
        mode = R[r]["mode"]
        for (at, t), (then, following) in pairwise(stops):
            spare = then - at - D[mode, T[t]["place"], T[following]["place"]]
            T[t]["minutes"] = min(T[t]["minutes"], spare)
        begins = min(at - D[mode, T[n + r]["place"], T[t]["place"]] for at, t in stops)
        if V[m + r]["start"] > begins:
            V[m + r]["start"] = V[m + r]["opens"] = begins
        ends = max(at + T[t]["minutes"] + D[mode, T[t]["place"], T[n + k + r]["place"]] for at, t in stops)
        V[m + k + r]["hard"] = max(V[m + k + r]["hard"], ends)


def _shift_of_fact(at: float, mine: list[int], shifts: list[tuple[Worker, Shift]]) -> int:
    """The shift that what happened fell in, or the nearest one."""
    return min(mine, key=lambda r: max(shifts[r][1].starts - at, at - shifts[r][1].ends, 0.0))


def _near(
    V: np.ndarray,
    T: np.ndarray,
    D: np.ndarray,
    F: np.ndarray,
    n: int,
    neighbours: int,
    visits: list[Visit],
    window: np.ndarray,
) -> np.ndarray:
    if n < 2 or neighbours == 0:
        return np.full((max(1, n), 1), -1, np.int64)
    able = np.isfinite(F[:n]).astype(np.float32)
    together = (able @ able.T) > 0
    if any(visit.other_windows for visit in visits):
        return nearest_in_windows(
            V, T, D, together, min(neighbours, n - 1), WAITING_AS_TRAVEL, *window_table(V, visits, window)
        )
    return nearest(V, T, D, together, min(neighbours, n - 1), WAITING_AS_TRAVEL)


def stand_in_window(V: np.ndarray, window: np.ndarray, v: int, visit: Visit, starts: float) -> None:
    """Moves a visit to the last of its windows that has opened by this start."""
    windows = (visit.window, *visit.other_windows)
    if len(windows) == 1 or pinned_start(visit) is not None:
        return
    k = max([0, *(k for k, one in enumerate(windows) if one.opens <= starts)])
    for name, was, now in zip(
        ("opens", "due", "hard"), window_limits(visit, windows[window[v]]), window_limits(visit, windows[k])
    ):
        if V[v][name] == was:
            V[v][name] = now
        elif name == "due" and math.isfinite(V[v]["held"]):
            V[v]["held"] += now - was
    window[v] = k


def window_table(V: np.ndarray, visits: list[Visit], window: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(visits, windows, 4) earliest start, late from, latest start, late from with less to do; and how many each has.

    The window a visit stands in is as the board has it; what else bounds that one (now, a promise, company) bounds
    the others too. A visit whose start is fixed has no choice: every row is as the board has it.
    """
    most = max([1, *(1 + len(visit.other_windows) for visit in visits)])
    table = np.zeros((max(1, len(visits)), most, 4))
    counts = np.ones(max(1, len(visits)), np.int64)
    for v, visit in enumerate(visits):
        row = V[v]
        table[v, :] = (row["opens"], row["due"], row["hard"], row["held"])
        if not visit.other_windows or pinned_start(visit) is not None or row["opens"] == row["hard"]:
            continue
        windows = (visit.window, *visit.other_windows)
        counts[v] = len(windows)
        stands = window_limits(visit, windows[window[v]])
        for k, one in enumerate(windows):
            if k == window[v]:
                continue
            opens, due, hard = window_limits(visit, one)
            opens = max(opens, row["opens"]) if row["opens"] > stands[0] else opens
            hard = min(hard, row["hard"]) if row["hard"] < stands[2] else hard
            held = row["held"] + (due - row["due"]) if one.by_end and math.isfinite(row["held"]) else row["held"]
            table[v, k] = (opens, due, hard, held)
    return table, counts


@allocating
def nearest_in_windows(V, T, D, together, count, waiting, WIN, WINS):
    """nearest() with the best of every pair of windows."""
    n = len(together)
    near = np.full((n, count), -1, np.int64)
    cost = np.empty(n)
    for t in range(n):
        a = T[t].visit
        for u in range(n):
            cost[u] = np.inf
            b = T[u].visit
            if a == b or not together[t, u]:
                continue
            best = np.inf
            for turn in range(2):
                x, y = (t, u) if turn == 0 else (u, t)
                vx, vy = T[x].visit, T[y].visit
                way = D[0, T[x].place, T[y].place]
                for i in range(WINS[vx]):
                    for j in range(WINS[vy]):
                        leaves = T[x].minutes + way
                        wait = max(0.0, WIN[vy, j, 0] - min(WIN[vx, i, 1], WIN[vx, i, 2]) - leaves)
                        late = max(0.0, WIN[vx, i, 0] + leaves - min(WIN[vy, j, 1], WIN[vy, j, 2]))
                        best = min(best, way + waiting * wait + late)
            cost[u] = best
        order = np.argsort(cost)
        for k in range(count):
            if cost[order[k]] < np.inf:
                near[t, k] = order[k]
    return near


@allocating
def nearest(V, T, D, together, count, waiting):
    """For each task the ``count`` tasks that follow or lead to it at least cost of travel, waiting and delay."""
    n = len(together)
    near = np.full((n, count), -1, np.int64)
    cost = np.empty(n)
    for t in range(n):
        a = T[t].visit
        for u in range(n):
            cost[u] = np.inf
            b = T[u].visit
            if a == b or not together[t, u]:
                continue
            best = np.inf
            for turn in range(2):
                x, y = (t, u) if turn == 0 else (u, t)
                vx, vy = T[x].visit, T[y].visit
                way = T[x].minutes + D[0, T[x].place, T[y].place]
                close_x = min(V[vx].due, V[vx].hard)
                close_y = min(V[vy].due, V[vy].hard)
                wait = max(0.0, V[vy].opens - close_x - way)
                late = max(0.0, V[vx].opens + way - close_y)
                best = min(best, way - T[x].minutes + waiting * wait + late)
            cost[u] = best
        order = np.argsort(cost)
        for k in range(count):
            if cost[order[k]] < np.inf:
                near[t, k] = order[k]
    return near


@compiled
def clear(T, V, R, W, G, D, F, L, S, Q, J, K, M, N):
    """Empties every route; only sentinels stay."""
    n, k = S[0].tasks, S[0].routes
    for t in range(n):
        T[t].prv = -1
        T[t].nxt = -1
        T[t].route = -1
    for r in range(k):
        T[n + r].prv = -1
        T[n + r].nxt = n + k + r
        T[n + r].reach = 0.0
        T[n + k + r].prv = n + r
        T[n + k + r].nxt = -1
        T[n + k + r].reach = 0.0
        R[r].size = 0
        end = T[n + k + r].visit
        V[end].start = V[T[n + r].visit].start
    for w in range(len(W)):
        W[w].load = 0.0
    S[0].undone = 0.0
    for v in range(len(V)):
        V[
            v
        ].queued = 0  # ends of shifts too: what a plan that could not be settled left in the queue is never asked again
    for v in range(S[0].visits):
        V[v].placed = 0
        V[v].start = NEVER
        L[v] = 0.0
        S[0].undone += V[v].undone
    S[0].travel = 0.0
    S[0].late = 0.0
    S[0].worst = 0.0
    S[0].dirty = 0
    S[0].head = S[0].tail = 0
    S[0].starts = S[0].steps = 0
    for r in range(k):
        end = T[n + k + r].visit
        S[0].late += kernels.late_cost(V, end, V[end].start)


@compiled
def lay(T, V, R, W, G, D, F, L, S, Q, J, K, M, N, following):
    """Lays routes from ``following`` (task -> next) and computes starts from nothing; False when impossible."""
    n, k = S[0].tasks, S[0].routes
    clear(T, V, R, W, G, D, F, L, S, Q, J, K, M, N)
    for r in range(k):
        a = n + r
        t = following[a]
        while 0 <= t < n:
            kernels.link(T, V, R, W, D, F, S, Q, K, t, a)
            S[0].steps = 0
            a = t
            t = following[a]
    # Settling in one go from "never" is a rise only: journals are emptied as they fill.
    done = settle_from_nothing(T, V, G, L, S, Q, J)
    S[0].starts = 0
    S[0].steps = 0
    kernels.refresh_worst(L, S)
    return done


@compiled
def settle_from_nothing(T, V, G, L, S, Q, J):
    """settle() over the whole plan: repeated, because one call gives up after a bounded number of changes."""
    for v in range(len(V)):
        kernels.push(V, S, Q, v)
    for _ in range(60):
        S[0].starts = 0
        if kernels.settle(T, V, G, L, S, Q, J, np.inf):
            return True
        for v in range(len(V)):
            kernels.push(V, S, Q, v)
    return False


def leave_bundles_whole(board: Board) -> None:
    """Takes out what was placed of bundles that are not wholly placed, unless it is fixed."""
    T, V = board.T, board.V
    number_of = {visit.id: v for v, visit in enumerate(board.visits)}
    out: set[int] = set()
    for bundle in board.problem.bundles:
        members = [number_of[name] for name in bundle]
        tasks = [int(V[v]["first"]) + k for v in members for k in range(int(V[v]["count"]))]
        if min(T[t]["route"] for t in tasks) < 0 <= max(T[t]["route"] for t in tasks) and not T["fixed"][tasks].any():
            out.update(tasks)
    if out:
        following = board.following()
        for r in range(len(board.shifts)):
            at = len(board.slots) + r
            t = int(T[at]["nxt"])
            while t < len(board.slots):
                if t not in out:
                    following[at] = t
                    at = t
                t = int(T[t]["nxt"])
            following[at] = t
        board.restore(following)


def read_plan(board: Board) -> tuple[tuple[Assignment, ...], tuple[str, ...]]:
    """Assignments in order of worker and time, and the ids of visits not (wholly) planned."""
    n = len(board.slots)
    T, V = board.T, board.V
    assignments = []
    partial = {v for v, visit in enumerate(board.visits) if V[v]["placed"] != len(visit.slots)}
    for r, (worker, shift) in enumerate(board.shifts):
        at = n + r
        t = int(T[at]["nxt"])
        while t < n:
            v, slot = board.slots[t]
            following = int(T[t]["nxt"])
            if v not in partial:
                before_start = float(V[T[at]["visit"]]["start"])
                travel = float(board.D[board.R[r]["mode"], T[at]["place"], T[t]["place"]])
                starts = float(V[v]["start"])
                leaves = before_start + (
                    0.0 if at >= n else board.visits[board.slots[at][0]].slots[board.slots[at][1]].minutes
                )
                minutes = board.visits[v].slots[slot].minutes
                waits = max(0.0, starts - leaves - travel)
                assignments.append(
                    Assignment(board.visits[v].id, slot, worker.id, shift.id, starts, starts + minutes, travel, waits)
                )
                at = t
            t = following
    undone = {board.visits[v].id for v in partial}
    return tuple(assignments), tuple(visit.id for visit in board.problem.visits if visit.id in undone)


__all__ = [
    "Board", "clear", "empty_board", "leave_bundles_whole", "pinned_start", "prices", "read_plan", "stand_in_window",
    "window_table",
]  # fmt: skip
