"""Calls: who called, about whom, and what came of it; who is owed a call back; and a call made into a referral."""

from datetime import datetime, timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from homeward.access.rules import Permission, Sight
from homeward.kernel.rules import RefusedError, london_day, wall_clock, whole_number
from homeward.people.selectors import PersonNotFoundError, current_addresses, find_people, person_for
from homeward.referrals.selectors import (
    CallFilter,
    CallNotFoundError,
    call_backs_owed,
    call_for,
    callers_like,
    calls_of,
    calls_to_finish,
    count_calls,
    open_referrals_of,
)
from homeward.referrals.services import log_call, try_call_back
from homeward.referrals.states import CallOutcome, Source
from homeward.teams.selectors import referring_organisations
from homeward.web.clocks import ago_words
from homeward.web.front_door.forms.calls import ASKED_OUTCOMES, PROMISES, CallBackForm, CallForm, CallsForm
from homeward.web.front_door.forms.taking import needs_in_groups
from homeward.web.front_door.presenters.calls import call_page, call_rows, logged_words, owed_rows
from homeward.web.gate import page
from homeward.web.live import seen, unchanged
from homeward.web.persons import age_words
from homeward.web.service_choice import service_here, services_here

PEOPLE_SHOWN = 6
SHOWN_OF_TODAY = 8
NOBODY_CHOSEN = "none"  # the name is kept as typed
LOGGED = "call_logged"  # the key of the session: the call just logged, told once
TOPICS = ("referrals",)


@page(Permission.TAKE_REFERRALS)
def calls(request: HttpRequest) -> HttpResponse:
    """Log a call; who is owed a call back; the calls of today."""
    now = timezone.now()
    service = service_here(request)
    if request.method != "POST":
        return _show(request, service, CallForm(now=now), now)
    form = CallForm(request.POST, now=now)
    if "look" in request.POST:  # without JavaScript a button looks for the person; nothing is saved
        form.is_valid()
        form.errors.clear()
        return _show(request, service, form, now)
    person = _person(request, form, now)
    if not form.is_valid():
        return _show(request, service, form, now, status=422)
    told = form.cleaned_data
    is_back = told["outcome"] == CallOutcome.CALL_BACK
    try:
        call = log_call(
            actor=request.actor,
            # of somebody's own service: a call is read by everyone at the front door it is logged at
            service_id=person.service_id if person else service.pk,
            source=told["source"],
            outcome=told["outcome"],
            caller_name=told["caller_name"],
            caller_phone=told["caller_phone"],
            caller_organisation=told["caller_organisation"],
            person=person,
            about_text="" if person else told["about"],
            need_code=told["need_code"],
            reason=told["reason"],
            advice=told["advice"] if told["outcome"] == CallOutcome.ADVICE else "",
            passed_to=told["passed_to"] if told["outcome"] == CallOutcome.PASSED_ON else "",
            call_back_by=told["call_back_by"] if is_back else None,
            now=now,
        )
    except RefusedError as error:
        form.add_error("outcome", str(error))
        return _show(request, service, form, now, status=422)
    request.session[LOGGED] = {"id": call.pk, "seconds": told["seconds"]}
    if told["outcome"] == CallOutcome.REFERRAL:
        return redirect(f"{reverse('front_door:new')}?call={call.pk}")
    return redirect("front_door:calls")


@page(Permission.TAKE_REFERRALS)
def about(request: HttpRequest) -> HttpResponse:
    """People who are like what was typed, to say whom a call is about."""
    if request.method != "POST":
        return redirect("front_door:calls")
    now = timezone.now()
    form = CallForm(request.POST, now=now)
    people = _people(request, service_here(request).pk, form, now)
    return render(request, "front_door/about.jinja", {"people": people, "form": form})


@page(Permission.TAKE_REFERRALS)
def callers(request: HttpRequest) -> HttpResponse:
    """Callers remembered who are like what was typed, so that they are typed once. It comes as a form: no address."""
    if request.method != "POST":
        return redirect("front_door:calls")
    now = timezone.now()
    form = CallForm(request.POST, now=now)
    found = callers_like(request.actor, service_here(request).pk, form.typed("caller_name"), now)
    return render(request, "front_door/callers.jinja", {"callers": found})


@page(Permission.TAKE_REFERRALS)
def live_calls(request: HttpRequest) -> HttpResponse:
    """What is owed and what came today, or nothing when nothing has changed."""
    if answer := unchanged(request, TOPICS):
        return answer
    return render(request, "front_door/live_calls.jinja", _side(request, service_here(request), timezone.now()))


@page(Permission.TAKE_REFERRALS)
def call(request: HttpRequest, call_id: int) -> HttpResponse:
    """One call: what was said, the tries to call back, and what it became."""
    now = timezone.now()
    one = _call(request, call_id, now)
    form = CallBackForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        is_reached = told["reached"] == "yes"
        try:
            try_call_back(actor=request.actor, call=one, was_reached=is_reached, note=told["note"], now=now)
        except RefusedError as error:
            form.add_error("reached", str(error))
        else:
            messages.success(
                request,
                "Called back." if is_reached else "Try recorded. The call back is still owed, its clock runs on.",
            )
            if one.referral_id and request.POST.get("back") == "referral":
                return redirect("front_door:referral", one.referral_id)
            return redirect("front_door:call" if is_reached else "front_door:calls", *([one.pk] if is_reached else []))
    return render(
        request,
        "front_door/call.jinja",
        {
            "service": one.service,
            "call": call_page(one, now),
            "form": form,
            "may_see_people": request.actor.may(Permission.SEE_PEOPLE),
        },
        status=422 if form.errors else 200,
    )


