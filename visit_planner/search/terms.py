"""Terms of a plan's cost that belong to whole days: breaks, waiting, idle time, fairness; and a choice of windows.

The starts themselves come from kernels.settle(). Here each shift keeps a summary, made anew for every shift that
a move or its delays touch. A break is no task: it lengthens the way to the task after it (``reach``) and keeps
that task from starting before the break can be over (its visit's ``opens``).

Besides the names of kernels.py: B days (records.DAY) · Z totals (records.TERMS) · E earliest start a break
imposes on a task · C the window chosen for each visit · WIN, WINS the windows of each visit · IDLE idle minutes of
each worker · XR shifts whose break was lifted · XT shifts summed up anew · XV visits whose window changed, and
which they had · UNITS visits that are planned all or none, padded with -1 · UNIT the unit of each visit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from visit_planner.plan import BreakTaken
from visit_planner.problem import Problem
from visit_planner.search import kernels, records
from visit_planner.search.board import Board, prices, window_table
from visit_planner.search.kernels import compiled, drain, late_cost, live_cost, push, refresh_worst, settle
from visit_planner.search.records import MUST, NEVER, TOLERANCE

# Weights that only this module knows how to price.
DAY_WEIGHTS = ("waiting", "longest_wait", "worst_idle", "imbalance")


def has_terms(problem: Problem) -> bool:
    """Whether a problem has anything that the plain search leaves aside.

    The plain search too prices visits that must be done and what must never happen, as far as it counts it. A
    bundle of visits that must all be done is whole in every plan without faults.
    """
    required = {visit.id for visit in problem.visits if visit.required}
    return (
        any(getattr(problem.weights, name) > 0 or name in problem.never for name in DAY_WEIGHTS)
        or any(not required.issuperset(bundle) for bundle in problem.bundles)
        or any(visit.other_windows for visit in problem.visits)
        or any(shift.rest is not None for worker in problem.workers for shift in worker.shifts)
    )


@dataclass
class Terms:
    """The arrays named at the top of this module, for one board."""

    B: np.ndarray
    Z: np.ndarray
    E: np.ndarray
    C: np.ndarray
    WIN: np.ndarray
    WINS: np.ndarray
    IDLE: np.ndarray
    XR: np.ndarray
    XT: np.ndarray
    XV: np.ndarray
    UNITS: np.ndarray
    UNIT: np.ndarray

    @property
    def core_of_search(self) -> tuple[np.ndarray, ...]:
        """The arguments that the moves of whole_days.py take after those of the board."""
        first = (self.B, self.Z, self.E, self.C, self.WIN, self.WINS, self.IDLE, self.XR, self.XT, self.XV)
        return (*first, self.UNITS, self.UNIT)


def lay_terms(board: Board) -> Terms:
    """The terms of a board's problem, nothing of them computed yet."""
    problem = board.problem
    weights = prices(problem)
    m, k = len(board.visits), len(board.shifts)
    Z = np.zeros(1, records.TERMS)
    Z["waiting_weight"], Z["longest_weight"] = weights.waiting, weights.longest_wait
    Z["idle_weight"], Z["imbalance_weight"] = weights.worst_idle, weights.imbalance
    Z["workers"] = len(problem.workers)
    B = np.zeros(max(1, k), records.DAY)
    for r, (_, shift) in enumerate(board.shifts):
        row = B[r]
        row["starts"], row["ends"] = shift.starts, shift.ends
        row["after"], row["at_start"], row["worker"] = -1, shift.leaves_at_start, board.R[r]["worker"]
        if shift.rest is not None:
            row["rest"], row["earliest"], row["latest"] = shift.rest.minutes, shift.rest.earliest, shift.rest.latest
            row["price"] = MUST if shift.rest.required else weights.missed_breaks
    WIN, WINS = window_table(board.V, board.visits, board.window)
    units = _units(board)
    UNITS = np.full((max(1, len(units)), max([1, *map(len, units)])), -1, np.int64)
    UNIT = np.zeros(max(1, m), np.int64)
    for u, members in enumerate(units):
        UNITS[u, : len(members)] = members
        UNIT[members] = u
    return Terms(
        B=B,
        Z=Z,
        E=np.full(len(board.T), NEVER),
        C=np.where(WINS > 1, board.window, 0),
        WIN=WIN,
        WINS=WINS,
        IDLE=np.zeros(len(board.W)),
        XR=np.zeros(max(1, k), np.int64),
        XT=np.zeros(max(1, k), np.int64),
        XV=np.zeros((4 * max(1, m) + 64, 2), np.int64),
        UNITS=UNITS,
        UNIT=UNIT,
    )


