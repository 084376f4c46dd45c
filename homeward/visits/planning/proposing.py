"""Planning and re-planning a day, and putting what is proposed into force."""

import math
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

import visit_planner
from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record_reads
from homeward.episodes.models import Episode
from homeward.episodes.services import accept_referral
from homeward.kernel.rules import RefusedError, london_day, london_moment
from homeward.referrals.models import Referral
from homeward.teams.models import Worker
from homeward.visits.models import Assignment, DayPlan, PlanMove, Visit
from homeward.visits.planning.board import Board, Sending, day_of, read_board
from homeward.visits.planning.delegated import why_nobody
from homeward.visits.planning.places import place_of_visit
from homeward.visits.planning.words import CANNOT_BOTH_BE, NO_PLACE, number, visit_id
from homeward.visits.rules import is_too_late, why_not_send
from homeward.visits.selectors import standings_of
from homeward.visits.services import (
    NewSupport,
    PlanChangedMeanwhileError,
    assign_worker,
    list_who_to_tell,
    make_visits,
    need_response,
    plan_support,
    record_plan,
)

DAY_SECONDS = 8.0  # CPU seconds for a whole day
URGENT_SECONDS = 1.0  # CPU seconds for a change during the day
TRIES = 3


@dataclass(frozen=True, slots=True)
class Response:
    """What accepting a referral, or sending somebody, set going. `plan` is None where the day was not re-planned."""

    episode: Episode | None
    visit: Visit | None
    plan: DayPlan | None
    moves: tuple[PlanMove, ...]


def plan_day(
    *,
    actor: Actor,
    service_id: int,
    day: date,
    now: datetime,
    seconds: float = DAY_SECONDS,
    seed: int | None = None,
    why: str = "The day planned",
    is_making_visits: bool = False,
    progress=None,
) -> DayPlan:
    """Plan every visit of a day for every employer and put the plan into force.

    The visits that people's plans need on a day to come are made first, where they were not made before; those of
    today where `is_making_visits` says so. `now` is the moment it is planned from: nothing new starts before it.
    `seconds` are CPU seconds of search.

    Raises: NotAllowedError; PlanChangedMeanwhileError.
    """
    require(actor, Permission.PLAN_DAY, service_id)
    seed = secrets.randbelow(2**31) if seed is None else seed
    if day > london_day(now) or is_making_visits:
        make_visits(actor=actor, service_id=service_id, day=day, now=now)

    def search(board: Board) -> visit_planner.Plan:
        start = board.held if board.held.assignments else None
        return visit_planner.solve(board.problem, seconds=seconds, seed=seed, start=start, progress=progress)

    board, plan = _in_time_where_possible(service_id, day, now, search)
    return _put_into_force(actor, board, plan, service_id, why, now)


def replan(
    *,
    actor: Actor,
    service_id: int,
    day: date,
    visit_ids: list[int],
    now: datetime,
    why: str,
    seconds: float = URGENT_SECONDS,
) -> DayPlan:
    """Re-plan a running day round the visits that are new or changed, keeping everyone else's promised times.

    Raises: NotAllowedError; PlanChangedMeanwhileError when others kept re-planning the same day.
    """
    reasons: dict[tuple[str, int], str] = {}

    def search(board: Board) -> visit_planner.Plan:
        answer = _fit_in(board, visit_ids, seconds)
        reasons.clear()
        reasons.update({(move.visit, move.slot): move.why for move in answer.moves})
        return answer.plan

    for attempt in range(TRIES):
        board, plan = _in_time_where_possible(service_id, day, now, search)
        try:
            return _put_into_force(actor, board, plan, service_id, why, now, reasons)
        except PlanChangedMeanwhileError:
            if attempt == TRIES - 1:
                raise
    raise AssertionError("unreachable")


