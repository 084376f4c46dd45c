"""Somebody came into hospital: who it is is looked up before anything is saved."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from homeward.access.rules import Permission
from homeward.discharge.services import admit_person, receive_stay
from homeward.discharge.states import HomePathway, StayReceived
from homeward.kernel.rules import RefusedError, whole_number
from homeward.people.selectors import place_of_postcode
from homeward.teams.selectors import referring_organisations, teams_of
from homeward.web.coming_home.forms import AdmitForm, today_and_time
from homeward.web.coming_home.presenters.words import pathway_words
from homeward.web.front_door.finding import known_panel, people_it_may_be, person_chosen
from homeward.web.front_door.forms.somebody import SOMEBODY_NEW
from homeward.web.gate import page
from homeward.web.service_choice import service_here, services_here


@page(Permission.CHASE)
def admit(request: HttpRequest) -> HttpResponse:
    """Tell of a stay: of somebody on record, or of somebody new where nobody is like them."""
    now = timezone.now()
    service = service_here(request)
    if request.method != "POST":
        moment = today_and_time(now)
        starting = {"admitted_day": moment["day"], "admitted_time": moment["time"]}
        person_id = whole_number(request.GET.get("person", ""))
        if person_id is not None:
            starting["known"] = str(person_id)
        return _show(request, service, AdmitForm(now=now, initial=starting), now)
    form = AdmitForm(request.POST, now=now)
    if "look" in request.POST:  # who it may be, before the rest is filled; nothing is saved
        form.is_valid()
        form.errors.clear()
        return _show(request, service, form, now, has_looked=True)
    is_right = form.is_valid()
    matches = people_it_may_be(request.actor, service.pk, form, now)
    if matches and form.typed("known") not in {SOMEBODY_NEW, *(str(one.person.pk) for one in matches)}:
        form.add_error("known", "Say whether this is somebody already known")
        is_right = False
    if not is_right:
        return _show(request, service, form, now, matches, status=422)
    try:
        received = _receive(request, service.pk, form, now)
    except RefusedError as error:
        form.add_error("nhs_number" if "NHS number" in str(error) else "admitted_day", str(error))
        return _show(request, service, form, now, matches, status=422)
    told = {
        StayReceived.MADE: "They are on the board.",
        StayReceived.CHANGED: "This stay was known already, and has been changed.",
        StayReceived.SAME: "This stay was known already.",
    }
    messages.success(request, told.get(received.outcome, "Nothing has changed."))
    return redirect("coming_home:stay", received.stay.pk)


@page(Permission.CHASE, reads=True)
def known(request: HttpRequest) -> HttpResponse:
    """Who the person typed so far may be. It comes as a form: an address would carry a name into logs."""
    if request.method != "POST":
        return redirect("coming_home:admit")
    now = timezone.now()
    service = service_here(request)
    form = AdmitForm(request.POST, now=now)
    form.is_valid()  # fills what is right so far; what is wrong is told when the form is sent
    form.errors.clear()
    matches = people_it_may_be(request.actor, service.pk, form, now)
    panel = known_panel(request.actor, service.pk, form, matches, now)
    return render(request, "front_door/known.jinja", {"known": panel, "form": form})


def _receive(request: HttpRequest, service_id: int, form: AdmitForm, now: datetime):
    actor, told = request.actor, form.cleaned_data
    hospital = next((one for one in _hospitals(service_id) if str(one.pk) == told["hospital"]), None)
    team = next((one for one in teams_of(service_id) if str(one.pk) == told["team"]), None)
    given = form.given(hospital, team)
    known_id = whole_number(told["known"])
    if known_id is not None:
        return receive_stay(actor=actor, person=person_chosen(actor, known_id, now), given=given, now=now)
    new_person = form.new_person(place_of_postcode(actor, service_id, told["postcode"]))
    return admit_person(actor=actor, service_id=service_id, new_person=new_person, given=given, now=now)


def _hospitals(service_id: int) -> list:
    return [one for one in referring_organisations(service_id) if one.kind == "hospital"]


def _show(
    request: HttpRequest, service, form: AdmitForm, now: datetime, matches=None, status: int = 200, has_looked=False
) -> HttpResponse:
    matches = people_it_may_be(request.actor, service.pk, form, now) if matches is None else matches
    return render(
        request,
        "coming_home/admit.jinja",
        {
            "service": service,
            "services": [] if form.is_bound else services_here(request),
            "form": form,
            "known": known_panel(request.actor, service.pk, form, matches, now),
            "has_looked": has_looked,
            "hospitals": [("", [(str(one.pk), one.name) for one in _hospitals(service.pk)])],
            "teams": [("", [(str(one.pk), one.name) for one in teams_of(service.pk)])],
            "pathways": [("", [(one.value, pathway_words(one.value)) for one in HomePathway])],
        },
        status=status,
    )
