"""Recording how it was before something changed, for the measures that compare with it."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from homeward.access.rules import Permission
from homeward.kernel.rules import RefusedError, london_day
from homeward.outcomes.measures.definition import Measure, Unit
from homeward.outcomes.measures.library import MEASURES
from homeward.outcomes.selectors import StandingBaseline, baselines_of
from homeward.outcomes.services import BASELINES, record_baseline, take_back_baseline
from homeward.procedures.selectors import newest_pathways
from homeward.web.gate import page
from homeward.web.persons import short_day
from homeward.web.plans.forms import Asked
from homeward.web.results.presenters import days_text
from homeward.web.results.reading import by_asked
from homeward.web.service_choice import service_here

NOTHING_SINCE = {
    Unit.PENCE: "No invoices of it since then are on record, so there is nothing to set beside it.",
    Unit.MINUTES: "No appointments of it since then are on record, so there is nothing to set beside it.",
}


@dataclass(frozen=True, slots=True)
class BaselineLine:
    """One baseline in words; `nothing` says that there is nothing since to set beside it, else ""."""

    pk: int
    care: str
    value: str
    period: str
    since: str
    source: str
    by: str
    nothing: str


@page(Permission.WRITE_EVIDENCE)
def record(request: HttpRequest, key: str) -> HttpResponse:
    """Record a baseline of a measure, in place of the one of the same care, or take one back."""
    if key not in MEASURES or MEASURES[key].code not in BASELINES:
        raise Http404
    measure, service = MEASURES[key], service_here(request)
    asked = Asked(request.POST if request.method == "POST" else None)
    standing = baselines_of(request.actor, service.pk, measure.code)
    here = f"{reverse('results:measure', args=[key])}?by={by_asked(request).value}"
    if request.method == "POST":
        said = _take_back(request, asked, standing) if asked.typed("take_back") else _keep(request, asked, measure)
        if not asked.errors:
            messages.success(request, said)
            return redirect(here)
    told = {
        "service": service, "key": key, "title": measure.title, "asked": asked, "by": by_asked(request),
        "is_money": measure.unit is Unit.PENCE, "lines": present_baselines(standing),
        "pathways": [("", [(one.code, one.title) for one in newest_pathways()])],
    }  # fmt: skip
    return render(request, "results/baseline.jinja", told, status=422 if asked.errors else 200)


def present_baselines(standing: list[StandingBaseline]) -> tuple[BaselineLine, ...]:
    """Baselines in words."""
    titles = {one.code: one.title for one in newest_pathways()} if standing else {}
    return tuple(
        BaselineLine(
            pk=one.baseline.pk,
            care=titles.get(one.baseline.pathway_code, one.baseline.pathway_code),
            value=_value_text(one.baseline.value, Unit(one.baseline.unit)),
            period=days_text(one.baseline.first, one.baseline.last),
            since=short_day(one.baseline.since),
            source=one.baseline.source,
            by=f"{one.baseline.recorded_by}, {short_day(london_day(one.baseline.recorded_at))}",
            nothing="" if one.has_since else NOTHING_SINCE[Unit(one.baseline.unit)],
        )
        for one in standing
    )


def _value_text(value: Decimal, unit: Unit) -> str:
    if unit is Unit.PENCE:
        return f"£{value / 100:,.0f} a year"
    return f"{value.normalize():f} minutes an appointment"


def _keep(request: HttpRequest, asked: Asked, measure: Measure) -> str:
    # asked in the order of the form, which is that of the list of what is wrong
    if not asked.typed("care"):
        asked.errors["care"] = ["Choose the care it is of"]
    value = _number(asked, "Enter the pounds a year" if measure.unit is Unit.PENCE else "Enter the minutes")
    first = asked.day("first", missing="Enter the first day the number is of")
    last = asked.day("last", missing="Enter the last day the number is of")
    if first and last and last < first:
        asked.errors["last"] = ["Enter a day that is not before the first"]
    since = asked.day("since", missing="Enter the day it changed")
    if last and since and since <= last and "last" not in asked.errors:
        asked.errors["since"] = ["Enter a day after the last one the number is of"]
    if not asked.typed("source"):
        asked.errors["source"] = ["Write where the number is from"]
    if value is None or first is None or last is None or since is None or asked.errors:
        return ""
    try:
        record_baseline(
            actor=request.actor, service_id=service_here(request).pk, measure_code=measure.code,
            pathway_code=asked.typed("care"), value=value * 100 if measure.unit is Unit.PENCE else value, first=first,
            last=last, since=since, source=asked.typed("source"), now=timezone.now(),
        )  # fmt: skip
    except RefusedError as error:
        asked.errors["value"] = [str(error)]
    return "It is recorded. The measure has it within a minute"


def _take_back(request: HttpRequest, asked: Asked, standing: list[StandingBaseline]) -> str:
    found = next((one.baseline for one in standing if str(one.baseline.pk) == asked.typed("take_back")), None)
    if found is None:
        raise Http404
    try:
        take_back_baseline(actor=request.actor, baseline=found, now=timezone.now())
    except RefusedError as error:
        asked.errors["value"] = [str(error)]
    return "It is taken back. What it said stays in the record"


def _number(asked: Asked, missing: str) -> Decimal | None:
    text = asked.typed("value").replace(",", "").removeprefix("£").strip()
    try:
        value = Decimal(text)
    except InvalidOperation:
        asked.errors["value"] = [missing]
        return None
    if not value.is_finite() or value.as_tuple().exponent < -2:  # type: ignore[operator]
        asked.errors["value"] = [f"{missing}, with no more than two figures after the point"]
        return None
    return value
