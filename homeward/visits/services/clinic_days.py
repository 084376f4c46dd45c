"""The day of a session: how each person comes, and whether they came."""

from datetime import datetime, timedelta

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.kernel.rules import RefusedError, day_words, london_day, wall_clock
from homeward.notices.services import notify
from homeward.people.selectors import current_addresses
from homeward.plans.models import VisitPattern
from homeward.procedures.selectors import published_activities
from homeward.teams.selectors import accounts_that_may
from homeward.visits.models import SessionPlace, Visit, VisitTask
from homeward.visits.rules import UNDONE_COST
from homeward.visits.rules.clinics import meant_for
from homeward.visits.selectors.clinics import next_places
from homeward.visits.services.changing import _done
from homeward.visits.services.clinic_bookings import _bring_back, _free_of, _locked_place, _told_place, end_booking
from homeward.visits.services.giving_way import TO_COME
from homeward.visits.services.sending import take_out
from homeward.visits.states import Attendance, BookingState, MissedStep, SessionState, Transport, VisitState

SAID = {
    Attendance.CAME: "Came to",
    Attendance.LEFT_EARLY: "Left early from",
    Attendance.DID_NOT_COME: "Did not come to",
}


@transaction.atomic
def set_transport(*, actor: Actor, place: SessionPlace, transport: Transport, note: str, now: datetime) -> SessionPlace:
    """Say how somebody gets to one session; whatever was arranged before is to be arranged again.

    Raises: NotAllowedError; RefusedError when the session has begun, or offers no transport.
    """
    service_id = place.session.clinic.service_id
    require(actor, Permission.WRITE_PLANS if actor.may(Permission.WRITE_PLANS) else Permission.RESPOND, service_id)
    place = _before_it_begins(place, now)
    if transport == Transport.ARRANGE and not place.session.clinic.is_transport_offered:
        raise RefusedError("This clinic offers no transport. Choose another way to come.")
    place.transport, place.transport_note = transport, note.strip()[:250]
    place.transport_arranged_at, place.transport_arranged_by = None, ""
    place.save(update_fields=["transport", "transport_note", "transport_arranged_at", "transport_arranged_by"])
    words = Transport(transport).label
    _told_place(actor, place, f"{words}: {place.session.clinic.name}", place.transport_note, "set transport", now)
    return place


@transaction.atomic
def mark_transport(*, actor: Actor, place: SessionPlace, is_arranged: bool, now: datetime) -> SessionPlace:
    """Record that somebody's transport is arranged, or that it is not after all.

    Raises: NotAllowedError; RefusedError when the session has begun, or they come another way.
    """
    require(actor, Permission.RESPOND, place.session.clinic.service_id)
    place = _before_it_begins(place, now)
    if place.transport != Transport.ARRANGE:
        raise RefusedError("They come another way, so there is nothing to arrange.")
    place.transport_arranged_at = now if is_arranged else None
    place.transport_arranged_by = actor.name if is_arranged else ""
    place.save(update_fields=["transport_arranged_at", "transport_arranged_by"])
    words = "Transport arranged" if is_arranged else "Transport is not arranged after all"
    _told_place(actor, place, f"{words}: {place.session.clinic.name}", place.transport_note, "mark transport", now)
    return place


@transaction.atomic
def arrange_transport_from(*, actor: Actor, place: SessionPlace, now: datetime) -> int:
    """Record that somebody's transport to this session and to all after it is arranged; gives for how many.

    Raises: NotAllowedError; RefusedError when the session has begun, or they come another way.
    """
    require(actor, Permission.RESPOND, place.session.clinic.service_id)
    later = place.booking.places.filter(
        session__starts_at__gt=place.session.starts_at, session__state=SessionState.SET, released_at=None,
        transport=Transport.ARRANGE, transport_arranged_at=None,
    ).select_related("session__clinic", "booking", "person").order_by("session__starts_at")  # fmt: skip
    for one in [place, *later]:
        mark_transport(actor=actor, place=one, is_arranged=True, now=now)
    return 1 + len(later)


