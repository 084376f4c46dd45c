"""Finding the best workers and moment for one visit in an otherwise finished plan."""

from __future__ import annotations

import numpy as np

from visit_planner.search.kernels import (
    clashes,
    compiled,
    floor_of,
    late_cost,
    least_price,
    link,
    live_cost,
    refresh_worst,
    settle,
    undo,
)
from visit_planner.search.records import TOLERANCE

# Places remembered for each slot before pairs and teams are compared, and teams settled exactly.
PLACES_KEPT = 12
TEAMS_SETTLED = 4
_MOST_SLOTS = 8
# Rows of the scratch arrays M and N that place_visit() uses.
_MISSING, _FOUND, _PICK, _AFTER, _CHOSEN = 1, 2, 3, 4, 4 + _MOST_SLOTS
SCRATCH_ROWS, SCRATCH_COLUMNS = _CHOSEN + TEAMS_SETTLED, 16


@compiled
def best_places(T, V, R, W, G, D, F, S, OPTIONS, FIRST_OPTION, t, floor, after, price):
    """Fills ``after`` (task to follow) and ``price`` with the cheapest places, the two best of each route.

    Returns how many were found, cheapest first.
    """
    found = 0
    for k in range(FIRST_OPTION[t], FIRST_OPTION[t + 1]):
        r = OPTIONS[k]
        if R[r].fixed == 1 or clashes(T, V, R, G, t, R[r].worker):
            continue
        a = S[0].tasks + r
        end = a + S[0].routes
        best, second = np.inf, np.inf
        best_after, second_after = -1, -1
        while a != end:
            cost = least_price(T, V, R, W, D, F, S, t, a, floor)
            if cost < best:
                second, second_after = best, best_after
                best, best_after = cost, a
            elif cost < second:
                second, second_after = cost, a
            # Everything later on this route starts later still: once past its hard time, stop.
            if V[T[a].visit].start > V[T[t].visit].hard:
                break
            a = T[a].nxt
        found = keep_place(after, price, found, best_after, best)
        found = keep_place(after, price, found, second_after, second)
    return found


@compiled
def keep_place(after, price, found, place, cost):
    """Sorts one more place into the best so far; returns how many there are."""
    kept = len(price)
    if place < 0 or (found == kept and cost >= price[kept - 1]):
        return found
    if found < kept:
        found += 1
    at = found - 1
    while at > 0 and price[at - 1] > cost:
        price[at] = price[at - 1]
        after[at] = after[at - 1]
        at -= 1
    price[at] = cost
    after[at] = place
    return found


@compiled
def place_visit(T, V, R, W, G, D, F, L, S, Q, J, K, M, N, OPTIONS, FIRST_OPTION, v):
    """Puts every unplaced task of visit v where it adds least; False, and nothing changed, when it cannot be.

    Teams are compared by what they add without the delays they push on; the best few are settled exactly.
    """
    first = V[v].first
    missing, found, pick = M[_MISSING], M[_FOUND], M[_PICK]
    slots = 0
    for t in range(first, first + V[v].count):
        if T[t].route < 0:
            if slots == _MOST_SLOTS:
                return False
            missing[slots] = t
            slots += 1
    if slots == 0:
        return True
    floor = floor_of(V, G, v)
    kept = PLACES_KEPT if slots < 3 else (7 if slots == 3 else 5)
    after = M[_AFTER : _AFTER + slots, :kept]
    price = N[_AFTER : _AFTER + slots, :kept]
    chosen = M[_CHOSEN : _CHOSEN + TEAMS_SETTLED]
    chosen_price = N[_CHOSEN]
    for k in range(TEAMS_SETTLED):
        chosen_price[k] = np.inf
    for k in range(slots):
        pick[k] = 0
    for k in range(slots):
        found[k] = best_places(T, V, R, W, G, D, F, S, OPTIONS, FIRST_OPTION, missing[k], floor, after[k], price[k])
        if found[k] == 0:
            return False
    while True:
        possible = True
        start = floor
        for k in range(slots):
            a = after[k, pick[k]]
            worker = R[T[a].route].worker
            for other in range(k):
                if R[T[after[other, pick[other]]].route].worker == worker:
                    possible = False
            m = R[T[a].route].mode
            arrives = V[T[a].visit].start + T[a].minutes + D[m, T[a].place, T[missing[k]].place]
            start = max(start, arrives)
        if possible:
            own_late = late_cost(V, v, start) if V[v].placed == 0 else 0.0
            cost = own_late
            for k in range(slots):
                cost += least_price(T, V, R, W, D, F, S, missing[k], after[k, pick[k]], start) - own_late
            at = TEAMS_SETTLED
            while at > 0 and chosen_price[at - 1] > cost:
                if at < TEAMS_SETTLED:
                    chosen_price[at] = chosen_price[at - 1]
                    for k in range(slots):
                        chosen[at, k] = chosen[at - 1, k]
                at -= 1
            if at < TEAMS_SETTLED:
                chosen_price[at] = cost
                for k in range(slots):
                    chosen[at, k] = after[k, pick[k]]
        turn = 0
        while turn < slots:
            pick[turn] += 1
            if pick[turn] < found[turn]:
                break
            pick[turn] = 0
            turn += 1
        if turn == slots:
            break
    starts, steps = S[0].starts, S[0].steps
    travel, late, worst, undone = S[0].travel, S[0].late, S[0].worst, S[0].undone
    best = np.inf
    best_team = -1
    for team in range(TEAMS_SETTLED + 1):
        # The round after the last one puts the best team in again.
        at = team if team < TEAMS_SETTLED else best_team
        if at < 0:
            return False
        if chosen_price[at] == np.inf:
            continue
        for k in range(slots):
            link(T, V, R, W, D, F, S, Q, K, missing[k], chosen[at, k])
        fits = settle(T, V, G, L, S, Q, J, best + TOLERANCE if team < TEAMS_SETTLED else np.inf)
        if team == TEAMS_SETTLED:
            return fits
        if fits and live_cost(S) < best:
            best = live_cost(S)
            best_team = at
        undo(T, V, R, W, G, D, F, L, S, Q, J, K, starts, steps, travel, late, worst, undone)
    return False


@compiled
def place_all(T, V, R, W, G, D, F, L, S, Q, J, K, M, N, OPTIONS, FIRST_OPTION, ORDER):
    """Greedy plan: each visit of ORDER in turn where it adds least, or left out when that is cheaper."""
    for k in range(len(ORDER)):
        v = ORDER[k]
        S[0].starts = 0
        S[0].steps = 0
        before = live_cost(S)
        travel, late, worst, undone = S[0].travel, S[0].late, S[0].worst, S[0].undone
        if V[v].placed < V[v].count and place_visit(T, V, R, W, G, D, F, L, S, Q, J, K, M, N, OPTIONS, FIRST_OPTION, v):
            refresh_worst(L, S)
            if live_cost(S) - before > V[v].undone:
                undo(T, V, R, W, G, D, F, L, S, Q, J, K, 0, 0, travel, late, worst, undone)
