"""What people, carers and staff answered."""

from datetime import date

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from homeward.access.rules import Permission
from homeward.kernel.rules import london_day, months_later
from homeward.surveys.selectors import survey_results
from homeward.surveys.states import Audience
from homeward.web.gate import page
from homeward.web.service_choice import service_here, services_here

MONTHS = ((3, "Last 3 months"), (12, "Last 12 months"), (24, "Last 24 months"))


@page(Permission.SEE_RESULTS)
def results(request: HttpRequest) -> HttpResponse:
    """Every question with how many gave each answer, and how many of those asked answered."""
    service = service_here(request)
    audience = next((one for one in Audience if one.value == request.GET.get("who")), Audience.PERSON)
    months = next((number for number, _ in MONTHS if str(number) == request.GET.get("months")), MONTHS[1][0])
    last = london_day(timezone.now())
    first: date = months_later(last.replace(day=1), 1 - months)
    part = request.GET.get("part", "")
    found = survey_results(request.actor, service.pk, audience, first, last, settings.SMALLEST_NUMBER, part)
    told = {
        "service": service,
        "services": services_here(request),
        "found": found,
        "audience": audience,
        "audiences": [(one.value, one.label) for one in Audience],
        "months": months,
        "spans": MONTHS,
        "part": part if part in dict(found.parts) else "",
        "smallest": settings.SMALLEST_NUMBER,
        "share": round(100 * found.answered / found.asked) if found.asked else None,
        "may_read_words": request.actor.may(Permission.FOLLOW_UP) or audience == Audience.STAFF,
    }
    return render(request, "surveys/results.jinja", told)
