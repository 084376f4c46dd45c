"""The public unified home health care benchmark (iolab-uniud/uhhc; Ceschia, Da Ros, Di Gaspero and others 2025).

What its files mean, read off its published validator (iolab-uniud/uhhc-toolbox, ``models/solution_models.py``)
and said in our words:

Weights. ``metadata.cost_components`` prices what a plan is made of. ``"HARD"`` means it must be zero. Left out,
a component is free, but for five where leaving out means HARD: qualification, incompabilities [sic],
caregiver_preferences, optional_patients and missed_lunch_break. A patient not marked optional must be visited
whatever a missed visit costs.
Windows. One or more a patient. Service may start any time after the first opens; lateness counts from the end of
the last window that has opened by the start, for each service on its own, at its start or at its end
(``time_window_met``).
Two services. Simultaneous: equal starts. Sequential: the second starts min to max minutes after the first.
Independent: any two times. We always send two workers; a patient gets both services or neither.
The day. A worker leaves ``departing_point`` not before the shift starts, just in time for the first stop, and
ends at ``arrival_point``; minutes after the shift's end are extra time. In the Bazirha sets (``metadata.origin``)
everybody leaves when the shift starts instead, so that waiting at the first patient counts.
Waiting. Minutes between arriving and starting, before lunch too; not before the first stop, not between a lunch
that is the first stop and the visit after it.
Lunch. For workers who should have one: ``min_duration`` minutes, not begun before ``start``; begun by ``end``
where windows are met at service start, over by ``end`` otherwise. It is taken at the place of a patient that the
worker is about to visit or has just visited, or at the departing point on a day without visits.
Idle. Shift length, extra time added, less travel, services and lunch; the idlest worker counts, and a worker
without visits is idle for the whole shift.
Load. A worker's services and travel. workload_balance: its distance from the workers' mean, each rounded up,
summed; working_time: its sum.
The validator lets services and lunches last longer than they should, which would hide waiting; we never do that.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np

from visit_planner.formats import reading
from visit_planner.formats.reading import FormatError
from visit_planner.plan import Assignment, BreakTaken, Cost, Plan
from visit_planner.problem import Break, Gap, Problem, Shift, Slot, Visit, Weights, Window, Worker

# Published component -> our weight.
COMPONENTS = {
    "travel_time": "travel",
    "total_tardiness": "lateness",
    "highest_tardiness": "worst_lateness",
    "total_waiting_time": "waiting",
    "max_waiting_time": "longest_wait",
    "total_extra_time": "overtime",
    "max_idle_time": "worst_idle",
    "caregiver_preferences": "not_preferred",
    "optional_patients": "undone",
    "missed_lunch_break": "missed_breaks",
    "qualification": "unqualified",
    "incompabilities": "refused",
    "workload_balance": "imbalance",
    "working_time": "work",
}
# Components that the published validator knows by name but never prices.
_UNPRICED = {"tw_max_dev_in_time", "tw_max_dev_in_desired_time"}
_HARD_WHEN_LEFT_OUT = {
    "qualification", "incompabilities", "caregiver_preferences", "optional_patients", "missed_lunch_break",
}  # fmt: skip
# A price of 0 would mean "never" here, so what is free costs next to nothing.
_FREE = 1e-6
_LEAVE_AT_START = {"bazirha", "bazirha-caie"}
LUNCH = "lunch_break"
SHIFT = "day"


def looks_like(stored: dict[str, Any]) -> bool:
    return isinstance(stored.get("metadata"), dict) and "cost_components" in stored["metadata"]


def read_problem(path: Path) -> Problem:
    """Raises: FormatError naming the field that is wrong."""
    return from_json(reading.load(path), str(path))


def _prices(metadata: dict[str, Any], where: str) -> tuple[dict[str, float], set[str]]:
    """Price of each published component; and the names of those that must be zero."""
    stored = reading.need(metadata, "cost_components", where)
    if not isinstance(stored, dict):
        raise FormatError(f"{where}.cost_components: expected an object")
    prices, hard = dict.fromkeys(COMPONENTS, 0.0), set()
    for name, value in stored.items():
        if value is None:
            continue
        if name not in COMPONENTS:
            known = sorted(COMPONENTS)
            if name in _UNPRICED:
                raise FormatError(f"{where}.cost_components.{name}: not supported; its meaning is nowhere published")
            raise FormatError(f"{where}.cost_components: {name!r} is not among {known}")
        if value == "HARD":
            hard.add(name)
        else:
            prices[name] = reading.as_number(value, f"{where}.cost_components.{name}")
    hard |= {name for name in _HARD_WHEN_LEFT_OUT if stored.get(name) is None}
    return prices, hard


def _weights(prices: dict[str, float], hard: set[str]) -> Weights:
    values = {ours: prices[theirs] for theirs, ours in COMPONENTS.items()}
    for theirs in ("qualification", "incompabilities"):
        if theirs not in hard:
            values[COMPONENTS[theirs]] = max(prices[theirs], _FREE)
    # A component that must be zero counts once where it is not (as published).
    values.update({COMPONENTS[theirs]: 1.0 for theirs in hard - {"qualification", "incompabilities"}})
    return Weights(**values, moved=0.0, moved_minutes=0.0, pay=0.0)


def from_json(stored: dict[str, Any], where: str = "instance") -> Problem:
    """Raises: FormatError naming the field that is wrong."""
    metadata = reading.need(stored, "metadata", where)
    if not isinstance(metadata, dict):
        raise FormatError(f"{where}.metadata: expected an object")
    prices, hard = _prices(metadata, f"{where}.metadata")
    met = metadata.get("time_window_met", "at_service_start")
    if met not in ("at_service_start", "at_service_end"):
        raise FormatError(
            f"{where}.metadata.time_window_met: expected at_service_start or at_service_end, found {met!r}"
        )
    by_end = met == "at_service_end"
    patients = reading.rows(stored, "patients", where)
    points = reading.rows(stored, "terminal_points", where)
    size = len(patients) + len(points)
    distances = reading.matrix(reading.need(stored, "distances", where), f"{where}.distances", size)
    default_minutes = {}
    for i, row in enumerate(reading.rows(stored, "services", where)):
        default_minutes[reading.text(row, "id", f"{where}.services[{i}]")] = row.get("default_duration")
    place_of = {}
    for i, row in enumerate(points):
        at = f"{where}.terminal_points[{i}]"
        place_of[reading.text(row, "id", at)] = _place(row, size, at)
    rest = _lunch(stored, where, by_end, "missed_lunch_break" in hard)
    at_start = metadata.get("origin") in _LEAVE_AT_START
    overtime = 0.0 if "total_extra_time" in hard or "working_time" in hard else math.inf
    workers = []
    for i, row in enumerate(reading.rows(stored, "caregivers", where)):
        at = f"{where}.caregivers[{i}]"
        abilities = reading.texts(row, "abilities", at)
        for name in abilities:
            _known(name, default_minutes, f"{at}.abilities", "services")
        starts, ends = _shift_hours(row, at)
        leaves = reading.text(row, "departing_point", at)
        comes = row.get("arrival_point") or leaves
        for name in (leaves, comes):
            _known(name, place_of, at, "terminal_points")
        has_lunch = rest if row.get("lunch_break") else None
        shift = Shift(SHIFT, starts, ends, place_of[leaves], place_of[comes], overtime, has_lunch, at_start)
        workers.append(Worker(reading.text(row, "id", at), "office", frozenset(abilities), (shift,)))
    visits: list[Visit] = []
    gaps: list[Gap] = []
    bundles: list[tuple[str, ...]] = []
    hard_late = bool(hard & {"total_tardiness", "highest_tardiness"})
    for i, row in enumerate(patients):
        at = f"{where}.patients[{i}]"
        windows = _windows(row, at, hard_late, by_end)
        slots = _slots(row, at, default_minutes, only_preferred="caregiver_preferences" in hard)
        optional = bool(row.get("optional")) and "optional_patients" not in hard
        _add_visits(row, at, _place(row, size, at), windows, slots, not optional, visits, gaps, bundles)
    kept_by_rule = {"qualification", "incompabilities", "caregiver_preferences", "optional_patients"}
    never = frozenset(COMPONENTS[name] for name in hard - kept_by_rule - {"working_time", "missed_lunch_break"})
    return Problem(
        tuple(workers), tuple(visits), {"car": np.array(distances)}, tuple(gaps), _weights(prices, hard),
        bundles=tuple(bundles), never=never,
    )  # fmt: skip


def _known(name: str, names: Any, where: str, what: str) -> None:
    if name not in names:
        raise FormatError(f"{where}: {name!r} is not among the {what} {sorted(names)}")


def _place(row: dict[str, Any], size: int, at: str) -> int:
    place = reading.whole(row, "distance_matrix_index", at)
    if not 0 <= place < size:
        raise FormatError(f"{at}.distance_matrix_index: {place} is not a row of distances (0 to {size - 1})")
    return place


def _shift_hours(row: dict[str, Any], at: str) -> tuple[float, float]:
    shift = row.get("working_shift")
    if shift is None:
        return 0.0, math.inf
    return _span(shift, f"{at}.working_shift")


def _span(value: Any, where: str) -> tuple[float, float]:
    """[start, end] or {"start": …, "end": …}."""
    if isinstance(value, dict):
        value = [reading.need(value, "start", where), reading.need(value, "end", where)]
    if not isinstance(value, list) or len(value) != 2:
        raise FormatError(f"{where}: expected a start and an end, found {value!r}")
    return reading.as_number(value[0], f"{where}.start"), reading.as_number(value[1], f"{where}.end")


def _lunch(stored: dict[str, Any], where: str, by_end: bool, required: bool) -> Break | None:
    row = stored.get("lunch_breaks")
    if row is None:
        return None
    if not isinstance(row, dict):
        raise FormatError(f"{where}.lunch_breaks: expected an object")
    at = f"{where}.lunch_breaks"
    starts, ends = reading.number(row, "start", at), reading.number(row, "end", at)
    minutes = reading.number(row, "min_duration", at)
    return Break(minutes, starts, ends - minutes if by_end else ends, required)


def _windows(row: dict[str, Any], at: str, hard: bool, by_end: bool) -> tuple[Window, ...]:
    found = reading.need(row, "time_windows", at)
    if not isinstance(found, list) or not found:
        raise FormatError(f"{at}.time_windows: expected a list of at least one window")
    spans = [_span(value, f"{at}.time_windows[{k}]") for k, value in enumerate(found)]
    return tuple(Window(opens, closes, hard, by_end) for opens, closes in sorted(spans))


def _slots(
    row: dict[str, Any], at: str, default_minutes: dict[str, Any], only_preferred: bool
) -> list[Slot]:  # fmt: skip
    preferred = row.get("preferred_caregivers")
    allowed = frozenset(preferred) if only_preferred and preferred is not None else None
    slots = []
    for k, part in enumerate(reading.rows(row, "required_services", at)):
        here = f"{at}.required_services[{k}]"
        service = reading.text(part, "service", here)
        _known(service, default_minutes, f"{here}.service", "services")
        minutes = part.get("duration") or default_minutes[service]
        slots.append(Slot(service, reading.as_number(minutes, f"{here}.duration"), allowed))
    if len(slots) not in (1, 2):
        raise FormatError(f"{at}.required_services: expected one or two, found {len(slots)}")
    return slots


def _add_visits(
    row: dict[str, Any], at: str, place: int, windows: tuple[Window, ...], slots: list[Slot], required: bool,
    visits: list[Visit], gaps: list[Gap], bundles: list[tuple[str, ...]],
) -> None:  # fmt: skip
    patient = reading.text(row, "id", at)
    kind = "simultaneous"
    least, most = 0.0, 0.0
    if len(slots) == 2:
        together = reading.need(row, "synchronization", at)
        if not isinstance(together, dict):
            raise FormatError(f"{at}.synchronization: expected an object")
        kind = reading.text(together, "type", f"{at}.synchronization")
        if kind not in ("simultaneous", "sequential", "independent"):
            raise FormatError(
                f"{at}.synchronization.type: expected simultaneous, sequential or independent, found {kind!r}"
            )
        if kind == "sequential":
            distance = reading.need(together, "distance", f"{at}.synchronization")
            if isinstance(distance, dict):
                distance = [distance.get("min"), distance.get("max")]
            elif not isinstance(distance, list):
                distance = [distance, distance]
            if len(distance) != 2:
                raise FormatError(f"{at}.synchronization.distance: expected min and max, found {distance!r}")
            least, most = (reading.as_number(value, f"{at}.synchronization.distance") for value in distance)
    preferred = row.get("preferred_caregivers")
    # An empty list of preferred caregivers is a wish nobody can fulfil.
    wished = frozenset() if preferred is None else frozenset(preferred) or frozenset({""})
    refused = frozenset(row.get("incompatible_caregivers") or ())

    def visit(name: str, its_slots: tuple[Slot, ...], cost: float) -> Visit:
        return Visit(
            name, place, its_slots, windows[0], cost, patient, wished, refused,
            other_windows=windows[1:], required=required,
        )  # fmt: skip

    if kind == "simultaneous":
        visits.append(visit(patient, tuple(slots), 1.0))
        return
    names = (f"{patient}/1", f"{patient}/2")
    visits += [visit(names[0], (slots[0],), 1.0), visit(names[1], (slots[1],), 0.0)]
    bundles.append(names)
    if kind == "sequential":
        gaps.append(Gap(names[0], names[1], least, most, different_workers=True))
    else:
        gaps.append(Gap(names[0], names[1], -math.inf, None, different_workers=True))


def plan_to_json(problem: Problem, plan: Plan, name: str = "") -> dict[str, Any]:
    """The benchmark's solution format: one route a caregiver in the instance's order; without visits, no list."""
    skill = {(visit.id, k): slot.skill for visit in problem.visits for k, slot in enumerate(visit.slots)}
    person = {visit.id: visit.person for visit in problem.visits}
    patient_at = {visit.place: visit.person for visit in problem.visits}
    routes: dict[str, list[dict[str, Any]]] = {worker.id: [] for worker in problem.workers}
    for stop in plan.assignments:
        routes[stop.worker].append(
            {
                "patient": person[stop.visit],
                "service": skill[stop.visit, stop.slot],
                "arrival_time": _plain(stop.starts),
                "departure_time": _plain(stop.ends),
            }
        )
    for taken in plan.breaks:
        where = patient_at.get(taken.place, f"place {taken.place}")
        routes[taken.worker].append(
            {
                "patient": where,
                "service": LUNCH,
                "arrival_time": _plain(taken.starts),
                "departure_time": _plain(taken.ends),
            }
        )
    rows = []
    for worker, stops in routes.items():
        row: dict[str, Any] = {"caregiver_id": worker}
        if stops:
            row["locations"] = sorted(stops, key=lambda stop: (stop["arrival_time"], stop["departure_time"]))
        rows.append(row)
    components = {} if plan.cost is None else _components(problem, plan.cost)
    return {**({"instance": name} if name else {}), "routes": rows, "cost_components": components}


def _plain(minutes: float) -> float | int:
    nearest = round(minutes)
    return nearest if abs(minutes - nearest) < 1e-6 else minutes


def _components(problem: Problem, cost: Cost) -> dict[str, int]:
    """Published component -> its value, not weighted."""
    free = {"unqualified", "refused"}
    return {
        theirs: round(getattr(cost, ours))
        for theirs, ours in COMPONENTS.items()
        if getattr(problem.weights, ours) > (_FREE if ours in free else 0.0)
    }


def write_plan(problem: Problem, plan: Plan, path: Path) -> None:
    path.write_text(json.dumps(plan_to_json(problem, plan), indent=1) + "\n", encoding="utf-8")


def _moment(stop: dict[str, Any], names: tuple[str, ...], where: str) -> float:
    for name in names:
        if name in stop:
            return reading.number(stop, name, where)
    raise FormatError(f"{where}: field {names[0]!r} is missing")


def plan_from_json(problem: Problem, stored: dict[str, Any], where: str = "solution") -> Plan:
    """Raises: FormatError when a caregiver, patient or service is unknown, or a service is listed twice."""
    slots = {
        (visit.person or visit.id, slot.skill): (visit.id, k)
        for visit in problem.visits
        for k, slot in enumerate(visit.slots)
    }
    place_of = {visit.person or visit.id: visit.place for visit in problem.visits}
    shift_of = {worker.id: worker.shifts[0] for worker in problem.workers}
    given: set[tuple[str, int]] = set()
    assignments, breaks = [], []
    for i, route in enumerate(reading.rows(stored, "routes", where)):
        at = f"{where}.routes[{i}]"
        worker = reading.text(route, "caregiver_id", at)
        if worker not in shift_of:
            raise FormatError(f"{at}.caregiver_id: {worker!r} is not a caregiver of the instance")
        for k, stop in enumerate(reading.rows(route, "locations", at, optional=True)):
            here = f"{at}.locations[{k}]"
            if "depot" in stop:
                continue
            patient = reading.text(stop, "patient", here)
            service = reading.text(stop, "service", here)
            starts = _moment(stop, ("start_service_time", "arrival_time", "start_time"), here)
            ends = _moment(stop, ("end_service_time", "departure_time", "end_time"), here)
            if service == LUNCH:
                place = place_of.get(patient, shift_of[worker].start_place)
                breaks.append(BreakTaken(worker, SHIFT, starts, ends, place))
                continue
            if (patient, service) not in slots:
                raise FormatError(f"{here}: no patient {patient!r} of the instance needs service {service!r}")
            visit_id, number = slots[patient, service]
            if (visit_id, number) in given:
                raise FormatError(f"{here}: service {service!r} of patient {patient!r} is given more than once")
            given.add((visit_id, number))
            assignments.append(Assignment(visit_id, number, worker, SHIFT, starts, ends, 0.0, 0.0))
    count = {visit.id: len(visit.slots) for visit in problem.visits}
    missing = {name for name in count if sum((name, k) in given for k in range(count[name])) < count[name]}
    whole = tuple(stop for stop in assignments if stop.visit not in missing)
    return Plan(whole, tuple(v.id for v in problem.visits if v.id in missing), breaks=tuple(breaks))
