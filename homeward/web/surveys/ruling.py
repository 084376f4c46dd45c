"""Whom a service asks how it was."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from homeward.access.rules import Permission
from homeward.kernel.rules import RefusedError
from homeward.procedures.selectors import newest_pathways
from homeward.surveys.rules import OPEN_DAYS, REMIND_DAYS, WAIT_DAYS
from homeward.surveys.selectors import rules_of, survey_forms
from homeward.surveys.services import set_survey_rule
from homeward.surveys.states import Audience
from homeward.web.beds.forms import AskedBeds as Asked
from homeward.web.gate import page
from homeward.web.service_choice import service_here, services_here

USUAL_FORM = {Audience.PERSON: "survey-person", Audience.CARER: "survey-carer", Audience.STAFF: "survey-staff"}


@page(Permission.SET_SURVEYS)
def rules(request: HttpRequest) -> HttpResponse:
    """Who is asked, with which form and when."""
    service = service_here(request)
    titles = {form.code: form.title for form in survey_forms(request.actor)}
    found = [
        (audience, one, titles.get(one.form_code, one.form_code) if one else "")
        for audience, one in rules_of(request.actor, service.pk).items()
    ]
    return render(
        request, "surveys/rules.jinja", {"service": service, "services": services_here(request), "rules": found}
    )


@page(Permission.SET_SURVEYS)
def rule(request: HttpRequest, audience: str) -> HttpResponse:
    """Change whether and how an audience is asked."""
    service = service_here(request)
    if audience not in Audience.values:
        raise Http404
    whom = Audience(audience)
    stands = rules_of(request.actor, service.pk)[whom]
    usual = {
        "is_on": "yes" if stands and stands.is_on else "",
        "form_code": stands.form_code if stands else USUAL_FORM[whom],
        "wait_days": str(stands.wait_days if stands else WAIT_DAYS),
        "remind_days": str(stands.remind_days if stands else REMIND_DAYS),
        "open_days": str(stands.open_days if stands else OPEN_DAYS),
    }
    many = {"pathways": stands.pathways if stands else []}
    asked = Asked(request.POST if request.method == "POST" else None, usual, many)
    if request.method == "POST":
        names = ("wait_days", "remind_days", "open_days")
        days = {name: asked.number(name, "Enter a number of days") for name in names}
        if not asked.errors:
            try:
                set_survey_rule(
                    actor=request.actor, service_id=service.pk, audience=whom, is_on=asked.is_ticked("is_on"),
                    form_code=asked.typed("form_code"), pathways=asked.chosen("pathways"), now=timezone.now(), **days,
                )  # fmt: skip
            except RefusedError as error:
                asked.errors["form_code"] = [str(error)]
            else:
                messages.success(request, "Saved")
                return redirect("surveys:rules")
    told = {
        "service": service,
        "audience": whom,
        "form": asked,
        "forms": [("", [(one.code, one.title) for one in survey_forms(request.actor)])],
        "pathways": sorted(((one.code, one.title) for one in newest_pathways()), key=lambda one: one[1]),
    }
    return render(request, "surveys/rule.jinja", told, status=422 if asked.errors else 200)
