"""Whether there is room for visits that are asked about and not yet needed, in the days as they stand."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db.models import prefetch_related_objects

import visit_planner
from homeward.access.rules import Actor, Permission, require
from homeward.kernel.rules import wall_clock
from homeward.people.models import Address, Person
from homeward.visits.models import Visit
from homeward.visits.planning.board import Board, read_board
from homeward.visits.planning.words import visit_id, worker_id
from homeward.visits.services.needing import as_one, visits_still_needed

# Less than any visit somebody is promised: what is only asked about never takes the place of one. Local decision.
UNDONE_COST_ASKED = 500
ONLY_OF_THE_TEAM = "is asked of the team's own workers"
NO_ROTA = "Nobody is on the rota that day yet."
NO_PLACE = "The address has no place on the map."
# How long a day is searched for room: counted, not timed, so that whoever accepts what they were shown is not refused
# because the machine was busy. At most 0.7 CPU seconds for a day of 1,200 visits that is not planned yet.
PROPOSALS_A_DAY = 250_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """A visit that is asked about. Times are wall clock; `slots` as those of a visit: skill, minutes, competences."""

    day: date
    opens_at: str
    closes_at: str
    slots: tuple[dict, ...]
    title: str
    pattern_id: int | None = None


@dataclass(frozen=True, slots=True)
class FreeDay:
    """How many of the visits asked about have room on a day, and why not all, where not."""

    day: date
    wanted: int
    placed: int
    why: str


@dataclass(frozen=True, slots=True)
class FreeAnswer:
    """What the days say. `is_known` where somebody is on the rota on at least one of them."""

    days: tuple[FreeDay, ...]

    @property
    def wanted(self) -> int:
        """How many visits were asked about, on days that have a rota."""
        return sum(day.wanted for day in self.days if day.why != NO_ROTA)

    @property
    def placed(self) -> int:
        """How many of them have room."""
        return sum(day.placed for day in self.days)

    @property
    def is_known(self) -> bool:
        """Whether any of the days has a rota."""
        return any(day.why != NO_ROTA for day in self.days)

    @property
    def is_possible(self) -> bool:
        """Whether every visit asked about has room on each day that has a rota."""
        return self.is_known and self.placed == self.wanted


def what_is_free(
    actor: Actor,
    service_id: int,
    person: Person,
    address: Address | None,
    wanted: Sequence[Wanted],
    now: datetime,
    *,
    not_of: Collection[int] = (),
) -> FreeAnswer:
    """Whether visits of one person have room in the plans of their days, everybody else's visits being done as before.

    Days that are not planned yet are filled first with what everyone's plans need. Workers of the organisations
    `not_of` are not asked. Asked again of the same days, it says the same. Changes nothing.

    Raises: NotAllowedError.
    """
    require(actor, Permission.ASK_PACKAGES, service_id)
    by_day: dict[date, list[Wanted]] = defaultdict(list)
    for one in wanted:
        by_day[one.day].append(one)
    return FreeAnswer(
        tuple(_of_day(service_id, person, address, day, theirs, now, not_of) for day, theirs in sorted(by_day.items()))
    )


def _of_day(
    service_id: int, person: Person, address: Address | None, day: date, wanted: list[Wanted], now: datetime,
    not_of: Collection[int],
) -> FreeDay:  # fmt: skip
    tried = [_visit(service_id, person, address, one, -number) for number, one in enumerate(wanted, 1)]
    patterns = {one.pattern_id for one in wanted if one.pattern_id}
    unsaved = [*tried, *_others(service_id, day, patterns, first=-len(wanted) - 1)]
    prefetch_related_objects(unsaved, "assignments")  # nobody goes to any of them: one query, not one each
    board = read_board(service_id, day, now, trying=unsaved)
    ours = {worker_id(shift.worker_id) for shift in board.shifts.values() if shift.worker.organisation_id not in not_of}
    if not ours:
        return FreeDay(day, len(wanted), 0, NO_ROTA)
    if not all(board.knows(visit.pk) for visit in tried):
        return FreeDay(day, len(wanted), 0, NO_PLACE)
    asked = {visit_id(visit.pk) for visit in tried}
    # what the same plan already asks of everybody is what is asked about here: it is not needed twice
    twice = {visit_id(visit.pk) for visit in board.visits.values() if visit.pattern_id in patterns and visit.pk > 0}
    problem = _asked_of_the_team(board, asked, frozenset(ours), twice)
    held = replace(
        board.held,
        assignments=tuple(one for one in board.held.assignments if one.visit not in twice),
        undone=tuple(one for one in board.held.undone if one not in twice and one not in asked),
    )
    # visits of a day without a plan yet are looked at with those asked about
    new = asked | {visit_id(pk) for pk in board.visits if pk < 0}
    answer = visit_planner.replan(
        problem, held=replace(held, undone=tuple(one for one in held.undone if one not in new)), changed=new,
        iterations=PROPOSALS_A_DAY,
    )  # fmt: skip
    undone = set(answer.plan.undone) & asked
    why = ""
    if undone:
        why = board.words.why_not(visit_planner.why_undone(problem, answer.plan, min(undone)))
    return FreeDay(day, len(wanted), len(asked) - len(undone), why)


def _others(service_id: int, day: date, patterns: Collection[int], first: int) -> list[Visit]:
    """The visits that everyone's plans need on a day and that are not made yet, numbered below nothing."""
    visits, joins = visits_still_needed(service_id, day)
    found = []
    for visit in visits:
        if visit.pattern_id in patterns:
            continue
        if visit.pattern_id in joins:
            as_one(visit, joins[visit.pattern_id])
        visit.pk = first - len(found)
        found.append(visit)
    return found


def _visit(service_id: int, person: Person, address: Address | None, one: Wanted, number: int) -> Visit:
    return Visit(
        pk=number, service_id=service_id, person=person, address=address, day=one.day, title=one.title,
        window_opens_at=wall_clock(one.day, one.opens_at), window_closes_at=wall_clock(one.day, one.closes_at),
        is_window_hard=True, slots=list(one.slots), undone_cost=UNDONE_COST_ASKED,
    )  # fmt: skip


def _asked_of_the_team(
    board: Board, asked: Collection[str], ours: frozenset[str], left_out: Collection[str]
) -> visit_planner.Problem:
    only = visit_planner.OnlyThese(ours, ONLY_OF_THE_TEAM)
    return replace(
        board.problem,
        visits=tuple(
            replace(visit, only_these=(*visit.only_these, only)) if visit.id in asked else visit
            for visit in board.problem.visits
            if visit.id not in left_out
        ),
        gaps=tuple(gap for gap in board.problem.gaps if gap.first not in left_out and gap.second not in left_out),
        held=tuple(one for one in board.problem.held if one.visit not in left_out),
    )
