"""Simulated annealing for problems whose cost belongs to whole days (terms.py): its moves and its course.

As annealing.py, but each move is finished by terms.complete(), which settles starts, places breaks and compares
the whole cost with the ceiling; and visits of one unit (a joint visit, a bundle) come and go together.
Names as in kernels.py and terms.py; ``limit`` is the highest whole cost at which a move is kept.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from visit_planner.plan import Assignment, BreakTaken
from visit_planner.search import insertion
from visit_planner.search.board import Board, read_plan
from visit_planner.search.course import Course, Pace, starts_for
from visit_planner.search.kernels import (
    below,
    clashes,
    compiled,
    late_cost,
    link,
    may_join,
    note,
    push,
    refresh_worst,
    settle,
    swap_tails,
    unit,
    unlink,
    unpaid_cost,
)
from visit_planner.search.laying import set_up
from visit_planner.search.records import MUST, NEVER, TAILS, TOLERANCE
from visit_planner.search.terms import (
    Terms,
    begin_move,
    choose_window,
    complete,
    keep_move,
    lay_again,
    lay_terms,
    put_break,
    read_breaks,
    slip,
    total,
    touch,
    undo_move,
)
from visit_planner.warming import smallest_problem

RELOCATE, TOGETHER, SWAP, EXCHANGE_TAILS, RUN, OPTIONAL, WINDOW, BREAK = range(8)
MOVES = 8
# Shares of the moves above among proposals.
MIX = np.array([0.46, 0.16, 0.11, 0.10, 0.06, 0.06, 0.03, 0.02])
# At most so many places are compared before what was taken out is put back.
PLACES_TRIED = 12
# Temperatures in units of the weighted travel of a typical hop between neighbours.
HOT, COLD = 4.0, 0.06
# Moves between two looks at the clock, at least.
FEWEST = 100
# A search starts hot afresh, up to eight times, for every so many moves a task that there is effort for.
MOVES_A_START = 20_000
# Moves a second to reckon with when a search is given seconds.
USUAL_SPEED = 150_000
_ready = False


@compiled
def somewhere(T, V, S, NEAR, OPTIONS, FIRST_OPTION, t, about):
    """A promising task to put t after: beside one near in place and time, or by the clock on a random shift."""
    if unit(S) < 0.7:
        w = NEAR[t, below(S, NEAR.shape[1])]
        if w < 0 or T[w].route < 0:
            return -1
        if unit(S) < 0.5:
            return w
        return T[w].prv
    options = FIRST_OPTION[t + 1] - FIRST_OPTION[t]
    if options == 0:
        return -1
    r = OPTIONS[FIRST_OPTION[t] + below(S, options)]
    a = S[0].tasks + r
    end = a + S[0].routes
    while T[a].nxt != end and V[T[T[a].nxt].visit].start < about:
        a = T[a].nxt
    if T[a].prv >= 0 and unit(S) < 0.3:
        return T[a].prv
    return a


@compiled
def window_for(V, S, Z, C, WIN, WINS, v, arrives):
    """The window a visit would best have when its worker arrives then; some chance decides between two."""
    if V[v].placed > 0 or WINS[v] == 1:
        return C[v]
    k = 0
    while k + 1 < WINS[v] and WIN[v, k + 1, 0] <= arrives:
        k += 1
    if k + 1 < WINS[v] and arrives > WIN[v, k, 1]:
        late = (arrives - WIN[v, k, 1]) * V[v].late_weight
        wait = (WIN[v, k + 1, 0] - arrives) * (Z[0].waiting_weight + 0.2 * S[0].travel_weight)
        if arrives > WIN[v, k, 2] or wait < late or unit(S) < 0.15:
            k += 1
    elif k + 1 < WINS[v] and unit(S) < 0.03:
        k += 1
    return k


@compiled
def estimate(T, V, R, W, D, F, S, B, Z, IDLE, WIN, t, a, k, floor, others_idle):
    """What putting t after a, in its k-th window, would add, but for what a delay pushes on; inf: impossible.

    ``others_idle``: idle minutes of the idlest worker but for the one who gets it.
    """
    r = T[a].route
    b = T[a].nxt
    m = R[r].mode
    place = T[t].place
    to = D[m, T[a].place, place]
    on = D[m, place, T[b].place]
    added = to + on
    if R[r].size > 0:
        added -= D[m, T[a].place, T[b].place]
    worker = R[r].worker
    if W[worker].load + added + T[t].minutes > W[worker].limit + TOLERANCE:
        return np.inf
    v = T[t].visit
    arrives = V[T[a].visit].start + T[a].minutes + to
    start = max(arrives, floor)
    price = added * S[0].travel_weight + F[t, r]
    price += unpaid_cost(W, worker, W[worker].load, W[worker].load + added + T[t].minutes)
    if V[v].placed == 0:
        start = max(start, WIN[v, k, 0])
        if start > WIN[v, k, 2] + TOLERANCE:
            return np.inf
        if start > WIN[v, k, 1]:
            price += (start - WIN[v, k, 1]) * V[v].late_weight
    else:
        if start > V[v].hard + TOLERANCE:
            return np.inf
        price += late_cost(V, v, start) - late_cost(V, v, V[v].start)
    waits = start - arrives
    gap = V[T[b].visit].start - V[T[a].visit].start - T[b].reach
    worst = start - WIN[v, k, 1]
    w = T[b].visit
    onwards = start + T[t].minutes + on
    if onwards > V[w].start:
        if onwards > V[w].hard + TOLERANCE:
            return np.inf
        price += late_cost(V, w, onwards) - late_cost(V, w, V[w].start)
        if w < S[0].visits:
            worst = max(worst, onwards - V[w].due)
        after = 0.0
    else:
        after = V[w].start - onwards
    if S[0].worst_weight > 0.0 and worst > S[0].worst:
        price += S[0].worst_weight * (worst - S[0].worst)
    if Z[0].waiting_weight > 0.0:
        if a >= S[0].tasks and B[r].at_start == 0:
            if V[v].count == 1 and V[v].links == 1:
                after = max(0.0, after - max(0.0, WIN[v, k, 1] - start))
            price += Z[0].waiting_weight * (after if T[b].nxt >= 0 else 0.0)
        elif T[b].nxt >= 0:
            price += Z[0].waiting_weight * (waits + after - gap)
        else:
            price += Z[0].waiting_weight * waits
    if Z[0].idle_weight > 0.0:
        idle = max(0.0, IDLE[worker] - added - T[t].minutes)
        price += Z[0].idle_weight * (max(idle, others_idle) - Z[0].worst)
    if Z[0].imbalance_weight > 0.0:
        mean = 0.0
        for x in range(Z[0].workers):
            mean += W[x].load
        before = mean / Z[0].workers
        mean = (mean + added + T[t].minutes) / Z[0].workers
        price += Z[0].imbalance_weight * (
            abs(W[worker].load + added + T[t].minutes - mean) - abs(W[worker].load - before)
        )
    return price


@compiled
def idlest(Z, IDLE, out, M):
    """The two idlest workers, one left out: M[0, 0] who is idlest; returns their minutes."""
    first, second = 0.0, 0.0
    M[0, 0] = -1
    for w in range(Z[0].workers):
        if w != out:
            if IDLE[w] > first:
                second = first
                first = IDLE[w]
                M[0, 0] = w
            elif IDLE[w] > second:
                second = IDLE[w]
    return first, second


@compiled
def best_of_some(
    T, V, R, W, G, D, F, S, B, Z, IDLE, C, WIN, WINS, NEAR, OPTIONS, FIRST_OPTION, M, t, about, floor, first, second,
    who, avoid, tries,
):  # fmt: skip
    """The best by estimate() of some promising places for t: (after, window, cost); after -1 when there is none."""
    best = np.inf
    best_after, best_window = -1, 0
    v = T[t].visit
    # Sometimes one place, sometimes the best of many: always the best of many would always be the same place.
    for _ in range(1 + below(S, tries)):
        a = somewhere(T, V, S, NEAR, OPTIONS, FIRST_OPTION, t, about)
        if a < 0 or a == avoid or not may_join(T, V, R, G, F, t, T[a].route):
            continue
        r = T[a].route
        arrives = max(floor, V[T[a].visit].start + T[a].minutes + D[R[r].mode, T[a].place, T[t].place])
        k = window_for(V, S, Z, C, WIN, WINS, v, arrives)
        others = second if R[r].worker == who else first
        cost = estimate(T, V, R, W, D, F, S, B, Z, IDLE, WIN, t, a, k, floor, others)
        if cost < best:
            best = cost
            best_after = a
            best_window = k
    return best_after, best_window, best


@compiled
def gap_floor(V, G, v):
    """Earliest start of a visit as far as gaps and tasks already in the plan say; its windows left aside."""
    start = NEVER
    if V[v].placed > 0:
        start = max(V[v].start, V[v].opens)
    for g in range(V[v].gap_from, V[v].gap_to):
        start = max(start, V[G[g].other].start + G[g].behind)
    return start


@compiled
def relocate(
    T, V, R, W, G, D, F, L, S, Q, J, K, M, N, B, Z, E, C, WIN, WINS, IDLE, XR, XT, XV,
    NEAR, OPTIONS, FIRST_OPTION, t, limit,
):  # fmt: skip
    """Takes one task out and puts it in the best of some places."""
    about = V[T[t].visit].start
    before = T[t].prv
    r0 = T[t].route
    v = T[t].visit
    w0 = R[r0].worker
    load = W[w0].load
    touch(T, V, R, S, Q, B, Z, E, C, WIN, XR, r0)
    unlink(T, V, R, W, D, F, S, Q, K, t)
    if not settle(T, V, G, L, S, Q, J, np.inf):
        return False
    refresh_worst(L, S)
    first, second = idlest(Z, IDLE, w0, M)
    who = M[0, 0]
    old_idle = IDLE[w0]
    # What is lost from w0's day becomes idle time there.
    IDLE[w0] = old_idle + load - W[w0].load
    if IDLE[w0] > first:
        second = first
        first = IDLE[w0]
        who = w0
    elif IDLE[w0] > second:
        second = IDLE[w0]
    floor = gap_floor(V, G, v)
    a, k, _ = best_of_some(
        T, V, R, W, G, D, F, S, B, Z, IDLE, C, WIN, WINS, NEAR, OPTIONS, FIRST_OPTION, M, t, about, floor,
        first, second, who, before, PLACES_TRIED,
    )  # fmt: skip
    IDLE[w0] = old_idle
    if a < 0:
        return False
    touch(T, V, R, S, Q, B, Z, E, C, WIN, XR, T[a].route)
    choose_window(T, V, L, S, Q, Z, E, C, WIN, XV, v, k)
    link(T, V, R, W, D, F, S, Q, K, t, a)
    return complete(T, V, R, W, G, L, S, Q, J, B, Z, E, C, WIN, IDLE, XR, XT, limit)


@compiled
def take_unit_out(T, V, R, W, D, F, S, Q, K, B, Z, E, C, WIN, XR, UNITS, u):
    """Unlinks every task of a unit; False when one of them is fixed (nothing is changed then)."""
    for i in range(UNITS.shape[1]):
        v = UNITS[u, i]
        if v < 0:
            break
        for t in range(V[v].first, V[v].first + V[v].count):
            if T[t].route >= 0 and (T[t].fixed == 1 or R[T[t].route].fixed == 1):
                return False
    for i in range(UNITS.shape[1]):
        v = UNITS[u, i]
        if v < 0:
            break
        for t in range(V[v].first, V[v].first + V[v].count):
            if T[t].route >= 0:
                touch(T, V, R, S, Q, B, Z, E, C, WIN, XR, T[t].route)
                unlink(T, V, R, W, D, F, S, Q, K, t)
    return True


@compiled
def put_unit_in(
    T, V, R, W, G, D, F, L, S, Q, J, K, M, B, Z, E, C, WIN, WINS, IDLE, XR, XV, UNITS,
    NEAR, OPTIONS, FIRST_OPTION, u, about,
):  # fmt: skip
    """Links every task of a unit at the best of some places, one after the other; False when one has none."""
    members = 0
    while members < UNITS.shape[1] and UNITS[u, members] >= 0:
        members += 1
    turn = below(S, members)
    for i in range(members):
        v = UNITS[u, (i + turn) % members]
        floor = gap_floor(V, G, v)
        around = about
        count = V[v].count
        shift = below(S, count)
        for j in range(count):
            t = V[v].first + (j + shift) % count
            first, second = idlest(Z, IDLE, -1, M)
            a, k, _ = best_of_some(
                T, V, R, W, G, D, F, S, B, Z, IDLE, C, WIN, WINS, NEAR, OPTIONS, FIRST_OPTION, M, t, around, floor,
                first, second, M[0, 0], -1, PLACES_TRIED,
            )  # fmt: skip
            if a < 0:
                return False
            touch(T, V, R, S, Q, B, Z, E, C, WIN, XR, T[a].route)
            choose_window(T, V, L, S, Q, Z, E, C, WIN, XV, v, k)
            link(T, V, R, W, D, F, S, Q, K, t, a)
            worker = R[T[a].route].worker
            if W[worker].load > W[worker].limit + TOLERANCE:
                return False
            if not settle(T, V, G, L, S, Q, J, np.inf):
                return False
            refresh_worst(L, S)
            floor = V[v].start
            around = V[v].start
    return True


@compiled
def move_unit(
    T, V, R, W, G, D, F, L, S, Q, J, K, M, N, B, Z, E, C, WIN, WINS, IDLE, XR, XT, XV, UNITS, UNIT,
    NEAR, OPTIONS, FIRST_OPTION, t, limit,
):  # fmt: skip
    """Takes all of a unit out and puts it in elsewhere."""
    v = T[t].visit
    u = UNIT[v]
    if V[v].count == 1 and (UNITS.shape[1] == 1 or UNITS[u, 1] < 0):
        return False
    about = V[v].start
    if not take_unit_out(T, V, R, W, D, F, S, Q, K, B, Z, E, C, WIN, XR, UNITS, u):
        return False
    if not settle(T, V, G, L, S, Q, J, np.inf):
        return False
    refresh_worst(L, S)
    if not put_unit_in(
        T, V, R, W, G, D, F, L, S, Q, J, K, M, B, Z, E, C, WIN, WINS, IDLE, XR, XV, UNITS,
        NEAR, OPTIONS, FIRST_OPTION, u, about,
    ):  # fmt: skip
        return False
    return complete(T, V, R, W, G, L, S, Q, J, B, Z, E, C, WIN, IDLE, XR, XT, limit)


@compiled
def swap(T, V, R, W, G, D, F, L, S, Q, J, K, B, Z, E, C, WIN, IDLE, XR, XT, NEAR, t, limit):
    """Exchanges the places of two tasks that are near each other on different shifts."""
    x = NEAR[t, below(S, NEAR.shape[1])]
    if x < 0 or T[x].route < 0 or T[x].fixed == 1:
        return False
    r1, r2 = T[t].route, T[x].route
    if r1 == r2 or R[r1].fixed == 1 or R[r2].fixed == 1 or F[t, r2] == np.inf or F[x, r1] == np.inf:
        return False
    a1, a2 = T[t].prv, T[x].prv
    w1, w2 = R[r1].worker, R[r2].worker
    touch(T, V, R, S, Q, B, Z, E, C, WIN, XR, r1)
    touch(T, V, R, S, Q, B, Z, E, C, WIN, XR, r2)
    unlink(T, V, R, W, D, F, S, Q, K, t)
    unlink(T, V, R, W, D, F, S, Q, K, x)
    if clashes(T, V, R, G, t, w2):
        return False
    link(T, V, R, W, D, F, S, Q, K, t, a2)
    if clashes(T, V, R, G, x, w1):
        return False
    link(T, V, R, W, D, F, S, Q, K, x, a1)
    if W[w1].load > W[w1].limit + TOLERANCE or W[w2].load > W[w2].limit + TOLERANCE:
        return False
    return complete(T, V, R, W, G, L, S, Q, J, B, Z, E, C, WIN, IDLE, XR, XT, limit)


@compiled
def exchange_tails(
    T, V, R, W, G, D, F, L, S, Q, J, K, B, Z, E, C, WIN, IDLE, XR, XT, NEAR, OPTIONS, FIRST_OPTION, t, limit
):  # fmt: skip
    """Exchanges task t and all that follows it with all that follows a promising place on another shift."""
    a = somewhere(T, V, S, NEAR, OPTIONS, FIRST_OPTION, t, V[T[t].visit].start)
    if a < 0:
        return False
    r1, r2 = T[t].route, T[a].route
    if r1 == r2 or R[r1].mode != R[r2].mode or R[r1].fixed == 1 or R[r2].fixed == 1 or F[t, r2] == np.inf:
        return False
    p, b = T[t].prv, T[a].nxt
    touch(T, V, R, S, Q, B, Z, E, C, WIN, XR, r1)
    touch(T, V, R, S, Q, B, Z, E, C, WIN, XR, r2)
    added = swap_tails(T, V, R, W, G, D, F, S, p, a, False)
    if added == np.inf:
        return False
    note(S, K, TAILS, p, a, r1)
    S[0].travel += added
    first_end = S[0].tasks + S[0].routes
    push(V, S, Q, T[t].visit)
    push(V, S, Q, T[b].visit)
    push(V, S, Q, T[T[p].nxt].visit)
    push(V, S, Q, T[T[a].nxt].visit)
    push(V, S, Q, T[first_end + r1].visit)
    push(V, S, Q, T[first_end + r2].visit)
    return complete(T, V, R, W, G, L, S, Q, J, B, Z, E, C, WIN, IDLE, XR, XT, limit)


@compiled
def move_run(
    T, V, R, W, G, D, F, L, S, Q, J, K, M, B, Z, E, C, WIN, IDLE, XR, XT, NEAR, OPTIONS, FIRST_OPTION, t, limit
):  # fmt: skip
    """Moves two or three tasks in a row to another place, in the same order."""
    GROUP = M[1]
    wanted = 2 + below(S, 2)
    x = t
    size = 0
    while size < wanted and x < S[0].tasks and T[x].fixed == 0:
        GROUP[size] = x
        size += 1
        x = T[x].nxt
    if size < 2:
        return False
    a = somewhere(T, V, S, NEAR, OPTIONS, FIRST_OPTION, t, V[T[t].visit].start)
    if a < 0 or a == T[t].prv or R[T[a].route].fixed == 1:
        return False
    r = T[a].route
    worker = R[r].worker
    for k in range(size):
        if GROUP[k] == a or F[GROUP[k], r] == np.inf:
            return False
    touch(T, V, R, S, Q, B, Z, E, C, WIN, XR, T[t].route)
    touch(T, V, R, S, Q, B, Z, E, C, WIN, XR, r)
    for k in range(size):
        unlink(T, V, R, W, D, F, S, Q, K, GROUP[k])
    for k in range(size):
        if clashes(T, V, R, G, GROUP[k], worker):
            return False
        link(T, V, R, W, D, F, S, Q, K, GROUP[k], a)
        a = GROUP[k]
    if W[worker].load > W[worker].limit + TOLERANCE:
        return False
    return complete(T, V, R, W, G, L, S, Q, J, B, Z, E, C, WIN, IDLE, XR, XT, limit)


@compiled
def is_out(V, UNITS, u):
    v = UNITS[u, 0]
    return V[v].placed < V[v].count


@compiled
def change_what_is_done(
    T, V, R, W, G, D, F, L, S, Q, J, K, M, N, B, Z, E, C, WIN, WINS, IDLE, XR, XT, XV, UNITS, UNIT,
    NEAR, OPTIONS, FIRST_OPTION, t, limit,
):  # fmt: skip
    """Places a unit that is left out, perhaps instead of another one, or leaves one out."""
    u = UNIT[T[t].visit]
    count = len(UNITS)
    if not is_out(V, UNITS, u) and unit(S) < 0.8:
        start = below(S, count)
        for k in range(min(count, 200)):
            x = (start + k) % count
            if is_out(V, UNITS, x):
                u = x
                break
    v = UNITS[u, 0]
    if not is_out(V, UNITS, u):
        if V[v].undone >= MUST or not take_unit_out(T, V, R, W, D, F, S, Q, K, B, Z, E, C, WIN, XR, UNITS, u):
            return False
        return complete(T, V, R, W, G, L, S, Q, J, B, Z, E, C, WIN, IDLE, XR, XT, limit)
    other = -1
    about = WIN[v, below(S, WINS[v]), 0]
    if unit(S) < 0.6:
        x = NEAR[V[v].first, below(S, NEAR.shape[1])]
        if x >= 0 and T[x].route >= 0 and T[x].fixed == 0:
            about = V[T[x].visit].start
            other = UNIT[T[x].visit]
    if other >= 0 and not take_unit_out(T, V, R, W, D, F, S, Q, K, B, Z, E, C, WIN, XR, UNITS, other):
        return False
    if not settle(T, V, G, L, S, Q, J, np.inf):
        return False
    refresh_worst(L, S)
    if not put_unit_in(
        T, V, R, W, G, D, F, L, S, Q, J, K, M, B, Z, E, C, WIN, WINS, IDLE, XR, XV, UNITS,
        NEAR, OPTIONS, FIRST_OPTION, u, about,
    ):  # fmt: skip
        return False
    if (
        other >= 0
        and (V[UNITS[other, 0]].undone >= MUST or unit(S) < 0.5)
        and not put_unit_in(
            T, V, R, W, G, D, F, L, S, Q, J, K, M, B, Z, E, C, WIN, WINS, IDLE, XR, XV, UNITS,
            NEAR, OPTIONS, FIRST_OPTION, other, about,
        )
    ):  # fmt: skip
        return False
    return complete(T, V, R, W, G, L, S, Q, J, B, Z, E, C, WIN, IDLE, XR, XT, limit)


@compiled
def change_window(T, V, R, W, G, L, S, Q, J, B, Z, E, C, WIN, WINS, IDLE, XR, XT, XV, t, limit):
    """Gives a visit another of its windows, where it stands."""
    v = T[t].visit
    if WINS[v] == 1 or V[v].placed < V[v].count:
        return False
    choose_window(T, V, L, S, Q, Z, E, C, WIN, XV, v, (C[v] + 1 + below(S, WINS[v] - 1)) % WINS[v])
    for x in range(V[v].first, V[v].first + V[v].count):
        touch(T, V, R, S, Q, B, Z, E, C, WIN, XR, T[x].route)
    return complete(T, V, R, W, G, L, S, Q, J, B, Z, E, C, WIN, IDLE, XR, XT, limit)


@compiled
def move_break(T, V, R, W, G, L, S, Q, J, B, Z, E, C, WIN, IDLE, XR, XT, t, limit):
    """Takes the break of task t's shift before some visit of it, or after the last."""
    r = T[t].route
    if B[r].rest == 0.0:
        return False
    touch(T, V, R, S, Q, B, Z, E, C, WIN, XR, r)
    if not settle(T, V, G, L, S, Q, J, np.inf):
        return False
    refresh_worst(L, S)
    a = t if unit(S) < 0.5 else T[t].prv
    if V[T[a].visit].start + T[a].minutes > B[r].latest + TOLERANCE or a == B[r].old_after:
        return False
    put_break(T, V, R, S, Q, B, E, C, WIN, r, a)
    return complete(T, V, R, W, G, L, S, Q, J, B, Z, E, C, WIN, IDLE, XR, XT, limit)


