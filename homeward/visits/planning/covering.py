"""Covering the day of a worker who is ill: who of any employer could, what it costs everybody, and accepting it.

Two ways, and both at once: spread what is lost over who is on shift, which is the planner's repair of the day, or have
somebody come in who is off. Each is planned as it would be accepted, kept, and put into force as it was shown where
the day is still as it was.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

import visit_planner
from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record_reads
from homeward.kernel.rules import LONDON, RefusedError, london_moment, minutes_into
from homeward.roster.models import Absence, Contract, Shift
from homeward.roster.rules import breaks
from homeward.roster.selectors import contracts_on, hours_left, limits_of, shifts_known
from homeward.roster.services import add_shifts
from homeward.roster.states import ContractKind, PayBasis
from homeward.teams.models import Worker
from homeward.visits.models import CoverDecision, CoverOption, LostVisit, SickCall, Visit
from homeward.visits.planning.board import Board, pounds_an_hour, read_board
from homeward.visits.planning.places import ANYWHERE, place_of_visit, travel_between
from homeward.visits.planning.proposing import _fit_in, _put_into_force, whole_minute
from homeward.visits.planning.words import number, visit_id, worker_id
from homeward.visits.rules.covering import in_words, order, stretch_to_cover
from homeward.visits.selectors.skills import skills_on
from homeward.visits.services import PlanChangedMeanwhileError
from homeward.visits.services.covering import (
    MAY_COVER,
    keep_cover_options,
    list_who_to_tell_of_cover,
    record_cover_decision,
)
from homeward.visits.states import CoverKind, VisitState

SPREAD_SECONDS = 1.0  # CPU seconds to spread a lost day, twice in the worst case
CALL_IN_SECONDS = 0.6  # for each of those who could come in and are planned in full
PLANNED_IN_FULL = 2
CALLED_IN_AT_MOST = 8  # offered besides, best first
ALONE_ITERATIONS = 1500  # to see how many of the lost visits one worker could take
NOT_SAVED = 0  # the number of a shift that nobody has yet


class OfferIsOverError(RefusedError):
    """An offer was decided on, or worked out anew, since it was shown."""


@dataclass(frozen=True, slots=True)
class _Off:
    """Somebody who is off and may come in: from when to when, what it costs, and what they could do alone."""

    worker: Worker
    shift: Shift
    pence: int
    hours_left: int | None
    kept: int
    hard_kept: int
    travel: int


def work_out_cover(*, actor: Actor, call: SickCall, now: datetime) -> list[CoverOption]:
    """Work out how a lost day could be covered, best first, and keep the ways. Takes about 3 CPU seconds.

    Everyone whose visit was lost, or would move, is audited.

    Raises: NotAllowedError.
    """
    require(actor, next(filter(actor.may, MAY_COVER), Permission.RESPOND), call.service_id)
    lost = still_lost(call, now)
    if not lost:
        return []
    options = []
    board, answer = _planned(call, lost, now, SPREAD_SECONDS)
    options.append(_option(call, lost, board, answer))
    off = _who_may_come_in(call, lost, board, now)
    for one in off[:PLANNED_IN_FULL] if options[0].figures["kept"] < len(lost) or _is_costly(options[0]) else []:
        theirs, answer = _planned(call, lost, now, CALL_IN_SECONDS, one.shift)
        options.append(_option(call, lost, theirs, answer, one))
    full = {option.worker_id for option in options}
    options += [_alone(call, lost, one) for one in off[:CALLED_IN_AT_MOST] if one.worker.pk not in full]
    # those planned in full are compared with one another; the rest follow as they were found
    planned = sorted((one for one in options if one.stops), key=lambda one: order(one.figures))
    rest = [one for one in options if not one.stops]
    people = {one.visit.person_id for one in lost if one.visit.person_id}
    moved = Visit.objects.filter(pk__in={move["visit"] for one in options for move in one.moves})
    record_reads(
        actor=actor,
        action="see what would move",
        subject_kind="sick call",
        now=now,
        service_id=call.service_id,
        person_ids=sorted(people | set(moved.exclude(person=None).values_list("person_id", flat=True))),
    )
    return keep_cover_options(actor=actor, call=call, options=[*planned, *rest], now=now)


@transaction.atomic
def accept_cover(*, actor: Actor, option: CoverOption, now: datetime) -> CoverDecision:
    """Put a way of covering into force: the shift of who comes in, the day as it was shown, and who must be told.

    Where the day has changed since, it is planned again, and the decision says that it is not as shown.

    Raises: NotAllowedError; OfferIsOverError when it was decided on or worked out anew since; ShiftsOverlapError;
    PlanChangedMeanwhileError when somebody re-planned the day at the same moment; RefusedError where whoever would come
    in is away by now, or would pass a limit of working time.
    """
    call = (
        SickCall.objects.select_for_update(of=("self",)).select_related("worker__organisation").get(pk=option.call_id)
    )
    require(actor, next(filter(actor.may, MAY_COVER), Permission.RESPOND), call.service_id)
    newest = call.options.order_by("-made_at").values_list("made_at", flat=True).first()
    if option.made_at != newest or call.decisions.filter(decided_at__gte=option.made_at).exists():
        raise OfferIsOverError("Somebody decided on this just now, or worked it out again. Look at it as it is now.")
    shift = None
    if option.worker_id:
        worker = Worker.objects.select_for_update(no_key=True).get(pk=option.worker_id)
        _refuse_who_cannot_come(worker, call, (option.starts_at, option.ends_at))
        [shift] = add_shifts(
            actor=actor, service_id=call.service_id, shifts=[_shift(worker, call, option.starts_at, option.ends_at)],
            now=now,
        )  # fmt: skip
    why = f"{call.worker.label} is away: {option.sentence}"
    plan, is_as_shown = _put_as_shown(actor, call, option, shift, why, now), True
    if plan is None:
        is_as_shown = False
        board, answer = _planned(call, still_lost(call, now), now, SPREAD_SECONDS)
        plan = _put_into_force(actor, board, answer.plan, call.service_id, why, now, _reasons(answer))
    list_who_to_tell_of_cover(actor=actor, call=call, plan=plan, now=now)
    return record_cover_decision(
        actor=actor, call=call, kind=option.kind, sentence=option.sentence, now=now, plan=plan, shift=shift,
        is_as_shown=is_as_shown,
    )  # fmt: skip


def _refuse_who_cannot_come(worker: Worker, call: SickCall, stretch: tuple[datetime, datetime]) -> None:
    """What was looked at when the offer was made, again: the roster may have changed since."""
    system = Actor.system("planner", call.service_id)
    away = Absence.objects.filter(worker=worker, starts_on__lte=call.day, ends_on__gte=call.day)
    limits = limits_of(system, call.service_id, call.day).get(worker.pk)
    if limits is None or away.exists():
        raise RefusedError(f"{worker.label} cannot come in any more. Work it out again.")
    known = shifts_known(system, call.service_id, call.day, [worker.pk]).get(worker.pk, ())
    if said := breaks(limits, known, [stretch]):
        raise RefusedError(f"{worker.label} cannot come in any more. {' '.join(said)} Work it out again.")


def still_lost(call: SickCall, now: datetime) -> list[LostVisit]:
    """What of a lost day nobody takes and is still to do, in order of time. Whoever shows it audits it."""
    rows = call.lost.select_related("visit__address").prefetch_related("visit__assignments").order_by("starts_at", "id")
    return [
        row
        for row in rows
        if row.visit.state in (VisitState.NEEDED, VisitState.PLANNED, VisitState.UNDER_WAY)
        and all(held.slot != row.slot for held in row.visit.assignments.all())
    ]


def _planned(
    call: SickCall, lost: list[LostVisit], now: datetime, seconds: float, shift: Shift | None = None
) -> tuple[Board, visit_planner.Replan]:
    """The day with what is lost fitted in; everyone in a crisis in time, or where that cannot be, as soon as can be."""
    ids = [row.visit_id for row in lost]
    for is_late_allowed in (False, True):
        board = read_board(call.service_id, call.day, now, called_in=shift, is_crisis_late_allowed=is_late_allowed)
        answer = _fit_in(board, ids, seconds)
        # a crisis that waited for somebody before is not the doing of this
        out = {number(visit) for visit in answer.plan.undone} - ({*map(number, board.held.undone)} - {*ids})
        if not any(board.visits[pk].is_crisis for pk in out if pk in board.visits):
            break
    return board, replace(answer, plan=_each_in_their_place(board, answer.plan))


def _each_in_their_place(board: Board, plan: visit_planner.Plan) -> visit_planner.Plan:
    """The plan with whoever goes to a visit anyway left in the place they had, where the places ask the same."""
    had = {
        (visit_id(row.visit_id), worker_id(row.worker_id)): row.slot
        for visit in board.visits.values()
        if len(visit.slots) > 1
        for row in visit.assignments.all()
    }
    stops = {(one.visit, one.slot): one for one in plan.assignments}
    visits = {visit.id: visit for visit in board.problem.visits}
    for (name, worker), slot in had.items():
        now_in = next((one for one in plan.assignments if one.visit == name and one.worker == worker), None)
        if now_in is None or now_in.slot == slot or visits[name].slots[slot] != visits[name].slots[now_in.slot]:
            continue
        theirs, other = stops[name, now_in.slot], stops.get((name, slot))
        if theirs.worker == worker:
            stops[name, slot] = replace(theirs, slot=slot)
            if other is None:
                del stops[name, now_in.slot]
            else:
                stops[name, now_in.slot] = replace(other, slot=now_in.slot)
    return replace(plan, assignments=tuple(stops[key] for key in sorted(stops, key=lambda key: _order(stops[key]))))


def _order(stop: visit_planner.Assignment) -> tuple:
    return (number(stop.worker), stop.starts, stop.visit)


def _option(
    call: SickCall, lost: list[LostVisit], board: Board, answer: visit_planner.Replan, who: _Off | None = None
) -> CoverOption:
    """A way of covering, planned in full, to be kept."""
    plan, slots = answer.plan, {(row.visit_id, row.slot) for row in lost}
    stops = {(number(one.visit), one.slot): one for one in plan.assignments}
    by_worker: dict[str, list[visit_planner.Assignment]] = {}
    for one in plan.assignments:
        by_worker.setdefault(one.worker, []).append(one)
    held = {(one.visit, one.slot): one for one in board.held.assignments}
    changed = {
        one.worker
        for one in plan.assignments
        if (before := held.get((one.visit, one.slot))) is None
        or (before.worker, before.starts, before.shift) != (one.worker, one.starts, one.shift)
    } | {before.worker for key, before in held.items() if (number(key[0]), key[1]) not in stops}
    places = [_place(board, row, stops.get((row.visit_id, row.slot))) for row in lost]
    moves = _moves(board, stops, slots)
    staff = {shift.worker_id: shift.worker for shift in board.shifts.values()}
    takers = {one["worker"] for one in places if one["worker"]}
    late = [one["late"] for one in [*places, *moves] if one["late"]]
    hard = {row.pk for row in lost if row.visit.is_crisis or row.visit.is_window_hard}
    figures = {
        "lost": len(lost),
        "kept": sum(one["worker"] is not None for one in places),
        "hard_uncovered": sum(one["worker"] is None for row, one in zip(lost, places, strict=True) if row.pk in hard),
        "late": len(late),
        "worst_late": max(late, default=0),
        "moved": len({move["visit"] for move in moves}),
        "travel": _travel(plan) - _travel(board.held),
        "pence": (who.pence if who else 0) + _pence_by_the_visit(call, lost, places, takers, who),
        "workers": len(takers),
        "employers": len({staff[pk].organisation_id for pk in takers}),
        "comes_in": int(who is not None),
    }
    return CoverOption(
        kind=CoverKind.CALL_IN if who else CoverKind.SPREAD,
        worker=who.worker if who else None,
        starts_at=who.shift.starts_at if who else None,
        ends_at=who.shift.ends_at if who else None,
        sentence=in_words(figures, **_named(who)),
        figures=figures | ({"hours_left": who.hours_left} if who else {}),
        places=places,
        moves=moves,
        stops=[
            [number(one.visit), one.slot, number(one.worker), int(one.shift), one.starts, one.ends, one.travel_before,
             one.waits_before]
            for worker in sorted(changed)
            for one in by_worker.get(worker, ())
        ] or [[]],
        based_on=board.based_on,
    )  # fmt: skip


def _alone(call: SickCall, lost: list[LostVisit], who: _Off) -> CoverOption:
    """Somebody who could come in, by what they could take alone: the day is planned when it is accepted."""
    figures = {
        "lost": len(lost),
        "kept": who.kept,
        "hard_uncovered": sum(row.visit.is_crisis or row.visit.is_window_hard for row in lost) - who.hard_kept,
        "late": 0,
        "worst_late": 0,
        "moved": 0,
        "travel": who.travel,
        "pence": who.pence,
        "workers": 1,
        "employers": 1,
        "comes_in": 1,
        "hours_left": who.hours_left,
    }
    return CoverOption(
        kind=CoverKind.CALL_IN,
        worker=who.worker,
        starts_at=who.shift.starts_at,
        ends_at=who.shift.ends_at,
        sentence=in_words(figures, **_named(who)),
        figures=figures,
    )


def _named(who: _Off | None) -> dict[str, str]:
    if who is None:
        return {}
    hours = f"{who.shift.starts_at.astimezone(LONDON):%H:%M} to {who.shift.ends_at.astimezone(LONDON):%H:%M}"
    return {"name": who.worker.label, "employer": str(who.worker.organisation), "hours": hours}


def _is_costly(option: CoverOption) -> bool:
    """Whether spreading makes anybody late or moves others: then it is worth seeing who could come in."""
    return bool(option.figures["late"] or option.figures["moved"])


def _place(board: Board, row: LostVisit, stop: visit_planner.Assignment | None) -> dict:
    if stop is None:
        return {"visit": row.visit_id, "slot": row.slot, "worker": None, "at": None, "late": 0}
    at = _moment(board, stop.starts)
    return {
        "visit": row.visit_id,
        "slot": row.slot,
        "worker": number(stop.worker),
        "at": at.isoformat(),
        "late": _late(at, board.visits[row.visit_id]),
    }


def _moves(
    board: Board, stops: dict[tuple[int, int], visit_planner.Assignment], lost: set[tuple[int, int]]
) -> list[dict]:
    """What else would change: every place of the day that was not lost and gets another worker or minute."""
    moves = []
    for visit in board.visits.values():
        held = {row.slot: row for row in visit.assignments.all()}
        for slot in range(len(visit.slots)):
            row, stop = held.get(slot), stops.get((visit.pk, slot))
            if (visit.pk, slot) in lost or (row is None and stop is None):
                continue
            to_at = _moment(board, stop.starts) if stop else None
            from_worker, from_at = (row.worker_id, whole_minute(row.starts_at)) if row else (None, None)
            to_worker = number(stop.worker) if stop else None
            if (from_worker, from_at) == (to_worker, to_at) or (row is not None and row.is_pinned):
                continue
            moves.append(
                {
                    "visit": visit.pk,
                    "slot": slot,
                    "from_worker": from_worker,
                    "to_worker": to_worker,
                    "from_at": from_at.isoformat() if from_at else None,
                    "to_at": to_at.isoformat() if to_at else None,
                    # what was late before is not the doing of this
                    "late": max(0, (_late(to_at, visit) if to_at else 0) - (_late(from_at, visit) if from_at else 0)),
                }
            )
    return moves


def _moment(board: Board, start: float | None) -> datetime | None:
    return None if start is None or not math.isfinite(start) else whole_minute(london_moment(board.day, start))


def _late(at: datetime, visit: Visit) -> int:
    return max(0, math.ceil((at - visit.window_closes_at).total_seconds() / 60))


def _travel(plan: visit_planner.Plan) -> int:
    return round(sum(one.travel_before for one in plan.assignments))


def _pence_by_the_visit(
    call: SickCall, lost: list[LostVisit], places: list[dict], takers: Iterable[int], who: _Off | None
) -> int:
    """What those paid by the visit are paid for the lost visits they take; whoever comes in is counted beside."""
    contracts = contracts_on(Actor.system("planner", call.service_id), call.service_id, call.day)
    rates = {pk: pounds_an_hour(contracts.get(pk)) for pk in takers if who is None or pk != who.worker.pk}
    return round(
        sum(
            row.minutes * rates.get(place["worker"], 0.0) * 100 / 60
            for row, place in zip(lost, places, strict=True)
            if place["worker"]
        )
    )


def _who_may_come_in(call: SickCall, lost: list[LostVisit], board: Board, now: datetime) -> list[_Off]:
    """Workers of any employer who are off that day, may do a lost visit and break no limit by it: best first."""
    stretch = stretch_to_cover(now, min(row.starts_at for row in lost), max(_ends_at(row) for row in lost))
    if stretch is None:
        return []
    system = Actor.system("planner", call.service_id)
    away = Absence.objects.filter(starts_on__lte=call.day, ends_on__gte=call.day).values("worker_id")
    rows = Worker.objects.filter(service_id=call.service_id, is_active=True).exclude(pk__in=away)
    rows = rows.exclude(pk__in=Shift.objects.filter(day=call.day).values("worker_id"))
    free = list(rows.select_related("organisation").order_by("pk"))
    visits = {visit.id: visit for visit in board.problem.visits}
    skills = skills_on(system, free, call.day)
    may = {
        worker.pk: {
            row.pk
            for row in lost
            if visit_id(row.visit_id) in visits
            and _may_fill(worker, skills[worker.pk], row, visits[visit_id(row.visit_id)], board)
        }
        for worker in free
    }
    free = [worker for worker in free if may[worker.pk]]
    known = shifts_known(system, call.service_id, call.day, [worker.pk for worker in free])
    limits = limits_of(system, call.service_id, call.day)
    free = [worker for worker in free if not breaks(limits[worker.pk], known.get(worker.pk, ()), [stretch])]
    contracts = contracts_on(system, call.service_id, call.day)
    left = hours_left(system, call.service_id, call.day)
    alone = _each_alone(call, lost, free, skills, may, stretch, visits)
    found = []
    for worker in free:
        contract = contracts.get(worker.pk)
        mine = _in_area(contract, lost, alone.get(worker.pk, ({}, 0))[0])
        if not mine:
            continue
        travel = alone[worker.pk][1]
        minutes = sum(row.minutes for row in lost if row.pk in mine) + travel
        found.append(
            _Off(
                worker=worker,
                shift=_shift(worker, call, *stretch, pk=NOT_SAVED),
                pence=_pence(contract, stretch, minutes, left.get(worker.pk)),
                hours_left=left.get(worker.pk),
                kept=len(mine),
                hard_kept=sum((row.visit.is_crisis or row.visit.is_window_hard) for row in lost if row.pk in mine),
                travel=travel,
            )
        )
    # agencies and the bank after those whose promised hours are not used up: they cost nothing more
    found.sort(key=lambda one: (-one.hard_kept, -one.kept, one.pence, one.travel, one.worker.pk))
    return found


def _ends_at(row: LostVisit) -> datetime:
    return london_moment(row.visit.day, minutes_into(row.visit.day, row.starts_at) + row.minutes)


def _may_fill(worker: Worker, held: frozenset[str], row: LostVisit, visit: visit_planner.Visit, board: Board) -> bool:
    """Whether somebody who is not on today's board could take a lost slot: the skill, and what is delegated."""
    slot = visit.slots[row.slot]
    if slot.skill not in held or worker_id(worker.pk) in visit.refused:
        return False
    if row.visit_id in board.delegated.asked:
        beside = [one.worker_id for one in row.visit.assignments.all()]
        may = board.delegated.who(row.visit_id, row.slot, beside)
        return may is None or worker.pk in may
    return set(row.visit.slots[row.slot].get("competences") or ()) <= held


