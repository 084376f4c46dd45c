"""Calls: who called, about whom, and what came of it."""

from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from homeward.access.rules import Permission
from homeward.kernel.rules import RefusedError, london_day, london_moment, whole_number
from homeward.people.selectors import PersonNotFoundError, current_addresses, find_people, person_for
from homeward.referrals.selectors import calls_since
from homeward.referrals.services import log_call
from homeward.referrals.states import CallOutcome, Source
from homeward.teams.selectors import referring_organisations, service_for
from homeward.web.front_door.forms.calls import CallForm
from homeward.web.front_door.presenters.calls import call_rows
from homeward.web.gate import page
from homeward.web.persons import age_words

PEOPLE_SHOWN = 6


@page(Permission.TAKE_REFERRALS)
def calls(request: HttpRequest) -> HttpResponse:
    """Log a call, and the calls of today."""
    now = timezone.now()
    service = service_for(request.actor)
    if request.method != "POST":
        return _show(request, service, CallForm(), now)
    form = CallForm(request.POST)
    if not form.is_valid():
        return _show(request, service, form, now, status=422)
    told = form.cleaned_data
    reason = told["reason"]
    if told["about"] and whole_number(told["person"]) is None:
        reason = f"About {told['about']}. {reason}".strip()
    person = _person(request, told["person"], now)
    try:
        log_call(
            actor=request.actor,
            # of somebody's own service: a call is read by everyone at the front door it is logged at
            service_id=person.service_id if person else service.pk,
            source=told["source"],
            outcome=told["outcome"],
            caller_name=told["caller_name"],
            caller_phone=told["caller_phone"],
            caller_organisation=told["caller_organisation"],
            person=person,
            reason=reason,
            advice=told["advice"],
            now=now,
        )
    except RefusedError as error:
        form.add_error("outcome", str(error))
        return _show(request, service, form, now, status=422)
    messages.success(request, "Call logged.")
    return redirect("front_door:new" if told["outcome"] == CallOutcome.REFERRAL else "front_door:calls")


@page(Permission.TAKE_REFERRALS)
def about(request: HttpRequest) -> HttpResponse:
    """People whose name begins as typed, to say whom a call is about."""
    if request.method != "POST":
        return redirect("front_door:calls")
    form = CallForm(request.POST)
    return render(request, "front_door/about.jinja", {"people": _people(request, form, timezone.now()), "form": form})


def _person(request: HttpRequest, chosen: str, now: datetime):
    person_id = whole_number(chosen)
    if person_id is None:
        return None
    try:
        return person_for(request.actor, person_id, now)
    except PersonNotFoundError as error:
        raise Http404 from error


def _people(request: HttpRequest, form: CallForm, now: datetime) -> list[tuple[int, str]]:
    day = london_day(now)
    found = []
    for person in find_people(request.actor, form.typed("about"), now, limit=PEOPLE_SHOWN):
        address = next(iter(current_addresses(person, day)), None)
        words = [person.label, age_words(person, day), address.postcode if address else ""]
        found.append((person.pk, ", ".join(word for word in words if word)))
    return found


def _show(request: HttpRequest, service, form: CallForm, now: datetime, status: int = 200) -> HttpResponse:
    rows = calls_since(request.actor, service.pk, london_moment(london_day(now), 0), now)
    return render(
        request,
        "front_door/calls.jinja",
        {
            "service": service,
            "form": form,
            "calls": call_rows(rows, now),
            "people": _people(request, form, now),
            "sources": [("", Source.choices)],
            "outcomes": [(value, label, "") for value, label in CallOutcome.choices],
            "organisations": [organisation.name for organisation in referring_organisations(service.pk)],
        },
        status=status,
    )
