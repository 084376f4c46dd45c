"""One stay: the plan to leave, reviews, what must be ready, and leaving."""

from datetime import datetime, timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from homeward.access.rules import Permission
from homeward.beds.selectors import BedNotFoundError, need_for, stay_for
from homeward.beds.services import (
    add_way_home_need,
    come_back,
    explain_overrun,
    go_to_hospital,
    leave_bed,
    meet_way_home_need,
    move_bed,
    plan_leaving,
    review_stay,
)
from homeward.beds.states import OverrunReason, Support, WayHomeKind
from homeward.kernel.rules import RefusedError, london_day
from homeward.web.beds.forms import AskedBeds, moment_value, only_by_form, tried
from homeward.web.beds.presenters import LEVELS, present_stay
from homeward.web.gate import page
from homeward.web.plans.opening import banner_of

A_WEEK = timedelta(days=7)


@page(Permission.SEE_BEDS)
def stay(request: HttpRequest, bed_stay_id: int) -> HttpResponse:
    """One stay: day n of six weeks, goals, reviews, the way home."""
    return _show(request, bed_stay_id, timezone.now())


@page(Permission.RUN_BEDS)
def plan(request: HttpRequest, bed_stay_id: int) -> HttpResponse:
    """The day to leave and the next step."""

    def do(asked: AskedBeds, found, now: datetime) -> str:
        leaving_on = _day(asked, "plan_leaving_on", "the day they aim to leave")
        plan_leaving(
            actor=request.actor, stay=found.stay, leaving_on=leaving_on,
            next_step=asked.typed("plan_next_step"), next_step_by=asked.typed("plan_next_step_by"), now=now,
        )  # fmt: skip
        return "The way home is planned"

    return _done(request, bed_stay_id, "plan", "plan_leaving_on", do)


@page(Permission.RUN_BEDS)
def need(request: HttpRequest, bed_stay_id: int) -> HttpResponse:
    """Something that must be ready before they leave."""

    def do(asked: AskedBeds, found, now: datetime) -> str:
        add_way_home_need(
            actor=request.actor, stay=found.stay, kind=asked.typed("need_kind"), text=asked.typed("need_text"),
            owner=asked.typed("need_owner"), by_day=_day(asked, "need_by", "by which day"), now=now,
        )  # fmt: skip
        return "Added to what must be ready"

    return _done(request, bed_stay_id, "need", "need_text", do)


@page(Permission.RUN_BEDS)
def need_ready(request: HttpRequest, way_home_id: int) -> HttpResponse:
    """Something is ready for home."""
    now = timezone.now()
    try:
        row = need_for(request.actor, way_home_id)
        stay_for(request.actor, row.stay_id, now)  # may the reader see whose it is
    except BedNotFoundError as error:
        raise Http404 from error
    if request.method == "POST":
        try:
            meet_way_home_need(actor=request.actor, need=row, now=now)
        except RefusedError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, "It is ready")
    return redirect("beds:stay", row.stay_id)


@page(Permission.RUN_BEDS)
def review(request: HttpRequest, bed_stay_id: int) -> HttpResponse:
    """A look at the way home."""

    def do(asked: AskedBeds, found, now: datetime) -> str:
        levels = {}
        for line in found.goals:
            level = asked.typed(f"goal-{line.goal.pk}")
            if level in LEVELS:
                levels[line.goal.pk] = (int(level), "")
        review_stay(
            actor=request.actor, stay=found.stay, held_on=_day(asked, "review_held_on", "the day of the review"),
            text=asked.typed("review_text"), holds_up=asked.typed("review_holds_up"), levels=levels,
            leaving_on=_day(asked, "review_leaving_on", "the day they aim to leave"),
            next_on=_day(asked, "review_next_on", "the day of the next review"), now=now,
        )  # fmt: skip
        return "The review is kept"

    return _done(request, bed_stay_id, "review", "review_text", do)


@page(Permission.RUN_BEDS)
def overrun(request: HttpRequest, bed_stay_id: int) -> HttpResponse:
    """Why a stay goes past its limit."""

    def do(asked: AskedBeds, found, now: datetime) -> str:
        explain_overrun(
            actor=request.actor, stay=found.stay, reason=asked.typed("overrun_reason"),
            text=asked.typed("overrun_text"), until=_day(asked, "overrun_until", "until which day"), now=now,
        )  # fmt: skip
        return "Why it goes on is on record"

    return _done(request, bed_stay_id, "overrun", "overrun_reason", do)


