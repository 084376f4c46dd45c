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
    late_cost,
    least_price,
    link,
    live_cost,
    note,
    push,
    random_bits,
    refresh_worst,
    settle,
    swap_tails,
    unit,
    unlink,
    unpaid_cost,
)
from visit_planner.search.records import TAILS, TOLERANCE

# Of 64 places looked for, how many are on a random route by the clock: finding those takes longer.
STRAYING = np.uint64(2)
_S32 = np.uint64(32)
# Places priced for one task before another is taken.
TRIES = 10
TEAMS = 8


@compiled
def find_place(T, V, R, S, NEAR, OPTIONS, FIRST_OPTION, t, about):
    """A promising task to put t after: beside one near in place and time, or by the clock on a random route."""
    dice = random_bits(S)
    if (dice & np.uint64(63)) >= STRAYING and NEAR.shape[1] > 0:
        w = NEAR[t, np.int64(((dice >> _S32) * np.uint64(NEAR.shape[1])) >> _S32)]
        if w < 0 or T[w].route < 0:
            return -1
        if dice & np.uint64(64):
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


@compiled
def late_change(V, v, start):
    """What starting v at ``start`` or later adds in lateness; never less than 0, inf past its hard time."""
    if start <= V[v].start or V[v].live == 0:
        return 0.0
    if start > V[v].hard + TOLERANCE:
        return np.inf
    return late_cost(V, v, start) - late_cost(V, v, V[v].start)


@compiled
def removal_gain(T, R, D, t):
    """Travel minutes saved by taking task t off its route."""
    r = T[t].route
    m = R[r].mode
    a, b = T[t].prv, T[t].nxt
    gain = D[m, T[a].place, T[t].place] + D[m, T[t].place, T[b].place]
    if R[r].size > 1:
        gain -= D[m, T[a].place, T[b].place]
    return gain


@compiled
def insertion_change(T, V, R, D, F, S, t, a):
    """The least that task t after task a adds: travel, fit and the lateness that shows without settling."""
    r = T[a].route
    b = T[a].nxt
    m = R[r].mode
    to = D[m, T[a].place, T[t].place]
    on = D[m, T[t].place, T[b].place]
    # T[b].reach is how b is reached from a now: nothing on an empty route.
    change = (to + on + T[a].minutes - T[b].reach) * S[0].travel_weight + F[t, r]
    if r != T[t].route:
        # On its own route what comes before or after may move; elsewhere the times stand.
        v = T[t].visit
        start = V[T[a].visit].start + T[a].minutes + to
        change += late_change(V, v, start)
        start = max(start, V[v].opens) + T[t].minutes + on
        change += late_change(V, T[b].visit, start)
    return change


@compiled
def late_ahead(T, V, S, t):
    """About the most that lateness can fall when task t comes earlier or goes: its own and what it pushes on.

    Looks along t's own route as far as nobody waits; what a joint visit pushes on other routes is left aside.
    """
    if could_gain(S) <= 0.0:
        return 0.0
    gain = 0.0
    x = t
    while x < S[0].tasks:
        v = T[x].visit
        if V[v].start <= V[v].opens:
            break
        gain += late_cost(V, v, V[v].start)
        x = T[x].nxt
    if x >= S[0].tasks and V[T[x].visit].live == 1:
        gain += late_cost(V, T[x].visit, V[T[x].visit].start)
    if gain > 0.0:
        gain += S[0].worst_weight * S[0].worst
    return gain


@compiled
def room_without(T, V, R, W, D, F, S, t):
    """About the most that taking task t off its route saves: travel, fit, lateness and minutes not paid anyway."""
    r = T[t].route
    w = R[r].worker
    gain = removal_gain(T, R, D, t)
    room = late_ahead(T, V, S, t) + gain * S[0].travel_weight + F[t, r]
    if W[w].unpaid > 0.0:
        room -= unpaid_cost(W, w, W[w].load, W[w].load - gain - T[t].minutes)
    return room


@compiled
def could_gain(S):
    """The most that lateness can still fall by."""
    return S[0].late + S[0].worst_weight * S[0].worst


