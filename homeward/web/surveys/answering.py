"""The survey as whoever has a link sees it. No account, no script, nothing that names anybody."""

from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from homeward.access.rules import Actor, Role
from homeward.kernel.rules import RefusedError, whole_number
from homeward.procedures.selectors import built
from homeward.referrals.services import TooManyUsesError, count_form_use
from homeward.surveys.selectors import SurveyEndedError, invitation_opened
from homeward.surveys.services import answer_by_link
from homeward.surveys.states import Audience
from homeward.web.forms.presenters import answers_page
from homeward.web.forms.reading import answers_posted
from homeward.web.front_door.views.professional import visitor_of
from homeward.web.gate import open_page

LARGEST_BODY = 64 * 1024


@open_page
@never_cache
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """Answer a survey by its link, once."""
    now = timezone.now()
    actor = Actor(name="Survey link", role=Role.MACHINE)
    try:
        # right or wrong, each is counted: guessing a link would take longer than anybody has
        count_form_use(actor=actor, form="survey", visitor=visitor_of(request, now), now=now)
    except TooManyUsesError as error:
        return _safe(render(request, "surveys/over.jinja", {"why": str(error)}, status=429))
    try:
        one = invitation_opened(actor, token, now)
        if request.method != "POST":
            return _show(request, one, token, {})
        length = whole_number(request.META.get("CONTENT_LENGTH") or "0")
        if length is None or length > LARGEST_BODY:
            return _show(request, one, token, {}, "Your answers are too long to take in. Make them shorter.")
        return _take(request, one, token, now)
    except SurveyEndedError:
        return _safe(render(request, "surveys/over.jinja", status=404))


def _take(request: HttpRequest, one, token: str, now: datetime) -> HttpResponse:
    form = built(one.form)
    typed = answers_posted(form, request.POST, {})
    try:
        answer_by_link(
            token=token, answers=typed, may_keep=request.POST.get("may_keep") == "yes",
            smallest=settings.SMALLEST_NUMBER, now=now,
        )  # fmt: skip
    except SurveyEndedError:
        raise
    except RefusedError as error:
        return _show(request, one, token, typed, str(error))
    return _safe(render(request, "surveys/thanks.jinja", {"service": one.service}))


def _show(request: HttpRequest, one, token: str, typed: dict, problem: str = "") -> HttpResponse:
    told = {
        "service": one.service,
        "page": answers_page(built(one.form), typed),
        "token": token,
        "problem": problem,
        "may_keep": request.POST.get("may_keep", "no"),
        "is_staff": one.audience == Audience.STAFF,
        "smallest": settings.SMALLEST_NUMBER,
        "is_large": request.GET.get("size") == "large",
    }
    return _safe(render(request, "surveys/answer.jinja", told, status=422 if problem else 200))


def _safe(response: HttpResponse) -> HttpResponse:
    # the address opens something: it must not go along to another place
    response["Referrer-Policy"] = "same-origin"
    return response
