"""The queue: what breaches first on top, as a list or as columns, with the filters each person keeps."""

from dataclasses import replace
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from homeward.access.rules import Permission
from homeward.kernel.rules import RefusedError, london_day, london_moment, whole_number
from homeward.referrals.selectors import call_backs_owed, calls_today, decided_lately, filters_of, open_queue
from homeward.referrals.services import delete_filter, save_filter
from homeward.teams.selectors import services_for
from homeward.web.front_door.forms.wanted import Wanted, read_wanted
from homeward.web.front_door.presenters.queue import Queue, present_queue
from homeward.web.gate import page
from homeward.web.live import seen, unchanged
from homeward.web.service_choice import service_here

TOPICS = ("referrals",)
DECIDED_SHOWN = 8
# What breaches first is drawn; the rest is counted, found by a filter, and drawn when asked for.
DRAWN = 100
LOOKED_AT = "queue"  # the key of the session under which the last way of looking is remembered
# What is due passes with the clock even when nobody does anything, so a queue is made anew at least this often.
MADE_ANEW_SECONDS = 120


@page(Permission.SEE_FRONT_DOOR)
def queue(request: HttpRequest) -> HttpResponse:
    """The referrals that wait, their clocks, what was decided and how many called.

    Without a word in the address it is as the reader last looked at it, or as the filter that opens by itself says.
    """
    if request.method == "POST":  # looking for a name, without JavaScript: names stay out of addresses
        return _show(request, read_wanted(request.POST), "front_door/queue.jinja")
    wanted = replace(read_wanted(request.GET), text="") if request.GET else _as_before(request)
    request.session[LOOKED_AT] = wanted.kept()
    return _show(request, wanted, "front_door/queue.jinja")


@page(Permission.SEE_FRONT_DOOR)
def live_queue(request: HttpRequest) -> HttpResponse:
    """The part of the queue that changes, or nothing when nothing has."""
    made = whole_number(request.GET.get("made", ""))
    is_fresh = made is None or timezone.now().timestamp() - made < MADE_ANEW_SECONDS
    if is_fresh and (answer := unchanged(request, TOPICS)):
        return answer
    return _show(request, replace(read_wanted(request.GET), text=""), "front_door/live_queue.jinja")


@page(Permission.SEE_FRONT_DOOR)
def keep_filter(request: HttpRequest) -> HttpResponse:
    """Keep the way the queue is looked at now, under a name."""
    if request.method == "POST":
        wanted = read_wanted(request.POST)
        name, is_default = request.POST.get("name", ""), request.POST.get("is_default") == "yes"
        try:
            save_filter(actor=request.actor, name=name, query=wanted.kept(), is_default=is_default, now=timezone.now())
        except RefusedError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, f"Filter “{name.strip()}” saved.")
    return redirect("front_door:queue")


@page(Permission.SEE_FRONT_DOOR)
def forget_filter(request: HttpRequest, filter_id: int) -> HttpResponse:
    """Remove one of the reader's own filters."""
    if request.method == "POST":
        delete_filter(actor=request.actor, filter_id=filter_id, now=timezone.now())
        messages.success(request, "Filter removed.")
    return redirect("front_door:queue")


def read_queue(request: HttpRequest, service, wanted: Wanted, now: datetime) -> Queue:
    """The queue of a service as its pages print it."""
    actor = request.actor
    return present_queue(
        open_queue(actor, service.pk, wanted.filter(), now, limit=None if wanted.show == "all" else DRAWN),
        wanted,
        actor,
        decided=decided_lately(actor, service.pk, now, limit=DECIDED_SHOWN),
        call_backs=call_backs_owed(actor, service.pk, now),
        saved=filters_of(actor),
        calls=calls_today(actor, service.pk, london_moment(london_day(now), 0)),
        now=now,
    )


def _as_before(request: HttpRequest) -> Wanted:
    """As the reader last looked, or their filter that opens by itself."""
    if LOOKED_AT in request.session:
        return read_wanted(request.session[LOOKED_AT])
    mine = next((one for one in filters_of(request.actor) if one.is_default), None)
    return read_wanted(mine.query if mine else {})


def _show(request: HttpRequest, wanted: Wanted, template: str) -> HttpResponse:
    now, actor = timezone.now(), request.actor
    newest = seen(TOPICS)  # before reading, so that what changes meanwhile is asked for again
    service = service_here(request)
    others = services_for(actor)
    live = f"{wanted.query()}&seen={newest}&made={int(now.timestamp())}"
    return render(
        request,
        template,
        {
            "service": service,
            "services": others if len(others) > 1 else [],
            "queue": read_queue(request, service, wanted, now),
            "wanted": wanted,
            "live_url": f"{reverse('front_door:live_queue')}?{live}",
            "may_take": actor.may(Permission.TAKE_REFERRALS),
            "may_triage": actor.may(Permission.TRIAGE_REFERRALS),
        },
    )
