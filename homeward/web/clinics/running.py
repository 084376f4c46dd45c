"""Running group clinics: opened, changed, closed; a session moved, cancelled, given a stand-in."""

from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from homeward.access.rules import Permission
from homeward.kernel.rules import RefusedError, london_day
from homeward.procedures.selectors import library, published_activities
from homeward.visits.planning import plan_round_clinic
from homeward.visits.selectors.clinics import ClinicNotFoundError, activities_asked, nurses_for, session_for
from homeward.visits.services import (
    cancel_session,
    change_clinic,
    close_clinic,
    move_session,
    open_clinic,
    put_nurse,
)
from homeward.web.clinics.forms import AskedMany, clinic_as_asked, helper_rows, read_clinic
from homeward.web.clinics.presenters import present_clinic
from homeward.web.clinics.views import clinic_or_404
from homeward.web.gate import page
from homeward.web.plans.forms import Asked
from homeward.web.service_choice import service_here
from homeward.web.templating import day_text
from homeward.web.words import WEEKDAYS, counted, skill_words

USUAL = {"every_weeks": "1", "minutes": "120", "places": "8"}


@page(Permission.PLAN_DAY)
def new(request: HttpRequest) -> HttpResponse:
    """Open a clinic."""
    now = timezone.now()
    service = service_here(request)
    tomorrow = (london_day(now) + timedelta(days=1)).isoformat()
    asked = AskedMany(request.POST if request.method == "POST" else None, USUAL | {"starts_on": tomorrow})
    nurses = nurses_for(request.actor, service.pk, None, london_day(now))
    if request.method == "POST" and (told := read_clinic(asked, nurses)) is not None:
        try:
            clinic = open_clinic(actor=request.actor, service_id=service.pk, new=told, now=now)
        except RefusedError as error:
            asked.errors["name"] = [str(error)]
        else:
            messages.success(request, f"{clinic.name} is open, and its sessions of the coming weeks are dated")
            return redirect("clinics:clinic", clinic.pk)
    return _form(request, service, asked, nurses, None)


@page(Permission.PLAN_DAY)
def change(request: HttpRequest, clinic_id: int) -> HttpResponse:
    """Change where, at what time, for how many and with whom a clinic is."""
    now = timezone.now()
    clinic = clinic_or_404(request, clinic_id)
    nurses = nurses_for(request.actor, clinic.service_id, clinic.nurse_skill, london_day(now))
    asked = clinic_as_asked(clinic)
    if request.method == "POST":
        posted = request.POST.copy()
        posted["weekday"], posted["every_weeks"] = str(clinic.weekday), str(clinic.every_weeks)
        posted.setlist("activities", clinic.activities)
        asked = AskedMany(posted)
        told = read_clinic(asked, nurses, clinic)
        if told is not None:
            try:
                change_clinic(actor=request.actor, clinic=clinic, new=told, now=now)
            except RefusedError as error:
                asked.errors["name"] = [str(error)]
            else:
                messages.success(request, "The clinic is changed, and its sessions to come with it")
                return redirect("clinics:clinic", clinic.pk)
    return _form(request, clinic.service, asked, nurses, clinic)


def _form(request: HttpRequest, service, asked: AskedMany, nurses: list, clinic) -> HttpResponse:
    known = published_activities()
    codes = [] if clinic else activities_asked(request.actor, service.pk, timezone.now())
    told = {
        "service": service,
        "form": asked,
        "clinic": present_clinic(clinic) if clinic else None,
        "activities": [(code, known[code].title) for code in codes],
        "weekdays": [("", [(str(number), name) for number, name in enumerate(WEEKDAYS, start=1)])],
        "rhythms": [("", [("1", "Every week"), ("2", "Every other week")])],
        "nurses": [("", [(str(one.pk), f"{one.label}, {one.organisation}") for one in nurses])],
        "helper_rows": helper_rows(asked),
        "skills": [("", sorted(_skills(), key=lambda one: one[1]))],
        "competences": [("", sorted(_competences(), key=lambda one: one[1]))],
    }
    return render(request, "clinics/form.jinja", told, status=422 if asked.errors else 200)


def _skills() -> list[tuple[str, str]]:
    """Who may be given delegated activities: those who practise at clinics."""
    able = {code for one in published_activities().values() if one.delegable for code in one.delegable.to}
    return [(one.code, one.title) for one in library().skills if one.code in able]


