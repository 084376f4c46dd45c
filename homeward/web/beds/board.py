"""The bed board and the waiting list, both kept up to date while they are open."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from homeward.access.rules import Permission
from homeward.beds.selectors import bed_board, waiting_list
from homeward.web.beds.presenters import present_board, present_waiting
from homeward.web.gate import page
from homeward.web.live import seen, unchanged
from homeward.web.service_choice import service_here, services_here

TOPICS = ("beds", "referrals")


@page(Permission.SEE_BEDS)
def board(request: HttpRequest) -> HttpResponse:
    """Every bed by room: who is in it, who holds it, which are free and whom they fit."""
    return _board(request, "beds/board.jinja")


@page(Permission.SEE_BEDS)
def live_board(request: HttpRequest) -> HttpResponse:
    """The part of the board that changes, or nothing when nothing has."""
    return unchanged(request, TOPICS) or _board(request, "beds/live_board.jinja")


@page(Permission.SEE_BEDS)
def waiting(request: HttpRequest) -> HttpResponse:
    """Who is to be decided on, and who waits, in order, with why."""
    return _waiting(request, "beds/waiting.jinja")


@page(Permission.SEE_BEDS)
def live_waiting(request: HttpRequest) -> HttpResponse:
    """The part of the waiting list that changes, or nothing when nothing has."""
    return unchanged(request, TOPICS) or _waiting(request, "beds/live_waiting.jinja")


def _board(request: HttpRequest, template: str) -> HttpResponse:
    now, service, number = timezone.now(), service_here(request), seen(TOPICS)
    told = {
        "service": service,
        "services": services_here(request),
        "board": present_board(bed_board(request.actor, service.pk, now), now),
        "may_run": request.actor.may(Permission.RUN_BEDS),
        "seen": number,
    }
    return render(request, template, told)


def _waiting(request: HttpRequest, template: str) -> HttpResponse:
    now, service, number = timezone.now(), service_here(request), seen(TOPICS)
    told = {
        "service": service,
        "services": services_here(request),
        "list": present_waiting(waiting_list(request.actor, service.pk, now), now),
        "may_run": request.actor.may(Permission.RUN_BEDS),
        "may_refer": request.actor.may(Permission.TAKE_REFERRALS),
        "seen": number,
    }
    return render(request, template, told)