def _fit_in(board: Board, visit_ids: list[int], seconds: float) -> visit_planner.Replan:
    """The day with new or changed visits in it; what nobody goes to yet is tried again whenever the day changes."""
    changed = {visit_id(pk) for pk in visit_ids if board.knows(pk)} | set(board.held.undone)
    return visit_planner.replan(board.problem, held=board.held, changed=changed, seconds=seconds)


def _in_time_where_possible(
    service_id: int,
    day: date,
    now: datetime,
    search: Callable[[Board], visit_planner.Plan],
    sending: Sending | None = None,
) -> tuple[Board, visit_planner.Plan]:
    """A plan in which everyone in a crisis is reached in time, or, where that cannot be, as soon as can be.

    Two hours is a promise, not a price: no saving elsewhere may buy a late response.
    """
    board = read_board(service_id, day, now, sending=sending, is_crisis_late_allowed=False)
    plan = search(board)
    left_out = {number(visit) for visit in plan.undone}
    if any(visit.is_crisis for pk, visit in board.visits.items() if pk in left_out):
        board = read_board(service_id, day, now, sending=sending)
        plan = search(board)
    return board, plan


def accept_and_respond(
    *, actor: Actor, referral: Referral, pathway_code: str, now: datetime, reason: str = ""
) -> Response:
    """Accept a referral onto a pathway and, where the pathway answers with a visit, re-plan the day round it at once.

    The acceptance and the need for a visit stand even when re-planning cannot be done: the visit is then on the board
    with no worker, first in line.

    Raises: NotAllowedError; what `episodes.services.accept_referral` raises.
    """
    with transaction.atomic():
        episode = accept_referral(actor=actor, referral=referral, pathway_code=pathway_code, now=now, reason=reason)
        visit = need_response(actor=actor, episode=episode, now=now)
    if visit is None or visit.day != london_day(now):
        return Response(episode, visit, None, ())
    return _round(actor, episode, visit, now, f"New: {visit.title}")


def send(
    *,
    actor: Actor,
    visit: Visit,
    workers: dict[int, Worker],
    starts_at: datetime,
    now: datetime,
    why: str = "",
    travel_minutes: dict[int, float] | None = None,
) -> Response:
    """Send workers to a visit, all of them or none, re-plan what else they had to do, and list who must be told.

    `workers` goes by slot. Sending stands even when re-planning cannot be done.

    Raises: NotAllowedError; MayNotBeSentError when the scene, the two-person rule, the area or the clock says no; what
    `visits.services.assign_worker` raises.
    """
    with transaction.atomic():
        going = {row.slot for row in visit.assignments.all() if row.is_pinned} | set(workers)
        late = is_too_late(is_crisis=visit.is_crisis, closes_at=visit.window_closes_at, starts_at=starts_at, now=now)
        if reason := why_not_send(standings_of(actor, [visit], now)[visit.pk], len(going), is_late=late):
            raise MayNotBeSentError(reason)
        for slot, worker in sorted(workers.items()):
            assign_worker(
                actor=actor,
                visit=visit,
                slot=slot,
                worker=worker,
                starts_at=starts_at,
                now=now,
                why=why,
                travel_minutes=(travel_minutes or {}).get(slot, 0.0),
                beside=[other for other in workers.values() if other.pk != worker.pk],
            )
    if day_of(visit, now) != london_day(now):
        return Response(visit.episode, visit, None, ())
    names = " and ".join(worker.label for _, worker in sorted(workers.items()))
    sent = _round(actor, visit.episode, visit, now, f"{names} sent: {visit.title}")
    if sent.plan is not None:
        list_who_to_tell(actor=actor, plan=sent.plan, visit=visit, now=now)
    return sent


class MayNotBeSentError(RefusedError):
    """The scene, the two-person rule, the area or the clock says no, until somebody decides."""