@compiled
def propose(
    T, V, R, W, G, D, F, L, S, Q, J, K, M, N, B, Z, E, C, WIN, WINS, IDLE, XR, XT, XV, UNITS, UNIT,
    NEAR, OPTIONS, FIRST_OPTION, kind, t, limit,
):  # fmt: skip
    """One move of the kind about task t; whether the plan as it then stands is to be kept."""
    if kind == OPTIONAL:
        return change_what_is_done(
            T, V, R, W, G, D, F, L, S, Q, J, K, M, N, B, Z, E, C, WIN, WINS, IDLE, XR, XT, XV, UNITS, UNIT,
            NEAR, OPTIONS, FIRST_OPTION, t, limit,
        )  # fmt: skip
    if T[t].route < 0 or R[T[t].route].fixed == 1:
        return False
    if kind == RELOCATE:
        return relocate(
            T, V, R, W, G, D, F, L, S, Q, J, K, M, N, B, Z, E, C, WIN, WINS, IDLE, XR, XT, XV,
            NEAR, OPTIONS, FIRST_OPTION, t, limit,
        )  # fmt: skip
    if kind == TOGETHER:
        return move_unit(
            T, V, R, W, G, D, F, L, S, Q, J, K, M, N, B, Z, E, C, WIN, WINS, IDLE, XR, XT, XV, UNITS, UNIT,
            NEAR, OPTIONS, FIRST_OPTION, t, limit,
        )  # fmt: skip
    if kind == SWAP:
        return swap(T, V, R, W, G, D, F, L, S, Q, J, K, B, Z, E, C, WIN, IDLE, XR, XT, NEAR, t, limit)
    if kind == EXCHANGE_TAILS:
        return exchange_tails(
            T, V, R, W, G, D, F, L, S, Q, J, K, B, Z, E, C, WIN, IDLE, XR, XT, NEAR, OPTIONS, FIRST_OPTION, t, limit
        )
    if kind == BREAK:
        return move_break(T, V, R, W, G, L, S, Q, J, B, Z, E, C, WIN, IDLE, XR, XT, t, limit)
    if kind == WINDOW:
        return change_window(T, V, R, W, G, L, S, Q, J, B, Z, E, C, WIN, WINS, IDLE, XR, XT, XV, t, limit)
    return move_run(
        T, V, R, W, G, D, F, L, S, Q, J, K, M, B, Z, E, C, WIN, IDLE, XR, XT, NEAR, OPTIONS, FIRST_OPTION, t, limit
    )