def _in_area(contract: Contract | None, lost: list[LostVisit], mine: Iterable[int]) -> set[int]:
    """Of the visits somebody could take, those where their contract says they go."""
    if contract is None or not contract.areas:
        return set(mine)
    allowed = tuple(f"{area.upper()} " for area in contract.areas)
    return {
        row.pk
        for row in lost
        if row.pk in set(mine) and row.visit.address and row.visit.address.postcode.upper().startswith(allowed)
    }


def _each_alone(
    call: SickCall,
    lost: list[LostVisit],
    workers: list[Worker],
    skills: dict[int, frozenset[str]],
    may: dict[int, set[int]],
    stretch: tuple[datetime, datetime],
    visits: dict[str, visit_planner.Visit],
) -> dict[int, tuple[set[int], int]]:
    """Which of the lost visits each worker could take alone, with no one else's help, and the minutes on the way."""
    homes = {worker.pk: _home(worker) for worker in workers}
    rows, travel = travel_between(
        call.service_id,
        [*(place_of_visit(row.visit) for row in lost), *homes.values()],
        (worker.travel_mode for worker in workers),
    )
    begins, ends = (minutes_into(call.day, moment) for moment in stretch)
    found = {}
    for worker in workers:
        theirs = {}
        for row in lost:
            place = place_of_visit(row.visit)
            if row.pk not in may[worker.pk] or place not in rows:
                continue
            whole = visits[visit_id(row.visit_id)]
            window = whole.window
            pinned = next((pin.starts for pin in whole.pinned if pin.starts is not None), None)
            if pinned is not None:  # the other of two is told a time: both start together
                window = visit_planner.Window(pinned, pinned, True)
            theirs[f"l{row.pk}"] = replace(
                whole, id=f"l{row.pk}", place=rows[place], window=window, pinned=(), preferred=frozenset(),
                slots=(replace(whole.slots[row.slot], allowed=None),),
            )  # fmt: skip
        if not theirs:
            continue
        home = rows[homes[worker.pk] if homes[worker.pk] in rows else ANYWHERE]
        problem = visit_planner.Problem(
            workers=(
                visit_planner.Worker(
                    id=worker_id(worker.pk),
                    employer="",
                    skills=skills[worker.pk],
                    mode=worker.travel_mode,
                    shifts=(visit_planner.Shift("s", begins, ends, home, home),),
                ),
            ),
            visits=tuple(theirs.values()),
            travel={worker.travel_mode: travel[worker.travel_mode]},
        )
        plan = visit_planner.solve(problem, iterations=ALONE_ITERATIONS, seed=1)
        taken = {int(one.visit[1:]) for one in plan.assignments}
        if taken:
            found[worker.pk] = (taken, _travel(plan))
    return found


