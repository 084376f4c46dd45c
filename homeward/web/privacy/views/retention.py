"""Records kept as long as they must be, and deciding what becomes of them."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from homeward.access.rules import NotAllowedError, Permission
from homeward.kernel.rules import RefusedError, london_day
from homeward.people.selectors import PersonNotFoundError
from homeward.rights.selectors import (
    RequestNotFoundError,
    appraisal_for,
    due_appraisal,
    due_appraisals,
    person_for_rights,
    proposed_destructions,
)
from homeward.rights.services import agree_destruction, appraise, refuse_destruction
from homeward.web.gate import page
from homeward.web.privacy.forms import AppraisalForm, SecondForm
from homeward.web.privacy.presenters.retention import present_appraisal, present_due, present_one_due


@page(Permission.ANSWER_RIGHTS)
def due(request: HttpRequest) -> HttpResponse:
    """Records due for appraisal, and destructions that wait for a second person."""
    now = timezone.now()
    shown = present_due(
        due_appraisals(request.actor, now), proposed_destructions(request.actor), settings.RETENTION_YEARS,
        request.actor.account_id, london_day(now),
    )  # fmt: skip
    return render(request, "privacy/retention.jinja", {"shown": shown, "here": "retention"})


@page(Permission.ANSWER_RIGHTS)
def appraise_record(request: HttpRequest, person_id: int) -> HttpResponse:
    """Decide what becomes of one record."""
    now = timezone.now()
    try:
        person = person_for_rights(request.actor, person_id)
    except PersonNotFoundError as error:
        raise Http404 from error
    record_due = due_appraisal(request.actor, person, now)
    if record_due is None:
        raise Http404
    form = AppraisalForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            appraise(actor=request.actor, person=person, now=now, **form.cleaned_data)
        except RefusedError as error:
            field = {"keep": "keep_until", "transfer": "transfer_to"}.get(form.cleaned_data["decision"], "reason")
            form.add_error(field, str(error))
        else:
            messages.success(request, "Your decision is kept.")
            return redirect("privacy:retention")
    context = {"shown": present_one_due(record_due), "form": form, "here": "retention"}
    return render(request, "privacy/appraise.jinja", context, status=422 if form.is_bound else 200)


@page(Permission.ANSWER_RIGHTS)
def second_person(request: HttpRequest, appraisal_id: int) -> HttpResponse:
    """Agree, or not, that a record may be destroyed."""
    now = timezone.now()
    try:
        appraisal = appraisal_for(request.actor, appraisal_id)
    except RequestNotFoundError as error:
        raise Http404 from error
    form = SecondForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        settle = agree_destruction if form.cleaned_data["agrees"] == "yes" else refuse_destruction
        try:
            settle(actor=request.actor, appraisal=appraisal, note=form.cleaned_data["note"], now=now)
        except (RefusedError, NotAllowedError) as error:
            form.add_error("note", str(error))
        else:
            messages.success(request, "Your decision is kept.")
            return redirect("privacy:retention")
    shown = present_appraisal(appraisal, request.actor.account_id, london_day(now))
    context = {"shown": shown, "form": form, "here": "retention"}
    return render(request, "privacy/appraisal.jinja", context, status=422 if form.is_bound else 200)