@compiled
def within_limits(R, W, S, K):
    """Whether every worker a move has touched still keeps within their cap on minutes."""
    for k in range(S[0].steps):
        worker = R[K[k].route].worker
        if W[worker].load > W[worker].limit + TOLERANCE:
            return False
    return True


@compiled
def anneal(
    T, V, R, W, G, D, F, L, S, Q, J, K, M, N, B, Z, E, C, WIN, WINS, IDLE, XR, XT, XV, UNITS, UNIT,
    NEAR, OPTIONS, FIRST_OPTION, MOVABLE, BEST, BEST_AFTER, BEST_WINDOW, MIX, COUNTS, best, temperature, rounds,
):  # fmt: skip
    """``rounds`` proposals at one temperature. Returns the cheapest whole cost so far; BEST… hold its plan."""
    for _ in range(rounds):
        begin_move(S, Z)
        travel, late, worst, undone = S[0].travel, S[0].late, S[0].worst, S[0].undone
        before = total(S, Z)
        limit = before - temperature * np.log(1.0 - unit(S))
        dice = unit(S)
        kind = 0
        while kind < MOVES - 1 and dice >= MIX[kind]:
            kind += 1
        t = MOVABLE[below(S, len(MOVABLE))]
        COUNTS[kind, 0] += 1
        kept = propose(
            T, V, R, W, G, D, F, L, S, Q, J, K, M, N, B, Z, E, C, WIN, WINS, IDLE, XR, XT, XV, UNITS, UNIT,
            NEAR, OPTIONS, FIRST_OPTION, kind, t, limit,
        ) and within_limits(R, W, S, K)  # fmt: skip
        if kept:
            COUNTS[kind, 1] += 1
            keep_move(B, Z, XR, XT)
            cost = total(S, Z)
            if cost < best - TOLERANCE:
                best = cost
                for k in range(len(BEST)):
                    BEST[k] = T[k].nxt
                for r in range(len(BEST_AFTER)):
                    BEST_AFTER[r] = B[r].after
                for v in range(len(BEST_WINDOW)):
                    BEST_WINDOW[v] = C[v]
        else:
            undo_move(
                T, V, R, W, G, D, F, L, S, Q, J, K, B, Z, E, C, WIN, IDLE, XR, XT, XV, travel, late, worst, undone
            )
    return best