def _units(board: Board) -> list[list[int]]:
    position = {visit.id: v for v, visit in enumerate(board.visits)}
    bundled = {position[name]: [position[n] for n in bundle] for bundle in board.problem.bundles for name in bundle}
    units: list[list[int]] = []
    seen: set[int] = set()
    for v in range(len(board.visits)):
        if v not in seen:
            units.append(bundled.get(v, [v]))
            seen.update(units[-1])
    return units


@compiled
def total(S, Z):
    """The whole cost of the plan as it stands."""
    return (
        live_cost(S)
        + S[0].undone
        + Z[0].missed
        + Z[0].waiting_weight * Z[0].waiting
        + Z[0].longest_weight * Z[0].longest
        + Z[0].idle_weight * Z[0].worst
        + Z[0].imbalance_weight * Z[0].imbalance
    )


@compiled
def begin_move(S, Z):
    """Empties the journals and remembers the totals."""
    S[0].starts = 0
    S[0].steps = 0
    z = Z[0]
    z.lifted = 0
    z.seen = 0
    z.chosen = 0
    z.old_waiting = z.waiting
    z.old_longest = z.longest
    z.old_worst = z.worst
    z.old_imbalance = z.imbalance
    z.old_missed = z.missed


@compiled
def hold_open(T, V, E, C, WIN, v, m):
    """Sets when a visit may start: its window, and the breaks before its tasks."""
    opens = WIN[v, C[v], 0] if v < m else NEVER
    first = V[v].first
    for t in range(first, first + V[v].count):
        if E[t] > opens:
            opens = E[t]
    V[v].opens = opens


@compiled
def lift_break(T, V, R, S, Q, B, E, C, WIN, r):
    """Takes the break of a shift out of its day."""
    a = B[r].after
    B[r].after = -1
    if a >= 0 and R[r].size > 0:
        b = T[a].nxt
        T[b].reach -= B[r].rest
        E[b] = NEVER
        hold_open(T, V, E, C, WIN, T[b].visit, S[0].visits)
        push(V, S, Q, T[b].visit)


@compiled
def put_break(T, V, R, S, Q, B, E, C, WIN, r, a):
    """Puts the break of a shift after task a, at the next task's place if there is one, or at a's."""
    B[r].after = a
    if a >= 0 and R[r].size > 0:
        b = T[a].nxt
        E[b] = B[r].earliest + B[r].rest
        if T[b].nxt < 0:
            E[b] += T[b].reach - T[a].minutes
        T[b].reach += B[r].rest
        hold_open(T, V, E, C, WIN, T[b].visit, S[0].visits)
        push(V, S, Q, T[b].visit)


@compiled
def touch(T, V, R, S, Q, B, Z, E, C, WIN, XR, r):
    """Before anything on a shift changes: its break is lifted and remembered."""
    if B[r].broken == 0:
        B[r].broken = 1
        B[r].old_after = B[r].after
        XR[Z[0].lifted] = r
        Z[0].lifted += 1
        if B[r].after >= 0:
            lift_break(T, V, R, S, Q, B, E, C, WIN, r)


