"""Spending, budgets, personal budgets and joint plans."""

from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from homeward.access.rules import Permission, Sight
from homeward.commissioning import selectors, services
from homeward.commissioning.selectors import NotFoundError
from homeward.commissioning.states import PLAN_LINE_MOVES, ManagedBy, PoolKind, ProviderKind
from homeward.kernel.rules import RefusedError, london_day
from homeward.web.clinics.presenters import kept_back_words
from homeward.web.commissioning.forms import AskedMoney, month_asked
from homeward.web.commissioning.presenters.money import (
    SPENDING_HEADS,
    chart,
    month_rows,
    personal_row,
    plan_page,
    pool_entries,
    pool_line_rows,
    pool_row,
    spending_table,
)
from homeward.web.doing import try_to
from homeward.web.gate import page
from homeward.web.hours.tables import csv_file
from homeward.web.people.opening import opened
from homeward.web.service_choice import service_here, services_here

MONTHS = 12
MOST_MONTHS = 60
REVIEW_AFTER = timedelta(days=365)  # usual, until somebody says otherwise. Local decision


@page(Permission.SEE_SPENDING)
def spend(request: HttpRequest) -> HttpResponse:
    """What bought care costs by month, and hours bought beside hours in house."""
    service = service_here(request)
    first, last = _months(request)
    told = selectors.spending(request.actor, service.pk, first, last)
    return render(
        request,
        "commissioning/spending.jinja",
        {
            "service": service, "services": services_here(request), "months": month_rows(told), "chart": chart(told),
            "kinds": [one.label for one in ProviderKind], "first": f"{first:%Y-%m}", "last": f"{last:%Y-%m}",
            "is_buyer": request.actor.may(Permission.COMMISSION),
        },
    )  # fmt: skip


@page(Permission.SEE_SPENDING)
def spend_file(request: HttpRequest) -> HttpResponse:
    """The same as a file."""
    service = service_here(request)
    first, last = _months(request)
    told = selectors.spending(request.actor, service.pk, first, last)
    return csv_file(f"bought-care-{first:%Y-%m}-to-{last:%Y-%m}", SPENDING_HEADS, spending_table(told))


@page(Permission.SEE_SPENDING)
def pools_page(request: HttpRequest) -> HttpResponse:
    """Every budget with what is planned, spent, committed and forecast."""
    service = service_here(request)
    views = selectors.pools(request.actor, service.pk, timezone.now())
    told = {
        "service": service, "services": services_here(request), "pools": [pool_row(view) for view in views],
        "is_buyer": request.actor.may(Permission.COMMISSION),
    }  # fmt: skip
    return render(request, "commissioning/pools.jinja", told)


@page(Permission.COMMISSION)
def new_pool(request: HttpRequest) -> HttpResponse:
    """Open a budget."""
    service = service_here(request)
    asked = AskedMoney(request.POST if request.method == "POST" else None, {"kind": PoolKind.SECTION_75})
    if request.method == "POST":
        starts_on = asked.day("starts_on", missing="Enter the first day")
        ends_on = asked.day("ends_on", missing="Enter the last day")
        percent = asked.percent("council_percent")
        if not asked.errors:
            try:
                made = services.open_pool(
                    actor=request.actor, service_id=service.pk, name=asked.typed("name"), kind=asked.typed("kind"),
                    starts_on=starts_on, ends_on=ends_on, council_percent=percent, agreement=asked.typed("agreement"),
                    now=timezone.now(),
                )  # fmt: skip
            except RefusedError as error:
                asked.errors["name"] = [str(error)]
            else:
                messages.success(request, "The budget is open. Add what it is for.")
                return redirect("commissioning:pool", made.pk)
    told = {"service": service, "form": asked, "kinds": [("", [(one.value, one.label) for one in PoolKind])]}
    return render(request, "commissioning/new_pool.jinja", told, status=422 if asked.errors else 200)


