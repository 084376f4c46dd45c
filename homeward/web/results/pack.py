"""A pack of results for an audience, to print or as a PDF: what may leave the service, small numbers hidden."""

from dataclasses import asdict, dataclass, replace

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_POST

from homeward.access.rules import Permission
from homeward.kernel.rules import RefusedError, london_day
from homeward.notices.selectors import reaches_of
from homeward.notices.states import Channel
from homeward.outcomes.measures.audiences import Audience, audiences
from homeward.outcomes.measures.definition import Computed, Point
from homeward.outcomes.selectors import notes_on, pack_subscription_of
from homeward.outcomes.services import subscribe, unsubscribe
from homeward.outcomes.states import HowOften
from homeward.outcomes.variation.small_numbers import SmallNumbers
from homeward.teams.selectors import service_for
from homeward.web.gate import page
from homeward.web.papers import paper_of
from homeward.web.persons import short_day
from homeward.web.results.file import HIDDEN, measure_as_file
from homeward.web.results.presenters import MeasurePage, present_measure
from homeward.web.results.reading import computed_for
from homeward.web.service_choice import CHOSEN, service_here


@dataclass(frozen=True, slots=True)
class Part:
    """One measure of the pack; `drawing` is its chart as an SVG that stands alone, "" where there is nothing."""

    page: MeasurePage
    version: int
    drawing: str


@page(Permission.SEE_RESULTS)
def pack(request: HttpRequest, code: str) -> HttpResponse:
    """The pack as a page that prints well; the link that is sent names the service."""
    if named := request.GET.get("service"):
        request.session[CHOSEN] = service_for(request.actor, named).code
    return _page(request, _told(request, code))


@page(Permission.SEE_RESULTS)
@require_POST
def send(request: HttpRequest, code: str) -> HttpResponse:
    """Send the reader this pack from now on, or no more."""
    service, now = service_here(request), timezone.now()
    try:
        if request.POST.get("act") == "stop":
            unsubscribe(actor=request.actor, service_id=service.pk, audience=code, now=now)
            said = "You are sent this pack no more"
        else:
            how_often = request.POST.get("how_often", "")
            subscribe(actor=request.actor, service_id=service.pk, audience=code, how_often=how_often, now=now)
            said = f"You are sent this pack: {HowOften(how_often).label.lower()}"
    except RefusedError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, said)
    if code not in {one.code for one in audiences()}:
        raise Http404
    return redirect("results:pack", code)


@page(Permission.SEE_RESULTS)
def pack_pdf(request: HttpRequest, code: str) -> HttpResponse:
    """The pack as a tagged PDF."""
    told = _told(request, code)
    if told["not_ready"]:
        return _page(request, told)
    parts = [asdict(replace(one.page, charts=())) | {"drawing": one.drawing, "version": one.version}
             for one in told["parts"]]  # fmt: skip
    words = {"title": told["title"], "made": told["made"], "says": told["audience"].says, "rule": told["rule"]}
    made = paper_of("results/pack.typ", words | {"parts": parts})
    return HttpResponse(
        made,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{code}-{told["day"]}.pdf"', "Cache-Control": "no-store"},
    )


def _page(request: HttpRequest, told: dict) -> HttpResponse:
    code, reaches = told["audience"].code, reaches_of(request.actor)
    return render(request, "results/pack.jinja", told | {
        "subscription": pack_subscription_of(request.actor, told["service"].pk, code), "how_often": HowOften.choices,
        "email": next((one.address for one in reaches if one.channel == Channel.EMAIL and one.is_on), ""),
    })  # fmt: skip


def _told(request: HttpRequest, code: str) -> dict:
    audience: Audience | None = next((one for one in audiences() if one.code == code), None)
    if audience is None:
        raise Http404
    service, day = service_here(request), london_day(timezone.now())
    rule = SmallNumbers(below=settings.SMALLEST_NUMBER, rounded_to=settings.RESULTS_ROUNDED_TO)
    told: dict = {
        "service": service, "audience": audience, "title": f"{audience.title}: {service.name}",
        "made": f"Made on {short_day(day)}", "day": day.isoformat(), "rule": rule_words(rule), "not_ready": "",
        "parts": (),
    }  # fmt: skip
    try:
        found = computed_for(request, audience.measures, audience.by)
    except RefusedError as error:
        return told | {"not_ready": str(error)}
    return told | {"parts": [_part(request, one, rule) for one in found]}


def rule_words(rule: SmallNumbers) -> str:
    """What is done to numbers of people, so that whoever reads the pack knows."""
    rounded = f", all others are rounded to the nearest {rule.rounded_to}" if rule.rounded_to > 1 else ""
    return (
        f"Numbers from 1 to {rule.below - 1} are hidden and shown as {HIDDEN}{rounded}. "
        "Every value, interval and chart is made of the numbers as they are shown."
    )


def _part(request: HttpRequest, found: Computed, rule: SmallNumbers) -> Part:
    first, last = found.points[0].first, found.points[-1].last
    notes = notes_on(request.actor, service_here(request).pk, found.measure.key, first, last)
    shown = present_shown(found, rule, notes)
    chart = shown.charts[0] if shown.charts else None
    drawing = render_to_string("results/drawing.jinja", {"c": chart}) if chart else ""
    return Part(shown, found.measure.version, drawing.strip())


def present_shown(found: Computed, rule: SmallNumbers, notes=()) -> MeasurePage:
    """A measure of the numbers as they may leave the service, and of nothing else."""
    points, hidden = [], {}
    for point, line in zip(found.points, measure_as_file(found, rule), strict=True):
        numerator, denominator, value = line[6:9]
        hidden[point.first.isoformat()] = {
            name: HIDDEN
            for name, one in (("numerator", numerator), ("denominator", denominator), ("value", value))
            if one == HIDDEN
        }
        points.append(_shown_point(point, numerator, denominator, value))
    shown = present_measure(replace(found, points=tuple(points), excluded={}), notes=notes)
    rows = tuple(replace(row, **hidden[row.first], interval="–" if hidden[row.first] else row.interval)
                 for row in shown.rows)  # fmt: skip
    return replace(shown, rows=rows)


def _shown_point(point: Point, numerator: object, denominator: object, value: object) -> Point:
    def number(told: object) -> float:
        return 0.0 if told in (HIDDEN, "") else float(str(told))

    is_hidden = HIDDEN in (numerator, denominator, value)
    bottom = None if point.denominator is None else number(denominator)
    top = number(numerator)
    made = top if bottom is None else top / bottom if bottom else None
    return replace(point, numerator=top, denominator=bottom, value=None if is_hidden else made)
