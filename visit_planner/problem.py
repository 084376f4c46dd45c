"""What is to be planned: workers and their shifts, visits and their slots, travel and weights.

All times are minutes from midnight of the planning day; they may be negative or exceed 1440.
Places are row numbers of the travel matrices.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields

import numpy as np

from visit_planner.practice import Barred, Clinic, Faces, Grade, NotAlone, OnlyThese, contradictions
from visit_planner.travel import TravelTable

# Local default: the longest a worker may be kept after a shift ends when a shift does not say otherwise.
OVERTIME_AT_MOST = 30.0
# Local default: leaving a visit out is worth this many minutes of travel to avoid.
COST_IF_UNDONE = 1000.0


class ProblemError(ValueError):
    """The problem contradicts itself; the message names the field and says what to change."""


@dataclass(frozen=True, slots=True)
class Break:
    """Unpaid rest of ``minutes`` in a row, begun between ``earliest`` and ``latest``.

    It is taken beside a visit, before or after it, or at the shift's start place on a day without visits.
    A break left out counts in ``Cost.missed_breaks``; ``required`` makes leaving it out a fault.
    """

    minutes: float
    earliest: float
    latest: float
    required: bool = False


@dataclass(frozen=True, slots=True)
class Shift:
    """One stretch of work. ``overtime_at_most`` minutes after ``ends`` may be used, at a cost; no more.

    ``leaves_at_start``: the worker leaves the start place when the shift starts and waits at the first visit;
    without it they leave just in time for it. ``continues``: the later part of a split day: no rest is owed before.
    """

    id: str
    starts: float
    ends: float
    start_place: int
    end_place: int
    overtime_at_most: float = OVERTIME_AT_MOST
    rest: Break | None = None
    leaves_at_start: bool = False
    continues: bool = False


@dataclass(frozen=True, slots=True)
class Worker:
    """Somebody who visits. ``max_minutes`` caps visits plus travel over all the worker's shifts.

    paid_minutes: of visits and travel that are paid whether they are used or not; those beyond cost
    ``Weights.unpaid`` each, so that paid time is filled first. None: nothing is counted.
    grades: levels and dates of skills that have them. rest_minutes: free of work, overtime included, before each
    shift that does not continue a split day; also after ``worked_until``, when work before the problem ended, and
    before ``works_again``, when work after it begins.
    """

    id: str
    employer: str
    skills: frozenset[str]
    shifts: tuple[Shift, ...]
    mode: str = "car"
    cost_per_hour: float = 0.0
    max_minutes: float | None = None
    paid_minutes: float | None = None
    grades: tuple[Grade, ...] = ()
    rest_minutes: float = 0.0
    worked_until: float | None = None
    works_again: float | None = None


@dataclass(frozen=True, slots=True)
class Slot:
    """One worker's part in a visit. ``allowed``: the worker ids signed off for it; None: anyone with the skill.

    level: of the skill, at the least.
    """

    skill: str
    minutes: float
    allowed: frozenset[str] | None = None
    level: int = 1


@dataclass(frozen=True, slots=True)
class Window:
    """When service may start: never before ``opens``; after ``closes`` is late (soft) or forbidden (hard).

    ``by_end``: what must not be after ``closes`` is the end of each worker's service, not its start.
    """

    opens: float
    closes: float
    hard: bool = False
    by_end: bool = False


@dataclass(frozen=True, slots=True)
class Pin:
    """A decision the planner keeps: this worker, and this start too when given.

    With ``starts`` it is a fact (started, done or promised): window, skill and preference are not held
    against it. Without, the worker is fixed but must still be qualified, and the planner chooses the time.
    """

    slot: int
    worker: str
    starts: float | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """Work at one place. All slots start at the same moment with different workers (a joint visit).

    ``other_windows`` do as well as ``window``: each opens after the one before it closes. A start counts against
    the last window that has opened by then. ``required``: leaving the visit out is a fault, whatever it costs.
    ``only_these`` and ``barred``: who alone may come, who may not, and why. ``not_alone``: a risk for which nobody may
    be there alone. ``clinic``: whose place the person agreed to take instead, should that cost less.
    """

    id: str
    place: int
    slots: tuple[Slot, ...]
    window: Window
    cost_if_undone: float = COST_IF_UNDONE
    person: str | None = None
    preferred: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()
    pinned: tuple[Pin, ...] = ()
    other_windows: tuple[Window, ...] = ()
    required: bool = False
    only_these: tuple[OnlyThese, ...] = ()
    barred: tuple[Barred, ...] = ()
    not_alone: NotAlone | None = None
    clinic: str | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """Start-to-start spacing of two visits, in minutes; holds when both are done. Always hard.

    ``at_least`` of minus infinity: in any order, which leaves only ``different_workers`` to hold.
    """

    first: str
    second: str
    at_least: float
    at_most: float | None = None
    different_workers: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """What a person has been told: this worker for this slot at this time. Moving it costs (see Weights)."""

    visit: str
    slot: int
    worker: str
    starts: float


@dataclass(frozen=True, slots=True)
class Weights:
    """Price of one unit of each thing a plan is judged by. The unit of cost is a minute of travel.

    travel:         per minute of travel, back to the shift's end place included; an unused shift costs nothing
    lateness:       per minute that a slot starts after its window closes
    worst_lateness: per minute of the largest lateness of the plan
    undone:         multiplies ``Visit.cost_if_undone`` of every visit left out
    overtime:       per minute worked after the end of a shift
    not_preferred:  per slot given to somebody outside a non-empty ``Visit.preferred``
    moved:          per slot given to another worker than ``Problem.held`` says
    moved_minutes:  per minute that a visit starts away from the time ``Problem.held`` says
    pay:            per unit of ``Worker.cost_per_hour`` for service minutes
    waiting:        per minute between arriving at a visit and starting it, breaks left aside
    longest_wait:   per minute of the longest single wait of the plan
    worst_idle:     per minute that the idlest worker is on shift without travelling, visiting or resting
    imbalance:      per minute that each worker's visits and travel are from the workers' mean, each rounded up
    work:           per minute of visits and travel
    missed_breaks:  per break that a shift should have and has not
    unqualified:    per slot given to somebody without its skill; 0: never allowed
    refused:        per slot given to somebody in ``Visit.refused``; 0: never allowed
    unpaid:         per minute of visits and travel beyond ``Worker.paid_minutes``
    new_face:       per slot given to somebody the person does not know (see ``Faces``)
    extra_face:     per worker beyond the different faces a person should see in a week
    clinic:         multiplies ``Clinic.cost`` of every place taken in a clinic
    """

    travel: float = 1.0
    lateness: float = 2.0
    worst_lateness: float = 0.0
    undone: float = 1.0
    overtime: float = 3.0
    not_preferred: float = 5.0
    moved: float = 15.0
    moved_minutes: float = 1.0
    pay: float = 0.0
    waiting: float = 0.0
    longest_wait: float = 0.0
    worst_idle: float = 0.0
    imbalance: float = 0.0
    work: float = 0.0
    missed_breaks: float = 0.0
    unqualified: float = 0.0
    refused: float = 0.0
    unpaid: float = 0.5
    new_face: float = 5.0
    extra_face: float = 40.0
    clinic: float = 1.0


@dataclass(frozen=True)
class Problem:
    """A day to plan.

    travel: mode -> (n, n) float minutes, row from, column to; -1 unreachable. For thousands of places a
    ``visit_planner.travel.TravelTable`` may stand for the dense array.
    bundles: ids of visits of which all are planned or none (the steps of one treatment, say).
    never: names of weights whose component of the cost must be 0: anything else is a fault.

    Raises:
        ProblemError: on construction, when anything refers to what is not there or contradicts itself.
    """

    workers: tuple[Worker, ...]
    visits: tuple[Visit, ...]
    travel: Mapping[str, np.ndarray | TravelTable]
    gaps: tuple[Gap, ...] = ()
    weights: Weights = field(default_factory=Weights)
    held: tuple[Held, ...] = ()
    bundles: tuple[tuple[str, ...], ...] = ()
    never: frozenset[str] = frozenset()
    faces: tuple[Faces, ...] = ()
    clinics: tuple[Clinic, ...] = ()

    def __post_init__(self) -> None:
        places = _check_travel(self.travel)
        worker_ids = _check_workers(self.workers, self.travel, places)
        visit_slots = _check_visits(self.visits, worker_ids, places)
        _check_gaps(self.gaps, visit_slots)
        for held in self.held:
            _require(held.visit in visit_slots, f"held: there is no visit {held.visit!r}")
            _require(
                0 <= held.slot < visit_slots[held.visit],
                f"held: visit {held.visit!r} has no slot {held.slot}",
            )
        _check_bundles(self.bundles, visit_slots)
        known = {weight.name for weight in fields(self.weights)}
        _require(self.never <= known, f"never names {sorted(self.never - known)}: use names of weights")
        for weight in fields(self.weights):
            value = getattr(self.weights, weight.name)
            _require(
                _is_number(value) and value >= 0,
                f"weights.{weight.name} is {value!r}: it must be a number of at least 0",
            )
        for contradiction in contradictions(self):
            raise ProblemError(contradiction)


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise ProblemError(message)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | np.integer | np.floating) and not math.isnan(value)


def _is_time(value: object) -> bool:
    return _is_number(value) and math.isfinite(value)  # type: ignore[arg-type]


def _check_travel(travel: Mapping[str, np.ndarray | TravelTable]) -> int:
    _require(len(travel) > 0, "travel: give at least one mode, such as 'car'")
    places = -1
    for mode, minutes in travel.items():
        shape = np.shape(minutes)
        _require(
            len(shape) == 2 and shape[0] == shape[1],
            f"travel[{mode!r}] has shape {shape}: it must be square, a row and a column for each place",
        )
        _require(
            places in (-1, shape[0]),
            f"travel[{mode!r}] has {shape[0]} places where another mode has {places}: they must be equal",
        )
        places = shape[0]
        if isinstance(minutes, TravelTable):
            continue  # it answers for its own cells; asking for them all is what it is there to avoid
        values = np.asarray(minutes, dtype=float)
        wrong = np.argwhere(np.isnan(values) | ((values < 0) & (values != -1)))
        if len(wrong):
            row, column = (int(k) for k in wrong[0])
            raise ProblemError(
                f"travel[{mode!r}][{row}][{column}] is {values[row, column]}: "
                "use minutes of at least 0, or -1 where there is no way"
            )
    return places


def _check_workers(workers: Collection[Worker], travel: Collection[str], places: int) -> set[str]:
    worker_ids: set[str] = set()
    shift_ids: set[tuple[str, str]] = set()
    for worker in workers:
        _require(worker.id not in worker_ids, f"workers: id {worker.id!r} is used twice")
        worker_ids.add(worker.id)
        _require(
            worker.mode in travel,
            f"worker {worker.id!r}: mode is {worker.mode!r}, but travel has only {sorted(travel)}",
        )
        previous: Shift | None = None
        for shift in sorted(worker.shifts, key=lambda s: s.starts):
            where = f"worker {worker.id!r}, shift {shift.id!r}"
            _require((worker.id, shift.id) not in shift_ids, f"{where}: the id is used twice")
            shift_ids.add((worker.id, shift.id))
            _require(_is_time(shift.starts), f"{where}: starts is {shift.starts!r}, not minutes from midnight")
            _require(
                _is_number(shift.ends) and shift.ends >= shift.starts,
                f"{where}: ends is {shift.ends!r}, which is not after its start {shift.starts!r}",
            )
            _require(
                _is_number(shift.overtime_at_most) and shift.overtime_at_most >= 0,
                f"{where}: overtime_at_most is {shift.overtime_at_most!r}: it must be at least 0",
            )
            if shift.rest is not None:
                _check_break(shift.rest, where)
            for name in ("start_place", "end_place"):
                place = getattr(shift, name)
                _require(0 <= place < places, f"{where}: {name} is {place}, but places run from 0 to {places - 1}")
            _require(
                previous is None or previous.ends <= shift.starts,
                f"{where}: it starts before shift {previous.id if previous else ''!r} ends",
            )
            previous = shift
    return worker_ids


def _check_break(rest: Break, where: str) -> None:
    _require(_is_time(rest.minutes) and rest.minutes > 0, f"{where}: rest.minutes is {rest.minutes!r}")
    _require(
        _is_time(rest.earliest) and _is_time(rest.latest) and rest.latest >= rest.earliest,
        f"{where}: rest may begin from {rest.earliest!r} to {rest.latest!r}, which is no time at all",
    )


def _check_visits(visits: Collection[Visit], worker_ids: set[str], places: int) -> dict[str, int]:
    slots: dict[str, int] = {}
    for visit in visits:
        where = f"visit {visit.id!r}"
        _require(visit.id not in slots, f"visits: id {visit.id!r} is used twice")
        slots[visit.id] = len(visit.slots)
        _require(0 <= visit.place < places, f"{where}: place is {visit.place}, but places run from 0 to {places - 1}")
        _require(len(visit.slots) > 0, f"{where}: slots is empty; a visit needs at least one worker")
        for number, slot in enumerate(visit.slots):
            _require(
                _is_time(slot.minutes) and slot.minutes > 0,
                f"{where}, slot {number}: minutes is {slot.minutes!r}; it must be more than 0",
            )
        window = visit.window
        _require(_is_time(window.opens), f"{where}: window.opens is {window.opens!r}, not minutes from midnight")
        _require(
            _is_number(window.closes) and window.closes >= window.opens,
            f"{where}: window closes at {window.closes!r}, before it opens at {window.opens!r}",
        )
        _check_other_windows(visit, where)
        _require(
            _is_number(visit.cost_if_undone) and visit.cost_if_undone >= 0,
            f"{where}: cost_if_undone is {visit.cost_if_undone!r}: it must be at least 0",
        )
        _check_pins(visit, where, worker_ids)
    return slots


def _check_other_windows(visit: Visit, where: str) -> None:
    before = visit.window
    for other in visit.other_windows:
        _require(
            _is_time(other.opens) and _is_number(other.closes) and before.closes <= other.opens <= other.closes,
            f"{where}: other_windows must follow each other; one from {other.opens!r} to {other.closes!r} "
            f"comes after one that closes at {before.closes!r}",
        )
        before = other
    lengths = {slot.minutes for slot in visit.slots}
    _require(
        len(lengths) < 3 or not any(window.by_end for window in (visit.window, *visit.other_windows)),
        f"{where}: a window kept by the end of service takes at most two lengths of service, not {sorted(lengths)}",
    )


def _check_bundles(bundles: Collection[Collection[str]], visits: Collection[str]) -> None:
    seen: set[str] = set()
    for bundle in bundles:
        for name in bundle:
            _require(name in visits, f"bundles: there is no visit {name!r}")
            _require(name not in seen, f"bundles: visit {name!r} is in more than one place")
            seen.add(name)


def _check_pins(visit: Visit, where: str, worker_ids: set[str]) -> None:
    starts = {pin.starts for pin in visit.pinned if pin.starts is not None}
    _require(len(starts) <= 1, f"{where}: pinned gives different starts {sorted(starts)} to one visit")
    seen_slots: set[int] = set()
    seen_workers: set[str] = set()
    for pin in visit.pinned:
        _require(0 <= pin.slot < len(visit.slots), f"{where}: pinned slot {pin.slot} does not exist")
        _require(pin.worker in worker_ids, f"{where}: pinned to worker {pin.worker!r}, who is not in workers")
        _require(pin.slot not in seen_slots, f"{where}: slot {pin.slot} is pinned twice")
        _require(pin.worker not in seen_workers, f"{where}: worker {pin.worker!r} is pinned to two slots of it")
        _require(pin.starts is None or _is_time(pin.starts), f"{where}: pinned starts is {pin.starts!r}")
        seen_slots.add(pin.slot)
        seen_workers.add(pin.worker)


def _check_gaps(gaps: Collection[Gap], visit_slots: Mapping[str, int]) -> None:
    for gap in gaps:
        where = f"gap between {gap.first!r} and {gap.second!r}"
        for name in (gap.first, gap.second):
            _require(name in visit_slots, f"{where}: there is no visit {name!r}")
        _require(gap.first != gap.second, f"{where}: a visit cannot be spaced from itself")
        no_order = gap.at_least == -math.inf
        _require(no_order or (_is_time(gap.at_least) and gap.at_least >= 0), f"{where}: at_least is {gap.at_least!r}")
        _require(
            gap.at_most is None or (_is_number(gap.at_most) and gap.at_most >= gap.at_least),
            f"{where}: at_most is {gap.at_most!r}, less than at_least {gap.at_least!r}",
        )