@page(Permission.RUN_BEDS)
def move(request: HttpRequest, bed_stay_id: int) -> HttpResponse:
    """To another bed."""

    def do(asked: AskedBeds, found, now: datetime) -> str:
        chosen = next((line for line, _ in found.beds_to_move_to if str(line.bed.pk) == asked.typed("move_bed")), None)
        if chosen is None:
            raise RefusedError("Choose the bed they move to.")
        move_bed(
            actor=request.actor, stay=found.stay, bed=chosen.bed, reason=asked.typed("move_reason"),
            override_reason=asked.typed("move_override"), now=now,
        )  # fmt: skip
        return "They are in another bed"

    return _done(request, bed_stay_id, "move", "move_bed", do)


@page(Permission.RUN_BEDS)
def hospital(request: HttpRequest, bed_stay_id: int) -> HttpResponse:
    """Into hospital with the bed kept, or back."""

    def do(asked: AskedBeds, found, now: datetime) -> str:
        at = asked.moment("hospital_at", "Enter when")
        if at is None:
            raise RefusedError(asked.errors.pop("hospital_at")[0])
        if found.stay.in_hospital_since is not None:
            come_back(actor=request.actor, stay=found.stay, at=at, now=now)
            return "They are back"
        go_to_hospital(actor=request.actor, stay=found.stay, at=at, reason=asked.typed("hospital_reason"), now=now)
        return "They are in hospital, and the bed is kept"

    return _done(request, bed_stay_id, "hospital", "hospital_at", do)


@page(Permission.RUN_BEDS)
def leave(request: HttpRequest, bed_stay_id: int) -> HttpResponse:
    """They leave, with how much support."""

    def do(asked: AskedBeds, found, now: datetime) -> str:
        at = asked.moment("left_at", "Enter when they left")
        if at is None:
            raise RefusedError(asked.errors.pop("left_at")[0])
        left = leave_bed(
            actor=request.actor, stay=found.stay, left_at=at, support=asked.typed("support"),
            note=asked.typed("left_note"), now=now,
        )  # fmt: skip
        return " ".join(("They have left, and the bed is free.", *left.still_to_do))

    return _done(request, bed_stay_id, "leave", "support", do)


def _day(asked: AskedBeds, name: str, what: str):
    day = asked.day(name, missing=f"Enter {what}")
    if day is None:
        raise RefusedError(asked.errors.pop(name)[0])
    return day


def _done(request: HttpRequest, bed_stay_id: int, form: str, field: str, do) -> HttpResponse:
    """Do what one form of the page asks, or show the page again with why not, what was typed kept."""
    back = only_by_form(request, "beds:stay", bed_stay_id)
    if back is not None:
        return back
    now = timezone.now()
    found = _found(request, bed_stay_id, now)
    asked, words = AskedBeds(request.POST), []
    if tried(asked, field, lambda: words.append(do(asked, found, now))):
        messages.success(request, words[0])
        return redirect("beds:stay", bed_stay_id)
    return _show(request, bed_stay_id, now, form, asked)


def _found(request: HttpRequest, bed_stay_id: int, now: datetime):
    try:
        return stay_for(request.actor, bed_stay_id, now)
    except BedNotFoundError as error:
        raise Http404 from error


def _show(
    request: HttpRequest, bed_stay_id: int, now: datetime, failed: str = "", asked: AskedBeds | None = None
) -> HttpResponse:
    found = _found(request, bed_stay_id, now)
    row, today = found.stay, london_day(now)
    usual = {
        "plan_leaving_on": row.leaving_on.isoformat(),
        "plan_next_step": row.next_step,
        "plan_next_step_by": row.next_step_by,
        "need_by": row.leaving_on.isoformat(),
        "review_held_on": today.isoformat(),
        "review_leaving_on": max(row.leaving_on, today).isoformat(),
        "review_next_on": (today + A_WEEK).isoformat(),
        "overrun_until": (found.line.limit_on + A_WEEK).isoformat(),
        "hospital_at": moment_value(now),
        "left_at": moment_value(now),
    }
    blank = AskedBeds(None, usual)
    forms = dict.fromkeys(("plan", "need", "review", "overrun", "move", "hospital", "leave"), blank)
    if asked is not None:
        forms[failed] = asked
    told = {
        "service": row.service,
        "banner": banner_of(request, row.person, now),
        "page": present_stay(found, now),
        "forms": forms,
        "failed": asked,
        "failed_form": failed,
        "kinds": [("", [(one.value, one.label) for one in WayHomeKind])],
        "overruns": [("", [(one.value, one.label) for one in OverrunReason])],
        "supports": [(one.value, one.label, "") for one in Support],
        "may_run": request.actor.may(Permission.RUN_BEDS) and row.left_at is None,
        "may_plan": request.actor.may(Permission.WRITE_PLANS),
    }
    return render(request, "beds/stay.jinja", told, status=422 if asked is not None else 200)
