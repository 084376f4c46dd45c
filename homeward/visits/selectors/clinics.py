"""Group clinics, their sessions, who is booked and who could be; what sessions saved."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, QuerySet

from homeward.access.rules import Actor, Permission, Sight, require
from homeward.audit.services import record_reads
from homeward.kernel.rules import london_day
from homeward.people.models import Person
from homeward.people.selectors import person_ids_of, sights
from homeward.plans.models import VisitPattern
from homeward.procedures.selectors import library, published_activities
from homeward.teams.models import Worker
from homeward.teams.selectors import registered_until
from homeward.visits.models import (
    Assignment,
    Clinic,
    ClinicBooking,
    ClinicSession,
    ReplacedVisit,
    SessionPlace,
    Visit,
)
from homeward.visits.rules.clinics import Saved, is_replaced, meant_for
from homeward.visits.states import Attendance, BookingState, SessionState, Transport

# How long what was decided for somebody who did not come stays on the list
LOOKED_BACK = timedelta(days=14)


class ClinicNotFoundError(Exception):
    """There is no such clinic, session, booking or place in the actor's services."""


@dataclass(frozen=True, slots=True)
class ClinicLine:
    """A clinic in the list: its next session and how many places of it are taken. Names nobody who is cared for."""

    clinic: Clinic
    next_session: ClinicSession | None
    taken: int


@dataclass(frozen=True, slots=True)
class SessionLine:
    """One session of a clinic: how many hold a place, of how many it is written down whether they came, how many did,
    and the visit that the planner plans."""

    session: ClinicSession
    visit: Visit
    taken: int
    written: int
    came: int
    to_arrange: int


@dataclass(frozen=True, slots=True)
class Shown:
    """What a list shows of people, and how many more there are that the reader may not see."""

    rows: tuple
    kept_back: int


@dataclass(frozen=True, slots=True)
class HomeVisit:
    """A home visit of somebody's plan beside a clinic: on which weekdays, and whether a session replaces it.

    `besides` are what it does that the clinic does not: it stays for those.
    """

    title: str
    weekdays: str
    minutes: int
    tasks: tuple[str, ...]
    besides: tuple[str, ...]

    @property
    def is_replaced(self) -> bool:
        return not self.besides


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody whose home visits a clinic could replace. `on_its_day`: one of them is on the weekday of the clinic."""

    person: Person
    visits: tuple[HomeVisit, ...]
    on_its_day: bool

    @property
    def minutes_a_week(self) -> int:
        return sum(one.minutes * len(one.weekdays) for one in self.visits if one.is_replaced)


@dataclass(frozen=True, slots=True)
class Missed:
    """Somebody’s place in a session that they did not come to, and the next session in which they have one."""

    place: SessionPlace
    next_session: ClinicSession | None

    @property
    def person_id(self) -> int:
        return self.place.person_id

    @property
    def person(self) -> Person:
        return self.place.person


@dataclass(frozen=True, slots=True)
class SessionPage:
    """One session: the places held that the reader may see, those given up, and who works there."""

    session: ClinicSession
    visit: Visit
    held: Shown
    released: tuple[SessionPlace, ...]
    assignments: tuple[Assignment, ...]
    works_there: bool


@dataclass(frozen=True, slots=True)
class ClinicFigures:
    """What sessions between two days came to. Minutes of those who came or left early only: of whoever did not come,
    nothing was saved. Names nobody."""

    sessions: int
    places: int
    held: int
    came: int
    did_not_come: int
    home_visits: int
    saved: Saved


def clinics_of(actor: Actor, service_id: int, now: datetime) -> list[ClinicLine]:
    """The clinics of a service that are open, by name.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_TODAY, service_id)
    today = london_day(now)
    clinics = Clinic.objects.filter(service_id=service_id).filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today))
    rows = ClinicSession.objects.filter(clinic__in=clinics, state=SessionState.SET, starts_at__gte=now)
    coming: dict[int, ClinicSession] = {}
    for session in _counted(rows).order_by("-starts_at"):
        coming[session.clinic_id] = session
    return [
        ClinicLine(clinic, coming.get(clinic.pk), coming[clinic.pk].held if clinic.pk in coming else 0)
        for clinic in clinics.select_related("nurse").order_by("name", "pk")
    ]