def give_support(
    *,
    actor: Actor,
    episode: Episode,
    chosen: list[NewSupport],
    summary: str,
    now: datetime,
    not_agreed_reason: str = "",
) -> Response:
    """Put chosen support into a person's plan and its visits into the day; visits of later days wait for theirs.

    Raises: NotAllowedError; what `visits.services.plan_support` raises.
    """
    visits = plan_support(
        actor=actor,
        episode=episode,
        chosen=chosen,
        summary=summary,
        now=now,
        not_agreed_reason=not_agreed_reason,
    )
    today = next((visit for visit in visits if visit.day == london_day(now)), None)
    if today is None or not (actor.may(Permission.PLAN_DAY) or actor.may(Permission.RESPOND)):
        return Response(episode, visits[0], None, ())
    return _round(actor, episode, today, now, f"Support planned: {today.title}")


@dataclass(frozen=True, slots=True)
class Shifted:
    """One visit that sending somebody would move: from whom and when to whom and when; empty sides are nobody.

    `late_minutes` is how far after its window it would start.
    """

    visit: Visit
    from_worker: Worker | None
    to_worker: Worker | None
    from_at: datetime | None
    to_at: datetime | None
    late_minutes: int


@dataclass(frozen=True, slots=True)
class Displaced:
    """What sending people somewhere would move; `is_possible` is False where they could not all be there then."""

    moves: tuple[Shifted, ...]
    is_possible: bool