@compiled
def leave_bundles_whole(T, V, R, W, G, D, F, L, S, Q, J, K, UNITS):
    """Takes out what was placed of units that are not wholly placed."""
    for u in range(len(UNITS)):
        whole = True
        for i in range(UNITS.shape[1]):
            v = UNITS[u, i]
            if v >= 0 and V[v].placed < V[v].count:
                whole = False
        for i in range(UNITS.shape[1]):
            v = UNITS[u, i]
            if v >= 0:
                for t in range(V[v].first, V[v].first + V[v].count):
                    if T[t].fixed == 1:
                        # What has been recorded stays, whole or not.
                        whole = True
        if not whole:
            for i in range(UNITS.shape[1]):
                v = UNITS[u, i]
                if v >= 0:
                    for t in range(V[v].first, V[v].first + V[v].count):
                        if T[t].route >= 0:
                            S[0].starts = 0
                            S[0].steps = 0
                            unlink(T, V, R, W, D, F, S, Q, K, t)
                            settle(T, V, G, L, S, Q, J, np.inf)
    S[0].starts = 0
    S[0].steps = 0
    refresh_worst(L, S)


def build(board: Board, terms: Terms) -> None:
    """Places every visit that is not in the plan, as if all must be done and had one window; then breaks."""
    V = board.V[: len(board.visits)]
    undone = V["undone"].copy()
    V["undone"] = MUST
    board.S[0]["undone"] = MUST * float((V["placed"] < V["count"]).sum())
    order = np.lexsort((np.minimum(V["due"], V["hard"]), -undone)).astype(np.int64)
    insertion.place_all(*board.core, board.OPTIONS, board.FIRST_OPTION, order)
    leave_bundles_whole(*board.core[:12], terms.UNITS)
    V["undone"] = undone
    board.S[0]["undone"] = float(undone[V["placed"] < V["count"]].sum())
    anywhere = np.full(max(1, len(board.shifts)), -2, np.int64)
    lay_again(board, terms, board.following(), anywhere, terms.C)


