"""Group clinics: opened, changed and closed; their sessions dated, moved, cancelled, given a stand-in."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.kernel.rules import RefusedError, day_words, is_postcode, london_day, tidy_postcode, wall_clock
from homeward.kernel.services import tell
from homeward.people.selectors import place_of_postcode
from homeward.procedures.selectors import library, published_activities, skill_title
from homeward.teams.models import Worker
from homeward.visits.models import Clinic, ClinicBooking, ClinicSession, SessionPlace, Visit
from homeward.visits.rules import UNDONE_COST_CRISIS, UNDONE_COST_FIXED_TIME
from homeward.visits.rules.clinics import WEEKS_AHEAD, dates_between, meant_for
from homeward.visits.services.changing import _done
from homeward.visits.services.clinic_bookings import (
    _bring_back,
    _end,
    _free_of,
    _give_place,
    _held_of,
    _release,
    _tell_booked,
    _told_ended,
)
from homeward.visits.states import AssignmentState, BookingState, SessionState, VisitState

SESSION_OVER = (VisitState.UNDER_WAY, VisitState.DONE, VisitState.MISSED)
LONGEST_MINUTES = 8 * 60


@dataclass(frozen=True, slots=True)
class NewClinic:
    """What a clinic is, as somebody set it. `helpers` are (skill, competences) of each worker beside the nurse.

    `weekday` is ISO, Monday 1; `opens_at` wall clock, HH:MM. Without a point on the map, the postcode finds one where
    the service knows homes there.
    """

    name: str
    place_name: str
    activities: tuple[str, ...]
    weekday: int
    opens_at: str
    minutes: int
    places: int
    nurse: Worker
    starts_on: date
    every_weeks: int = 1
    helpers: tuple[tuple[str, tuple[str, ...]], ...] = ()
    is_transport_offered: bool = False
    lines: str = ""
    postcode: str = ""
    latitude: float | None = None
    longitude: float | None = None
    place_key: str = ""


@transaction.atomic
def open_clinic(*, actor: Actor, service_id: int, new: NewClinic, now: datetime) -> Clinic:
    """Open a group clinic and date its sessions of the coming weeks.

    Raises: NotAllowedError; RefusedError when something is missing or cannot be: no place on the map, a nurse who may
    not do what is done there, a name that another clinic has.
    """
    require(actor, Permission.PLAN_DAY, service_id)
    told = _checked(actor, service_id, new)
    if Clinic.objects.filter(service_id=service_id, name=told["name"], ends_on__isnull=True).exists():
        raise RefusedError("Another clinic has this name. Give it one that tells them apart.")
    if new.starts_on < london_day(now) - timedelta(days=366):
        raise RefusedError("The first day is more than a year ago. Check it.")
    clinic = Clinic.objects.create(
        service_id=service_id, set_by=actor.name, set_at=now, starts_on=new.starts_on, weekday=new.weekday,
        every_weeks=new.every_weeks, activities=list(new.activities), **told,
    )  # fmt: skip
    _date(actor, clinic, now)
    _kept(actor, clinic, "open clinic", now)
    return clinic


@transaction.atomic
def change_clinic(*, actor: Actor, clinic: Clinic, new: NewClinic, now: datetime) -> Clinic:
    """Change where, at what time, for how many and with whom a clinic is; sessions to come change with it.

    A session that was moved, or that has a stand-in, keeps its own time and nurse.

    Raises: NotAllowedError; RefusedError as `open_clinic`, when more people are booked than there would be places, or
    when its day, rhythm or activities would change: people agreed to those.
    """
    require(actor, Permission.PLAN_DAY, clinic.service_id)
    clinic = Clinic.objects.select_for_update(of=("self",)).select_related("nurse").get(pk=clinic.pk)
    fixed = (clinic.weekday, clinic.every_weeks, sorted(clinic.activities))
    if (new.weekday, new.every_weeks, sorted(new.activities)) != fixed:
        raise RefusedError(
            "People agreed to this day and to what is done there. Close this clinic, and open another beside it."
        )
    told = _checked(actor, clinic.service_id, replace(new, starts_on=clinic.starts_on))
    same_name = Clinic.objects.filter(service_id=clinic.service_id, name=told["name"], ends_on__isnull=True)
    if same_name.exclude(pk=clinic.pk).exists():
        raise RefusedError("Another clinic has this name. Give it one that tells them apart.")
    sessions = list(_to_come(clinic, now))
    for session in sessions:
        if len(_held_of(session)) > new.places:
            raise RefusedError(
                f"{len(_held_of(session))} people are booked on {day_words(session.day)}. Give at least as many places."
            )
    old_nurse = clinic.nurse_id
    for name, value in told.items():
        setattr(clinic, name, value)
    clinic.save()
    for session in sessions:
        session.places = clinic.places
        session.minutes = clinic.minutes
        if session.moved_from is None:
            session.starts_at = wall_clock(session.day, clinic.opens_at)
        if session.nurse_id == old_nurse:
            session.nurse = clinic.nurse
        session.save()
        _write_visit(actor, session, now)
    # the number of a place may be beyond the new count though fewer are held: they move up
    for session in sessions:
        _renumber(session)
    _kept(actor, clinic, "change clinic", now)
    return clinic


@transaction.atomic
def close_clinic(*, actor: Actor, clinic: Clinic, last_day: date, reason: str, now: datetime) -> list[Visit]:
    """Close a clinic after a day: sessions after it are cancelled and bookings end; gives the home visits that return.

    Raises: NotAllowedError; RefusedError without a reason, for a day that is over, or when it is closed already.
    """
    require(actor, Permission.PLAN_DAY, clinic.service_id)
    clinic = Clinic.objects.select_for_update().get(pk=clinic.pk)
    if clinic.ends_on is not None:
        raise RefusedError("This clinic is closed already.")
    if not reason.strip():
        raise RefusedError("Say why the clinic closes.")
    if last_day < london_day(now):
        raise RefusedError("This day is over. Choose today or a later day.")
    clinic.ends_on, clinic.ended_reason = last_day, reason.strip()[:250]
    clinic.save(update_fields=["ends_on", "ended_reason"])
    back = []
    for session in _to_come(clinic, now):
        if session.day > last_day:
            back += _cancel(actor, session, f"{clinic.name} closes: {clinic.ended_reason}", now)
    for booking in clinic.bookings.select_for_update(of=("self",)).filter(state=BookingState.AGREED):
        if booking.ends_on is None or booking.ends_on > last_day:
            _end(actor, booking, last_day, f"{clinic.name} closes.", now)
            _told_ended(actor, booking, now)
    _kept(actor, clinic, "close clinic", now)
    return back


@transaction.atomic
def date_sessions(*, actor: Actor, service_id: int, now: datetime) -> int:
    """Date the sessions of every open clinic for the weeks ahead, with whoever is booked; gives how many are new. The
    bookings of people who have died end.

    A duty of `homeward work`; doing it again changes nothing.

    Raises: NotAllowedError.
    """
    require(actor, Permission.PLAN_DAY, service_id)
    gone = ClinicBooking.objects.select_for_update(of=("self",)).filter(
        clinic__service_id=service_id, state=BookingState.AGREED, person__died_on__isnull=False
    )
    for booking in gone.select_related("clinic", "person"):
        _end(actor, booking, london_day(now), "They have died.", now)
        _told_ended(actor, booking, now)
    open_ones = Clinic.objects.filter(service_id=service_id)
    open_ones = open_ones.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=london_day(now)))
    return sum(len(_date(actor, clinic, now)) for clinic in open_ones.select_for_update(of=("self",)).order_by("pk"))


@transaction.atomic
def move_session(
    *, actor: Actor, session: ClinicSession, day: date, opens_at: str, reason: str, now: datetime
) -> list[Visit]:
    """Have a session on another day or at another time; everybody booked keeps their place. Gives the home visits that
    changed because it is in another week.

    Raises: NotAllowedError; RefusedError without a reason, when it has begun or is cancelled, for a time that is over
    or is the one it has, or when the clinic has another session that day.
    """
    session = _locked(actor, session, now)
    if not reason.strip():
        raise RefusedError("Say why the session is moved.")
    starts_at = _clock(day, opens_at)
    if starts_at <= now:
        raise RefusedError("This time is over. Choose a later one.")
    if starts_at == session.starts_at:
        raise RefusedError("That is when it is already. Choose another day or time.")
    if session.clinic.sessions.filter(day=day, state=SessionState.SET).exclude(pk=session.pk).exists():
        raise RefusedError("The clinic has another session on this day. Choose another.")
    was = session.starts_at
    places = list(_held_of(session))
    changed = []
    is_other_week = session.day.isocalendar()[:2] != day.isocalendar()[:2]
    session.day, session.starts_at = day, starts_at
    session.moved_from = session.moved_from if session.moved_from not in (None, starts_at) else was
    session.moved_reason = reason.strip()[:250]
    session.save()
    _write_visit(actor, session, now)
    if is_other_week:
        changed = _bring_back(actor, places, now)
        changed += _free_of(actor, places, now)
    _tell_booked(
        actor, places, f"{session.clinic.name} is moved to {day_words(day)} at {opens_at}", session.moved_reason, now
    )
    _changed(actor, session, "move session", now)
    return changed


@transaction.atomic
def cancel_session(*, actor: Actor, session: ClinicSession, reason: str, now: datetime) -> list[Visit]:
    """Cancel a session, saying why; those booked get the home visits of that week back. Gives those visits.

    Raises: NotAllowedError; RefusedError without a reason, or when it has begun or is cancelled already.
    """
    session = _locked(actor, session, now)
    if not reason.strip():
        raise RefusedError("Say why the session is cancelled.")
    return _cancel(actor, session, reason.strip()[:250], now)


@transaction.atomic
def put_nurse(*, actor: Actor, session: ClinicSession, nurse: Worker, now: datetime) -> ClinicSession:
    """Have somebody take one session as its nurse, in place of whoever was to.

    Raises: NotAllowedError; RefusedError when they may not do what is done there, or the session has begun.
    """
    session = _locked(actor, session, now)
    _check_nurse(session.clinic.service_id, nurse, session.clinic.nurse_skill)
    if nurse.pk == session.nurse_id:
        raise RefusedError(f"{nurse.label} takes this session already.")
    session.nurse = nurse
    session.save(update_fields=["nurse"])
    _write_visit(actor, session, now)
    _changed(actor, session, "put nurse", now)
    return session


def _checked(actor: Actor, service_id: int, new: NewClinic) -> dict[str, Any]:
    """The fields of a clinic that may change, tidied. Raises: RefusedError."""
    known = published_activities()
    unknown = [code for code in new.activities if code not in known]
    if unknown or not meant_for(new.activities, published_activities()):
        raise RefusedError("Choose at least one activity that people come for.")
    if not new.name.strip() or not new.place_name.strip():
        raise RefusedError("Give the clinic a name, and the name of the place where it is.")
    if not 1 <= new.weekday <= 7 or new.every_weeks not in Clinic.Rhythm.values:
        raise RefusedError("Choose the day of the week, and whether it is every week or every other week.")
    if not 1 <= new.places <= 100 or not 1 <= new.minutes <= LONGEST_MINUTES:
        raise RefusedError("Give 1 to 100 places, and a length of up to 8 hours.")
    _clock(new.starts_on, new.opens_at)
    skills = {known[code].skill for code in meant_for(new.activities, published_activities())}
    if len(skills) > 1:
        raise RefusedError("These activities are of several professions. Open a clinic for each.")
    (skill,) = skills
    _check_nurse(service_id, new.nurse, skill)
    vocabulary = {one.code for one in library().skills}
    if any(code not in vocabulary for asked, also in new.helpers for code in (asked, *also)):
        raise RefusedError("Choose the skills of the other workers from the list.")
    latitude, longitude = new.latitude, new.longitude
    postcode = tidy_postcode(new.postcode) if new.postcode.strip() else ""
    if postcode and not is_postcode(postcode):
        raise RefusedError("Enter a full UK postcode, like DE1 3DA.")
    if latitude is None and not new.place_key and postcode and actor.may(Permission.TAKE_REFERRALS):
        found = place_of_postcode(actor, service_id, postcode)
        latitude, longitude = (found.latitude, found.longitude) if found else (None, None)
    if (latitude is None or longitude is None) and not new.place_key:
        raise RefusedError("The map does not know this postcode. Give the latitude and longitude of the place.")
    if not new.place_key and not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise RefusedError("This latitude or longitude is not on Earth. Check both numbers.")
    return {
        "name": new.name.strip()[:80],
        "place_name": new.place_name.strip()[:120],
        "lines": new.lines.strip()[:250],
        "postcode": postcode,
        "latitude": latitude,
        "longitude": longitude,
        "place_key": new.place_key,
        "opens_at": new.opens_at,
        "minutes": new.minutes,
        "places": new.places,
        "nurse": new.nurse,
        "nurse_skill": skill,
        "helpers": [{"skill": asked, "competences": list(also)} for asked, also in new.helpers],
        "is_transport_offered": new.is_transport_offered,
    }


def _check_nurse(service_id: int, nurse: Worker, skill: str) -> None:
    held = library().worker_skills(nurse.skills)
    if nurse.service_id != service_id or not nurse.is_active:
        raise RefusedError("Choose a nurse who works for this service now.")
    if skill not in held:
        raise RefusedError(f"{nurse.label} is not a {skill_title(skill).lower()}. Choose somebody who is.")


def _clock(day: date, opens_at: str) -> datetime:
    try:
        return wall_clock(day, opens_at)
    except ValueError as error:
        raise RefusedError("Enter the time as hours and minutes, like 10:30.") from error


def _date(actor: Actor, clinic: Clinic, now: datetime) -> list[ClinicSession]:
    today = london_day(now)
    days = dates_between(
        today, today + timedelta(weeks=WEEKS_AHEAD), weekday=clinic.weekday, every_weeks=clinic.every_weeks,
        starts_on=clinic.starts_on, ends_on=clinic.ends_on,
    )  # fmt: skip
    known = set(clinic.sessions.filter(dated__in=days).values_list("dated", flat=True))
    made = []
    for day in days:
        starts_at = wall_clock(day, clinic.opens_at)
        if day in known or starts_at <= now:
            continue
        session = ClinicSession.objects.create(
            clinic=clinic, dated=day, day=day, starts_at=starts_at, minutes=clinic.minutes, places=clinic.places,
            nurse_id=clinic.nurse_id,
        )  # fmt: skip
        _write_visit(actor, session, now)
        bookings = clinic.bookings.filter(state=BookingState.AGREED, starts_on__lte=day)
        bookings = bookings.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day)).exclude(person__died_on__lt=day)
        places = [_give_place(session, booking) for booking in bookings.order_by("starts_on", "pk")]
        _free_of(actor, [place for place in places if place is not None], now)
        made.append(session)
    if made:
        record(
            actor=actor, action="date sessions", subject=("clinic", clinic.pk), now=now,
            service_id=clinic.service_id, count=len(made),
        )  # fmt: skip
        tell(topic="clinics", service_id=clinic.service_id, subject=("clinic", clinic.pk), now=now)
    return made


def _write_visit(actor: Actor, session: ClinicSession, now: datetime) -> Visit:
    """Bring the joint visit of a session into line with it; whoever was planned for another time is freed."""
    clinic = session.clinic
    slots = [{"skill": clinic.nurse_skill, "competences": [], "minutes": session.minutes, "worker": session.nurse_id}]
    slots += [{**helper, "minutes": session.minutes} for helper in clinic.helpers]
    asked = {
        "day": session.day, "title": clinic.name, "window_opens_at": session.starts_at,
        "window_closes_at": session.starts_at, "slots": slots,
    }  # fmt: skip
    visit = Visit.objects.select_for_update(of=("self",)).filter(session=session).first()
    if visit is None:
        visit = Visit.objects.create(
            service_id=clinic.service_id, session=session, is_window_hard=True,
            undone_cost=_undone_cost(session), **asked,
        )  # fmt: skip
        _done(actor, "need visit", visit, now)
        return visit
    if all(getattr(visit, name) == value for name, value in asked.items()):
        return visit
    is_only_named = {**asked, "title": visit.title} == {name: getattr(visit, name) for name in asked}
    for name, value in asked.items():
        setattr(visit, name, value)
    if not is_only_named:
        visit.assignments.filter(state__in=(AssignmentState.PROPOSED, AssignmentState.SENT)).delete()
        visit.state, visit.unplanned_reason = VisitState.NEEDED, ""
    visit.undone_cost = _undone_cost(session)
    visit.save()
    _done(actor, "change visit", visit, now)
    return visit


def _undone_cost(session: ClinicSession) -> int:
    """Leaving it out costs as much as the visits of everybody there at a fixed time, but never what a crisis does."""
    return min(UNDONE_COST_FIXED_TIME * session.places, UNDONE_COST_CRISIS // 2)


def _renumber(session: ClinicSession) -> None:
    held = sorted(_held_of(session), key=lambda place: place.number)
    for number, place in enumerate(held, start=1):
        SessionPlace.objects.filter(pk=place.pk).update(number=number, of_places=session.places)


def _to_come(clinic: Clinic, now: datetime) -> Iterable[ClinicSession]:
    """A clinic's sessions that are set and have not begun, held until the end of the transaction."""
    return (
        clinic.sessions.select_for_update(of=("self",))
        .filter(state=SessionState.SET, starts_at__gt=now)
        .exclude(visit__state__in=SESSION_OVER)
        .select_related("clinic")
        .order_by("day")
    )


