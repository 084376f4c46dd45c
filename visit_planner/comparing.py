"""What changed between two plans of a day, and why: each move followed back to what set it off."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import pairwise

from visit_planner.checking import clock, cost
from visit_planner.plan import Assignment, Cost, Plan
from visit_planner.problem import Problem, Shift, Visit

# Below half a minute nobody would notice the difference.
_SLACK = 0.5
# What can set a move off, in the order they are told.
ABSENCE, NEW_VISIT, CHANGED_VISIT, CANCELLED, NEW_WORKER, IMPROVEMENT = (
    "absence",
    "new_visit",
    "changed_visit",
    "cancelled",
    "new_worker",
    "improvement",
)


@dataclass(frozen=True, slots=True)
class Moved:
    """One slot that is with somebody else, at another time, newly planned or no longer. None: nobody, at no time.

    ``after``: the visits through which the cause reached this one, nearest last; empty when it is touched at once.
    """

    visit: str
    slot: int
    from_worker: str | None
    to_worker: str | None
    from_start: float | None
    to_start: float | None
    after: tuple[str, ...] = ()

    @property
    def minutes_later(self) -> float:
        """Minutes later than before; 0 where it was or is not planned."""
        if self.from_start is None or self.to_start is None:
            return 0.0
        return self.to_start - self.from_start


@dataclass(frozen=True, slots=True)
class Because:
    """The moves of one cause. ``of``: the worker or visit that is the cause; None for an improvement.

    ``travel`` and ``lateness``: minutes more (or less) of each on the shifts and visits moved, where this cause is
    the only one to touch them; shared shifts count in the first cause told.
    """

    cause: str
    of: str | None
    moves: tuple[Moved, ...]
    travel: float
    lateness: float
    sentence: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """``difference``: cost of the second plan less the first, part by part. ``unchanged``: slots that stay as told."""

    because: tuple[Because, ...]
    difference: Cost
    unchanged: int

    @property
    def moves(self) -> tuple[Moved, ...]:
        return tuple(move for one in self.because for move in one.moves)


def compare(
    before: tuple[Problem, Plan],
    after: tuple[Problem, Plan],
    *,
    names: Mapping[str, str] | None = None,
) -> Comparison:
    """What the second plan changes in the first, grouped by what set it off.

    Each plan comes with the problem it answers: what differs between the two problems (a worker or shift gone, a visit
    new, changed or cancelled) is what can set moves off. From there moves follow one another along the shifts they
    touch and the visits they share; what nothing set off is an improvement. ``names``: what to call workers and
    visits in sentences, by id.
    """
    called = dict(names or {})
    was = {(stop.visit, stop.slot): stop for stop in before[1].assignments}
    now = {(stop.visit, stop.slot): stop for stop in after[1].assignments}
    moved = {key for key in was.keys() | now.keys() if not _same(was.get(key), now.get(key))}
    causes = _causes(before[0], after[0])
    reached = _reach(causes, moved, was, now)
    groups: dict[tuple[str, str | None], list[Moved]] = defaultdict(list)
    for key in sorted(moved, key=lambda key: ((now.get(key) or was[key]).starts, key)):
        cause, path = reached.get(key, ((IMPROVEMENT, None), ()))
        groups[cause].append(_moved(key, was.get(key), now.get(key), path))
    old, new = cost(*before), cost(*after)
    difference = Cost(**{part.name: getattr(new, part.name) - getattr(old, part.name) for part in fields(Cost)})
    order = [*causes, (IMPROVEMENT, None)]
    travel = {side: _travel(*both) for side, both in (("before", before), ("after", after))}
    told: set[tuple[str, str]] = set()
    because = []
    for cause in order:
        if moves := groups.get(cause):
            shifts = {key for move in moves for key in _shifts(move, was, now)} - told
            told |= shifts
            way = sum(travel["after"].get(s, 0.0) - travel["before"].get(s, 0.0) for s in shifts)
            late = sum(_late(after[0], move, move.to_start) - _late(before[0], move, move.from_start) for move in moves)
            sentence = _sentence(cause, moves, called)
            because.append(Because(*cause, tuple(moves), way, late, sentence))
    return Comparison(tuple(because), difference, len(was.keys() & now.keys()) - len(moved & was.keys() & now.keys()))


def _same(was: Assignment | None, now: Assignment | None) -> bool:
    return was is not None and now is not None and was.worker == now.worker and abs(was.starts - now.starts) < _SLACK


def _causes(before: Problem, after: Problem) -> list[tuple[str, str | None]]:
    old_visits = {visit.id: visit for visit in before.visits}
    new_visits = {visit.id: visit for visit in after.visits}
    old_shifts = {worker.id: worker.shifts for worker in before.workers}
    new_shifts = {worker.id: worker.shifts for worker in after.workers}
    found: list[tuple[str, str | None]] = []
    found += [(ABSENCE, name) for name, shifts in old_shifts.items() if _is_less(shifts, new_shifts.get(name, ()))]
    found += [(NEW_VISIT, name) for name in new_visits if name not in old_visits]
    found += [
        (CHANGED_VISIT, name)
        for name, visit in new_visits.items()
        if name in old_visits and _asks_otherwise(old_visits[name], visit)
    ]
    found += [(CANCELLED, name) for name in old_visits if name not in new_visits]
    found += [(NEW_WORKER, name) for name, shifts in new_shifts.items() if _is_less(shifts, old_shifts.get(name, ()))]
    return found


def _is_less(had: Sequence[Shift], has: Sequence[Shift]) -> bool:
    """Whether some time of the shifts had is no longer in a shift."""
    return any(not any(one.starts <= shift.starts and shift.ends <= one.ends for one in has) for shift in had)


def _asks_otherwise(old: Visit, new: Visit) -> bool:
    """Whether what a visit asks of those who plan is different; who is known to the person is no cause by itself."""
    asked = [(v.place, v.slots, v.window, v.refused, v.pinned, v.cost_if_undone) for v in (old, new)]
    return asked[0] != asked[1]


def _reach(
    causes: Iterable[tuple[str, str | None]],
    moved: set[tuple[str, int]],
    was: Mapping[tuple[str, int], Assignment],
    now: Mapping[tuple[str, int], Assignment],
) -> dict[tuple[str, int], tuple[tuple[str, str | None], tuple[str, ...]]]:
    """(visit, slot) -> cause and the visits through which it came, breadth first from every cause at once."""
    touches: dict[tuple[str, str], set[tuple[str, int]]] = defaultdict(set)
    for key in moved:
        for node in _nodes(key, was, now):
            touches[node].add(key)
    reached: dict[tuple[str, int], tuple[tuple[str, str | None], tuple[str, ...]]] = {}
    todo: deque[tuple[str, int]] = deque()
    for cause in causes:
        kind, of = cause
        node = ("worker" if kind in (ABSENCE, NEW_WORKER) else "visit", of or "")
        for key in sorted(touches.get(node, ())):
            left = kind != NEW_WORKER or (key in now and now[key].worker == of)
            if key not in reached and left:
                reached[key] = cause, ()
                todo.append(key)
    while todo:
        key = todo.popleft()
        cause, path = reached[key]
        for node in sorted(_nodes(key, was, now)):
            for other in sorted(touches[node]):
                if other not in reached:
                    reached[other] = cause, (*path, key[0])
                    todo.append(other)
    return reached


def _nodes(
    key: tuple[str, int],
    was: Mapping[tuple[str, int], Assignment],
    now: Mapping[tuple[str, int], Assignment],
) -> set[tuple[str, str]]:
    """What a move hangs on: its visit, and those who had it and have it."""
    workers = {side[key].worker for side in (was, now) if key in side}
    return {("visit", key[0]), *(("worker", name) for name in workers)}


def _moved(key: tuple[str, int], was: Assignment | None, now: Assignment | None, path: tuple[str, ...]) -> Moved:
    return Moved(
        visit=key[0],
        slot=key[1],
        from_worker=was.worker if was else None,
        to_worker=now.worker if now else None,
        from_start=was.starts if was else None,
        to_start=now.starts if now else None,
        after=path,
    )


def _shifts(
    move: Moved, was: Mapping[tuple[str, int], Assignment], now: Mapping[tuple[str, int], Assignment]
) -> set[tuple[str, str]]:
    key = (move.visit, move.slot)
    return {(side[key].worker, side[key].shift) for side in (was, now) if key in side}


def _travel(problem: Problem, plan: Plan) -> dict[tuple[str, str], float]:
    """Minutes of travel of each shift, the way back included."""
    visits = {visit.id: visit for visit in problem.visits}
    stops: dict[tuple[str, str], list[Assignment]] = defaultdict(list)
    for stop in plan.assignments:
        stops[stop.worker, stop.shift].append(stop)
    minutes = {}
    for worker in problem.workers:
        ways = problem.travel[worker.mode]
        for shift in worker.shifts:
            theirs = sorted(stops.get((worker.id, shift.id), ()), key=lambda stop: stop.starts)
            places = [shift.start_place, *(visits[stop.visit].place for stop in theirs), shift.end_place]
            if theirs:
                minutes[worker.id, shift.id] = sum(max(0.0, float(ways[a][b])) for a, b in pairwise(places))
    return minutes


def _late(problem: Problem, move: Moved, start: float | None) -> float:
    visit = next((visit for visit in problem.visits if visit.id == move.visit), None)
    return 0.0 if start is None or visit is None else max(0.0, start - visit.window.closes)


def _sentence(cause: tuple[str, str | None], moves: Sequence[Moved], called: Mapping[str, str]) -> str:
    kind, of = cause
    name = called.get(of or "", of or "")
    begins = {
        ABSENCE: f"{name} is away",
        NEW_VISIT: f"{name} is new",
        CHANGED_VISIT: f"{name} was changed",
        CANCELLED: f"{name} is no longer wanted",
        NEW_WORKER: f"{name} works longer",
        IMPROVEMENT: "A better plan was found",
    }[kind]
    others = [move for move in moves if move.visit != of]
    counted = [
        (sum(m.from_worker is None and m.to_worker is not None for m in others), "newly planned"),
        (sum(m.to_worker is None for m in others), "left without anybody"),
        (
            sum(None not in (m.from_worker, m.to_worker) and m.from_worker != m.to_worker for m in others),
            "to somebody else",
        ),
        (sum(m.from_worker == m.to_worker is not None for m in others), "at another time"),
    ]
    parts = [f"{count} {'visit' if count == 1 else 'visits'} {what}" for count, what in counted if count]
    own = next((move for move in moves if move.visit == of), None)
    if own is not None and own.to_start is not None:
        parts.insert(0, f"{called.get(own.to_worker or '', own.to_worker or '')} goes at {clock(own.to_start)}")
    return f"{begins}: {', '.join(parts) if parts else 'nothing else moves'}."


__all__ = ["Because", "Comparison", "Moved", "compare"]