def _looking(actor: Actor) -> Permission:
    """Clinics are for whoever sees the day, and for whoever plans somebody's care and may book them in."""
    return Permission.WRITE_PLANS if actor.may(Permission.WRITE_PLANS) else Permission.SEE_TODAY


def clinic_for(actor: Actor, clinic_id: int) -> Clinic:
    """One clinic. Holds nothing personal of anybody cared for.

    Raises: NotAllowedError; ClinicNotFoundError.
    """
    require(actor, _looking(actor))
    rows = Clinic.objects.filter(pk=clinic_id, service_id__in=actor.service_ids)
    clinic = rows.select_related("nurse__organisation", "service").first()
    if clinic is None:
        raise ClinicNotFoundError("There is no such clinic in your service.")
    return clinic


def sessions_of(actor: Actor, clinic: Clinic, first: date, last: date) -> list[SessionLine]:
    """A clinic's sessions between two days, in order, in numbers.

    Raises: NotAllowedError.
    """
    require(actor, _looking(actor), clinic.service_id)
    rows = clinic.sessions.filter(day__gte=first, day__lte=last).select_related("nurse", "visit", "clinic")
    rows = _counted(rows).prefetch_related("visit__assignments__worker").order_by("starts_at")
    return [SessionLine(one, one.visit, one.held, one.written, one.came, one.to_arrange) for one in rows]


def _counted(sessions: QuerySet[ClinicSession]) -> QuerySet[ClinicSession]:
    held = Q(taken__released_at__isnull=True)
    return sessions.annotate(
        held=Count("taken", filter=held),
        written=Count("taken", filter=held & ~Q(taken__attendance="")),
        came=Count("taken", filter=held & Q(taken__attendance__in=(Attendance.CAME, Attendance.LEFT_EARLY))),
        to_arrange=Count(
            "taken", filter=held & Q(taken__transport=Transport.ARRANGE, taken__transport_arranged_at__isnull=True)
        ),
    )


def nurses_for(actor: Actor, service_id: int, skill: str | None, day: date) -> list[Worker]:
    """Who could take a session: active workers with a skill (of a registered profession, where None), still registered
    on a day, by name.

    Raises: NotAllowedError.
    """
    require(actor, Permission.PLAN_DAY if actor.may(Permission.PLAN_DAY) else Permission.SEE_TODAY, service_id)
    wanted = {skill} if skill else {one.skill for one in published_activities().values() if one.delegable}
    workers = Worker.objects.filter(service_id=service_id, is_active=True).select_related("organisation")
    able = [worker for worker in workers.order_by("name", "pk") if wanted & library().worker_skills(worker.skills)]
    until = registered_until([worker.pk for worker in able])
    return [worker for worker in able if until.get(worker.pk, day) >= day]


def activities_asked(actor: Actor, service_id: int, now: datetime) -> list[str]:
    """The codes of what a clinic could do: what plans of the service ask for at home, and whatever may be delegated.

    Raises: NotAllowedError.
    """
    require(actor, Permission.PLAN_DAY, service_id)
    known = published_activities()
    asked = {task["code"] for tasks in _patterns(service_id, london_day(now)).values_list("tasks", flat=True)
             for task in tasks}  # fmt: skip
    found = {code for code in known if known[code].delegable} | (asked & known.keys())
    return sorted(found, key=lambda code: known[code].title)


