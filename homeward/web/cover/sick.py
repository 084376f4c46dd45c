"""Somebody is ill: taking the call, what is lost, who could cover it, and what sickness came to."""

from datetime import date, timedelta

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from homeward.access.rules import Permission
from homeward.kernel.rules import RefusedError, day_words, london_day, whole_number
from homeward.visits.planning.covering import accept_cover, work_out_cover
from homeward.visits.selectors.covering import (
    SickCallNotFoundError,
    own_sick_calls,
    own_worker,
    sick_call,
    sick_calls,
    sickness_between,
    spoken_of,
    worker_to_report,
    workers_found,
)
from homeward.visits.services import mark_told
from homeward.visits.services.covering import SICK_DAYS_AT_MOST, leave_uncovered, report_sick
from homeward.web.cover import sick_presenters as presenters
from homeward.web.front_door.forms.fields import FrontDoorForm
from homeward.web.gate import page
from homeward.web.service_choice import service_here, services_here

LIST_DAYS = 14
MOST_DAYS_COUNTED = 800


class LeaveForm(FrontDoorForm):
    """What is done about visits that nobody goes to."""

    reason = forms.CharField(
        max_length=1000, error_messages={"required": "Say what is done about them", "max_length": "Use fewer words"}
    )


@page(Permission.SEE_RESPONDING)
def sick(request: HttpRequest) -> HttpResponse:
    """Look for who is ill, and the sick calls of the last two weeks."""
    now, service = timezone.now(), service_here(request)
    typed = request.GET.get("who", "").replace("\0", "")[:80]
    today = london_day(now)
    found = workers_found(request.actor, service.pk, today, typed) if typed.strip() else []
    lines = sick_calls(request.actor, service.pk, today - timedelta(days=LIST_DAYS), today + timedelta(days=LIST_DAYS))
    return render(
        request,
        "cover/sick.jinja",
        {
            "service": service,
            "services": services_here(request),
            "typed": typed,
            "has_looked": bool(typed.strip()),
            "found": presenters.found_rows(found),
            "calls": presenters.call_rows(lines, now),
            "days_at_most": SICK_DAYS_AT_MOST,
            "may_report": request.actor.may(Permission.RESPOND),
            "may_count": request.actor.may(Permission.SEE_ROSTER),
        },
    )


@page(Permission.RESPOND)
def report(request: HttpRequest) -> HttpResponse:
    """Record that a worker is ill, and work out at once how their day could be covered."""
    if request.method != "POST":
        return redirect("cover:sick")
    now = timezone.now()
    worker = worker_to_report(request.actor, whole_number(request.POST.get("worker", "")) or 0)
    if worker is None:
        messages.error(request, "Choose who is ill.")
        return redirect("cover:sick")
    days = whole_number(request.POST.get("days", "1").strip() or "1") or 0
    today = london_day(now)
    try:
        calls = report_sick(actor=request.actor, worker=worker, starts_on=today, ends_on=_last(today, days), now=now)
    except RefusedError as error:
        messages.error(request, str(error))
        return redirect("cover:sick")
    if not calls:
        messages.success(request, f"{worker.label} is recorded as ill. They had no shift and no visits left then.")
        return redirect("cover:sick")
    if calls[0].day == today:
        work_out_cover(actor=request.actor, call=calls[0], now=now)
    messages.success(request, f"{worker.label} is recorded as ill.")
    return redirect("cover:sick_day", calls[0].pk)


def _last(today: date, days: int) -> date:
    """The last of so many days; one that cannot be where there are none, or more than any calendar has."""
    return today + timedelta(days=min(days, MOST_DAYS_COUNTED) - 1)


@page(Permission.SEE_RESPONDING)
def sick_day(request: HttpRequest, call_id: int) -> HttpResponse:
    """What a sick call loses, the best way to cover it, the others, and who must be told."""
    return _show(request, call_id, LeaveForm())


@page(Permission.RESPOND)
def work_out(request: HttpRequest, call_id: int) -> HttpResponse:
    """Work out anew how a lost day could be covered."""
    if request.method == "POST":
        now = timezone.now()
        day = _day(request, call_id)
        if not work_out_cover(actor=request.actor, call=day.call, now=now):
            messages.success(request, "Nothing is left to cover.")
    return redirect("cover:sick_day", call_id)


