"""What practice asks of a plan beyond the textbook: who may come, levels of skill, twos, rest, faces, group clinics.

The words of it, and what would contradict them. docs/guides/planner-terms.md lists every term with its unit, source,
rule and test. All times are minutes from midnight of the planning day, as in ``visit_planner.problem``.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from visit_planner.problem import Problem, Shift, Slot, Visit, Worker

# Regulation 10, Working Time Regulations 1998: 11 consecutive hours in each 24-hour period.
DAILY_REST = 660.0


@dataclass(frozen=True, slots=True)
class OnlyThese:
    """Only these workers may come to a visit, in any of its slots, and ``why``: "she asked for a woman".

    ``why`` is said to people as it stands, after "because": a clause without a capital or a full stop.
    """

    workers: frozenset[str]
    why: str


@dataclass(frozen=True, slots=True)
class Barred:
    """These workers may not come to a visit, and ``why``: "ann is allergic to his cats"."""

    workers: frozenset[str]
    why: str


@dataclass(frozen=True, slots=True)
class Grade:
    """A worker's skill at a level, from ``since`` until ``until`` (open where None), in minutes from midnight.

    Level 1 is the skill itself; what a higher level means is the caller's to say. A skill that a worker has grades
    for is held only as they say; one without grades is held at level 1 for good.
    """

    skill: str
    level: int = 1
    since: float | None = None
    until: float | None = None


@dataclass(frozen=True, slots=True)
class NotAlone:
    """Nobody may be at a visit alone between ``since`` and ``until`` (open where None), and ``why``: "there is a dog".

    With neither, the visit must have two slots that last as long as each other.
    """

    why: str
    since: float | None = None
    until: float | None = None


@dataclass(frozen=True, slots=True)
class Faces:
    """Whom a person knows. ``known``: workers they have met; ``this_week``: who has come in the week so far.

    Each slot given to somebody outside ``known`` costs ``Weights.new_face``. With ``at_most``, each worker by whom a
    plan takes the week's different faces beyond it costs ``Weights.extra_face``, however often they come.
    """

    person: str
    known: frozenset[str] = frozenset()
    this_week: frozenset[str] = frozenset()
    at_most: int | None = None


@dataclass(frozen=True, slots=True)
class Clinic:
    """A group session that people may come to instead of being visited, where they agreed (``Visit.clinic``).

    places: how many can come. cost: of one place, in minutes of travel. session: the visit by which staff hold it;
    while that is left out nobody can come.
    """

    id: str
    places: int
    cost: float = 0.0
    session: str | None = None


@dataclass(frozen=True, slots=True)
class Attending:
    """A visit that is a place in a clinic instead."""

    visit: str
    clinic: str


def may_come(worker: Worker, visit: Visit) -> bool:
    """Whether what the person asked for, and what is known of the home, let this worker come."""
    return all(worker.id in one.workers for one in visit.only_these) and all(
        worker.id not in one.workers for one in visit.barred
    )


def why_not_come(worker: str, visit: Visit) -> str | None:
    """The reason, as it was given, for which a worker may not come; None when they may."""
    for one in visit.only_these:
        if worker not in one.workers:
            return one.why
    for other in visit.barred:
        if worker in other.workers:
            return other.why
    return None


def has_level(worker: Worker, slot: Slot) -> bool:
    """Whether a worker has the slot's skill at its level, at whatever time."""
    return bool(_grades(worker, slot))


def has_level_during(worker: Worker, slot: Slot, starts: float, ends: float) -> bool:
    """Whether a worker has the slot's skill at its level from ``starts`` to ``ends``."""
    return any(_since(grade) <= starts and ends <= _until(grade) for grade in _grades(worker, slot))


def held_until(worker: Worker, slot: Slot, starts: float) -> float:
    """The last moment until which a worker has the slot's skill and level from ``starts`` on; -inf when not then."""
    return max((_until(grade) for grade in _grades(worker, slot) if _since(grade) <= starts), default=-math.inf)


def _grades(worker: Worker, slot: Slot) -> list[Grade]:
    if slot.skill not in worker.skills:
        return []
    own = [grade for grade in worker.grades if grade.skill == slot.skill] or [Grade(slot.skill)]
    return [grade for grade in own if grade.level >= slot.level]


