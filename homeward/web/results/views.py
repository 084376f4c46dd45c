"""Results: every measure in a line, one measure, and its numbers as a file."""

from datetime import date

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from homeward.access.rules import Permission
from homeward.kernel.rules import RefusedError
from homeward.outcomes.measures.audiences import audiences
from homeward.outcomes.measures.definition import By, Computed
from homeward.outcomes.measures.library import MEASURES
from homeward.outcomes.selectors import baselines_of, national_figures, notes_on
from homeward.outcomes.states import NoteKind
from homeward.outcomes.variation.small_numbers import SmallNumbers
from homeward.teams.selectors import service_for
from homeward.web.gate import page
from homeward.web.hours.tables import csv_file
from homeward.web.persons import short_day
from homeward.web.results.baselines import WORDS, compares_by_baseline, present_baselines
from homeward.web.results.file import HEADS, measure_as_file
from homeward.web.results.groups import by_group
from homeward.web.results.national import beside, chosen_of, series_beside
from homeward.web.results.noting import first_whole
from homeward.web.results.presenters import present_measure, present_national, present_overview, since_it_began
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
        control, says = _control(request, found) if since else (None, "")
        notes, changes = (_noted(request, found, kind) for kind in (NoteKind.NOTE, NoteKind.CHANGE))
        series = series_beside(request, found.measure, found.by)
        chosen = chosen_of(series, request.GET.get("national", ""))
        earlier, besides = beside(chosen, since_it_began(found.points), found.by)
        told |= {
            "shown": present_measure(
                found, since, control=control, control_says=says, notes=notes, besides=besides, earlier=earlier
            ),
            "series": series,
            "chosen": chosen,
            "since": since.isoformat() if since else "",
            "control": request.GET.get("control", "") if control else "",
            "controls": _controls(request, found),
            "changes": _changes(changes, found),
            "national": present_national(national_figures(request.actor, key, settings.NATIONAL_PLACES)),
            "groups": by_group(request, found.measure),
            "baseline_words": WORDS[found.measure.code] if compares_by_baseline(found.measure) else None,
            "baselines": present_baselines(baselines_of(request.actor, service_here(request).pk, found.measure.code)),
            "may_record": request.actor.may(Permission.WRITE_EVIDENCE),
            "may_list": request.actor.may(Permission.SEE_PEOPLE),
        }
    return render(request, "results/measure.jinja", told)


@page(Permission.SEE_RESULTS)
def measure_file(request: HttpRequest, key: str) -> HttpResponse:
    """The months of a measure as a CSV for others, small numbers hidden."""
    if key not in MEASURES:
        raise Http404
    rule = SmallNumbers(below=settings.SMALLEST_NUMBER, rounded_to=settings.RESULTS_ROUNDED_TO)
    try:
        (found,) = computed_for(request, [key], By.MONTH, is_leaving=True)
    except RefusedError:
        return redirect("results:measure", key)  # which says why
    return csv_file(f"{key.lower()}-by-month", HEADS, measure_as_file(found, rule))


def _noted(request: HttpRequest, found: Computed, kind: NoteKind) -> list:
    first, last = found.points[0].first, found.points[-1].last
    return notes_on(request.actor, service_here(request).pk, found.measure.key, first, last, kind)


def _changes(changes: list, found: Computed) -> list[tuple[str, str, int]]:
    """Changes that were recorded, by the first whole period after each, newest first; only where that is there."""
    starts = {point.first for point in found.points[1:]}
    rows = [(first_whole(found.by, one.first), one) for one in reversed(changes)]
    return [
        (since.isoformat(), f"{one.text}, {short_day(one.first)}", one.pk) for since, one in rows if since in starts
    ]


def _controls(request: HttpRequest, found: Computed) -> list[tuple[str, list[tuple[str, str]]]]:
    """What may be a control: the same measure of another service, another of this one in the same unit."""
    here, measure = service_here(request), found.measure
    others = [(f"{one.code}:{measure.key}", one.name) for one in services_here(request) if one.pk != here.pk]
    alike = [
        (f"{here.code}:{one.key}", one.title)
        for one in MEASURES.values()
        if one.unit is measure.unit and one.key != measure.key
    ]
    groups = [("The same measure of another service", others), ("Another measure of this service", alike)]
    return [(title, options) for title, options in groups if options]


def _control(request: HttpRequest, found: Computed) -> tuple[Computed | None, str]:
    """The series that before and after are compared with, and what it is called; none where none was named."""
    asked = request.GET.get("control", "")
    says = next((words for _, options in _controls(request, found) for value, words in options if value == asked), "")
    if not says:
        return None, ""
    code, _, key = asked.partition(":")
    (control,) = computed_for(request, [key], found.by, service_id=service_for(request.actor, code).pk)
    return control, says


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