@compiled
def take_window(V, C, WIN, v, k):
    C[v] = k
    V[v].due = WIN[v, k, 1]
    V[v].hard = WIN[v, k, 2]
    V[v].held = WIN[v, k, 3]


@compiled
def choose_window(T, V, L, S, Q, Z, E, C, WIN, XV, v, k):
    """Gives a visit its k-th window, with journal, cost and queue."""
    if C[v] == k:
        return
    XV[Z[0].chosen, 0] = v
    XV[Z[0].chosen, 1] = C[v]
    Z[0].chosen += 1
    S[0].late -= late_cost(V, v, V[v].start)
    take_window(V, C, WIN, v, k)
    hold_open(T, V, E, C, WIN, v, S[0].visits)
    S[0].late += late_cost(V, v, V[v].start)
    if S[0].worst_weight > 0.0:
        after = max(0.0, V[v].start - V[v].due)
        if after > S[0].worst:
            S[0].worst = after
        elif L[v] == S[0].worst and after < L[v]:
            S[0].dirty = 1
        L[v] = after
    push(V, S, Q, v)


@compiled
def break_begins(T, V, S, B, r):
    """When the break of a day with visits begins, and whether it is taken before travelling on (at a's place)."""
    a = B[r].after
    b = T[a].nxt
    done = V[T[a].visit].start + T[a].minutes
    way = T[b].reach - T[a].minutes - B[r].rest
    if T[b].nxt < 0:
        return max(done, B[r].earliest), True
    begins = max(done + way, B[r].earliest)
    if begins > B[r].latest + TOLERANCE and a < S[0].tasks and done >= B[r].earliest:
        return done, True
    return begins, False


@compiled
def latest_harmless(T, V, B, r, x, y, start_y):
    """How late task x may start before y starts at start_y, with no more lateness and the break still in time."""
    v = T[x].visit
    start = V[v].start
    last = min(max(start, min(V[v].due, V[v].held)), V[v].hard)
    if B[r].after == x:
        last = min(last, max(start, B[r].latest - (T[y].reach - B[r].rest)))
    return max(start, min(last, start_y - T[y].reach))


@compiled
def may_slip(T, V, x):
    """Whether a task may start later without moving anybody else: one worker, no gaps, not fixed."""
    v = T[x].visit
    return V[v].count == 1 and V[v].links == 1 and T[x].fixed == 0


@compiled
def summarise(T, V, R, S, B, Z, r):
    """Waiting, longest wait, idle time and missed break of one shift.

    Visits before the first one that somebody else depends on start as late as does no harm, because waiting
    before leaving is free.
    """
    first = S[0].tasks + r
    end = first + S[0].routes
    B[r].missed = B[r].price if B[r].rest > 0.0 and B[r].after < 0 else 0.0
    if R[r].size == 0:
        B[r].wait = 0.0
        B[r].longest = 0.0
        idle = B[r].ends - B[r].starts
        if B[r].after >= 0:
            idle -= B[r].rest
        B[r].idle = idle if idle < np.inf else 0.0
        return
    wait, longest, idle = 0.0, 0.0, 0.0
    slipping = Z[0].waiting_weight > 0.0 and B[r].at_start == 0
    a = first
    while a != end:
        x = T[a].nxt
        gap = V[T[x].visit].start - V[T[a].visit].start - T[x].reach
        idle += gap
        if a == first:
            if B[r].at_start == 1:
                if B[r].after == a:
                    gap = max(0.0, B[r].earliest - V[T[a].visit].start - (T[x].reach - B[r].rest))
                wait += gap
                longest = max(longest, gap)
        elif not slipping:
            wait += gap
            if B[r].after == a and Z[0].longest_weight > 0.0:
                begins, here = break_begins(T, V, S, B, r)
                done = V[T[a].visit].start + T[a].minutes
                before = begins - done if here else begins - done - (T[x].reach - T[a].minutes - B[r].rest)
                longest = max(longest, max(before, gap - before))
            else:
                longest = max(longest, gap)
        if slipping and x != end and (not may_slip(T, V, x) or T[x].nxt == end):
            slipping = False
            y = x
            start_y = V[T[y].visit].start
            while T[y].prv != first:
                p = T[y].prv
                start = latest_harmless(T, V, B, r, p, y, start_y)
                gap = start_y - start - T[y].reach
                wait += gap
                longest = max(longest, gap)
                start_y = start
                y = p
        a = x
    B[r].wait = wait
    B[r].longest = longest
    if B[r].ends < np.inf:
        B[r].idle = idle + max(0.0, B[r].ends - V[T[end].visit].start)
    else:
        B[r].idle = 0.0


