"""Today: the day of every employer on one page, each visit, each worker's day."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from homeward.access.rules import Permission
from homeward.equipment.selectors import equipment_at_visit
from homeward.kernel.rules import RefusedError, london_day, whole_number
from homeward.people.selectors import alerts_kept_back, current_alerts
from homeward.teams.selectors import service_for, services_for
from homeward.visits import planning, services
from homeward.visits.selectors import (
    VisitNotFoundError,
    day_for,
    day_plans,
    days_with_visits,
    moves_of,
    newest_plan,
    openable,
    visit_for,
    visits_not_made,
)
from homeward.web.gate import page
from homeward.web.live import seen, unchanged
from homeward.web.templating import day_text
from homeward.web.today.forms import Asked, AssignForm, CancelForm, read_asked
from homeward.web.today.presenters.day import day_after, day_before, nearest_days, present_day
from homeward.web.today.presenters.visit import offer_value, present_offers, present_visit
from homeward.web.today.presenters.worker import present_worker

TOPICS = ("visits",)
# What is late changes with the clock even when nobody does anything, so a page is made anew at least this often.
MADE_ANEW_SECONDS = 120
# How many plannings back the page of a visit looks for what moved it
PLANNINGS_LOOKED_AT = 8


@page(Permission.SEE_TODAY)
def day(request: HttpRequest) -> HttpResponse:
    """Every visit of a day for every employer, beside a map."""
    return _show_day(request, read_asked(request.GET), "today/day.jinja")


@page(Permission.SEE_TODAY)
def find(request: HttpRequest) -> HttpResponse:
    """The day of one person or worker. The name comes in a form: an address would carry it into histories and logs."""
    if request.method != "POST":
        return redirect("today:day")
    asked = replace(read_asked(request.POST), find=request.POST.get("find", "").strip()[:80])
    return _show_day(request, asked, "today/day.jinja")


@page(Permission.SEE_TODAY)
def live_day(request: HttpRequest) -> HttpResponse:
    """The part of the page that changes, or nothing when nothing has."""
    asked = read_asked(request.GET)
    made = whole_number(request.GET.get("made", ""))
    is_fresh = made is not None and timezone.now().timestamp() - made < MADE_ANEW_SECONDS
    if is_fresh and (answer := unchanged(request, TOPICS)):
        return answer
    response = _show_day(request, asked, "today/live.jinja")
    if "seen" not in request.GET and request.headers.get("HX-Request"):  # a filter was changed: keep it in the address
        response.headers["HX-Replace-Url"] = f"{reverse('today:day')}?{asked.query()}"
    return response


def _show_day(request: HttpRequest, asked: Asked, template: str) -> HttpResponse:
    now = timezone.now()
    newest = seen(TOPICS)  # before reading, so that what changes meanwhile is asked for again
    service = service_for(request.actor, asked.service)
    if asked.day is None:
        asked = replace(asked, day=_usual_day(request, service.pk, now))
    shown = day_for(request.actor, service.pk, asked.day, now)
    moves = moves_of(request.actor, shown.plan) if shown.plan else []
    today = london_day(now)
    not_made = visits_not_made(request.actor, service.pk, today) if asked.day == today else 0
    others = services_for(request.actor)
    return render(
        request,
        template,
        {
            "service": service,
            "services": others if len(others) > 1 else [],
            "asked": asked,
            "page": present_day(shown, asked, now, moves, openable(request.actor, [move.visit_id for move in moves])),
            "poll_query": f"{asked.query()}&seen={newest}&made={int(now.timestamp())}",
            "made": int(now.timestamp()),
            "before": asked.query(day=day_before(asked.day).isoformat()),
            "after": asked.query(day=day_after(asked.day).isoformat()),
            "is_today": asked.day == today,
            "is_planned": shown.plan is not None,
            "today": today.isoformat(),
            "other_days": []
            if shown.visits
            else [
                (one.isoformat(), day_text(one))
                for one in nearest_days(days_with_visits(request.actor, service.pk), asked.day)
            ],
            "not_made": not_made,
            "may_plan": (bool(shown.visits) or asked.day > today or bool(not_made))
            and _may_plan(request, service.pk, asked.day, now),
            "open_visit": _opened(request, asked, now) if template == "today/day.jinja" else None,
        },
    )


def _usual_day(request: HttpRequest, service_id: int, now: datetime):
    """Today; for a service whose only days are past and whose plans ask for nothing today, its newest.

    An imported day is such a service's. Where plans go on, nobody made today's visits, and the page must say so.
    """
    today = london_day(now)
    days = days_with_visits(request.actor, service_id)
    is_over = days and days[0] < today and not visits_not_made(request.actor, service_id, today)
    return days[0] if is_over else today


def _may_plan(request: HttpRequest, service_id: int, shown_day, now: datetime) -> bool:
    """Whether the reader may plan this day again: one that is not over, or the last a service has."""
    if not request.actor.may(Permission.PLAN_DAY):
        return False
    return shown_day >= london_day(now) or days_with_visits(request.actor, service_id)[:1] == [shown_day]


def _opened(request: HttpRequest, asked: Asked, now: datetime):
    """The visit that the address says is open beside the day, if there is one of this service to show."""
    if asked.visit is None:
        return None
    with suppress(VisitNotFoundError):
        return _visit_page(request, asked.visit, now)[1]
    return None


def _visit_page(request: HttpRequest, visit_id: int, now: datetime):
    actor = request.actor
    visit = visit_for(actor, visit_id, now)
    alerts, kept_back = [], 0
    if actor.may(Permission.SEE_PEOPLE) and visit.person_id is not None:
        alerts = current_alerts(actor, [visit.person_id], visit.day).get(visit.person_id, [])
        kept_back = alerts_kept_back(actor, visit.person, visit.day)
    moves = [
        (plan, move)
        for plan in day_plans(actor, visit.service_id, visit.day, limit=PLANNINGS_LOOKED_AT)
        for move in moves_of(actor, plan)
        if move.visit_id == visit.pk
    ]
    return visit, present_visit(visit, actor, now, alerts, kept_back, moves)


def _get_visit(request: HttpRequest, visit_id: int, now: datetime):
    try:
        return _visit_page(request, visit_id, now)
    except VisitNotFoundError as error:
        raise Http404 from error


@page(Permission.SEE_TODAY)
def visit(request: HttpRequest, visit_id: int, cancel_form: CancelForm | None = None) -> HttpResponse:
    """The person, the tasks, why this worker and why then; opened by itself or beside the day."""
    found, shown = _get_visit(request, visit_id, timezone.now())
    is_panel = bool(request.headers.get("HX-Request"))
    told = {
        "service": found.service,
        "visit": shown,
        "is_panel": is_panel,
        "cancel_form": cancel_form or CancelForm(),
        "equipment": equipment_at_visit(request.actor, visit_id),
    }
    return render(request, "today/visit_panel.jinja" if is_panel else "today/visit.jinja", told)


@page(Permission.PLAN_DAY)
def who_else(request: HttpRequest, visit_id: int, form: AssignForm | None = None) -> HttpResponse:
    """Who else could go, when they would be there, and what that would hold up."""
    now = timezone.now()
    found, shown = _get_visit(request, visit_id, now)
    is_panel = bool(request.headers.get("HX-Request"))
    places = present_offers(found, planning.who_can_come(request.actor, found, now))
    return render(
        request,
        "today/who_panel.jinja" if is_panel else "today/who.jinja",
        {
            "service": found.service,
            "visit": shown,
            "places": places,
            "may_send": any(place.offers for place in places),
            "form": form or AssignForm(),
            "is_panel": is_panel,
        },
    )


@page(Permission.PLAN_DAY)
def assign(request: HttpRequest, visit_id: int) -> HttpResponse:
    """Decide who goes; planning then leaves that place alone."""
    if request.method != "POST":
        return redirect("today:who", visit_id)
    form = AssignForm(request.POST)
    if not form.is_valid():
        return who_else(request, visit_id, form)
    now = timezone.now()
    found, _ = _get_visit(request, visit_id, now)
    offers = planning.who_can_come(request.actor, found, now)
    every = [*offers.teams, *(offer for theirs in offers.for_slot.values() for offer in theirs)]
    offer = next((one for one in every if offer_value(one) == form.cleaned_data["choice"]), None)
    if offer is None:
        form.add_error("choice", "They can no longer get there. Choose somebody else")
        return who_else(request, visit_id, form)
    try:
        sent = planning.send(
            actor=request.actor,
            visit=found,
            workers=dict(zip(offer.slots, offer.workers)),
            starts_at=offer.starts_at,
            now=now,
            why=f"{request.actor.name} decided this. {offer.sentence}",
            travel_minutes=dict(zip(offer.slots, offer.travel_minutes)),
        )
    except RefusedError as error:
        form.add_error("choice", str(error))
        return who_else(request, visit_id, form)
    names = " and ".join(one.label for one in offer.workers)
    moved = f", and {len(sent.moves)} other visits moved" if len(sent.moves) > 1 else ""
    messages.success(request, f"Sent to {found.whom}: {names}{moved}")
    return redirect(_back(request, found))


@page(Permission.PLAN_DAY)
def replan(request: HttpRequest, visit_id: int) -> HttpResponse:
    """Plan the day again round one visit, keeping everyone else's promised times."""
    if request.method != "POST":
        return redirect("today:visit", visit_id)
    now = timezone.now()
    found, _ = _get_visit(request, visit_id, now)
    try:
        plan = planning.replan(
            actor=request.actor,
            service_id=found.service_id,
            day=found.day,
            visit_ids=[found.pk],
            now=now,
            why=f"Planned again: {found.title}",
        )
        moved = len(moves_of(request.actor, plan))
        messages.success(request, f"The day is planned again round this visit. Visits moved: {moved}")
    except RefusedError as error:
        messages.error(request, str(error))
    return redirect(_back(request, found))


