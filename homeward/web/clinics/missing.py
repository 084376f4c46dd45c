"""People who did not come to a session: what happens for each, and who decided."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from homeward.access.rules import Permission
from homeward.kernel.rules import RefusedError
from homeward.visits.selectors.clinics import missed_and_seen_to, who_did_not_come
from homeward.visits.services import see_to_missed
from homeward.visits.states import MissedStep
from homeward.web.clinics.presenters import kept_back_words, present_missed, present_seen_to
from homeward.web.clinics.running import say_what_came_back
from homeward.web.clinics.views import place_or_404
from homeward.web.gate import page
from homeward.web.plans.forms import Asked
from homeward.web.service_choice import service_here, services_here


@page(Permission.SEE_WHOLE_DAY)
def missed(request: HttpRequest) -> HttpResponse:
    """Everybody who did not come and for whom nothing is decided, and what was decided lately."""
    return _show(request)


@page(Permission.SEE_WHOLE_DAY)
def see_to(request: HttpRequest, place_id: int) -> HttpResponse:
    """Decide what happens for somebody who did not come."""
    now = timezone.now()
    if request.method != "POST":
        return redirect("clinics:missed")
    place = place_or_404(request, place_id, now)
    asked = Asked(request.POST)
    step = asked.typed("step")
    if step not in MissedStep.values:
        asked.errors["step"] = ["Choose what happens now"]
        return _show(request, place_id, asked)
    try:
        changed = see_to_missed(
            actor=request.actor, place=place, step=MissedStep(step), said=asked.typed("said"), now=now
        )
    except RefusedError as error:
        asked.errors["said"] = [str(error)]
        return _show(request, place_id, asked)
    words = f"{MissedStep(step).label}. It is written down who decided"
    say_what_came_back(request, place.session.clinic.service_id, words, changed, changed, now)
    return redirect("clinics:missed")


class _Row(Asked):
    """The form of one person among several on the page: its fields are found by the number of their place."""

    def __init__(self, place_id: int, asked: Asked | None) -> None:
        super().__init__(asked.posted if asked else None)
        self.place_id = place_id
        self.errors = asked.errors if asked else {}

    def first_input(self, name: str) -> str:
        return f"{name}-{self.place_id}"


def _show(request: HttpRequest, place_id: int | None = None, asked: Asked | None = None) -> HttpResponse:
    now, service = timezone.now(), service_here(request)
    actor = request.actor
    waiting = who_did_not_come(actor, service.pk, now)
    seen_to = missed_and_seen_to(actor, service.pk, now)
    may_write = actor.may(Permission.WRITE_PLANS)
    told = {
        "service": service,
        "services": services_here(request),
        "missed": [
            (present_missed(one, may_end=may_write), _Row(one.place.pk, asked if one.place.pk == place_id else None))
            for one in waiting.rows
        ],
        "failed": _Row(place_id, asked) if place_id and asked else None,
        "kept_back": kept_back_words(waiting.kept_back),
        "seen_to": [present_seen_to(one) for one in seen_to.rows],
        "may_decide": may_write or actor.may(Permission.PLAN_DAY),
    }
    return render(request, "clinics/missed.jinja", told, status=422 if asked else 200)