@page(Permission.SEE_SPENDING)
def pool(request: HttpRequest, pool_id: int) -> HttpResponse:
    """A budget line by line; a new line is posted here."""
    now = timezone.now()
    view = _pool(request, pool_id, now)
    asked = AskedMoney(
        request.POST if request.method == "POST" else None, {"day": london_day(now).isoformat()}
    )  # fmt: skip
    if request.method == "POST":
        pence = asked.pence("planned", "Enter what is planned")
        if pence is not None:
            try:
                services.add_pool_line(
                    actor=request.actor, pool=view.pool, title=asked.typed("title"), planned_pence=pence, now=now
                )
            except RefusedError as error:
                asked.errors["title"] = [str(error)]
            else:
                messages.success(request, "The line is added.")
                return redirect("commissioning:pool", pool_id)
    told = {
        "service": view.pool.service, "pool": pool_row(view), "lines": pool_line_rows(view),
        "entries": pool_entries(view), "agreement": view.pool.agreement, "form": asked,
        "is_buyer": request.actor.may(Permission.COMMISSION),
    }  # fmt: skip
    return render(request, "commissioning/pool.jinja", told, status=422 if asked.errors else 200)


@page(Permission.COMMISSION)
@require_POST
def entry(request: HttpRequest, pool_id: int, pool_line_id: int) -> HttpResponse:
    """Write down money spent that is on no invoice here."""
    now = timezone.now()
    view = _pool(request, pool_id, now)
    line = next((one.line for one in view.lines if one.line.pk == pool_line_id), None)
    if line is None:
        raise Http404
    asked = AskedMoney(request.POST)

    def service():
        pence, day = asked.pence("pence", "Enter the amount"), asked.day("day", missing="Enter the day")
        _stop(asked)
        services.add_pool_entry(actor=request.actor, line=line, day=day, pence=pence, text=asked.typed("text"), now=now)

    try_to(request, "Written down", service)
    return redirect("commissioning:pool", pool_id)


@page(Permission.COMMISSION)
def personal(request: HttpRequest) -> HttpResponse:
    """Personal budgets and direct payments, those to review first."""
    service = service_here(request)
    told = selectors.personal_budgets(request.actor, service.pk, timezone.now())
    rows = [personal_row(line) for line in told.lines]
    return render(
        request, "commissioning/personal.jinja",
        {
            "service": service, "services": services_here(request), "budgets": rows,
            "kept_back": kept_back_words(told.kept_back),
        },
    )  # fmt: skip


@page(Permission.COMMISSION)
def new_personal(request: HttpRequest, person_id: int) -> HttpResponse:
    """Write down a personal budget that was agreed."""
    now = timezone.now()
    person = opened(request, person_id, now, Sight.VISIT)
    today = london_day(now)
    usual = {
        "starts_on": today.isoformat(), "review_on": (today + REVIEW_AFTER).isoformat(), "council_percent": "100"
    }  # fmt: skip
    asked = AskedMoney(request.POST if request.method == "POST" else None, usual)
    if request.method == "POST":
        weekly = asked.pence("weekly", "Enter what it comes to a week")
        starts_on = asked.day("starts_on", missing="Enter the first day")
        review_on = asked.day("review_on", missing="Enter when it is looked at again")
        percent = asked.percent("council_percent")
        if not asked.errors:
            try:
                made = services.agree_personal_budget(
                    actor=request.actor, person=person, managed_by=asked.typed("managed_by"), weekly_pence=weekly,
                    council_percent=percent, starts_on=starts_on, review_on=review_on,
                    account_reference=asked.typed("account"), now=now,
                )  # fmt: skip
            except RefusedError as error:
                asked.errors["managed_by"] = [str(error)]
            else:
                messages.success(request, "The personal budget is kept.")
                return redirect("commissioning:personal_budget", made.pk)
    told = {
        "service": person.service, "person_id": person.pk, "person": person.label, "form": asked,
        "managed": [(one.value, one.label, "") for one in ManagedBy],
    }  # fmt: skip
    return render(request, "commissioning/new_personal.jinja", told, status=422 if asked.errors else 200)