@transaction.atomic
def record_coming(
    *, actor: Actor, place: SessionPlace, attendance: Attendance, note: str, now: datetime
) -> SessionPlace:
    """Write down whether somebody came to a session. Who did not come gets a home visit proposed, for whoever plans to
    put into a day or to cancel, and they are told. Written down again, the newer stands; both are on the timeline.

    Raises: NotAllowedError; RefusedError before the session, when it is cancelled, or when somebody left early and
    nothing says why.
    """
    _require_hands_on(actor, place)
    place = _locked_place(place)
    session = place.session
    if session.state == SessionState.CANCELLED or session.starts_at > now:
        raise RefusedError("The session has not begun, so nobody can have come to it yet.")
    if attendance == Attendance.LEFT_EARLY and not note.strip():
        raise RefusedError("Say why they left early, and what was not done.")
    was = place.attendance
    place.attendance, place.attendance_note = attendance, note.strip()
    place.attendance_by, place.attendance_at = actor.name, now
    if attendance != Attendance.DID_NOT_COME:
        place.missed_step, place.missed_said, place.missed_by, place.missed_at = "", "", "", None
    place.save()
    if attendance == Attendance.DID_NOT_COME and was != attendance:
        place.home_visit = _propose(actor, place, now)
        place.save(update_fields=["home_visit"])
    elif was == Attendance.DID_NOT_COME and attendance != was:
        _take_proposal_back(actor, place, now)
    _told_place(
        actor, place, f"{SAID[Attendance(attendance)]} {session.clinic.name}", place.attendance_note,
        "record attendance", now,
    )  # fmt: skip
    return place


@transaction.atomic
def see_to_missed(*, actor: Actor, place: SessionPlace, step: MissedStep, said: str, now: datetime) -> list[Visit]:
    """Decide what happens for somebody who did not come to a session: they come to the next one, somebody visits them
    at home, or they no longer want to go and their booking ends. Gives the home visits that this changed.

    Coming to the next session takes back only the visit that was made for them alone: what their plan asks for stays.

    Raises: NotAllowedError, for whoever neither plans the day nor writes plans; RefusedError when they came or it was
    decided already, without what they said, or when there is no next session or no visit for it.
    """
    service_id = place.session.clinic.service_id
    may_either = actor.may(Permission.PLAN_DAY) and step != MissedStep.NOT_WANTED
    require(actor, Permission.PLAN_DAY if may_either else Permission.WRITE_PLANS, service_id)
    place = _locked_place(place)
    if place.attendance != Attendance.DID_NOT_COME:
        raise RefusedError("They are not written down as somebody who did not come.")
    if place.missed_step:
        raise RefusedError(f"{place.missed_by} decided already: {place.get_missed_step_display().lower()}.")
    if not said.strip():
        raise RefusedError("Say what they said, or how you tried to reach them.")
    visit, changed = place.home_visit, []
    if step == MissedStep.NEXT_SESSION:
        if next_places(actor, service_id, [place.booking_id], now).get(place.booking_id) is None:
            raise RefusedError("They have no place in a session to come. Book them again, or choose another answer.")
        if visit is not None and visit.pattern_id is None and visit.state in TO_COME:
            take_out(actor=actor, visit=visit, reason="They come to the next session instead.", now=now)
            changed = [visit]
    elif step == MissedStep.HOME_VISIT:
        if visit is None or visit.state == VisitState.CANCELLED:
            raise RefusedError("No visit is there for it. Add one to their plan, then come back to this.")
        changed = [visit]
    elif place.booking.state == BookingState.AGREED:
        changed = end_booking(
            actor=actor, booking=place.booking, last_day=london_day(now), reason=said.strip(), now=now
        )  # fmt: skip
    place.missed_step, place.missed_said = step, said.strip()
    place.missed_by, place.missed_at = actor.name, now
    place.save(update_fields=["missed_step", "missed_said", "missed_by", "missed_at"])
    title = f"{MissedStep(step).label}: {place.session.clinic.name}"
    _told_place(actor, place, title, place.missed_said, "see to missed session", now)
    return changed


