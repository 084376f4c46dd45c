"""Changing the rota: one worker's day, and moving shifts."""

from collections.abc import Callable
from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from homeward.access.rules import Permission
from homeward.kernel.rules import RefusedError, day_words
from homeward.roster.selectors import (
    absences_of,
    contracts_on,
    hours_left,
    limits_of,
    rota_between,
    shift_changes_of,
    shift_on_rota,
)
from homeward.roster.services import (
    LimitsBrokenError,
    change_shift,
    move_shifts,
    put_shift,
    record_absence,
    remove_shift,
    shorten_absence,
)
from homeward.teams.selectors import WorkerNotFoundError, worker_for, workers_of
from homeward.web.gate import page
from homeward.web.roster.forms import DaysForm, MoveForm, TimesForm
from homeward.web.roster.presenters import cell as presenters
from homeward.web.roster.presenters.words import AWAY, monday_of
from homeward.web.roster.views.month import day_of
from homeward.web.service_choice import service_here


@page(Permission.SEE_ROSTER)
def cell(request: HttpRequest, worker_id: int, day: str) -> HttpResponse:
    """One worker's day: their shifts, whether they are away, and the forms that change it."""
    return _show(request, worker_here(request, worker_id), day_of(day))


@page(Permission.MANAGE_ROSTER)
def add(request: HttpRequest, worker_id: int, day: str) -> HttpResponse:
    """Put the worker on shift on this day."""
    worker, on = worker_here(request, worker_id), day_of(day)
    if request.method != "POST":
        return redirect("roster:cell", worker.pk, on.isoformat())
    form = TimesForm(request.POST)
    done = f"{worker.label} works {{starts_at}} to {{ends_at}} on {day_words(on)}."
    return _try(
        request, worker, on, form, "add", done,
        lambda told: put_shift(actor=request.actor, worker=worker, day=on, now=timezone.now(), **told),
    )  # fmt: skip


@page(Permission.MANAGE_ROSTER)
def change(request: HttpRequest, shift_id: int) -> HttpResponse:
    """Give a shift other times."""
    shift = _shift(request, shift_id)
    if request.method != "POST":
        return redirect("roster:cell", shift.worker_id, shift.day.isoformat())
    form = TimesForm(request.POST)
    return _try(
        request, shift.worker, shift.day, form, f"change-{shift.pk}", "Changed to {starts_at} to {ends_at}.",
        lambda told: change_shift(actor=request.actor, shift=shift, now=timezone.now(), **told),
    )  # fmt: skip


@page(Permission.MANAGE_ROSTER)
def remove(request: HttpRequest, shift_id: int) -> HttpResponse:
    """Take a shift out."""
    shift = _shift(request, shift_id)
    if request.method == "POST":
        try:
            reason = request.POST.get("reason", "").replace("\0", "")[:500]
            remove_shift(actor=request.actor, shift=shift, now=timezone.now(), reason=reason)
        except RefusedError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, f"Taken out. {shift.worker.label} does not work it any more.")
    return redirect("roster:cell", shift.worker_id, shift.day.isoformat())


@page(Permission.MANAGE_ROSTER)
def move(request: HttpRequest) -> HttpResponse:
    """Move a worker's shifts of a day to another worker or another day."""
    if request.method != "POST":
        return redirect("roster:month")
    form = MoveForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(told for _, told in form.problems()))
        return redirect("roster:month")
    told = form.cleaned_data
    worker, to_worker = worker_here(request, told["worker"]), worker_here(request, told["to_worker"])
    try:
        move_shifts(
            actor=request.actor, worker=worker, day=told["day"], to_worker=to_worker, to_day=told["to_day"],
            now=timezone.now(), reason=told["reason"],
        )  # fmt: skip
    except RefusedError as error:
        against = _against(error)
        shown = {
            "service": service_here(request),
            "form": form,
            "against": against,
            "what": f"Move the shift of {worker.label} on {day_words(told['day'])} to {to_worker.label} on"
            f" {day_words(told['to_day'])}",
            "back": _month_of(told["day"]),
        }
        return render(request, "roster/move.jinja", shown, status=422)
    messages.success(
        request, f"Moved: {to_worker.label} works it on {day_words(told['to_day'])}. They are told if it is published."
    )
    return redirect(_month_of(told["to_day"]))


