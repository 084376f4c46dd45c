"""Deciding on what another record says of somebody: take theirs, or keep what is here."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from homeward.access.rules import Permission
from homeward.kernel.rules import RefusedError, london_day
from homeward.people.selectors import DetailNotFoundError, current_alerts, detail_to_decide, details_to_decide
from homeward.people.services import CHANGES_RECORDS, decide_detail
from homeward.web.gate import page
from homeward.web.people.opening import opened, typed
from homeward.web.people.presenters.banner import present_banner
from homeward.web.people.presenters.deciding import present_deciding


@page(Permission.SEE_PEOPLE)
def to_decide(request: HttpRequest, person_id: int) -> HttpResponse:
    """Every detail of other records that waits, each beside what stands here, and those decided."""
    return _show(request, opened(request, person_id, timezone.now()))


@page(CHANGES_RECORDS)
def decide(request: HttpRequest, person_id: int, detail_id: int) -> HttpResponse:
    """Take one detail over, or keep what is here; show again what was refused, with what was typed."""
    if request.method != "POST":
        return redirect("people:to_decide", person_id)
    now = timezone.now()
    one = opened(request, person_id, now)
    try:
        detail = detail_to_decide(request.actor, one, detail_id)
    except DetailNotFoundError as error:
        raise Http404 from error
    decision, reason = typed(request, "decision"), request.POST.get("reason", "").replace("\0", "")
    try:
        decide_detail(actor=request.actor, detail=detail, decision=decision, reason=reason, now=now)
    except RefusedError as error:
        return _show(request, one, problem=(detail_id, str(error), reason))
    messages.success(request, "Taken over into the record." if decision == "taken" else "Kept what is here.")
    return redirect("people:to_decide", one.pk)


def _show(request: HttpRequest, one, problem: tuple[int, str, str] | None = None) -> HttpResponse:
    now, actor = timezone.now(), request.actor
    today = london_day(now)
    waiting, decided = details_to_decide(actor, one)
    alerts = current_alerts(actor, [one.pk], today).get(one.pk, [])
    context = {
        "service": one.service,
        "banner": present_banner(actor, one, alerts, now),
        "shown": present_deciding(waiting, decided, today, problem),
        "may_change": actor.may(CHANGES_RECORDS),
    }
    return render(request, "people/to_decide.jinja", context, status=422 if problem else 200)
