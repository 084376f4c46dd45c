"""One referral: everything it says, and the decision about it."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from homeward.access.rules import Permission
from homeward.kernel.rules import RefusedError, london_day
from homeward.people.selectors import current_alerts
from homeward.referrals.selectors import (
    ReferralNotFoundError,
    clock_events,
    events_of,
    messages_of,
    pathways_for,
    reading_for,
    replies_of,
    reply_for,
    response_clock,
    suggestion_for,
)
from homeward.referrals.services import (
    ask_for_more,
    decline_referral,
    give_advice,
    propose_acceptance,
    redirect_referral,
    reopen_referral,
    replay_reply,
    withdraw_proposal,
)
from homeward.visits.planning import accept_and_respond
from homeward.visits.selectors import day_plans, moves_shown, response_visits
from homeward.web.forms.needed import panel_of_referral
from homeward.web.front_door.forms.deciding import DecisionForm
from homeward.web.front_door.forms.desk import DeskForm
from homeward.web.front_door.presenters.moves import present_what_moved
from homeward.web.front_door.presenters.referral import referral_page, referral_status
from homeward.web.front_door.presenters.triage import first_contact_words, present_triage
from homeward.web.front_door.views.desk import colleagues_for
from homeward.web.front_door.views.opening import opened, refused
from homeward.web.gate import page
from homeward.web.live import seen, unchanged

TOPICS = ("referrals", "episodes")
PLANNINGS_LOOKED_AT = 100  # more than a day has


@page(Permission.SEE_FRONT_DOOR)
def referral(request: HttpRequest, referral_id: int) -> HttpResponse:
    """Everything a referral says, and the decision about it."""
    return _show(request, opened(request, referral_id))


@page(Permission.SEE_FRONT_DOOR)
def live_referral(request: HttpRequest, referral_id: int) -> HttpResponse:
    """Where a referral stands, or nothing when nothing changed."""
    if answer := unchanged(request, TOPICS):
        return answer
    newest = seen(TOPICS)
    now = timezone.now()
    one = opened(request, referral_id)
    return render(
        request,
        "front_door/live_referral.jinja",
        {
            "status": _status(request, one, now),
            "seen": newest,
            "referral_id": referral_id,
            "is_news": True,
            "may_triage": request.actor.may(Permission.TRIAGE_REFERRALS),
        },
    )


@page(Permission.TRIAGE_REFERRALS)
def accept(request: HttpRequest, referral_id: int) -> HttpResponse:
    """Accept onto a pathway, or propose it where two must agree.

    Where the pathway answers with a visit the day is re-planned, and what moved is shown.
    """
    if request.method != "POST":
        return redirect("front_door:referral", referral_id)
    one = opened(request, referral_id)
    form = DecisionForm(request.POST, decision="accept")
    form.is_valid()
    pathway = next((p for p in pathways_for(one) if p.code == request.POST.get("pathway")), None)
    if pathway is None:
        form.add_error("pathway", "Choose a pathway")
        return _show(request, one, form)
    reason = form.check_entry(pathway)
    if form.errors:
        return _show(request, one, form, pathway.code)
    if pathway.entry.second_person_agrees:
        try:
            propose_acceptance(
                actor=request.actor,
                referral=one,
                pathway_code=pathway.code,
                pathway_title=pathway.title,
                now=timezone.now(),
                reason=reason,
            )
        except RefusedError as error:
            return refused(request, referral_id, error)
        messages.success(request, f"{pathway.title} proposed for {one.subject_label}. A second person must agree.")
        return redirect("front_door:referral", referral_id)
    return _accept(request, one, pathway, reason)


@page(Permission.TRIAGE_REFERRALS)
def agree(request: HttpRequest, referral_id: int) -> HttpResponse:
    """Agree, as the second person, to what somebody else proposed: it starts."""
    if request.method != "POST":
        return redirect("front_door:referral", referral_id)
    one = opened(request, referral_id)
    pathway = next((p for p in pathways_for(one) if p.code == one.proposed_pathway_code), None)
    if pathway is None:
        return refused(request, referral_id, RefusedError("Nothing is proposed any more."))
    if request.POST.get("pathway", "") != pathway.code:
        form = DecisionForm(request.POST, decision="agree")
        form.add_error("pathway", f"What is proposed is now: {pathway.title}. Nothing was started. Read it again")
        return _show(request, one, form, pathway.code)
    proposer = one.proposed_by.full_name if one.proposed_by else "somebody"
    note = request.POST.get("note", "").replace("\0", "").strip()
    return _accept(request, one, pathway, f"Proposed by {proposer}, agreed by {request.actor.name}. {note}".strip())


@page(Permission.TRIAGE_REFERRALS)
def disagree(request: HttpRequest, referral_id: int) -> HttpResponse:
    """Not agree to what was proposed, saying why; the first person may take it back too."""
    return _decide(
        request,
        referral_id,
        "disagree",
        lambda one, told, now: withdraw_proposal(actor=request.actor, referral=one, reason=told["reason"], now=now),
        "waits again. What was proposed is taken back",
        goes_on=True,
    )


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
def advise(request: HttpRequest, referral_id: int) -> HttpResponse:
    """End a referral with advice, where advice is all that is needed."""
    return _decide(
        request,
        referral_id,
        "advise",
        lambda one, told, now: give_advice(actor=request.actor, referral=one, advice=told["reason"], now=now),
        "answered with advice",
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


@page(Permission.TRIAGE_REFERRALS)
def reopen(request: HttpRequest, referral_id: int) -> HttpResponse:
    """Bring back a referral that was turned away. Its clock starts again."""
    return _decide(
        request,
        referral_id,
        "reopen",
        lambda one, told, now: reopen_referral(actor=request.actor, referral=one, reason=told["reason"], now=now),
        "opened again. It waits in the queue",
        goes_on=True,
    )


@page(Permission.SEE_FRONT_DOOR)
def what_moved(request: HttpRequest, referral_id: int, plan_id: int) -> HttpResponse:
    """What a re-planning changed when a referral was accepted."""
    one = opened(request, referral_id)
    now, actor = timezone.now(), request.actor
    episode = getattr(one, "episode", None)
    visit = None  # who may not see responses still sees what moved, the new visit among it
    if episode and actor.may(Permission.SEE_RESPONDING):
        visit = response_visits(actor, [episode.pk]).get(episode.pk)
    day = visit.day if visit else london_day(now)
    plan = next((p for p in day_plans(actor, one.service_id, day, PLANNINGS_LOOKED_AT) if p.pk == plan_id), None)
    if plan is None:
        raise Http404
    status = _status(request, one, now)
    return render(
        request,
        "front_door/what_moved.jinja",
        {
            "service": one.service,
            "name": one.subject_label,
            "referral_id": one.pk,
            "status": status,
            "moved": present_what_moved(visit, moves_shown(actor, plan, now), status.clock, now),
        },
    )


def _accept(request: HttpRequest, one, pathway, reason: str) -> HttpResponse:
    try:
        response = accept_and_respond(
            actor=request.actor, referral=one, pathway_code=pathway.code, now=timezone.now(), reason=reason
        )
    except RefusedError as error:
        return refused(request, one.pk, error)
    name = one.subject_label
    if response.plan is not None:
        messages.success(request, f"{name} accepted: {pathway.title}. The day is planned again.")
        return redirect("front_door:what_moved", one.pk, response.plan.pk)
    is_today = response.visit is not None and response.visit.day == london_day(timezone.now())
    if is_today and request.actor.may(Permission.SEE_RESPONDING):
        messages.success(
            request,
            f"{name} accepted: {pathway.title}. The day could not be planned again just now: choose who goes.",
        )
        return redirect("responding:case", response.episode.pk)
    messages.success(request, f"{name} accepted: {pathway.title}. {first_contact_words(pathway, response.visit)}")
    return redirect("front_door:referral", one.pk)


def _status(request: HttpRequest, one, now):
    events = events_of(one)
    pathway = suggestion_for(one)
    clock = response_clock(pathway) if pathway else None
    happened = clock_events(events)
    episode = getattr(one, "episode", None)
    if episode is not None:
        happened += clock_events(episode.events.all())
    reading = reading_for(clock, one, happened, now) if clock else None
    return referral_status(one, events, reading, request.actor, now)


def _decide(
    request: HttpRequest, referral_id: int, decision: str, service, words: str, *, goes_on: bool = False
) -> HttpResponse:
    """One decision with its words; then the queue, or the same referral where work on it `goes_on`."""
    if request.method != "POST":
        return redirect("front_door:referral", referral_id)
    one = opened(request, referral_id)
    form = DecisionForm(request.POST, decision=decision)
    if not form.is_valid():
        return _show(request, one, form)
    try:
        service(one, form.cleaned_data, timezone.now())
    except RefusedError as error:
        return refused(request, referral_id, error)
    messages.success(request, f"{one.reference}, {one.subject_label}, {words.format(**form.cleaned_data)}.")
    return redirect("front_door:referral", referral_id) if goes_on else redirect("front_door:queue")


@page(Permission.TRIAGE_REFERRALS)
@require_POST
def send_again(request: HttpRequest, referral_id: int, reply_id: int) -> HttpResponse:
    """Send the sender of a referral an answer again."""
    try:
        reply = reply_for(request.actor, reply_id)
        if reply.referral_id != referral_id:
            raise Http404
        replay_reply(actor=request.actor, reply=reply, now=timezone.now())
        messages.success(request, "The answer goes out again within seconds, under the same number.")
    except ReferralNotFoundError as error:
        raise Http404 from error
    except RefusedError as error:
        messages.error(request, str(error))
    return redirect("front_door:referral", referral_id)


def _show(request: HttpRequest, one, form: DecisionForm | None = None, pathway_code: str = "") -> HttpResponse:
    newest = seen(TOPICS)
    now, actor = timezone.now(), request.actor
    alerts = []
    if one.person_id and actor.may(Permission.SEE_PEOPLE):
        alerts = current_alerts(actor, [one.person_id], london_day(now)).get(one.person_id, [])
    chosen = pathway_code or request.POST.get("pathway", "") or request.GET.get("pathway", "")
    status, events = _status(request, one, now), events_of(one)
    triage = None
    if status.is_open:
        triage = present_triage(
            one, pathways_for(one), suggestion_for(one), chosen, events=events, actor=actor, now=now
        )
    forms = None
    if triage is not None and triage.chosen is not None and one.person_id and actor.may(Permission.SEE_PEOPLE):
        pathway = next(each for each in pathways_for(one) if each.code == triage.chosen.code)
        forms = panel_of_referral(actor, one, pathway)
    is_wrong = form is not None and bool(form.errors)
    return render(
        request,
        "front_door/referral.jinja",
        {
            "service": one.service,
            "page": referral_page(actor, one, alerts, messages_of(actor, one), replies_of(actor, one), events, now),
            "status": status,
            "referral_id": one.pk,
            "reference": one.reference,
            "seen": newest,
            "triage": triage,
            "forms": forms,
            "may_triage": actor.may(Permission.TRIAGE_REFERRALS),
            "may_take": actor.may(Permission.TAKE_REFERRALS),
            "may_see_people": actor.may(Permission.SEE_PEOPLE),
            "form": form or DecisionForm(decision=""),
            "desk_form": DeskForm(deed="comment"),
            "colleagues": colleagues_for(request, one),
            "is_held": one.held_by_id is not None,
        },
        status=422 if is_wrong else 200,
    )
