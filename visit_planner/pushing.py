"""What one more visit in a plan pushes on: exact starts, lateness and cost, for thousands of teams at once.

The plan is laid out as it stands in flat arrays (``Day``); nothing of it is rearranged. A visit is tried in a *place*:
after a stop of a shift, or first of it. Starts only ever rise, along shifts, joint visits and gaps, until all hold.

Arrays, one letter each because every kernel takes them: N stops in order of shift and time · U visits in the plan ·
E shifts · X gaps · Y places where the new visit could go · B scratch of visits · Z scratch numbers.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from visit_planner.plan import Assignment, Plan
from visit_planner.practice import Faces, first_moment, has_level_during, in_plain_terms, last_moment, may_come
from visit_planner.problem import Problem, Shift, Slot, Visit, Worker
from visit_planner.search.kernels import compiled
from visit_planner.warming import smallest_problem

# Slack for comparing times of one arithmetic history with another, in minutes.
TOLERANCE = 1e-6
# How hard a change is to bring about, in minutes of a window: only for saying which is the least. Local decisions.
MINUTE_OF_OVERTIME = 1.5
SIGN_OFF, RELEASE, ALLOW = 30.0, 40.0, 90.0
# A whole further worker is the last thing to ask for.
ONE_MORE_WORKER = 480.0
# What somebody would have to be let do, by the change that lets them.
SIGNED_OFF, RELEASED, ALLOWED, ONE_MORE = 1, 2, 4, 8

STOP = np.dtype(
    [
        ("visit", "i8"),
        ("next", "i8"),  # the stop after it on the shift, -1 the last
        ("shift", "i8"),
        ("reach", "f8"),  # minutes from its start until arriving at the next stop, or at the shift's end place
    ],
    align=True,
)
PLANNED = np.dtype(
    [
        ("start", "f8"),
        ("hard", "f8"),  # starting later breaks a rule
        ("latest", "f8"),  # up to here it can start without a rule breaking anywhere in the plan
        ("fact", "i8"),  # 1: it has begun or is promised, and cannot start later at all
        ("due", "f8"),
        ("count", "i8"),
        ("held", "f8"),  # when people were told; inf when they were not
        ("holders", "i8"),  # 1: somebody was told a time
        ("first", "i8"),  # its stops are at stop_of[first : first + placed]
        ("placed", "i8"),
        ("gap_from", "i8"),
        ("gap_to", "i8"),
    ],
    align=True,
)
SHIFT = np.dtype([("ends", "f8"), ("limit", "f8"), ("over", "f8"), ("worker", "i8")], align=True)
# start of ``other`` >= start of the visit + ``ahead``
TIE = np.dtype([("other", "i8"), ("ahead", "f8")], align=True)
PLACE = np.dtype(
    [
        ("slot", "i8"),
        ("worker", "i8"),
        ("shift", "i8"),
        ("after", "i8"),  # stop before it, -1: first of the shift
        ("next", "i8"),  # stop after it, -1: last of the shift
        ("arrives", "f8"),
        ("latest", "f8"),  # the visit cannot start here later without a rule breaking
        ("way", "f8"),  # minutes of travel there
        ("leaves", "f8"),  # minutes of the stop before and the way from it
        ("reach", "f8"),  # its own minutes and the way on
        ("cost", "f8"),  # travel added, preference, pay and held, weighted
        ("over_minutes", "f8"),  # minutes past the worker's cap on minutes
        ("who_may", "f8"),  # effort of letting this worker do it; 0 when they may
        ("who_changes", "i8"),  # in how many changes
        ("lets", "i8"),  # which: SIGNED_OFF, RELEASED, ALLOWED, ONE_MORE together
    ],
    align=True,
)
B_DTYPE = np.dtype([("fresh", "f8"), ("stamp", "i8"), ("queued", "i8")], align=True)
# Z: running numbers of a trial
STAMP, TOUCHED, START, COST, LATE, OVERTIME, BROKEN, EFFORT = range(8)
# Weights in P
P_LATE, P_OVERTIME, P_WORST, P_MOVED, P_WORST_NOW = range(5)


@compiled
def _raise(U, B, Z, Q, QE, T, v, value, strict):
    """Puts a visit's start up to value; False when it must not be. QE: head and length of the ring Q."""
    stamp = np.int64(Z[STAMP])
    now = B[v].fresh if B[v].stamp == stamp else U[v].start
    if value <= now + TOLERANCE:
        return True
    if U[v].fact == 1 or (strict and value > U[v].hard + TOLERANCE):
        return False
    if B[v].stamp != stamp:
        B[v].stamp = stamp
        B[v].queued = 0
        T[np.int64(Z[TOUCHED])] = v
        Z[TOUCHED] += 1
    B[v].fresh = value
    if B[v].queued == 0:
        B[v].queued = 1
        at = QE[0] + QE[1]
        Q[at - len(Q) if at >= len(Q) else at] = v
        QE[1] += 1
    return True


