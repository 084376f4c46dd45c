"""A pack of results for an audience, to print or as a PDF: what may leave the service, small numbers hidden."""

from collections.abc import Sequence
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
from homeward.outcomes.measures.definition import By, Computed
from homeward.outcomes.measures.equity import EQUITY
from homeward.outcomes.measures.library import MEASURES
from homeward.outcomes.selectors import notes_on, pack_subscription_of
from homeward.outcomes.services import subscribe, unsubscribe
from homeward.outcomes.states import HowOften
from homeward.outcomes.variation.small_numbers import SmallNumbers
from homeward.teams.selectors import service_for
from homeward.web.gate import page
from homeward.web.papers import paper_of
from homeward.web.persons import short_day
from homeward.web.results.file import HIDDEN, measure_as_file, shown_point
from homeward.web.results.groups import TITLES, ByGroup, shown_groups
from homeward.web.results.national import NationalSeries, beside, likest, series_beside
from homeward.web.results.presenters import KINDS, MeasurePage, present_measure, since_it_began
from homeward.web.results.reading import computed_for
from homeward.web.service_choice import CHOSEN, service_here

# How often a pack is offered to be sent: as often as its numbers are made anew, at most weekly
AS_OFTEN = {By.DAY: HowOften.WEEKLY, By.MONTH: HowOften.MONTHLY, By.QUARTER: HowOften.QUARTERLY}
LINES = {"mean": "Mean", "limit": "Limits of chance", "target": "Target"}


@dataclass(frozen=True, slots=True)
class Part:
    """One measure of the pack; `drawing` is its chart as an SVG that stands alone, "" where there is nothing.

    `groups` and `national` are there where they were asked for and the measure has them.
    """

    page: MeasurePage
    version: int
    drawing: str
    groups: ByGroup | None = None
    national: NationalSeries | None = None


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
    parts = [_for_paper(one) for one in told["parts"]]
    entries = told["entries"]
    drawn = render_to_string("results/key.jinja", {"entries": entries}).strip() if entries else ""
    words = {"title": told["title"], "made": told["made"], "says": told["audience"].says, "rule": told["rule"],
             "key": drawn, "key_says": "; ".join(words for _, _, words in entries)}  # fmt: skip
    made = paper_of("results/pack.typ", words | {"parts": parts})
    return HttpResponse(
        made,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{code}-{told["day"]}.pdf"', "Cache-Control": "no-store"},
    )


def _for_paper(part: Part) -> dict:
    told = asdict(replace(part, page=replace(part.page, charts=())))
    told |= told.pop("page") | {"columns": part.page.columns}
    for name, one in (("national", part.national), ("groups", part.groups)):
        if one:
            told[name]["columns"] = one.columns
    if part.national:
        del told["national"]["values"]  # by day, which JSON has no key for; the rows say the same
    return told


def _page(request: HttpRequest, told: dict) -> HttpResponse:
    code, reaches = told["audience"].code, reaches_of(request.actor)
    subscription = pack_subscription_of(request.actor, told["service"].pk, code)
    usual = AS_OFTEN.get(told["audience"].by, HowOften.QUARTERLY)
    return render(request, "results/pack.jinja", told | {
        "subscription": subscription, "how_often": HowOften.choices,
        "chosen_often": subscription.how_often if subscription else usual,
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
        "parts": (), "entries": (), "splits": tuple(TITLES.items()), "group": "",
        "national": bool(request.GET.get("national")),
    }  # fmt: skip
    if (group := request.GET.get("group", "")) in EQUITY:
        told["group"] = group
    try:
        found = computed_for(request, audience.measures, audience.by, is_leaving=True)
        groups = _groups(request, audience, told["group"], rule)
    except RefusedError as error:
        return told | {"not_ready": str(error)}
    parts = [_part(request, one, rule, groups.get(one.measure.key), told["national"]) for one in found]
    entries = _key(parts)
    return told | {"parts": parts, "entries": entries}


def _groups(request: HttpRequest, audience: Audience, split: str, rule: SmallNumbers) -> dict[str, ByGroup]:
    """The groups of each measure of people, as they may leave the service; none where no split was chosen."""
    of_people = [key for key in audience.measures if key in MEASURES and MEASURES[key].is_of_people]
    if not split or not of_people:
        return {}
    found = computed_for(request, of_people, By.MONTH, split, is_leaving=True)
    return {one.measure.key: shown_groups(one, split, rule) for one in found}


def _key(parts: Sequence[Part]) -> list[tuple[str, str, str]]:
    """What the charts of the pack are drawn with: how it is drawn, the kind, and its words."""
    charts = [part.page.charts[0] for part in parts if part.page.charts]
    marks = {mark.kind for chart in charts for mark in chart.marks}
    lines = {line.kind for chart in charts for line in chart.lines}
    found = [("mark", kind, words) for kind, words in KINDS.items() if kind in marks]
    found += [("line", kind, words) for kind, words in LINES.items() if kind in lines]
    if any(chart.besides for chart in charts):
        found.append(("national", "national", "Published of another place"))
    if any(chart.flags for chart in charts):
        found.append(("flag", "flag", "A note, by its number below the table"))
    return found


def rule_words(rule: SmallNumbers) -> str:
    """What is done to numbers of people, so that whoever reads the pack knows."""
    rounded = f", all others are rounded to the nearest {rule.rounded_to}" if rule.rounded_to > 1 else ""
    return (
        f"Numbers from 1 to {rule.below - 1}, and those of fewer than {rule.below} people, are hidden and shown as "
        f"{HIDDEN}{rounded}. "
        "Every value, interval and chart is made of the numbers as they are shown."
    )


def _part(
    request: HttpRequest, found: Computed, rule: SmallNumbers, groups: ByGroup | None, with_national: bool
) -> Part:
    first, last = found.points[0].first, found.points[-1].last
    notes = notes_on(request.actor, service_here(request).pk, found.measure.key, first, last)
    national = likest(series_beside(request, found.measure, found.by)) if with_national else None
    shown = present_shown(found, rule, notes, national)
    chart = shown.charts[0] if shown.charts else None
    drawing = render_to_string("results/drawing.jinja", {"c": chart}) if chart else ""
    return Part(shown, found.measure.version, drawing.strip(), groups, national)


def present_shown(found: Computed, rule: SmallNumbers, notes=(), national: NationalSeries | None = None) -> MeasurePage:
    """A measure of the numbers as they may leave the service, and of nothing else of ours."""
    points, hidden = [], {}
    for point, line in zip(found.points, measure_as_file(found, rule), strict=True):
        numerator, denominator, value = line[6:9]
        hidden[point.first.isoformat()] = {
            name: HIDDEN
            for name, one in (("numerator", numerator), ("denominator", denominator), ("value", value))
            if one == HIDDEN
        }
        points.append(shown_point(point, line))
    left = replace(found, points=tuple(points), excluded={})
    earlier, besides = beside(national, since_it_began(left.points), found.by)
    shown = present_measure(left, notes=notes, besides=besides, earlier=earlier)
    rows = tuple(replace(row, **hidden[row.first], interval="–" if hidden[row.first] else row.interval)
                 for row in shown.rows)  # fmt: skip
    return replace(shown, rows=rows)