@compiled
def renew(T, V, R, S, B, Z, IDLE, XT, r):
    """Sums a shift up anew, with journal and totals."""
    if B[r].seen == 0:
        B[r].seen = 1
        XT[Z[0].seen] = r
        Z[0].seen += 1
        B[r].old_wait = B[r].wait
        B[r].old_longest = B[r].longest
        B[r].old_idle = B[r].idle
        B[r].old_missed = B[r].missed
    wait, idle, missed = B[r].wait, B[r].idle, B[r].missed
    summarise(T, V, R, S, B, Z, r)
    Z[0].waiting += B[r].wait - wait
    Z[0].missed += B[r].missed - missed
    IDLE[B[r].worker] += B[r].idle - idle


@compiled
def imbalance_of(W, count):
    """Minutes that loads are from their mean, each rounded up."""
    mean = 0.0
    for w in range(count):
        mean += W[w].load
    mean /= max(1, count)
    uneven = 0.0
    for w in range(count):
        uneven += np.ceil(abs(W[w].load - mean) - 1e-6)
    return uneven


@compiled
def compare_workers(W, S, B, Z, IDLE):
    """Totals that compare workers or shifts with each other."""
    count = Z[0].workers
    if Z[0].idle_weight > 0.0:
        worst = 0.0
        for w in range(count):
            if IDLE[w] > worst:
                worst = IDLE[w]
        Z[0].worst = worst
    if Z[0].imbalance_weight > 0.0:
        Z[0].imbalance = imbalance_of(W, count)
    if Z[0].longest_weight > 0.0:
        longest = 0.0
        for r in range(S[0].routes):
            longest = max(longest, B[r].longest)
        Z[0].longest = longest


@compiled
def waiting_with(T, V, R, S, B, Z, r, a):
    """Waiting on a shift with its break after task a (-1: without) where that delays nothing."""
    wait, longest, idle, missed = B[r].wait, B[r].longest, B[r].idle, B[r].missed
    if a >= 0:
        T[T[a].nxt].reach += B[r].rest
    B[r].after = a
    summarise(T, V, R, S, B, Z, r)
    found = B[r].wait
    B[r].after = -1
    if a >= 0:
        T[T[a].nxt].reach -= B[r].rest
    B[r].wait, B[r].longest, B[r].idle, B[r].missed = wait, longest, idle, missed
    return found


