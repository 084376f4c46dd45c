"""Simulated annealing over routes: take tasks out, try them elsewhere, keep what chance and cost allow."""

from __future__ import annotations

import numpy as np

from visit_planner.search.insertion import place_visit
from visit_planner.search.kernels import (
    below,
    clashes,
    compiled,
    drain,
    floor_of,
    least_price,
    link,
    live_cost,
    may_join,
    note,
    push,
    refresh_worst,
    rewind,
    settle,
    swap_tails,
    unit,
    unlink,
)
from visit_planner.search.records import TAILS, TOLERANCE

RELOCATE, TOGETHER, SWAP, EXCHANGE_TAILS, SEGMENT, OPTIONAL = range(6)
MOVES = 6


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


@compiled
def try_group(T, V, R, W, G, D, F, L, S, Q, J, K, NEAR, OPTIONS, FIRST_OPTION, GROUP, size, ABOUT, ceiling):
    """Puts every task of GROUP in a promising place; False, for the caller to rewind, when that costs too much."""
    for k in range(size):
        t = GROUP[k]
        a = find_place(T, V, R, S, NEAR, OPTIONS, FIRST_OPTION, t, ABOUT[k])
        if a < 0:
            drain(V, S, Q)
            return False
        r = T[a].route
        if not may_join(T, V, R, G, F, t, r):
            drain(V, S, Q)
            return False
        link(T, V, R, W, D, F, S, Q, K, t, a)
        if W[R[r].worker].load > W[R[r].worker].limit + TOLERANCE or live_cost(S) > ceiling:
            drain(V, S, Q)
            return False
    return settle(T, V, G, L, S, Q, J, ceiling) and live_cost(S) <= ceiling


@compiled
def keep_best(T, S, BEST, best):
    """Copies the routes when this plan is the cheapest so far; returns the cheapest cost."""
    cost = live_cost(S) + S[0].undone
    if cost < best - TOLERANCE:
        for k in range(len(BEST)):
            BEST[k] = T[k].nxt
        return cost
    return best


