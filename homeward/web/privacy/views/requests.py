"""People's requests about their own record, the export, and restriction."""

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from homeward.access.rules import Permission
from homeward.kernel.rules import RefusedError, london_day
from homeward.people.selectors import PersonNotFoundError, person_with_reference
from homeward.rights.selectors import (
    RequestNotFoundError,
    everything_about,
    items_to_review,
    open_requests,
    person_for_rights,
    request_for,
    requests_of,
)
from homeward.rights.services import (
    NewRequest,
    answer_request,
    extend_request,
    keep_review,
    lift_restriction,
    restrict_person,
    take_request,
)
from homeward.rights.states import RequestState
from homeward.web.gate import page
from homeward.web.privacy.forms import AnswerForm, ReasonForm, RequestForm
from homeward.web.privacy.presenters.export import export_zip
from homeward.web.privacy.presenters.requests import KINDS, present_register, present_request, present_review


@page(Permission.ANSWER_RIGHTS)
def register(request: HttpRequest) -> HttpResponse:
    """Every request, the one due first first."""
    shown = present_register(open_requests(request.actor), requests_of(request.actor), london_day(timezone.now()))
    return render(request, "privacy/requests.jinja", {"shown": shown, "here": "requests"})


@page(Permission.ANSWER_RIGHTS)
def new(request: HttpRequest) -> HttpResponse:
    """Put a request on the register."""
    now = timezone.now()
    form = RequestForm(
        request.POST if request.method == "POST" else None, initial={"received_on": london_day(now).isoformat()}
    )
    if form.is_valid():
        told = dict(form.cleaned_data)
        try:
            person_id = person_with_reference(request.actor, told.pop("reference"))
            person = person_for_rights(request.actor, person_id)
            taken = take_request(actor=request.actor, person=person, new=NewRequest(**told), now=now)
        except PersonNotFoundError:
            form.add_error("reference", "Nobody in your services has this reference")
        except RefusedError as error:
            form.add_error("received_on" if "future" in str(error) else "authority", str(error))
        else:
            messages.success(request, "The request is on the register.")
            return redirect("privacy:request", request_id=taken.pk)
    context = {"form": form, "kinds": KINDS, "here": "requests"}
    return render(request, "privacy/new_request.jinja", context, status=422 if form.is_bound else 200)


@page(Permission.ANSWER_RIGHTS)
def one(request: HttpRequest, request_id: int) -> HttpResponse:
    """One request: what was asked, what happened, what is due, and closing it."""
    now = timezone.now()
    asked = _request(request, request_id)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            answer_request(actor=request.actor, request=asked, now=now, **form.cleaned_data)
        except RefusedError as error:
            form.add_error("outcome", str(error))
        else:
            messages.success(request, "The request is closed.")
            return redirect("privacy:request", request_id=asked.pk)
    context = {"shown": present_request(asked, london_day(now)), "form": form, "here": "requests"}
    return render(request, "privacy/request.jinja", context, status=422 if form.is_bound else 200)


@page(Permission.ANSWER_RIGHTS)
def extend(request: HttpRequest, request_id: int) -> HttpResponse:
    """Take two more months, for a reason."""
    now = timezone.now()
    asked = _request(request, request_id)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            extend_request(actor=request.actor, request=asked, now=now, **form.cleaned_data)
        except RefusedError as error:
            form.add_error("reason", str(error))
        else:
            messages.success(request, "It is due two months later. Tell the person, and why.")
            return redirect("privacy:request", request_id=asked.pk)
    context = {"shown": present_request(asked, london_day(now)), "form": form, "here": "requests"}
    return render(request, "privacy/extend.jinja", context, status=422 if form.is_bound else 200)


@page(Permission.ANSWER_RIGHTS)
def review(request: HttpRequest, request_id: int) -> HttpResponse:
    """Look at what is about other people too, before anything is released."""
    now = timezone.now()
    asked = _request(request, request_id)
    items = items_to_review(request.actor, asked.person, now)
    shown = present_review(asked, items)
    problem, typed = "", {"left_out": asked.left_out, "reason": ""}
    if request.method == "POST":
        typed = {"left_out": request.POST.getlist("left_out"), "reason": request.POST.get("reason", "")}
        try:
            keep_review(actor=request.actor, request=asked, looked_at=[item.key for item in items], now=now, **typed)
        except RefusedError as error:
            problem = str(error)
        else:
            messages.success(request, "Your review is kept. You can now make the file.")
            return redirect("privacy:request", request_id=asked.pk)
    context = {"shown": shown, "typed": typed, "problem": problem, "here": "requests"}
    return render(request, "privacy/review.jinja", context, status=422 if problem else 200)


@page(Permission.ANSWER_RIGHTS)
def export(request: HttpRequest, request_id: int) -> HttpResponse:
    """Everything about the person in one file, without what was left out. Only by a button, and audited."""
    asked = _request(request, request_id)
    if request.method != "POST":
        return redirect("privacy:request", request_id=asked.pk)
    now = timezone.now()
    unseen = {item.key for item in items_to_review(request.actor, asked.person, now)} - set(asked.reviewed)
    if asked.state == RequestState.OPEN and (asked.reviewed_at is None or unseen):
        messages.error(request, "Look first at what is about other people too: there is something you have not seen.")
        return redirect("privacy:review", request_id=asked.pk)
    made = everything_about(request.actor, asked.person, now, left_out=asked.left_out)
    return FileResponse(
        export_zip(made), as_attachment=True, filename=f"record-for-request-{asked.pk}.zip",
        content_type="application/zip",
    )  # fmt: skip


@page(Permission.ANSWER_RIGHTS)
def restrict(request: HttpRequest, person_id: int) -> HttpResponse:
    """Keep a record but stop it being used, or let it be used again."""
    try:
        person = person_for_rights(request.actor, person_id)
    except PersonNotFoundError as error:
        raise Http404 from error
    form = ReasonForm(request.POST if request.method == "POST" else None)
    is_restricted = person.restricted_since is not None
    if form.is_valid():
        change = lift_restriction if is_restricted else restrict_person
        try:
            change(actor=request.actor, person=person, now=timezone.now(), **form.cleaned_data)
        except RefusedError as error:
            form.add_error("reason", str(error))
        else:
            messages.success(request, "The record may be used again." if is_restricted else "The record is restricted.")
            return redirect("privacy:restrict", person_id=person.pk)
    context = {
        "reference": person.reference,
        "person_id": person.pk,
        "since": person.restricted_since,
        "reason": person.restricted_reason,
        "form": form,
        "here": "requests",
    }
    return render(request, "privacy/restrict.jinja", context, status=422 if form.is_bound else 200)


def _request(request: HttpRequest, request_id: int):
    try:
        return request_for(request.actor, request_id)
    except RequestNotFoundError as error:
        raise Http404 from error