@compiled
def choose_break(T, V, R, S, B, Z, r):
    """The task after which the break of a shift costs least, looking at this shift alone; -1: better missed."""
    first = S[0].tasks + r
    end = first + S[0].routes
    rest, earliest, latest = B[r].rest, B[r].earliest, B[r].latest
    if R[r].size == 0:
        begins = max(B[r].starts, earliest)
        return first if begins <= latest + TOLERANCE and begins + rest <= B[r].ends + TOLERANCE else -1
    best = B[r].price
    best_after = -1
    without = waiting_with(T, V, R, S, B, Z, r, -1) if Z[0].waiting_weight > 0.0 else 0.0
    a = first
    while a != end:
        b = T[a].nxt
        done = V[T[a].visit].start + T[a].minutes
        if done > latest + TOLERANCE:
            break
        way = T[b].reach - T[a].minutes
        begins = max(done if b == end else done + way, earliest)
        possible = True
        ready = begins + rest
        if b == end:
            ready += way
        elif begins > latest + TOLERANCE:
            possible = a != first and done >= earliest
            ready = done + way + rest
        if begins > latest + TOLERANCE and b == end:
            possible = False
        if possible:
            cost = 0.0
            x = b
            delay = ready - V[T[b].visit].start
            in_passing = delay <= 0.0
            at_first = max(0.0, delay)
            while delay > 0.0:
                w = T[x].visit
                start = V[w].start
                if start + delay > V[w].hard + TOLERANCE:
                    cost = np.inf
                    break
                cost += late_cost(V, w, start + delay) - late_cost(V, w, start)
                if x == end:
                    break
                n = T[x].nxt
                delay = start + delay + T[n].reach - V[T[n].visit].start
                x = n
            if Z[0].waiting_weight > 0.0:
                if in_passing:
                    cost += Z[0].waiting_weight * (waiting_with(T, V, R, S, B, Z, r, a) - without)
                else:
                    pushed = max(0.0, delay)
                    saved = rest - pushed
                    if a == first and B[r].at_start == 0:
                        saved = at_first - pushed
                    cost -= Z[0].waiting_weight * min(saved, without)
            if cost < best:
                best = cost
                best_after = a
        a = b
    return best_after


@compiled
def break_is_late(T, V, R, S, B, r):
    if B[r].after < 0 or R[r].size == 0:
        return False
    begins, _ = break_begins(T, V, S, B, r)
    return begins > B[r].latest + TOLERANCE


@compiled
def renew_touched(T, V, R, S, J, B, Z, IDLE, XR, XT):
    """Sums up every shift that was changed or whose starts moved; a shift whose break became too late, or -1."""
    m, k = S[0].visits, S[0].routes
    spoilt = -1
    for i in range(Z[0].lifted):
        renew(T, V, R, S, B, Z, IDLE, XT, XR[i])
        if break_is_late(T, V, R, S, B, XR[i]):
            spoilt = XR[i]
    for i in range(S[0].starts):
        v = J[i].visit
        if v >= m + k:
            r = v - m - k
            renew(T, V, R, S, B, Z, IDLE, XT, r)
        elif v < m:
            for t in range(V[v].first, V[v].first + V[v].count):
                r = T[t].route
                if r >= 0:
                    renew(T, V, R, S, B, Z, IDLE, XT, r)
                    if break_is_late(T, V, R, S, B, r):
                        spoilt = r
    return spoilt


@compiled
def complete(T, V, R, W, G, L, S, Q, J, B, Z, E, C, WIN, IDLE, XR, XT, limit):
    """Settles a move, finds breaks for the shifts it changed, and says whether the whole cost is within the limit."""
    if not settle(T, V, G, L, S, Q, J, np.inf):
        return False
    refresh_worst(L, S)
    floor = live_cost(S) + S[0].undone
    if Z[0].imbalance_weight > 0.0:
        floor += Z[0].imbalance_weight * imbalance_of(W, Z[0].workers)
    if floor > limit:
        return False
    if Z[0].idle_weight > 0.0:
        # Whoever the move leaves alone stays idle as before, but for delays that reach them.
        worst = 0.0
        for w in range(Z[0].workers):
            if IDLE[w] > worst:
                changed = False
                for i in range(Z[0].lifted):
                    if B[XR[i]].worker == w:
                        changed = True
                if not changed:
                    worst = IDLE[w]
        if floor + Z[0].idle_weight * worst > limit:
            return False
    for _ in range(3):
        for i in range(Z[0].lifted):
            r = XR[i]
            if B[r].rest > 0.0 and B[r].after < 0:
                a = choose_break(T, V, R, S, B, Z, r)
                if a >= 0:
                    put_break(T, V, R, S, Q, B, E, C, WIN, r, a)
        if not settle(T, V, G, L, S, Q, J, np.inf):
            return False
        refresh_worst(L, S)
        spoilt = renew_touched(T, V, R, S, J, B, Z, IDLE, XR, XT)
        if spoilt < 0:
            compare_workers(W, S, B, Z, IDLE)
            return total(S, Z) <= limit
        if B[spoilt].broken == 1:
            lift_break(T, V, R, S, Q, B, E, C, WIN, spoilt)
        else:
            touch(T, V, R, S, Q, B, Z, E, C, WIN, XR, spoilt)
        if not settle(T, V, G, L, S, Q, J, np.inf):
            return False
        refresh_worst(L, S)
    return False


