"""Planning coming days with and without one more sign-off."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from django.db import transaction

import visit_planner
from homeward.access.rules import Actor
from homeward.delegation.selectors import could_if_signed_off, who_may
from homeward.procedures.rules import Activity
from homeward.procedures.selectors import published_activities
from homeward.visits.models import Visit, VisitTask
from homeward.visits.planning.board import Board, read_board
from homeward.visits.planning.words import visit_id, worker_id
from homeward.visits.selectors.delegated import Places
from homeward.visits.services import make_visits
from homeward.visits.services.delegated import SHORTEST_VISIT_MINUTES

# Moves of the search: the same days always give the same answer, whatever else the machine does
MOVES_A_VISIT, LEAST_MOVES, MOVES_TO_FIT_IN = 300, 20_000, 4_000


@dataclass(frozen=True, slots=True)
class Delegated:
    """One place of a visit with something delegated at it, and what becomes of it where nobody there may do that.

    A registered professional then comes: at this visit where `is_all` there is to do, and else at one of `minutes` of
    its own. `held` has the numbers of the workers who may do all of it.
    """

    visit: str
    slot: int
    person_id: int
    activities: tuple[str, ...]
    skill: str
    professional: str
    minutes: float
    is_all: bool
    may: frozenset[int]


@dataclass
class Coming:
    """A coming day: its problem as the plans ask, what is delegated in it, and the plan without any more sign-offs.

    `handed_on` are the keys of `delegated` that a registered professional must come for. `able` are the numbers of the
    workers on shift by skill; `may` says who may do an
    activity for a person, `could` who could with one more sign-off, and for what.
    """

    day: date
    problem: visit_planner.Problem
    delegated: dict[str, Delegated]
    able: dict[str, frozenset[int]]
    may: dict[tuple[int, str], frozenset[int]]
    could: dict[tuple[int, int, str], str]
    handed_on: frozenset[str] = frozenset()
    plan: visit_planner.Plan = field(default_factory=lambda: visit_planner.Plan(()))

    @property
    def registered_minutes(self) -> float:
        """Minutes of visits that a registered professional must make because nobody on shift may."""
        return sum(self.delegated[key].minutes for key in self.handed_on)

    def asked(self, handed_on: Collection[str], extra: dict[str, int] | None = None) -> visit_planner.Problem:
        """The day's problem with some of what is delegated handed on, and one more worker allowed for others."""
        visits: list[visit_planner.Visit] = []
        for visit in self.problem.visits:
            one = self.delegated.get(visit.id)
            if one is None:
                visits.append(visit)
                continue
            if visit.id not in handed_on:
                more = {extra[visit.id]} if extra and visit.id in extra else set()
                visits.append(_with_slot(visit, one.slot, allowed=frozenset(map(worker_id, one.may | more))))
            elif one.is_all:
                professional = visit_planner.Slot(skill=one.professional, minutes=one.minutes)
                visits.append(replace(visit, slots=(professional,), preferred=frozenset()))
            else:
                visits.append(_with_slot(visit, one.slot, allowed=None))
                professional = visit_planner.Slot(skill=one.professional, minutes=one.minutes)
                visits.append(
                    replace(visit, id=_own(visit.id), slots=(professional,), preferred=frozenset(), pinned=())
                )
        known = {visit.id for visit in visits}
        gaps = tuple(gap for gap in self.problem.gaps if gap.first in known and gap.second in known)
        return replace(self.problem, visits=tuple(visits), gaps=gaps, held=())


def read_coming(actor: Actor, service_id: int, days: Iterable[date], now: datetime) -> list[Coming]:
    """The coming days as they would be planned now, each with its plan. Nothing of it is kept.

    The visits of days not made yet are made, read and taken back.
    """
    coming = []
    for day in days:
        with transaction.atomic():
            make_visits(actor=actor, service_id=service_id, day=day, now=now)
            board = read_board(service_id, day, now)
            one = _coming(actor, service_id, board)
            transaction.set_rollback(True)
        if one.problem.workers:
            coming.append(one)
    for one in coming:
        _plan(one)
    return coming