@page(Permission.TAKE_REFERRALS)
def all_calls(request: HttpRequest) -> HttpResponse:
    """The calls of a day, or all that are owed, with how many there were this month."""
    now = timezone.now()
    service = service_here(request)
    form = CallsForm(request.GET)
    day, outcome, whose = form.wanted()
    today = london_day(now)
    shown = day or (None if whose == "owed" else today)
    taken_by = request.actor.name if whose == "mine" else ""
    only = CallFilter(day=shown, outcome=outcome, taken_by=taken_by, is_owed=whose == "owed")
    rows = calls_of(request.actor, service.pk, only, now)
    month = (shown or today).replace(day=1)
    after = (month + timedelta(days=32)).replace(day=1)
    return render(
        request,
        "front_door/all_calls.jinja",
        {
            "service": service,
            "services": services_here(request),
            "form": form,
            "day": shown,
            "is_today": shown == today,
            "whose": whose,
            "calls": call_rows(rows, now),
            "outcomes": [("", CallOutcome.choices)],
            "month": f"{month:%B %Y}",
            "month_total": count_calls(
                request.actor, service.pk, wall_clock(month, "00:00"), wall_clock(after, "00:00")
            ),
        },
    )


def _call(request: HttpRequest, call_id: int, now: datetime):
    try:
        return call_for(request.actor, call_id, now)
    except CallNotFoundError as error:
        raise Http404 from error


def _person(request: HttpRequest, form: CallForm, now: datetime):
    """The person chosen; where there is no such person the form says so, for a call must not lose whom it is about."""
    chosen = form.typed("person")
    if chosen in ("", NOBODY_CHOSEN):
        return None
    try:
        return person_for(request.actor, whole_number(chosen) or 0, now, at_least=Sight.CARD)
    except PersonNotFoundError:
        form.add_error("about", "The person you chose is not on record here. Look for them again")
        return None


def _people(request: HttpRequest, service_id: int, form: CallForm, now: datetime) -> list[tuple[int, str, str]]:
    """Each person found: their number, what tells them apart, and whether they wait for triage already."""
    day = london_day(now)
    if not form.typed("about").strip():
        return []
    people = find_people(request.actor, form.typed("about"), now, limit=PEOPLE_SHOWN)
    waiting = open_referrals_of(request.actor, service_id, [person.pk for person in people])
    found = []
    for person in people:
        address = next(iter(current_addresses(person, day)), None)
        words = [person.label, age_words(person, day), address.postcode if address else ""]
        referral = waiting.get(person.pk)
        said = f"Already referred {ago_words(referral.received_at, now)}: {referral.reference}" if referral else ""
        found.append((person.pk, ", ".join(word for word in words if word), said))
    return found


def _side(request: HttpRequest, service, now: datetime) -> dict:
    """What stands beside the form: promises first, then what is to be finished, then today."""
    number_seen = seen(TOPICS)
    today = london_day(now)
    rows = calls_of(request.actor, service.pk, CallFilter(day=today), now)
    month = wall_clock(today.replace(day=1), "00:00")
    owed = owed_rows(call_backs_owed(request.actor, service.pk, now), now)
    return {
        "service": service,
        "owed": owed,
        "late": sum(one.tone == "late" for one in owed),
        "to_finish": call_rows(calls_to_finish(request.actor, service.pk, now), now),
        "calls": call_rows(rows[:SHOWN_OF_TODAY], now),
        "total_today": len(rows),
        "month_total": count_calls(request.actor, service.pk, month, now + timedelta(minutes=1)),
        "live_url": f"{reverse('front_door:live_calls')}?seen={number_seen}",
    }


def _logged(request: HttpRequest, now: datetime) -> tuple[str, str]:
    """What to say of the call logged just now, and its address; told once."""
    told = request.session.pop(LOGGED, None) if request.method == "GET" else None
    if not told:
        return "", ""
    try:
        one = call_for(request.actor, told["id"], now)
    except CallNotFoundError:
        return "", ""
    return logged_words(one, told["seconds"]), reverse("front_door:call", args=[one.pk])


def _show(request: HttpRequest, service, form: CallForm, now: datetime, status: int = 200) -> HttpResponse:
    logged, logged_url = _logged(request, now)
    return render(
        request,
        "front_door/calls.jinja",
        {
            **_side(request, service, now),
            "form": form,
            "logged": logged,
            "logged_url": logged_url,
            "people": _people(request, service.pk, form, now),
            "sources": Source.choices,
            "outcomes": ASKED_OUTCOMES,
            "promises": PROMISES,
            "needs": needs_in_groups(),
            "services": [] if form.is_bound else services_here(request),
            "organisations": [organisation.name for organisation in referring_organisations(service.pk)],
        },
        status=status,
    )
