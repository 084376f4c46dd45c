"""The rules and costs of practice, judged by the problem and the plan alone. One function a rule.

Shares no code with the search, nor with what prepares a problem for it: what a rule means is written out here again.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from itertools import pairwise

from visit_planner.checking_case import TOLERANCE, Case
from visit_planner.plan import Assignment, Fault
from visit_planner.problem import Worker


def only_these_sent(case: Case) -> Iterator[Fault]:
    """Where only some may come, one of them comes."""
    for stop in case.known:
        for only in case.visits[stop.visit].only_these:
            if stop.worker not in only.workers and not case.is_fact(stop):
                text = f"{stop.worker} is not among those who may come to visit {stop.visit}, because {only.why}"
                yield Fault("only_these_sent", stop.visit, stop.worker, text, 1.0)


def barred_worker_kept_away(case: Case) -> Iterator[Fault]:
    for stop in case.known:
        for barred in case.visits[stop.visit].barred:
            if stop.worker in barred.workers and not case.is_fact(stop):
                text = f"{stop.worker} may not come to visit {stop.visit}, because {barred.why}"
                yield Fault("barred_worker_kept_away", stop.visit, stop.worker, text, 1.0)


def skill_of_level(case: Case) -> Iterator[Fault]:
    """A worker who has the skill has it at the level the slot needs, at whatever time."""
    for stop in case.known:
        slot = case.visits[stop.visit].slots[stop.slot]
        worker = case.workers[stop.worker]
        if slot.skill not in worker.skills or case.is_fact(stop):
            continue
        best = max((grade.level for grade in worker.grades if grade.skill == slot.skill), default=1)
        if best < slot.level:
            text = f"{stop.worker} has {slot.skill} at level {best}; visit {stop.visit} needs level {slot.level}"
            yield Fault("skill_of_level", stop.visit, stop.worker, text, slot.level - best)


def skill_in_date(case: Case) -> Iterator[Fault]:
    """A graded skill holds from the start of the service to its end. ``amount``: minutes outside."""
    for stop in case.known:
        slot = case.visits[stop.visit].slots[stop.slot]
        grades = [
            grade
            for grade in case.workers[stop.worker].grades
            if grade.skill == slot.skill and grade.level >= slot.level
        ]
        if not grades or case.is_fact(stop):
            continue
        outside = min(
            max(
                0.0,
                (-math.inf if grade.since is None else grade.since) - stop.starts,
                stop.ends - (math.inf if grade.until is None else grade.until),
            )
            for grade in grades
        )
        if outside > TOLERANCE:
            text = f"{stop.worker} does not hold {slot.skill} for the whole of visit {stop.visit}"
            yield Fault("skill_in_date", stop.visit, stop.worker, text, outside)


def nobody_alone(case: Case) -> Iterator[Fault]:
    """Where a risk forbids it, nobody is at a visit without another worker. ``amount``: minutes alone."""
    for visit_id, stops in case.by_visit.items():
        risk = case.visits[visit_id].not_alone
        if risk is None or all(case.is_fact(stop) for stop in stops):
            continue
        since = -math.inf if risk.since is None else risk.since
        until = math.inf if risk.until is None else risk.until
        alone = 0.0
        for stop in stops:
            company = [other for other in stops if other is not stop]
            marks = sorted({stop.starts, stop.ends, since, until, *(m for o in company for m in (o.starts, o.ends))})
            for begins, ends in pairwise(marks):
                inside = max(begins, stop.starts, since), min(ends, stop.ends, until)
                if inside[1] > inside[0] and not any(o.starts <= inside[0] and o.ends >= inside[1] for o in company):
                    alone += inside[1] - inside[0]
        if alone > TOLERANCE:
            text = f"Somebody is alone at visit {visit_id} for {alone:.4g} minutes, which may not be: {risk.why}"
            yield Fault("nobody_alone", visit_id, stops[0].worker, text, alone)


def rest_kept(case: Case) -> Iterator[Fault]:
    """Between one shift's work and the next, and before and after the problem, lie the minutes of rest owed.

    Work ends at the shift's end place and begins with setting out for the first visit.
    """
    for worker in case.problem.workers:
        if not worker.rest_minutes:
            continue
        worked: list[tuple[float, Assignment | None]] = []
        if worker.worked_until is not None:
            worked.append((worker.worked_until, None))
        for shift in sorted(worker.shifts, key=lambda shift: shift.starts):
            stops = case.by_shift.get((worker.id, shift.id))
            if not stops:
                continue
            first, last = stops[0], stops[-1]
            way = case.travel(worker.id, shift.start_place, case.visits[first.visit].place)
            back = case.travel(worker.id, case.visits[last.visit].place, shift.end_place)
            if worked and not shift.continues:
                until, before = worked[-1]
                short = until + worker.rest_minutes - (first.starts - max(0.0, way))
                recorded = case.is_fact(first) or (before is not None and case.is_fact(before))
                if short > TOLERANCE and not recorded:
                    text = f"{worker.id} has {short:.4g} minutes too little rest before shift {shift.id}"
                    yield Fault("rest_kept", first.visit, worker.id, text, short)
            worked.append((last.ends + max(0.0, back), last))
        if worker.works_again is not None and worked:
            until, before = worked[-1]
            short = until + worker.rest_minutes - worker.works_again
            if before is not None and short > TOLERANCE and not case.is_fact(before):
                text = f"{worker.id} has {short:.4g} minutes too little rest before they work again"
                yield Fault("rest_kept", before.visit, worker.id, text, short)


def clinic_agreed(case: Case) -> Iterator[Fault]:
    """A place in a clinic is one the person agreed to."""
    for place in case.plan.attending:
        visit = case.visits.get(place.visit)
        if visit is None or visit.clinic != place.clinic:
            text = f"Visit {place.visit} has a place in clinic {place.clinic}, to which nobody agreed"
            yield Fault("clinic_agreed", place.visit, None, text, 1.0)


def clinic_places_kept(case: Case) -> Iterator[Fault]:
    taken = Counter(place.clinic for place in case.plan.attending)
    for clinic in case.problem.clinics:
        over = taken[clinic.id] - clinic.places
        if over > 0:
            text = f"Clinic {clinic.id} has {clinic.places} places and {taken[clinic.id]} people"
            yield Fault("clinic_places_kept", None, None, text, over)


def clinic_held(case: Case) -> Iterator[Fault]:
    """Nobody is sent to a clinic that nobody holds."""
    taken = Counter(place.clinic for place in case.plan.attending)
    for clinic in case.problem.clinics:
        if clinic.session is not None and taken[clinic.id] and clinic.session not in case.by_visit:
            text = f"{taken[clinic.id]} people have places in clinic {clinic.id}, which nobody holds"
            yield Fault("clinic_held", clinic.session, None, text, taken[clinic.id])


PRACTICE_RULES: tuple[Callable[[Case], Iterator[Fault]], ...] = (
    only_these_sent,
    barred_worker_kept_away,
    skill_of_level,
    skill_in_date,
    nobody_alone,
    rest_kept,
    clinic_agreed,
    clinic_places_kept,
    clinic_held,
)


def _minutes_worked(case: Case, worker: Worker) -> float:
    """Visits and travel over all the worker's shifts, from each start place to each end place."""
    minutes = 0.0
    for shift in worker.shifts:
        place = shift.start_place
        stops = case.by_shift.get((worker.id, shift.id), [])
        for stop in stops:
            here = case.visits[stop.visit]
            minutes += max(0.0, case.travel(worker.id, place, here.place)) + here.slots[stop.slot].minutes
            place = here.place
        if stops:
            minutes += max(0.0, case.travel(worker.id, place, shift.end_place))
    return minutes


def practice_parts(case: Case) -> dict[str, float]:
    """The components of cost that practice adds, in their own units."""
    met = {faces.person: faces for faces in case.problem.faces}
    new = 0
    came: dict[str, set[str]] = defaultdict(set)
    for stop in case.known:
        person = case.visits[stop.visit].person
        if person in met:
            new += stop.worker not in met[person].known
            came[person].add(stop.worker)
    extra = 0
    for person, workers in came.items():
        faces = met[person]
        if faces.at_most is not None:
            extra += max(0, len(faces.this_week | workers) - max(faces.at_most, len(faces.this_week)))
    unpaid = 0.0
    for worker in case.problem.workers:
        if worker.paid_minutes is not None:
            unpaid += max(0.0, _minutes_worked(case, worker) - worker.paid_minutes)
    price = {clinic.id: clinic.cost for clinic in case.problem.clinics}
    return {
        "unpaid": unpaid,
        "new_face": float(new),
        "extra_face": float(extra),
        "clinic": sum(price.get(place.clinic, 0.0) for place in case.plan.attending),
    }