@compiled
def _send_on(N, U, E, X, Y, B, Z, Q, QE, T, OWN, picks, size, strict):
    """What follows from the new visit's own start: the stops after it, the ends of shifts, and what it is tied to."""
    start = Z[START]
    if strict and start > OWN[3] + TOLERANCE:
        return False
    for j in range(size):
        y = picks[j]
        if Y[y].next >= 0:
            if not _raise(U, B, Z, Q, QE, T, N[Y[y].next].visit, start + Y[y].reach, strict):
                return False
        elif strict and start + Y[y].reach > E[Y[y].shift].limit + TOLERANCE:
            return False
    for g in range(np.int64(OWN[0]), np.int64(OWN[1])):
        if not _raise(U, B, Z, Q, QE, T, X[g].other, start + X[g].ahead, strict):
            return False
    return True


@compiled
def try_team(N, U, E, X, Y, B, Z, Q, QE, T, STOP_OF, P, OWN, picks, size, start, strict):
    """Puts the new visit in these places from ``start``; False when it cannot be.

    Z then has its start, the cost it adds, minutes of lateness and overtime added, and how many visits move; T which,
    B their new starts. With ``strict`` false, rules that a change could lift are broken and counted in BROKEN and
    EFFORT. OWN: the new visit's own ties in X, its due time, hard time, slots, and minutes held.
    """
    planned = len(U)
    Z[STAMP] += 1
    Z[TOUCHED] = 0
    Z[START] = start
    # What an earlier trial left in the ring when it gave up.
    while QE[1] > 0:
        B[Q[QE[0]]].queued = 0
        QE[0] = 0 if QE[0] + 1 == len(Q) else QE[0] + 1
        QE[1] -= 1
    pending = True
    rounds = 0
    most = 4 * len(U) + 200
    while pending or QE[1] > 0:
        rounds += 1
        if rounds > most:
            return False
        if pending:
            pending = False
            if not _send_on(N, U, E, X, Y, B, Z, Q, QE, T, OWN, picks, size, strict):
                return False
            continue
        v = Q[QE[0]]
        QE[0] = 0 if QE[0] + 1 == len(Q) else QE[0] + 1
        QE[1] -= 1
        B[v].queued = 0
        for k in range(U[v].first, U[v].first + U[v].placed):
            s = STOP_OF[k]
            new_after = False
            for j in range(size):
                if Y[picks[j]].after == s:
                    new_after = True
                    there = B[v].fresh + Y[picks[j]].leaves
                    if there > Z[START] + TOLERANCE:
                        Z[START] = there
                        pending = True
            if new_after:
                continue
            if N[s].next >= 0:
                if not _raise(U, B, Z, Q, QE, T, N[N[s].next].visit, B[v].fresh + N[s].reach, strict):
                    return False
            elif strict and B[v].fresh + N[s].reach > E[N[s].shift].limit + TOLERANCE:
                return False
        for g in range(U[v].gap_from, U[v].gap_to):
            if X[g].other >= planned:
                # Tied to a visit that is left out: this one, or one that does not matter.
                if X[g].other == np.int64(OWN[7]) and B[v].fresh + X[g].ahead > Z[START] + TOLERANCE:
                    Z[START] = B[v].fresh + X[g].ahead
                    pending = True
            elif not _raise(U, B, Z, Q, QE, T, X[g].other, B[v].fresh + X[g].ahead, strict):
                return False
    _price(N, U, E, Y, B, Z, T, STOP_OF, P, OWN, picks, size)
    return True


@compiled
def _price(N, U, E, Y, B, Z, T, STOP_OF, P, OWN, picks, size):
    """What the trial comes to, in cost and in what it breaks."""
    start = Z[START]
    late, overtime, moved = 0.0, 0.0, 0.0
    worst = max(0.0, start - OWN[2])
    broken, effort = 0, 0.0
    own_late = worst * OWN[4]
    cost = P[P_LATE] * own_late
    if OWN[5] < np.inf:
        cost += P[P_MOVED] * OWN[6] * abs(start - OWN[5])
    if start > OWN[3] + TOLERANCE:
        broken += 1
        effort += math.ceil(start - OWN[3] - TOLERANCE)
    for j in range(size):
        y = picks[j]
        cost += Y[y].cost
        broken += Y[y].who_changes
        effort += Y[y].who_may
        if Y[y].over_minutes > TOLERANCE:
            broken += 1
            effort += MINUTE_OF_OVERTIME * math.ceil(Y[y].over_minutes - TOLERANCE)
        e = Y[y].shift
        if Y[y].next < 0:
            ends = start + Y[y].reach
            overtime += max(0.0, ends - E[e].ends) - E[e].over
            if ends > E[e].limit + TOLERANCE:
                broken += 1
                effort += MINUTE_OF_OVERTIME * math.ceil(ends - E[e].limit - TOLERANCE)
    for k in range(np.int64(Z[TOUCHED])):
        v = T[k]
        new, old = B[v].fresh, U[v].start
        late += (max(0.0, new - U[v].due) - max(0.0, old - U[v].due)) * U[v].count
        worst = max(worst, new - U[v].due)
        if U[v].held < np.inf:
            moved += (abs(new - U[v].held) - abs(old - U[v].held)) * U[v].holders
        if new > U[v].hard + TOLERANCE:
            broken += 1
            effort += math.ceil(new - U[v].hard - TOLERANCE)
        for i in range(U[v].first, U[v].first + U[v].placed):
            s = STOP_OF[i]
            if N[s].next >= 0:
                continue
            replaced = False
            for j in range(size):
                if Y[picks[j]].after == s:
                    replaced = True
            if replaced:
                continue
            e = N[s].shift
            ends = new + N[s].reach
            overtime += max(0.0, ends - E[e].ends) - E[e].over
            if ends > E[e].limit + TOLERANCE:
                broken += 1
                effort += MINUTE_OF_OVERTIME * math.ceil(ends - E[e].limit - TOLERANCE)
    cost += P[P_LATE] * late + P[P_OVERTIME] * overtime + P[P_MOVED] * moved
    if worst > P[P_WORST_NOW]:
        cost += P[P_WORST] * (worst - P[P_WORST_NOW])
    Z[COST], Z[LATE], Z[OVERTIME] = cost, late, overtime
    Z[BROKEN], Z[EFFORT] = broken, effort


