"""Group clinics as everybody sees them: the list, a clinic, a session with who is booked, transport."""

from datetime import datetime, timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from homeward.access.rules import Permission, Sight
from homeward.kernel.rules import london_day
from homeward.people.selectors import current_alerts
from homeward.visits.selectors.clinics import (
    ClinicNotFoundError,
    bookings_of,
    clinic_figures,
    clinic_for,
    clinics_of,
    nurses_for,
    place_for,
    session_for,
    sessions_of,
    transport_to_arrange,
    who_did_not_come,
)
from homeward.visits.services import arrange_transport_from, mark_transport, record_coming, set_transport
from homeward.visits.states import Attendance, Transport
from homeward.web.clinics.presenters import (
    is_over,
    kept_back_words,
    present_booking,
    present_clinic,
    present_figures,
    present_session,
    present_session_row,
    present_transport,
)
from homeward.web.doing import try_to
from homeward.web.gate import page
from homeward.web.people.opening import opened
from homeward.web.plans.forms import Asked
from homeward.web.service_choice import service_here, services_here
from homeward.web.words import counted

SHOWN_DAYS = 28
# Sessions shown on the page of a clinic: the last four weeks and those dated ahead
SHOWN_AHEAD = timedelta(weeks=8)
NOTHING_CHANGED = "Choose one of the answers."


@page(Permission.SEE_TODAY)
def clinics(request: HttpRequest) -> HttpResponse:
    """Every clinic of the service, whoever did not come lately, and what sessions saved in four weeks."""
    now = timezone.now()
    service = service_here(request)
    today = london_day(now)
    missed = _missed(request, service.pk, now)
    figures = clinic_figures(request.actor, service.pk, today - timedelta(days=SHOWN_DAYS - 1), today, now)
    told = {
        "service": service,
        "services": services_here(request),
        "clinics": [present_clinic(line.clinic, line) for line in clinics_of(request.actor, service.pk, now)],
        "missed": counted(missed, "person", "people") if missed else "",
        "figures": present_figures(figures),
        "may_see_to": request.actor.may(Permission.SEE_WHOLE_DAY),
        "may_run": request.actor.may(Permission.PLAN_DAY),
        "may_arrange": request.actor.may(Permission.RESPOND),
    }
    return render(request, "clinics/list.jinja", told)


def _missed(request: HttpRequest, service_id: int, now: datetime) -> int:
    """For how many people who did not come nothing is decided yet; none for whoever does not see to them."""
    if not request.actor.may(Permission.SEE_WHOLE_DAY):
        return 0
    found = who_did_not_come(request.actor, service_id, now)
    return len(found.rows) + found.kept_back


@page(Permission.SEE_TODAY)
def clinic(request: HttpRequest, clinic_id: int) -> HttpResponse:
    """One clinic: its sessions with their places, and who goes there."""
    now = timezone.now()
    found = clinic_or_404(request, clinic_id)
    today = london_day(now)
    lines = sessions_of(request.actor, found, today - timedelta(days=SHOWN_DAYS), today + SHOWN_AHEAD)
    bookings = bookings_of(request.actor, found, now)
    figures = clinic_figures(request.actor, found.service_id, today - timedelta(days=SHOWN_DAYS - 1), today, now, found)
    told = {
        "service": found.service,
        "clinic": present_clinic(found),
        "coming": [present_session_row(one, now) for one in lines if not is_over(one.session, now)],
        "past": [present_session_row(one, now) for one in reversed(lines) if is_over(one.session, now)],
        "bookings": [present_booking(one) for one in bookings.rows],
        "kept_back": kept_back_words(bookings.kept_back),
        "figures": present_figures(figures),
        "close_form": Asked(None, {"last_day": today.isoformat()}),
        "today": today.isoformat(),
        "may_run": request.actor.may(Permission.PLAN_DAY) and found.ends_on is None,
        "may_book": request.actor.may(Permission.WRITE_PLANS),
    }
    return render(request, "clinics/clinic.jinja", told)


