"""Recording the numbers from outside that measures compare by: how it was before, or what one of something costs."""

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
from homeward.outcomes.models import Baseline
from homeward.outcomes.selectors import StandingBaseline, baselines_of
from homeward.outcomes.services import BASELINES, record_baseline, take_back_baseline
from homeward.web.gate import page
from homeward.web.persons import short_day
from homeward.web.plans.forms import Asked
from homeward.web.results.presenters import days_text
from homeward.web.results.reading import by_asked
from homeward.web.service_choice import service_here

# Facts that hold such a number
BY_BASELINE = {"baselines", "spending"}


@dataclass(frozen=True, slots=True)
class Words:
    """How the pages speak of the recorded number of one measure."""

    heading: str
    record: str
    intro: str
    of_what: str
    value: str
    value_hint: str
    value_missing: str
    a_time: str
    period_hint: str
    since: str
    since_hint: str
    since_missing: str
    source_hint: str
    changed: str
    nobody: str
    nothing: str


_BEFORE = {
    "heading": "How it was before",
    "record": "Record how it was before",
    "intro": "The record cannot know it. What you write stands beside the measure with its source and your name, and"
    " takes the place of what was recorded of the same care before.",
    "of_what": "Of which care",
    "since": "Day it changed",
    "since_hint": "What came from this day on is compared.",
    "since_missing": "Enter the day it changed",
    "source_hint": "For example, year-end accounts 2024/25, page 4. Name nobody.",
    "changed": "Changed",
    "nobody": "Nobody has recorded it, so that there is nothing to compare with.",
}
WORDS = {
    "M23": Words(
        heading="What one costs",
        record="Record what one costs",
        intro="The record cannot know it. What you write is used in the measure with its source and your name, and"
        " takes the place of what was recorded of the same before.",
        of_what="What it is the price of",
        value="Pounds for one",
        value_hint="On average. For example, 275 or 275.50.",
        value_missing="Enter the pounds for one",
        a_time="for one",
        period_hint="The year that the price is of.",
        since="Count from",
        since_hint="What was counted after a plan, and written down from this day on, is valued at this price.",
        since_missing="Enter the day to count from",
        source_hint="For example, the national cost collection 2024/25. Name nobody.",
        changed="Counts from",
        nobody="Nobody has recorded it, so that nothing can be added up.",
        nothing="Nothing counted after a plan since then is on record.",
    ),
    "M24": Words(
        **_BEFORE,
        value="Pounds a year",
        value_hint="What it cost a year on average.",
        value_missing="Enter the pounds a year",
        a_time="a year",
        period_hint="A whole year, or several.",
        nothing="No invoices of it since then are on record, so there is nothing to set beside it.",
    ),
    "M25": Words(
        **_BEFORE,
        value="Minutes of an appointment",
        value_hint="On average. For example, 45 or 42.5.",
        value_missing="Enter the minutes",
        a_time="an appointment",
        period_hint="",
        nothing="No appointments of it since then are on record, so there is nothing to set beside it.",
    ),
}


@dataclass(frozen=True, slots=True)
class BaselineLine:
    """One baseline in words; `nothing` says that there is nothing since to set beside it, else ""."""

    pk: int
    of_what: str
    value: str
    period: str
    since: str
    source: str
    by: str
    nothing: str


@page(Permission.WRITE_EVIDENCE)
def record(request: HttpRequest, key: str) -> HttpResponse:
    """Record a baseline of a measure, in place of the one of the same care, or take one back."""
    if key not in MEASURES or not compares_by_baseline(MEASURES[key]):
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
        "words": WORDS[measure.code], "lines": present_baselines(standing),
        "kinds": [("", list(BASELINES[measure.code].of_what().items()))],
    }  # fmt: skip
    return render(request, "results/baseline.jinja", told, status=422 if asked.errors else 200)


def compares_by_baseline(measure: Measure) -> bool:
    """Whether a measure needs a number that somebody records."""
    return not BY_BASELINE.isdisjoint(measure.reads)


def present_baselines(standing: list[StandingBaseline]) -> tuple[BaselineLine, ...]:
    """Baselines of one measure in words."""
    titles = BASELINES[standing[0].baseline.measure_key].of_what() if standing else {}
    return tuple(
        BaselineLine(
            pk=one.baseline.pk,
            of_what=titles.get(one.baseline.of_what, one.baseline.of_what),
            value=_value_text(one.baseline),
            period=days_text(one.baseline.first, one.baseline.last),
            since=short_day(one.baseline.since),
            source=one.baseline.source,
            by=f"{one.baseline.recorded_by}, {short_day(london_day(one.baseline.recorded_at))}",
            nothing="" if one.has_since else WORDS[one.baseline.measure_key].nothing,
        )
        for one in standing
    )


def _value_text(row: Baseline) -> str:
    a_time = WORDS[row.measure_key].a_time
    if Unit(row.unit) is Unit.PENCE:
        pounds = row.value / 100
        return f"£{pounds:,.2f} {a_time}".replace(".00 ", " ")
    return f"{row.value.normalize():f} minutes {a_time}"


def _keep(request: HttpRequest, asked: Asked, measure: Measure) -> str:
    # asked in the order of the form, which is that of the list of what is wrong
    words, unit = WORDS[measure.code], BASELINES[measure.code].unit
    if not asked.typed("of_what"):
        asked.errors["of_what"] = ["Choose what it is of"]
    value = _number(asked, words.value_missing)
    first = asked.day("first", missing="Enter the first day the number is of")
    last = asked.day("last", missing="Enter the last day the number is of")
    if first and last and last < first:
        asked.errors["last"] = ["Enter a day that is not before the first"]
    since = asked.day("since", missing=words.since_missing)
    if last and since and since <= last and "last" not in asked.errors:
        asked.errors["since"] = ["Enter a day after the last one the number is of"]
    if not asked.typed("source"):
        asked.errors["source"] = ["Write where the number is from"]
    if value is None or first is None or last is None or since is None or asked.errors:
        return ""
    try:
        record_baseline(
            actor=request.actor, service_id=service_here(request).pk, measure_code=measure.code,
            of_what=asked.typed("of_what"), value=value * 100 if unit is Unit.PENCE else value, first=first, last=last,
            since=since, source=asked.typed("source"), now=timezone.now(),
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
