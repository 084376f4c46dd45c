"""Record layouts of the arrays that the search kernels work on.

A *task* is one slot of one visit. Every shift is a *route*: a linked list of tasks between two sentinels, the
shift's start and its end. Times belong to visits, not tasks, because all slots of a visit start together;
sentinels have a visit record of their own. With ``n`` tasks, ``m`` visits and ``k`` routes:

    tasks   0 .. n-1 real, n + r start of route r, n + k + r end of route r
    visits  0 .. m-1 real, m + r start of route r, m + k + r end of route r
"""

import numpy as np

# A start that never binds: the visit is not in the plan.
NEVER = -1e15
# Stands for "no way" in travel minutes; any move that uses it costs more than any plan.
UNREACHABLE = 1e7
# Slack for comparing times of one arithmetic history with another, in minutes.
TOLERANCE = 1e-7
# What must never happen costs the search this much a unit.
FORBIDDEN = 1e4
# Leaving out a visit that must be done.
MUST = 1e6

TASK = np.dtype(
    [
        ("prv", "i8"),  # task before it on the route, -1 when not in the plan
        ("nxt", "i8"),
        ("route", "i8"),  # -1 when not in the plan
        ("visit", "i8"),
        ("place", "i8"),
        ("fixed", "i8"),  # 1: the search must leave it where it is
        ("minutes", "f8"),  # service time
        ("reach", "f8"),  # minutes from the start of the task before it until arriving here
    ],
    align=True,
)

VISIT = np.dtype(
    [
        ("start", "f8"),
        ("opens", "f8"),
        ("due", "f8"),  # lateness counts from here
        ("late_weight", "f8"),
        ("hard", "f8"),  # starting later is impossible
        ("held", "f8"),  # time the person was told; inf when none
        ("held_weight", "f8"),
        ("undone", "f8"),  # cost of leaving it out
        ("fresh", "f8"),  # scratch of settle()
        ("first", "i8"),  # its tasks are first .. first + count - 1
        ("count", "i8"),
        ("placed", "i8"),  # how many of them are in the plan
        ("chain", "i8"),  # visits tied by gaps are neighbours: chain .. chain + links - 1
        ("links", "i8"),
        ("gap_from", "i8"),
        ("gap_to", "i8"),
        ("queued", "i8"),
        ("live", "i8"),  # 0: nobody cares when it starts (the end of an unlimited shift)
    ],
    align=True,
)

ROUTE = np.dtype([("worker", "i8"), ("mode", "i8"), ("size", "i8"), ("fixed", "i8")], align=True)

# Minutes of visits and travel; at most; paid whether used or not; and the price of each minute beyond those.
WORKER = np.dtype([("load", "f8"), ("limit", "f8"), ("paid", "f8"), ("unpaid", "f8")], align=True)

# One visit's view of one gap: start >= start[other] + behind, start[other] >= start + ahead.
GAP = np.dtype([("other", "i8"), ("apart", "i8"), ("behind", "f8"), ("ahead", "f8")], align=True)

# The single record of running totals. live cost = travel + late + worst_weight * worst.
STATE = np.dtype(
    [
        ("travel", "f8"),  # weighted, with what each task costs on its route (preference, stability, pay)
        ("late", "f8"),  # weighted lateness, overtime and moved minutes
        ("worst", "f8"),  # largest lateness, minutes
        ("undone", "f8"),
        ("travel_weight", "f8"),
        ("worst_weight", "f8"),
        ("dirty", "i8"),  # 1: worst may have fallen
        ("tasks", "i8"),
        ("visits", "i8"),
        ("routes", "i8"),
        ("head", "i8"),  # queue of visits to settle
        ("tail", "i8"),
        ("starts", "i8"),  # length of the journal of starts
        ("steps", "i8"),  # length of the journal of links
        ("plain", "i8"),  # 1: who does a task changes nothing but travel and times
        ("priced", "i8"),  # places a move has been priced at
        ("random", "u8"),
    ],
    align=True,
)

# What the terms of search/terms.py know of a route. Times and lengths in minutes.
DAY = np.dtype(
    [
        ("starts", "f8"),
        ("ends", "f8"),
        ("rest", "f8"),  # length of the break; 0: none to take
        ("earliest", "f8"),  # the break begins between these
        ("latest", "f8"),
        ("price", "f8"),  # cost of missing it
        ("wait", "f8"),
        ("longest", "f8"),
        ("idle", "f8"),
        ("missed", "f8"),
        ("old_wait", "f8"),  # what undoing a move puts back
        ("old_longest", "f8"),
        ("old_idle", "f8"),
        ("old_missed", "f8"),
        ("after", "i8"),  # the task or sentinel that the break follows; -1: missed
        ("old_after", "i8"),
        ("broken", "i8"),  # 1: the break was lifted in this move
        ("seen", "i8"),  # 1: summed up anew in this move
        ("at_start", "i8"),  # 1: leaves when the shift starts
        ("worker", "i8"),
    ],
    align=True,
)

# The single record of running totals of the terms, their prices, and lengths of their journals.
TERMS = np.dtype(
    [
        ("waiting", "f8"),
        ("longest", "f8"),
        ("worst", "f8"),
        ("imbalance", "f8"),
        ("missed", "f8"),
        ("old_waiting", "f8"),
        ("old_longest", "f8"),
        ("old_worst", "f8"),
        ("old_imbalance", "f8"),
        ("old_missed", "f8"),
        ("waiting_weight", "f8"),
        ("longest_weight", "f8"),
        ("idle_weight", "f8"),
        ("imbalance_weight", "f8"),
        ("workers", "i8"),
        ("lifted", "i8"),
        ("seen", "i8"),
        ("chosen", "i8"),
    ],
    align=True,
)

STARTED = np.dtype([("visit", "i8"), ("start", "f8")], align=True)
STEP = np.dtype([("kind", "i8"), ("task", "i8"), ("after", "i8"), ("route", "i8")], align=True)

LINKED, UNLINKED, TAILS = 0, 1, 2
