"""The moves: each proposes one change to the plan under a ceiling of cost drawn beforehand.

Each returns whether the plan as it now stands is to be kept; if not, the caller undoes whatever it did.
"""

from __future__ import annotations

import numpy as np

from visit_planner.search.insertion import place_visit
from visit_planner.search.kernels import (
    below,
    clashes,
    compiled,
    floor_of,
    inlined,
    least_price,
    link,
    live_cost,
    may_join,
    note,
    push,
    refresh_worst,
    settle,
    swap_tails,
    undo,
    unit,
    unlink,
)
from visit_planner.search.records import TAILS, TOLERANCE

# Places tried for what was taken out, before it goes back. Fewer wastes the taking out; more wastes the places.
PLACES_TRIED = 10
TEAMS_TRIED = 8


@compiled
def find_place(T, V, R, S, NEAR, OPTIONS, FIRST_OPTION, t, about):
    """A promising task to put t after: beside one near in place and time, or by the clock on a random route."""
    if unit(S) < 0.75 and NEAR.shape[1] > 0:
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


@inlined
def settles_below(T, V, G, L, S, Q, J, ceiling):
    """settle() after tasks were only added, and whether the cost stayed within the ceiling."""
    return live_cost(S) <= ceiling and settle(T, V, G, L, S, Q, J, ceiling) and live_cost(S) <= ceiling


@inlined
def settles_without(T, V, G, L, S, Q, J):
    """settle() after tasks were taken out or moved freely, with the largest lateness found again."""
    if not settle(T, V, G, L, S, Q, J, np.inf):
        return False
    refresh_worst(L, S)
    return True


@inlined
def relocate(T, V, R, W, G, D, F, L, S, Q, J, K, NEAR, OPTIONS, FIRST_OPTION, t, ceiling):
    """Takes one task out and puts it in the first place tried that the ceiling allows."""
    about = V[T[t].visit].start
    before = T[t].prv
    unlink(T, V, R, W, D, F, S, Q, K, t)
    if not settles_without(T, V, G, L, S, Q, J):
        return False
    steps, starts = S[0].steps, S[0].starts
    travel, late, worst, undone = S[0].travel, S[0].late, S[0].worst, S[0].undone
    room = ceiling - live_cost(S)
    floor = floor_of(V, G, T[t].visit)
    for _ in range(PLACES_TRIED):
        a = find_place(T, V, R, S, NEAR, OPTIONS, FIRST_OPTION, t, about)
        if a < 0 or a == before or not may_join(T, V, R, G, F, t, T[a].route):
            continue
        if least_price(T, V, R, W, D, F, S, t, a, floor) > room:
            continue
        link(T, V, R, W, D, F, S, Q, K, t, a)
        if settles_below(T, V, G, L, S, Q, J, ceiling):
            return True
        undo(T, V, R, W, G, D, F, L, S, Q, J, K, starts, steps, travel, late, worst, undone)
    return False


@inlined
def move_together(T, V, R, W, G, D, F, L, S, Q, J, K, M, N, NEAR, OPTIONS, FIRST_OPTION, t, ceiling):
    """Takes all of a joint visit, or all visits tied by gaps, out and tries them elsewhere at once."""
    GROUP, ABOUT = M[0], N[0]
    v = T[t].visit
    chain, links = v, 1
    if V[v].links > 1 and (V[v].count == 1 or unit(S) < 0.5):
        chain, links = V[v].chain, V[v].links
    size = 0
    for c in range(chain, chain + links):
        for x in range(V[c].first, V[c].first + V[c].count):
            if T[x].route >= 0:
                if T[x].fixed == 1 or size == len(GROUP):
                    return False
                GROUP[size] = x
                ABOUT[size] = V[c].start
                size += 1
    if size < 2:
        return False
    for k in range(size):
        unlink(T, V, R, W, D, F, S, Q, K, GROUP[k])
    if not settles_without(T, V, G, L, S, Q, J):
        return False
    steps, starts = S[0].steps, S[0].starts
    travel, late, worst, undone = S[0].travel, S[0].late, S[0].worst, S[0].undone
    for _ in range(TEAMS_TRIED):
        if try_group(T, V, R, W, G, D, F, L, S, Q, J, K, NEAR, OPTIONS, FIRST_OPTION, GROUP, size, ABOUT, ceiling):
            return True
        undo(T, V, R, W, G, D, F, L, S, Q, J, K, starts, steps, travel, late, worst, undone)
    return False