@page(Permission.COMMISSION)
def personal_budget(request: HttpRequest, personal_budget_id: int) -> HttpResponse:
    """A personal budget; payments, reviews and its end are posted here."""
    now = timezone.now()
    try:
        line = selectors.person_budget_for(request.actor, personal_budget_id, now)
    except NotFoundError as error:
        raise Http404 from error
    budget, today = line.budget, london_day(now)
    if request.method == "POST":
        asked = AskedMoney(request.POST)

        def service():
            what, day = asked.typed("do"), asked.day("day", missing="Enter the day")
            told = {"actor": request.actor, "budget": budget, "now": now}
            if what == "pay":
                pence = asked.pence("pence", "Enter the amount")
                _stop(asked)
                services.pay_personal_budget(paid_on=day, pence=pence, text=asked.typed("text"), **told)
            elif what == "review":
                left = asked.pence("pence", "Enter what was left")
                next_on = asked.day("next_on", missing="Enter when to look again")
                _stop(asked)
                services.review_personal_budget(
                    reviewed_on=day, left_pence=left, text=asked.typed("text"), next_on=next_on, **told
                )
            else:
                _stop(asked)
                services.end_personal_budget(last_day=day, **told)

        try_to(request, "Kept", service)
        return redirect("commissioning:personal_budget", personal_budget_id)
    usual = {"day": today.isoformat(), "next_on": (today + REVIEW_AFTER).isoformat()}
    told = {"service": budget.service, "budget": personal_row(line), "form": AskedMoney(None, usual)}
    return render(request, "commissioning/personal_budget.jinja", told)


@page(Permission.SEE_SPENDING)
def plans(request: HttpRequest) -> HttpResponse:
    """Joint commissioning plans; a new plan, or line, is posted here."""
    service, now = service_here(request), timezone.now()
    views = selectors.joint_plans(request.actor, service.pk, now)
    if request.method == "POST":
        asked = AskedMoney(request.POST)

        def add():
            told = {"actor": request.actor, "title": asked.typed("title"), "now": now}
            if asked.typed("plan"):
                plan = next((view.plan for view in views if str(view.plan.pk) == asked.typed("plan")), None)
                due = asked.day("due_on", missing="Enter by when")
                lines = selectors.pool_lines(request.actor, service.pk)
                line = next((one for one in lines if str(one.pk) == asked.typed("pool_line")), None)
                _stop(asked)
                if plan is None:
                    raise RefusedError("Choose the plan.")
                services.add_plan_line(plan=plan, lead=asked.typed("lead"), due_on=due, pool_line=line, **told)
            else:
                first = asked.day("starts_on", missing="Enter the first day")
                last = asked.day("ends_on", missing="Enter the last day")
                _stop(asked)
                services.add_joint_plan(service_id=service.pk, starts_on=first, ends_on=last, **told)

        try_to(request, "Added", add)
        return redirect("commissioning:plans")
    is_buyer = request.actor.may(Permission.COMMISSION)
    lines = selectors.pool_lines(request.actor, service.pk) if is_buyer else []
    told = {
        "service": service, "services": services_here(request), "is_buyer": is_buyer,
        "plans": [plan_page(view, london_day(now), PLAN_LINE_MOVES) for view in views],
        "pool_lines": [("", [(str(one.pk), f"{one.pool.name}: {one.title}") for one in lines])],
        "form": AskedMoney(None, {"decided_on": london_day(now).isoformat()}),
    }  # fmt: skip
    return render(request, "commissioning/plans.jinja", told)


@page(Permission.COMMISSION)
@require_POST
def plan_line(request: HttpRequest, plan_id: int, plan_line_id: int) -> HttpResponse:
    """Write down what was decided of a line."""
    now = timezone.now()
    service = service_here(request)
    views = selectors.joint_plans(request.actor, service.pk, now)
    line = next(
        (one for view in views if view.plan.pk == plan_id for one in view.lines if one.pk == plan_line_id), None
    )
    if line is None:
        raise Http404
    asked = AskedMoney(request.POST)

    def decide():
        day = asked.day("decided_on", missing="Enter the day")
        _stop(asked)
        services.decide_plan_line(
            actor=request.actor, line=line, state=asked.typed("state"), decided_on=day,
            decided_by=asked.typed("decided_by"), text=asked.typed("text"), now=now,
        )  # fmt: skip

    try_to(request, "The decision is kept", decide)
    return redirect("commissioning:plans")


def _months(request: HttpRequest):
    now = timezone.now()
    last = month_asked(request.GET, "to", now, 0)
    first = month_asked(request.GET, "from", now, MONTHS - 1)
    earliest = last.replace(year=last.year - MOST_MONTHS // 12)
    return max(min(first, last), earliest), last


def _pool(request: HttpRequest, pool_id: int, now):
    try:
        return selectors.pool_for(request.actor, pool_id, now)
    except NotFoundError as error:
        raise Http404 from error


def _stop(asked: AskedMoney) -> None:
    """Stop a small form that cannot be read, with what is wrong first.

    Raises: RefusedError.
    """
    if asked.errors:
        raise RefusedError(asked.problems()[0][1] + ".")
