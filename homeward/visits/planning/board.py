"""A day of the record as the planner sees it.

Three kinds of visit: *begun*, a fact that the rest of the day starts from; *promised*, pinned because a person decided
it or somebody is on their way; and *free*, which the planner may move.
"""

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import pairwise

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

import visit_planner
from homeward.access.rules import Actor
from homeward.delegation.selectors import is_kept
from homeward.kernel.rules import london_day, london_moment, minutes_into, wall_clock
from homeward.people.models import Alert
from homeward.people.states import AlertKind
from homeward.plans.rules import Visiting
from homeward.plans.selectors import who_may_visit
from homeward.roster.models import Contract, Shift
from homeward.roster.rules import DAILY_REST
from homeward.roster.selectors import contracts_on, limits_of, shifts_over
from homeward.roster.states import ContractKind, PayBasis
from homeward.teams.models import Worker
from homeward.visits.models import Assignment, LostVisit, Visit
from homeward.visits.planning.places import Place, place_of_shift, place_of_visit, travel_between
from homeward.visits.planning.words import Words, number, visit_id, worker_id
from homeward.visits.rules import break_owed
from homeward.visits.rules.hours import BREAK_MINUTES
from homeward.visits.selectors import newest_plan
from homeward.visits.selectors.delegated import Places, places_of
from homeward.visits.selectors.skills import skills_on
from homeward.visits.states import AssignmentState, VisitState

MINUTES_A_DAY = 1440.0
# What a minute with people weighs for somebody paid by the visit, once the hours their contract promises are used:
# about 20 pounds an hour, by the line below. Local decision.
MINUTES_AN_UNPAID_MINUTE = 0.33
VISITED_IN_TWOS = "they are visited in twos"
# What a pound weighs against travel, in minutes: half an hour of somebody paid by the visit, at 20 pounds an hour, is
# worth ten minutes on the road of somebody whose shift is paid anyway, and no more. Local decision.
MINUTES_A_POUND = 1.0
# What a shift without the break it needs weighs: an hour on the road, less than any visit. Local decision.
MINUTES_A_MISSED_BREAK = 60.0
KNOWN_FACES_DAYS = 14  # who came in this many days is a known face: preferred, not required
# A worker about to arrive is not turned round: what starts this soon is left as it is.
ON_THEIR_WAY_MINUTES = 15
PLANNABLE = (VisitState.NEEDED, VisitState.PLANNED, VisitState.UNDER_WAY, VisitState.DONE)
# A crisis that nobody has reached by midnight is planned with the new day.
STILL_TO_BEGIN = (VisitState.NEEDED, VisitState.PLANNED, VisitState.UNDER_WAY)


@dataclass(frozen=True)
class Board:
    """A day as the planner sees it, and what is needed to read its answer back.

    `visits` are those still to plan, those without a place on the map included; `begun` are facts; `beside` are what
    the same workers do on the day before or after, which their own day plans. `based_on` is the day plan in force when
    it was read; `delegated` says who may take which place of `visits`.
    """

    day: date
    problem: visit_planner.Problem
    held: visit_planner.Plan
    visits: dict[int, Visit]
    shifts: dict[int, Shift]
    begun: list[Visit]
    beside: dict[int, Visit]
    based_on: int | None
    delegated: Places

    @cached_property
    def words(self) -> Words:
        """The planner's sentences about this day, in words."""
        return Words((shift.worker for shift in self.shifts.values()), [*self.visits.values(), *self.beside.values()])

    def knows(self, visit_pk: int) -> bool:
        """Whether a visit is among those the planner plans."""
        return any(visit.id == visit_id(visit_pk) for visit in self.problem.visits)


def day_of(visit: Visit, now: datetime) -> date:
    """The day with which a visit is planned: its own, but today for somebody in a crisis who waits since yesterday."""
    return max(visit.day, london_day(now)) if visit.is_crisis else visit.day


@dataclass(frozen=True, slots=True)
class Sending:
    """Workers who would be sent to a visit, by slot, to start at a moment: to be looked at, not decided."""

    visit_id: int
    workers: dict[int, int]
    starts_at: datetime


