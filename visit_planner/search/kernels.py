"""Moving tasks between routes, and keeping every start the earliest possible while doing so.

Names used throughout, one letter each because every kernel takes them:
T tasks · V visits · R routes · W workers · G gaps · D travel (mode, from, to) · F cost of a task on a route
(inf: not allowed) · L lateness of each visit · S running totals · Q ring of visits to settle · J journal of
starts · K journal of links · M, N scratch of whole and real numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit

from visit_planner.search.caching import keep_compiled_apart
from visit_planner.search.records import LINKED, NEVER, TOLERANCE, UNLINKED

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_A = np.uint64(0xBF58476D1CE4E5B9)
_MIX_B = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S32, _S11 = (np.uint64(k) for k in (30, 27, 31, 32, 11))
_TO_UNIT = 1.0 / (1 << 53)

# Without reference counting (``_nrt``): Numba counts atomically around every record looked at, which took most
# of the time of these kernels. In exchange they may not allocate; scratch arrays M and N are handed in.
keep_compiled_apart()
_OPTIONS: dict[str, Any] = {"cache": True, "error_model": "numpy", "boundscheck": False, "nogil": True}
compiled: Callable[[Callable[..., Any]], Callable[..., Any]] = njit(**{**_OPTIONS, "_nrt": False})
# For kernels with one caller, or priced so often that the call took half the time: as if written out there.
inlined: Callable[[Callable[..., Any]], Callable[..., Any]] = njit(**{**_OPTIONS, "_nrt": False, "forceinline": True})
# For the few kernels that allocate their result.
allocating: Callable[[Callable[..., Any]], Callable[..., Any]] = njit(**_OPTIONS)


@compiled
def random_bits(S):
    """SplitMix64: one 64-bit draw from the state's own generator, the same on every machine."""
    z = S[0].random + _GOLDEN
    S[0].random = z
    z = (z ^ (z >> _S30)) * _MIX_A
    z = (z ^ (z >> _S27)) * _MIX_B
    return z ^ (z >> _S31)


@compiled
def below(S, n):
    """A whole number in 0 .. n-1."""
    return np.int64(((random_bits(S) >> _S32) * np.uint64(n)) >> _S32)


@compiled
def unit(S):
    """A number in [0, 1)."""
    return np.float64(random_bits(S) >> _S11) * _TO_UNIT


@inlined
def late_cost(V, v, start):
    cost = 0.0
    if start > V[v].due:
        cost = (start - V[v].due) * V[v].late_weight
    if start > V[v].held:
        cost += (start - V[v].held) * V[v].held_weight
    return cost


@compiled
def live_cost(S):
    return S[0].travel + S[0].late + S[0].worst_weight * S[0].worst


@compiled
def push(V, S, Q, v):
    if V[v].queued == 0 and V[v].live == 1:
        V[v].queued = 1
        tail = S[0].tail
        Q[tail] = v
        tail += 1
        S[0].tail = 0 if tail == len(Q) else tail


@compiled
def drain(V, S, Q):
    head = S[0].head
    while head != S[0].tail:
        V[Q[head]].queued = 0
        head += 1
        if head == len(Q):
            head = 0
    S[0].head = head


@compiled
def earliest(T, V, v):
    """Earliest start that the window and the routes allow, gaps left aside."""
    if V[v].placed == 0:
        return NEVER
    start = V[v].opens
    first = V[v].first
    for t in range(first, first + V[v].count):
        p = T[t].prv
        if p >= 0:
            arrives = V[T[p].visit].start + T[t].reach
            if arrives > start:
                start = arrives
    return start


@compiled
def set_start(V, L, S, J, v, start):
    old = V[v].start
    k = S[0].starts
    J[k].visit = v
    J[k].start = old
    S[0].starts = k + 1
    V[v].start = start
    S[0].late += late_cost(V, v, start) - late_cost(V, v, old)
    if S[0].worst_weight > 0.0 and v < S[0].visits:
        before = L[v]
        after = start - V[v].due
        if after < 0.0:
            after = 0.0
        if after != before:
            L[v] = after
            if after >= S[0].worst:
                S[0].worst = after
            elif before == S[0].worst:
                S[0].dirty = 1


@compiled
def push_followers(T, V, G, S, Q, v, old):
    start = V[v].start
    first = V[v].first
    for t in range(first, first + V[v].count):
        n = T[t].nxt
        if n >= 0:
            w = T[n].visit
            if start + T[n].reach > V[w].start or (start < old and old + T[n].reach >= V[w].start - TOLERANCE):
                push(V, S, Q, w)
    for g in range(V[v].gap_from, V[v].gap_to):
        if V[G[g].other].placed > 0:
            push(V, S, Q, G[g].other)


