"""Making shifts from patterns, and publishing the rota."""

from datetime import date, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from homeward.access.rules import Permission
from homeward.kernel.rules import RefusedError, day_words, london_day
from homeward.roster.selectors import drafts_up_to
from homeward.roster.services import make_from_patterns, publish_rota, published_until
from homeward.web.gate import page
from homeward.web.roster.presenters.words import monday_of
from homeward.web.service_choice import service_here

# How far ahead is suggested where nothing is said
WEEKS_AHEAD = 4
LEFT_OUT_SHOWN = 40


@page(Permission.MANAGE_ROSTER)
def publish(request: HttpRequest) -> HttpResponse:
    """Publish the rota up to a day: its drafts become shifts, and everybody is told."""
    last = _day(request.POST.get("last_day") or request.GET.get("to", ""))
    if request.method == "POST":
        if last is None:
            messages.error(request, "Enter the last day to publish.")
            return redirect("roster:publish")
        try:
            done = publish_rota(
                actor=request.actor, service_id=service_here(request).pk, last_day=last, now=timezone.now()
            )
        except RefusedError as error:
            messages.error(request, str(error))
            return redirect("roster:publish")
        messages.success(
            request, f"Published up to {day_words(last)}: {done.shifts} shifts of {done.workers} workers, who are told."
        )
        return redirect("roster:month")
    return _show(request, last)


@page(Permission.MANAGE_ROSTER)
def make(request: HttpRequest) -> HttpResponse:
    """Make the shifts that everybody's patterns give."""
    if request.method != "POST":
        return redirect("roster:publish")
    first, last = _day(request.POST.get("first", "")), _day(request.POST.get("last", ""))
    if first is None or last is None:
        messages.error(request, "Enter the first and the last day.")
        return redirect("roster:publish")
    try:
        made = make_from_patterns(
            actor=request.actor, service_id=service_here(request).pk, first=first, last=last, now=timezone.now()
        )
    except RefusedError as error:
        messages.error(request, str(error))
        return redirect("roster:publish")
    messages.success(request, f"Made {made.shifts} shifts for {made.workers} workers.")
    return _show(request, last, made)


def _show(request: HttpRequest, last: date | None, made=None) -> HttpResponse:
    service = service_here(request)
    today = london_day(timezone.now())
    known = published_until(service.pk)
    last = last or monday_of(today) + timedelta(weeks=WEEKS_AHEAD, days=-1)
    first = max(today, known + timedelta(days=1)) if known else today
    told = {
        "service": service,
        "published": f"The rota is published up to {day_words(known)}." if known else "Nothing is published yet.",
        "last": last.isoformat(),
        "first": first.isoformat(),
        "drafts": drafts_up_to(request.actor, service.pk, last),
        "last_words": day_words(last),
        "left_out": [(one.worker.label, day_words(one.day), one.why) for one in made.left_out[:LEFT_OUT_SHOWN]]
        if made
        else [],
        "left_out_more": max(0, len(made.left_out) - LEFT_OUT_SHOWN) if made else 0,
    }
    return render(request, "roster/publish.jinja", told)


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        return None
    return day if 2000 <= day.year < 2100 else None
