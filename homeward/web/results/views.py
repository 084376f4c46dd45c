"""Results: every measure in a line, one measure, and its numbers as a file."""

from datetime import date

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from homeward.access.rules import Permission
from homeward.kernel.rules import RefusedError
from homeward.outcomes.measures.audiences import audiences
from homeward.outcomes.measures.definition import By, Computed
from homeward.outcomes.measures.library import MEASURES, NOT_COMPUTED
from homeward.outcomes.variation.small_numbers import SmallNumbers
from homeward.web.gate import page
from homeward.web.hours.tables import csv_file
from homeward.web.results.file import HEADS, measure_as_file
from homeward.web.results.presenters import present_measure, present_overview
from homeward.web.results.reading import SPANS, by_asked, computed_for
from homeward.web.service_choice import service_here, services_here


@page(Permission.SEE_RESULTS)
def overview(request: HttpRequest) -> HttpResponse:
    """Every measure of the service: its newest settled number, the change, and whether it is more than chance."""
    told = _told(request)
    try:
        told["groups"] = present_overview(computed_for(request, None, told["by"]))
    except RefusedError as error:
        told["not_ready"] = str(error)
    told["not_computed"] = tuple(NOT_COMPUTED.items())
    return render(request, "results/overview.jinja", told)


@page(Permission.SEE_RESULTS)
def measure(request: HttpRequest, key: str) -> HttpResponse:
    """One measure; limits made anew, and before and after compared, from a period that the reader names."""
    if key not in MEASURES:
        raise Http404
    told = {**_told(request), "key": key, "title": MEASURES[key].title}
    try:
        (found,) = computed_for(request, [key], told["by"])
    except RefusedError as error:
        told["not_ready"] = str(error)
    else:
        since = _period(request.GET.get("since", ""), found)
        told |= {"shown": present_measure(found, since), "since": since.isoformat() if since else ""}
        told["may_list"] = request.actor.may(Permission.SEE_PEOPLE)
    return render(request, "results/measure.jinja", told)


@page(Permission.SEE_RESULTS)
def measure_file(request: HttpRequest, key: str) -> HttpResponse:
    """The months of a measure as a CSV for others, small numbers hidden."""
    if key not in MEASURES:
        raise Http404
    rule = SmallNumbers(below=settings.SMALLEST_NUMBER, rounded_to=settings.RESULTS_ROUNDED_TO)
    try:
        (found,) = computed_for(request, [key], By.MONTH)
    except RefusedError:
        return redirect("results:measure", key)  # which says why
    return csv_file(f"{key.lower()}-by-month", HEADS, measure_as_file(found, rule))


def _told(request: HttpRequest) -> dict:
    return {
        "service": service_here(request),
        "services": services_here(request),
        "by": by_asked(request),
        "spans": SPANS,
        "audiences": audiences(),
    }


def _period(text: str, found: Computed) -> date | None:
    return next((point.first for point in found.points[1:] if point.first.isoformat() == text), None)