@compiled
def settle(T, V, G, L, S, Q, J, ceiling):
    """Brings every queued visit, and all that follows from it, to its earliest start.

    ``ceiling`` may be finite only when no start can become earlier (tasks were only added): the cost then
    only grows, and settling stops as soon as it passes the ceiling.
    False: a start became impossible, visits wait for each other in a circle, or the ceiling was passed; the
    caller undoes.
    """
    budget = 200 + 4 * len(V)
    if S[0].starts + budget > len(J):
        drain(V, S, Q)
        return False
    while S[0].head != S[0].tail:
        v = Q[S[0].head]
        S[0].head += 1
        if S[0].head == len(Q):
            S[0].head = 0
        V[v].queued = 0
        links = V[v].links
        if links == 1:
            start = earliest(T, V, v)
            old = V[v].start
            if start == old:
                continue
            if start > V[v].hard + TOLERANCE:
                drain(V, S, Q)
                return False
            set_start(V, L, S, J, v, start)
            push_followers(T, V, G, S, Q, v, old)
            budget -= 1
        else:
            chain = V[v].chain
            for c in range(chain, chain + links):
                V[c].fresh = earliest(T, V, c)
            rising = True
            rounds = 0
            while rising:
                rising = False
                for c in range(chain, chain + links):
                    if V[c].placed > 0:
                        for g in range(V[c].gap_from, V[c].gap_to):
                            start = V[G[g].other].fresh + G[g].behind
                            if start > V[c].fresh + TOLERANCE:
                                V[c].fresh = start
                                rising = True
                rounds += 1
                if rounds > links + 1:
                    drain(V, S, Q)
                    return False
            for c in range(chain, chain + links):
                old = V[c].start
                start = V[c].fresh
                if start != old:
                    if start > V[c].hard + TOLERANCE:
                        drain(V, S, Q)
                        return False
                    set_start(V, L, S, J, c, start)
                    budget -= 1
                    first = V[c].first
                    for t in range(first, first + V[c].count):
                        n = T[t].nxt
                        if n >= 0:
                            push(V, S, Q, T[n].visit)
        if S[0].travel + S[0].late + S[0].worst_weight * S[0].worst > ceiling or budget < 0:
            drain(V, S, Q)
            return False
    return True


@compiled
def refresh_worst(L, S):
    """Finds the largest lateness again after the visit that had it became less late."""
    if S[0].dirty == 1:
        worst = 0.0
        for v in range(S[0].visits):
            worst = max(worst, L[v])
        S[0].worst = worst
        S[0].dirty = 0


@compiled
def attach(T, V, R, W, D, t, a):
    """Puts task t after task a; returns the travel minutes added."""
    r = T[a].route
    b = T[a].nxt
    m = R[r].mode
    to = D[m, T[a].place, T[t].place]
    on = D[m, T[t].place, T[b].place]
    added = to + on
    if R[r].size > 0:
        added -= D[m, T[a].place, T[b].place]
    T[t].reach = T[a].minutes + to
    T[b].reach = T[t].minutes + on
    T[t].prv = a
    T[t].nxt = b
    T[t].route = r
    T[a].nxt = t
    T[b].prv = t
    R[r].size += 1
    V[T[t].visit].placed += 1
    W[R[r].worker].load += T[t].minutes + added
    return added


@compiled
def detach(T, V, R, W, D, t):
    """Takes task t off its route; returns the travel minutes added (usually less than 0)."""
    r = T[t].route
    a = T[t].prv
    b = T[t].nxt
    m = R[r].mode
    added = -D[m, T[a].place, T[t].place] - D[m, T[t].place, T[b].place]
    R[r].size -= 1
    if R[r].size > 0:
        straight = D[m, T[a].place, T[b].place]
        added += straight
        T[b].reach = T[a].minutes + straight
    else:
        T[b].reach = 0.0
    T[a].nxt = b
    T[b].prv = a
    T[t].prv = -1
    T[t].nxt = -1
    T[t].route = -1
    V[T[t].visit].placed -= 1
    W[R[r].worker].load += added - T[t].minutes
    return added


@inlined
def unpaid_cost(W, w, before, after):
    """What it adds that a worker's minutes go from ``before`` to ``after``: those beyond the paid ones have a price."""
    paid = W[w].paid
    cost = 0.0
    if after > paid:
        cost = after - paid
    if before > paid:
        cost -= before - paid
    return cost * W[w].unpaid


