"""Making a draft the plan: what is to be put right, what changes, what it does to the week, and who agrees."""

from datetime import date, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from homeward.access.rules import Permission
from homeward.kernel.rules import RefusedError, london_day, whole_number
from homeward.plans.rules import content_of, patterns_of
from homeward.plans.selectors import patterns_going_on, powers_of
from homeward.plans.services import competences_of, content_of_plan, discard_draft, draft_problems
from homeward.visits.services import publish_plan
from homeward.web.gate import page
from homeward.web.plans.forms import Asked, read_agreement
from homeward.web.plans.opening import banner_of, draft_opened, draft_to_save
from homeward.web.plans.presenters.parts import plan_parts
from homeward.web.plans.presenters.plan import present_powers
from homeward.web.plans.presenters.publishing import followed_words, present_week
from homeward.web.procedures.comparing import compare
from homeward.web.templating import day_text

# A plan is looked at again after so many days where nobody says otherwise: a local decision
REVIEW_AFTER = timedelta(days=42)


@page(Permission.WRITE_PLANS)
def publish(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Look at what a draft changes, and make it the plan."""
    now = timezone.now()
    today = london_day(now)
    draft, person = draft_opened(request, draft_id, now)
    if draft.state != "open":
        return redirect("plans:plan", draft.person_id)
    powers = powers_of(request.actor, person, today)
    tomorrow = today + timedelta(days=1)
    usual = {"visits_from": tomorrow.isoformat(), "review_on": (today + REVIEW_AFTER).isoformat(),
             "agreed_on": today.isoformat()}  # fmt: skip
    asked = Asked(request.POST if request.method == "POST" else None, usual)
    if request.GET.get("from") and asked.posted is None:
        asked.usual["visits_from"] = request.GET["from"]
    first = asked.day("visits_from", missing="Say from which day the visits change") or tomorrow
    review_on = asked.day("review_on")
    if request.method == "POST" and request.POST.get("then") != "show":
        agreement = read_agreement(asked, powers)
        if not asked.errors:
            try:
                followed = publish_plan(
                    actor=request.actor,
                    draft=draft,
                    revision=whole_number(request.POST.get("revision", "")) or 0,
                    agreement=agreement,
                    visits_from=first,
                    review_on=review_on,
                    now=now,
                )
            except RefusedError as error:
                messages.error(request, str(error))
                return redirect("plans:publish", draft_id)
            messages.success(request, f"This is the plan now. {followed_words(followed)}")
            for visit in followed.kept:
                messages.warning(
                    request,
                    f"“{visit.title}” on {day_text(visit.day)} stays as it was, because somebody decided on it or it "
                    "has begun. Look at it on Today.",
                )
            return redirect("plans:plan", draft.person_id)
    return _show(request, draft, person, asked, powers, first, now)


@page(Permission.WRITE_PLANS)
def discard(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Put a draft aside; the plan stays as it is."""
    now = timezone.now()
    draft = draft_to_save(request, draft_id, now)
    if request.method != "POST":
        return redirect("plans:draft", draft_id)
    try:
        discard_draft(actor=request.actor, draft=draft, now=now)
        messages.success(request, "The draft was put aside. The plan stays as it is.")
    except RefusedError as error:
        messages.error(request, str(error))
    return redirect("plans:plan", draft.person_id)


def _show(request: HttpRequest, draft, person, asked: Asked, powers: list, first: date, now) -> HttpResponse:
    found = draft_problems(draft)
    blocking = [one for one in found if one.is_blocking]
    summary, content = content_of(draft.fields)
    today = london_day(now)
    going_on = patterns_going_on(request.actor, draft, min(first, today))
    changes, week = (), None
    if not blocking:
        patterns = patterns_of(draft.fields, max(first, today), competences_of(draft))
        before = draft.based_on
        old = () if before is None else plan_parts(before.summary, content_of_plan(before), _standing(before, today))
        changes = compare(old, plan_parts(summary, content, patterns))
        week = present_week(going_on, patterns, max(first, today))
    return render(
        request,
        "plans/publish.jinja",
        {
            "service": person.service,
            "banner": banner_of(request, person, now),
            "draft": draft,
            "title": draft.episode.pathway.title,
            "blocking": blocking,
            "worth_knowing": [one for one in found if not one.is_blocking],
            "changes": changes,
            "is_first": draft.based_on is None,
            "week": week,
            "form": asked,
            "powers": [(str(one.pk), shown) for one, shown in zip(powers, present_powers(powers))],
            "today": today.isoformat(),
        },
        status=422 if asked.errors and request.method == "POST" else 200,
    )


def _standing(plan, today: date) -> list:
    return [one for one in plan.patterns.all() if one.ends_on is None or one.ends_on >= today]
