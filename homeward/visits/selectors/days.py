"""A day of every employer, its plans and what each moved."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Count, Q

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record_reads
from homeward.roster.models import Shift
from homeward.roster.selectors import shifts_on
from homeward.visits.models import (
    Assignment,
    DayPlan,
    PlanMove,
    SessionPlace,
    Visit,
)
from homeward.visits.rules.breaks import lacks_break
from homeward.visits.selectors.visits import _theirs
from homeward.visits.states import VisitState


@dataclass(slots=True)
class DayVisit:
    """One visit of a day, or session of a clinic, as a timeline needs it. Co-ordinates are None where it has none."""

    id: int
    person_id: int | None
    person_label: str
    title: str
    state: str
    is_crisis: bool
    window_opens_at: datetime
    window_closes_at: datetime
    is_window_hard: bool
    slots: list[dict]
    latitude: float | None
    longitude: float | None
    unplanned_reason: str
    assignments: list["DayAssignment"] = field(default_factory=list)

    @property
    def is_joint(self) -> bool:
        return len(self.slots) > 1


@dataclass(slots=True)
class DayAssignment:
    """A worker's part in a visit of a day."""

    visit: DayVisit
    slot: int
    worker_id: int
    starts_at: datetime
    ends_at: datetime
    travel_minutes: float
    state: str
    is_decided: bool


@dataclass(slots=True)
class DayWorker:
    """One row of the timeline: a worker, the shifts they work, and what they do in order."""

    id: int
    label: str
    job_title: str
    employer_id: int
    employer: str
    shifts: list[Shift]
    assignments: list[DayAssignment] = field(default_factory=list)

    @property
    def lacks_break(self) -> bool:
        """Whether a shift long enough to need a break leaves no room for one."""
        return any(lacks_break((one.starts_at, one.ends_at), self.busy) for one in self.shifts)

    @property
    def busy(self) -> list[tuple[datetime, datetime]]:
        """What fills the day: each visit with the way to it."""
        return [(one.starts_at - timedelta(minutes=one.travel_minutes), one.ends_at) for one in self.assignments]


@dataclass(frozen=True, slots=True)
class Day:
    """A day of every employer: workers with what they do, and every visit, unplanned ones included."""

    day: date
    workers: list[DayWorker]
    visits: list[DayVisit]
    plan: DayPlan | None

    @property
    def unplanned(self) -> list[DayVisit]:
        """Visits that some worker is still missing for, in the order they are due."""
        return sorted((v for v in self.visits if v.state == VisitState.NEEDED), key=lambda v: v.window_closes_at)


def _is_own(actor: Actor, worker_id: int) -> bool:
    return actor.may(Permission.SEE_WHOLE_DAY) or worker_id == actor.worker_id


def newest_plan(service_id: int, day: date) -> DayPlan | None:
    """The plan in force for a day, or None before the first. Holds nothing personal."""
    return DayPlan.objects.filter(service_id=service_id, day=day).order_by("-id").first()


def day_for(actor: Actor, service_id: int, day: date, now: datetime) -> Day:
    """Everything the timeline of a day shows, in four queries, and one more for clinics; seeing it is audited as one
    event naming everyone shown.

    Who may not see the whole day is given their own.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_TODAY, service_id)
    workers: dict[int, DayWorker] = {}
    for shift in shifts_on(actor, service_id, day):
        worker = shift.worker
        if not _is_own(actor, worker.pk):
            continue
        if worker.pk not in workers:
            workers[worker.pk] = DayWorker(
                worker.pk, worker.label, worker.job_title, worker.organisation_id, str(worker.organisation), []
            )
        workers[worker.pk].shifts.append(shift)
    visits: dict[int, DayVisit] = {}
    sessions: dict[int, DayVisit] = {}
    rows = _theirs(actor, Visit.objects.filter(service_id=service_id, day=day)).exclude(state=VisitState.CANCELLED)
    for row in rows.order_by("id").values_list(
        "id",
        "person_id",
        "person__given_name",
        "person__family_name",
        "person__reference",
        "title",
        "state",
        "is_crisis",
        "window_opens_at",
        "window_closes_at",
        "is_window_hard",
        "slots",
        "address__latitude",
        "address__longitude",
        "unplanned_reason",
        "session__clinic__name",
        "session__clinic__latitude",
        "session__clinic__longitude",
        "session_id",
    ):
        label = row[15] or f"{row[2]} {row[3]}".strip() or f"Person {row[4]}"
        visits[row[0]] = DayVisit(row[0], row[1], label, *row[5:15])
        if row[15]:
            visits[row[0]].latitude, visits[row[0]].longitude = row[16:18]
            sessions[row[18]] = visits[row[0]]
    for session, booked in _booked(sessions).items():
        sessions[session].title = f"Group clinic, {booked} booked"
    placed = Assignment.objects.filter(visit__service_id=service_id, visit__day=day).order_by("starts_at", "id")
    for visit_id, slot, worker_id, starts_at, ends_at, travel, state, decided_by in placed.values_list(
        "visit_id", "slot", "worker_id", "starts_at", "ends_at", "travel_minutes", "state", "decided_by"
    ):
        visit = visits.get(visit_id)
        if visit is None:
            continue
        part = DayAssignment(visit, slot, worker_id, starts_at, ends_at, travel, state, bool(decided_by))
        visit.assignments.append(part)
        if worker_id in workers:
            workers[worker_id].assignments.append(part)
    record_reads(
        actor=actor,
        action="see day",
        subject_kind="day",
        now=now,
        service_id=service_id,
        person_ids=[visit.person_id for visit in visits.values() if visit.person_id],
    )
    return Day(day, list(workers.values()), list(visits.values()), newest_plan(service_id, day))


def _booked(session_ids: Collection[int]) -> dict[int, int]:
    """How many hold a place in each of some sessions of clinics."""
    if not session_ids:
        return {}
    held = SessionPlace.objects.filter(session_id__in=session_ids, released_at__isnull=True)
    counts = dict(held.order_by().values_list("session_id").annotate(booked=Count("pk")))
    return {session: counts.get(session, 0) for session in session_ids}


def moves_of(actor: Actor, plan: DayPlan) -> list[PlanMove]:
    """What one planning changed for whom, beside the day it belongs to, whose showing was audited.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_TODAY, plan.service_id)
    moves = PlanMove.objects.filter(plan=plan)
    if not actor.may(Permission.SEE_WHOLE_DAY):
        moves = moves.filter(Q(from_worker_id=actor.worker_id) | Q(to_worker_id=actor.worker_id))
    return list(moves.select_related("visit__person", "from_worker", "to_worker").order_by("id"))


def moves_shown(actor: Actor, plan: DayPlan, now: datetime) -> list[PlanMove]:
    """What one planning changed for whom, on a page without its day; everyone shown is audited.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_TODAY, plan.service_id)
    moves = moves_of(actor, plan)
    record_reads(
        actor=actor,
        action="see what moved",
        subject_kind="day plan",
        now=now,
        service_id=plan.service_id,
        person_ids=[move.visit.person_id for move in moves if move.visit.person_id],
    )
    return moves


def day_plans(actor: Actor, service_id: int, day: date, limit: int = 20) -> list[DayPlan]:
    """The plannings of a day, newest first.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_TODAY, service_id)
    return list(DayPlan.objects.filter(service_id=service_id, day=day).order_by("-id")[:limit])


def days_with_visits(actor: Actor, service_id: int) -> list[date]:
    """The days a service has visits on, newest first.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_TODAY, service_id)
    return list(
        Visit.objects.filter(service_id=service_id).order_by("-day").values_list("day", flat=True).distinct()[:60]
    )
