"""Notices, how the reader is told, and whom a service tells of its clocks."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from homeward.access.rules import Permission
from homeward.escalation.selectors import who_is_told as table_of
from homeward.escalation.services import set_who_is_told
from homeward.kernel.rules import RefusedError, whole_number
from homeward.notices.selectors import notices_of, reaches_of, unseen_count
from homeward.notices.services import mark_seen, set_reach
from homeward.notices.states import Channel
from homeward.teams.selectors import service_for
from homeward.web import live
from homeward.web.gate import page
from homeward.web.notices.presenters import notice_rows, reach_fields, told_rows

TOPICS = ("notices",)


@page(Permission.SEE_NOTICES)
def notices(request: HttpRequest) -> HttpResponse:
    """What the reader was told this week."""
    now = timezone.now()
    return render(request, "notices/list.jinja", {"notices": notice_rows(notices_of(request.actor, now), now)})


@page(Permission.SEE_NOTICES)
def count(request: HttpRequest) -> HttpResponse:
    """How many notices wait, for the header of every page."""
    up_to_date = live.unchanged(request, TOPICS)
    return up_to_date or render(request, "notices/count.jinja", {"count": unseen_count(request.actor)})


@page(Permission.SEE_NOTICES)
@require_POST
def seen(request: HttpRequest) -> HttpResponse:
    """Mark all as seen."""
    mark_seen(actor=request.actor, now=timezone.now())
    return redirect("notices:list")


@page(Permission.SEE_NOTICES)
@require_POST
def open_notice(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Go to what a notice is about; it is then seen."""
    now = timezone.now()
    notice = next((one for one in notices_of(request.actor, now) if one.pk == notice_id), None)
    if notice is None:
        raise Http404
    mark_seen(actor=request.actor, notice_ids=[notice_id], now=now)
    return redirect(notice.path)


@page(Permission.SEE_NOTICES)
def reach(request: HttpRequest) -> HttpResponse:
    """Where the reader is told beside the screen."""
    typed: dict[str, str] = {}
    errors: dict[str, str] = {}
    if request.method == "POST":
        for channel in Channel:
            typed[channel.value] = request.POST.get(channel.value, "")[:300]
            try:
                set_reach(
                    actor=request.actor, channel=channel, address=typed[channel.value],
                    is_on=f"{channel.value}_on" in request.POST, now=timezone.now(),
                )  # fmt: skip
            except RefusedError as refused:
                errors[channel.value] = str(refused)
        if not errors:
            messages.success(request, "Saved. Urgent notices go there as well as on screen.")
            return redirect("notices:reach")
    fields = reach_fields(reaches_of(request.actor), typed, errors)
    return render(request, "notices/reach.jinja", {"fields": fields, "errors": errors})


@page(Permission.SET_ESCALATION)
def who_is_told(request: HttpRequest) -> HttpResponse:
    """Whom the service tells when a clock has used up how much of its time."""
    service = service_for(request.actor)
    if request.method == "POST":
        table: dict[int, list[str]] = {}
        if "defaults" not in request.POST:
            for told in request.POST.getlist("told"):
                percent, _, role = told.partition(":")
                number = whole_number(percent)
                if number is not None:
                    table.setdefault(number, []).append(role)
        try:
            set_who_is_told(actor=request.actor, service_id=service.pk, table=table, now=timezone.now())
            messages.success(request, "Saved. It holds from the next look at the clocks, a few seconds from now.")
        except RefusedError as refused:
            messages.error(request, str(refused))
        return redirect("notices:who_is_told")
    return render(request, "notices/who_is_told.jinja", {"rows": told_rows(table_of(request.actor, service.pk))})
