"""Which service a page shows to somebody who works in several: chosen once, remembered while signed in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from homeward.access.rules import NotAllowedError, Permission
from homeward.teams.selectors import service_for, services_for
from homeward.web.gate import page

CHOSEN = "service"  # the key of the session


def service_here(request: HttpRequest):
    """The service that a form sent was shown for, or the one that was chosen, or the actor's first.

    Raises: NotAllowedError when they are in none, or not in the one the form was shown for.
    """
    if shown_for := request.POST.get("shown_for"):  # another may have been chosen since, in another window
        return service_for(request.actor, shown_for)
    try:
        return service_for(request.actor, request.session.get(CHOSEN))
    except NotAllowedError:  # no longer part of the one chosen
        return service_for(request.actor)


def services_here(request: HttpRequest) -> list:
    """The services to choose from; none where there is no choice."""
    services = services_for(request.actor)
    return services if len(services) > 1 else []


@page(Permission.SEE_FRONT_DOOR)
def choose_service(request: HttpRequest) -> HttpResponse:
    """Show another of the reader's services from now on, on the page they came from."""
    back = request.POST.get("back", "")
    if request.method == "POST":
        request.session[CHOSEN] = service_for(request.actor, request.POST.get("service")).code
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        return redirect("front_door:queue")
    return redirect(back)