def run(
    board: Board,
    terms: Terms,
    *,
    hop: float,
    seconds: float,
    iterations: int | None = None,
    moves_at_most: int | None = None,
    hot: float | None = None,
    cold: float = COLD,
    mix: np.ndarray = MIX,
    progress: Callable[[float, float, int], None] | None = None,
) -> int:
    """Anneals the board's plan and leaves the best plan found on it; returns the proposals made.

    Where there is effort for several starts it goes the course of ``Course``; else, or when told how ``hot`` to
    begin, it cools once.
    ``hop``: what temperatures are measured in, the cost of a typical way between neighbours.
    With ``iterations`` the result depends on the seed alone; otherwise ``seconds`` of this thread's CPU are
    used, or fewer when ``moves_at_most`` proposals have been made before. ``progress`` receives the share of
    the time used, the best cost so far and the proposals made.
    """
    n, k = len(board.slots), len(board.shifts)
    movable = np.flatnonzero(board.T["fixed"][:n] == 0)
    if iterations == 0 or not k or len(movable) == 0:
        slip_now(board, terms)
        return 0
    began = time.thread_time()
    best_links = board.following()
    best_after = terms.B["after"][: max(1, k)].copy()
    best_window = terms.C.copy()
    best = float(total(board.S, terms.Z))
    counts = np.zeros((MOVES, 2), np.int64)
    shares = np.cumsum(mix / mix.sum())
    fixed = (
        *board.core, *terms.core_of_search, board.NEAR, board.OPTIONS, board.FIRST_OPTION, movable, best_links,
        best_after, best_window, shares, counts,
    )  # fmt: skip
    effort = seconds * USUAL_SPEED if iterations is None else iterations
    starts = starts_for(effort, MOVES_A_START, len(movable))
    course = Course(HOT if hot is None else hot, cold, starts, in_one_go=hot is not None or starts == 1)
    pace = Pace(seconds=seconds, iterations=iterations, moves_at_most=moves_at_most, fewest=FEWEST)
    turn = 0
    while pace.share < 1.0:
        now_turn, temperature = course.at(pace.share)
        if now_turn != turn and course.goes_on_from_best(now_turn):
            lay_again(board, terms, best_links, best_after, best_window)
        turn = now_turn
        before = time.thread_time()
        best = anneal(*fixed, best, temperature * hop, pace.moves)
        now = time.thread_time()
        pace.went(took=now - before, used=now - began)
        if progress is not None:
            progress(min(1.0, pace.share), best, pace.done)
    lay_again(board, terms, best_links, best_after, best_window)
    slip_now(board, terms)
    return pace.done