@page(Permission.PLAN_DAY)
def cancel(request: HttpRequest, visit_id: int) -> HttpResponse:
    """Take a visit out of the day, saying why."""
    if request.method != "POST":
        return redirect("today:visit", visit_id)
    now = timezone.now()
    found, _ = _get_visit(request, visit_id, now)
    form = CancelForm(request.POST)
    if not form.is_valid():
        return visit(request, visit_id, form)
    try:
        services.cancel_visit(actor=request.actor, visit=found, reason=form.cleaned_data["reason"], now=now)
    except RefusedError as error:
        form.add_error("reason", str(error))
        return visit(request, visit_id, form)
    messages.success(request, f"The visit to {found.whom} is cancelled")
    return redirect(f"{reverse('today:day')}?day={found.day.isoformat()}&service={found.service.code}")


@page(Permission.PLAN_DAY)
def plan_again(request: HttpRequest) -> HttpResponse:
    """Plan the whole day again from now. What people decided and what has begun stays as it is."""
    if request.method != "POST":
        return redirect("today:day")
    now = timezone.now()
    asked = read_asked(request.POST)
    service = service_for(request.actor, asked.service)
    day_asked = asked.day or london_day(now)
    if not _may_plan(request, service.pk, day_asked, now):
        messages.error(request, "This day is over, so its plan stays as it was.")
    else:
        try:
            plan = planning.plan_day(
                actor=request.actor,
                service_id=service.pk,
                day=day_asked,
                now=now,
                is_making_visits=day_asked == london_day(now) and request.POST.get("make") == "visits",
                why="The day planned again" if newest_plan(service.pk, day_asked) else "The day planned",
            )
            figures = plan.figures
            messages.success(
                request,
                f"The day is planned: {figures.get('planned', 0):,} visits, {figures.get('unplanned', 0):,} unassigned",
            )
        except RefusedError as error:
            messages.error(request, str(error))
    return redirect(f"{reverse('today:day')}?{asked.query()}")


@page(Permission.SEE_TODAY)
def worker(request: HttpRequest, worker_id: int) -> HttpResponse:
    """What one worker's day looks like: times, travel, gaps and totals."""
    now = timezone.now()
    asked = read_asked(request.GET)
    service = service_for(request.actor, asked.service)
    day_asked = asked.day or _usual_day(request, service.pk, now)
    shown = present_worker(day_for(request.actor, service.pk, day_asked, now), worker_id, now)
    if shown is None:
        raise Http404
    return render(request, "today/worker.jinja", {"service": service, "worker": shown})


def _back(request: HttpRequest, found) -> str:
    """The page the form stood on: the day with the visit beside it, or the visit by itself."""
    if request.POST.get("from") == "day":
        return f"{reverse('today:day')}?day={found.day.isoformat()}&service={found.service.code}&visit={found.pk}"
    return reverse("today:visit", args=[found.pk])
