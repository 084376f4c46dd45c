"""The one bridge to the planner: a day of the record as a problem, a plan as assignments with their reasons.

Nothing here decides on care: it puts a proposal into force for what is free to plan, and says why. What a person
decided, and what has begun, is given to the planner as fact.
"""

import math
import re
import secrets
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

import numpy as np
from django.db import transaction

import visit_planner
from homeward.access.rules import Actor, Permission, require
from homeward.episodes.models import Episode
from homeward.episodes.services import accept_referral
from homeward.kernel.rules import LONDON, london_day, london_moment, minutes_into
from homeward.procedures.selectors import library
from homeward.referrals.models import Referral
from homeward.roster.models import Shift
from homeward.roster.selectors import shifts_on
from homeward.teams.models import Worker
from homeward.visits.models import Assignment, DayPlan, PlanMove, TravelTable, Visit
from homeward.visits.selectors import newest_plan
from homeward.visits.services import PlanChangedMeanwhileError, assign_worker, need_response, record_plan
from homeward.visits.states import AssignmentState, VisitState
from visit_planner.travel import GreatCircle

DAY_SECONDS = 8.0  # CPU seconds for a whole day
URGENT_SECONDS = 1.0  # CPU seconds for a change during the day
KNOWN_FACES_DAYS = 14  # who came in this many days is a known face: preferred, not required
# A worker about to arrive is not turned round: what starts this soon is left as it is.
ON_THEIR_WAY = timedelta(minutes=15)
PLANNABLE = (VisitState.NEEDED, VisitState.PLANNED, VisitState.UNDER_WAY, VisitState.DONE)
TRIES = 3


@dataclass(frozen=True)
class _Board:
    """A day as the planner sees it, and what is needed to read its answer back."""

    day: date
    problem: visit_planner.Problem
    held: visit_planner.Plan
    visits: dict[int, Visit]
    shifts: dict[int, Shift]
    based_on: int | None
    # Begun by now: facts, which the rest of the day starts from
    begun: list[Visit]


@dataclass(frozen=True, slots=True)
class Offer:
    """Who could fill one slot of a visit, or, for a team, every slot together: when, from how far, at what delay.

    `slots`, `workers` and `travel_minutes` go together, one of each for each worker.
    """

    slots: tuple[int, ...]
    workers: tuple[Worker, ...]
    arrives_at: datetime
    starts_at: datetime
    travel_minutes: tuple[float, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class Offers:
    """Who could come: for each slot the soonest workers, and for a joint visit the soonest teams."""

    for_slot: dict[int, list[Offer]]
    teams: tuple[Offer, ...]


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
    progress=None,
) -> DayPlan:
    """Plan every visit of a day for every employer and put the plan into force.

    `now` is the moment it is planned from: nothing new starts before it. `seconds` are CPU seconds of search.

    Raises: NotAllowedError; PlanChangedMeanwhileError.
    """
    require(actor, Permission.PLAN_DAY, service_id)
    seed = secrets.randbelow(2**31) if seed is None else seed
    board = _board(service_id, day, now)
    start = board.held if board.held.assignments else None
    plan = visit_planner.solve(board.problem, seconds=seconds, seed=seed, start=start, progress=progress)
    return _put_into_force(actor, service_id, board, plan, why, now)


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
    for attempt in range(TRIES):
        board = _board(service_id, day, now)
        known = {visit.id for visit in board.problem.visits}  # a visit without a place is not among them
        changed = [_visit_id(pk) for pk in visit_ids if _visit_id(pk) in known]
        answer = visit_planner.replan(board.problem, held=board.held, changed=changed, seconds=seconds, seed=attempt)
        try:
            reasons = {(move.visit, move.slot): move.why for move in answer.moves}
            return _put_into_force(actor, service_id, board, answer.plan, why, now, reasons)
        except PlanChangedMeanwhileError:
            if attempt == TRIES - 1:
                raise
    raise AssertionError("unreachable")


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
    """Send workers to a visit, all of them or none, and re-plan what else they had to do. `workers` goes by slot.

    Sending stands even when re-planning cannot be done.

    Raises: NotAllowedError; what `visits.services.assign_worker` raises.
    """
    with transaction.atomic():
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
            )
    if visit.day != london_day(now):
        return Response(visit.episode, visit, None, ())
    names = " and ".join(worker.label for _, worker in sorted(workers.items()))
    return _round(actor, visit.episode, visit, now, f"{names} sent: {visit.title}")