def _home(worker: Worker) -> tuple[float, float] | str:
    if worker.latitude is None or worker.longitude is None:
        return ANYWHERE
    return (round(worker.latitude, 6), round(worker.longitude, 6))


def _shift(worker: Worker, call: SickCall, starts_at: datetime, ends_at: datetime, pk: int | None = None) -> Shift:
    return Shift(
        pk=pk,
        worker=worker,
        day=call.day,
        starts_at=starts_at,
        ends_at=ends_at,
        start_latitude=worker.latitude,
        start_longitude=worker.longitude,
    )


def _pence(contract: Contract | None, stretch: tuple[datetime, datetime], busy_minutes: int, left: int | None) -> int:
    """What having somebody come in costs besides: hours promised and not used yet are paid anyway."""
    if contract is None or not contract.hourly_pence:
        return 0
    if contract.pay_basis == PayBasis.CONTACT:
        return round(busy_minutes * contract.hourly_pence / 60)
    minutes = round((stretch[1] - stretch[0]).total_seconds() / 60)
    beyond = minutes
    if contract.kind == ContractKind.HOURS and left is not None:
        beyond = max(0, minutes - max(0, left))
    dearer = 1 + contract.overtime_percent / 100 if contract.kind == ContractKind.HOURS else 1.0
    return round(beyond * contract.hourly_pence * dearer / 60)


