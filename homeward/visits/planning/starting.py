"""When visits of somebody who comes home could start, on the days as they stand, and what would bring it forward."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db.models import prefetch_related_objects

import visit_planner
from homeward.access.rules import Actor, Permission, require
from homeward.kernel.rules import london_moment, minutes_into
from homeward.people.models import Address, Person
from homeward.teams.models import Worker
from homeward.visits.planning.board import Board, as_of, read_board
from homeward.visits.planning.free import NO_PLACE, NO_ROTA, PROPOSALS_A_DAY, Wanted, _others, _visit
from homeward.visits.planning.placing import Remedy
from homeward.visits.planning.proposing import whole_minute
from homeward.visits.planning.words import number, visit_id


@dataclass(frozen=True, slots=True)
class Placed:
    """A visit asked about that has room: when it would start, and with whom."""

    title: str
    starts_at: datetime
    workers: tuple[Worker, ...]


@dataclass(frozen=True, slots=True)
class StartDay:
    """What one day says: the visits that have room, in order of time, and for the first that has none, why not.

    `remedies` are the smallest changes that would place one, each tried on the day as it stands.
    """

    day: date
    wanted: int
    placed: tuple[Placed, ...]
    why: str = ""
    remedies: tuple[Remedy, ...] = ()

    @property
    def is_possible(self) -> bool:
        """Whether every visit asked about has room."""
        return self.wanted > 0 and len(self.placed) == self.wanted


def when_could_start(
    actor: Actor,
    service_id: int,
    person: Person,
    address: Address | None,
    wanted: Sequence[Wanted],
    now: datetime,
    *,
    stop_when_possible: bool = True,
) -> tuple[StartDay, ...]:
    """Day by day, whether the visits of somebody who comes home have room, everybody else's being done as before.

    Days that are not planned yet are filled first with what everyone's plans need. Ends with the first day on which
    all have room, where `stop_when_possible`. Asked again of the same days, it says the same. Changes nothing.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_STAYS, service_id)
    by_day: dict[date, list[Wanted]] = defaultdict(list)
    for one in wanted:
        by_day[one.day].append(one)
    found = []
    for day, theirs in sorted(by_day.items()):
        found.append(_of_day(service_id, person, address, day, theirs, now))
        if found[-1].is_possible and stop_when_possible:
            break
    return tuple(found)


def _of_day(
    service_id: int, person: Person, address: Address | None, day: date, wanted: list[Wanted], now: datetime
) -> StartDay:
    tried = [_visit(service_id, person, address, one, -place) for place, one in enumerate(wanted, 1)]
    unsaved = [*tried, *_others(service_id, day, frozenset(), first=-len(wanted) - 1)]
    prefetch_related_objects(unsaved, "assignments")  # nobody goes to any of them: one query, not one each
    board = read_board(service_id, day, now, trying=unsaved)
    if not board.shifts:
        return StartDay(day, len(wanted), (), NO_ROTA)
    if not all(board.knows(visit.pk) for visit in tried):
        return StartDay(day, len(wanted), (), NO_PLACE)
    asked = {visit_id(visit.pk): visit for visit in tried}
    new = set(asked) | {visit_id(pk) for pk in board.visits if pk < 0}
    held = replace(board.held, undone=tuple(one for one in board.held.undone if one not in new))
    plan = visit_planner.replan(board.problem, held=held, changed=new, iterations=PROPOSALS_A_DAY).plan
    staff = {shift.worker_id: shift.worker for shift in board.shifts.values()}
    placed = []
    for one, visit in asked.items():
        stops = [stop for stop in plan.assignments if stop.visit == one]
        if one not in plan.undone and stops:
            starts_at = whole_minute(london_moment(day, min(stop.starts for stop in stops)))
            placed.append(Placed(visit.title, starts_at, tuple(staff[number(stop.worker)] for stop in stops)))
    placed.sort(key=lambda one: one.starts_at)
    why, remedies = _why_not(board, plan, [one for one in asked if one in plan.undone], now)
    return StartDay(day, len(wanted), tuple(placed), why, remedies)


def _why_not(
    board: Board, plan: visit_planner.Plan, undone: list[str], now: datetime
) -> tuple[str, tuple[Remedy, ...]]:
    """Why the first of some visits has no room, and what would place it."""
    if not undone:
        return "", ()
    minute = minutes_into(board.day, as_of(board.day, now))
    found = visit_planner.remedies(board.problem, plan, undone[0], now=minute)
    remedies = tuple(
        Remedy(
            board.words.plain(one.sentence),
            len(one.changes),
            tuple(change.kind for change in one.changes),
            whole_minute(london_moment(board.day, one.starts)),
        )
        for one in found
    )
    return board.words.why_not(visit_planner.why_undone(board.problem, plan, undone[0])), remedies
