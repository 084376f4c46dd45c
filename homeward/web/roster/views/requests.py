"""What workers ask, for whoever decides; and shifts that need somebody."""

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from homeward.access.rules import Permission
from homeward.kernel.rules import RefusedError, day_words, london_day
from homeward.roster.selectors import (
    open_shift_for,
    open_shifts,
    request_for,
    requests_decided,
    requests_to_decide,
    requests_waiting_for_others,
)
from homeward.roster.services import (
    LimitsBrokenError,
    approve_request,
    close_open_shift,
    decline_request,
    open_shift_to_all,
)
from homeward.teams.selectors import workers_of
from homeward.web.gate import page
from homeward.web.roster.forms import WishForm
from homeward.web.roster.presenters.cell import against
from homeward.web.roster.presenters.mine import request_line
from homeward.web.service_choice import service_here
from homeward.web.words import skill_words


@page(Permission.MANAGE_ROSTER)
def queue(request: HttpRequest) -> HttpResponse:
    """What waits for a decision, and the shifts nobody has."""
    return _show(request)


@page(Permission.MANAGE_ROSTER)
def decide(request: HttpRequest, request_id: int) -> HttpResponse:
    """Approve or decline."""
    if request.method != "POST":
        return redirect("roster:requests")
    asked = request_for(request.actor, request_id)
    reason = request.POST.get("reason", "").replace("\0", "")[:500]
    approve = request.POST.get("answer") == "approve"
    try:
        service = approve_request if approve else decline_request
        service(actor=request.actor, request=asked, reason=reason, now=timezone.now())
    except LimitsBrokenError as error:
        return _show(request, stands=(asked.pk, against(error.found, may_confirm=error.may_confirm)))
    except RefusedError as error:
        return _show(request, stands=(asked.pk, against(str(error))))
    messages.success(request, f"{'Approved' if approve else 'Declined'}. {asked.worker.label} is told.")
    return redirect("roster:requests")


@page(Permission.MANAGE_ROSTER)
def open_shift(request: HttpRequest) -> HttpResponse:
    """Say that a shift needs somebody."""
    if request.method != "POST":
        return redirect("roster:requests")
    form = WishForm(request.POST)
    if form.is_valid():
        told = form.cleaned_data
        try:
            open_shift_to_all(
                actor=request.actor, service_id=service_here(request).pk, day=told["on"], starts_at=told["starts_at"],
                ends_at=told["ends_at"], skill=told["skill"], note=told["text"], now=timezone.now(),
            )  # fmt: skip
        except RefusedError as error:
            form.add_error("on", str(error))
        else:
            messages.success(request, "Everybody with the skill sees it on their rota.")
            return redirect("roster:requests")
    return _show(request, form=form)


@page(Permission.MANAGE_ROSTER)
def close(request: HttpRequest, open_shift_id: int) -> HttpResponse:
    """Take an open shift back."""
    if request.method == "POST":
        row = open_shift_for(request.actor, service_here(request).pk, open_shift_id)
        if row is None:
            raise Http404("There is no such shift.")
        try:
            close_open_shift(actor=request.actor, open_shift=row, now=timezone.now())
        except RefusedError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, "It is not open any more.")
    return redirect("roster:requests")


def _show(request: HttpRequest, *, stands: tuple | None = None, form: WishForm | None = None) -> HttpResponse:
    service = service_here(request)
    actor = request.actor
    today = london_day(timezone.now())
    asked_day = request.GET.get("day", "")
    try:
        date.fromisoformat(asked_day)
    except ValueError:
        asked_day = ""
    skills = sorted({skill for worker in workers_of(service.pk) for skill in worker.skills})
    told = {
        "service": service,
        "to_decide": [request_line(one) for one in requests_to_decide(actor, service.pk)],
        "waiting": [request_line(one) for one in requests_waiting_for_others(actor, service.pk)],
        "decided": [request_line(one) for one in requests_decided(actor, service.pk)],
        "stands_of": stands[0] if stands else 0,
        "stands": stands[1] if stands else None,
        "typed_reason": request.POST.get("reason", "") if stands else "",
        "open_shifts": [
            (row.pk, f"{day_words(row.day)}, {row.starts_at} to {row.ends_at}",
             ", ".join(part for part in (skill_words(row.skill) if row.skill else "any skill", row.note) if part))
            for row in open_shifts(actor, service.pk, today)
        ],
        "skills": [("", [(code, skill_words(code).capitalize()) for code in skills])],
        "form": form or WishForm(initial={"on": asked_day}),
    }  # fmt: skip
    return render(request, "roster/requests.jinja", told, status=422 if stands or (form and form.errors) else 200)
