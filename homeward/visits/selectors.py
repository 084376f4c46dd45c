"""Reads about visits and days. Whatever shows a person leaves an audit event."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Prefetch, Q, QuerySet

from homeward.access.rules import Actor, Permission, Relationship, require
from homeward.audit.services import record, record_reads
from homeward.episodes.models import Episode, EpisodeEvent
from homeward.kernel.rules import london_day
from homeward.people.models import Alert, Person
from homeward.people.states import AlertKind
from homeward.roster.models import Shift
from homeward.roster.selectors import shifts_on
from homeward.teams.models import Organisation, Worker
from homeward.visits.models import (
    Assignment,
    DayPlan,
    HandoverNote,
    HandoverSheet,
    PlanMove,
    ServiceArea,
    Telling,
    Visit,
)
from homeward.visits.rules import AREA_RADIUS_KM, Scene, Standing, is_outside, scene_decision, scene_of
from homeward.visits.states import AREA_DECISIONS, LATE_DECISIONS, AssignmentState, Decision, VisitState

# A visitor reads up before they go and writes up after they were there. Local decision.
TIED_BEFORE, TIED_AFTER = timedelta(days=14), timedelta(days=14)


class VisitNotFoundError(Exception):
    """There is no such visit in the actor's services."""


def tied_by_visits(actor: Actor, person_ids: Collection[int], now: datetime) -> dict[int, Relationship]:
    """Of these people, those whom the actor goes, or lately went, to see.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE)
    if actor.worker_id is None:
        return {}
    going = Assignment.objects.filter(
        worker_id=actor.worker_id, starts_at__gte=now - TIED_AFTER, starts_at__lte=now + TIED_BEFORE
    ).exclude(visit__state=VisitState.CANCELLED)
    people = going.filter(visit__person_id__in=person_ids).values_list("visit__person_id", flat=True)
    return dict.fromkeys(people, Relationship.VISITING)


@dataclass(slots=True)
class DayVisit:
    """One visit of a day, as a timeline needs it. Co-ordinates are None where the service has none."""

    id: int
    person_id: int
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


def _theirs(actor: Actor, visits: QuerySet[Visit]) -> QuerySet[Visit]:
    """Of these visits, those the actor may see: all, or those they go to."""
    if actor.may(Permission.SEE_WHOLE_DAY):
        return visits
    return visits.filter(assignments__worker_id=actor.worker_id) if actor.worker_id else visits.none()


def newest_plan(service_id: int, day: date) -> DayPlan | None:
    """The plan in force for a day, or None before the first. Holds nothing personal."""
    return DayPlan.objects.filter(service_id=service_id, day=day).order_by("-id").first()


def day_for(actor: Actor, service_id: int, day: date, now: datetime) -> Day:
    """Everything the timeline of a day shows, in four queries; seeing it is audited as one event naming everyone shown.

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
    ):
        label = f"{row[2]} {row[3]}".strip() or f"Person {row[4]}"
        visits[row[0]] = DayVisit(row[0], row[1], label, *row[5:15])
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
        person_ids=[visit.person_id for visit in visits.values()],
    )
    return Day(day, list(workers.values()), list(visits.values()), newest_plan(service_id, day))


def visit_for(actor: Actor, visit_id: int, now: datetime) -> Visit:
    """One visit with its person, place, workers, tasks and reasons; the opening is audited.

    Raises: NotAllowedError; VisitNotFoundError.
    """
    require(actor, Permission.SEE_TODAY)
    visit = (
        _theirs(actor, Visit.objects.filter(service_id__in=actor.service_ids, pk=visit_id))
        .select_related("person", "address", "episode__pathway", "service")
        .defer("episode__pathway__definition")
        .prefetch_related("assignments__worker__organisation", "tasks")
        .first()
    )
    if visit is None:
        raise VisitNotFoundError("There is no such visit in your service.")
    record(
        actor=actor,
        action="open visit",
        subject=("visit", visit.pk),
        person_id=visit.person_id,
        now=now,
        service_id=visit.service_id,
    )
    return visit