def as_of(day: date, now: datetime) -> datetime:
    """The moment a day is planned from: now, or its first minute when the day is over, as an imported one is."""
    return now if london_day(now) <= day else london_moment(day, 0)


def read_board(
    service_id: int,
    day: date,
    now: datetime,
    *,
    asking_for: int | None = None,
    sending: Sending | None = None,
    called_in: Shift | None = None,
    is_crisis_late_allowed: bool = True,
    trying: Iterable[Visit] = (),
) -> Board:
    """A service's day as it stands at `now`, with the crises of the day before that nobody has reached yet; those that
    somebody goes to before the day has begun are theirs.

    `asking_for` is a visit to treat as nobody's yet, unless it has begun; `sending` says who would go to one;
    `called_in` is a shift (unsaved) of somebody who would come in. Unless `is_crisis_late_allowed`, a response starts
    before its clock breaches or is left out. `trying` are visits (unsaved, numbered below nothing) looked at as if
    they were of the day.
    """
    now = as_of(day, now)
    newest = newest_plan(service_id, day)
    visits = {
        visit.pk: visit
        for visit in Visit.objects.filter(service_id=service_id)
        .filter(
            Q(day=day, state__in=PLANNABLE)
            | _unreached(day, now)
            | Q(pk__in=_lost_after_midnight(service_id, day), state=VisitState.NEEDED)
        )
        .select_related("address", "session__clinic")
        .prefetch_related("assignments__shift", "assignments__worker")
        .order_by("id")
    }
    visits |= {visit.pk: visit for visit in trying}
    shifts = {shift.pk: shift for shift in shifts_over(Actor.system("planner", service_id), service_id, day)}
    if called_in is not None:
        shifts[called_in.pk] = called_in
    beside = _visits_beside(service_id, day, shifts.values(), visits)
    if sending is not None:
        asking_for = sending.visit_id
    reading = _Reading(service_id, day, now, visits, beside, shifts, asking_for, sending, is_crisis_late_allowed)
    return Board(
        day=day,
        problem=reading.problem(),
        held=reading.held_plan(),
        visits=reading.open,
        shifts=shifts,
        begun=reading.begun,
        beside={visit.pk: visit for visit in beside},
        based_on=newest.pk if newest else None,
        delegated=reading.delegated,
    )


def _unreached(day: date, now: datetime) -> Q:
    left_over = Q(day=day - timedelta(days=1), is_crisis=True, state__in=STILL_TO_BEGIN)
    is_held = Exists(Assignment.objects.filter(visit=OuterRef("pk")))
    return left_over if london_day(now) >= day else left_over & ~is_held


def _lost_after_midnight(service_id: int, day: date) -> QuerySet:
    """The visits of the next day that a night of this one loses to illness: whoever covers the night does them."""
    lost = LostVisit.objects.filter(call__service_id=service_id, call__day=day, visit__day=day + timedelta(days=1))
    return lost.values("visit_id")


def _visits_beside(service_id: int, day: date, shifts: Iterable[Shift], of_the_day: dict[int, Visit]) -> list[Visit]:
    """What workers whose shift runs over midnight do on its other side: visits with only the slots that are theirs."""
    begins, ends = wall_clock(day, "00:00"), wall_clock(day, "24:00")
    over: dict[int, list[Shift]] = defaultdict(list)
    for shift in shifts:
        if shift.starts_at < begins or shift.ends_at > ends:
            over[shift.worker_id].append(shift)
    if not over:
        return []
    near = Assignment.objects.filter(
        worker_id__in=over,
        visit__service_id=service_id,
        visit__day__in=(day - timedelta(days=1), day + timedelta(days=1)),
        visit__state__in=PLANNABLE,
    ).exclude(visit__in=of_the_day)
    # of another shift of theirs than the one over midnight they do not know here
    known = {
        number: visit_id
        for number, visit_id, worker_id, starts_at, ends_at in near.values_list(
            "pk", "visit_id", "worker_id", "starts_at", "ends_at"
        )
        if any(starts_at < shift.ends_at and ends_at > shift.starts_at for shift in over[worker_id])
    }
    rows = (
        Visit.objects.filter(pk__in=set(known.values()))
        .select_related("address", "session__clinic")
        .prefetch_related(Prefetch("assignments", Assignment.objects.filter(pk__in=known).order_by("slot")))
        .order_by("id")
    )
    visits = list(rows)
    for visit in visits:
        theirs = list(visit.assignments.all())
        visit.slots = [visit.slots[row.slot] for row in theirs]
        for slot, row in enumerate(theirs):
            row.slot = slot
    return visits


