"""Visits that could be one: the list, one proposal, and what becomes of it."""

from datetime import datetime, timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from homeward.access.rules import Permission, Sight
from homeward.kernel.rules import RefusedError, london_day
from homeward.visits.selectors import JoinNotFoundError, join_figures, join_of, joins_decided, joins_proposed
from homeward.visits.services import agree_join, decline_join, find_joinable, part_again
from homeward.web.gate import page
from homeward.web.joining.presenters import present_figures, present_join
from homeward.web.people.opening import opened
from homeward.web.plans.forms import Asked
from homeward.web.plans.opening import banner_of
from homeward.web.service_choice import service_here, services_here

SHOWN_DAYS = 28


@page(Permission.SEE_EPISODES)
def found(request: HttpRequest) -> HttpResponse:
    """What waits for a decision, what was decided, and what it saved in four weeks."""
    now = timezone.now()
    service = service_here(request)
    today = london_day(now)
    figures = join_figures(request.actor, service.pk, today - timedelta(days=SHOWN_DAYS - 1), today)
    told = {
        "service": service,
        "services": services_here(request),
        "figures": present_figures(figures),
        "waiting": [present_join(one) for one in joins_proposed(request.actor, service.pk, now)],
        "decided": [present_join(one) for one in joins_decided(request.actor, service.pk, now)],
        "may_look": request.actor.may(Permission.WRITE_PLANS) or request.actor.may(Permission.PLAN_DAY),
    }
    return render(request, "joining/list.jinja", told)


@page(Permission.SEE_EPISODES)
def look(request: HttpRequest) -> HttpResponse:
    """Look now, and not only at night."""
    if request.method == "POST":
        new = find_joinable(actor=request.actor, service_id=service_here(request).pk, now=timezone.now())
        words = "Nothing new was found." if not new else f"{new} new {'proposal' if new == 1 else 'proposals'}."
        messages.success(request, f"Everybody's standing visits were looked through. {words}")
    return redirect("joining:list")


@page(Permission.SEE_EPISODES)
def proposal(request: HttpRequest, join_id: int) -> HttpResponse:
    """One proposal: the two visits beside the one, and the forms to decide."""
    return _show(request, join_id, timezone.now())


@page(Permission.WRITE_PLANS)
def agree(request: HttpRequest, join_id: int) -> HttpResponse:
    """Make one visit of two, as the person agreed."""
    now = timezone.now()
    if request.method != "POST":
        return redirect("joining:proposal", join_id)
    asked = Asked(request.POST)
    agreed_on = asked.day("agreed_on", missing="Say on which day the person agreed")
    starts_on = asked.day("starts_on", missing="Say from which day it is one visit")
    if not asked.typed("said"):
        asked.errors["said"] = ["Say what the person said when you asked them"]
    if asked.errors:
        return _show(request, join_id, now, agree_form=asked)
    row = _opened(request, join_id, now)
    told = {"person_agreed_on": agreed_on, "person_said": asked.typed("said"), "starts_on": starts_on}
    try:
        agree_join(actor=request.actor, join=row, now=now, **told)
    except RefusedError as error:
        asked.errors["said"] = [str(error)]
        return _show(request, join_id, now, agree_form=asked)
    messages.success(request, "Two visits become one. Visits already made for those days changed with it.")
    return redirect("joining:proposal", join_id)


@page(Permission.WRITE_PLANS)
def decline(request: HttpRequest, join_id: int) -> HttpResponse:
    """Keep two visits two."""
    now = timezone.now()
    if request.method != "POST":
        return redirect("joining:proposal", join_id)
    asked = Asked(request.POST)
    try:
        decline_join(actor=request.actor, join=_opened(request, join_id, now), reason=asked.typed("why"), now=now)
    except RefusedError as error:
        asked.errors["why"] = [str(error)]
        return _show(request, join_id, now, decline_form=asked)
    messages.success(request, "They stay two visits, and are not proposed again.")
    return redirect("joining:list")


@page(Permission.WRITE_PLANS)
def part(request: HttpRequest, join_id: int) -> HttpResponse:
    """Make two visits of one again."""
    now = timezone.now()
    if request.method != "POST":
        return redirect("joining:proposal", join_id)
    asked = Asked(request.POST)
    from_day = asked.day("from_day", missing="Say from which day they are two again")
    if asked.errors:
        return _show(request, join_id, now, part_form=asked)
    row = _opened(request, join_id, now)
    try:
        part_again(actor=request.actor, join=row, from_day=from_day, reason=asked.typed("reason"), now=now)
    except RefusedError as error:
        asked.errors["reason"] = [str(error)]
        return _show(request, join_id, now, part_form=asked)
    messages.success(request, "They are two visits again.")
    return redirect("joining:proposal", join_id)


def _opened(request: HttpRequest, join_id: int, now: datetime):
    """A proposal, its person's opening checked and audited."""
    try:
        row = join_of(request.actor, join_id)
    except JoinNotFoundError as error:
        raise Http404 from error
    row.person = opened(request, row.person_id, now, Sight.VISIT)
    return row


def _show(
    request: HttpRequest,
    join_id: int,
    now: datetime,
    *,
    agree_form: Asked | None = None,
    decline_form: Asked | None = None,
    part_form: Asked | None = None,
) -> HttpResponse:
    row = _opened(request, join_id, now)
    today = london_day(now)
    tomorrow = (today + timedelta(days=1)).isoformat()
    told = {
        "service": row.service,
        "banner": banner_of(request, row.person, now),
        "join": present_join(row),
        "agree_form": agree_form or Asked(None, {"agreed_on": today.isoformat(), "starts_on": tomorrow}),
        "decline_form": decline_form or Asked(None),
        "part_form": part_form or Asked(None, {"from_day": tomorrow}),
        "today": today.isoformat(),
        "tomorrow": tomorrow,
        "may_decide": request.actor.may(Permission.WRITE_PLANS),
    }
    failed = any(form and form.errors for form in (agree_form, decline_form, part_form))
    return render(request, "joining/proposal.jinja", told, status=422 if failed else 200)