def _round(actor: Actor, episode: Episode | None, visit: Visit, now: datetime, why: str) -> Response:
    """The day re-planned round one visit, or left as it is when others keep re-planning it."""
    try:
        plan = replan(actor=actor, service_id=visit.service_id, day=visit.day, visit_ids=[visit.pk], now=now, why=why)
    except PlanChangedMeanwhileError:
        return Response(episode, visit, None, ())
    moves = tuple(plan.moves.select_related("visit__person", "from_worker", "to_worker").order_by("id"))
    visit.refresh_from_db()
    return Response(episode, visit, plan, moves)


def who_can_come(actor: Actor, visit: Visit, now: datetime, limit: int = 8) -> Offers:
    """Who could be there first for each slot of a visit, soonest first, given what everyone is doing.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_RESPONDING, visit.service_id)
    board = _board(visit.service_id, visit.day, now)
    found: dict[int, list[Offer]] = {slot: [] for slot in range(len(visit.slots))}
    if _visit_id(visit.pk) not in {one.id for one in board.problem.visits}:
        return Offers(found, ())  # over, or without a place on the map: nobody is to be sent
    workers = Worker.objects.select_related("organisation").in_bulk(
        {shift.worker_id for shift in board.shifts.values()}
    )
    words = _Words(board)
    offers = visit_planner.who_can_come(
        board.problem, board.held, _visit_id(visit.pk), now=minutes_into(visit.day, _as_of(visit.day, now))
    )
    for offer in offers:
        if not offer.is_team and len(found[offer.slots[0]]) < limit:
            found[offer.slots[0]].append(_offer(visit, offer, words, workers))
    teams = [_offer(visit, offer, words, workers) for offer in offers if offer.is_team]
    return Offers(found, tuple(teams))


def _offer(visit: Visit, offer: visit_planner.Offer, words: "_Words", workers: dict[int, Worker]) -> Offer:
    return Offer(
        slots=offer.slots,
        workers=tuple(workers[_number(worker)] for worker in offer.workers),
        arrives_at=_whole_minute(london_moment(visit.day, offer.arrives)),
        starts_at=_whole_minute(london_moment(visit.day, offer.starts)),
        travel_minutes=offer.travel,
        sentence=words.plain(offer.sentence),
    )


def _as_of(day: date, now: datetime) -> datetime:
    """The moment a day is planned from: now, or its first minute when the day is over, as an imported one is."""
    return now if london_day(now) <= day else london_moment(day, 0)


def _board(service_id: int, day: date, now: datetime) -> _Board:
    now = _as_of(day, now)
    actor = Actor.system("planner", service_id)
    newest = newest_plan(service_id, day)
    visits = {
        visit.pk: visit
        for visit in Visit.objects.filter(service_id=service_id, day=day, state__in=PLANNABLE)
        .select_related("address")
        .prefetch_related("assignments__shift", "assignments__worker")
        .order_by("id")
    }
    shifts = {shift.pk: shift for shift in shifts_on(actor, service_id, day)}
    places, travel = _places(service_id, visits, shifts)
    problem_visits = []
    held = []
    moment = math.ceil(minutes_into(day, now))
    allowed = _allowed_by_competence(shifts)
    faces = _known_faces(visits, day)
    on_shift = {shift.worker_id for shift in shifts.values()}
    begun = []
    for visit in list(visits.values()):
        rows = list(visit.assignments.all())
        has_begun = visit.state in (VisitState.UNDER_WAY, VisitState.DONE)
        if has_begun and not on_shift.issuperset(row.worker_id for row in rows):
            del visits[visit.pk]  # done by somebody off the roster: a fact that binds nobody who is on it
        elif len(rows) >= len(visit.slots) and all(
            _began_at(row) <= now and (row.arrived_at or row.worker_id in on_shift) for row in rows
        ):
            begun.append(visits.pop(visit.pk))
    free = _free_again(begun, day, now)
    placed = [visit for visit in visits.values() if _visit_place(visit) in places]
    gaps, not_before = _gaps(placed, begun, day)
    for visit in placed:
        place = places[_visit_place(visit)]
        pins = []
        arrived = False
        for row in visit.assignments.all():
            if row.worker_id not in on_shift:
                continue
            start = round(minutes_into(day, _began_at(row)))
            if row.arrived_at:
                arrived = True
            elif row.worker_id in free:
                # nobody is anywhere before they have left where they are
                since, where = free[row.worker_id]
                start = max(start, since + float(travel[row.worker.travel_mode][places[where], place]))
            held.append((visit, row, start))
            if row.is_pinned or row.starts_at <= now + ON_THEIR_WAY:
                pins.append(visit_planner.Pin(slot=row.slot, worker=_worker_id(row.worker_id), starts=start))
        opens = minutes_into(day, visit.window_opens_at)
        closes = minutes_into(day, visit.window_closes_at)
        if not pins:
            opens = max(opens, moment, not_before.get(visit.pk, 0.0))
        problem_visits.append(
            visit_planner.Visit(
                id=_visit_id(visit.pk),
                place=place,
                person=str(visit.person_id),
                slots=tuple(_slot(slot, allowed) for slot in visit.slots),
                window=visit_planner.Window(opens, max(opens, closes), visit.is_window_hard and closes >= opens),
                cost_if_undone=visit.undone_cost,
                preferred=faces.get(visit.person_id, frozenset()),
                pinned=_one_start(pins, arrived),
            )
        )
    problem = visit_planner.Problem(
        workers=_workers(day, shifts, places, free, {row.worker_id for _, row, _ in held}),
        visits=tuple(problem_visits),
        travel=travel,
        gaps=gaps,
        held=tuple(
            visit_planner.Held(_visit_id(visit.pk), row.slot, _worker_id(row.worker_id), start)
            for visit, row, start in held
        ),
    )
    return _Board(
        day,
        problem,
        _held_plan(held, shifts, problem_visits),
        visits,
        shifts,
        newest.pk if newest else None,
        begun,
    )


def _began_at(row: Assignment) -> datetime:
    """When a worker began, or was to begin: nobody records every arrival as it happens."""
    return row.arrived_at or row.starts_at


def _free_again(begun: list[Visit], day: date, now: datetime) -> dict[int, tuple[float, tuple | str]]:
    """When in minutes, and where, each worker is free after what they have begun.

    Times as they happened need not fit the travel table or the minutes agreed: people drive faster, or leave early.
    So what has begun is where the rest of the day starts, not work to be planned again.
    """
    free: dict[int, tuple[float, tuple | str]] = {}
    for visit in begun:
        place = _visit_place(visit)
        for row in visit.assignments.all():
            until = row.left_at or _began_at(row) + timedelta(minutes=visit.slots[row.slot]["minutes"])
            if row.state == AssignmentState.ARRIVED:
                until = max(until, now)
            if place is not None and minutes_into(day, until) >= free.get(row.worker_id, (0.0, ""))[0]:
                free[row.worker_id] = (math.ceil(minutes_into(day, until)), place)
    return free


def _one_start(pins: list, arrived: bool) -> tuple:
    """Everyone in a visit starts together: when the first arrived, or when the last can be there."""
    starts = [pin.starts for pin in pins]
    begins = (min if arrived else max)(starts, default=None)
    return tuple(visit_planner.Pin(pin.slot, pin.worker, begins) for pin in pins)


def _held_plan(held: list, shifts: dict[int, Shift], problem_visits: list) -> visit_planner.Plan:
    begins = {_number(visit.id): visit.pinned[0].starts for visit in problem_visits if visit.pinned}
    by_worker: dict[int, list[Shift]] = defaultdict(list)
    for shift in shifts.values():
        by_worker[shift.worker_id].append(shift)
    assignments = []
    for visit, row, start in held:
        theirs = by_worker[row.worker_id]
        shift = shifts.get(row.shift_id) or min(
            theirs, key=lambda s: abs((s.starts_at - row.starts_at).total_seconds())
        )
        start = begins.get(visit.pk, start)
        assignments.append(
            visit_planner.Assignment(
                visit=_visit_id(visit.pk),
                slot=row.slot,
                worker=_worker_id(row.worker_id),
                shift=str(shift.pk),
                starts=start,
                ends=start + visit.slots[row.slot]["minutes"],
                travel_before=row.travel_minutes,
                waits_before=0.0,
            )
        )
    counts: dict[str, int] = defaultdict(int)
    for one in assignments:
        counts[one.visit] += 1
    full = {visit.id for visit in problem_visits if counts[visit.id] == len(visit.slots)}
    return visit_planner.Plan(
        assignments=tuple(one for one in assignments if one.visit in full),
        undone=tuple(visit.id for visit in problem_visits if visit.id not in full),
    )


def _visit_place(visit: Visit) -> tuple | str | None:
    if visit.address is None:
        return None
    if visit.address.place_key:
        return visit.address.place_key
    if visit.address.latitude is None:
        return None
    return (round(visit.address.latitude, 6), round(visit.address.longitude, 6))


def _shift_place(shift: Shift) -> tuple | str | None:
    if shift.start_place_key:
        return shift.start_place_key
    if shift.start_latitude is None:
        return None
    return (round(shift.start_latitude, 6), round(shift.start_longitude, 6))


# Workers of a service that gave no base start where their first visit is: a place no minutes from anywhere.
ANYWHERE = "anywhere"


def _places(service_id: int, visits: dict[int, Visit], shifts: dict[int, Shift]) -> tuple[dict, dict[str, np.ndarray]]:
    """Every place of the day as a row number, and for each mode the (n, n) minutes, row from, column to."""
    modes = {shift.worker.travel_mode for shift in shifts.values()} or {"car"}
    table = TravelTable.objects.filter(service_id=service_id).first()
    if table is not None:
        size = len(table.place_keys)
        minutes = np.zeros((size + 1, size + 1))
        minutes[:size, :size] = _whole(np.frombuffer(table.seconds, dtype="<i4").reshape(size, size) / 60.0)
        rows: dict = {key: row for row, key in enumerate(table.place_keys)}
        rows[ANYWHERE] = size
        return rows, dict.fromkeys(modes, minutes)
    points = sorted(
        {place for place in map(_visit_place, visits.values()) if isinstance(place, tuple)}
        | {place for place in map(_shift_place, shifts.values()) if isinstance(place, tuple)}
    )
    rows = {point: row for row, point in enumerate(points)}
    rows[ANYWHERE] = len(points)
    travel = {}
    for mode in modes:
        minutes = np.zeros((len(points) + 1, len(points) + 1))
        if points:
            minutes[:-1, :-1] = _whole(GreatCircle().minutes(np.array(points), mode))
        travel[mode] = minutes
    return rows, travel


def _whole(minutes: np.ndarray) -> np.ndarray:
    """Whole minutes, rounded up, as people are told them: a plan in whole minutes is then one that can be kept."""
    return np.ceil(minutes - 1e-6)


def _workers(
    day: date, shifts: dict[int, Shift], places: dict, free: dict[int, tuple[float, tuple | str]], bound: set[int]
) -> tuple:
    """Everyone on shift, from when and where they are `free`. `bound` are those with a visit still before them."""
    known = {skill.code for skill in library().skills}
    by_worker: dict[int, list[Shift]] = defaultdict(list)
    for shift in shifts.values():
        by_worker[shift.worker_id].append(shift)
    workers = []
    for worker_id, theirs in sorted(by_worker.items()):
        worker = theirs[0].worker
        held = library().skills_held(code for code in worker.skills if code in known) | set(worker.skills)
        stretches = []
        for shift in theirs:
            begins, ends = minutes_into(day, shift.starts_at), minutes_into(day, shift.ends_at)
            home = places[_shift_place(shift) or ANYWHERE]
            start_place = home
            if worker_id in free and free[worker_id][0] > begins:
                since, where = free[worker_id]
                start_place = places[where]
                # over, but somebody who has still to go somewhere is on the board
                begins = min(since, ends - 1.0) if worker_id in bound else since
            if begins < ends:
                stretches.append(visit_planner.Shift(str(shift.pk), begins, ends, start_place, home))
        if not stretches:
            continue
        workers.append(
            visit_planner.Worker(
                id=_worker_id(worker_id),
                employer=str(worker.organisation),
                skills=frozenset(held),
                mode=worker.travel_mode,
                shifts=tuple(stretches),
            )
        )
    return tuple(workers)


def _allowed_by_competence(shifts: dict[int, Shift]) -> dict[str, frozenset[str]]:
    """For each competence, the ids of today's workers who have it."""
    holders: dict[str, set[str]] = defaultdict(set)
    known = {skill.code for skill in library().skills}
    for shift in shifts.values():
        for code in library().skills_held(code for code in shift.worker.skills if code in known) | set(
            shift.worker.skills
        ):
            holders[code].add(_worker_id(shift.worker_id))
    return {code: frozenset(ids) for code, ids in holders.items()}