def _put_as_shown(actor: Actor, call: SickCall, option: CoverOption, shift: Shift | None, why: str, now: datetime):
    """The day as it was shown, put into force; None where the day is no longer as it was."""
    stops = [stop for stop in option.stops if stop]
    if not option.stops or (option.worker_id and not stops):
        return None
    board = read_board(call.service_id, call.day, now)
    if board.based_on != option.based_on:
        return None
    theirs = {worker_id(stop[2]) for stop in stops}
    theirs |= {one.worker for one in board.held.assignments if number(one.visit) in {stop[0] for stop in stops}}
    open_now = {visit.id for visit in board.problem.visits}
    assignments = [one for one in board.held.assignments if one.worker not in theirs]
    assignments += [
        visit_planner.Assignment(
            visit=visit_id(visit),
            slot=slot,
            worker=worker_id(worker),
            shift=str(shift.pk if shift and shift_pk in (NOT_SAVED, shift.pk) else shift_pk),
            starts=starts,
            ends=ends,
            travel_before=travel,
            waits_before=waits,
        )
        for visit, slot, worker, shift_pk, starts, ends, travel, waits in stops
        if visit_id(visit) in open_now
    ]
    assignments.sort(key=_order)
    done = {one.visit for one in assignments}
    plan = visit_planner.Plan(tuple(assignments), tuple(sorted(open_now - done)))
    before = {(fault.rule, fault.visit, fault.worker) for fault in visit_planner.check(board.problem, board.held)}
    after = {(fault.rule, fault.visit, fault.worker) for fault in visit_planner.check(board.problem, plan)}
    if after - before:
        return None
    plan = replace(plan, cost=visit_planner.cost(board.problem, plan))
    try:
        with transaction.atomic():
            return _put_into_force(actor, board, plan, call.service_id, why, now)
    except PlanChangedMeanwhileError:
        return None


def _reasons(answer: visit_planner.Replan) -> dict[tuple[str, int], str]:
    return {(move.visit, move.slot): move.why for move in answer.moves}