def _competences() -> list[tuple[str, str]]:
    known = {one.delegable.competence for one in published_activities().values() if one.delegable}
    return [(code, skill_words(code).capitalize()) for code in known if code]


@page(Permission.PLAN_DAY)
def close(request: HttpRequest, clinic_id: int) -> HttpResponse:
    """Close a clinic after a day."""
    clinic = clinic_or_404(request, clinic_id)
    if request.method == "POST":
        asked = Asked(request.POST)
        last_day = asked.day("last_day", missing="Enter the last day")
        told = {"clinic": clinic, "last_day": last_day, "reason": asked.typed("reason")}
        _change(request, clinic.service_id, asked, "The clinic closes", lambda now: close_clinic(
            actor=request.actor, now=now, **told
        ))  # fmt: skip
    return redirect("clinics:clinic", clinic_id)


@page(Permission.PLAN_DAY)
def move(request: HttpRequest, session_id: int) -> HttpResponse:
    """Have a session on another day or at another time."""
    found = _session(request, session_id)
    if request.method == "POST":
        asked = Asked(request.POST)
        told = {
            "session": found, "day": asked.day("day", missing="Enter the new day"),
            "opens_at": asked.typed("opens_at"), "reason": asked.typed("reason"),
        }  # fmt: skip
        _change(request, found.clinic.service_id, asked, "The session is moved. Tell everybody booked", lambda now: (
            move_session(actor=request.actor, now=now, **told)
        ), found)  # fmt: skip
    return redirect("clinics:session", session_id)


@page(Permission.PLAN_DAY)
def cancel(request: HttpRequest, session_id: int) -> HttpResponse:
    """Cancel a session; home visits come back."""
    found = _session(request, session_id)
    if request.method == "POST":
        asked = Asked(request.POST)
        _change(
            request, found.clinic.service_id, asked, "The session is cancelled. Tell everybody booked",
            lambda now: cancel_session(actor=request.actor, session=found, reason=asked.typed("reason"), now=now),
            found,
        )  # fmt: skip
    return redirect("clinics:session", session_id)


@page(Permission.PLAN_DAY)
def nurse(request: HttpRequest, session_id: int) -> HttpResponse:
    """Have a stand-in take one session."""
    found = _session(request, session_id)
    nurses = nurses_for(request.actor, found.clinic.service_id, found.clinic.nurse_skill, found.day)
    chosen = next((one for one in nurses if str(one.pk) == request.POST.get("nurse", "")), None)
    if request.method == "POST" and chosen is None:
        messages.error(request, "Choose who takes the session.")
    elif request.method == "POST":

        def put(now) -> list:
            put_nurse(actor=request.actor, session=found, nurse=chosen, now=now)
            return []

        _change(request, found.clinic.service_id, Asked(None), f"{chosen.label} takes this session", put, found)
    return redirect("clinics:session", session_id)


def _session(request: HttpRequest, session_id: int):
    try:
        return session_for(request.actor, session_id, timezone.now()).session
    except ClinicNotFoundError as error:
        raise Http404 from error


def _change(request: HttpRequest, service_id: int, asked: Asked, done: str, service, session=None) -> None:
    """Do what was asked, plan again the days it changed, and say what became of it."""
    now = timezone.now()
    if asked.errors:
        messages.error(request, next(iter(asked.errors.values()))[0])
        return
    try:
        back = service(now)
    except RefusedError as error:
        messages.error(request, str(error))
        return
    visits = [*back, session.visit] if session is not None else back
    say_what_came_back(request, service_id, done, back, visits, now)


def say_what_came_back(request: HttpRequest, service_id: int, done: str, back: list, visits: list, now) -> None:
    """Plan again the days of some visits that were planned before, and say what is left to do."""
    planned, to_plan = plan_round_clinic(actor=request.actor, service_id=service_id, visits=visits, now=now)
    parts = [done]
    if back:
        parts.append(counted(len(back), "home visit is changed", "home visits are changed"))
    if planned:
        parts.append(f"Planned again: {', '.join(day_text(day) for day in planned)}")
    if to_plan:
        parts.append(f"To be planned again: {', '.join(day_text(day) for day in to_plan)}")
    messages.success(request, ". ".join(parts))
