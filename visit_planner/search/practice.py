"""Practice terms laid out for the search: what they forbid, cost and bound, worked into F and the times of visits."""

from __future__ import annotations

import math

import numpy as np

from visit_planner.practice import held_until, may_come, starts_in_company
from visit_planner.problem import Pin, Problem, Shift, Slot, Visit, Worker


def bound_starts(problem: Problem, visits: list[Visit], V: np.ndarray) -> None:
    """Narrows when visits may start so that nobody is alone where a risk forbids it. A recorded start is left."""
    told = {held.visit: held.starts for held in problem.held}
    for v, visit in enumerate(visits):
        if visit.not_alone is None or any(pin.starts is not None for pin in visit.pinned):
            continue
        earliest, latest = starts_in_company(visit, max(visit.window.opens, told.get(visit.id, -math.inf)))
        V[v]["opens"] = max(V[v]["opens"], earliest)
        V[v]["hard"] = min(V[v]["hard"], latest)


def fit(
    problem: Problem,
    visits: list[Visit],
    slots: list[tuple[int, int]],
    shifts: list[tuple[Worker, Shift]],
    V: np.ndarray,
    F: np.ndarray,
) -> None:
    """Takes from F (tasks, routes) who may not come, who has not the level, and prices new and further faces."""
    if not slots or not shifts:
        return
    column_of: dict[str, list[int]] = {}
    for r, (worker, _) in enumerate(shifts):
        column_of.setdefault(worker.id, []).append(r)
    faces = {known.person: known for known in problem.faces}
    graded = {grade.skill for worker in problem.workers for grade in worker.grades}
    prices: dict[str, np.ndarray] = {}
    for t, (v, number) in enumerate(slots):
        visit, slot = visits[v], visits[v].slots[number]
        if visit.person in faces:
            person = visit.person
            if person not in prices:
                prices[person] = _price_of_faces(problem, person, shifts)
            F[t, : len(shifts)] += prices[person]
        if _is_fact(visit, number):
            continue
        if V[v]["opens"] > V[v]["hard"]:
            F[t] = np.inf
        if visit.only_these or visit.barred:
            for worker in problem.workers:
                if not may_come(worker, visit) and worker.id in column_of:
                    F[t, column_of[worker.id]] = np.inf
        if slot.level > 1 or slot.skill in graded:
            _keep_to_levels(problem, slot, V[v], F[t], column_of, shifts)


def _is_fact(visit: Visit, number: int) -> bool:
    pin: Pin | None = next((pin for pin in visit.pinned if pin.slot == number), None)
    return pin is not None and pin.starts is not None


def _price_of_faces(problem: Problem, person: str, shifts: list[tuple[Worker, Shift]]) -> np.ndarray:
    """(routes,) what a slot of this person costs for being given to somebody new, or to one face too many.

    Too many is priced here only once the week is full: until then who fills it is settled in rounds.
    """
    faces = next(one for one in problem.faces if one.person == person)
    is_full = faces.at_most is not None and len(faces.this_week) >= faces.at_most
    return np.array(
        [
            (0.0 if worker.id in faces.known else problem.weights.new_face)
            + (problem.weights.extra_face if is_full and worker.id not in faces.this_week else 0.0)
            for worker, _ in shifts
        ]
    )


def _keep_to_levels(
    problem: Problem,
    slot: Slot,
    row: np.void,
    costs: np.ndarray,
    column_of: dict[str, list[int]],
    shifts: list[tuple[Worker, Shift]],
) -> None:
    """Nobody is given a slot whose level they lack, or would lack before it is done.

    Somebody whose grade ends during the shift may come while it lasts; the visit then may not run late beyond it.
    """
    for worker in problem.workers:
        for r in column_of.get(worker.id, ()):
            if not math.isfinite(costs[r]):
                continue
            until = held_until(worker, slot, row["opens"])
            latest = min(row["due"], row["hard"])
            if until < latest + slot.minutes:
                costs[r] = np.inf
            elif until < shifts[r][1].ends + shifts[r][1].overtime_at_most:
                row["hard"] = min(row["hard"], until - slot.minutes)