def bookings_of(actor: Actor, clinic: Clinic, now: datetime) -> Shown:
    """Who goes to a clinic now or will, and who declined, of those whose visits the actor may see; audited.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE, clinic.service_id)
    today = london_day(now)
    rows = clinic.bookings.filter(Q(state=BookingState.DECLINED) | Q(ends_on__isnull=True) | Q(ends_on__gte=today))
    rows = rows.select_related("person").order_by("state", "person__family_name", "person__given_name", "pk")
    return _seen(actor, list(rows), "list clinic bookings", clinic.service_id, now)


def _seen(actor: Actor, rows: Sequence, action: str, service_id: int, now: datetime) -> Shown:
    """Of rows with a person, those about people of whom the actor sees what a visit needs; audited."""
    seen = sights(actor, list({row.person_id: row.person for row in rows}.values()), now)
    shown = tuple(row for row in rows if seen[row.person_id] >= Sight.VISIT)
    record_reads(
        actor=actor, action=action, subject_kind="clinic", person_ids={row.person_id for row in shown}, now=now,
        service_id=service_id,
    )  # fmt: skip
    return Shown(shown, len(rows) - len(shown))


def session_for(actor: Actor, session_id: int, now: datetime) -> SessionPage:
    """One session with the people booked whose visits the actor may see; their showing is audited.

    Raises: NotAllowedError; ClinicNotFoundError.
    """
    require(actor, Permission.SEE_TODAY)
    session = (
        ClinicSession.objects.filter(pk=session_id, clinic__service_id__in=actor.service_ids)
        .select_related("clinic__service", "nurse", "visit")
        .first()
    )
    if session is None:
        raise ClinicNotFoundError("There is no such session in your service.")
    places = list(
        session.taken.select_related("person", "booking", "home_visit")
        .prefetch_related("person__contacts", "person__addresses", "replaced__visit")
        .order_by("person__family_name", "person__given_name", "pk")
    )
    shown = (
        _seen(actor, places, "see clinic session", session.clinic.service_id, now)
        if actor.may(Permission.SEE_PEOPLE)
        else Shown((), len(places))
    )
    held = tuple(place for place in shown.rows if place.released_at is None)
    released = tuple(place for place in shown.rows if place.released_at is not None)
    all_held = sum(place.released_at is None for place in places)
    assignments = tuple(session.visit.assignments.select_related("worker__organisation").order_by("slot"))
    works_there = actor.worker_id is not None and any(row.worker_id == actor.worker_id for row in assignments)
    return SessionPage(session, session.visit, Shown(held, all_held - len(held)), released, assignments, works_there)


def candidates_for(actor: Actor, clinic: Clinic, now: datetime) -> Shown:
    """People whose plans ask for home visits that the clinic would replace, and who were neither asked yet nor go to
    another clinic for the same; those with one on its own weekday first, then those with the most minutes. Of people
    whose visits the actor may see; audited.

    Raises: NotAllowedError.
    """
    require(actor, Permission.WRITE_PLANS, clinic.service_id)
    wanted = meant_for(clinic.activities, published_activities())
    asked = set(
        clinic.bookings.filter(state__in=(BookingState.AGREED, BookingState.DECLINED)).values_list(
            "person_id", flat=True
        )
    )
    elsewhere = ClinicBooking.objects.filter(clinic__service_id=clinic.service_id, state=BookingState.AGREED)
    asked |= {
        booking.person_id
        for booking in elsewhere.exclude(clinic=clinic).select_related("clinic")
        if wanted & meant_for(booking.clinic.activities, published_activities())
    }
    by_person: dict[int, list[VisitPattern]] = defaultdict(list)
    people: dict[int, Person] = {}
    for pattern in _patterns(clinic.service_id, london_day(now)):
        person = pattern.plan.person
        if person.pk not in asked and wanted & {task["code"] for task in pattern.tasks}:
            by_person[person.pk].append(pattern)
            people[person.pk] = person
    found = []
    for pk, patterns in by_person.items():
        visits = tuple(_home_visit(pattern, clinic, wanted) for pattern in patterns)
        if any(one.is_replaced for one in visits):
            on_its_day = any(str(clinic.weekday) in one.weekdays for one in visits if one.is_replaced)
            found.append(_CandidateRow(pk, people[pk], Candidate(people[pk], visits, on_its_day)))
    shown = _seen(actor, found, "list clinic candidates", clinic.service_id, now)
    rows = [row.candidate for row in shown.rows]
    rows.sort(key=lambda one: (not one.on_its_day, -one.minutes_a_week, one.person.family_name, one.person.pk))
    return Shown(tuple(rows), shown.kept_back)


@dataclass(frozen=True, slots=True)
class _CandidateRow:
    person_id: int
    person: Person
    candidate: Candidate


def home_visits_beside(actor: Actor, clinic: Clinic, person: Person, now: datetime) -> list[HomeVisit]:
    """Somebody's home visits that do what a clinic is for, and which of them a session would replace.

    `person` comes from `people.selectors.person_for`, which checked and audited the opening.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE, clinic.service_id)
    wanted = meant_for(clinic.activities, published_activities())
    patterns = _patterns(clinic.service_id, london_day(now)).filter(plan__person=person)
    return [_home_visit(one, clinic, wanted) for one in patterns if wanted & {task["code"] for task in one.tasks}]


