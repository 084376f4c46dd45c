"""Chasing rounds: answering what is asked, the result for wards and community, and when rounds are."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from homeward.access.rules import Permission
from homeward.discharge.selectors import owners_to_choose
from homeward.discharge.selectors.rounds import (
    RoundNotFoundError,
    ask_for,
    asked_of_me,
    leads_of,
    rounds_of,
    sheet_of,
    timetable_of,
)
from homeward.discharge.services.rounds import answer_ask, set_timetable
from homeward.discharge.states import AnswerKind
from homeward.kernel.rules import RefusedError, whole_number
from homeward.teams.selectors import accounts_that_may, teams_of
from homeward.web.coming_home.presenters.words import delay_groups
from homeward.web.gate import page
from homeward.web.live import seen, unchanged
from homeward.web.rounds.forms import AnswerForm, TimesForm, as_typed, owner_typed, time_choices
from homeward.web.rounds.presenters import (
    ANSWERS,
    asked_page,
    owner_groups,
    question,
    round_lines,
    sheet_page,
    times_words,
)
from homeward.web.service_choice import service_here, services_here

TOPICS = ("rounds", "stays")


@page(Permission.SEE_NOTICES)
def asked(request: HttpRequest) -> HttpResponse:
    """What the newest round asks of the reader, and what else is theirs."""
    return render(request, "rounds/asked.jinja", _asked(request))


@page(Permission.SEE_NOTICES)
def live_asked(request: HttpRequest) -> HttpResponse:
    """The part of it that changes, or nothing when nothing has."""
    return unchanged(request, TOPICS) or render(request, "rounds/live_asked.jinja", _asked(request))


def _asked(request: HttpRequest) -> dict:
    now, newest, service = timezone.now(), seen(TOPICS), service_here(request)
    timetable = timetable_of(request.actor, service.pk)
    found = asked_page(asked_of_me(request.actor, service.pk, now), timetable, now)
    return {"service": service, "services": services_here(request), "seen": newest, "page": found}


@page(Permission.SEE_NOTICES)
def ask(request: HttpRequest, ask_id: int) -> HttpResponse:
    """One question with its answers to choose from: the whole of it, or its card in the list."""
    now = timezone.now()
    one = question(_found(request, ask_id, now), now)
    if request.headers.get("HX-Request"):
        return render(request, "rounds/card.jinja", {"one": one})
    return render(request, "rounds/ask.jinja", {"one": one})


@page(Permission.SEE_NOTICES)
def answer(request: HttpRequest, ask_id: int, kind: str) -> HttpResponse:
    """Give one answer. What more it needs is asked first; done and on time need nothing."""
    if kind not in AnswerKind.values:
        raise Http404
    now, is_part = timezone.now(), bool(request.headers.get("HX-Request"))
    found = _found(request, ask_id, now)
    form = AnswerForm(request.POST) if request.method == "POST" else AnswerForm()
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            answer_ask(
                actor=request.actor, ask=found.ask, kind=kind, text=told["text"], until=told["moment"],
                reason=told["reason"], put_to=owner_typed(told["owner"]), now=now,
            )  # fmt: skip
        except RefusedError as error:
            form.blame(kind, str(error))
        else:
            if is_part:
                return render(
                    request, "rounds/card.jinja", {"one": question(_found(request, ask_id, now), now), "is_new": True}
                )
            messages.success(request, f"Answered: {ANSWERS[AnswerKind(kind)][0].lower()}")
            return redirect("rounds:asked")
    told = {
        "one": question(found, now),
        "kind": kind,
        "words": ANSWERS[AnswerKind(kind)][0],
        "form": form,
        "times": time_choices(now),
        "reasons": delay_groups(),
        "owners": owner_groups(owners_to_choose(request.actor, found.ask.round.service_id))
        if kind == AnswerKind.NOT_MINE and request.actor.may(Permission.SEE_STAYS)
        else [],
    }
    return render(request, f"rounds/{'answer_part' if is_part else 'answer'}.jinja", told)


@page(Permission.SEE_STAYS)
def rounds(request: HttpRequest) -> HttpResponse:
    """The rounds that were held, and when the next is."""
    now, service = timezone.now(), service_here(request)
    timetable = timetable_of(request.actor, service.pk)
    told = {
        "service": service,
        "services": services_here(request),
        "rounds": round_lines(rounds_of(request.actor, service.pk), now),
        "times": times_words(timetable, now),
        "may_set": request.actor.may(Permission.SET_ESCALATION),
    }
    return render(request, "rounds/list.jinja", told)


@page(Permission.SEE_STAYS)
def sheet(request: HttpRequest, round_id: int) -> HttpResponse:
    """The result of one round, for a ward, a team or all; it prints on paper."""
    return render(request, "rounds/sheet.jinja", _sheet(request, round_id))


@page(Permission.SEE_STAYS)
def live_sheet(request: HttpRequest, round_id: int) -> HttpResponse:
    """The part of the sheet that changes while owners answer, or nothing when nothing has."""
    return unchanged(request, TOPICS) or render(request, "rounds/live_sheet.jinja", _sheet(request, round_id))


def _sheet(request: HttpRequest, round_id: int) -> dict:
    now, newest = timezone.now(), seen(TOPICS)
    try:
        found = sheet_of(request.actor, round_id, now)
    except RoundNotFoundError as error:
        raise Http404 from error
    wanted = {name: request.GET.get(name, "") for name in ("by", "ward", "team")}
    return {"service": found.round.service, "seen": newest, "page": sheet_page(found, wanted, now)}


@page(Permission.SET_ESCALATION)
def times(request: HttpRequest) -> HttpResponse:
    """When a service has rounds, how long owners have to answer, and who hears of each team's silence."""
    now, service = timezone.now(), service_here(request)
    timetable = timetable_of(request.actor, service.pk)
    teams, leads = teams_of(service.pk), leads_of(request.actor, service.pk)
    form = TimesForm(request.POST) if request.method == "POST" else TimesForm(initial=as_typed(timetable))
    if request.method == "POST" and form.is_valid():
        chosen = {team.pk: whole_number(request.POST.get(f"lead-{team.pk}", "")) for team in teams}
        try:
            set_timetable(actor=request.actor, service_id=service.pk, timetable=form.timetable(), leads=chosen, now=now)
        except RefusedError as error:
            form.add_error("weekday_times", str(error))
        else:
            messages.success(request, "Saved. It holds from the next round.")
            return redirect("rounds:times")
    standing = {
        team.pk: request.POST.get(f"lead-{team.pk}", "")
        if form.is_bound
        else str(getattr(leads.get(team.pk), "pk", ""))
        for team in teams
    }
    told = {
        "service": service,
        "services": services_here(request),
        "form": form,
        "words": times_words(timetable, now),
        "teams": [(team.pk, team.name, standing[team.pk]) for team in teams],
        "accounts": [
            (str(one.pk), f"{one.full_name}, {one.job_title or one.role_title}")
            for one in accounts_that_may(Permission.SEE_STAYS, service.pk)
        ],
    }
    return render(request, "rounds/times.jinja", told)


def _found(request: HttpRequest, ask_id: int, now):
    try:
        return ask_for(request.actor, ask_id, now)
    except RoundNotFoundError as error:
        raise Http404 from error