@page(Permission.MANAGE_ROSTER)
def away(request: HttpRequest, worker_id: int, day: str) -> HttpResponse:
    """Record that the worker is away, or back earlier."""
    worker, on = worker_here(request, worker_id), day_of(day)
    if request.method != "POST":
        return redirect("roster:cell", worker.pk, on.isoformat())
    now = timezone.now()
    form = DaysForm(request.POST)
    absence = next(
        (one for one in absences_of(request.actor, worker, on) if request.POST.get("absence") == str(one.pk)), None
    )
    if absence is None and form.is_valid() and form.cleaned_data["kind"] not in AWAY:
        form.add_error("kind", "Choose why they are away")
    if not form.is_valid():
        return _show(request, worker, on, away_form=form)
    told = form.cleaned_data
    try:
        if absence:
            back = told["ends_on"]
            shorten_absence(actor=request.actor, absence=absence, last_day=back, now=now)
        else:
            record_absence(
                actor=request.actor, worker=worker, kind=told["kind"], starts_on=told["starts_on"],
                ends_on=told["ends_on"] or told["starts_on"], now=now,
            )  # fmt: skip
    except RefusedError as error:
        form.add_error("ends_on", str(error))
        return _show(request, worker, on, away_form=form)
    messages.success(request, "Recorded. Their shifts of these days are not counted any more." if not absence else
                     "Recorded. The shifts of the days they are back stand again.")  # fmt: skip
    return redirect("roster:cell", worker.pk, on.isoformat())


def worker_here(request: HttpRequest, worker_id: int):
    """The worker of an address.

    Raises: Http404.
    """
    try:
        return worker_for(request.actor, worker_id)
    except WorkerNotFoundError as error:
        raise Http404(str(error)) from error


def _shift(request: HttpRequest, shift_id: int):
    shift = shift_on_rota(request.actor, service_here(request).pk, shift_id)
    if shift is None:
        raise Http404("There is no such shift, or it was taken out.")
    return shift


def _try(
    request: HttpRequest, worker, on: date, form: TimesForm, name: str, done: str, service: Callable[[dict], object]
) -> HttpResponse:  # fmt: skip
    against = None
    if form.is_valid():
        try:
            service(form.cleaned_data)
        except RefusedError as error:
            against = _against(error)
        else:
            messages.success(request, done.format(**form.cleaned_data))
            return redirect("roster:cell", worker.pk, on.isoformat())
    return _show(request, worker, on, times_form=form, times_of=name, against=against)


def _against(error: RefusedError) -> presenters.Against:
    if isinstance(error, LimitsBrokenError):
        return presenters.against(error.found, may_confirm=error.may_confirm)
    return presenters.against(str(error))


def _show(
    request: HttpRequest, worker, on: date, *, times_form: TimesForm | None = None, times_of: str = "",
    away_form: DaysForm | None = None, against: presenters.Against | None = None,
) -> HttpResponse:  # fmt: skip
    service_id = worker.service_id
    actor = request.actor
    may_manage = actor.may(Permission.MANAGE_ROSTER)
    told = {
        "service": worker.service,
        "cell": presenters.cell(
            worker,
            on,
            rota_between(actor, service_id, on, on, [worker.pk]),
            workers_of(service_id) if may_manage else (),
            absences_of(actor, worker, on),
            limits_of(actor, service_id, on).get(worker.pk),
            hours_left(actor, service_id, on),
            contracts_on(actor, service_id, on).get(worker.pk),
            shift_changes_of(actor, worker, on, with_drafts=True),
        ),
        "may_manage": may_manage,
        "times_form": times_form or TimesForm(),
        "times_of": times_of,
        "away_form": away_form or DaysForm(initial={"starts_on": on.isoformat(), "ends_on": on.isoformat()}),
        "against": against,
        "kinds": [("", [(code, words[1]) for code, words in AWAY.items()])],
    }
    bad = (times_form is not None and not times_form.is_valid()) or against or away_form
    return render(request, "roster/cell.jinja", told, status=422 if bad else 200)


def _month_of(day: date) -> str:
    return f"{reverse('roster:month')}?from={monday_of(day).isoformat()}"