@inlined
def relocate(T, V, R, W, G, D, F, L, S, Q, J, K, NEAR, OPTIONS, FIRST_OPTION, t, slack):
    """Takes one task out and puts it in a promising place."""
    room = slack + room_without(T, V, R, W, D, F, S, t)
    about = V[T[t].visit].start
    before = T[t].prv
    a = -1
    for _ in range(TRIES):
        a = find_place(T, V, R, S, NEAR, OPTIONS, FIRST_OPTION, t, about)
        if a < 0 or a in (t, before):
            continue
        r = T[a].route
        if F[t, r] == np.inf or R[r].fixed == 1:
            a = -1
            continue
        S[0].priced += 1
        if insertion_change(T, V, R, D, F, S, t, a) > room:
            a = -1
            continue
        if clashes_elsewhere(T, V, R, G, t, r):
            a = -1
            continue
        break
    if a < 0 or a in (t, before):
        return False
    ceiling = live_cost(S) + slack
    unlink(T, V, R, W, D, F, S, Q, K, t)
    if not settles_without(T, V, G, L, S, Q, J):
        return False
    if least_price(T, V, R, W, D, F, S, t, a, floor_of(V, G, T[t].visit)) > ceiling - live_cost(S):
        return False
    link(T, V, R, W, D, F, S, Q, K, t, a)
    return settles_below(T, V, G, L, S, Q, J, ceiling)


@compiled
def clashes_elsewhere(T, V, R, G, t, r):
    """Whether moving task t to route r meets a task there that must be somebody else's."""
    worker = R[r].worker
    return R[T[t].route].worker != worker and clashes(T, V, R, G, t, worker)


@inlined
def move_together(T, V, R, W, G, D, F, L, S, Q, J, K, M, N, NEAR, OPTIONS, FIRST_OPTION, t, slack):
    """Takes all of a joint visit, or all visits tied by gaps, out and puts them elsewhere at once."""
    GROUP, PLACES = M[0], M[1]
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
                size += 1
    if size < 2:
        return False
    room = slack
    for k in range(size):
        room += room_without(T, V, R, W, D, F, S, GROUP[k])
    change = np.inf
    for _ in range(TEAMS):
        S[0].priced += 1
        change = 0.0
        for k in range(size):
            x = GROUP[k]
            a = find_place(T, V, R, S, NEAR, OPTIONS, FIRST_OPTION, x, V[T[x].visit].start)
            if a < 0 or F[x, T[a].route] == np.inf or R[T[a].route].fixed == 1:
                change = np.inf
                break
            for y in range(size):
                if a == GROUP[y] or T[a].nxt == GROUP[y]:
                    change = np.inf
            PLACES[k] = a
            change += insertion_change(T, V, R, D, F, S, x, a)
            if change > room:
                break
        if change <= room:
            break
    if change > room:
        return False
    ceiling = live_cost(S) + slack
    for k in range(size):
        unlink(T, V, R, W, D, F, S, Q, K, GROUP[k])
    if not settles_without(T, V, G, L, S, Q, J):
        return False
    for k in range(size):
        x, a = GROUP[k], PLACES[k]
        if clashes(T, V, R, G, x, R[T[a].route].worker):
            return False
        link(T, V, R, W, D, F, S, Q, K, x, a)
        if live_cost(S) > ceiling:
            return False
    return settles_below(T, V, G, L, S, Q, J, ceiling)


@inlined
def swap(T, V, R, W, G, D, F, L, S, Q, J, K, NEAR, t, slack):
    """Exchanges the places of two tasks that are near each other on different shifts."""
    r1 = T[t].route
    room = slack + late_ahead(T, V, S, t) + F[t, r1] + unpaid_spared(T, R, W, t)
    found = False
    x = -1
    for _ in range(TRIES):
        x = NEAR[t, below(S, NEAR.shape[1])]
        if x < 0 or T[x].route < 0 or T[x].fixed == 1:
            continue
        r2 = T[x].route
        if r1 == r2 or R[r2].fixed == 1 or F[t, r2] == np.inf or F[x, r1] == np.inf:
            continue
        S[0].priced += 1
        change = exchange_change(T, V, R, D, S, t, x) + exchange_change(T, V, R, D, S, x, t)
        change += F[t, r2] + F[x, r1] - F[x, r2] - late_ahead(T, V, S, x) - unpaid_spared(T, R, W, x)
        if change <= room:
            found = True
            break
    if not found or R[r1].fixed == 1:
        return False
    r2 = T[x].route
    a1, a2 = T[t].prv, T[x].prv
    w1, w2 = R[r1].worker, R[r2].worker
    ceiling = live_cost(S) + slack
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
    return settles_below(T, V, G, L, S, Q, J, ceiling)


@compiled
def unpaid_spared(T, R, W, t):
    """The most that minutes of task t cost because its worker is not paid for them anyway."""
    w = R[T[t].route].worker
    return max(0.0, min(T[t].minutes, W[w].load - W[w].paid)) * W[w].unpaid