def _before_it_begins(place: SessionPlace, now: datetime) -> SessionPlace:
    place = _locked_place(place)
    if place.session.starts_at <= now:
        raise RefusedError("The session has begun.")
    return place


def _require_hands_on(actor: Actor, place: SessionPlace) -> None:
    """Whoever works at the session, or may book people into it, may write down who came."""
    service_id = place.session.clinic.service_id
    works_there = (
        actor.worker_id is not None and place.session.visit.assignments.filter(worker_id=actor.worker_id).exists()
    )
    require(actor, Permission.SEE_PEOPLE if works_there else Permission.WRITE_PLANS, service_id)


def _propose(actor: Actor, place: SessionPlace, now: datetime) -> Visit | None:
    """The home visit for somebody who did not come: one of this week that comes back, one they have tomorrow anyway, or
    a new one tomorrow. None where their plan asks for no visit like it."""
    session = place.session
    name, tomorrow = session.clinic.name, london_day(now) + timedelta(days=1)
    why = f"Did not come to {name.lower()} on {day_words(session.day)}. Plan this visit, or cancel it and say why."
    wanted = meant_for(session.clinic.activities, published_activities())
    back = _bring_back(actor, [place], now)
    visit = back[0] if back else (
        Visit.objects.filter(
            person_id=place.person_id, day=tomorrow, state__in=TO_COME, tasks__activity_code__in=wanted
        ).order_by("window_opens_at", "pk").first()
    )  # fmt: skip
    if visit is None:
        visit = _new_visit(actor, place, wanted, tomorrow, now)
    if visit is not None and not visit.assignments.exists():
        visit.unplanned_reason = why
        visit.save(update_fields=["unplanned_reason"])
    planners = {one.pk: one for one in accounts_that_may(Permission.PLAN_DAY, session.clinic.service_id)}
    responders = {one.pk for one in accounts_that_may(Permission.RESPOND, session.clinic.service_id)}
    notify(
        actor=actor,
        service_id=session.clinic.service_id,
        accounts=[account for pk, account in planners.items() if pk in responders],
        kind="clinic",
        title="Somebody did not come to a group clinic",
        text="A home visit is proposed. Look at it." if visit else "Decide whether somebody goes to see them.",
        path="/clinics/missed",
        once_key=f"did-not-come-{place.pk}",
        now=now,
    )
    return visit


def _new_visit(actor: Actor, place: SessionPlace, wanted: frozenset[str], day, now: datetime) -> Visit | None:
    patterns = (
        VisitPattern.objects.filter(
            plan__person_id=place.person_id, plan__episode__ended_at__isnull=True, starts_on__lte=day
        )
        .exclude(ends_on__lt=day)
        .order_by("-plan_id", "opens_at", "id")
    )
    pattern = next((one for one in patterns if wanted & {task["code"] for task in one.tasks}), None)
    if pattern is None:
        return None
    visit = Visit.objects.create(
        service_id=place.session.clinic.service_id,
        person=place.person,
        episode_id=pattern.plan.episode_id,
        address=next(iter(current_addresses(place.person, day)), None),
        day=day,
        title=pattern.title,
        window_opens_at=wall_clock(day, pattern.opens_at),
        window_closes_at=wall_clock(day, pattern.closes_at),
        slots=pattern.slots,
        undone_cost=UNDONE_COST,
    )
    VisitTask.objects.bulk_create(
        VisitTask(
            visit=visit, activity_code=task["code"], title=task["title"], is_delegated=task.get("is_delegated", False)
        )
        for task in pattern.tasks
        if task["code"] in place.session.clinic.activities
    )
    _done(actor, "need visit", visit, now)
    return visit


def _take_proposal_back(actor: Actor, place: SessionPlace, now: datetime) -> None:
    """They came after all: the visit made for them alone is cancelled, and what their week replaced is so again."""
    visit = place.home_visit
    if visit is not None and visit.pattern_id is None and visit.state in TO_COME:
        take_out(actor=actor, visit=visit, reason="They came to the session after all.", now=now)
    place.home_visit = None
    place.save(update_fields=["home_visit"])
    _free_of(actor, [place], now)
