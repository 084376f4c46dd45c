"""Asking for care for somebody, and for a change of it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from homeward.access.rules import Permission, Sight
from homeward.commissioning.selectors import packages_of, visits_from_plan
from homeward.commissioning.services import NewVisit, ask_package, ask_variation
from homeward.commissioning.states import ServiceKind
from homeward.kernel.rules import RefusedError, london_day
from homeward.procedures.selectors import library
from homeward.web.commissioning.forms import VISITS_ASKED, AskedMoney, read_package, read_visits, usual_of_visits
from homeward.web.commissioning.presenters.words import PACKAGE_STATES, visit_words
from homeward.web.commissioning.views.desk import package_or_404
from homeward.web.gate import page
from homeward.web.people.opening import opened
from homeward.web.persons import short_day

USUAL_COUNCIL = "100"  # of who pays, until somebody says otherwise. Local decision


@page(Permission.ASK_PACKAGES)
def of_person(request: HttpRequest, person_id: int) -> HttpResponse:
    """The packages of somebody."""
    now = timezone.now()
    person = opened(request, person_id, now, Sight.VISIT)
    rows = [
        {
            "id": one.pk, "reference": one.reference, "kind": ServiceKind(one.kind).label,
            "state": PACKAGE_STATES[one.state], "from": short_day(one.started_on or one.starts_on),
            "provider": str(one.contract.provider) if one.contract else "",
            "visits": [visit_words(visit) for visit in one.visits.all()],
        }
        for one in packages_of(request.actor, person)
    ]  # fmt: skip
    told = {
        "service": person.service, "person_id": person.pk, "person": person.label, "packages": rows,
        "is_buyer": request.actor.may(Permission.COMMISSION),
    }  # fmt: skip
    return render(request, "commissioning/of_person.jinja", told)


@page(Permission.ASK_PACKAGES)
def ask(request: HttpRequest, person_id: int) -> HttpResponse:
    """Ask for a package, with the visits of the plan to begin with."""
    now = timezone.now()
    person = opened(request, person_id, now, Sight.VISIT)
    planned = visits_from_plan(request.actor, person, london_day(now))
    usual = usual_of_visits(planned) | {
        "kind": "home_care", "starts_on": london_day(now).isoformat(), "council_percent": USUAL_COUNCIL
    }  # fmt: skip
    asked = AskedMoney(request.POST if request.method == "POST" else None, usual)
    if request.method == "POST":
        new = read_package(asked, {one.pattern_id for one in planned if one.pattern_id})
        if new is not None:
            try:
                made = ask_package(actor=request.actor, person=person, new=new, now=now)
            except RefusedError as error:
                asked.errors["needs_text"] = [str(error)]
            else:
                messages.success(request, "The package is asked for. Commissioning looks for room in house first.")
                return redirect("commissioning:package", made.pk)
    told = _form(asked) | {
        "service": person.service, "person_id": person.pk, "person": person.label, "from_plan": bool(planned)
    }  # fmt: skip
    return render(request, "commissioning/ask.jinja", told, status=422 if asked.errors else 200)


@page(Permission.ASK_PACKAGES)
def vary(request: HttpRequest, package_id: int) -> HttpResponse:
    """Ask for other visits, or another share, from a day on."""
    now = timezone.now()
    view = package_or_404(request, package_id, now)
    today = london_day(now)
    holding = tuple(
        NewVisit(
            one.title, one.weekdays, one.opens_at, one.closes_at, one.minutes, one.workers, one.skill, one.pattern_id
        )
        for one in sorted(view.package.visits.all(), key=lambda one: one.opens_at)
        if one.ends_on is None or one.ends_on >= today
    )
    usual = usual_of_visits(holding) | {"from_day": today.isoformat(), "council_percent": str(view.council_percent)}
    asked = AskedMoney(request.POST if request.method == "POST" else None, usual)
    if request.method == "POST":
        visits = read_visits(asked, {one.pattern_id for one in holding if one.pattern_id})
        from_day = asked.day("from_day", missing="Enter the first day of the change")
        percent = asked.percent("council_percent")
        if not asked.errors and from_day is not None:
            try:
                ask_variation(
                    actor=request.actor, package=view.package, from_day=from_day, visits=visits,
                    council_percent=None if percent == view.council_percent else percent,
                    reason=asked.typed("reason"), now=now,
                )  # fmt: skip
            except RefusedError as error:
                asked.errors["reason"] = [str(error)]
            else:
                messages.success(request, "The change is asked for. Somebody else approves it.")
                return redirect("commissioning:package", package_id)
    told = _form(asked) | {
        "service": view.package.service, "package_id": package_id, "reference": view.package.reference
    }  # fmt: skip
    return render(request, "commissioning/vary.jinja", told, status=422 if asked.errors else 200)


def _form(asked: AskedMoney) -> dict:
    return {
        "form": asked,
        "rows": range(1, VISITS_ASKED + 1),
        "kinds": [("", [(one.value, one.label) for one in ServiceKind])],
        "skills": [("", [(one.code, one.title) for one in library().skills])],
    }