def _visited_in_twos(person_ids: Iterable[int], day: date) -> set[int]:
    """The people whom a standing alert says are visited in twos."""
    standing = Alert.objects.filter(
        person_id__in=list(person_ids), kind=AlertKind.TWO_PERSON, starts_on__lte=day, ended_by=""
    )
    return set(standing.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day)).values_list("person_id", flat=True))


def _shifts_beside(shifts_of: dict[int, list[Shift]], day: date) -> dict[int, tuple[Shift | None, Shift | None]]:
    """For each worker of a day, the shift they worked before it and the one they work after it."""
    mine = {shift.pk for theirs in shifts_of.values() for shift in theirs}
    rows = Shift.objects.filter(
        worker_id__in=shifts_of, day__gte=day - timedelta(days=1), day__lte=day + timedelta(days=1)
    ).exclude(pk__in=mine)
    beside: dict[int, tuple[Shift | None, Shift | None]] = {}
    for shift in rows.order_by("starts_at"):
        first = min(one.starts_at for one in shifts_of[shift.worker_id])
        last = max(one.ends_at for one in shifts_of[shift.worker_id])
        before, after = beside.get(shift.worker_id, (None, None))
        if shift.ends_at <= first:
            beside[shift.worker_id] = (shift, after)
        elif shift.starts_at >= last and after is None:
            beside[shift.worker_id] = (before, shift)
    return beside


def _began_at(row: Assignment) -> datetime:
    """When a worker began, or was to begin: nobody records every arrival as it happens."""
    return row.arrived_at or row.starts_at