@page(Permission.RESPOND)
def accept(request: HttpRequest, call_id: int) -> HttpResponse:
    """Put a way of covering into force."""
    if request.method == "POST":
        day = _day(request, call_id)
        chosen = next((one for one in day.options if str(one.pk) == request.POST.get("option")), None)
        if chosen is None:
            messages.error(request, "This was worked out again since. Look at it as it is now.")
            return redirect("cover:sick_day", call_id)
        try:
            decision = accept_cover(actor=request.actor, option=chosen, now=timezone.now())
        except RefusedError as error:
            messages.error(request, str(error))
        else:
            done = "Done as shown." if decision.is_as_shown else "Done. The day had changed, so it was planned again."
            messages.success(request, f"{done} Everyone whose day changed is listed below.")
    return redirect("cover:sick_day", call_id)


@page(Permission.RESPOND)
def leave(request: HttpRequest, call_id: int) -> HttpResponse:
    """Say what is done about the visits that nobody goes to."""
    if request.method != "POST":
        return redirect("cover:sick_day", call_id)
    form = LeaveForm(request.POST)
    if not form.is_valid():
        return _show(request, call_id, form)
    leave_uncovered(
        actor=request.actor, call=_day(request, call_id).call, reason=form.cleaned_data["reason"], now=timezone.now()
    )
    messages.success(request, "Recorded what is done about them.")
    return redirect("cover:sick_day", call_id)


@page(Permission.RESPOND)
def told(request: HttpRequest, call_id: int, telling_id: int) -> HttpResponse:
    """Record that somebody was told."""
    if request.method == "POST":
        telling = next((one for one in _day(request, call_id).tellings if one.pk == telling_id), None)
        if telling is None:
            raise Http404
        try:
            mark_told(actor=request.actor, telling=telling, now=timezone.now())
        except RefusedError as error:
            messages.error(request, str(error))
    return redirect(f"/cover/sick/{call_id}#tell")


@page(Permission.ASK_ROSTER)
def ill(request: HttpRequest) -> HttpResponse:
    """I am ill today: a worker says so for themselves."""
    now = timezone.now()
    today = london_day(now)
    worker = own_worker(request.actor)
    if request.method == "POST" and worker is not None:
        days = whole_number(request.POST.get("days", "1").strip() or "1") or 0
        try:
            report_sick(actor=request.actor, worker=worker, starts_on=today, ends_on=_last(today, days), now=now)
        except RefusedError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, "Thank you for telling us. Your visits are being covered. Get well soon.")
        return redirect("cover:ill")
    return render(
        request,
        "cover/ill.jinja",
        {
            "worker": worker,
            "calls": [day_words(call.day) for call in own_sick_calls(request.actor, today)],
            "days_at_most": SICK_DAYS_AT_MOST,
        },
    )


@page(Permission.SEE_ROSTER)
def sickness(request: HttpRequest) -> HttpResponse:
    """What was lost to sickness over some days, covered, and covered by another employer."""
    now, service = timezone.now(), service_here(request)
    today = london_day(now)
    last = _typed_day(request, "to", today)
    first = _typed_day(request, "from", last - timedelta(days=27))
    problem = "The first day is after the last. Change one of them." if first > last else ""
    told_of = [] if problem else sickness_between(request.actor, service.pk, first, last)
    return render(
        request,
        "cover/sickness.jinja",
        {
            "service": service,
            "services": services_here(request),
            "first": first.isoformat(),
            "last": last.isoformat(),
            "problem": problem,
            "rows": presenters.sickness_rows(told_of),
        },
    )


def _typed_day(request: HttpRequest, name: str, otherwise: date) -> date:
    try:
        day = date.fromisoformat(request.GET.get(name, "").strip())
    except ValueError:
        return otherwise
    return day if 2000 <= day.year <= 2100 else otherwise


def _day(request: HttpRequest, call_id: int):
    try:
        return sick_call(request.actor, call_id, timezone.now())
    except SickCallNotFoundError as error:
        raise Http404 from error


def _show(request: HttpRequest, call_id: int, form: LeaveForm) -> HttpResponse:
    now = timezone.now()
    day = _day(request, call_id)
    may_call_in = request.actor.may(Permission.MANAGE_ROSTER)
    return render(
        request,
        "cover/sick_day.jinja",
        {
            "service": day.call.service,
            "page": presenters.lost_page(day, spoken_of(request.actor, day), may_call_in, now),
            "form": form,
            "may_respond": request.actor.may(Permission.RESPOND),
        },
        status=422 if form.errors else 200,
    )