@compiled
def clashes(T, V, R, G, t, worker):
    """Whether this worker already has a task that must be somebody else's than task t."""
    v = T[t].visit
    first = V[v].first
    for y in range(first, first + V[v].count):
        if y != t and T[y].route >= 0 and R[T[y].route].worker == worker:
            return True
    for g in range(V[v].gap_from, V[v].gap_to):
        if G[g].apart == 1:
            other = V[G[g].other].first
            for y in range(other, other + V[G[g].other].count):
                if T[y].route >= 0 and R[T[y].route].worker == worker:
                    return True
    return False


@compiled
def swap_tails(T, V, R, W, G, D, F, S, p, a, forced):
    """Exchanges what follows p on its route with what follows a on another route of the same mode.

    Returns the weighted cost added, without lateness; inf when a task may not be done by its new worker:
    then nothing has changed. ``forced`` skips the questions, to undo an exchange.
    """
    r1, r2 = T[p].route, T[a].route
    n, k = S[0].tasks, S[0].routes
    end1, end2 = n + k + r1, n + k + r2
    t, b = T[p].nxt, T[a].nxt
    w1, w2 = R[r1].worker, R[r2].worker
    m = R[r1].mode
    cost = 0.0
    count1, count2 = 0, 0
    load1, load2 = 0.0, 0.0
    x = t
    while x != end1:
        cost += F[x, r2] - F[x, r1]
        if not forced and (cost == np.inf or T[x].fixed == 1 or clashes(T, V, R, G, x, w2)):
            return np.inf
        count1 += 1
        load1 += T[x].minutes
        if T[x].nxt != end1:
            load1 += D[m, T[x].place, T[T[x].nxt].place]
        x = T[x].nxt
    x = b
    while x != end2:
        cost += F[x, r1] - F[x, r2]
        if not forced and (cost == np.inf or T[x].fixed == 1 or clashes(T, V, R, G, x, w1)):
            return np.inf
        count2 += 1
        load2 += T[x].minutes
        if T[x].nxt != end2:
            load2 += D[m, T[x].place, T[T[x].nxt].place]
        x = T[x].nxt
    last1, last2 = T[end1].prv, T[end2].prv
    size1 = R[r1].size - count1 + count2
    size2 = R[r2].size - count2 + count1
    before1 = before2 = after1 = after2 = 0.0
    if R[r1].size > 0:
        before1 = D[m, T[p].place, T[t].place]
        if count1 > 0:
            before1 += D[m, T[last1].place, T[end1].place]
    if R[r2].size > 0:
        before2 = D[m, T[a].place, T[b].place]
        if count2 > 0:
            before2 += D[m, T[last2].place, T[end2].place]
    head1 = b if count2 > 0 else end1
    head2 = t if count1 > 0 else end2
    tail1 = last2 if count2 > 0 else p
    tail2 = last1 if count1 > 0 else a
    step1 = step2 = 0.0
    if size1 > 0:
        step1 = D[m, T[p].place, T[head1].place]
        after1 = step1
        if count2 > 0:
            after1 += D[m, T[tail1].place, T[end1].place]
    if size2 > 0:
        step2 = D[m, T[a].place, T[head2].place]
        after2 = step2
        if count1 > 0:
            after2 += D[m, T[tail2].place, T[end2].place]
    change1 = load2 - load1 + after1 - before1
    change2 = load1 - load2 + after2 - before2
    if not forced:
        # Two shifts of one worker share one cap on minutes.
        more1, more2 = (change1, change2) if w1 != w2 else (change1 + change2, 0.0)
        if (more1 > 0 and W[w1].load + more1 > W[w1].limit + TOLERANCE) or (
            more2 > 0 and W[w2].load + more2 > W[w2].limit + TOLERANCE
        ):
            return np.inf
    cost += unpaid_cost(W, w1, W[w1].load, W[w1].load + change1)
    W[w1].load += change1
    cost += unpaid_cost(W, w2, W[w2].load, W[w2].load + change2)
    W[w2].load += change2
    x = t
    while x != end1:
        T[x].route = r2
        x = T[x].nxt
    x = b
    while x != end2:
        T[x].route = r1
        x = T[x].nxt
    R[r1].size, R[r2].size = size1, size2
    T[p].nxt, T[a].nxt = head1, head2
    T[head1].prv, T[head2].prv = p, a
    T[end1].prv, T[end2].prv = tail1, tail2
    T[tail1].nxt, T[tail2].nxt = end1, end2
    T[head1].reach = T[p].minutes + step1
    T[head2].reach = T[a].minutes + step2
    if count2 > 0:
        T[end1].reach = T[tail1].minutes + D[m, T[tail1].place, T[end1].place]
    if count1 > 0:
        T[end2].reach = T[tail2].minutes + D[m, T[tail2].place, T[end2].place]
    return cost + (after1 - before1 + after2 - before2) * S[0].travel_weight