def visits_of(actor: Actor, person: Person, from_day: date, to_day: date) -> list[Visit]:
    """A person's visits from one day to another, in order, with who does them.

    `person` comes from `people.selectors.person_for`, which checked and audited the opening.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE, person.service_id)
    return list(
        Visit.objects.filter(person=person, day__gte=from_day, day__lte=to_day)
        .exclude(state=VisitState.CANCELLED)
        .prefetch_related("assignments__worker__organisation", "tasks")
        .order_by("day", "window_opens_at", "id")
    )


def last_visits_of(actor: Actor, person: Person, before: date, limit: int = 3) -> list[Visit]:
    """A person's newest visits before a day, newest first, with who did them.

    `person` comes from `people.selectors.person_for`, which checked and audited the opening.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE, person.service_id)
    return list(
        Visit.objects.filter(person=person, day__lt=before)
        .exclude(state=VisitState.CANCELLED)
        .prefetch_related("assignments__worker__organisation", "tasks")
        .order_by("-day", "-window_opens_at", "-id")[:limit]
    )


def response_visits(actor: Actor, episode_ids: list[int]) -> dict[int, Visit]:
    """The newest crisis visit of each episode, with its workers. The board that lists the episodes audits it.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_RESPONDING)
    rows = (
        Visit.objects.filter(episode_id__in=episode_ids, is_crisis=True, service_id__in=actor.service_ids)
        .exclude(state=VisitState.CANCELLED)
        .select_related("address")
        .prefetch_related("assignments__worker__organisation")
        .order_by("id")
    )
    return {visit.episode_id: visit for visit in rows}


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
        person_ids=[move.visit.person_id for move in moves],
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


class HandoverSheetNotFoundError(Exception):
    """There is no such handover sheet in the actor's services."""


@dataclass(frozen=True, slots=True)
class Area:
    """Where a service goes; `is_own` is False where it has set nothing and the default holds."""

    radius_kilometres: int
    postcode_districts: tuple[str, ...]
    is_own: bool


def area_of(actor: Actor, service_id: int) -> Area:
    """Where a service goes. Holds nothing personal.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_RESPONDING, service_id)
    row = ServiceArea.objects.filter(service_id=service_id).first()
    if row is None:
        return Area(AREA_RADIUS_KM, (), False)
    return Area(row.radius_kilometres, tuple(row.postcode_districts), True)


def standings_of(actor: Actor, visits: list[Visit], now: datetime) -> dict[int, Standing]:
    """What must be settled before anybody is sent to each of some visits: the scene, the two-person rule, the area.

    The scene and the area count only where somebody in a crisis is gone to; who shows the visits audits it.

    Raises: NotAllowedError.
    """
    able = (Permission.SEE_RESPONDING, Permission.TRIAGE_REFERRALS, Permission.SEE_TODAY, Permission.PLAN_DAY)
    for service_id in {visit.service_id for visit in visits}:
        require(actor, next(filter(actor.may, able), Permission.SEE_RESPONDING), service_id)
    day = london_day(now)
    for_two = set(
        Alert.objects.filter(
            person_id__in=[visit.person_id for visit in visits], kind=AlertKind.TWO_PERSON, starts_on__lte=day
        )
        .filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day))
        .values_list("person_id", flat=True)
    )
    crises = {visit.episode_id for visit in visits if visit.is_crisis and visit.episode_id}
    said = dict(Episode.objects.filter(pk__in=crises).values_list("pk", "referral__scene_safety"))
    decided: dict[int, list[str]] = defaultdict(list)
    events = EpisodeEvent.objects.filter(episode_id__in=crises, kind__in=Decision.values)
    for episode_id, kind in events.order_by("recorded_at", "id").values_list("episode_id", "kind"):
        decided[episode_id].append(kind)
    areas = {service_id: _Area(service_id) for service_id in {visit.service_id for visit in visits if visit.is_crisis}}
    standings = {}
    for visit in visits:
        is_for_two = visit.person_id in for_two
        if visit.episode_id not in crises:
            standings[visit.pk] = Standing(Scene.SAFE, "", is_for_two, False, "", "")
            continue
        kinds = decided[visit.episode_id]
        scene = scene_of(said.get(visit.episode_id) or "", kinds)
        begun = (AssignmentState.ARRIVED, AssignmentState.LEFT)
        if scene is Scene.UNKNOWN and any(row.state in begun for row in visit.assignments.all()):
            scene = Scene.SAFE  # whoever is there sees for themselves
        standings[visit.pk] = Standing(
            scene=scene,
            scene_decision=scene_decision(kinds),
            is_for_two=is_for_two,
            is_out_of_area=areas[visit.service_id].is_beyond(visit.address),
            area_decision=next((kind for kind in reversed(kinds) if kind in AREA_DECISIONS), ""),
            late_decision=next((kind for kind in reversed(kinds) if kind in LATE_DECISIONS), ""),
        )
    return standings


class _Area:
    """A service's area and the bases it is measured from, read once."""

    def __init__(self, service_id: int) -> None:
        row = ServiceArea.objects.filter(service_id=service_id).first()
        self.radius_km = row.radius_kilometres if row else AREA_RADIUS_KM
        self.districts = tuple(row.postcode_districts) if row else ()
        self.bases = list(
            Organisation.objects.filter(service_id=service_id, is_employer=True, latitude__isnull=False).values_list(
                "latitude", "longitude"
            )
        ) or list(
            Worker.objects.filter(service_id=service_id, is_active=True, latitude__isnull=False).values_list(
                "latitude", "longitude"
            )
        )

    def is_beyond(self, address) -> bool:
        if address is None:
            return False
        has_point = address.latitude is not None and address.longitude is not None
        return is_outside(
            (address.latitude, address.longitude) if has_point else None,
            address.postcode,
            bases=self.bases,
            radius_km=self.radius_km,
            districts=self.districts,
        )


