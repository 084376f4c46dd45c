"""Asking for a rota to be built, looking at it, and taking it or not."""

from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from homeward.access.rules import Permission
from homeward.kernel.rules import RefusedError, london_day, whole_number
from homeward.roster.selectors import forecast_of, newest_proposal
from homeward.roster.services import (
    accept_proposal,
    allow_for_forecast,
    ask_for_rota,
    discard_proposal,
    published_until,
)
from homeward.web.gate import page
from homeward.web.live import seen, unchanged
from homeward.web.roster.presenters import building as presenters
from homeward.web.roster.presenters.forecast import about
from homeward.web.service_choice import service_here, services_here

TOPICS = ("rota proposal",)


@page(Permission.MANAGE_ROSTER)
def build(request: HttpRequest) -> HttpResponse:
    """The rota that was built last, and asking for another."""
    return render(request, "roster/build.jinja", _told(request) | {"services": services_here(request)})


@page(Permission.MANAGE_ROSTER)
def build_part(request: HttpRequest) -> HttpResponse:
    """What is built so far, when it changed since the page was made."""
    return unchanged(request, TOPICS) or render(request, "roster/build_part.jinja", _told(request))


@page(Permission.MANAGE_ROSTER)
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for four weeks to be built."""
    if request.method == "POST":
        try:
            first = date.fromisoformat(request.POST.get("first_day", ""))
            ask_for_rota(actor=request.actor, service_id=service_here(request).pk, first_day=first, now=timezone.now())
        except ValueError:
            messages.error(request, "Choose the Monday to begin with.")
        except RefusedError as error:
            messages.error(request, str(error))
    return redirect("roster:build")


@page(Permission.MANAGE_ROSTER)
def allow(request: HttpRequest) -> HttpResponse:
    """Say how much of what no plan asks for yet the roster allows for."""
    if request.method == "POST":
        try:
            allow_for_forecast(
                actor=request.actor,
                service_id=service_here(request).pk,
                allowance=request.POST.get("allowance", ""),
                now=timezone.now(),
            )
            messages.success(request, "Saved. The roster’s pages and the next roster that is built go by it.")
        except RefusedError as error:
            messages.error(request, str(error))
    return redirect("roster:build")


@page(Permission.MANAGE_ROSTER)
def accept(request: HttpRequest) -> HttpResponse:
    """Make what was built drafts of the roster: all of it, or one employer's part."""
    proposal = newest_proposal(request.actor, service_here(request).pk)
    if request.method != "POST" or proposal is None:
        return redirect("roster:build")
    try:
        taken = accept_proposal(
            actor=request.actor,
            proposal=proposal,
            organisation_id=whole_number(request.POST.get("employer", "")),
            now=timezone.now(),
        )
    except RefusedError as error:
        messages.error(request, str(error))
        return redirect("roster:build")
    messages.success(request, presenters.taken_words(taken))
    if not taken.left_out:
        return redirect("roster:build")
    left_out = [(worker.label, why) for worker, why in taken.left_out]
    told = _told(request) | {"services": services_here(request), "left_out": left_out}
    return render(request, "roster/build.jinja", told)


@page(Permission.MANAGE_ROSTER)
def discard(request: HttpRequest) -> HttpResponse:
    """Leave what was built."""
    proposal = newest_proposal(request.actor, service_here(request).pk)
    if request.method == "POST" and proposal is not None:
        try:
            discard_proposal(actor=request.actor, proposal=proposal, now=timezone.now())
            messages.success(request, "Discarded. The roster is as it was.")
        except RefusedError as error:
            messages.error(request, str(error))
    return redirect("roster:build")


def _told(request: HttpRequest) -> dict:
    service = service_here(request)
    now = timezone.now()
    today = london_day(now)
    since = seen(TOPICS)
    row = newest_proposal(request.actor, service.pk)
    return {
        "service": service,
        "seen": since,
        "about": about(forecast_of(request.actor, service.pk, today)),
        "proposal": presenters.proposal_page(row, now) if row else None,
        "mondays": presenters.mondays(today, presenters.suggested(today, published_until(service.pk))),
    }