@compiled
def latest_starts(N, U, E, X, STOP_OF):
    """Fills ``latest`` of every visit: the greatest starts at which everything after it still keeps every rule.

    Exact, because all rules between starts are differences: what is put up to its latest start pushes nothing else
    past its own.
    """
    for v in range(len(U)):
        U[v].latest = U[v].start if U[v].fact == 1 else max(U[v].hard, U[v].start)
    changed = True
    rounds = 0
    while changed and rounds < len(U) + 2:
        changed = False
        rounds += 1
        for s in range(len(N) - 1, -1, -1):
            v = N[s].visit
            beyond = U[N[N[s].next].visit].latest if N[s].next >= 0 else E[N[s].shift].limit
            latest = max(beyond - N[s].reach, U[v].start)
            if latest < U[v].latest - TOLERANCE:
                U[v].latest = latest
                changed = True
        for v in range(len(U)):
            for g in range(U[v].gap_from, U[v].gap_to):
                if X[g].other < len(U):
                    latest = max(U[X[g].other].latest - X[g].ahead, U[v].start)
                    if latest < U[v].latest - TOLERANCE:
                        U[v].latest = latest
                        changed = True


@compiled
def rank_teams(N, U, E, X, Y, B, Z, Q, QE, T, STOP_OF, P, OWN, FROM, TO, HEADS, floor, alike, PICKS, OUT, M):
    """Tries every team of different workers, and for each the earliest start at the least cost.

    HEADS (slots,): how many workers each slot has. FROM, TO (slots, workers): the places of each, soonest first.
    ``alike``: all slots ask the same, so a team is tried in one order only. PICKS, OUT: rows of places and of start,
    cost, lateness and visits moved. Returns how many teams were found; stops when the rows are full.
    """
    slots = len(HEADS)
    who, at, picks = M[0], M[1], M[2]
    found = 0
    for s in range(slots):
        who[s] = 0
    for s in range(slots):
        if HEADS[s] == 0:
            return 0
    while True:
        different = True
        for a in range(slots):
            for b in range(a):
                if Y[FROM[a, who[a]]].worker == Y[FROM[b, who[b]]].worker or (alike and who[b] > who[a]):
                    different = False
        if different and found < len(OUT):
            best_start, best_cost = np.inf, np.inf
            for s in range(slots):
                at[s] = FROM[s, who[s]]
            while True:
                start, latest, least = floor, np.inf, 0.0
                for s in range(slots):
                    start = max(start, Y[at[s]].arrives)
                    latest = min(latest, Y[at[s]].latest)
                    least += Y[at[s]].cost
                # What a team pushes on only adds to its cost: most places need no trial.
                if start <= latest + TOLERANCE and (
                    start < best_start - TOLERANCE
                    or (
                        start <= best_start + TOLERANCE
                        and least + P[P_LATE] * OWN[4] * max(0.0, start - OWN[2]) < best_cost
                    )
                ):
                    for s in range(slots):
                        picks[s] = at[s]
                    if try_team(N, U, E, X, Y, B, Z, Q, QE, T, STOP_OF, P, OWN, picks, slots, start, True) and (
                        Z[START] < best_start - TOLERANCE
                        or (Z[START] <= best_start + TOLERANCE and Z[COST] < best_cost)
                    ):
                        best_start, best_cost = Z[START], Z[COST]
                        for s in range(slots):
                            PICKS[found, s] = at[s]
                        OUT[found, 0], OUT[found, 1] = Z[START], Z[COST]
                        OUT[found, 2], OUT[found, 3] = Z[LATE], Z[TOUCHED]
                turn = 0
                while turn < slots:
                    at[turn] += 1
                    if at[turn] < TO[turn, who[turn]]:
                        break
                    at[turn] = FROM[turn, who[turn]]
                    turn += 1
                if turn == slots:
                    break
            if best_start < np.inf:
                found += 1
        turn = 0
        while turn < slots:
            who[turn] += 1
            if who[turn] < HEADS[turn]:
                break
            who[turn] = 0
            turn += 1
        if turn == slots:
            return found


