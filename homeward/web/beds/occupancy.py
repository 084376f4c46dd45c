"""How full the beds are and will be, and what came of stays."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from homeward.access.rules import Permission
from homeward.beds.selectors import occupancy
from homeward.web.beds.presenters.occupancy import present_occupancy
from homeward.web.gate import page
from homeward.web.service_choice import service_here, services_here


@page(Permission.SEE_BEDS)
def occupancy_page(request: HttpRequest) -> HttpResponse:
    """Beds in use now, over the last four weeks and the next, with the figures of the last year."""
    now, service = timezone.now(), service_here(request)
    told = {
        "service": service,
        "services": services_here(request),
        "page": present_occupancy(occupancy(request.actor, service.pk, now), now),
        "may_run": request.actor.may(Permission.RUN_BEDS),
    }
    return render(request, "beds/occupancy.jinja", told)