def _patterns(service_id: int, day: date) -> QuerySet[VisitPattern]:
    """The visits that plans ask for from a day on."""
    return (
        VisitPattern.objects.filter(
            plan__episode__service_id=service_id, plan__episode__ended_at__isnull=True,
            plan__person__died_on__isnull=True, plan__person__merged_into__isnull=True,
        )
        .filter(Q(ends_on__isnull=True) | Q(ends_on__gt=day))
        .select_related("plan__person")
        .order_by("plan__person_id", "opens_at", "id")
    )  # fmt: skip


def _home_visit(pattern: VisitPattern, clinic: Clinic, wanted: frozenset[str]) -> HomeVisit:
    codes = [task["code"] for task in pattern.tasks]
    replaced = is_replaced(codes, activities=clinic.activities, meant_for=wanted, weekday=1, weekdays="1")
    besides = tuple(task["title"] for task in pattern.tasks if task["code"] not in clinic.activities)
    return HomeVisit(
        title=pattern.title,
        weekdays=pattern.weekdays,
        minutes=sum(slot["minutes"] for slot in pattern.slots),
        tasks=tuple(task["title"] for task in pattern.tasks),
        besides=() if replaced else besides or ("something else",),
    )


def booking_for(actor: Actor, booking_id: int) -> ClinicBooking:
    """One booking by its number, with its person's number to open their record by, which audits it.

    Raises: NotAllowedError; ClinicNotFoundError.
    """
    require(actor, Permission.SEE_PEOPLE)
    rows = ClinicBooking.objects.filter(pk=booking_id, clinic__service_id__in=actor.service_ids)
    row = rows.select_related("clinic__service", "person").first()
    if row is None:
        raise ClinicNotFoundError("There is no such booking in your service.")
    return row


def place_for(actor: Actor, place_id: int) -> SessionPlace:
    """Somebody's place in a session, with their number to open their record by, which audits it.

    Raises: NotAllowedError; ClinicNotFoundError.
    """
    require(actor, Permission.SEE_PEOPLE)
    rows = SessionPlace.objects.filter(pk=place_id, session__clinic__service_id__in=actor.service_ids)
    row = rows.select_related("session__clinic__service", "session__visit", "booking", "person").first()
    if row is None:
        raise ClinicNotFoundError("There is no such place in your service.")
    return row


def clinics_of_person(actor: Actor, person: Person, now: datetime) -> list[ClinicBooking]:
    """The clinics somebody goes to now or soon, with their next places.

    `person` comes from `people.selectors.person_for`, which checked and audited the opening.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE, person.service_id)
    rows = ClinicBooking.objects.filter(person_id__in=person_ids_of(person), starts_on__isnull=False)
    rows = rows.exclude(state=BookingState.DECLINED).exclude(ends_on__lt=london_day(now))
    return list(rows.select_related("clinic").order_by("clinic__weekday", "pk"))


def places_of_person(actor: Actor, person: Person, first: date, last: date) -> list[SessionPlace]:
    """Somebody's places in sessions between two days, in order, with who takes the session.

    `person` comes from `people.selectors.person_for`, which checked and audited the opening.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE, person.service_id)
    rows = SessionPlace.objects.filter(
        person_id__in=person_ids_of(person), released_at__isnull=True, session__day__gte=first,
        session__day__lte=last, session__state=SessionState.SET,
    )  # fmt: skip
    return list(rows.select_related("session__clinic", "session__nurse").order_by("session__starts_at", "pk"))