@compiled
def keep_move(B, Z, XR, XT):
    """Forgets how things were."""
    for i in range(Z[0].lifted):
        B[XR[i]].broken = 0
    for i in range(Z[0].seen):
        B[XT[i]].seen = 0


@compiled
def undo_move(
    T, V, R, W, G, D, F, L, S, Q, J, K, B, Z, E, C, WIN, IDLE, XR, XT, XV, travel, late, worst, undone
):  # fmt: skip
    """Puts everything back to where begin_move() found it."""
    for i in range(Z[0].lifted):
        if B[XR[i]].after >= 0:
            lift_break(T, V, R, S, Q, B, E, C, WIN, XR[i])
    k = Z[0].chosen - 1
    while k >= 0:
        take_window(V, C, WIN, XV[k, 0], XV[k, 1])
        hold_open(T, V, E, C, WIN, XV[k, 0], S[0].visits)
        k -= 1
    kernels.undo(T, V, R, W, G, D, F, L, S, Q, J, K, 0, 0, travel, late, worst, undone)
    if S[0].worst_weight > 0.0:
        for k in range(Z[0].chosen):
            v = XV[k, 0]
            L[v] = max(0.0, V[v].start - V[v].due)
    for i in range(Z[0].lifted):
        r = XR[i]
        B[r].broken = 0
        if B[r].old_after >= 0:
            put_break(T, V, R, S, Q, B, E, C, WIN, r, B[r].old_after)
    drain(V, S, Q)
    for i in range(Z[0].seen):
        r = XT[i]
        B[r].seen = 0
        IDLE[B[r].worker] += B[r].old_idle - B[r].idle
        B[r].wait = B[r].old_wait
        B[r].longest = B[r].old_longest
        B[r].idle = B[r].old_idle
        B[r].missed = B[r].old_missed
    z = Z[0]
    z.lifted = 0
    z.seen = 0
    z.chosen = 0
    z.waiting = z.old_waiting
    z.longest = z.old_longest
    z.worst = z.old_worst
    z.imbalance = z.old_imbalance
    z.missed = z.old_missed


@compiled
def sum_up(T, V, R, W, S, B, Z, IDLE):
    """Every summary and total from nothing."""
    for w in range(len(IDLE)):
        IDLE[w] = 0.0
    Z[0].waiting = 0.0
    Z[0].missed = 0.0
    for r in range(S[0].routes):
        summarise(T, V, R, S, B, Z, r)
        Z[0].waiting += B[r].wait
        Z[0].missed += B[r].missed
        IDLE[B[r].worker] += B[r].idle
    compare_workers(W, S, B, Z, IDLE)