def tellings_of(actor: Actor, episode_id: int, now: datetime) -> list[Telling]:
    """Who was to be told of what sending people in an episode changed, newest first; everyone shown is audited.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_RESPONDING)
    rows = list(
        Telling.objects.filter(visit__episode_id=episode_id, visit__service_id__in=actor.service_ids)
        .select_related("worker__organisation", "person", "plan", "visit")
        .order_by("-plan_id", "told_at", "id")
    )
    people = [row.person_id for row in rows if row.person_id]
    if people:
        record_reads(
            actor=actor,
            action="see who to tell",
            subject_kind="episode",
            now=now,
            service_id=rows[0].visit.service_id,
            person_ids=people,
        )
    return rows


def support_visits(actor: Actor, episode_id: int) -> list[Visit]:
    """The visits of an episode beside its response, in order, with who does them. Whoever shows the episode audits it.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE)
    return list(
        Visit.objects.filter(episode_id=episode_id, is_crisis=False, service_id__in=actor.service_ids)
        .exclude(state=VisitState.CANCELLED)
        .prefetch_related("assignments__worker__organisation")
        .order_by("window_opens_at", "id")
    )


def handover_sheets(actor: Actor, service_id: int, limit: int = 30) -> list[HandoverSheet]:
    """The handover sheets of a service, newest change of shift first, without opening them.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_RESPONDING, service_id)
    return list(HandoverSheet.objects.filter(service_id=service_id).defer("parts").order_by("-changes_at")[:limit])


def handover_sheet(actor: Actor, sheet_id: int, now: datetime) -> HandoverSheet:
    """One handover sheet with its notes; everyone on it is audited.

    Raises: NotAllowedError; HandoverSheetNotFoundError.
    """
    require(actor, Permission.SEE_RESPONDING)
    sheet = (
        HandoverSheet.objects.filter(service_id__in=actor.service_ids, pk=sheet_id)
        .select_related("service")
        .prefetch_related(Prefetch("notes", HandoverNote.objects.order_by("written_at", "id")))
        .first()
    )
    if sheet is None:
        raise HandoverSheetNotFoundError("There is no such handover sheet in your service.")
    people = {line["person_id"] for part in sheet.parts for line in part["lines"] if line.get("person_id")}
    record_reads(
        actor=actor,
        action="open handover sheet",
        subject_kind="sheet",
        now=now,
        service_id=sheet.service_id,
        person_ids=sorted(people),
    )
    return sheet