def transport_to_arrange(actor: Actor, service_id: int, now: datetime) -> Shown:
    """Everybody who needs transport to a session to come, done or not, of those whose visits the actor may see.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RESPOND, service_id)
    rows = (
        SessionPlace.objects.filter(
            session__clinic__service_id=service_id, session__state=SessionState.SET, session__starts_at__gt=now,
            released_at__isnull=True, transport=Transport.ARRANGE,
        )
        .select_related("session__clinic", "person")
        .prefetch_related("person__addresses")
        .order_by("session__starts_at", "person__family_name", "pk")
    )  # fmt: skip
    return _seen(actor, list(rows), "list transport", service_id, now)


def who_did_not_come(actor: Actor, service_id: int, now: datetime) -> Shown:
    """Whoever did not come to a session and for whom nothing is decided yet, the longest ago first, as `Missed`. Of
    people whose visits the actor may see; audited.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE, service_id)
    rows = list(_missed(service_id).filter(missed_step="").order_by("session__starts_at", "person__family_name", "pk"))
    coming = next_places(actor, service_id, [row.booking_id for row in rows], now)
    found = [Missed(row, coming[row.booking_id].session if row.booking_id in coming else None) for row in rows]
    return _seen(actor, found, "list who did not come", service_id, now)


def missed_and_seen_to(actor: Actor, service_id: int, now: datetime) -> Shown:
    """Whoever did not come to a session and what was decided lately, the newest first, as places. Of people whose
    visits the actor may see; audited.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE, service_id)
    rows = _missed(service_id).exclude(missed_step="").filter(missed_at__gte=now - LOOKED_BACK)
    return _seen(actor, list(rows.order_by("-missed_at", "-pk")), "list who did not come", service_id, now)


def next_places(actor: Actor, service_id: int, booking_ids: Iterable[int], now: datetime) -> dict[int, SessionPlace]:
    """The next place of each booking in a session to come, where it has one. Names nobody.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE, service_id)
    rows = SessionPlace.objects.filter(
        session__clinic__service_id=service_id, booking_id__in=list(booking_ids), released_at__isnull=True,
        session__state=SessionState.SET,
        session__starts_at__gt=now,
    )  # fmt: skip
    return {row.booking_id: row for row in rows.select_related("session").order_by("-session__starts_at")}


def _missed(service_id: int) -> QuerySet[SessionPlace]:
    rows = SessionPlace.objects.filter(session__clinic__service_id=service_id, attendance=Attendance.DID_NOT_COME)
    return rows.select_related("session__clinic", "person", "home_visit")


def clinic_figures(
    actor: Actor, service_id: int, first: date, last: date, now: datetime, clinic: Clinic | None = None
) -> ClinicFigures:
    """What the sessions between two days, both included, that are over came to, beside `join_figures`: the home visits
    they replaced, with what a journey took, less the time and travel of everybody who worked there.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_TODAY, service_id)
    sessions = ClinicSession.objects.filter(
        clinic__service_id=service_id, day__gte=first, day__lte=last, state=SessionState.SET, starts_at__lte=now
    )
    if clinic is not None:
        sessions = sessions.filter(clinic=clinic)
    rows = list(sessions.select_related("visit").prefetch_related("visit__assignments"))
    places = SessionPlace.objects.filter(session__in=rows, released_at__isnull=True)
    came = places.filter(attendance__in=(Attendance.CAME, Attendance.LEFT_EARLY))
    replaced = list(
        ReplacedVisit.objects.filter(place__in=came, ended_at__isnull=True).values_list(
            "care_minutes", "travel_minutes"
        )
    )
    return ClinicFigures(
        sessions=len(rows),
        places=sum(row.places for row in rows),
        held=places.count(),
        came=came.count(),
        did_not_come=places.filter(attendance=Attendance.DID_NOT_COME).count(),
        home_visits=len(replaced),
        saved=Saved(
            home_minutes=sum(care + travel for care, travel in replaced),
            session_minutes=sum(_minutes_of(row.visit.assignments.all()) for row in rows),
        ),
    )


def _minutes_of(assignments: Iterable[Assignment]) -> float:
    return sum((row.ends_at - row.starts_at).total_seconds() / 60 + row.travel_minutes for row in assignments)
