"""One district of a large problem as a problem of its own, and its answer put back.

A visit is *whole* in a district when all of it may be planned there, or a *piece*: some of its workers are in other
districts, so its time is settled and each worker keeps the part they have.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from visit_planner.plan import Assignment, BreakTaken, Plan
from visit_planner.problem import Pin, Problem, Visit, Window, Worker
from visit_planner.scaling.ground import Ground
from visit_planner.travel import block_of

# Dearer than anything a district could save by leaving a piece out.
NEVER_LEFT_OUT = 1e9

Given = dict[tuple[str, int], Assignment]
Breaks = dict[tuple[str, str], BreakTaken]


@dataclass(frozen=True)
class District:
    """A part of a problem. ``slots`` are (visit, slot here) -> slot there; ``pieces``: visits that are not whole.

    places: (places here,) the number there of each.
    """

    problem: Problem
    start: Plan
    workers: frozenset[str]
    slots: Mapping[tuple[str, int], int]
    pieces: frozenset[str]
    places: np.ndarray

    @property
    def tasks(self) -> int:
        return sum(len(visit.slots) for visit in self.problem.visits)


def cut(
    ground: Ground, workers: Collection[str], units: Iterable[int], given: Given, breaks: Breaks | None = None
) -> District:
    """The problem of these workers and units of visits, with what else the workers have to do as pieces.

    ``units`` are planned afresh or anew: whoever has them must be among ``workers``. ``given`` is the plan so far.
    """
    here = frozenset(workers)
    whole = {name for unit in units for name in ground.units[unit]}
    parts: dict[str, list[int]] = defaultdict(list)
    for name, slot in _kept(ground, here, given):
        if name not in whole:
            parts[name].append(slot)
    visits: list[Visit] = []
    slots: dict[tuple[str, int], int] = {}
    pieces = set()
    for visit in ground.problem.visits:
        if visit.id in whole:
            fact = _recorded_start(visit)
            free = [k for k in range(len(visit.slots)) if not _is_elsewhere(visit, k, here)]
            if fact is None or len(free) == len(visit.slots):
                visits.append(visit)
            elif free:
                visits.append(_at_settled_time(visit, free, fact))
            slots |= {(visit.id, k): slot for k, slot in enumerate(free)}
        elif visit.id in parts:
            mine = sorted(parts[visit.id])
            visits.append(_piece(visit, mine, given))
            slots |= {(visit.id, k): slot for k, slot in enumerate(mine)}
            pieces.add(visit.id)
    whole -= {visit.id for visit in ground.problem.visits if visit.id in whole and (visit.id, 0) not in slots}
    number_here = {(name, there): k for (name, k), there in slots.items()}
    start = [
        replace(given[there], slot=k)
        for there, k in number_here.items()
        if there in given and given[there].worker in here
    ]
    people = {visit.person for visit in visits}
    team = [worker for worker in ground.problem.workers if worker.id in here]
    places = _places_used(visits, team)
    row = {int(place): number for number, place in enumerate(places)}
    modes = sorted({worker.mode for worker in team} or {ground.mode})
    problem = replace(
        ground.problem,
        workers=tuple(_on_rows(worker, row) for worker in team),
        visits=tuple(replace(visit, place=row[visit.place]) for visit in visits),
        travel={mode: block_of(ground.problem.travel[mode], places) for mode in modes},
        gaps=tuple(gap for gap in ground.problem.gaps if gap.first in whole and gap.second in whole),
        bundles=tuple(bundle for bundle in ground.problem.bundles if whole.issuperset(bundle)),
        faces=tuple(faces for faces in ground.problem.faces if faces.person in people),
        # whether a session is held is the whole plan's to know
        clinics=tuple(replace(clinic, session=None) for clinic in ground.problem.clinics),
        held=tuple(
            replace(held, slot=number_here[held.visit, held.slot])
            for held in ground.problem.held
            if held.visit in whole and (held.visit, held.slot) in number_here
        ),
    )
    taken = tuple(
        replace(one, place=row[one.place]) for one in (breaks or {}).values() if one.worker in here and one.place in row
    )
    return District(problem, Plan(tuple(start), breaks=taken), here, slots, frozenset(pieces), places)


def put_back(given: Given, breaks: Breaks, district: District, plan: Plan) -> None:
    """Replaces in ``given`` and ``breaks`` all that the district's workers had by what the district's plan has."""
    for shift in [shift for shift in breaks if shift[0] in district.workers]:
        del breaks[shift]
    for taken in plan.breaks:
        breaks[taken.worker, taken.shift] = replace(taken, place=int(district.places[taken.place]))
    for key in [key for key, stop in given.items() if stop.worker in district.workers]:
        del given[key]
    for stop in plan.assignments:
        slot = district.slots[stop.visit, stop.slot]
        given[stop.visit, slot] = replace(stop, slot=slot)


def whole_plan(ground: Ground, given: Given, breaks: Breaks | None = None) -> Plan:
    """The plan of all districts together; a visit that lacks a worker is left out."""
    placed: dict[str, int] = defaultdict(int)
    for visit, _ in given:
        placed[visit] += 1
    undone = tuple(visit.id for visit in ground.problem.visits if placed[visit.id] != len(visit.slots))
    left_out = set(undone)
    shifts = [(worker.id, shift.id) for worker in ground.problem.workers for shift in worker.shifts]
    order = {shift: number for number, shift in enumerate(shifts)}
    stops = [stop for stop in given.values() if stop.visit not in left_out]
    stops.sort(key=lambda stop: (order[stop.worker, stop.shift], stop.starts, stop.ends))
    taken = sorted((breaks or {}).values(), key=lambda one: (order[one.worker, one.shift], one.starts))
    return Plan(tuple(stops), undone, breaks=tuple(taken))


def _kept(ground: Ground, here: frozenset[str], given: Given) -> Iterable[tuple[str, int]]:
    """What workers here have in the plan, and what is recorded of them that the plan does not hold."""
    for key, stop in given.items():
        if stop.worker in here:
            yield key
    for visit, slot, worker in ground.facts:
        if worker in here and (visit, slot) not in given:
            yield visit, slot


def _recorded_start(visit: Visit) -> float | None:
    return next((pin.starts for pin in visit.pinned if pin.starts is not None), None)


def _is_elsewhere(visit: Visit, slot: int, here: frozenset[str]) -> bool:
    """Whether a slot is recorded of somebody in another district."""
    return any(pin.slot == slot and pin.starts is not None and pin.worker not in here for pin in visit.pinned)


def _at_settled_time(visit: Visit, free: list[int], at: float) -> Visit:
    """What is still to be given out of a visit that somebody elsewhere is recorded to have started."""
    pins = [pin for pin in visit.pinned if pin.slot in free]
    others = {pin.worker for pin in visit.pinned if pin.slot not in free}
    return replace(
        visit,
        slots=tuple(visit.slots[k] for k in free),
        window=Window(at, at, hard=True),
        other_windows=(),
        not_alone=None,
        refused=visit.refused | others,
        pinned=tuple(replace(pin, slot=free.index(pin.slot)) for pin in pins),
    )


def _piece(visit: Visit, mine: list[int], given: Given) -> Visit:
    recorded = {pin.slot: pin for pin in visit.pinned if pin.starts is not None}
    pins = []
    at = _recorded_start(visit)
    for k, slot in enumerate(mine):
        if slot in recorded:
            pins.append(replace(recorded[slot], slot=k))
        else:
            stop = given[visit.id, slot]
            pins.append(Pin(k, stop.worker))
            at = stop.starts
    assert at is not None
    return replace(
        visit,
        slots=tuple(visit.slots[slot] for slot in mine),
        window=Window(at, at, hard=True),
        other_windows=(),
        not_alone=None,
        clinic=None,
        cost_if_undone=NEVER_LEFT_OUT,
        pinned=tuple(pins),
    )


def _places_used(visits: Iterable[Visit], workers: Iterable[Worker]) -> np.ndarray:
    used = {visit.place for visit in visits}
    for worker in workers:
        used.update(place for shift in worker.shifts for place in (shift.start_place, shift.end_place))
    return np.array(sorted(used or {0}))


def _on_rows(worker: Worker, row: Mapping[int, int]) -> Worker:
    shifts = (
        replace(shift, start_place=row[shift.start_place], end_place=row[shift.end_place]) for shift in worker.shifts
    )
    return replace(worker, shifts=tuple(shifts))