def _slot(slot: dict, holders: dict[str, frozenset[str]]) -> visit_planner.Slot:
    competences = slot.get("competences") or []
    allowed = None
    if competences:
        allowed = frozenset.intersection(*(holders.get(code, frozenset()) for code in competences))
    return visit_planner.Slot(skill=slot["skill"], minutes=slot["minutes"], allowed=allowed)


def _known_faces(visits: dict[int, Visit], day: date) -> dict[int, frozenset[str]]:
    """For each person of the day, the workers who came in the last fortnight."""
    people = {visit.person_id for visit in visits.values()}
    faces: dict[int, set[str]] = defaultdict(set)
    came = Assignment.objects.filter(
        visit__day__gte=day - timedelta(days=KNOWN_FACES_DAYS),
        visit__day__lt=day,
        state=AssignmentState.LEFT,
        visit__service_id=next(iter(visits.values())).service_id if visits else None,
    )
    for person_id, worker_id in came.values_list("visit__person_id", "worker_id").distinct():
        if person_id in people:
            faces[person_id].add(_worker_id(worker_id))
    return {person_id: frozenset(workers) for person_id, workers in faces.items()}


def _gaps(visits: list[Visit], begun: list[Visit], day: date) -> tuple[tuple, dict[int, float]]:
    """The spacing that one person's visits of a day ask for, each from the one before it.

    Gives the gaps between visits still to be planned, and the minute before which a visit may not start because of one
    that has begun.
    """
    by_person: dict[int, list[Visit]] = defaultdict(list)
    for visit in visits + begun:
        by_person[visit.person_id].append(visit)
    facts = {visit.pk: min(minutes_into(day, _began_at(row)) for row in visit.assignments.all()) for visit in begun}
    gaps = []
    not_before = {}
    for theirs in by_person.values():
        theirs.sort(key=lambda visit: (visit.window_opens_at, visit.pk))
        for before, after in pairwise(theirs):
            if not after.gap_minutes or after.pk in facts:
                continue
            if before.pk in facts:
                not_before[after.pk] = facts[before.pk] + after.gap_minutes
            else:
                gaps.append(visit_planner.Gap(_visit_id(before.pk), _visit_id(after.pk), at_least=after.gap_minutes))
    return tuple(gaps), not_before