@compiled
def weigh_places(N, U, E, X, Y, B, Z, Q, QE, T, STOP_OF, P, OWN, floor, opens, OUT, M):
    """Of every place alone: what it would break, the effort, the start and the cost; effort inf where it cannot be.

    A visit that could be begun before its window opens is tried at the latest moment that breaks nothing else.
    OUT (places, 4): rules broken, effort, start, cost. M: scratch.
    """
    picks = M[2]
    for y in range(len(Y)):
        picks[0] = y
        OUT[y, 0], OUT[y, 1] = 1e9, np.inf
        start = max(floor, opens, Y[y].arrives)
        if try_team(N, U, E, X, Y, B, Z, Q, QE, T, STOP_OF, P, OWN, picks, 1, start, False):
            OUT[y, 0], OUT[y, 1] = Z[BROKEN], Z[EFFORT]
            OUT[y, 2], OUT[y, 3] = Z[START], Z[COST]
        low, high = max(floor, Y[y].arrives), opens
        if OUT[y, 0] > 0 and low < high - TOLERANCE:
            early = latest_without_harm(N, U, E, X, Y, B, Z, Q, QE, T, STOP_OF, P, OWN, picks, 1, low, high)
            if early > -np.inf:
                broken = Z[BROKEN] + 1
                effort = Z[EFFORT] + math.ceil(opens - early)
                if broken < OUT[y, 0] or (broken == OUT[y, 0] and effort < OUT[y, 1]):
                    OUT[y, 0], OUT[y, 1] = broken, effort
                    OUT[y, 2], OUT[y, 3] = Z[START], Z[COST]


@compiled
def latest_without_harm(N, U, E, X, Y, B, Z, Q, QE, T, STOP_OF, P, OWN, picks, size, low, high):
    """The latest start in [low, high) at which no stop after it or shift's end breaks a rule; -inf when none is.

    Leaves the trial at that start in Z.
    """
    who = 0.0
    for j in range(size):
        who += Y[picks[j]].who_changes
        if Y[picks[j]].over_minutes > TOLERANCE:
            who += 1.0
    if not try_team(N, U, E, X, Y, B, Z, Q, QE, T, STOP_OF, P, OWN, picks, size, low, False) or Z[BROKEN] > who:
        return -np.inf
    # In whole minutes before ``high``, as people would be asked; ``low`` itself when there is no whole one.
    good = np.int64(math.floor(high - low + TOLERANCE))
    if good < 1:
        return low
    bad = np.int64(0)
    while good - bad > 1:
        middle = (good + bad) // 2
        fits = try_team(N, U, E, X, Y, B, Z, Q, QE, T, STOP_OF, P, OWN, picks, size, high - middle, False)
        if fits and Z[BROKEN] <= who:
            good = middle
        else:
            bad = middle
    early = high - good
    fits = try_team(N, U, E, X, Y, B, Z, Q, QE, T, STOP_OF, P, OWN, picks, size, early, False)
    if fits and Z[BROKEN] <= who:
        return early
    try_team(N, U, E, X, Y, B, Z, Q, QE, T, STOP_OF, P, OWN, picks, size, low, False)
    return low


@dataclass(frozen=True, slots=True)
class Wanted:
    """The visit to be put in, as the kernels want it. ``own``: see ``try_team``; ``floor``: earliest by its ties."""

    visit: Visit
    own: np.ndarray
    floor: float
    places: np.ndarray