def with_sign_off(coming: Coming, worker: int, competence: str) -> tuple[frozenset[str], visit_planner.Plan] | None:
    """What a worker would then do that is handed on now, and the day planned so; None where it changes nothing.

    Whatever does not fit into their day stays handed on.
    """
    wanted = could_take(coming, worker, competence)
    while wanted:
        left = coming.handed_on - wanted
        plan = _fit_in(coming, left, dict.fromkeys(wanted, worker), worker)
        undone = set(plan.undone)
        missed = {key for key in wanted if key in undone}
        if not missed and len(undone - set(coming.plan.undone)) == 0:
            return frozenset(wanted), plan
        # nothing that is done now is given up for it
        wanted = wanted - missed if missed else frozenset(sorted(wanted)[:-1])
    return None


def could_take(coming: Coming, worker: int, competence: str) -> frozenset[str]:
    """What is handed on that a worker on shift could do, were they signed off for one more competence."""
    return frozenset(
        key
        for key in coming.handed_on
        if worker in coming.able.get(coming.delegated[key].skill, ())
        and _could_do(coming, coming.delegated[key], worker, competence)
    )


def _could_do(coming: Coming, one: Delegated, worker: int, competence: str) -> bool:
    asked = [(one.person_id, code) for code in one.activities]
    lacks = [pair for pair in asked if worker not in coming.may.get(pair, ())]
    return bool(lacks) and all(coming.could.get((worker, *pair)) == competence for pair in lacks)


def busy_minutes(plan: visit_planner.Plan, worker: int) -> float:
    """Minutes that a worker is with people or on the way to them."""
    return sum(
        stop.ends - stop.starts + stop.travel_before for stop in plan.assignments if stop.worker == worker_id(worker)
    )


def _coming(actor: Actor, service_id: int, board: Board) -> Coming:
    """A day as it was asked for, also where something was handed on already."""
    activities = published_activities()
    tasks: dict[int, list[tuple[str, int | None]]] = defaultdict(list)
    rows = VisitTask.objects.filter(visit_id__in=board.visits).order_by("id")
    for pk, code, handed_to in rows.values_list("visit_id", "activity_code", "handed_to_id"):
        tasks[pk].append((code, handed_to))
    instead = {handed_to for theirs in tasks.values() for _, handed_to in theirs if handed_to}
    places = Places(actor, service_id, board.day, list(board.visits.values()), as_before=True)
    able: dict[str, set[int]] = defaultdict(set)
    by_name = {worker_id(shift.worker_id): shift.worker_id for shift in board.shifts.values()}
    for worker in board.problem.workers:
        for skill in worker.skills:
            able[skill].add(by_name[worker.id])
    delegated = {}
    visits = []
    for visit in board.problem.visits:
        row = board.visits.get(_number(visit.id))
        if row is None or row.pk in instead:
            if row is None:
                visits.append(visit)
            continue
        slots = row.slots_before if row.slots_before is not None else row.slots
        if row.slots_before is not None:
            slot = visit_planner.Slot(skill=slots[0]["skill"], minutes=slots[0]["minutes"])
            visit = replace(visit, slots=(slot,))
        visits.append(visit)
        found = _delegated_at(row, slots, places, activities, len(tasks[row.pk]))
        if found is not None and not visit.pinned:
            delegated[visit.id] = found
    known = {visit.id for visit in visits}
    gaps = tuple(gap for gap in board.problem.gaps if gap.first in known and gap.second in known)
    pairs = {(one.person_id, code) for one in delegated.values() for code in one.activities}
    workers = sorted(set(by_name.values()))
    return Coming(
        day=board.day,
        problem=replace(board.problem, visits=tuple(visits), gaps=gaps, held=()),
        delegated=delegated,
        able={skill: frozenset(found) for skill, found in able.items()},
        may=who_may(actor, service_id, board.day, pairs),
        could=could_if_signed_off(actor, service_id, workers, pairs, board.day),
    )


def _delegated_at(
    row: Visit, slots: list[dict], places: Places, activities: dict[str, Activity], how_many: int
) -> Delegated | None:
    """The place of a visit that asks for something delegated; one worker does it also where two come."""
    for slot, asked in enumerate(places.asked.get(row.pk, ())):
        if not asked.activities:
            continue
        is_all = len(asked.activities) == how_many and len(slots) == 1
        minutes = sum(activities[code].minutes for code in asked.activities)
        return Delegated(
            visit=visit_id(row.pk),
            slot=slot,
            person_id=row.person_id,
            activities=asked.activities,
            skill=slots[slot]["skill"],
            professional=activities[asked.activities[0]].skill,
            minutes=slots[slot]["minutes"] if is_all else max(minutes, SHORTEST_VISIT_MINUTES),
            is_all=is_all,
            may=places.who(row.pk, slot) or frozenset(),
        )
    return None


