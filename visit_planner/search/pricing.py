"""What each assignment adds to the plan, and what giving it to somebody else would add instead."""

from __future__ import annotations

import numpy as np

from visit_planner.search.insertion import best_places
from visit_planner.search.kernels import allocating, floor_of, least_price, refresh_worst, settle, undo, unlink


@allocating
def price_assignments(T, V, R, W, G, D, F, L, S, Q, J, K, M, N, OPTIONS, FIRST_OPTION):
    """For every task in the plan: (n, 3) cost where it is, cost and route of the cheapest other worker.

    inf and -1 where there is none. Costs are what the task adds to a plan without it.
    """
    n = S[0].tasks
    priced = np.full((n, 3), np.inf)
    after, price = M[:1, :4][0], N[:1, :4][0]
    for t in range(n):
        priced[t, 2] = -1
        if T[t].route < 0:
            continue
        S[0].starts = 0
        S[0].steps = 0
        travel, late, worst, undone = S[0].travel, S[0].late, S[0].worst, S[0].undone
        a = T[t].prv
        worker = R[T[t].route].worker
        unlink(T, V, R, W, D, F, S, Q, K, t)
        if settle(T, V, G, L, S, Q, J, np.inf):
            refresh_worst(L, S)
            floor = floor_of(V, G, T[t].visit)
            priced[t, 0] = least_price(T, V, R, W, D, F, S, t, a, floor)
            found = best_places(T, V, R, W, G, D, F, S, OPTIONS, FIRST_OPTION, t, floor, after, price)
            for k in range(found):
                if R[T[after[k]].route].worker != worker:
                    priced[t, 1] = price[k]
                    priced[t, 2] = T[after[k]].route
                    break
        undo(T, V, R, W, G, D, F, L, S, Q, J, K, 0, 0, travel, late, worst, undone)
    return priced
