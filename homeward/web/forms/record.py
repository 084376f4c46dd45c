"""A person's assessments, telling somebody of a score, and which forms a service chose."""

from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from homeward.access.rules import Permission
from homeward.assessments.selectors import (
    ScoreNotOwedError,
    assessments_of,
    choices_of,
    form_for,
    forms_chosen,
    score_owed,
)
from homeward.assessments.services import choose_form, tell_of_score
from homeward.assessments.states import SubjectKind
from homeward.episodes.selectors import episodes_of
from homeward.kernel.rules import LONDON, RefusedError, london_day, whole_number
from homeward.people.selectors import PersonNotFoundError, current_alerts, person_for
from homeward.web.forms import presenters
from homeward.web.forms.telling import TellForm
from homeward.web.gate import page
from homeward.web.people.presenters.banner import present_banner
from homeward.web.service_choice import service_here


@page(Permission.SEE_PEOPLE)
def of_person(request: HttpRequest, person_id: int) -> HttpResponse:
    """A person's assessments: what waits, the newest of each, what is due, and numbers over time."""
    now = timezone.now()
    actor = request.actor
    try:
        person = person_for(actor, person_id, now)
    except PersonNotFoundError as error:
        raise Http404 from error
    if person.pk != person_id:
        return redirect("forms:of_person", person.pk)
    alerts = current_alerts(actor, [person.pk], london_day(now)).get(person.pk, [])
    shown = presenters.present_assessments(
        assessments_of(actor, person, now), _subjects(request, person, now), now, may_start=not person.died_on
    )
    return render(
        request,
        "forms/of_person.jinja",
        {
            "service": person.service,
            "banner": present_banner(actor, person, alerts, now),
            "shown": shown,
            "may_choose": actor.may(Permission.PUBLISH_PROCEDURES),
        },
    )


@page(Permission.SEE_PEOPLE)
def tell(request: HttpRequest, owed_id: int) -> HttpResponse:
    """Write down who was told of a score, when, and what they said."""
    now = timezone.now()
    try:
        owed = score_owed(request.actor, owed_id)
    except ScoreNotOwedError as error:
        raise Http404 from error
    filled = form_for(request.actor, owed.filled_form_id, now)
    local = now.astimezone(LONDON)
    form = TellForm(
        request.POST if request.method == "POST" else None,
        now=now,
        initial={"day": local.date().isoformat(), "at": f"{local:%H:%M}"},
    )
    if form.is_valid():
        try:
            tell_of_score(
                actor=request.actor,
                owed=owed,
                told_name=form.cleaned_data["told_name"],
                told_role=form.cleaned_data["told_role"],
                told_at=form.cleaned_data["moment"],
                said=form.cleaned_data["said"],
                now=now,
            )
        except RefusedError as error:
            form.add_error("at", str(error))
        else:
            messages.success(request, "Kept with the form. Nobody needs to be told again.")
            return redirect("forms:form", filled.pk)
    if getattr(owed, "told", None) is not None:
        return redirect("forms:form", filled.pk)
    (line,) = presenters.owed_lines([owed], now)
    context = {
        "service": filled.service,
        "name": filled.person.label if filled.person else "",
        "form": form,
        "line": line,
        "title": filled.form.title,
        "form_id": filled.pk,
    }
    return render(request, "forms/tell.jinja", context, status=422 if form.is_bound else 200)


@page(Permission.PUBLISH_PROCEDURES)
def choices(request: HttpRequest) -> HttpResponse:
    """Which of several forms for the same thing a service uses."""
    now = timezone.now()
    actor = request.actor
    service = service_here(request)
    if request.method == "POST":
        try:
            choose_form(
                actor=actor,
                service_id=service.pk,
                choice=request.POST.get("choice", ""),
                form_code=request.POST.get("form", ""),
                now=now,
            )
            messages.success(request, "Chosen. From now on only this one is offered.")
        except RefusedError as error:
            messages.error(request, str(error))
        return redirect("forms:choices")
    chosen = forms_chosen(actor, service.pk)
    return render(request, "forms/choices.jinja", {"service": service, "choices": choices_of(actor), "chosen": chosen})


def _subjects(request: HttpRequest, person, now: datetime) -> list[presenters.For]:
    """What a new form can be for: the record, or an episode that is open. `?for=` names the episode."""
    here = reverse("forms:of_person", args=[person.pk])
    asked = whole_number(request.GET.get("for", ""))
    running = [one for one in episodes_of(request.actor, person, now) if one.episode.ended_at is None]
    chosen = next((one.episode.pk for one in running if one.episode.pk == asked), None)
    return [
        presenters.For(SubjectKind.PERSON, person.pk, "The record", here, chosen is None),
        *(
            presenters.For(
                SubjectKind.EPISODE,
                one.episode.pk,
                one.pathway.title,
                f"{here}?for={one.episode.pk}",
                chosen == one.episode.pk,
            )
            for one in running
        ),
    ]