def _since(limits: Grade | NotAlone) -> float:
    return -math.inf if limits.since is None else limits.since


def _until(limits: Grade | NotAlone) -> float:
    return math.inf if limits.until is None else limits.until


def alone_during(visit: Visit) -> tuple[float, float] | None:
    """From when until when, in minutes after its start, one worker is alone at a visit; None when nobody is."""
    lengths = sorted((slot.minutes for slot in visit.slots), reverse=True)
    others = lengths[1] if len(lengths) > 1 else 0.0
    return (others, lengths[0]) if lengths[0] > others else None


def starts_in_company(visit: Visit, wanted: float) -> tuple[float, float]:
    """Earliest and latest start at which nobody is alone when they may not be; (inf, -inf) when there is none.

    Before and after the forbidden time are two stretches: the one that holds ``wanted``, or comes after it, is given.
    """
    alone = alone_during(visit)
    if visit.not_alone is None or alone is None:
        return -math.inf, math.inf
    before, after = _since(visit.not_alone) - alone[1], _until(visit.not_alone) - alone[0]
    if wanted <= before:
        return -math.inf, before
    return (after, math.inf) if after < math.inf else (math.inf, -math.inf)


def first_moment(worker: Worker, shift: Shift) -> float:
    """When a worker may set out on a shift: its start, or later where rest is owed after work before the problem."""
    if worker.worked_until is None or shift.continues:
        return shift.starts
    return max(shift.starts, worker.worked_until + worker.rest_minutes)


def last_moment(worker: Worker, shift: Shift) -> float:
    """When a worker must be back from a shift: its end and overtime, or earlier for the next shift and rest before."""
    last = shift.ends + shift.overtime_at_most
    following = min((other for other in worker.shifts if other.starts > shift.starts), key=_starts, default=None)
    if following is not None:
        last = min(last, following.starts - (0.0 if following.continues else worker.rest_minutes))
    if worker.works_again is not None:
        last = min(last, worker.works_again - worker.rest_minutes)
    return last


def _starts(shift: Shift) -> float:
    return shift.starts


def in_plain_terms(problem: Problem) -> Problem:
    """The problem with rest and company said in hours of shifts and windows, for what knows only those."""
    if all(len(w.shifts) < 2 and not w.rest_minutes for w in problem.workers) and not any(
        visit.not_alone for visit in problem.visits
    ):
        return problem
    workers = []
    for worker in problem.workers:
        shifts = []
        for shift in worker.shifts:
            first, last = first_moment(worker, shift), last_moment(worker, shift)
            if first <= min(last, shift.ends):
                ends = max(first, min(shift.ends, last))
                shifts.append(replace(shift, starts=first, ends=ends, overtime_at_most=last - ends))
        workers.append(replace(worker, shifts=tuple(shifts)))
    visits = []
    for visit in problem.visits:
        earliest, latest = starts_in_company(visit, visit.window.opens)
        window = visit.window
        if earliest > window.opens:
            opens = min(earliest, 1e9)
            window = replace(window, opens=opens, closes=max(opens, window.closes))
        elif latest <= window.closes:
            window = replace(window, closes=max(window.opens, latest), hard=True)
        visits.append(visit if window is visit.window else replace(visit, window=window, not_alone=None))
    # Not replace(): the tables of travel would be gone through again, and somebody waits for the answer.
    plain = copy(problem)
    object.__setattr__(plain, "workers", tuple(workers))
    object.__setattr__(plain, "visits", tuple(visits))
    return plain


