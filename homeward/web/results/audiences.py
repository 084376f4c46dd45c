"""Results for one audience: few numbers, what changed, what others have, and what to look at first."""

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from homeward.access.rules import Actor, Permission, Role
from homeward.kernel.rules import RefusedError
from homeward.outcomes.measures.audiences import Audience, audiences
from homeward.outcomes.measures.definition import Computed
from homeward.outcomes.variation.xmr import Assurance, Variation, Xmr
from homeward.web.gate import page
from homeward.web.results.chart import Spark, draw_spark
from homeward.web.results.presenters import Headline, chart_of, look_at, newest_words, present_headline
from homeward.web.results.reading import computed_for
from homeward.web.service_choice import service_here, services_here

# Whose numbers somebody sees first. Who plans and gives care is on the team.
FIRST_AUDIENCE = {
    Role.PERFORMANCE_LEAD: "service",
    Role.SERVICE_DESIGNER: "service",
    Role.COMMISSIONER: "commissioner",
}
# Why a measure is looked at, the gravest first
WORSE, FAILS, DIFFERENT, MAY_MISS, BETTER = range(5)
REASONS = {
    Variation.WORSE_HIGH: WORSE,
    Variation.WORSE_LOW: WORSE,
    Variation.HIGH: DIFFERENT,
    Variation.LOW: DIFFERENT,
    Variation.BETTER_HIGH: BETTER,
    Variation.BETTER_LOW: BETTER,
}


@dataclass(frozen=True, slots=True)
class Card:
    """One measure: `so_far` is its newest period, which may still change."""

    headline: Headline
    so_far: str
    spark: Spark | None


@dataclass(frozen=True, slots=True)
class LookAt:
    """One thing to look at, in a sentence, and the mark it goes with."""

    key: str
    title: str
    kind: str
    says: str


@dataclass(frozen=True, slots=True)
class AudiencePage:
    """What one audience is shown; `quiet` says so where there is nothing to look at."""

    look: tuple[LookAt, ...]
    quiet: str
    cards: tuple[Card, ...]
    without: tuple[Headline, ...]


@page(Permission.SEE_RESULTS)
def home(request: HttpRequest) -> HttpResponse:
    """The few numbers of the reader's own audience."""
    return _show(request, _first_of(request.actor))


@page(Permission.SEE_RESULTS)
def audience(request: HttpRequest, code: str) -> HttpResponse:
    """The few numbers of one audience."""
    one = next((one for one in audiences() if one.code == code), None)
    if one is None:
        raise Http404
    return _show(request, one)


def _first_of(actor: Actor) -> Audience:
    code = FIRST_AUDIENCE.get(actor.role, "team")
    return next(one for one in audiences() if one.code == code)


def _show(request: HttpRequest, one: Audience) -> HttpResponse:
    told: dict = {
        "service": service_here(request), "services": services_here(request), "audience": one,
        "audiences": audiences(),
    }  # fmt: skip
    try:
        told["shown"] = present_audience(computed_for(request, one.measures, one.by))
    except RefusedError as error:
        told["not_ready"] = str(error)
    return render(request, "results/audience.jinja", told)


def present_audience(found: list[Computed]) -> AudiencePage:
    """Each measure on a card, and of those with something to look at what and why, the gravest first."""
    charts = [(one, chart_of(one)) for one in found]
    cards = [(present_headline(one, chart), one, chart) for one, chart in charts]
    # those that are as grave stay in the order of the audience
    look = sorted((said for head, one, chart in cards for said in _look(head, one, chart)), key=lambda row: row[0])
    told = [head for head, _, _ in cards if head.period]
    few = sum(chart.variation is Variation.TOO_FEW for head, _, chart in cards if head.period)
    return AudiencePage(
        look=tuple(said for _, said in look),
        quiet="" if look else _quiet(len(told), few),
        cards=tuple(
            Card(head, newest_words(one), draw_spark(chart) if chart.points else None)
            for head, one, chart in cards
            if head.period
        ),
        without=tuple(head for head, _, _ in cards if not head.period),
    )


def _look(head: Headline, one: Computed, chart: Xmr) -> list[tuple[int, LookAt]]:
    if not head.period:
        return []
    found = []
    rank = REASONS.get(chart.variation)
    if rank is not None:
        # what is drawn as more than chance has a cause, and the newest run of one is why
        says = f"{head.variation}. {look_at(one, chart)[-1]}"
        found.append((rank, LookAt(head.key, head.title, head.kind, says)))
    if chart.assurance in (Assurance.FAILS, Assurance.MAY_BE_MISSED):
        fails = chart.assurance is Assurance.FAILS
        kind = "worse" if fails else "chance"
        found.append((FAILS if fails else MAY_MISS, LookAt(head.key, head.title, kind, f"{head.assurance}.")))
    return found


def _quiet(told: int, few: int) -> str:
    if not told:
        return "Nothing has settled yet."
    if few == told:
        return "There are too few periods to say what is more than chance."
    if few:
        return f"Nothing is more than chance. Of {few} of these {told} there are too few periods to say."
    return "Nothing here is more than chance, and no target is in doubt."
