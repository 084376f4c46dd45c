"""How paid time is used, by employer and by worker."""

from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from homeward.access.rules import Permission
from homeward.kernel.rules import london_day, whole_number
from homeward.visits.rules.statements import month_of
from homeward.visits.selectors.hours import hours_between
from homeward.web.gate import page
from homeward.web.hours import presenters
from homeward.web.hours.tables import csv_file
from homeward.web.service_choice import service_here, services_here


@page(Permission.SEE_ROSTER)
def hours(request: HttpRequest) -> HttpResponse:
    """A week or a month: paid, with people, on the way, on breaks, unused."""
    service = service_here(request)
    first, last, is_month = _span(request)
    counted_to = min(last, london_day(timezone.now()))  # days to come have shifts, and no visits planned yet
    employer = whole_number(request.GET.get("employer", ""))
    return render(
        request,
        "hours/hours.jinja",
        {
            "service": service,
            "services": services_here(request),
            "hours": presenters.hours_page(
                hours_between(request.actor, service.pk, first, counted_to),
                first,
                last,
                employer,
                is_month,
                timezone.now(),
            ),
            "first": first.isoformat(),
            "span": "month" if is_month else "week",
        },
    )


@page(Permission.SEE_ROSTER)
def hours_file(request: HttpRequest) -> HttpResponse:
    """The same by worker, as a file, in minutes."""
    first, last, _ = _span(request)
    employer = whole_number(request.GET.get("employer", ""))
    last = min(last, london_day(timezone.now()))
    told = hours_between(request.actor, service_here(request).pk, first, last)
    chosen = [one for one in told if employer is None or one.employer.pk == employer]
    return csv_file(f"hours-{first}-to-{last}", presenters.HEADS, presenters.hours_table(chosen))


def _span(request: HttpRequest) -> tuple[date, date, bool]:
    """The first and the last day asked for, and whether they are a month; this week where nothing that can be is."""
    is_month = request.GET.get("span") == "month"
    try:
        day = date.fromisoformat(request.GET.get("from", "").strip())
        if not 2000 <= day.year <= 2100:
            raise ValueError
    except ValueError:
        day = london_day(timezone.now())
    if is_month:
        return *month_of(day), True
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=6), False
