"""The plans a day has had and what each changed; and what would place a visit that nobody goes to."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from homeward.access.rules import Permission
from homeward.kernel.rules import london_day, whole_number
from homeward.teams.selectors import service_for
from homeward.visits import planning
from homeward.visits.selectors import VisitNotFoundError, changes_between, day_plans, openable, visit_for
from homeward.web.gate import page
from homeward.web.today.forms import read_asked
from homeward.web.today.presenters.versions import present_place, present_plans


@page(Permission.SEE_TODAY)
def plans(request: HttpRequest) -> HttpResponse:
    """Every plan a day has had, newest first, and what differs between two of them."""
    now = timezone.now()
    asked = read_asked(request.GET)
    service = service_for(request.actor, asked.service)
    day = asked.day or london_day(now)
    made = day_plans(request.actor, service.pk, day)
    last = _chosen(request, "to", made, 0)
    first = _chosen(request, "from", made, made.index(last) + 1) if last else None
    if first and last and first.pk > last.pk:
        first, last = last, first
    changes = changes_between(request.actor, first, last, now) if first and last and first != last else []
    theirs = openable(request.actor, [change.visit.pk for change in changes])
    shown = present_plans(day, made, first, last, changes, theirs)
    return render(request, "today/plans.jinja", {"service": service, "page": shown})


def _chosen(request: HttpRequest, name: str, made: list, otherwise: int):
    """The plan that the address names, or the one at this place of the list, if there is one."""
    wanted = whole_number(request.GET.get(name, ""))
    found = next((plan for plan in made if plan.pk == wanted), None)
    return found or (made[otherwise] if otherwise < len(made) else None)


@page(Permission.PLAN_DAY)
def place(request: HttpRequest, visit_id: int) -> HttpResponse:
    """The smallest changes that would place a visit nobody goes to."""
    now = timezone.now()
    try:
        found = visit_for(request.actor, visit_id, now)
    except VisitNotFoundError as error:
        raise Http404 from error
    is_panel = bool(request.headers.get("HX-Request"))
    return render(
        request,
        "today/place_panel.jinja" if is_panel else "today/place.jinja",
        {
            "service": found.service,
            "place": present_place(found, planning.what_would_place(request.actor, found, now)),
            "is_panel": is_panel,
        },
    )