@compiled
def anneal(
    T,
    V,
    R,
    W,
    G,
    D,
    F,
    L,
    S,
    Q,
    J,
    K,
    M,
    N,
    NEAR,
    OPTIONS,
    FIRST_OPTION,
    MOVABLE,
    BEST,
    MIX,
    COUNTS,
    best,
    temperature,
    rounds,
):
    """``rounds`` proposals at one temperature. Returns the cheapest cost so far; BEST holds its links.

    MOVABLE: the tasks that proposals are about. MIX: cumulative share of each kind of move.
    COUNTS (kinds, 3): proposed, accepted, places priced.
    """
    n = S[0].tasks
    GROUP, ABOUT = M[0], N[0]
    for _ in range(rounds):
        S[0].starts = 0
        S[0].steps = 0
        travel0, late0, worst0, undone0 = S[0].travel, S[0].late, S[0].worst, S[0].undone
        slack = -temperature * np.log(1.0 - unit(S))
        ceiling = live_cost(S) + slack
        dice = unit(S)
        kind = 0
        while kind < MOVES - 1 and dice >= MIX[kind]:
            kind += 1
        COUNTS[kind, 0] += 1
        accepted = False
        t = MOVABLE[below(S, len(MOVABLE))]
        if kind == OPTIONAL:
            accepted = change_what_is_done(
                T, V, R, W, G, D, F, L, S, Q, J, K, M, N, OPTIONS, FIRST_OPTION, NEAR, t, slack
            )
        elif T[t].route < 0:
            continue
        elif kind == RELOCATE:
            about = V[T[t].visit].start
            a0 = T[t].prv
            unlink(T, V, R, W, D, F, S, Q, K, t)
            if settle(T, V, G, L, S, Q, J, np.inf):
                refresh_worst(L, S)
                steps1, starts1 = S[0].steps, S[0].starts
                travel1, late1, worst1, undone1 = S[0].travel, S[0].late, S[0].worst, S[0].undone
                room = ceiling - live_cost(S)
                floor = floor_of(V, G, T[t].visit)
                for _trial in range(10):
                    a = find_place(T, V, R, S, NEAR, OPTIONS, FIRST_OPTION, t, about)
                    if a < 0 or a == a0 or not may_join(T, V, R, G, F, t, T[a].route):
                        continue
                    COUNTS[kind, 2] += 1
                    if least_price(T, V, R, W, D, F, S, t, a, floor) > room:
                        continue
                    link(T, V, R, W, D, F, S, Q, K, t, a)
                    if settle(T, V, G, L, S, Q, J, ceiling) and live_cost(S) <= ceiling:
                        accepted = True
                        break
                    rewind(T, V, R, W, G, D, F, L, S, J, K, starts1, steps1)
                    S[0].travel, S[0].late, S[0].worst, S[0].undone = travel1, late1, worst1, undone1
                    S[0].dirty = 0
        elif kind == TOGETHER:
            v = T[t].visit
            chain, links = v, 1
            if V[v].links > 1 and (V[v].count == 1 or unit(S) < 0.5):
                chain, links = V[v].chain, V[v].links
            size = 0
            movable = True
            for c in range(chain, chain + links):
                for x in range(V[c].first, V[c].first + V[c].count):
                    if T[x].route >= 0:
                        if T[x].fixed == 1 or size == len(GROUP):
                            movable = False
                            break
                        GROUP[size] = x
                        ABOUT[size] = V[c].start
                        size += 1
            if size < 2 or not movable:
                continue
            for k in range(size):
                unlink(T, V, R, W, D, F, S, Q, K, GROUP[k])
            if settle(T, V, G, L, S, Q, J, np.inf):
                refresh_worst(L, S)
                steps1, starts1 = S[0].steps, S[0].starts
                travel1, late1, worst1, undone1 = S[0].travel, S[0].late, S[0].worst, S[0].undone
                for _trial in range(8):
                    COUNTS[kind, 2] += 1
                    if try_group(
                        T, V, R, W, G, D, F, L, S, Q, J, K, NEAR, OPTIONS, FIRST_OPTION, GROUP, size, ABOUT, ceiling
                    ):
                        accepted = True
                        break
                    rewind(T, V, R, W, G, D, F, L, S, J, K, starts1, steps1)
                    S[0].travel, S[0].late, S[0].worst, S[0].undone = travel1, late1, worst1, undone1
                    S[0].dirty = 0
        elif kind == SWAP:
            if NEAR.shape[1] == 0:
                continue
            x = NEAR[t, below(S, NEAR.shape[1])]
            if x < 0 or T[x].route < 0 or T[x].fixed == 1:
                continue
            r1, r2 = T[t].route, T[x].route
            if r1 == r2 or R[r2].fixed == 1 or R[r1].fixed == 1:
                continue
            if F[t, r2] == np.inf or F[x, r1] == np.inf:
                continue
            COUNTS[kind, 2] += 1
            a1, a2 = T[t].prv, T[x].prv
            unlink(T, V, R, W, D, F, S, Q, K, t)
            unlink(T, V, R, W, D, F, S, Q, K, x)
            if settle(T, V, G, L, S, Q, J, np.inf):
                refresh_worst(L, S)
                if not clashes(T, V, R, G, t, R[r2].worker) and least_price(
                    T, V, R, W, D, F, S, t, a2, floor_of(V, G, T[t].visit)
                ) <= ceiling - live_cost(S):
                    link(T, V, R, W, D, F, S, Q, K, t, a2)
                    if not clashes(T, V, R, G, x, R[r1].worker):
                        link(T, V, R, W, D, F, S, Q, K, x, a1)
                        w1, w2 = R[r1].worker, R[r2].worker
                        if (
                            W[w1].load <= W[w1].limit + TOLERANCE
                            and W[w2].load <= W[w2].limit + TOLERANCE
                            and live_cost(S) <= ceiling
                        ):
                            accepted = settle(T, V, G, L, S, Q, J, ceiling) and live_cost(S) <= ceiling
        elif kind == EXCHANGE_TAILS:
            a = find_place(T, V, R, S, NEAR, OPTIONS, FIRST_OPTION, t, V[T[t].visit].start)
            if a < 0:
                continue
            r1, r2 = T[t].route, T[a].route
            if r1 == r2 or R[r1].mode != R[r2].mode or R[r1].fixed == 1 or R[r2].fixed == 1:
                continue
            if F[t, r2] == np.inf:
                continue
            COUNTS[kind, 2] += 1
            p, b = T[t].prv, T[a].nxt
            added = swap_tails(T, V, R, W, G, D, F, S, p, a, False)
            if added == np.inf:
                continue
            note(S, K, TAILS, p, a, r1)
            S[0].travel += added
            if S[0].travel <= ceiling:
                push(V, S, Q, T[t].visit)
                push(V, S, Q, T[b].visit)
                push(V, S, Q, T[T[p].nxt].visit)
                push(V, S, Q, T[T[a].nxt].visit)
                push(V, S, Q, T[n + S[0].routes + r1].visit)
                push(V, S, Q, T[n + S[0].routes + r2].visit)
                if settle(T, V, G, L, S, Q, J, np.inf):
                    refresh_worst(L, S)
                    accepted = live_cost(S) <= ceiling
        else:  # SEGMENT
            size = 2 + below(S, 2)
            x = t
            k = 0
            while k < size and x < n and T[x].fixed == 0:
                GROUP[k] = x
                k += 1
                x = T[x].nxt
            if k < 2:
                continue
            size = k
            about = V[T[t].visit].start
            a = find_place(T, V, R, S, NEAR, OPTIONS, FIRST_OPTION, t, about)
            if a < 0 or a == T[t].prv:
                continue
            r2 = T[a].route
            fits = R[r2].fixed == 0
            for k in range(size):
                if GROUP[k] == a or F[GROUP[k], r2] == np.inf:
                    fits = False
            if not fits:
                continue
            COUNTS[kind, 2] += 1
            for k in range(size):
                unlink(T, V, R, W, D, F, S, Q, K, GROUP[k])
            if settle(T, V, G, L, S, Q, J, np.inf):
                refresh_worst(L, S)
                for k in range(size):
                    if clashes(T, V, R, G, GROUP[k], R[r2].worker):
                        fits = False
                        break
                    link(T, V, R, W, D, F, S, Q, K, GROUP[k], a)
                    a = GROUP[k]
                if fits and W[R[r2].worker].load <= W[R[r2].worker].limit + TOLERANCE:
                    accepted = (
                        live_cost(S) <= ceiling and settle(T, V, G, L, S, Q, J, ceiling) and live_cost(S) <= ceiling
                    )
        if accepted:
            COUNTS[kind, 1] += 1
            best = keep_best(T, S, BEST, best)
        else:
            drain(V, S, Q)
            rewind(T, V, R, W, G, D, F, L, S, J, K, 0, 0)
            S[0].travel, S[0].late, S[0].worst, S[0].undone = travel0, late0, worst0, undone0
            S[0].dirty = 0
    return best


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
    if not settle(T, V, G, L, S, Q, J, np.inf):
        return False
    refresh_worst(L, S)
    if not dropping:
        if not place_visit(T, V, R, W, G, D, F, L, S, Q, J, K, M, N, OPTIONS, FIRST_OPTION, v):
            return False
        refresh_worst(L, S)
        for k in range(taken):
            if place_visit(T, V, R, W, G, D, F, L, S, Q, J, K, M, N, OPTIONS, FIRST_OPTION, out[k]):
                refresh_worst(L, S)
    return live_cost(S) + S[0].undone <= before + slack