def _locked(actor: Actor, session: ClinicSession, now: datetime) -> ClinicSession:
    require(actor, Permission.PLAN_DAY, session.clinic.service_id)
    Clinic.objects.select_for_update().get(pk=session.clinic_id)
    session = ClinicSession.objects.select_for_update(of=("self",)).select_related("clinic", "nurse").get(pk=session.pk)
    if session.state == SessionState.CANCELLED:
        raise RefusedError(f"This session is cancelled: {session.cancelled_reason}")
    if session.starts_at <= now or session.visit.state in SESSION_OVER:
        raise RefusedError("This session has begun or is over, so it stays as it was.")
    return session


def _cancel(actor: Actor, session: ClinicSession, reason: str, now: datetime) -> list[Visit]:
    session.state, session.cancelled_reason = SessionState.CANCELLED, reason[:250]
    session.save(update_fields=["state", "cancelled_reason"])
    visit = Visit.objects.select_for_update(of=("self",)).get(session=session)
    visit.assignments.all().delete()
    visit.state, visit.unplanned_reason, visit.outcome_note = VisitState.CANCELLED, "", reason
    visit.save(update_fields=["state", "unplanned_reason", "outcome_note"])
    _done(actor, "cancel visit", visit, now)
    places = list(_held_of(session))
    for place in places:
        _release(place, f"The session is cancelled. {reason}", now)
    back = _bring_back(actor, places, now)
    _tell_booked(actor, places, f"{session.clinic.name} on {day_words(session.day)} is cancelled", reason, now)
    _changed(actor, session, "cancel session", now)
    return back


def _kept(actor: Actor, clinic: Clinic, action: str, now: datetime) -> None:
    record(actor=actor, action=action, subject=("clinic", clinic.pk), now=now, service_id=clinic.service_id)
    tell(topic="clinics", service_id=clinic.service_id, subject=("clinic", clinic.pk), now=now)


def _changed(actor: Actor, session: ClinicSession, action: str, now: datetime) -> None:
    service_id = session.clinic.service_id
    record(actor=actor, action=action, subject=("clinic session", session.pk), now=now, service_id=service_id)
    tell(topic="clinics", service_id=service_id, subject=("clinic session", session.pk), now=now)
