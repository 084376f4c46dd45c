"""Searching the audit trail, and who looked at one record."""

from datetime import timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from homeward.access.rules import Permission
from homeward.audit.selectors import EventSearch
from homeward.audit.states import Purpose
from homeward.kernel.rules import london_day, whole_number
from homeward.people.selectors import PersonNotFoundError, person_with_reference
from homeward.rights.selectors import find_events, references_of, who_looked
from homeward.web.gate import page
from homeward.web.privacy.forms import EventForm, ReferenceForm
from homeward.web.privacy.presenters.events import (
    EVENTS_A_PAGE,
    present_events,
    present_letter,
    present_looked,
    words_of_search,
)

SOUGHT = "audit_sought"  # in the officer's own session: what is looked for never stands in an address
LETTER_GOES_BACK = timedelta(days=366)  # a year; older readings are told on request
LETTER_EVENTS = 2000


@page(Permission.SEE_AUDIT)
def search(request: HttpRequest) -> HttpResponse:
    """Find events by who, whose record, what and when."""
    now = timezone.now()
    if request.method == "POST":
        form = EventForm(request.POST)
        if form.is_valid():
            request.session[SOUGHT] = {name: form.data.get(name, "").strip() for name in form.fields}
            return redirect("privacy:events")
    else:
        form = EventForm(request.session.get(SOUGHT)) if SOUGHT in request.session else EventForm()
    events, person_id = [], None
    if form.is_bound and form.is_valid():
        told = dict(form.cleaned_data)
        reference = told.pop("reference").strip()
        try:
            person_id = person_with_reference(request.actor, reference) if reference else None
            wanted = EventSearch(person_id=person_id, **told)
            older_than = whole_number(request.GET.get("older", ""))
            events = find_events(request.actor, wanted, now, EVENTS_A_PAGE + 1, older_than)
        except PersonNotFoundError:
            form.add_error("reference", "Nobody in your services has this reference")
    shown = events[:EVENTS_A_PAGE]
    references = references_of(request.actor, {event.person_id for event in shown if event.person_id})
    context = {
        "form": form,
        "events": present_events(shown, references, london_day(now)),
        "words": words_of_search(form),
        "is_sought": form.is_bound and not form.errors,
        "older_than": shown[-1].pk if len(events) > EVENTS_A_PAGE else None,
        "here": "events",
    }
    return render(request, "privacy/events.jinja", context, status=422 if form.errors else 200)


@page(Permission.SEE_AUDIT)
def find_seen_by(request: HttpRequest) -> HttpResponse:
    """Choose whose record to watch over, by reference."""
    form = ReferenceForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            return redirect(
                "privacy:seen_by", person_id=person_with_reference(request.actor, form.cleaned_data["reference"])
            )
        except PersonNotFoundError:
            form.add_error("reference", "Nobody in your services has this reference")
    context = {"form": form, "here": "find_seen_by"}
    return render(request, "privacy/find_seen_by.jinja", context, status=422 if form.is_bound else 200)


@page(Permission.SEE_AUDIT)
def seen_by(request: HttpRequest, person_id: int) -> HttpResponse:
    """Who has looked at one record."""
    older_than = whole_number(request.GET.get("older", ""))
    now = timezone.now()
    try:
        looked = who_looked(request.actor, person_id, now, EVENTS_A_PAGE + 1, older_than)
    except PersonNotFoundError as error:
        raise Http404 from error
    shown = present_looked(looked, today=london_day(now), is_newest_page=older_than is None)
    may_answer = request.actor.may(Permission.ANSWER_RIGHTS)
    return render(request, "privacy/seen_by.jinja", {"shown": shown, "here": "find_seen_by", "may_answer": may_answer})


@page(Permission.ANSWER_RIGHTS)
def letter(request: HttpRequest, person_id: int) -> HttpResponse:
    """Who has looked, in plain words and without numbers or codes, to print and give to the person."""
    now = timezone.now()
    try:
        looked = who_looked(
            request.actor, person_id, now, LETTER_EVENTS, since=now - LETTER_GOES_BACK, purpose=Purpose.DATA_RIGHTS
        )
    except PersonNotFoundError as error:
        raise Http404 from error
    shown = present_letter(
        looked, since=now - LETTER_GOES_BACK, today=london_day(now), names_staff=settings.NAMES_STAFF_TO_PEOPLE
    )
    return render(request, "privacy/letter.jinja", {"shown": shown, "here": "find_seen_by"})