def contradictions(problem: Problem) -> Iterator[str]:
    """What is wrong with the practice terms of a problem, a sentence each; the first is raised on construction."""
    workers = {worker.id for worker in problem.workers}
    visits = {visit.id: visit for visit in problem.visits}
    clinics = {clinic.id: clinic for clinic in problem.clinics}
    for worker in problem.workers:
        yield from _worker_contradictions(worker)
    for visit in problem.visits:
        yield from _visit_contradictions(visit, workers, clinics)
    for person, times in Counter(faces.person for faces in problem.faces).items():
        if times > 1:
            yield f"faces: person {person!r} is given {times} times; put all of them in one"
    for faces in problem.faces:
        if faces.at_most is not None and not (_is_whole(faces.at_most) and faces.at_most >= 1):
            yield f"faces of {faces.person!r}: at_most is {faces.at_most!r}; it must be a whole number of at least 1"
    if len(clinics) < len(problem.clinics):
        yield "clinics: an id is used twice"
    for clinic in problem.clinics:
        where = f"clinic {clinic.id!r}"
        if not (_is_whole(clinic.places) and clinic.places >= 0):
            yield f"{where}: places is {clinic.places!r}; it must be a whole number of at least 0"
        if not (_is_finite(clinic.cost) and clinic.cost >= 0):
            yield f"{where}: cost is {clinic.cost!r}; it must be at least 0"
        if clinic.session is not None and clinic.session not in visits:
            yield f"{where}: session names visit {clinic.session!r}, which is not in visits"
        elif clinic.session is not None and visits[clinic.session].clinic is not None:
            yield f"{where}: its session {clinic.session!r} cannot itself be a place in a clinic"


def _worker_contradictions(worker: Worker) -> Iterator[str]:
    where = f"worker {worker.id!r}"
    for grade in worker.grades:
        if grade.skill not in worker.skills:
            yield f"{where}: a grade is of {grade.skill!r}, which is not among their skills; add it to skills"
        if not (_is_whole(grade.level) and grade.level >= 1):
            yield f"{where}: the level of {grade.skill!r} is {grade.level!r}; it must be a whole number of at least 1"
        yield from _limits(f"{where}: the grade of {grade.skill!r}", grade)
    if worker.paid_minutes is not None and not (_is_finite(worker.paid_minutes) and worker.paid_minutes >= 0):
        yield f"{where}: paid_minutes is {worker.paid_minutes!r}; it must be at least 0"
    if not (_is_finite(worker.rest_minutes) and worker.rest_minutes >= 0):
        yield f"{where}: rest_minutes is {worker.rest_minutes!r}; it must be at least 0"
    for name in ("worked_until", "works_again"):
        moment = getattr(worker, name)
        if moment is not None and not _is_finite(moment):
            yield f"{where}: {name} is {moment!r}, not minutes from midnight"


def _visit_contradictions(visit: Visit, workers: set[str], clinics: dict[str, Clinic]) -> Iterator[str]:
    where = f"visit {visit.id!r}"
    for number, slot in enumerate(visit.slots):
        if not (_is_whole(slot.level) and slot.level >= 1):
            yield f"{where}, slot {number}: level is {slot.level!r}; it must be a whole number of at least 1"
    for field, group in (("only_these", visit.only_these), ("barred", visit.barred)):
        for one in group:
            if not one.why.strip():
                yield f"{where}: {field} without why; say the reason, so that it can be told"
            # somebody who is away today stays barred, and stays among those who would do
            if field == "barred" and workers and not one.workers:
                yield f"{where}: barred names nobody; leave it out"
    if visit.not_alone is not None:
        if not visit.not_alone.why.strip():
            yield f"{where}: not_alone without why; say the risk, so that it can be told"
        yield from _limits(f"{where}: not_alone", visit.not_alone)
        ever = visit.not_alone.since is None and visit.not_alone.until is None
        if ever and alone_during(visit) is not None:
            yield (
                f"{where}: not_alone at any time, but its slots leave somebody alone there; "
                "give it two slots of the same minutes"
            )
    if visit.clinic is not None and visit.clinic not in clinics:
        yield f"{where}: clinic is {visit.clinic!r}, which is not in clinics"


def _limits(where: str, limits: Grade | NotAlone) -> Iterator[str]:
    for name in ("since", "until"):
        value = getattr(limits, name)
        if value is not None and not _is_finite(value):
            yield f"{where}: {name} is {value!r}, not minutes from midnight"
            return
    if limits.since is not None and limits.until is not None and limits.until <= limits.since:
        yield f"{where}: until is {limits.until!r}, not after since {limits.since!r}"


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_finite(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
