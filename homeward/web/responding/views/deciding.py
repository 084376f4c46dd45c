"""Decisions about a response, and telling those whom it concerns."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from homeward.access.rules import Permission
from homeward.kernel.rules import RefusedError
from homeward.roster.selectors import on_call_between
from homeward.visits.selectors import standings_of, tellings_of
from homeward.visits.services import decide_response, explain_overrun, mark_told, step_up
from homeward.visits.states import LATE_DECISIONS, Decision, StepUp
from homeward.web.clocks import time_words
from homeward.web.gate import page
from homeward.web.responding.forms import DecisionForm, StepUpForm
from homeward.web.responding.presenters.settling import LATE_CHOICES, settling
from homeward.web.responding.views.board import get_response, offers_for


@page(Permission.RESPOND)
def decide(request: HttpRequest, episode_id: int) -> HttpResponse:
    """Record a decision on the scene or the area; what is refused is asked again with what was typed."""
    if request.method != "POST":
        return redirect("responding:case", episode_id)
    now = timezone.now()
    running, visit = get_response(request, episode_id, now)
    form = DecisionForm(request.POST)
    decision = request.POST.get("decision", "")
    if not form.is_valid():
        messages.error(request, "Use fewer words.")
        return redirect("responding:case", episode_id)
    try:
        decide_response(
            actor=request.actor,
            episode=running.episode,
            decision=decision,
            words=form.cleaned_data["words"],
            sender_told=form.cleaned_data["sender_told"],
            now=now,
        )
    except RefusedError as error:
        if decision in LATE_DECISIONS:
            return _show_nobody(request, episode_id, form, str(error))
        return _ask_again(request, running, visit, form, str(error))
    told = f"Recorded: {Decision(decision).label}."
    if decision == Decision.AREA_PASSED_ON:
        told += " Close the response as not needed after all, now that somebody else has it."
    if decision == Decision.LATE_SENT:
        told += " Now send them: choose from the list."
    messages.success(request, told)
    if request.POST.get("from") == "board":
        return redirect("responding:board")
    return redirect("responding:case", episode_id)


def _ask_again(request: HttpRequest, running, visit, form: DecisionForm, problem: str) -> HttpResponse:
    form.add_error("words", problem)
    standing = standings_of(request.actor, [visit], timezone.now())[visit.pk] if visit else None
    return render(
        request,
        "responding/decide.jinja",
        {
            "service": running.episode.service,
            "name": running.episode.subject_label,
            "episode_id": running.episode.pk,
            "settling": settling(standing, 0) if standing else None,
            "form": form,
            "decision": form.data.get("decision", ""),
        },
        status=422,
    )


@page(Permission.SEE_RESPONDING)
def nobody(request: HttpRequest, episode_id: int) -> HttpResponse:
    """Nobody can be there in time: decide what to do about it."""
    return _show_nobody(request, episode_id, DecisionForm())


def _show_nobody(request: HttpRequest, episode_id: int, form: DecisionForm, problem: str = "") -> HttpResponse:
    now = timezone.now()
    running, visit = get_response(request, episode_id, now)
    if problem:
        form.add_error("words", problem)
    phones = on_call_between(request.actor, running.episode.service_id, now, now)
    return render(
        request,
        "responding/nobody.jinja",
        {
            "service": running.episode.service,
            "name": running.episode.subject_label,
            "episode_id": episode_id,
            "form": form,
            "choices": LATE_CHOICES,
            "due": time_words(visit.window_closes_at, now) if visit else "",
            "who": offers_for(request, visit, now),
            "phones": phones,
            "may_respond": request.actor.may(Permission.RESPOND),
        },
        status=422 if problem else 200,
    )


@page(Permission.RESPOND)
def told(request: HttpRequest, episode_id: int, telling_id: int) -> HttpResponse:
    """Tick that somebody was told of the change."""
    if request.method == "POST":
        now = timezone.now()
        row = next((one for one in tellings_of(request.actor, episode_id, now) if one.pk == telling_id), None)
        try:
            if row is None:
                messages.error(request, "The day changed again. Look at who is to be told now.")
            else:
                mark_told(actor=request.actor, telling=row, now=now)
        except RefusedError as error:
            messages.error(request, str(error))
    return redirect(f"/responding/{episode_id}#told-title")


@page(Permission.RESPOND)
def more_help(request: HttpRequest, episode_id: int) -> HttpResponse:
    """Record that an ambulance was called, or that the person went into hospital."""
    if request.method == "POST":
        now = timezone.now()
        running, _ = get_response(request, episode_id, now)
        form = StepUpForm(request.POST, now=now)
        try:
            if not form.is_valid():
                raise RefusedError(f"{next(iter(form.errors.values()))[0]}.")
            told = form.cleaned_data
            step_up(
                actor=request.actor,
                episode=running.episode,
                kind=told["kind"],
                at=told["at"],
                words=told["note"],
                now=now,
            )
            words = f"Recorded: {StepUp(told['kind']).label.lower()} at {time_words(told['at'], now)}."
            if told["kind"] == StepUp.ADMITTED:
                words += " Close the response as admitted to hospital when everybody has left."
            messages.success(request, words)
        except RefusedError as error:
            messages.error(request, str(error))
    return redirect("responding:case", episode_id)


@page(Permission.RESPOND)
def overrun(request: HttpRequest, episode_id: int) -> HttpResponse:
    """Record why support goes on past its limit."""
    if request.method == "POST":
        now = timezone.now()
        running, _ = get_response(request, episode_id, now)
        try:
            explain_overrun(
                actor=request.actor,
                episode=running.episode,
                reason=request.POST.get("reason", "").replace("\0", "")[:4000],
                now=now,
            )
            messages.success(request, "Recorded why support goes on.")
        except RefusedError as error:
            messages.error(request, str(error))
    return redirect("responding:case", episode_id)