@inlined
def try_group(T, V, R, W, G, D, F, L, S, Q, J, K, NEAR, OPTIONS, FIRST_OPTION, GROUP, size, ABOUT, ceiling):
    """Puts every task of GROUP in a promising place; False, for the caller to undo, when that costs too much."""
    for k in range(size):
        t = GROUP[k]
        a = find_place(T, V, R, S, NEAR, OPTIONS, FIRST_OPTION, t, ABOUT[k])
        if a < 0 or not may_join(T, V, R, G, F, t, T[a].route):
            return False
        worker = R[T[a].route].worker
        link(T, V, R, W, D, F, S, Q, K, t, a)
        if W[worker].load > W[worker].limit + TOLERANCE or live_cost(S) > ceiling:
            return False
    return settles_below(T, V, G, L, S, Q, J, ceiling)


@inlined
def swap(T, V, R, W, G, D, F, L, S, Q, J, K, NEAR, t, ceiling):
    """Exchanges the places of two tasks that are near each other on different shifts."""
    x = NEAR[t, below(S, NEAR.shape[1])]
    if x < 0 or T[x].route < 0 or T[x].fixed == 1:
        return False
    r1, r2 = T[t].route, T[x].route
    if r1 == r2 or R[r1].fixed == 1 or R[r2].fixed == 1 or F[t, r2] == np.inf or F[x, r1] == np.inf:
        return False
    a1, a2 = T[t].prv, T[x].prv
    w1, w2 = R[r1].worker, R[r2].worker
    unlink(T, V, R, W, D, F, S, Q, K, t)
    unlink(T, V, R, W, D, F, S, Q, K, x)
    if not settles_without(T, V, G, L, S, Q, J) or clashes(T, V, R, G, t, w2):
        return False
    floor = floor_of(V, G, T[t].visit)
    if least_price(T, V, R, W, D, F, S, t, a2, floor) > ceiling - live_cost(S):
        return False
    link(T, V, R, W, D, F, S, Q, K, t, a2)
    if clashes(T, V, R, G, x, w1):
        return False
    link(T, V, R, W, D, F, S, Q, K, x, a1)
    if W[w1].load > W[w1].limit + TOLERANCE or W[w2].load > W[w2].limit + TOLERANCE:
        return False
    return settles_below(T, V, G, L, S, Q, J, ceiling)


@inlined
def exchange_tails(T, V, R, W, G, D, F, L, S, Q, J, K, NEAR, OPTIONS, FIRST_OPTION, t, ceiling):
    """Exchanges task t and all that follows it with all that follows a promising place on another shift."""
    a = find_place(T, V, R, S, NEAR, OPTIONS, FIRST_OPTION, t, V[T[t].visit].start)
    if a < 0:
        return False
    r1, r2 = T[t].route, T[a].route
    if r1 == r2 or R[r1].mode != R[r2].mode or R[r1].fixed == 1 or R[r2].fixed == 1 or F[t, r2] == np.inf:
        return False
    p, b = T[t].prv, T[a].nxt
    added = swap_tails(T, V, R, W, G, D, F, S, p, a, False)
    if added == np.inf:
        return False
    note(S, K, TAILS, p, a, r1)
    S[0].travel += added
    if S[0].travel > ceiling:
        return False
    first_end = S[0].tasks + S[0].routes
    push(V, S, Q, T[t].visit)
    push(V, S, Q, T[b].visit)
    push(V, S, Q, T[T[p].nxt].visit)
    push(V, S, Q, T[T[a].nxt].visit)
    push(V, S, Q, T[first_end + r1].visit)
    push(V, S, Q, T[first_end + r2].visit)
    return settles_without(T, V, G, L, S, Q, J) and live_cost(S) <= ceiling


