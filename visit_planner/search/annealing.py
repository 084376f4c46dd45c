"""Simulated annealing over routes: propose a move, keep it when chance and cost allow, else undo it."""

from __future__ import annotations

import numpy as np

from visit_planner.search.kernels import below, compiled, inlined, live_cost, undo, unit
from visit_planner.search.moves import (
    change_what_is_done,
    exchange_tails,
    move_run,
    move_together,
    relocate,
    swap,
)
from visit_planner.search.records import TOLERANCE

RELOCATE, TOGETHER, SWAP, EXCHANGE_TAILS, RUN, OPTIONAL = range(6)
MOVES = 6


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
def within_limits(R, W, S, K):
    """Whether every worker a move has touched still keeps within their cap on minutes.

    Taking a task out can lengthen a day too: not every travel table obeys the triangle inequality.
    """
    for k in range(S[0].steps):
        worker = R[K[k].route].worker
        if W[worker].load > W[worker].limit + TOLERANCE:
            return False
    return True


@inlined
def propose(T, V, R, W, G, D, F, L, S, Q, J, K, M, N, NEAR, OPTIONS, FIRST_OPTION, kind, t, slack):
    """One move of the kind about task t; whether the plan as it then stands is to be kept."""
    if kind == OPTIONAL:
        return change_what_is_done(T, V, R, W, G, D, F, L, S, Q, J, K, M, N, OPTIONS, FIRST_OPTION, NEAR, t, slack)
    if T[t].route < 0:
        return False
    if kind == RELOCATE:
        return relocate(T, V, R, W, G, D, F, L, S, Q, J, K, NEAR, OPTIONS, FIRST_OPTION, t, slack)
    if kind == TOGETHER:
        return move_together(T, V, R, W, G, D, F, L, S, Q, J, K, M, N, NEAR, OPTIONS, FIRST_OPTION, t, slack)
    if kind == SWAP:
        return swap(T, V, R, W, G, D, F, L, S, Q, J, K, NEAR, t, slack)
    if kind == EXCHANGE_TAILS:
        return exchange_tails(T, V, R, W, G, D, F, L, S, Q, J, K, NEAR, OPTIONS, FIRST_OPTION, t, slack)
    return move_run(T, V, R, W, G, D, F, L, S, Q, J, K, M, NEAR, OPTIONS, FIRST_OPTION, t, slack)


@compiled
def anneal(
    T, V, R, W, G, D, F, L, S, Q, J, K, M, N, NEAR, OPTIONS, FIRST_OPTION,
    MOVABLE, BEST, MIX, COUNTS, best, temperature, rounds,
):  # fmt: skip
    """``rounds`` proposals at one temperature. Returns the cheapest cost so far; BEST holds its links.

    MOVABLE: the tasks that proposals are about. MIX: cumulative share of each kind of move.
    COUNTS (kinds, 2): proposed, accepted.
    """
    for _ in range(rounds):
        S[0].starts = 0
        S[0].steps = 0
        travel, late, worst, undone = S[0].travel, S[0].late, S[0].worst, S[0].undone
        slack = -temperature * np.log(1.0 - unit(S))
        dice = unit(S)
        kind = 0
        while kind < MOVES - 1 and dice >= MIX[kind]:
            kind += 1
        t = MOVABLE[below(S, len(MOVABLE))]
        COUNTS[kind, 0] += 1
        if propose(
            T, V, R, W, G, D, F, L, S, Q, J, K, M, N, NEAR, OPTIONS, FIRST_OPTION, kind, t, slack
        ) and within_limits(R, W, S, K):
            COUNTS[kind, 1] += 1
            best = keep_best(T, S, BEST, best)
        else:
            undo(T, V, R, W, G, D, F, L, S, Q, J, K, 0, 0, travel, late, worst, undone)
    return best
