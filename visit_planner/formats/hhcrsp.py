"""The public home health care routing and scheduling benchmark.

Mankowska, Meisel, Bierwirth 2014; JSON of iolab-uniud/hhcrsp.

One office, everybody starts there at 0 and comes back; lateness counts once per service; the objective is
(total travel + total lateness + largest lateness) / 3.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np

from visit_planner.formats import reading
from visit_planner.formats.reading import FormatError
from visit_planner.plan import Assignment, Plan
from visit_planner.problem import Gap, Problem, Shift, Slot, Visit, Weights, Window, Worker

WEIGHTS = Weights(
    travel=1 / 3, lateness=1 / 3, worst_lateness=1 / 3, overtime=0.0, not_preferred=0.0, moved=0.0, moved_minutes=0.0
)
# Every service must be done: a plan that leaves one out costs more than any that does not.
COST_IF_UNDONE = 1e6
# Some published windows are 401.99999999999994 where 402 is meant.
_SNAP = 1e-6


def looks_like(stored: dict[str, Any]) -> bool:
    return "patients" in stored or "caregivers" in stored


def read_problem(path: Path) -> Problem:
    """Raises: FormatError naming the field that is wrong."""
    return from_json(reading.load(path), str(path))


def _snapped(value: float) -> float:
    nearest = round(value)
    return float(nearest) if abs(value - nearest) < _SNAP else value


def from_json(stored: dict[str, Any], where: str = "instance") -> Problem:
    patients = reading.rows(stored, "patients", where)
    caregivers = reading.rows(stored, "caregivers", where)
    services = {reading.text(row, "id", f"{where}.services"): row for row in reading.rows(stored, "services", where)}
    offices = reading.rows(stored, "central_offices", where)
    if len(offices) != 1:
        raise FormatError(f"{where}.central_offices: expected exactly one, found {len(offices)}")
    distances = reading.matrix(reading.need(stored, "distances", where), f"{where}.distances", len(patients) + 1)
    workers = []
    for i, row in enumerate(caregivers):
        at = f"{where}.caregivers[{i}]"
        abilities = reading.texts(row, "abilities", at)
        _known(abilities, services, f"{at}.abilities")
        shift = Shift("day", 0.0, math.inf, 0, 0)
        workers.append(Worker(reading.text(row, "id", at), "office", frozenset(abilities), (shift,)))
    visits: list[Visit] = []
    gaps: list[Gap] = []
    for i, row in enumerate(patients):
        _read_patient(row, i + 1, services, f"{where}.patients[{i}]", visits, gaps)
    return Problem(tuple(workers), tuple(visits), {"car": np.array(distances)}, tuple(gaps), WEIGHTS)


def _known(names: list[str], services: Collection[str], where: str) -> None:
    for name in names:
        if name not in services:
            raise FormatError(f"{where}: {name!r} is not among the services {sorted(services)}")


def _read_patient(
    row: dict[str, Any],
    place: int,
    services: dict[str, dict[str, Any]],
    at: str,
    visits: list[Visit],
    gaps: list[Gap],
) -> None:
    patient = reading.text(row, "id", at)
    window = reading.need(row, "time_window", at)
    if not isinstance(window, list) or len(window) != 2:
        raise FormatError(f"{at}.time_window: expected [opens, closes], found {window!r}")
    opens, closes = (_snapped(reading.as_number(value, f"{at}.time_window[{k}]")) for k, value in enumerate(window))
    slots = []
    for k, part in enumerate(reading.rows(row, "required_caregivers", at)):
        here = f"{at}.required_caregivers[{k}]"
        service = reading.text(part, "service", here)
        _known([service], services, f"{here}.service")
        default = services[service].get("default_duration")
        if "duration" in part or default is None:
            minutes = reading.number(part, "duration", here)
        else:
            minutes = reading.as_number(default, f"service {service!r}: default_duration")
        slots.append(Slot(service, _snapped(minutes)))
    if len(slots) not in (1, 2):
        raise FormatError(f"{at}.required_caregivers: expected one or two, found {len(slots)}")
    kind, bounds = None, (0.0, 0.0)
    if len(slots) == 2:
        synchronization = reading.need(row, "synchronization", at)
        if not isinstance(synchronization, dict):
            raise FormatError(f"{at}.synchronization: expected an object")
        kind = reading.text(synchronization, "type", f"{at}.synchronization")
        if kind == "sequential":
            distance = reading.need(synchronization, "distance", f"{at}.synchronization")
            if not isinstance(distance, list) or len(distance) != 2:
                raise FormatError(f"{at}.synchronization.distance: expected [least, most], found {distance!r}")
            bounds = tuple(_snapped(reading.as_number(value, f"{at}.synchronization.distance")) for value in distance)  # type: ignore[assignment]
        elif kind != "simultaneous":
            raise FormatError(f"{at}.synchronization.type: expected simultaneous or sequential, found {kind!r}")
    limits = Window(opens, closes)
    if kind == "sequential":
        names = (f"{patient}/1", f"{patient}/2")
        visits += [Visit(name, place, (slot,), limits, COST_IF_UNDONE, patient) for name, slot in zip(names, slots)]
        gaps.append(Gap(names[0], names[1], bounds[0], bounds[1], different_workers=True))
    else:
        visits.append(Visit(patient, place, tuple(slots), limits, COST_IF_UNDONE, patient))


def plan_to_json(problem: Problem, plan: Plan) -> dict[str, Any]:
    """The benchmark's solution format: one route a caregiver, used or not, in the instance's order."""
    skill = {(visit.id, k): slot.skill for visit in problem.visits for k, slot in enumerate(visit.slots)}
    person = {visit.id: visit.person for visit in problem.visits}
    routes: dict[str, list[Assignment]] = {worker.id: [] for worker in problem.workers}
    for assignment in plan.assignments:
        routes[assignment.worker].append(assignment)
    return {
        "routes": [
            {
                "caregiver_id": worker,
                "locations": [
                    {
                        "patient": person[stop.visit],
                        "service": skill[stop.visit, stop.slot],
                        "arrival_time": stop.starts,
                        "departure_time": stop.ends,
                    }
                    for stop in sorted(stops, key=lambda stop: stop.starts)
                ],
            }
            for worker, stops in routes.items()
        ]
    }


def write_plan(problem: Problem, plan: Plan, path: Path) -> None:
    path.write_text(json.dumps(plan_to_json(problem, plan), indent=1) + "\n", encoding="utf-8")


def plan_from_json(problem: Problem, stored: dict[str, Any], where: str = "solution") -> Plan:
    """Raises: FormatError when a caregiver, patient or service is unknown, or a service is listed twice.

    A service twice in one patient (both slots alike) is matched in the order found.
    """
    slots: dict[tuple[str, str], list[tuple[str, int]]] = {}
    for visit in problem.visits:
        for k, slot in enumerate(visit.slots):
            slots.setdefault((visit.person or visit.id, slot.skill), []).append((visit.id, k))
    people = {patient for patient, _ in slots}
    workers = {worker.id for worker in problem.workers}
    found: list[tuple[float, float, str, str, str, str]] = []
    for i, route in enumerate(reading.rows(stored, "routes", where)):
        at = f"{where}.routes[{i}]"
        worker = reading.text(route, "caregiver_id", at)
        if worker not in workers:
            raise FormatError(f"{at}.caregiver_id: {worker!r} is not a caregiver of the instance")
        for k, stop in enumerate(reading.rows(route, "locations", at)):
            here = f"{at}.locations[{k}]"
            # The published description has both spellings.
            patient = reading.text(stop, "patient_id" if "patient_id" in stop else "patient", here)
            service = reading.text(stop, "service_id" if "service_id" in stop else "service", here)
            if patient not in people:
                raise FormatError(f"{here}.patient: {patient!r} is not a patient of the instance")
            if (patient, service) not in slots:
                raise FormatError(f"{here}.service: patient {patient!r} does not need {service!r}")
            arrival = reading.number(stop, "arrival_time", here)
            leaving = reading.number(stop, "departure_time", here)
            found.append((arrival, leaving, worker, patient, service, here))
    assignments = []
    for arrival, leaving, worker, patient, service, here in sorted(found):
        left = slots[patient, service]
        if not left:
            raise FormatError(f"{here}: service {service!r} of patient {patient!r} is given more than once")
        visit_id, k = left.pop(0)
        assignments.append(Assignment(visit_id, k, worker, "day", arrival, leaving, 0.0, 0.0))
    missing = {visit_id for rest in slots.values() for visit_id, _ in rest}
    whole = tuple(a for a in assignments if a.visit not in missing)
    return Plan(whole, tuple(visit.id for visit in problem.visits if visit.id in missing))