class Day:
    """A plan laid out for trials. ``now``: what it has begun by then runs its course, and nothing is left before."""

    def __init__(self, problem: Problem, plan: Plan, now: float | None = None) -> None:
        self.problem, self.plan, self.now = problem, plan, now
        # Company where a risk demands it is said in windows here.
        self.visits = {visit.id: visit for visit in in_plain_terms(problem).visits}
        self.shifts: list[tuple[Worker, Shift]] = [(w, s) for w in problem.workers for s in w.shifts]
        self._shift_number = {(w.id, s.id): e for e, (w, s) in enumerate(self.shifts)}
        self._faces: dict[str | None, Faces] = {one.person: one for one in problem.faces}
        self._worker_number = {worker.id: k for k, worker in enumerate(problem.workers)}
        self._travel = {
            mode: np.asarray(minutes, dtype=np.float64) if isinstance(minutes, np.ndarray | list) else minutes
            for mode, minutes in problem.travel.items()
        }
        self.stops = sorted(
            (a for a in plan.assignments if a.visit in self.visits and (a.worker, a.shift) in self._shift_number),
            key=lambda a: (self._shift_number[a.worker, a.shift], a.starts, a.ends),
        )
        self.number: dict[str, int] = {}
        for stop in self.stops:
            self.number.setdefault(stop.visit, len(self.number))
        self.names = list(self.number)
        self._lay_shifts()
        self._lay_stops()
        self._lay_visits()
        m = len(self.names)
        self.B = np.zeros(m + 1, B_DTYPE)
        self.Q, self.QE, self.T = np.zeros(m + 2, np.int64), np.zeros(2, np.int64), np.zeros(m + 2, np.int64)
        self.Z = np.zeros(8)
        most = max((len(visit.slots) for visit in problem.visits), default=1)
        self.M = np.zeros((3, most + 1), np.int64)
        weights = problem.weights
        worst = float(np.max(self.U["start"] - self.U["due"], initial=0.0))
        self.P = np.array([weights.lateness, weights.overtime, weights.worst_lateness, weights.moved_minutes, worst])

    @property
    def scratch(self) -> tuple[np.ndarray, ...]:
        return self.B, self.Z, self.Q, self.QE, self.T, self.STOP_OF, self.P

    def way(self, worker: Worker, origin: int, destination: int) -> float:
        """Minutes of travel; inf where there is no way."""
        minutes = self._travel[worker.mode][origin][destination]
        return float(minutes) if minutes >= 0 else math.inf

    def _lay_shifts(self) -> None:
        # One more of each slot follows the shifts there are, for a worker who is not there yet.
        more = max((len(visit.slots) for visit in self.problem.visits), default=0)
        self.E = np.zeros(len(self.shifts) + more, SHIFT)
        self.E["ends"] = self.E["limit"] = math.inf
        self.of_shift: list[list[int]] = [[] for _ in self.shifts]
        self.load = [0.0] * len(self.problem.workers)
        for e, (worker, shift) in enumerate(self.shifts):
            self.E[e] = (shift.ends, last_moment(worker, shift), 0.0, self._worker_number[worker.id])

    def _lay_stops(self) -> None:
        N = np.zeros(len(self.stops), STOP)
        for s, stop in enumerate(self.stops):
            self.of_shift[self._shift_number[stop.worker, stop.shift]].append(s)
        rests = {(taken.worker, taken.shift): taken for taken in self.plan.breaks}
        self.rest_after: dict[int, float] = {}
        rows = []
        for e, (worker, shift) in enumerate(self.shifts):
            rest = rests.get((worker.id, shift.id))
            of_shift = self.of_shift[e]
            ways, busy = self._travel[worker.mode], 0.0
            for k, s in enumerate(of_shift):
                stop = self.stops[s]
                visit = self.visits[stop.visit]
                last = k + 1 == len(of_shift)
                place = shift.end_place if last else self.visits[self.stops[s + 1].visit].place
                minutes, way = visit.slots[stop.slot].minutes, max(0.0, float(ways[visit.place][place]))
                if rest is not None and stop.starts <= rest.starts and (last or rest.starts < self.stops[s + 1].starts):
                    self.rest_after[s] = rest.ends - rest.starts
                pause = self.rest_after.get(s, 0.0)
                rows.append((self.number[stop.visit], -1 if last else s + 1, e, minutes + pause + way))
                busy += minutes + way
                if k == 0:
                    busy += max(0.0, float(ways[shift.start_place][visit.place]))
                if last:
                    self.E["over"][e] = max(0.0, stop.starts + minutes + pause + way - shift.ends)
            self.load[self._worker_number[worker.id]] += busy
        if rows:
            N[:] = rows
        self.N = N

    def _lay_visits(self) -> None:
        stops_of: list[list[int]] = [[] for _ in self.names]
        for s, stop in enumerate(self.stops):
            stops_of[self.number[stop.visit]].append(s)
        self.stops_of = stops_of
        self.STOP_OF = np.array([s for stops in stops_of for s in stops] or [0], np.int64)
        self.ties_of: dict[str, list[tuple[str, float, float, bool]]] = defaultdict(list)
        for gap in self.problem.gaps:
            back = -math.inf if gap.at_most is None else -gap.at_most
            self.ties_of[gap.first].append((gap.second, gap.at_least, back, gap.different_workers))
            self.ties_of[gap.second].append((gap.first, back, gap.at_least, gap.different_workers))
        # Visits left out are numbered after those in the plan, where something is tied to them.
        everybody = dict(self.number)
        for name in self.ties_of:
            everybody.setdefault(name, len(everybody))
        self.tied_number = {name: v for name, v in everybody.items() if name not in self.number}
        ties: list[list[tuple[int, float]]] = [[] for _ in everybody]
        for name, v in everybody.items():
            for other, ahead, _, _ in self.ties_of.get(name, ()):
                if ahead > -math.inf and (name in self.number or other in self.number):
                    ties[v].append((everybody[other], ahead))
        rows_of_ties = [tie for theirs in ties for tie in theirs]
        self.X = np.array(rows_of_ties, TIE) if rows_of_ties else np.zeros(1, TIE)
        ends = np.cumsum([len(theirs) for theirs in ties]) if ties else np.zeros(0, int)
        self.tie_range = {v: (int(ends[v]) - len(ties[v]), int(ends[v])) for v in range(len(ties))}
        held: dict[str, list[float]] = defaultdict(list)
        for promise in self.problem.held:
            held[promise.visit].append(promise.starts)
        rows = []
        first = 0
        for v, name in enumerate(self.names):
            visit, start = self.visits[name], self.stops[stops_of[v][0]].starts
            pinned = any(pin.starts is not None for pin in visit.pinned)
            is_fact = pinned or (self.now is not None and start <= self.now)
            hard = visit.window.closes if visit.window.hard else math.inf
            promised = held.get(name, [])
            told = promised[0] if promised and not pinned else math.inf
            rows.append(
                (
                    start, hard, math.inf, is_fact, math.inf if pinned else visit.window.closes, len(visit.slots), told,
                    int(bool(promised)), first, len(stops_of[v]), *self.tie_range[v],
                )
            )  # fmt: skip
            first += len(stops_of[v])
        self.U = np.array(rows, PLANNED) if rows else np.zeros(0, PLANNED)
        latest_starts(self.N, self.U, self.E, self.X, self.STOP_OF)
        self.latest: list[float] = self.U["latest"].tolist()

    def wanted(self, visit: Visit, *, relaxed: bool = False) -> Wanted:
        """A visit that is not in the plan, with every place it could go to.

        ``relaxed``: also where only a change of rules could put it, and with one more worker for each slot.
        """
        floor = -math.inf if self.now is None else self.now
        apart: set[str] = set()
        for other, _, behind, different in self.ties_of.get(visit.id, ()):
            if other in self.number:
                v = self.number[other]
                floor = max(floor, float(self.U["start"][v]) + behind)
                if different:
                    apart.update(self.stops[s].worker for s in self.stops_of[v])
        tied = self.tied_number.get(visit.id, -1)
        ties = self.tie_range[tied] if tied >= 0 else (0, 0)
        hard = visit.window.closes if visit.window.hard else math.inf
        own = np.array([*ties, visit.window.closes, hard, len(visit.slots), math.inf, 0.0, tied])
        places: list[tuple[float, ...]] = []
        for number, slot in enumerate(visit.slots):
            if number and slot == visit.slots[0] and not relaxed and not visit.pinned:
                places += [(number, *row[1:]) for row in places if row[0] == 0]
            else:
                places += self._places(visit, number, max(floor, visit.window.opens), frozenset(apart), relaxed)
        if not relaxed:
            floor = max(floor, visit.window.opens)
        return Wanted(visit, own, floor, np.array(places, PLACE) if places else np.zeros(0, PLACE))

    def _places(
        self, visit: Visit, number: int, wanted_from: float, apart: frozenset[str], relaxed: bool
    ) -> Iterator[tuple[float, ...]]:
        slot = visit.slots[number]
        pin = next((pin.worker for pin in visit.pinned if pin.slot == number), None)
        elsewhere = {other.worker for other in visit.pinned if other.slot != number}
        weights = self.problem.weights
        for e, (worker, shift) in enumerate(self.shifts):
            if slot.skill not in worker.skills or worker.id in apart or worker.id in elsewhere:
                continue
            if self.now is not None and shift.ends <= self.now:
                continue
            begins, last = first_moment(worker, shift), last_moment(worker, shift)
            if begins > min(last, shift.ends) or not may_come(worker, visit):
                continue
            if not has_level_during(worker, slot, visit.window.opens, visit.window.opens + slot.minutes):
                continue
            lets, effort = _what_lets(visit, slot, worker.id, pin)
            if lets and not relaxed:
                continue
            ways, k = self._travel[worker.mode], self._worker_number[worker.id]
            cap = math.inf if worker.max_minutes is None else worker.max_minutes
            price = weights.pay * worker.cost_per_hour / 60.0 * slot.minutes
            if visit.preferred and worker.id not in visit.preferred:
                price += weights.not_preferred
            price += self._price_of_face(visit, worker.id)
            paid = max(self.load[k], math.inf if worker.paid_minutes is None else worker.paid_minutes)
            stops = self.of_shift[e]
            for at in range(len(stops) + 1):
                if at < len(stops):
                    following = self.stops[stops[at]]
                    beyond = self.visits[following.visit].place
                    if self.now is not None and following.starts <= self.now:
                        continue
                    back = ways[beyond][visit.place]
                    if not relaxed and back >= 0 and following.ends + back <= wanted_from:
                        continue
                else:
                    beyond = shift.end_place
                if at == 0:
                    free, here, service = begins, shift.start_place, 0.0
                else:
                    before = self.stops[stops[at - 1]]
                    pause = self.rest_after.get(stops[at - 1], 0.0)
                    free, here = before.ends + pause, self.visits[before.visit].place
                    service = before.ends - before.starts + pause
                way, on = ways[here][visit.place], ways[visit.place][beyond]
                if way < 0 or on < 0:
                    continue
                arrives = (free if self.now is None else max(free, self.now)) + way
                straight = max(0.0, ways[here][beyond]) if stops else 0.0
                added = way + on - straight
                over = max(0.0, self.load[k] + added + slot.minutes - cap)
                busy = weights.work * (added + slot.minutes)
                busy += weights.unpaid * max(0.0, self.load[k] + added + slot.minutes - paid)
                if not relaxed and (over > TOLERANCE or arrives + slot.minutes + on > last):
                    continue
                latest = self._latest(e, stops, at, slot.minutes + on)
                if not relaxed and arrives > latest + TOLERANCE:
                    continue
                earlier = stops[at - 1] if at else -1
                later = stops[at] if at < len(stops) else -1
                yield (
                    number, k, e, earlier, later, arrives, latest, way,
                    service + way, slot.minutes + on, weights.travel * added + price + busy, over, effort,
                    lets.bit_count(), lets,
                )  # fmt: skip
        if relaxed:
            lets, effort = ONE_MORE, ONE_MORE_WORKER + slot.minutes
            if pin is not None:
                lets, effort = lets | RELEASED, effort + RELEASE
            price = weights.not_preferred if visit.preferred else 0.0
            yield (
                number, len(self.load) + number, len(self.shifts) + number, -1, -1, wanted_from, math.inf, 0.0,
                0.0, slot.minutes, price, 0.0, effort, lets.bit_count(), lets,
            )  # fmt: skip

    def _price_of_face(self, visit: Visit, worker: str) -> float:
        faces = self._faces.get(visit.person)
        if faces is None:
            return 0.0
        weights = self.problem.weights
        is_full = faces.at_most is not None and len(faces.this_week) >= faces.at_most
        extra = weights.extra_face if is_full and worker not in faces.this_week else 0.0
        return (0.0 if worker in faces.known else weights.new_face) + extra

    def _latest(self, e: int, stops: list[int], at: int, reach: float) -> float:
        if at < len(stops):
            return self.latest[self.number[self.stops[stops[at]].visit]] - reach
        return last_moment(*self.shifts[e]) - reach

    def trial(self, wanted: Wanted, places: Sequence[int], start: float, *, strict: bool = True) -> Trial | None:
        """The plan with the visit in these places from ``start`` or as soon after as can be; None when it cannot be."""
        picks = np.array(places, np.int64)
        fits = try_team(
            self.N, self.U, self.E, self.X, wanted.places, *self.scratch, wanted.own, picks, len(picks), start, strict
        )
        if not fits:
            return None
        fresh = {self.names[v]: float(self.B["fresh"][v]) for v in self.T[: int(self.Z[TOUCHED])]}
        return Trial(
            float(self.Z[START]), float(self.Z[COST]), float(self.Z[LATE]), float(self.Z[OVERTIME]),
            int(self.Z[BROKEN]), float(self.Z[EFFORT]), fresh,
        )  # fmt: skip

    def latest_without_harm(self, wanted: Wanted, places: Sequence[int], low: float, high: float) -> Trial | None:
        """The trial with the latest start in [low, high) that breaks no rule after it; None when none is."""
        picks = np.array(places, np.int64)
        early = latest_without_harm(
            self.N, self.U, self.E, self.X, wanted.places, *self.scratch, wanted.own, picks, len(picks), low, high
        )
        return self.trial(wanted, places, float(early), strict=False) if math.isfinite(early) else None

    def weigh(self, wanted: Wanted) -> np.ndarray:
        """(places, 4): rules that each place alone would break, the effort of changing them, its start and cost."""
        weighed = np.zeros((len(wanted.places), 4))
        weigh_places(
            self.N, self.U, self.E, self.X, wanted.places, *self.scratch, wanted.own,
            wanted.floor, wanted.visit.window.opens, weighed, self.M,
        )  # fmt: skip
        return weighed

    def rank(self, wanted: Wanted, slots: Sequence[int] | None = None, at_most: int | None = None) -> Ranked:
        """Every team of different workers that could take the slots, each at its earliest start and least cost.

        ``at_most``: of each slot only as many workers, the soonest there; for teams too many to try them all.
        """
        slots = range(len(wanted.visit.slots)) if slots is None else slots
        places = wanted.places
        lists = []
        for number in slots:
            mine = np.flatnonzero(places["slot"] == number)
            mine = mine[np.lexsort((places["arrives"][mine], places["worker"][mine]))]
            workers, first = np.unique(places["worker"][mine], return_index=True)
            last = np.append(first[1:], len(mine))
            soonest = np.argsort(places["arrives"][mine[first]], kind="stable")[:at_most] if len(mine) else first
            lists.append((mine, first[soonest], last[soonest]))
            del workers
        # The kernel wants the places of one worker side by side.
        rows = np.concatenate([mine for mine, _, _ in lists]) if lists else np.zeros(0, np.int64)
        sizes = np.array([len(first) for _, first, _ in lists], np.int64)
        FROM = np.zeros((len(lists), max(1, sizes.max(initial=0))), np.int64)
        TO = FROM.copy()
        offset = 0
        for s, (mine, first, last) in enumerate(lists):
            FROM[s, : len(first)], TO[s, : len(last)] = first + offset, last + offset
            offset += len(mine)
        asked = [wanted.visit.slots[number] for number in slots]
        alike = all(slot == asked[0] for slot in asked) and not wanted.visit.pinned
        most = int(np.prod(sizes)) if len(sizes) else 0
        picks, out = np.zeros((most, len(lists)), np.int64), np.zeros((most, 4))
        found = rank_teams(
            self.N, self.U, self.E, self.X, places[rows], *self.scratch, wanted.own,
            FROM, TO, sizes, wanted.floor, alike, picks, out, self.M,
        )  # fmt: skip
        return Ranked(rows[picks[:found]], out[:found], alike)

    def with_it(self, wanted: Wanted, places: Sequence[int], trial: Trial, workers: Sequence[str]) -> Plan:
        """The plan of a trial, in full. ``workers``: who takes each place, those who are not there yet included."""
        starts = {stop.visit: trial.fresh.get(stop.visit, stop.starts) for stop in self.stops}
        starts[wanted.visit.id] = trial.start
        rows: dict[int, list[tuple[str, int]]] = {
            e: [(self.stops[s].visit, self.stops[s].slot) for s in stops] for e, stops in enumerate(self.of_shift)
        }
        for y in sorted(places, key=lambda y: -int(wanted.places["after"][y])):
            row = wanted.places[y]
            e, after = int(row["shift"]), int(row["after"])
            at = self.of_shift[e].index(after) + 1 if after >= 0 and e < len(self.shifts) else 0
            rows.setdefault(e, []).insert(at, (wanted.visit.id, int(row["slot"])))
        stops = []
        for e, theirs in rows.items():
            if e >= len(self.shifts):
                who = next(name for name, y in zip(workers, places) if int(wanted.places["shift"][y]) == e)
                number = theirs[0][1]
                ends = trial.start + wanted.visit.slots[number].minutes
                stops.append(Assignment(wanted.visit.id, number, who, "one-more", trial.start, ends, 0.0, 0.0))
                continue
            worker, shift = self.shifts[e]
            free, here = shift.starts, shift.start_place
            for name, number in theirs:
                visit = self.visits[name]
                way = max(0.0, self.way(worker, here, visit.place))
                starts_at = starts[name]
                ends = starts_at + visit.slots[number].minutes
                waits = max(0.0, starts_at - free - way)
                stops.append(Assignment(name, number, worker.id, shift.id, starts_at, ends, way, waits))
                free, here = ends, visit.place
        undone = tuple(name for name in self.plan.undone if name != wanted.visit.id)
        return Plan(tuple(stops), undone, breaks=self.plan.breaks, attending=self.plan.attending)