def _plan(coming: Coming) -> None:
    """Plan a day: what nobody on shift may do is handed on, and then what the plan finds nobody for who may."""
    coming.handed_on = frozenset(
        key for key, one in coming.delegated.items() if one.may.isdisjoint(coming.able.get(one.skill, frozenset()))
    )
    moves = max(LEAST_MOVES, MOVES_A_VISIT * len(coming.problem.visits))
    coming.plan = visit_planner.solve(coming.asked(coming.handed_on), iterations=moves)
    left = {key for key in coming.plan.undone if key in coming.delegated} - coming.handed_on
    if left:
        coming.handed_on |= left
        coming.plan = _fit_in(coming, coming.handed_on, {}, None)


def _fit_in(coming: Coming, handed_on: frozenset[str], extra: dict[str, int], worker: int | None) -> visit_planner.Plan:
    """The day planned again from the plan it has, everybody else's day left as it is where a worker is named."""
    problem = coming.asked(handed_on, extra)
    changed = {name for key in coming.handed_on ^ handed_on for name in (key, _own(key))} | extra.keys()
    known = {visit.id for visit in problem.visits}
    kept = tuple(stop for stop in coming.plan.assignments if stop.visit in known and stop.visit not in changed)
    undone = known - {stop.visit for stop in kept}
    start = visit_planner.Plan(kept, tuple(sorted(undone)))
    if worker is None:
        return visit_planner.solve(problem, iterations=MOVES_TO_FIT_IN, start=start)
    free = {stop.worker for stop in coming.plan.assignments if stop.visit in changed} | {worker_id(worker)}
    part, begin = _part_of(problem, start, free, undone)
    frozen = [one.id for one in part.workers if one.id not in free]
    found = visit_planner.solve(part, iterations=MOVES_TO_FIT_IN, start=begin, frozen=frozen)
    within = {visit.id for visit in part.visits}
    stops = (*(stop for stop in kept if stop.visit not in within), *found.assignments)
    whole = visit_planner.Plan(tuple(sorted(stops, key=lambda stop: (stop.worker, stop.starts))), found.undone)
    return replace(whole, cost=visit_planner.cost(problem, whole))


def _part_of(
    problem: visit_planner.Problem, start: visit_planner.Plan, free: set[str], undone: set[str]
) -> tuple[visit_planner.Problem, visit_planner.Plan]:
    """Of a day that much is left of as it is: what may move, and of the rest what has a say in it.

    That is whatever is spaced from what may move, and what else the same person is visited for, whose faces count.
    Of a day that stands still the rest says nothing, and laying it out cost most of the time.
    """
    moving = undone | {stop.visit for stop in start.assignments if stop.worker in free}
    beside = {name for gap in problem.gaps if {gap.first, gap.second} & moving for name in (gap.first, gap.second)}
    whom = {visit.person for visit in problem.visits if visit.id in moving and visit.person}
    within = moving | beside | {visit.id for visit in problem.visits if visit.person in whom}
    stops = tuple(stop for stop in start.assignments if stop.visit in within)
    visits = tuple(visit for visit in problem.visits if visit.id in within)
    workers = free | {stop.worker for stop in stops} | {pin.worker for visit in visits for pin in visit.pinned}
    part = replace(
        problem,
        workers=tuple(one for one in problem.workers if one.id in workers),
        visits=visits,
        gaps=tuple(gap for gap in problem.gaps if gap.first in within and gap.second in within),
    )
    return part, replace(start, assignments=stops)


def _with_slot(visit: visit_planner.Visit, slot: int, **changes) -> visit_planner.Visit:
    slots = list(visit.slots)
    slots[slot] = replace(slots[slot], **changes)
    return replace(visit, slots=tuple(slots))


def _own(visit: str) -> str:
    """What the planner calls the visit of a registered professional beside another."""
    return f"r{visit[1:]}"


def _number(visit: str) -> int:
    return int(visit[1:])
