"""The rota of everybody, and a day of it by hour and skill."""

from datetime import date, timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from homeward.access.rules import Permission
from homeward.kernel.rules import london_day
from homeward.roster.rules.demand import TRAVEL_A_VISIT
from homeward.roster.selectors import contracts_on, forecast_of, needs_between, requests_to_decide, rota_between
from homeward.roster.services import published_until
from homeward.visits.selectors.hours import employers_seen
from homeward.web.gate import page
from homeward.web.live import seen, unchanged
from homeward.web.roster.presenters import month as presenters
from homeward.web.roster.presenters.forecast import about
from homeward.web.roster.presenters.month import Narrowed
from homeward.web.roster.presenters.words import monday_of
from homeward.web.service_choice import service_here, services_here

WEEKS = 4
TOPICS = ("roster",)
OLDEST, NEWEST = date(2000, 1, 3), date(2100, 1, 4)


@page(Permission.SEE_ROSTER)
def month(request: HttpRequest) -> HttpResponse:
    """Four weeks of everybody of every employer."""
    narrowed = Narrowed(*(request.GET.get(name, "")[:60] for name in ("employer", "team", "skill")))
    return _show(request, narrowed)


@page(Permission.SEE_ROSTER)
def find(request: HttpRequest) -> HttpResponse:
    """The same for a name. It comes in a form: an address would carry it into histories and logs."""
    if request.method != "POST":
        return redirect("roster:month")
    told = (request.POST.get(name, "").replace("\0", "").strip()[:60] for name in ("employer", "team", "skill", "name"))
    return _show(request, Narrowed(*told))


@page(Permission.SEE_ROSTER)
def news(request: HttpRequest) -> HttpResponse:
    """Says that the rota changed since the page was made, or nothing."""
    return unchanged(request, TOPICS) or render(request, "roster/news.jinja", {})


@page(Permission.SEE_ROSTER)
def day(request: HttpRequest, day: str) -> HttpResponse:
    """A day by hour and skill: who is wanted, who is there, where too few are."""
    on = day_of(day)
    service = service_here(request)
    rota = rota_between(request.actor, service.pk, on - timedelta(days=1), on)
    forecast = forecast_of(request.actor, service.pk, london_day(timezone.now()))
    needs = needs_between(request.actor, service.pk, rota, forecast)[-1]
    told = {
        "service": service,
        "page": presenters.day_page(needs, rota),
        "first": monday_of(on).isoformat(),
        "about": about(forecast),
        "travel": TRAVEL_A_VISIT,
        "may_manage": request.actor.may(Permission.MANAGE_ROSTER),
    }
    return render(request, "roster/day.jinja", told)


def day_of(text: str) -> date:
    """The day of an address.

    Raises: Http404.
    """
    try:
        on = date.fromisoformat(text)
    except ValueError as error:
        raise Http404("There is no such day.") from error
    if not OLDEST <= on <= NEWEST:
        raise Http404("There is no such day.")
    return on


def _show(request: HttpRequest, narrowed: Narrowed) -> HttpResponse:
    service = service_here(request)
    now = timezone.now()
    today = london_day(now)
    since = seen(TOPICS)
    first = monday_of(_asked(request, today))
    rota = rota_between(request.actor, service.pk, first, first + timedelta(days=7 * WEEKS - 1))
    forecast = forecast_of(request.actor, service.pk, today)
    needs = needs_between(request.actor, service.pk, rota, forecast)
    contracts = contracts_on(request.actor, service.pk, today)
    may_manage = request.actor.may(Permission.MANAGE_ROSTER)
    told = {
        "service": service,
        "services": services_here(request),
        "month": presenters.month(rota, needs, contracts, narrowed, today, published_until(service.pk)),
        "narrowed": narrowed,
        "about": about(forecast),
        "travel": TRAVEL_A_VISIT,
        "seen": since,
        "may_manage": may_manage,
        "sees_hours": bool(employers_seen(request.actor, service.pk)),
        "waiting": len(requests_to_decide(request.actor, service.pk)) if may_manage else 0,
    }
    return render(request, "roster/month.jinja", told)


def _asked(request: HttpRequest, today: date) -> date:
    try:
        asked = date.fromisoformat(request.GET.get("from", "") or request.POST.get("from", ""))
    except ValueError:
        return today
    return asked if OLDEST <= asked <= NEWEST else today