def _put_into_force(
    actor: Actor,
    service_id: int,
    board: _Board,
    plan: visit_planner.Plan,
    why: str,
    now: datetime,
    move_reasons: dict[tuple[str, int], str] | None = None,
) -> DayPlan:
    said = visit_planner.explain(board.problem, plan)
    words = _Words(board)
    assignments = [
        Assignment(
            visit=board.visits[_number(one.visit)],
            slot=one.slot,
            worker_id=_number(one.worker),
            shift_id=int(one.shift),
            starts_at=_whole_minute(london_moment(board.day, one.starts)),
            ends_at=_whole_minute(london_moment(board.day, one.starts))
            + timedelta(minutes=board.visits[_number(one.visit)].slots[one.slot]["minutes"]),
            travel_minutes=one.travel_before,
            why=words.plain(said.assignments[one.visit, one.slot].sentence),
        )
        for one in plan.assignments
    ]
    unplanned = {_number(visit): words.why_not(said.undone[visit]) for visit in plan.undone}
    for visit in board.visits.values():
        if _visit_place(visit) is None:
            unplanned[visit.pk] = "There is no place on the map for this address. Add its postcode, then plan again."
    cost = visit_planner.cost(board.problem, plan)
    done = [row for visit in board.begun for row in visit.assignments.all()]
    figures = {
        "planned": len(board.visits) - len(unplanned) + len(board.begun),
        "unplanned": len(unplanned),
        "joint": sum(len(visit.slots) > 1 for visit in [*board.visits.values(), *board.begun]),
        "workers": len({_number(one.worker) for one in plan.assignments} | {row.worker_id for row in done}),
        "travel_minutes": round(cost.travel + sum(row.travel_minutes for row in done), 1),
        "late_minutes": round(cost.lateness, 1),
        "worst_late_minutes": round(cost.worst_lateness, 1),
        "overtime_minutes": round(cost.overtime, 1),
        # What the checker, which shares no code with the search, finds broken: none, or the search has a fault
        "rules_broken": len(visit_planner.check(board.problem, plan)),
    }
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
        figures=figures,
        seed=plan.seed,
        iterations=plan.iterations,
        cpu_seconds=plan.cpu_seconds,
        move_reasons={
            (_number(visit), slot): words.plain(reason) for (visit, slot), reason in (move_reasons or {}).items()
        },
    )