@compiled
def exchange_change(T, V, R, D, S, t, x):
    """Weighted travel, and lateness that shows without settling, that x in the place of t adds."""
    m = R[T[t].route].mode
    a, b = T[t].prv, T[t].nxt
    to = D[m, T[a].place, T[x].place]
    on = D[m, T[x].place, T[b].place]
    change = (to + on - D[m, T[a].place, T[t].place] - D[m, T[t].place, T[b].place]) * S[0].travel_weight
    start = V[T[a].visit].start + T[a].minutes + to
    change += late_change(V, T[x].visit, start)
    start = max(start, V[T[x].visit].opens) + T[x].minutes + on
    return change + late_change(V, T[b].visit, start)


@compiled
def tails_change(T, V, R, D, S, p, a):
    """Weighted travel, and lateness that shows without settling, added by exchanging what follows p and a."""
    r1, r2 = T[p].route, T[a].route
    m = R[r1].mode
    end1, end2 = S[0].tasks + S[0].routes + r1, S[0].tasks + S[0].routes + r2
    t, b = T[p].nxt, T[a].nxt
    last1, last2 = T[end1].prv, T[end2].prv
    minutes = 0.0
    if R[r1].size > 0:
        minutes -= D[m, T[p].place, T[t].place]
        if t != end1:
            minutes -= D[m, T[last1].place, T[end1].place]
    if R[r2].size > 0:
        minutes -= D[m, T[a].place, T[b].place]
        if b != end2:
            minutes -= D[m, T[last2].place, T[end2].place]
    late = 0.0
    if b != end2:
        hop = D[m, T[p].place, T[b].place]
        minutes += hop + D[m, T[last2].place, T[end1].place]
        late += late_change(V, T[b].visit, V[T[p].visit].start + T[p].minutes + hop)
    elif p < S[0].tasks:
        minutes += D[m, T[p].place, T[end1].place]
    if t != end1:
        hop = D[m, T[a].place, T[t].place]
        minutes += hop + D[m, T[last1].place, T[end2].place]
        late += late_change(V, T[t].visit, V[T[a].visit].start + T[a].minutes + hop)
    elif a < S[0].tasks:
        minutes += D[m, T[a].place, T[end2].place]
    return minutes * S[0].travel_weight + late


@inlined
def exchange_tails(T, V, R, W, G, D, F, L, S, Q, J, K, NEAR, OPTIONS, FIRST_OPTION, t, slack):
    """Exchanges task t and all that follows it with all that follows a promising place on another shift."""
    r1, p = T[t].route, T[t].prv
    room = slack + late_ahead(T, V, S, t)
    about = V[T[t].visit].start
    found = False
    a = -1
    for _ in range(TRIES):
        a = find_place(T, V, R, S, NEAR, OPTIONS, FIRST_OPTION, t, about)
        if a < 0:
            continue
        r2 = T[a].route
        if r1 == r2 or R[r1].mode != R[r2].mode or R[r2].fixed == 1 or F[t, r2] == np.inf:
            continue
        S[0].priced += 1
        if S[0].plain == 0 or tails_change(T, V, R, D, S, p, a) <= room + late_ahead(T, V, S, T[a].nxt):
            found = True
            break
    if not found or R[r1].fixed == 1:
        return False
    r2, b = T[a].route, T[a].nxt
    ceiling = live_cost(S) + slack
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
def move_run(T, V, R, W, G, D, F, L, S, Q, J, K, M, NEAR, OPTIONS, FIRST_OPTION, t, slack):
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
    r, own = T[a].route, T[t].route
    worker = R[r].worker
    m = R[r].mode
    b, p, last = T[a].nxt, T[t].prv, GROUP[size - 1]
    change = 0.0
    for k in range(size):
        if GROUP[k] == a or F[GROUP[k], r] == np.inf:
            return False
        change += F[GROUP[k], r] - F[GROUP[k], own]
    to = D[m, T[a].place, T[t].place]
    minutes = to + D[m, T[last].place, T[b].place] - D[m, T[p].place, T[t].place] - D[m, T[last].place, T[x].place]
    if R[r].size > 0:
        minutes -= D[m, T[a].place, T[b].place]
    if R[own].size > size:
        minutes += D[m, T[p].place, T[x].place]
    change += minutes * S[0].travel_weight
    if r != own:
        change += late_change(V, T[t].visit, V[T[a].visit].start + T[a].minutes + to)
    S[0].priced += 1
    if R[own].mode == m and S[0].plain == 1 and change - late_ahead(T, V, S, t) > slack:
        return False
    ceiling = live_cost(S) + slack
    for k in range(size):
        unlink(T, V, R, W, D, F, S, Q, K, GROUP[k])
    if not settles_without(T, V, G, L, S, Q, J):
        return False
    for k in range(size):
        if clashes(T, V, R, G, GROUP[k], worker):
            return False
        link(T, V, R, W, D, F, S, Q, K, GROUP[k], a)
        a = GROUP[k]
    return settles_below(T, V, G, L, S, Q, J, ceiling)


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
