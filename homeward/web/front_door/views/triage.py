"""One referral: everything it says, and the decision about it."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from homeward.access.rules import Permission
from homeward.kernel.rules import RefusedError, london_day
from homeward.people.selectors import current_alerts
from homeward.procedures.rules import Subject
from homeward.procedures.selectors import newest_pathways
from homeward.referrals.selectors import (
    ReferralNotFoundError,
    clock_events,
    events_of,
    messages_of,
    reading_for,
    referral_for,
    response_clock,
    suggestion_for,
)
from homeward.referrals.services import ask_for_more, decline_referral, redirect_referral
from homeward.referrals.states import ReferralAlreadyDecidedError
from homeward.visits.planning import accept_and_respond
from homeward.visits.selectors import day_plans, moves_shown, response_visits
from homeward.web.front_door.forms.deciding import DecisionForm
from homeward.web.front_door.presenters.moves import present_what_moved
from homeward.web.front_door.presenters.referral import referral_page, referral_status
from homeward.web.front_door.presenters.triage import present_triage
from homeward.web.gate import page
from homeward.web.live import seen, unchanged

TOPICS = ("referrals", "episodes")
PLANNINGS_LOOKED_AT = 100  # more than a day has


@page(Permission.SEE_FRONT_DOOR)
def referral(request: HttpRequest, referral_id: int) -> HttpResponse:
    """Everything a referral says, and the decision about it."""
    return _show(request, _get(request, referral_id))


@page(Permission.SEE_FRONT_DOOR)
def live_referral(request: HttpRequest, referral_id: int) -> HttpResponse:
    """Where a referral stands, or nothing when nothing changed."""
    if answer := unchanged(request, TOPICS):
        return answer
    newest = seen(TOPICS)
    now = timezone.now()
    one = _get(request, referral_id)
    return render(
        request,
        "front_door/live_referral.jinja",
        {"status": _status(one, now), "seen": newest, "referral_id": referral_id, "is_news": True},
    )


@page(Permission.TRIAGE_REFERRALS)
def accept(request: HttpRequest, referral_id: int) -> HttpResponse:
    """Accept onto a pathway; where it answers with a visit the day is re-planned, and what moved is shown."""
    if request.method != "POST":
        return redirect("front_door:referral", referral_id)
    one = _get(request, referral_id)
    form = DecisionForm(request.POST, decision="accept")
    form.is_valid()
    pathway = next((p for p in newest_pathways() if p.code == request.POST.get("pathway")), None)
    if pathway is None:
        form.add_error("pathway", "Choose a pathway")
        return _show(request, one, form)
    reason = form.check_entry(pathway)
    if form.errors:
        return _show(request, one, form, pathway.code)
    try:
        response = accept_and_respond(
            actor=request.actor, referral=one, pathway_code=pathway.code, now=timezone.now(), reason=reason
        )
    except RefusedError as error:
        return _refused(request, referral_id, error)
    name = one.person.label
    if response.plan is not None:
        messages.success(request, f"{name} accepted: {pathway.title}. The day is planned again.")
        return redirect("front_door:what_moved", referral_id, response.plan.pk)
    if response.visit is not None and request.actor.may(Permission.SEE_RESPONDING):
        messages.success(
            request,
            f"{name} accepted: {pathway.title}. The day could not be planned again just now: choose who goes.",
        )
        return redirect("responding:case", response.episode.pk)
    messages.success(request, f"{name} accepted: {pathway.title}.")
    return redirect("front_door:queue")


@page(Permission.TRIAGE_REFERRALS)
def redirect_on(request: HttpRequest, referral_id: int) -> HttpResponse:
    """Pass a referral to a service that fits better, saying which and why."""
    return _decide(
        request,
        referral_id,
        "redirect",
        lambda one, told, now: redirect_referral(
            actor=request.actor, referral=one, to=told["to"], reason=told["reason"], now=now
        ),
        "redirected to {to}",
    )


@page(Permission.TRIAGE_REFERRALS)
def decline(request: HttpRequest, referral_id: int) -> HttpResponse:
    """Decline a referral with a reason."""
    return _decide(
        request,
        referral_id,
        "decline",
        lambda one, told, now: decline_referral(actor=request.actor, referral=one, reason=told["reason"], now=now),
        "declined",
    )


@page(Permission.TRIAGE_REFERRALS)
def ask(request: HttpRequest, referral_id: int) -> HttpResponse:
    """Ask the person who referred for more."""
    return _decide(
        request,
        referral_id,
        "ask",
        lambda one, told, now: ask_for_more(actor=request.actor, referral=one, question=told["reason"], now=now),
        "marked as waiting for more. Its clock runs on",
    )


@page(Permission.SEE_FRONT_DOOR)
def what_moved(request: HttpRequest, referral_id: int, plan_id: int) -> HttpResponse:
    """What a re-planning changed when a referral was accepted."""
    one = _get(request, referral_id)
    now, actor = timezone.now(), request.actor
    episode = getattr(one, "episode", None)
    visit = None  # who may not see responses still sees what moved, the new visit among it
    if episode and actor.may(Permission.SEE_RESPONDING):
        visit = response_visits(actor, [episode.pk]).get(episode.pk)
    day = visit.day if visit else london_day(now)
    plan = next((p for p in day_plans(actor, one.service_id, day, PLANNINGS_LOOKED_AT) if p.pk == plan_id), None)
    if plan is None:
        raise Http404
    status = _status(one, now)
    return render(
        request,
        "front_door/what_moved.jinja",
        {
            "service": one.service,
            "name": one.person.label,
            "referral_id": one.pk,
            "status": status,
            "moved": present_what_moved(visit, moves_shown(actor, plan, now), status.clock, now),
        },
    )


def _get(request: HttpRequest, referral_id: int):
    try:
        return referral_for(request.actor, referral_id, timezone.now())
    except ReferralNotFoundError as error:
        raise Http404 from error


def _status(one, now):
    events = events_of(one)
    pathway = suggestion_for(one)
    clock = response_clock(pathway) if pathway else None
    happened = clock_events(events)
    episode = getattr(one, "episode", None)
    if episode is not None:
        happened += clock_events(episode.events.all())
    reading = reading_for(clock, one, happened, now) if clock else None
    return referral_status(one, events, reading, now)


def _decide(request: HttpRequest, referral_id: int, decision: str, service, words: str) -> HttpResponse:
    if request.method != "POST":
        return redirect("front_door:referral", referral_id)
    one = _get(request, referral_id)
    form = DecisionForm(request.POST, decision=decision)
    if not form.is_valid():
        return _show(request, one, form)
    try:
        service(one, form.cleaned_data, timezone.now())
    except RefusedError as error:
        return _refused(request, referral_id, error)
    messages.success(request, f"{one.reference}, {one.person.label}, {words.format(**form.cleaned_data)}.")
    return redirect("front_door:queue")


def _refused(request: HttpRequest, referral_id: int, error: RefusedError) -> HttpResponse:
    """Say why not; where somebody else decided first, the page that follows shows who."""
    told = str(error)
    if isinstance(error, ReferralAlreadyDecidedError):
        told = f"Nothing was changed. {told}"
    messages.error(request, told)
    return redirect("front_door:referral", referral_id)


def _show(request: HttpRequest, one, form: DecisionForm | None = None, pathway_code: str = "") -> HttpResponse:
    newest = seen(TOPICS)
    now, actor = timezone.now(), request.actor
    alerts = []
    if actor.may(Permission.SEE_PEOPLE):
        alerts = current_alerts(actor, [one.person_id], london_day(now)).get(one.person_id, [])
    pathways = [p for p in newest_pathways() if p.subject in (Subject.PERSON, Subject.CARER)]
    chosen = pathway_code or request.POST.get("pathway", "") or request.GET.get("pathway", "")
    status = _status(one, now)
    is_wrong = form is not None and bool(form.errors)
    return render(
        request,
        "front_door/referral.jinja",
        {
            "service": one.service,
            "page": referral_page(one, alerts, messages_of(actor, one), now),
            "status": status,
            "referral_id": one.pk,
            "seen": newest,
            "triage": present_triage(one, pathways, suggestion_for(one), chosen) if status.is_open else None,
            "may_triage": actor.may(Permission.TRIAGE_REFERRALS),
            "may_see_people": actor.may(Permission.SEE_PEOPLE),
            "form": form or DecisionForm(decision=""),
        },
        status=422 if is_wrong else 200,
    )
