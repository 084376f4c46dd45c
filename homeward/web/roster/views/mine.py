"""A worker's own rota, and what they ask of it."""

from collections.abc import Callable
from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from homeward.access.rules import Permission
from homeward.kernel.rules import RefusedError, day_words, london_day, whole_number
from homeward.roster.selectors import (
    asked_of_me,
    my_contract,
    my_requests,
    my_rota,
    open_shift_for,
    open_shifts,
    request_for,
    shift_changes_of,
    shift_on_rota,
    shifts_to_swap,
)
from homeward.roster.services import (
    ask_leave,
    ask_open_shift,
    ask_swap,
    ask_to_work,
    offer_shift,
    published_until,
    take_up,
    turn_down,
    withdraw_request,
)
from homeward.teams.selectors import workers_of
from homeward.web.gate import page
from homeward.web.roster.forms import DaysForm, WishForm
from homeward.web.roster.presenters import mine as presenters
from homeward.web.roster.presenters.words import clock, monday_of
from homeward.web.service_choice import service_here

WEEKS = 5
CHANGES_SHOWN = 6
ANSWERS: dict[str, tuple[Callable, str]] = {
    "take": (take_up, "Thank you. Your lead decides now, and you will be told."),
    "no": (turn_down, "Your colleague is told that you said no."),
    "withdraw": (withdraw_request, "Withdrawn."),
}


@page(Permission.ASK_ROSTER)
def rota(request: HttpRequest) -> HttpResponse:
    """The reader's next weeks."""
    return _show(request)


@page(Permission.ASK_ROSTER)
def leave(request: HttpRequest) -> HttpResponse:
    """Ask for leave."""
    if request.method != "POST":
        return redirect("my_rota:rota")
    form = DaysForm(request.POST)
    if form.is_valid():
        told = form.cleaned_data
        try:
            ask_leave(
                actor=request.actor, starts_on=told["starts_on"], ends_on=told["ends_on"] or told["starts_on"],
                now=timezone.now(), text=told["text"],
            )  # fmt: skip
        except RefusedError as error:
            form.add_error("starts_on", str(error))
        else:
            messages.success(request, "Asked. You will be told when your lead decides.")
            return redirect("my_rota:rota")
    return _show(request, leave_form=form)


@page(Permission.ASK_ROSTER)
def wish(request: HttpRequest) -> HttpResponse:
    """Ask to work on a day."""
    if request.method != "POST":
        return redirect("my_rota:rota")
    form = WishForm(request.POST)
    if form.is_valid():
        told = form.cleaned_data
        try:
            ask_to_work(
                actor=request.actor, day=told["on"], starts_at=told["starts_at"], ends_at=told["ends_at"],
                now=timezone.now(), text=told["text"],
            )  # fmt: skip
        except RefusedError as error:
            form.add_error("on", str(error))
        else:
            messages.success(request, "Asked. You will be told when your lead decides.")
            return redirect("my_rota:rota")
    return _show(request, wish_form=form)


@page(Permission.ASK_ROSTER)
def shift(request: HttpRequest, shift_id: int) -> HttpResponse:
    """One shift of the reader's: offer it, or ask a colleague to swap."""
    mine = _own_shift(request, shift_id)
    told = {
        "service": service_here(request),
        "shift": mine,
        "title": f"{day_words(mine.day)}, {clock(mine.starts_at)} to {clock(mine.ends_at)}",
        "colleagues": [
            (str(one.pk), f"{one.label}, {one.job_title or one.organisation}")
            for one in workers_of(mine.worker.service_id)
            if one.pk != mine.worker_id and set(one.skills) & set(mine.worker.skills)
        ],
        "theirs": [
            (str(one.pk), f"{day_words(one.day)}, {clock(one.starts_at)} to {clock(one.ends_at)}: {one.worker.label}")
            for one in shifts_to_swap(request.actor, mine, timezone.now())
        ],
    }
    return render(request, "roster/my_shift.jinja", told)


