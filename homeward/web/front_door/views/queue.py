"""The queue: what breaches first on top."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from homeward.access.rules import Permission
from homeward.kernel.rules import london_day, london_moment
from homeward.people.selectors import current_alerts
from homeward.referrals.selectors import calls_today, queue_for, recent_referrals
from homeward.teams.selectors import service_for
from homeward.web.front_door.presenters.queue import present_queue
from homeward.web.gate import page
from homeward.web.live import seen, unchanged

TOPICS = ("referrals",)
DECIDED_SHOWN = 8


@page(Permission.SEE_FRONT_DOOR)
def queue(request: HttpRequest) -> HttpResponse:
    """The referrals that wait, their clocks, what was decided and how many called."""
    return _show(request, "front_door/queue.jinja")


@page(Permission.SEE_FRONT_DOOR)
def live_queue(request: HttpRequest) -> HttpResponse:
    """The part of the queue that changes, or nothing when nothing has."""
    return unchanged(request, TOPICS) or _show(request, "front_door/live_queue.jinja")


def _show(request: HttpRequest, template: str) -> HttpResponse:
    now, actor = timezone.now(), request.actor
    newest = seen(TOPICS)  # before reading, so that what changes meanwhile is asked for again
    service = service_for(actor)
    queued = queue_for(actor, service.pk, now)
    today = london_day(now)
    alerts = {}
    if actor.may(Permission.SEE_PEOPLE):
        alerts = current_alerts(actor, [one.referral.person_id for one in queued], today)
    shown = present_queue(
        queued,
        recent_referrals(actor, service.pk, now, limit=DECIDED_SHOWN),
        alerts,
        calls_today(actor, service.pk, london_moment(today, 0)),
        now,
    )
    return render(
        request,
        template,
        {
            "service": service,
            "queue": shown,
            "seen": newest,
            "may_take": actor.may(Permission.TAKE_REFERRALS),
        },
    )
