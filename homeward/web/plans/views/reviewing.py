"""Looking at a plan again with the person, and recording who agrees it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from homeward.access.rules import Permission
from homeward.kernel.rules import RefusedError, london_day, whole_number
from homeward.plans.selectors import goal_progress, powers_of
from homeward.plans.services import agree_plan, review_plan
from homeward.web.gate import page
from homeward.web.plans.forms import Asked, read_agreement
from homeward.web.plans.opening import banner_of, plan_opened
from homeward.web.plans.presenters.plan import present_plan, present_powers

NO_LEVEL = 99  # no goal has it, so the service says which there are


@page(Permission.WRITE_PLANS)
def review(request: HttpRequest, person_id: int, plan_id: int) -> HttpResponse:
    """Record a look at the plan: what was found, where each goal is, when to look again."""
    now = timezone.now()
    person, plan = plan_opened(request, person_id, plan_id, now)
    today = london_day(now)
    asked = Asked(request.POST if request.method == "POST" else None, {"reviewed_on": today.isoformat()})
    if request.method == "POST":
        reviewed_on = asked.day("reviewed_on", missing="Say on which day you looked at it")
        next_on = asked.day("next_on")
        if not asked.typed("found"):
            asked.errors["found"] = ["Say what you found together"]
        if not asked.errors:
            try:
                review_plan(
                    actor=request.actor,
                    plan=plan,
                    reviewed_on=reviewed_on,
                    text=asked.typed("found"),
                    what_changes=asked.typed("what_changes"),
                    who_was_there=asked.typed("who"),
                    next_on=next_on,
                    levels=_levels(asked, plan),
                    now=now,
                )
                messages.success(request, "The review is recorded.")
                return redirect("plans:plan", person_id)
            except RefusedError as error:
                asked.errors["found"] = [str(error)]
    return render(
        request,
        "plans/review.jinja",
        {
            "service": person.service,
            "banner": banner_of(request, person, now),
            "plan": present_plan(plan, goal_progress(request.actor, plan), [plan], now),
            "form": asked,
            "today": today.isoformat(),
        },
        status=422 if asked.errors else 200,
    )


@page(Permission.WRITE_PLANS)
def agree(request: HttpRequest, person_id: int, plan_id: int) -> HttpResponse:
    """Record who agrees the plan and by what right, or why nobody does."""
    now = timezone.now()
    person, plan = plan_opened(request, person_id, plan_id, now)
    today = london_day(now)
    powers = powers_of(request.actor, person, today)
    asked = Asked(request.POST if request.method == "POST" else None, {"agreed_on": today.isoformat()})
    if request.method == "POST":
        agreement = read_agreement(asked, powers)
        if not asked.errors:
            try:
                agree_plan(actor=request.actor, plan=plan, agreement=agreement, now=now)
                messages.success(request, "Recorded.")
                return redirect("plans:plan", person_id)
            except RefusedError as error:
                asked.errors["how"] = [str(error)]
    return render(
        request,
        "plans/agree.jinja",
        {
            "service": person.service,
            "banner": banner_of(request, person, now),
            "plan": present_plan(plan, {}, [plan], now),
            "form": asked,
            "powers": [(str(one.pk), shown) for one, shown in zip(powers, present_powers(powers))],
            "today": today.isoformat(),
        },
        status=422 if asked.errors else 200,
    )


def _level(text: str) -> int:
    number = whole_number(text.removeprefix("-"))
    if number is None:
        return NO_LEVEL
    return -number if text.startswith("-") else number


def _levels(asked: Asked, plan) -> dict[int, tuple[int, str]]:
    levels = {}
    for goal in plan.goals.all():
        if text := asked.typed(f"level-{goal.pk}"):
            levels[goal.pk] = (_level(text), asked.typed(f"words-{goal.pk}"))
    return levels