@dataclass(frozen=True, slots=True)
class Ranked:
    """picks: (teams, slots) rows of ``Wanted.places``. figures: (teams, 4) start, cost, lateness, visits moved.

    ``alike``: the slots ask the same, so no team is there twice.
    """

    picks: np.ndarray
    figures: np.ndarray
    alike: bool


@dataclass(frozen=True, slots=True)
class Trial:
    """A visit put in: its start, the cost added, minutes of lateness and overtime added, and whose starts rise.

    ``broken``, ``effort``: rules that would have to be changed for it, and how hard that is.
    """

    start: float
    cost: float
    late: float
    overtime: float
    broken: int
    effort: float
    fresh: dict[str, float]


def _what_lets(visit: Visit, slot: Slot, worker: str, pin: str | None) -> tuple[int, float]:
    """What would have to be changed for a skilled worker to take a slot, and the effort of it."""
    lets, effort = 0, 0.0
    if slot.allowed is not None and worker not in slot.allowed:
        lets, effort = lets | SIGNED_OFF, effort + SIGN_OFF
    if pin is not None and pin != worker:
        lets, effort = lets | RELEASED, effort + RELEASE
    if worker in visit.refused:
        lets, effort = lets | ALLOWED, effort + ALLOW
    return lets, effort


def make_ready() -> None:
    """Compiles these kernels or loads them from their cache."""
    problem = smallest_problem()
    first, *others = problem.visits
    stops = (Assignment("morning", 0, "w0", "day", 500.0, 515.0, 9.0, 0.0),)
    day = Day(problem, Plan(stops, (first.id, *(visit.id for visit in others[1:]))))
    wanted = day.wanted(first, relaxed=True)
    day.weigh(wanted)
    day.rank(day.wanted(first))


__all__ = ["Day", "Trial", "Wanted", "make_ready"]
