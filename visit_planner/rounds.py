"""What one search cannot price alone is settled between rounds of it: places in a clinic, and the faces of a week.

Each round is an ordinary search of a problem in which the question is already answered; the answer is then improved
from the plan found. The best plan by the true cost is kept.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from visit_planner.checking import cost
from visit_planner.plan import Plan
from visit_planner.practice import Attending
from visit_planner.problem import Problem, Visit

# Of the search's effort, what each round may use: most before anything is settled, the rest to make the best of it.
SHARES = (0.5, 0.3, 0.2)

Search = Callable[[Problem, float, Plan | None], Plan]


def needs_rounds(problem: Problem) -> bool:
    """Whether a problem has questions that are settled between rounds."""
    return any(visit.clinic is not None for visit in problem.visits) or any(
        faces.at_most is not None and len(faces.this_week) < faces.at_most for faces in problem.faces
    )


def in_rounds(problem: Problem, search: Search, start: Plan | None = None) -> Plan:
    """The best plan of three rounds. ``search(problem, share, start)`` makes a plan with a share of the effort."""
    asked = _with_clinics(problem, frozenset(visit.id for visit in problem.visits if visit.clinic is not None))
    best: Plan | None = None
    best_cost = float("inf")
    done, seconds = 0, 0.0
    for share in SHARES:
        found = search(asked, share, start)
        done, seconds = done + found.iterations, seconds + found.cpu_seconds
        plan = _seated(problem, found)
        total = cost(problem, plan).total
        if total < best_cost - 1e-9:
            best, best_cost = plan, total
        asked = _settled(problem, plan)
        start = plan
    assert best is not None
    return replace(best, iterations=done, cpu_seconds=round(seconds, 3))


def _with_clinics(problem: Problem, may_attend: frozenset[str]) -> Problem:
    """The problem in which leaving these visits out costs no more than a place in their clinic."""
    price = {clinic.id: clinic.cost * problem.weights.clinic for clinic in problem.clinics if clinic.places}
    scale = problem.weights.undone

    def priced(visit: Visit) -> Visit:
        if visit.id not in may_attend or visit.clinic not in price or scale <= 0:
            return visit
        return replace(visit, cost_if_undone=min(visit.cost_if_undone, price[visit.clinic] / scale))

    return replace(problem, visits=tuple(priced(visit) for visit in problem.visits))


def _seated(problem: Problem, found: Plan) -> Plan:
    """The plan with what it leaves out given the places of clinics that are held, dearest to visit at home first."""
    undone = set(found.undone)
    clinics = {clinic.id: clinic for clinic in problem.clinics}
    left = {c.id: c.places for c in problem.clinics if c.session is None or c.session not in undone}
    seats = []
    wanting = [(visit, visit.clinic) for visit in problem.visits if visit.id in undone and visit.clinic is not None]
    round_trip = _round_trips(problem, found)
    for visit, clinic in sorted(wanting, key=lambda wish: (-wish[0].cost_if_undone, -round_trip(wish[0]))):
        price = clinics[clinic].cost * problem.weights.clinic
        if left.get(clinic, 0) > 0 and price <= visit.cost_if_undone * problem.weights.undone:
            left[clinic] -= 1
            seats.append(Attending(visit.id, clinic))
    taken = {place.visit for place in seats}
    order = {visit.id: k for k, visit in enumerate(problem.visits)}
    return replace(
        found,
        undone=tuple(name for name in found.undone if name not in taken),
        attending=tuple(sorted(seats, key=lambda place: order[place.visit])),
    )


def _round_trips(problem: Problem, plan: Plan) -> Callable[[Visit], float]:
    """What it would take to go to a visit and back from the nearest place somebody is anyway, and to do it."""
    visits = {visit.id: visit for visit in problem.visits}
    used = {visits[stop.visit].place for stop in plan.assignments}
    used |= {shift.start_place for worker in problem.workers for shift in worker.shifts}
    places = np.array(sorted(used), dtype=int)
    tables = [np.where(np.asarray(table) < 0, np.inf, table) for table in problem.travel.values()]

    def minutes(visit: Visit) -> float:
        ways = [table[places, visit.place] + table[visit.place, places] for table in tables]
        travel = min((float(way.min()) for way in ways if len(way)), default=0.0)
        return travel * len(visit.slots) + sum(slot.minutes for slot in visit.slots)

    return minutes


def _settled(problem: Problem, plan: Plan) -> Problem:
    """The problem with the answers of a plan taken for given: who has a place, and who the faces of a week are.

    Where a clinic has places left anybody who agreed may still come; where it is full, those without a place are
    worth what their visit is worth.
    """
    taken = Counter(place.clinic for place in plan.attending)
    seated = {place.visit for place in plan.attending}
    room = {clinic.id for clinic in problem.clinics if taken[clinic.id] < clinic.places}
    held = {clinic.id for clinic in problem.clinics if clinic.session is None or clinic.session not in plan.undone}
    may = frozenset(
        visit.id for visit in problem.visits if visit.clinic in held and (visit.id in seated or visit.clinic in room)
    )
    visits = {visit.id: visit for visit in problem.visits}
    came: dict[str, Counter[str]] = defaultdict(Counter)
    for stop in plan.assignments:
        person = visits[stop.visit].person
        if person is not None:
            came[person][stop.worker] += 1
    faces = []
    for one in problem.faces:
        if one.at_most is not None and len(one.this_week) < one.at_most:
            often = sorted(came[one.person], key=lambda worker: (-came[one.person][worker], worker))
            chosen = one.this_week | frozenset(often)
            if len(chosen) > one.at_most:
                free = [worker for worker in often if worker not in one.this_week]
                chosen = one.this_week | frozenset(free[: one.at_most - len(one.this_week)])
                one = replace(one, this_week=chosen, at_most=len(chosen))
        faces.append(one)
    return replace(_with_clinics(problem, may), faces=tuple(faces))