@inlined
def move_run(T, V, R, W, G, D, F, L, S, Q, J, K, M, NEAR, OPTIONS, FIRST_OPTION, t, ceiling):
    """Moves two or three tasks in a row to another place, in the same order."""
    GROUP = M[0]
    wanted = 2 + below(S, 2)
    x = t
    size = 0
    while size < wanted and x < S[0].tasks and T[x].fixed == 0:
        GROUP[size] = x
        size += 1
        x = T[x].nxt
    if size < 2:
        return False
    a = find_place(T, V, R, S, NEAR, OPTIONS, FIRST_OPTION, t, V[T[t].visit].start)
    if a < 0 or a == T[t].prv or R[T[a].route].fixed == 1:
        return False
    r = T[a].route
    worker = R[r].worker
    for k in range(size):
        if GROUP[k] == a or F[GROUP[k], r] == np.inf:
            return False
    for k in range(size):
        unlink(T, V, R, W, D, F, S, Q, K, GROUP[k])
    if not settles_without(T, V, G, L, S, Q, J):
        return False
    for k in range(size):
        if clashes(T, V, R, G, GROUP[k], worker):
            return False
        link(T, V, R, W, D, F, S, Q, K, GROUP[k], a)
        a = GROUP[k]
    return W[worker].load <= W[worker].limit + TOLERANCE and settles_below(T, V, G, L, S, Q, J, ceiling)


@compiled
def change_what_is_done(T, V, R, W, G, D, F, L, S, Q, J, K, M, N, OPTIONS, FIRST_OPTION, NEAR, t, slack):
    """Places a visit that is left out, if need be where another one was, or leaves one out."""
    before = live_cost(S) + S[0].undone
    v = T[t].visit
    if V[v].placed > 0:
        # Look a little further for one that is left out.
        m = S[0].visits
        for k in range(min(m, 64)):
            w = (v + k) % m
            if V[w].placed == 0:
                v = w
                break
    out, taken = M[0], 0
    if V[v].placed == 0:
        if V[v].links > 1 and unit(S) < 0.5:
            # What it is tied to by a gap may be what leaves no room for it.
            for c in range(V[v].chain, V[v].chain + V[v].links):
                if V[c].placed > 0 and taken < len(out):
                    out[taken] = c
                    taken += 1
        elif unit(S) < 0.7:
            for _ in range(1 + below(S, 4)):
                x = NEAR[V[v].first, below(S, NEAR.shape[1])]
                if x >= 0 and T[x].route >= 0 and V[T[x].visit].queued == 0:
                    V[T[x].visit].queued = 1
                    out[taken] = T[x].visit
                    taken += 1
            for k in range(taken):
                V[out[k]].queued = 0
    elif unit(S) < 0.2:
        out[0] = v
        taken = 1
    else:
        return False
    dropping = V[v].placed > 0
    for k in range(taken):
        for x in range(V[out[k]].first, V[out[k]].first + V[out[k]].count):
            if T[x].fixed == 1:
                return False
    for k in range(taken):
        for x in range(V[out[k]].first, V[out[k]].first + V[out[k]].count):
            unlink(T, V, R, W, D, F, S, Q, K, x)
    if not settles_without(T, V, G, L, S, Q, J):
        return False
    if not dropping:
        if not place_visit(T, V, R, W, G, D, F, L, S, Q, J, K, M, N, OPTIONS, FIRST_OPTION, v):
            return False
        refresh_worst(L, S)
        for k in range(taken):
            if place_visit(T, V, R, W, G, D, F, L, S, Q, J, K, M, N, OPTIONS, FIRST_OPTION, out[k]):
                refresh_worst(L, S)
    return live_cost(S) + S[0].undone <= before + slack