@compiled
def note(S, K, kind, t, after, route):
    k = S[0].steps
    K[k].kind = kind
    K[k].task = t
    K[k].after = after
    K[k].route = route
    S[0].steps = k + 1


@compiled
def link(T, V, R, W, D, F, S, Q, K, t, a):
    """attach() with cost, journal and queue."""
    b = T[a].nxt
    r = T[a].route
    w = R[r].worker
    before = W[w].load
    S[0].travel += attach(T, V, R, W, D, t, a) * S[0].travel_weight + F[t, r]
    S[0].travel += unpaid_cost(W, w, before, W[w].load)
    v = T[t].visit
    if V[v].placed == V[v].count:
        S[0].undone -= V[v].undone
    note(S, K, LINKED, t, a, r)
    push(V, S, Q, v)
    push(V, S, Q, T[b].visit)


@compiled
def unlink(T, V, R, W, D, F, S, Q, K, t):
    """detach() with cost, journal and queue."""
    v = T[t].visit
    if V[v].placed == V[v].count:
        S[0].undone += V[v].undone
    r = T[t].route
    a, b = T[t].prv, T[t].nxt
    w = R[r].worker
    before = W[w].load
    S[0].travel += detach(T, V, R, W, D, t) * S[0].travel_weight - F[t, r]
    S[0].travel += unpaid_cost(W, w, before, W[w].load)
    note(S, K, UNLINKED, t, a, r)
    push(V, S, Q, v)
    push(V, S, Q, T[b].visit)


@compiled
def undo(T, V, R, W, G, D, F, L, S, Q, J, K, starts, steps, travel, late, worst, undone):
    """Undoes everything after the journals had these lengths, and puts back the totals of that moment."""
    drain(V, S, Q)
    k = S[0].starts - 1
    counted = S[0].worst_weight > 0.0
    while k >= starts:
        v = J[k].visit
        V[v].start = J[k].start
        if counted and v < S[0].visits:
            L[v] = max(0.0, J[k].start - V[v].due)
        k -= 1
    S[0].starts = starts
    k = S[0].steps - 1
    while k >= steps:
        if K[k].kind == LINKED:
            detach(T, V, R, W, D, K[k].task)
        elif K[k].kind == UNLINKED:
            attach(T, V, R, W, D, K[k].task, K[k].after)
        else:
            swap_tails(T, V, R, W, G, D, F, S, K[k].task, K[k].after, True)
        k -= 1
    S[0].steps = steps
    S[0].travel, S[0].late, S[0].worst, S[0].undone = travel, late, worst, undone
    S[0].dirty = 0


@compiled
def may_join(T, V, R, G, F, t, r):
    """Whether the worker of route r may take task t beside those who have the visit's other tasks."""
    return F[t, r] < np.inf and R[r].fixed == 0 and not clashes(T, V, R, G, t, R[r].worker)


@inlined
def floor_of(V, G, v):
    """Earliest start of a visit as far as its window, gaps and tasks already in the plan say."""
    start = V[v].opens
    if V[v].placed > 0 and V[v].start > start:
        start = V[v].start
    for g in range(V[v].gap_from, V[v].gap_to):
        other = V[G[g].other].start + G[g].behind
        if other > start:
            start = other
    return start


@inlined
def least_price(T, V, R, W, D, F, S, t, a, floor):
    """The least that putting t after a can add to the live cost: exact but for what a delay pushes on.

    inf: impossible. The plan without t must be settled.
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
    load = W[R[r].worker].load
    more = load + added + T[t].minutes
    if more > W[R[r].worker].limit + TOLERANCE:
        return np.inf
    v = T[t].visit
    start = V[T[a].visit].start + T[a].minutes + to
    if start < floor:
        start = floor
    if start > V[v].hard + TOLERANCE:
        return np.inf
    price = added * S[0].travel_weight + F[t, r] + unpaid_cost(W, R[r].worker, load, more)
    if V[v].placed == 0:
        price += late_cost(V, v, start)
    else:
        price += late_cost(V, v, start) - late_cost(V, v, V[v].start)
    worst = start - V[v].due
    w = T[b].visit
    if V[w].live == 1:
        start += T[t].minutes + on
        if start > V[w].start:
            if start > V[w].hard + TOLERANCE:
                return np.inf
            price += late_cost(V, w, start) - late_cost(V, w, V[w].start)
            if w < S[0].visits and start - V[w].due > worst:
                worst = start - V[w].due
    if S[0].worst_weight > 0.0 and worst > S[0].worst:
        price += S[0].worst_weight * (worst - S[0].worst)
    return price
