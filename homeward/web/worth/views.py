"""Which sign-offs to work for first."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from homeward.access.rules import Permission
from homeward.web.gate import page
from homeward.web.service_choice import service_here
from homeward.web.worth.presenters import present_look
from homeward.whatif.selectors import newest_look


@page(Permission.SEE_DELEGATION)
def training_plan(request: HttpRequest) -> HttpResponse:
    """The sign-offs that would free most registered time, as the night found them."""
    service = service_here(request)
    look = newest_look(request.actor, service.pk)
    told = {"service": service, "look": present_look(look) if look else None}
    return render(request, "worth/training_plan.jinja", told)