def what_it_moves(
    actor: Actor,
    visit: Visit,
    workers: dict[int, int],
    starts_at: datetime,
    now: datetime,
    seconds: float = URGENT_SECONDS,
) -> Displaced:
    """What would move if these workers (by slot) were sent: the day planned again as `send` would, and not kept.

    Everyone whose visit would move is audited. Takes up to `seconds` CPU seconds, twice in the worst case.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_RESPONDING, visit.service_id)
    answers: list[visit_planner.Replan] = []

    def search(board: Board) -> visit_planner.Plan:
        answers.append(_fit_in(board, [visit.pk], seconds))
        return answers[-1].plan

    sending = Sending(visit.pk, workers, starts_at)
    board, plan = _in_time_where_possible(visit.service_id, day_of(visit, now), now, search, sending)
    if not board.knows(visit.pk) or visit_id(visit.pk) in plan.undone:
        return Displaced((), False)
    visits = Visit.objects.select_related("person").in_bulk(
        [pk for move in answers[-1].moves if (pk := number(move.visit)) != visit.pk and pk in board.visits]
    )
    staff = {shift.worker_id: shift.worker for shift in board.shifts.values()}

    def moment(start: float | None) -> datetime | None:
        return None if start is None or not math.isfinite(start) else whole_minute(london_moment(board.day, start))

    moves = []
    for move in answers[-1].moves:
        moved = visits.get(number(move.visit))
        if moved is None or (move.from_worker is None and move.to_worker is None):
            continue
        to_at = moment(move.to_start)
        late = max(0, math.ceil((to_at - moved.window_closes_at).total_seconds() / 60)) if to_at else 0
        moves.append(
            Shifted(
                visit=moved,
                from_worker=staff.get(number(move.from_worker)) if move.from_worker else None,
                to_worker=staff.get(number(move.to_worker)) if move.to_worker else None,
                from_at=moment(move.from_start),
                to_at=to_at,
                late_minutes=late,
            )
        )
    record_reads(
        actor=actor,
        action="see what would move",
        subject_kind="visit",
        now=now,
        service_id=visit.service_id,
        person_ids=sorted({moved.person_id for moved in visits.values() if moved.person_id}),
    )
    return Displaced(tuple(moves), True)


def _round(actor: Actor, episode: Episode | None, visit: Visit, now: datetime, why: str) -> Response:
    """The day re-planned round one visit, or left as it is when others keep re-planning it."""
    try:
        plan = replan(
            actor=actor,
            service_id=visit.service_id,
            day=day_of(visit, now),
            visit_ids=[visit.pk],
            now=now,
            why=why,
        )
    except PlanChangedMeanwhileError:
        return Response(episode, visit, None, ())
    moves = tuple(plan.moves.select_related("visit__person", "from_worker", "to_worker").order_by("id"))
    visit.refresh_from_db()
    return Response(episode, visit, plan, moves)


def _put_into_force(
    actor: Actor,
    board: Board,
    plan: visit_planner.Plan,
    service_id: int,
    why: str,
    now: datetime,
    move_reasons: dict[tuple[str, int], str] | None = None,
) -> DayPlan:
    said = visit_planner.explain(board.problem, plan)
    unplanned = {
        pk: why_nobody(board, board.visits[pk]) or board.words.why_not(said.undone[visit_id(pk)])
        for pk in map(number, plan.undone)
        if pk in board.visits
    }
    unplanned |= {pk: NO_PLACE for pk, visit in board.visits.items() if place_of_visit(visit) is None}
    # decisions that contradict one another have no time at which they could all be kept
    of_the_day = [one for one in plan.assignments if number(one.visit) in board.visits]
    unplanned |= {number(one.visit): CANNOT_BOTH_BE for one in of_the_day if not math.isfinite(one.starts)}
    assignments = [_assignment(board, one, said) for one in of_the_day if number(one.visit) not in unplanned]
    return record_plan(
        actor=actor,
        service_id=service_id,
        day=board.day,
        why=why,
        based_on=board.based_on,
        now=now,
        assignments=assignments,
        unplanned=unplanned,
        visit_ids=list(board.visits),
        figures=_figures(board, plan, assignments, unplanned),
        seed=plan.seed,
        iterations=plan.iterations,
        cpu_seconds=plan.cpu_seconds,
        move_reasons={
            (number(visit), slot): board.words.plain(reason) for (visit, slot), reason in (move_reasons or {}).items()
        },
    )


def _assignment(board: Board, one: visit_planner.Assignment, said: visit_planner.Explanations) -> Assignment:
    visit = board.visits[number(one.visit)]
    starts_at = whole_minute(london_moment(board.day, one.starts))
    return Assignment(
        visit=visit,
        slot=one.slot,
        worker_id=number(one.worker),
        shift_id=int(one.shift),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=visit.slots[one.slot]["minutes"]),
        travel_minutes=one.travel_before,
        why=board.words.plain(said.assignments[one.visit, one.slot].sentence),
    )


def _figures(
    board: Board, plan: visit_planner.Plan, assignments: list[Assignment], unplanned: dict[int, str]
) -> dict[str, float]:
    """What a plan comes to, what has begun included."""
    cost = visit_planner.cost(board.problem, plan)
    done = [row for visit in board.begun for row in visit.assignments.all()]
    return {
        "planned": len(board.visits) - len(unplanned) + len(board.begun),
        "unplanned": len(unplanned),
        "joint": sum(len(visit.slots) > 1 for visit in [*board.visits.values(), *board.begun]),
        "workers": len({row.worker_id for row in [*assignments, *done]}),
        "travel_minutes": _minutes(cost.travel + sum(row.travel_minutes for row in done)),
        "late_minutes": _minutes(cost.lateness),
        "worst_late_minutes": _minutes(cost.worst_lateness),
        "overtime_minutes": _minutes(cost.overtime),
        # What the checker, which shares no code with the search, finds broken: none, or the search has a fault
        "rules_broken": len(visit_planner.check(board.problem, plan)),
    }


def _minutes(minutes: float) -> float | None:
    """Minutes for a figure; None where decisions contradict one another and there is no such number."""
    return round(minutes, 1) if math.isfinite(minutes) else None


def whole_minute(moment: datetime) -> datetime:
    """People are told whole minutes; a start is told at or after when the plan has it."""
    extra = moment.second + moment.microsecond / 1e6
    return moment + timedelta(seconds=60 - extra) if extra > 0.5 else moment - timedelta(seconds=extra)
