"""The wallboard: the front door, or the crises being answered, on a big screen that nobody touches."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from homeward.access.rules import Permission, require
from homeward.episodes.selectors import open_episodes
from homeward.kernel.rules import london_day, whole_number
from homeward.people.selectors import current_alerts
from homeward.people.states import AlertKind
from homeward.procedures.rules import Urgency
from homeward.procedures.selectors import newest_pathways
from homeward.referrals.selectors import QueueFilter, call_backs_owed, open_queue
from homeward.visits.selectors import response_visits
from homeward.web.front_door.presenters.wall import LINES, present_responding, present_waiting
from homeward.web.gate import page
from homeward.web.live import seen, unchanged
from homeward.web.service_choice import service_here

TOPICS = ("referrals", "episodes", "visits")
# Nobody reloads a wall: what passes with the clock is made anew at least this often.
MADE_ANEW_SECONDS = 60
GRAVE = (AlertKind.SAFEGUARDING, AlertKind.RISK, AlertKind.TWO_PERSON)


@page(Permission.SEE_FRONT_DOOR)
def wall(request: HttpRequest) -> HttpResponse:
    """The front door on a wall; `?show=responding` shows the crises being answered."""
    return _show(request, "front_door/wallboard.jinja")


@page(Permission.SEE_FRONT_DOOR)
def live_wall(request: HttpRequest) -> HttpResponse:
    """The wall made anew, or nothing when nothing has changed and it is not old."""
    made = whole_number(request.GET.get("made", ""))
    is_fresh = made is None or timezone.now().timestamp() - made < MADE_ANEW_SECONDS
    if is_fresh and (answer := unchanged(request, TOPICS)):
        return answer
    return _show(request, "front_door/live_wall.jinja")


def _show(request: HttpRequest, template: str) -> HttpResponse:
    now, actor = timezone.now(), request.actor
    newest = seen(TOPICS)
    service = service_here(request)
    shows = "responding" if request.GET.get("show") == "responding" else "front-door"
    if shows == "responding":
        require(actor, Permission.SEE_RESPONDING)
    running = _running(request, service.pk, now) if actor.may(Permission.SEE_RESPONDING) else None
    if shows == "responding":
        people = [one.episode.person_id for one in running if one.episode.person_id]
        alerts = {
            person: [alert for alert in found if alert.kind in GRAVE]
            for person, found in current_alerts(actor, people, london_day(now)).items()
        }
        shown = present_responding(running, response_visits(actor, [one.episode.pk for one in running]), alerts, now)
    else:
        owed = call_backs_owed(actor, service.pk, now)
        queue = open_queue(actor, service.pk, QueueFilter(), now, limit=LINES)
        shown = present_waiting(queue, owed, None if running is None else len(running), actor, now)
    live = f"{reverse('front_door:live_wall')}?show={shows}&seen={newest}&made={int(now.timestamp())}"
    return render(
        request,
        template,
        {
            "service": service,
            "wall": shown,
            "shows": shows,
            "live_url": live,
            "may_see_responding": actor.may(Permission.SEE_RESPONDING),
        },
    )


def _running(request: HttpRequest, service_id: int, now) -> list:
    """The open episodes of every pathway that answers a crisis."""
    codes = [pathway.code for pathway in newest_pathways() if pathway.urgency is Urgency.CRISIS]
    return [one for code in codes for one in open_episodes(request.actor, service_id, code, now)]