@page(Permission.SEE_TODAY)
def session(request: HttpRequest, session_id: int) -> HttpResponse:
    """One session: who works there, who is booked, how they come and whether they came. Also on a worker's phone."""
    now = timezone.now()
    try:
        found = session_for(request.actor, session_id, now)
    except ClinicNotFoundError as error:
        raise Http404 from error
    actor, clinic = request.actor, found.session.clinic
    people = [place.person_id for place in found.held.rows]
    alerts = current_alerts(actor, people, found.session.day) if people else {}
    may_run = actor.may(Permission.PLAN_DAY)
    told = {
        "service": clinic.service,
        "session": present_session(found, alerts, now),
        "transports": [(one.value, one.label) for one in Transport],
        "attendances": [(one.value, one.label) for one in Attendance],
        "move_form": Asked(None, {"day": found.session.day.isoformat(), "opens_at": clinic.opens_at}),
        "nurses": [(str(one.pk), f"{one.label}, {one.organisation}") for one in _nurses(request, found)]
        if may_run
        else [],
        "may_run": may_run,
        "may_write": found.works_there or actor.may(Permission.WRITE_PLANS),
        "may_book": actor.may(Permission.WRITE_PLANS),
        "may_arrange": actor.may(Permission.RESPOND),
        "may_set_transport": actor.may(Permission.WRITE_PLANS) or actor.may(Permission.RESPOND),
    }
    return render(request, "clinics/session.jinja", told)


def _nurses(request: HttpRequest, found) -> list:
    clinic = found.session.clinic
    return nurses_for(request.actor, clinic.service_id, clinic.nurse_skill, found.session.day)


@page(Permission.RESPOND)
def transport(request: HttpRequest) -> HttpResponse:
    """Everybody who needs transport to a session to come, for whoever arranges it."""
    now = timezone.now()
    service = service_here(request)
    shown = transport_to_arrange(request.actor, service.pk, now)
    lines = [present_transport(one, shown.rows) for one in shown.rows]
    told = {
        "service": service,
        "services": services_here(request),
        "to_do": [one for one in lines if not one.is_arranged],
        "done": [one for one in lines if one.is_arranged],
        "kept_back": kept_back_words(shown.kept_back),
    }
    return render(request, "clinics/transport.jinja", told)


@page(Permission.SEE_PEOPLE)
def coming(request: HttpRequest, place_id: int) -> HttpResponse:
    """Write down whether somebody came."""
    now = timezone.now()
    place = place_or_404(request, place_id, now)
    if request.method == "POST":
        answer = request.POST.get("attendance", "")
        note = request.POST.get("note", "").replace("\0", "")[:2000]
        if answer not in Attendance.values:
            messages.error(request, NOTHING_CHANGED)
        else:
            try_to(
                request, f"Written down: {Attendance(answer).label.lower()}",
                lambda: record_coming(
                    actor=request.actor, place=place, attendance=Attendance(answer), note=note, now=now
                ),
            )  # fmt: skip
    return redirect("clinics:session", place.session_id)


@page(Permission.SEE_PEOPLE)
def place_transport(request: HttpRequest, place_id: int) -> HttpResponse:
    """Say how somebody gets to one session."""
    now = timezone.now()
    place = place_or_404(request, place_id, now)
    if request.method == "POST":
        way = request.POST.get("transport", "")
        note = request.POST.get("note", "").replace("\0", "")
        if way not in Transport.values:
            messages.error(request, NOTHING_CHANGED)
        else:
            try_to(
                request, "Written down how they come",
                lambda: set_transport(actor=request.actor, place=place, transport=Transport(way), note=note, now=now),
            )  # fmt: skip
    return redirect("clinics:session", place.session_id)


@page(Permission.RESPOND)
def arranged(request: HttpRequest, place_id: int) -> HttpResponse:
    """Somebody's transport is arranged, or is not after all."""
    now = timezone.now()
    place = place_or_404(request, place_id, now)
    if request.method == "POST":
        if request.POST.get("arranged") == "every":
            try_to(
                request, "Transport is arranged, for this session and those after it",
                lambda: arrange_transport_from(actor=request.actor, place=place, now=now),
            )  # fmt: skip
            return redirect("clinics:transport")
        is_arranged = request.POST.get("arranged") == "yes"
        words = "Transport is arranged" if is_arranged else "Transport is to be arranged again"
        try_to(
            request, words,
            lambda: mark_transport(actor=request.actor, place=place, is_arranged=is_arranged, now=now),
        )  # fmt: skip
        if request.POST.get("from") == "list":
            return redirect("clinics:transport")
    return redirect("clinics:session", place.session_id)


def clinic_or_404(request: HttpRequest, clinic_id: int):
    """A clinic of the reader's services."""
    try:
        return clinic_for(request.actor, clinic_id)
    except ClinicNotFoundError as error:
        raise Http404 from error


def place_or_404(request: HttpRequest, place_id: int, now: datetime):
    """Somebody's place, the opening of their record checked and audited."""
    try:
        place = place_for(request.actor, place_id)
    except ClinicNotFoundError as error:
        raise Http404 from error
    opened(request, place.person_id, now, Sight.VISIT)
    return place