@compiled
def lay_breaks(T, V, R, W, G, L, S, Q, J, B, Z, E, C, WIN, IDLE, AFTER):
    """Puts each shift's break after AFTER (-2: where it costs least) on routes laid without breaks; sums up.

    False when a start becomes impossible; breaks that come too late are left out.
    """
    for r in range(S[0].routes):
        B[r].after = -1
        B[r].broken = 0
        B[r].seen = 0
    fits = True
    for r in range(S[0].routes):
        if B[r].rest > 0.0:
            a = AFTER[r]
            if a == -2:
                a = choose_break(T, V, R, S, B, Z, r)
            if a >= 0:
                put_break(T, V, R, S, Q, B, E, C, WIN, r, a)
                S[0].starts = 0
                late, worst = S[0].late, S[0].worst
                if not settle(T, V, G, L, S, Q, J, np.inf):
                    # It fits this shift but not those who share a visit with it: no break here.
                    drain(V, S, Q)
                    for k in range(S[0].starts - 1, -1, -1):
                        v = J[k].visit
                        V[v].start = J[k].start
                        if S[0].worst_weight > 0.0 and v < S[0].visits:
                            L[v] = max(0.0, J[k].start - V[v].due)
                    S[0].late, S[0].worst, S[0].dirty = late, worst, 0
                    lift_break(T, V, R, S, Q, B, E, C, WIN, r)
                    S[0].starts = 0
                    fits = settle(T, V, G, L, S, Q, J, np.inf) and AFTER[r] == -2 and fits
    for _ in range(3):
        for r in range(S[0].routes):
            if break_is_late(T, V, R, S, B, r):
                lift_break(T, V, R, S, Q, B, E, C, WIN, r)
                S[0].starts = 0
                fits = settle(T, V, G, L, S, Q, J, np.inf) and fits
    S[0].starts = 0
    refresh_worst(L, S)
    sum_up(T, V, R, W, S, B, Z, IDLE)
    return fits


@compiled
def slip(T, V, R, S, B, Z):
    """Starts the visits that summarise() took for later as late as it took them for."""
    for r in range(S[0].routes):
        first = S[0].tasks + r
        end = first + S[0].routes
        if Z[0].waiting_weight == 0.0 or B[r].at_start == 1 or R[r].size == 0:
            continue
        x = T[first].nxt
        while may_slip(T, V, x) and T[x].nxt != end:
            x = T[x].nxt
        while T[x].prv != first:
            p = T[x].prv
            V[T[p].visit].start = latest_harmless(T, V, B, r, p, x, V[T[x].visit].start)
            x = p


def lay_again(board: Board, terms: Terms, following: np.ndarray, after: np.ndarray, chosen: np.ndarray) -> bool:
    """Lays routes, windows and breaks out from nothing."""
    terms.C[:] = chosen
    terms.E[:] = NEVER
    m = len(board.visits)
    rows = np.arange(m)
    for field, column in (("opens", 0), ("due", 1), ("hard", 2), ("held", 3)):
        board.V[field][:m] = terms.WIN[rows, terms.C[:m], column]
    board.V["opens"][m + len(board.shifts) :] = NEVER
    fits = board.restore(following)
    parts = (board.T, board.V, board.R, board.W, board.G, board.L, board.S, board.Q, board.J)
    return bool(lay_breaks(*parts, terms.B, terms.Z, terms.E, terms.C, terms.WIN, terms.IDLE, after)) and fits


def read_breaks(board: Board, terms: Terms) -> tuple[BreakTaken, ...]:
    """The breaks of a laid-out plan, in order of shifts."""
    T, V, B = board.T, board.V, terms.B
    n = len(board.slots)
    breaks = []
    for r, (worker, shift) in enumerate(board.shifts):
        a = int(B[r]["after"])
        if a < 0:
            continue
        length = float(B[r]["rest"])
        if board.R[r]["size"] == 0:
            begins, place = max(shift.starts, float(B[r]["earliest"])), shift.start_place
        else:
            b = int(T[a]["nxt"])
            begins, here = break_begins(T, V, board.S, B, r)
            place = int(T[a if here else b]["place"])
            if a >= n and B[r]["at_start"] == 0:
                # The day begins with the break: as near to the first visit as may be.
                latest = min(float(B[r]["latest"]), float(V[T[b]["visit"]]["start"]) - length)
                begins = max(begins, latest)
        breaks.append(BreakTaken(worker.id, shift.id, float(begins), float(begins) + length, place))
    return tuple(breaks)
