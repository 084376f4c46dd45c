"""The board: everybody in hospital, by ward, pathway or team."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from homeward.access.rules import Permission
from homeward.discharge.selectors import board_of
from homeward.discharge.selectors.ward_lists import open_questions
from homeward.kernel.rules import whole_number
from homeward.web.coming_home.forms import GROUPINGS, SHOWN, Wanted, read_wanted
from homeward.web.coming_home.presenters.board import present_board
from homeward.web.gate import page
from homeward.web.live import seen, unchanged
from homeward.web.service_choice import service_here, services_here

TOPICS = ("stays", "equipment")
LOOKED_AT = "coming_home"  # the key of the session under which the last way of looking is remembered
# What is due passes with the clock even when nobody does anything, so a board is made anew at least this often.
MADE_ANEW_SECONDS = 120


@page(Permission.SEE_STAYS, reads=True)
def board(request: HttpRequest) -> HttpResponse:
    """Everybody in hospital; without a word in the address as the reader last looked at it."""
    if request.method == "POST":  # looking for a name: names stay out of addresses
        return _show(request, read_wanted(request.POST), "coming_home/board.jinja")
    told = request.GET or request.session.get(LOOKED_AT, {})
    wanted = read_wanted({**dict(told.items()), "text": ""})
    request.session[LOOKED_AT] = wanted.kept()
    return _show(request, wanted, "coming_home/board.jinja")


@page(Permission.SEE_STAYS)
def live_board(request: HttpRequest) -> HttpResponse:
    """The part of the board that changes, or nothing when nothing has."""
    made = whole_number(request.GET.get("made", ""))
    is_fresh = made is None or timezone.now().timestamp() - made < MADE_ANEW_SECONDS
    if is_fresh and (answer := unchanged(request, TOPICS)):
        return answer
    return _show(request, read_wanted({**request.GET.dict(), "text": ""}), "coming_home/live_board.jinja")


def _show(request: HttpRequest, wanted: Wanted, template: str) -> HttpResponse:
    now, actor = timezone.now(), request.actor
    newest = seen(TOPICS)  # before reading, so that what changes meanwhile is asked for again
    service = service_here(request)
    found = board_of(actor, service.pk, wanted.filter(), now)
    questions = open_questions(actor, service.pk, now) if actor.may(Permission.CHASE) else []
    return render(
        request,
        template,
        {
            "service": service,
            "services": services_here(request),
            "board": present_board(found, wanted, now, questions),
            "wanted": wanted,
            "groupings": GROUPINGS.items(),
            "shown": list(SHOWN.items()),
            # what was typed to look for a name stays out of addresses, so that part is not made anew by itself
            "live_url": ""
            if wanted.text
            else f"{reverse('coming_home:live_board')}?{wanted.query()}&seen={newest}&made={int(now.timestamp())}",
            "may_chase": actor.may(Permission.CHASE),
        },
    )
