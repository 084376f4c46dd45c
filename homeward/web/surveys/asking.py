"""Who is to be asked by phone or on paper, and a member of staff's own survey."""

from datetime import datetime

import segno
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from markupsafe import Markup

from homeward.access.rules import Permission
from homeward.kernel.rules import RefusedError
from homeward.procedures.selectors import built
from homeward.surveys.selectors import SurveyEndedError, invitation_for, my_invitation, survey_queue
from homeward.surveys.services import answer_for, note_printed, note_said_no, note_survey_not_reached, token_of
from homeward.surveys.states import AskedBy
from homeward.web.forms.presenters import answers_page, blank_page
from homeward.web.forms.reading import answers_posted
from homeward.web.gate import page
from homeward.web.people.opening import opened
from homeward.web.plans.opening import banner_of
from homeward.web.service_choice import service_here, services_here
from homeward.web.surveys.presenters import present_call, present_queue

QR_SCALE = 4  # about 4 centimetres printed: read by a phone held in an unsteady hand


@page(Permission.FOLLOW_UP)
def queue(request: HttpRequest) -> HttpResponse:
    """Who is to be rung about how it was, whose paper is to be printed and, if asked for, who was sent something."""
    now, service, with_sent = timezone.now(), service_here(request), request.GET.get("sent") == "shown"
    told = {
        "service": service,
        "services": services_here(request),
        "list": present_queue(survey_queue(request.actor, service.pk, now, with_sent=with_sent)),
        "with_sent": with_sent,
    }
    return render(request, "surveys/queue.jinja", told)


@page(Permission.SEE_NOTICES)
@never_cache
def mine(request: HttpRequest) -> HttpResponse:
    """Lead a member of staff to the survey they are asked to answer, if any."""
    one = my_invitation(request.actor, timezone.now())
    if one is None:
        return render(request, "surveys/none_for_me.jinja", {"service": service_here(request)})
    return redirect("survey", token_of(one))


@page(Permission.FOLLOW_UP)
@never_cache
def ask(request: HttpRequest, invitation_id: int) -> HttpResponse:
    """Ask somebody by phone, or type in a paper that came back."""
    now = timezone.now()
    try:
        one, person = _found(request, invitation_id, now)
        if request.method != "POST":
            return _show(request, one, person, {}, now)
        typed = answers_posted(built(one.form), request.POST, {})
        try:
            answer_for(
                actor=request.actor, invitation=one, given=request.POST.get("given", ""), answers=typed,
                may_keep=request.POST.get("may_keep") == "yes", now=now,
            )  # fmt: skip
        except SurveyEndedError:
            raise
        except RefusedError as error:
            return _show(request, one, person, typed, now, str(error))
    except SurveyEndedError as error:
        messages.error(request, str(error))
        return redirect("surveys:queue")
    messages.success(request, "Written down")
    return redirect("surveys:queue")


@page(Permission.FOLLOW_UP)
@require_POST
def not_reached(request: HttpRequest, invitation_id: int) -> HttpResponse:
    """They were rung and not reached."""
    return _noted(request, invitation_id, note_survey_not_reached, "Not reached. They stay on the list")


@page(Permission.FOLLOW_UP)
@require_POST
def said_no(request: HttpRequest, invitation_id: int) -> HttpResponse:
    """They do not want to answer."""
    return _noted(request, invitation_id, note_said_no, "Nobody asks them again")


@page(Permission.FOLLOW_UP)
@never_cache
def paper(request: HttpRequest, invitation_id: int) -> HttpResponse:
    """The survey on paper, with a square that opens it on a phone; in large print where it is asked for."""
    now = timezone.now()
    try:
        one, person = _found(request, invitation_id, now)
    except SurveyEndedError as error:
        messages.error(request, str(error))
        return redirect("surveys:queue")
    needs = {need.kind for need in person.communication_needs.all() if need.ended_on is None}
    asked = request.GET.get("size", "large" if "large_print" in needs or "low_vision" in needs else "usual")
    told = {
        "page": blank_page(built(one.form)),
        "service": one.service,
        "invitation_id": one.pk,
        "until": one.until,
        "is_large": asked == "large",
        "is_printed": any(step.kind == "printed" for step in one.steps.all()),
        "square": _square(link_of(token_of(one))),
        "phone": settings.HOMEWARD_PUBLIC_REFERRALS.get(one.service.code, ""),
    }
    return render(request, "surveys/paper.jinja", told)


@page(Permission.FOLLOW_UP)
@require_POST
def printed(request: HttpRequest, invitation_id: int) -> HttpResponse:
    """The paper was printed and goes out."""
    now = timezone.now()
    try:
        one, _ = _found(request, invitation_id, now)
        note_printed(actor=request.actor, invitation=one, now=now)
    except SurveyEndedError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "Kept as printed")
    return redirect("surveys:queue")


def link_of(token: str) -> str:
    """The address of a survey, as it is sent and printed."""
    return f"{settings.HOMEWARD_ADDRESS.rstrip('/')}/survey/{token}"


def _square(address: str) -> Markup:
    return Markup(segno.make(address, micro=False, error="m").svg_inline(scale=QR_SCALE, border=2))  # nosec B704


def _noted(request: HttpRequest, invitation_id: int, service, done: str) -> HttpResponse:
    now = timezone.now()
    try:
        one, _ = _found(request, invitation_id, now)
        service(actor=request.actor, invitation=one, note=request.POST.get("note", "").replace("\0", ""), now=now)
    except SurveyEndedError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return redirect("surveys:queue")


def _found(request: HttpRequest, invitation_id: int, now: datetime):
    one = invitation_for(request.actor, invitation_id, now)
    return one, opened(request, one.person_id, now)


def _show(request: HttpRequest, one, person, typed: dict, now: datetime, problem: str = "") -> HttpResponse:
    told = {
        "service": one.service,
        "banner": banner_of(request, person, now),
        "call": present_call(one, person),
        "page": answers_page(built(one.form), typed),
        "given": request.POST.get("given") or ("paper" if one.asked_by == AskedBy.PAPER else "phone"),
        "may_keep": request.POST.get("may_keep", "no"),
        "problem": problem,
    }
    return render(request, "surveys/ask.jinja", told, status=422 if problem else 200)