class _Reading:
    """One reading of one day: what has begun, what is held, where everyone is free, and the problem that follows."""

    def __init__(
        self,
        service_id: int,
        day: date,
        now: datetime,
        visits: dict[int, Visit],
        beside: list[Visit],
        shifts: dict[int, Shift],
        asking_for: int | None,
        sending: Sending | None,
        is_crisis_late_allowed: bool,
    ) -> None:
        self.day = day
        self.now = now
        self.moment = math.ceil(minutes_into(day, now))
        self.service_id = service_id
        self.asking_for = asking_for
        self.sending = sending
        self.is_crisis_late_allowed = is_crisis_late_allowed
        self.shifts = shifts
        self.shifts_of: dict[int, list[Shift]] = defaultdict(list)
        for shift in shifts.values():
            self.shifts_of[shift.worker_id].append(shift)
        on_shift = [theirs[0].worker for theirs in self.shifts_of.values()]
        self.skills_of = skills_on(Actor.system("planner", service_id), on_shift, day)
        self.contracts = contracts_on(Actor.system("planner", service_id), service_id, day)
        self.begun = [visit for visit in visits.values() if self._has_begun(visit)]
        facts = {visit.pk for visit in self.begun}
        self.begun_beside = [visit for visit in beside if self._has_begun_beside(visit)]
        self.kept_beside = [visit for visit in beside if visit not in self.begun_beside]
        # done by somebody off the roster: a fact that binds nobody who is on it
        self.open = {
            pk: visit for pk, visit in visits.items() if pk not in facts and not self._is_somebody_elses(visit)
        }
        self.places, self.travel = travel_between(
            service_id,
            [*map(place_of_visit, [*visits.values(), *beside]), *map(place_of_shift, shifts.values())],
            (shift.worker.travel_mode for shift in shifts.values()),
        )
        self.placed = [
            visit for visit in [*self.open.values(), *self.kept_beside] if place_of_visit(visit) in self.places
        ]
        self.free = self._free_again()
        self.starts = self._starts_held()
        self.next_start = self._next_starts()
        self.pins = {visit.pk: self._pins(visit) for visit in self.placed}
        self.visiting = who_may_visit(
            Actor.system("planner", service_id),
            service_id,
            {visit.person_id for visit in self.placed},
        )
        self.for_two = _visited_in_twos({visit.person_id for visit in self.placed}, day)
        self.beside_shifts = _shifts_beside(self.shifts_of, day)
        self.limits = limits_of(Actor.system("planner", service_id), service_id, day)
        self.paid = self._paid_minutes()
        self.delegated = places_of(Actor.system("planner", service_id), service_id, day, list(self.open.values()))
        self.keeps_sign_offs = is_kept(service_id)

    def _has_begun(self, visit: Visit) -> bool:
        """Everyone is there, or was to be: a crisis begins only when somebody says so, because someone is waiting."""
        rows = list(visit.assignments.all())
        return len(rows) >= len(visit.slots) and all(
            row.arrived_at or (row.worker_id in self.shifts_of and row.starts_at <= self.now and not visit.is_crisis)
            for row in rows
        )

    def _has_begun_beside(self, visit: Visit) -> bool:
        """Whether all who came from among today's workers have begun; of the rest the other day has to know."""
        rows = [row for row in visit.assignments.all() if row.worker_id in self.shifts_of]
        return all(row.arrived_at or (row.starts_at <= self.now and not visit.is_crisis) for row in rows)

    def _is_somebody_elses(self, visit: Visit) -> bool:
        return visit.state in (VisitState.UNDER_WAY, VisitState.DONE) and any(
            row.worker_id not in self.shifts_of for row in visit.assignments.all()
        )

    def _free_again(self) -> dict[int, tuple[int, Place]]:
        """When in minutes, and where, each worker is free after what they have begun.

        Times as they happened need not fit the travel table or the minutes agreed: people drive faster, or leave
        early. So what has begun is where the rest of the day starts, not work to be planned again.
        """
        free: dict[int, tuple[int, Place]] = {}
        for visit in [*self.begun, *self.begun_beside]:
            place = place_of_visit(visit)
            for row in visit.assignments.all():
                minutes = math.ceil(minutes_into(self.day, self._busy_until(visit, row)))
                if place is not None and minutes >= free.get(row.worker_id, (minutes, place))[0]:
                    free[row.worker_id] = (minutes, place)
        return free

    def _busy_until(self, visit: Visit, row: Assignment) -> datetime:
        """When a worker left what they began, or is to leave; whoever is still there stays until now at least."""
        until = row.left_at or _began_at(row) + timedelta(minutes=visit.slots[row.slot]["minutes"])
        return max(until, self.now) if row.state == AssignmentState.ARRIVED else until

    def _starts_held(self) -> dict[tuple[int, int], float]:
        """When each held slot (visit, slot) of somebody on shift starts, in whole minutes."""
        starts = {}
        for visit in self.placed:
            for row in visit.assignments.all():
                if row.worker_id not in self.shifts_of or (visit.pk == self.asking_for and not row.arrived_at):
                    continue
                start = round(minutes_into(self.day, _began_at(row)))
                if visit.day < self.day and visit.pk in self.open and not row.arrived_at and self._has_gone(row):
                    continue
                if not row.arrived_at and row.worker_id in self.free:
                    since, where = self.free[row.worker_id]
                    # nobody is anywhere before they have left where they are
                    start = max(start, since + self._way(row.worker, where, place_of_visit(visit)))
                starts[visit.pk, row.slot] = start
        return starts

    def _has_gone(self, row: Assignment) -> bool:
        """Whether the shift in which somebody was to go is over, and another of theirs is still to come."""
        return all(shift.starts_at > row.starts_at for shift in self.shifts_of[row.worker_id])

    def _next_starts(self) -> dict[int, float]:
        """When each worker starts the first visit that is still before them."""
        first: dict[int, float] = {}
        for visit in self.placed:
            for row in visit.assignments.all():
                start = self.starts.get((visit.pk, row.slot))
                if start is not None:
                    first[row.worker_id] = min(start, first.get(row.worker_id, start))
        return first

    def _way(self, worker: Worker, origin: Place, destination: Place | None) -> int:
        return int(self.travel[worker.travel_mode][self.places[origin], self.places[destination]])

    def _pins(self, visit: Visit) -> tuple[visit_planner.Pin, ...]:
        """The slots of a visit that stay as they are. Everyone starts together: when the first arrived, or when the
        last can be there."""
        if self.sending is not None and visit.pk == self.sending.visit_id:
            start = math.ceil(minutes_into(self.day, self.sending.starts_at) - 1e-6)
            sent = {row.slot: row.worker_id for row in visit.assignments.all() if row.is_pinned}
            going = {**sent, **self.sending.workers}
            return tuple(
                visit_planner.Pin(slot, worker_id(worker), start)
                for slot, worker in sorted(going.items())
                if worker in self.shifts_of
            )
        rows = [row for row in visit.assignments.all() if (visit.pk, row.slot) in self.starts]
        if visit in self.kept_beside:  # its own day plans it; here it only takes its workers' time
            return tuple(
                visit_planner.Pin(row.slot, worker_id(row.worker_id), self.starts[visit.pk, row.slot]) for row in rows
            )
        are_on_their_way = not visit.is_crisis and all(self._is_on_their_way(visit, row) for row in rows)
        kept = [row for row in rows if row.is_pinned or are_on_their_way]
        starts = [self.starts[visit.pk, row.slot] for row in kept]
        together = (min if any(row.arrived_at for row in kept) else max)(starts, default=None)
        return tuple(visit_planner.Pin(row.slot, worker_id(row.worker_id), together) for row in kept)

    def _is_on_their_way(self, visit: Visit, row: Assignment) -> bool:
        """Whether this is where a worker goes next, and soon: what comes after may move when the day runs late."""
        start = self.starts[visit.pk, row.slot]
        return start <= self.moment + ON_THEIR_WAY_MINUTES and start == self.next_start[row.worker_id]

    def _held_start(self, visit: Visit, slot: int) -> float:
        pins = self.pins[visit.pk]
        return pins[0].starts if pins and pins[0].starts is not None else self.starts[visit.pk, slot]

    def problem(self) -> visit_planner.Problem:
        """The day as a problem for the planner."""
        gaps, not_before = self._gaps()
        holders = self._holders()
        faces = self._known_faces()
        return visit_planner.Problem(
            faces=tuple(visit_planner.Faces(str(person), known) for person, known in faces.items() if known),
            workers=tuple(filter(None, (self._worker(theirs) for _, theirs in sorted(self.shifts_of.items())))),
            visits=tuple(self._visit(visit, not_before, holders) for visit in self.placed),
            travel=self.travel,
            gaps=gaps,
            weights=visit_planner.Weights(
                pay=MINUTES_A_POUND, unpaid=MINUTES_AN_UNPAID_MINUTE, missed_breaks=MINUTES_A_MISSED_BREAK
            ),
            held=tuple(
                visit_planner.Held(
                    visit_id(visit.pk), row.slot, worker_id(row.worker_id), self.starts[visit.pk, row.slot]
                )
                for visit in self.placed
                for row in visit.assignments.all()
                if (visit.pk, row.slot) in self.starts
            ),
        )

    def _visit(
        self,
        visit: Visit,
        not_before: dict[int, float],
        holders: dict[str, frozenset[str]],
    ) -> visit_planner.Visit:
        opens = minutes_into(self.day, visit.window_opens_at)
        closes = minutes_into(self.day, visit.window_closes_at)
        if not self.pins[visit.pk]:
            opens = max(math.ceil(opens), self.moment, not_before.get(visit.pk, 0.0))
        asked = self._asked_of(visit)
        is_hard = visit.is_window_hard or (visit.is_crisis and not self.is_crisis_late_allowed)
        return visit_planner.Visit(
            id=visit_id(visit.pk),
            place=self.places[place_of_visit(visit)],
            person=str(visit.person_id or visit_id(visit.pk)),
            slots=tuple(self._slot(visit, place, holders) for place in range(len(visit.slots))),
            window=visit_planner.Window(opens, max(opens, closes), is_hard and closes >= opens),
            cost_if_undone=visit.undone_cost,
            preferred=frozenset(map(worker_id, asked.preferred & self.shifts_of.keys())),
            only_these=tuple(
                visit_planner.OnlyThese(frozenset(map(worker_id, those)), why) for those, why in asked.only
            ),
            barred=tuple(
                visit_planner.Barred(frozenset({worker_id(worker)}), why.format(worker=worker_id(worker)))
                for worker, why in asked.barred
                if worker in self.shifts_of
            ),
            not_alone=self._not_alone(visit),
            pinned=self.pins[visit.pk],
        )

    def _asked_of(self, visit: Visit) -> Visiting:
        """Who may come to a visit. In a crisis what a person asked for is not held against anybody."""
        asked = self.visiting.get(visit.person_id, Visiting())
        return replace(asked, only=()) if visit.is_crisis else asked

    def _not_alone(self, visit: Visit) -> visit_planner.NotAlone | None:
        """A visit for one to somebody who is visited in twos is left out, and says why; two together are never alone.

        The moments are those of any day planned: a visit that may never be made at all contradicts itself.
        """
        if visit.person_id not in self.for_two or len(visit.slots) > 1:
            return None
        return visit_planner.NotAlone(VISITED_IN_TWOS, -2 * MINUTES_A_DAY, 3 * MINUTES_A_DAY)

    def _slot(self, visit: Visit, place: int, holders: dict[str, frozenset[str]]) -> visit_planner.Slot:
        """One place of a visit. Whoever a person decided on stays on it, and what they may not do is flagged."""
        slot = visit.slots[place]
        if self.keeps_sign_offs:
            pinned = {pin.slot: pin.worker for pin in self.pins[visit.pk]}
            there = [number(worker) for other, worker in pinned.items() if other != place]
            may = self.delegated.who(visit.pk, place, there)
            allowed = None if may is None else frozenset(map(worker_id, may))
            if allowed is not None and place in pinned:
                allowed |= {pinned[place]}
        else:
            codes = slot.get("competences") or []
            allowed = frozenset.intersection(*(holders.get(code, frozenset()) for code in codes)) if codes else None
        if slot.get("worker"):  # a session's own nurse, and nobody else
            allowed = frozenset({worker_id(slot["worker"])})
        return visit_planner.Slot(skill=slot["skill"], minutes=slot["minutes"], allowed=allowed)

    def _worker(self, theirs: list[Shift]) -> visit_planner.Worker | None:
        worker = theirs[0].worker
        next_stop = min(
            (
                (self._held_start(visit, row.slot), place_of_visit(visit))
                for visit in self._visits_held_by.get(worker.pk, ())
                for row in visit.assignments.all()
                if row.worker_id == worker.pk and (visit.pk, row.slot) in self.starts
            ),
            default=None,
            key=lambda stop: stop[0],
        )
        stretches = [stretch for shift in theirs if (stretch := self._stretch(shift, next_stop)) is not None]
        if not stretches:
            return None
        # parts of one day: no rest is owed between them
        stretches = [stretches[0], *(replace(part, continues=True) for part in stretches[1:])]
        return visit_planner.Worker(
            id=worker_id(worker.pk),
            employer=str(worker.organisation),
            skills=self.skills_of[worker.pk],
            mode=worker.travel_mode,
            shifts=tuple(stretches),
            cost_per_hour=0.0 if worker.pk in self.paid else pounds_an_hour(self.contracts.get(worker.pk)),
            paid_minutes=self.paid.get(worker.pk),
            **self._rest(worker.pk, theirs),
        )

    def _rest(self, worker: int, theirs: list[Shift]) -> dict[str, float]:
        """The rest owed before and after this day's work: overtime may not eat it, and staying late moves the morning.

        A rota that itself leaves too little is the rota's to mend, and was said there: its hours are not cut here.
        """
        least = float(self.limits[worker].least_rest) if worker in self.limits else float(DAILY_REST)
        begins = min(minutes_into(self.day, shift.starts_at) for shift in theirs)
        ends = max(minutes_into(self.day, shift.ends_at) for shift in theirs)
        before, after = self.beside_shifts.get(worker, (None, None))
        rest: dict[str, float] = {"rest_minutes": least}
        if before is not None:
            until = minutes_into(self.day, before.ends_at)
            stayed = max(0.0, minutes_into(self.day, self.left_late.get(worker, before.ends_at)) - until)
            rest["worked_until"] = min(until, begins - least) + stayed
        if after is not None:
            rest["works_again"] = max(minutes_into(self.day, after.starts_at), ends + least)
        return rest

    @cached_property
    def left_late(self) -> dict[int, datetime]:
        """When workers left their last visit of the shift before this day's, where that is recorded."""
        before = {worker: shift for worker, (shift, _) in self.beside_shifts.items() if shift is not None}
        rows = Assignment.objects.filter(
            worker_id__in=before,
            left_at__isnull=False,
            starts_at__gte=min((shift.starts_at for shift in before.values()), default=self.now),
            starts_at__lt=wall_clock(self.day, "24:00"),
        )
        left: dict[int, datetime] = {}
        for worker, starts_at, left_at in rows.values_list("worker_id", "starts_at", "left_at"):
            if before[worker].starts_at <= starts_at < before[worker].ends_at:
                left[worker] = max(left_at, left.get(worker, left_at))
        return left

    def _paid_minutes(self) -> dict[int, float]:
        """Minutes that somebody paid by the visit is paid today anyway: this day's share of what their contract
        promises for the week and no visit of the week has used yet."""
        promised = {
            worker: contract.weekly_minutes
            for worker, contract in self.contracts.items()
            if contract.kind == ContractKind.HOURS
            and contract.pay_basis == PayBasis.CONTACT
            and contract.weekly_minutes
            and worker in self.shifts_of
        }
        if not promised:
            return {}
        monday = self.day - timedelta(days=self.day.weekday())
        used: dict[int, float] = defaultdict(float)
        rows = Assignment.objects.filter(worker_id__in=promised, visit__day__gte=monday, visit__day__lt=self.day)
        for worker, starts_at, ends_at in rows.values_list("worker_id", "starts_at", "ends_at"):
            used[worker] += (ends_at - starts_at).total_seconds() / 60
        days: dict[int, int] = defaultdict(int)
        ahead = Shift.objects.filter(
            worker_id__in=promised, day__gte=self.day, day__lte=monday + timedelta(days=6)
        ).values_list("worker_id", "day")
        for worker, _ in set(ahead):
            days[worker] += 1
        return {worker: max(0.0, minutes - used[worker]) / max(1, days[worker]) for worker, minutes in promised.items()}

    @cached_property
    def _visits_held_by(self) -> dict[int, list[Visit]]:
        held: dict[int, list[Visit]] = defaultdict(list)
        for visit in self.placed:
            for row in visit.assignments.all():
                if (visit.pk, row.slot) in self.starts:
                    held[row.worker_id].append(visit)
        return held

    def _stretch(self, shift: Shift, next_stop: tuple[float, Place] | None) -> visit_planner.Shift | None:
        """What is left of a shift: from when and where its worker is free. None when nothing is."""
        begins, ends = minutes_into(self.day, shift.starts_at), minutes_into(self.day, shift.ends_at)
        home = place_of_shift(shift)
        where: Place = home
        if shift.worker_id in self.free and self.free[shift.worker_id][0] > begins:
            begins, where = self.free[shift.worker_id]
        if begins < self.moment < ends:
            # Nobody sets off before now, but for where they are already on the way to.
            leaves_for_next = next_stop[0] - self._way(shift.worker, where, next_stop[1]) if next_stop else self.moment
            begins = max(begins, min(self.moment, leaves_for_next))
        if next_stop is not None:
            begins = min(begins, ends - 1.0)  # over, but somebody who has still to go somewhere is on the board
        if begins >= ends:
            return None
        rest = self._break(shift, begins)
        return visit_planner.Shift(str(shift.pk), begins, ends, self.places[where], self.places[home], rest=rest)

    def _break(self, shift: Shift, free_from: float) -> visit_planner.Break | None:
        """The break still owed in a shift. A minute longer than the law's, as people are told whole minutes."""
        owed = break_owed((shift.starts_at, shift.ends_at), self._busy[shift.worker_id], self.now)
        if owed is None:
            return None
        earliest, latest = (minutes_into(self.day, moment) for moment in owed)
        earliest = max(earliest, free_from)
        return visit_planner.Break(BREAK_MINUTES + 1, earliest, latest - 1) if earliest < latest else None

    @cached_property
    def _busy(self) -> dict[int, list[tuple[datetime, datetime]]]:
        """What each worker has begun, from when they set out until they left or are to leave."""
        busy: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
        for visit in [*self.begun, *self.begun_beside]:
            for row in visit.assignments.all():
                set_out = _began_at(row) - timedelta(minutes=row.travel_minutes)
                busy[row.worker_id].append((set_out, self._busy_until(visit, row)))
        return busy

    def held_plan(self) -> visit_planner.Plan:
        """The plan in force, for the visits that have everyone they need."""
        assignments = []
        undone = []
        for visit in self.placed:
            rows = [row for row in visit.assignments.all() if (visit.pk, row.slot) in self.starts]
            if len(rows) < len(visit.slots):
                undone.append(visit_id(visit.pk))
                continue
            for row in rows:
                start = self._held_start(visit, row.slot)
                shift = self.shifts.get(row.shift_id) or min(
                    self.shifts_of[row.worker_id],
                    key=lambda shift: abs((shift.starts_at - row.starts_at).total_seconds()),
                )
                assignments.append(
                    visit_planner.Assignment(
                        visit=visit_id(visit.pk),
                        slot=row.slot,
                        worker=worker_id(row.worker_id),
                        shift=str(shift.pk),
                        starts=start,
                        ends=start + visit.slots[row.slot]["minutes"],
                        travel_before=row.travel_minutes,
                        waits_before=0.0,
                    )
                )
        assignments.sort(key=lambda one: (number(one.worker), one.starts, one.visit))
        return visit_planner.Plan(assignments=tuple(assignments), undone=tuple(undone))

    def _gaps(self) -> tuple[tuple[visit_planner.Gap, ...], dict[int, float]]:
        """The spacing that one person's visits of a day ask for, each from the one before it.

        Gives the gaps between visits still to be planned, and the minute before which a visit may not start because of
        one that has begun.
        """
        by_person: dict[int, list[Visit]] = defaultdict(list)
        for visit in self.placed + self.begun:
            by_person[visit.person_id].append(visit)
        facts = {
            visit.pk: min(minutes_into(self.day, _began_at(row)) for row in visit.assignments.all())
            for visit in self.begun
        }
        gaps = []
        not_before = {}
        for theirs in by_person.values():
            theirs.sort(key=lambda visit: (visit.window_opens_at, visit.pk))
            for before, after in pairwise(theirs):
                if not after.gap_minutes or after.pk in facts:
                    continue
                if before.pk in facts:
                    not_before[after.pk] = math.ceil(facts[before.pk]) + after.gap_minutes
                else:
                    gaps.append(visit_planner.Gap(visit_id(before.pk), visit_id(after.pk), at_least=after.gap_minutes))
        return tuple(gaps), not_before

    def _holders(self) -> dict[str, frozenset[str]]:
        """For each skill and competence, the planner's ids of today's workers who have it."""
        holders: dict[str, set[str]] = defaultdict(set)
        for worker_pk, skills in self.skills_of.items():
            for code in skills:
                holders[code].add(worker_id(worker_pk))
        return {code: frozenset(ids) for code, ids in holders.items()}

    def _known_faces(self) -> dict[int, frozenset[str]]:
        """For each person of the day, the planner's ids of the workers who came in the last fortnight."""
        people = {visit.person_id for visit in self.placed}
        faces: dict[int, set[str]] = defaultdict(set)
        came = Assignment.objects.filter(
            visit__service_id=self.service_id,
            visit__day__gte=self.day - timedelta(days=KNOWN_FACES_DAYS),
            visit__day__lt=self.day,
            state=AssignmentState.LEFT,
        )
        for person_id, worker_pk in came.values_list("visit__person_id", "worker_id").distinct():
            if person_id in people:
                faces[person_id].add(worker_id(worker_pk))
        return {person_id: frozenset(workers) for person_id, workers in faces.items()}


def pounds_an_hour(contract: Contract | None) -> float:
    """What an hour with people costs besides: nothing where the whole shift is paid, or no contract is known."""
    if contract is None or contract.pay_basis != PayBasis.CONTACT or not contract.hourly_pence:
        return 0.0
    return contract.hourly_pence / 100
