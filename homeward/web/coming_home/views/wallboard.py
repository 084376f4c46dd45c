"""Coming home on a big screen that nobody touches."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from homeward.access.rules import Permission
from homeward.discharge.selectors import BoardFilter, board_of
from homeward.kernel.rules import whole_number
from homeward.web.coming_home.presenters.wall import present_wall
from homeward.web.gate import page
from homeward.web.live import seen, unchanged
from homeward.web.service_choice import service_here

TOPICS = ("stays",)
# Nobody reloads a wall: what passes with the clock is made anew at least this often.
MADE_ANEW_SECONDS = 60


@page(Permission.SEE_STAYS)
def wall(request: HttpRequest) -> HttpResponse:
    """Who is ready and what holds them up, without a name."""
    return _show(request, "coming_home/wallboard.jinja")


@page(Permission.SEE_STAYS)
def live_wall(request: HttpRequest) -> HttpResponse:
    """The wall made anew, or nothing when nothing has changed and it is not old."""
    made = whole_number(request.GET.get("made", ""))
    is_fresh = made is None or timezone.now().timestamp() - made < MADE_ANEW_SECONDS
    if is_fresh and (answer := unchanged(request, TOPICS)):
        return answer
    return _show(request, "coming_home/live_wall.jinja")


def _show(request: HttpRequest, template: str) -> HttpResponse:
    now = timezone.now()
    newest = seen(TOPICS)
    service = service_here(request)
    return render(
        request,
        template,
        {
            "service": service,
            "wall": present_wall(board_of(request.actor, service.pk, BoardFilter(), now), now),
            "live_url": f"{reverse('coming_home:live_wall')}?seen={newest}&made={int(now.timestamp())}",
        },
    )