def make_ready() -> None:
    """Compiles the kernels of this module or loads them from their cache."""
    global _ready
    if not _ready:
        board = set_up(smallest_problem())
        terms = lay_terms(board)
        build(board, terms)
        run(board, terms, hop=1.0, seconds=0.0, iterations=10)
        _ready = True


def is_compiled() -> bool:
    """Whether an earlier run on this machine left compiled kernels behind: good enough for a message."""
    return any(Path(anneal.stats.cache_path).glob("whole_days.anneal-*.nbc"))  # type: ignore[attr-defined]


def read_whole_plan(
    board: Board, terms: Terms
) -> tuple[tuple[Assignment, ...], tuple[str, ...], tuple[BreakTaken, ...]]:
    """Assignments, visits left out, and breaks; time spent on a break is no waiting."""
    assignments, undone = read_plan(board)
    breaks = read_breaks(board, terms)
    taken = {(rest.worker, rest.shift): rest for rest in breaks}
    told = []
    before: Assignment | None = None
    for stop in assignments:
        rest = taken.get((stop.worker, stop.shift))
        same = before is not None and (before.worker, before.shift) == (stop.worker, stop.shift)
        left = before.ends if same and before is not None else -np.inf
        if rest is not None and left <= rest.starts + TOLERANCE and rest.ends <= stop.starts + TOLERANCE:
            told.append(replace(stop, waits_before=max(0.0, stop.waits_before - (rest.ends - rest.starts))))
        else:
            told.append(stop)
        before = stop
    return tuple(told), undone, breaks


def slip_now(board: Board, terms: Terms) -> None:
    slip(board.T, board.V, board.R, board.S, terms.B, terms.Z)
