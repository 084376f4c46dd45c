"""Fitting new or changed visits into a plan people already hold, disturbing as little as possible."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from dataclasses import replace

import numpy as np

from visit_planner import checking
from visit_planner.checking import clock
from visit_planner.plan import Assignment, Move, Plan, Replan
from visit_planner.practice import Attending
from visit_planner.problem import Held, Problem
from visit_planner.pushing import Day
from visit_planner.search import make_ready, replan_search, visits_lost

# The workers most able to be there soon or cheaply take part in re-planning; everybody else keeps their day. More
# find no better plan in the time; fewer cost up to half of one per cent (benchmarks/living.py).
WORKERS_PER_SLOT = 16
_SLACK = 0.01


def replan(
    problem: Problem,
    *,
    held: Plan,
    changed: Collection[str],
    seconds: float = 1.0,
    iterations: int | None = None,
    seed: int = 0,
    now: float | None = None,
    names: Mapping[str, str] | None = None,
) -> Replan:
    """Plans ``changed`` (new or altered visits) into ``held``; everything else stays unless moving it pays.

    Only workers who could take a changed visit, or had it, are touched; where a recorded start makes a day
    impossible, those who could mend it count as such. Times people were told are never
    brought forward, and putting them back, or sending somebody else, costs (``Weights.moved*``).
    Visits of the problem that ``held`` knows nothing of count as changed. ``now`` (minutes from midnight): what
    ``held`` has begun by then is taken to have gone as planned, and nothing else starts before. ``names``: what
    to call workers and visits in the reasons, by id. With ``iterations`` (proposals at most) in place of
    ``seconds`` of CPU the answer is the same however fast the machine is, and asked again it is the same.

    Raises:
        KeyError: ``changed`` names a visit that the problem does not have.
    """
    seated = tuple(place for place in held.attending if place.visit not in changed)
    if seated:
        return _beside_clinics(
            problem, held, changed, seated, seconds=seconds, iterations=iterations, seed=seed, now=now, names=names
        )
    make_ready()
    began = time.thread_time()
    visits = {visit.id: visit for visit in problem.visits}
    known = {stop.visit for stop in held.assignments}
    anew = {*changed, *(visit.id for visit in problem.visits if visit.id not in known | set(held.undone))}
    for name in changed:
        if name not in visits:
            raise KeyError(f"changed names visit {name!r}, which the problem does not have")
    kept = Plan(tuple(stop for stop in held.assignments if stop.visit not in anew and stop.visit in visits))
    promised = problem.held or tuple(Held(s.visit, s.slot, s.worker, s.starts) for s in kept.assignments)
    told = replace(problem, held=tuple(h for h in promised if h.visit not in anew))
    lost = visits_lost(told, kept, now)
    touched = _workers_touched(problem, held, kept, anew | lost, now)
    frozen = [worker.id for worker in problem.workers if worker.id not in touched]
    left = max(0.0, seconds - (time.thread_time() - began))
    plan = replan_search(told, seconds=left, iterations=iterations, seed=seed, start=kept, frozen=frozen, now=now)
    plan = replace(plan, cost=checking.cost(problem, plan))
    return Replan(plan, tuple(_moves(held, plan, anew, names or {})))


def _beside_clinics(
    problem: Problem,
    held: Plan,
    changed: Collection[str],
    seated: tuple[Attending, ...],
    *,
    seconds: float,
    iterations: int | None,
    seed: int,
    now: float | None,
    names: Mapping[str, str] | None,
) -> Replan:
    """Re-plans what is visited at home; whoever has a place in a clinic keeps it."""
    there = {place.visit for place in seated}
    at_home = replace(
        problem,
        visits=tuple(visit for visit in problem.visits if visit.id not in there),
        gaps=tuple(gap for gap in problem.gaps if gap.first not in there and gap.second not in there),
        held=tuple(one for one in problem.held if one.visit not in there),
    )
    answer = replan(
        at_home, held=replace(held, attending=()), changed=changed, seconds=seconds, iterations=iterations, seed=seed,
        now=now, names=names,
    )  # fmt: skip
    plan = replace(answer.plan, attending=tuple(place for place in seated if place.visit in _ids(problem)))
    return replace(answer, plan=replace(plan, cost=checking.cost(problem, plan)))


def _ids(problem: Problem) -> set[str]:
    return {visit.id for visit in problem.visits}


def _workers_touched(problem: Problem, held: Plan, kept: Plan, anew: set[str], now: float | None) -> set[str]:
    touched = {stop.worker for stop in held.assignments if stop.visit in anew}
    day = Day(problem, kept, now)
    for name in sorted(anew):
        visit = day.visits[name]
        touched.update(pin.worker for pin in visit.pinned)
        wanted = day.wanted(replace(visit, window=replace(visit.window, hard=False)))
        for number in range(len(visit.slots)):
            ranked = day.rank(wanted, [number])
            starts, costs = ranked.figures[:, 0], ranked.figures[:, 1]
            soonest = np.lexsort((costs, starts))[:WORKERS_PER_SLOT]
            cheapest = np.lexsort((starts, costs))[:WORKERS_PER_SLOT]
            for row in np.concatenate([soonest, cheapest]):
                touched.add(day.shifts[int(wanted.places["shift"][ranked.picks[row, 0]])][0].id)
    return touched


def _moves(held: Plan, plan: Plan, anew: set[str], names: Mapping[str, str]) -> list[Move]:
    before = {(stop.visit, stop.slot): stop for stop in held.assignments}
    after = {(stop.visit, stop.slot): stop for stop in plan.assignments}
    newcomers = {stop.worker: stop.visit for stop in plan.assignments if stop.visit in anew}
    moves = []
    for key in sorted(before.keys() | after.keys(), key=lambda key: (_time(before, after, key), key)):
        was, now = before.get(key), after.get(key)
        if was and now and was.worker == now.worker and abs(was.starts - now.starts) < _SLACK:
            continue
        moves.append(
            Move(
                visit=key[0],
                slot=key[1],
                from_worker=was.worker if was else None,
                to_worker=now.worker if now else None,
                from_start=was.starts if was else None,
                to_start=now.starts if now else None,
                why=_why(key[0], was, now, key[0] in anew, newcomers, names),
            )
        )
    return moves


def _time(
    before: dict[tuple[str, int], Assignment], after: dict[tuple[str, int], Assignment], key: tuple[str, int]
) -> float:
    stop = after.get(key) or before[key]
    return stop.starts


def _why(
    visit: str,
    was: Assignment | None,
    now: Assignment | None,
    is_anew: bool,
    newcomers: dict[str, str],
    names: Mapping[str, str],
) -> str:
    def call(name: str) -> str:
        return names.get(name, name)

    if now is None:
        return "No room could be found for it." if is_anew else "There was no longer room for it."
    if was is None:
        return f"{call(now.worker)} can be there at {clock(now.starts)} at the least cost to everybody else."
    if is_anew:
        reason = "The visit itself changed"
    elif was.worker in newcomers:
        reason = f"{call(was.worker)} now goes to {call(newcomers[was.worker])}"
    else:
        reason = "The day around it changed"
    if was.worker != now.worker:
        return f"{reason}; {call(now.worker)} is the best placed to take it over."
    later = now.starts - was.starts
    return f"{reason}: it starts {abs(later):.0f} minutes {'later' if later > 0 else 'earlier'}."