@page(Permission.ASK_ROSTER)
def offer(request: HttpRequest, shift_id: int) -> HttpResponse:
    """Offer a shift to everybody, or to one colleague."""
    mine = _own_shift(request, shift_id)
    if request.method == "POST":
        to = whole_number(request.POST.get("to_worker", ""))
        to_worker = next((one for one in workers_of(mine.worker.service_id) if one.pk == to), None)
        return _ask(
            request,
            lambda: offer_shift(
                actor=request.actor, shift=mine, now=timezone.now(), to_worker=to_worker,
                text=request.POST.get("text", "").replace("\0", ""),
            ),
            "Offered. When somebody takes it up, your lead decides.",
        )  # fmt: skip
    return redirect("my_rota:shift", shift_id)


@page(Permission.ASK_ROSTER)
def swap(request: HttpRequest, shift_id: int) -> HttpResponse:
    """Ask a colleague to swap."""
    mine = _own_shift(request, shift_id)
    if request.method == "POST":
        number = whole_number(request.POST.get("other_shift", ""))
        other = shift_on_rota(request.actor, mine.worker.service_id, number) if number else None
        if other is None or other.is_draft:
            messages.error(request, "Choose which shift you would take.")
            return redirect("my_rota:shift", shift_id)
        return _ask(
            request,
            lambda: ask_swap(
                actor=request.actor, shift=mine, other_shift=other, now=timezone.now(),
                text=request.POST.get("text", "").replace("\0", ""),
            ),
            "Asked. When your colleague agrees, your lead decides.",
        )  # fmt: skip
    return redirect("my_rota:shift", shift_id)


@page(Permission.ASK_ROSTER)
def ask_open(request: HttpRequest, open_shift_id: int) -> HttpResponse:
    """Ask for a shift that nobody has."""
    if request.method != "POST":
        return redirect("my_rota:rota")
    row = open_shift_for(request.actor, service_here(request).pk, open_shift_id)
    if row is None:
        raise Http404("There is no such shift.")
    return _ask(
        request,
        lambda: ask_open_shift(actor=request.actor, open_shift=row, now=timezone.now()),
        "Asked. You will be told when your lead decides.",
    )


@page(Permission.ASK_ROSTER)
def answer(request: HttpRequest, request_id: int, what: str) -> HttpResponse:
    """Take up, turn down or withdraw a request."""
    if request.method != "POST" or what not in ANSWERS:
        return redirect("my_rota:rota")
    service, done = ANSWERS[what]
    asked = request_for(request.actor, request_id)
    return _ask(request, lambda: service(actor=request.actor, request=asked, now=timezone.now()), done)


def _ask(request: HttpRequest, service: Callable, done: str) -> HttpResponse:
    try:
        service()
    except RefusedError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return redirect("my_rota:rota")


def _own_shift(request: HttpRequest, shift_id: int):
    mine = shift_on_rota(request.actor, service_here(request).pk, shift_id)
    if mine is None or mine.worker_id != request.actor.worker_id or mine.is_draft:
        raise Http404("There is no such shift of yours, or it was taken out.")
    return mine


def _show(
    request: HttpRequest, *, leave_form: DaysForm | None = None, wish_form: WishForm | None = None
) -> HttpResponse:
    now = timezone.now()
    today = london_day(now)
    first = monday_of(today)
    actor = request.actor
    own = my_rota(actor, first, first + timedelta(days=7 * WEEKS - 1))
    service = own.workers[0].service if own.workers else service_here(request)
    told = {
        "service": service,
        "mine": presenters.mine(
            own,
            today,
            now,
            my_contract(actor, today),
            my_requests(actor, today),
            asked_of_me(actor, today),
            open_shifts(actor, service.pk, today, mine=True),
            shift_changes_of(actor, own.workers[0], today)[:CHANGES_SHOWN],
            published_until(service.pk),
        )
        if own.workers
        else None,
        "leave_form": leave_form or DaysForm(),
        "wish_form": wish_form or WishForm(),
    }
    bad = (leave_form and leave_form.errors) or (wish_form and wish_form.errors)
    return render(request, "roster/mine.jinja", told, status=422 if bad else 200)