class _Words:
    """The planner's sentences with names for its ids and titles for its codes."""

    def __init__(self, board: _Board) -> None:
        self.names = {_worker_id(shift.worker_id): shift.worker.label for shift in board.shifts.values()}
        self.names |= {
            _visit_id(visit.pk): f"{visit.title} at {clock_words(visit.window_opens_at)}"
            for visit in board.visits.values()
        }
        self.titles = {skill.code: skill.title.lower() for skill in library().skills}

    def plain(self, sentence: str) -> str:
        """A sentence of the planner as a manager would say it."""
        named = re.sub(r"\b[wv]\d+\b", lambda found: self.names.get(found[0], found[0]), sentence)
        return re.sub(r"\b[a-z]+(?:_[a-z]+)*\b", lambda found: self.titles.get(found[0], found[0]), named)

    def why_not(self, reason: visit_planner.WhyNot) -> str:
        """Why a visit is left out, and the nearest thing that would make it possible."""
        return self.plain(f"{reason.sentence} {reason.nearest}")


def clock_words(moment: datetime) -> str:
    """A time of day in England as staff say it: 09:30."""
    return f"{moment.astimezone(LONDON):%H:%M}"


def _worker_id(pk: int) -> str:
    return f"w{pk}"


def _visit_id(pk: int) -> str:
    return f"v{pk}"


def _number(planner_id: str) -> int:
    return int(planner_id[1:])


def _whole_minute(moment: datetime) -> datetime:
    """People are told whole minutes; a start is told at or after when the plan has it."""
    extra = moment.second + moment.microsecond / 1e6
    return moment + timedelta(seconds=60 - extra) if extra > 0.5 else moment - timedelta(seconds=extra)


def warm_up() -> None:
    """Compile or load the planner's kernels, so that the first re-planning is as quick as the next."""
    visit_planner.warm_up()
