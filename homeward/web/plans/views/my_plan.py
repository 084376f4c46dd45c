"""My plan for the person: as a page, on paper, and as text for a voice, in the format they asked for."""

from dataclasses import asdict
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from homeward.access.rules import Actor, Permission
from homeward.kernel.rules import london_day
from homeward.people.selectors import format_of
from homeward.plans.selectors import goal_progress, plans_of, recovery_of
from homeward.plans.services import note_my_plan_printing
from homeward.web.gate import page
from homeward.web.papers import paper_of
from homeward.web.people.opening import opened
from homeward.web.plans.my_plan import MyPlan, audio_text, present_my_plan
from homeward.web.plans.opening import banner_of


@page(Permission.SEE_PEOPLE)
def my_plan(request: HttpRequest, person_id: int) -> HttpResponse:
    """What the person reads, as they asked for it, with what to do before it is given to them."""
    now = timezone.now()
    person = opened(request, person_id, now)
    if person.pk != person_id:
        return redirect("plans:my_plan", person.pk)
    return render(
        request,
        "plans/my_plan.jinja",
        {
            "service": person.service,
            "banner": banner_of(request, person, now),
            "mine": mine_for(request.actor, person, now),
        },
    )


@page(Permission.SEE_PEOPLE)
def my_plan_pdf(request: HttpRequest, person_id: int) -> HttpResponse:
    """My plan as an accessible PDF. Its name says nothing of whose it is."""
    now = timezone.now()
    person = opened(request, person_id, now)
    content = paper_of("plans/my_plan.typ", asdict(mine_for(request.actor, person, now)))
    note_my_plan_printing(actor=request.actor, person=person, now=now)
    return _file(content, "application/pdf", "my-plan.pdf")


@page(Permission.SEE_PEOPLE)
def my_plan_text(request: HttpRequest, person_id: int) -> HttpResponse:
    """My plan as text for a screen reader or a voice."""
    now = timezone.now()
    person = opened(request, person_id, now)
    content = audio_text(mine_for(request.actor, person, now)).encode()
    note_my_plan_printing(actor=request.actor, person=person, now=now)
    return _file(content, "text/plain; charset=utf-8", "my-plan.txt")


def mine_for(actor: Actor, person, now: datetime, *, has_recovery: bool = True, for_the_person: bool = False) -> MyPlan:
    """My plan of a person as a page prints it; without `has_recovery` nothing of the recovery plan they own.

    `for_the_person` puts all of that in, shared with others or not: for a reader who is the person themselves.
    """
    today = london_day(now)
    by_version = sorted(plans_of(actor, person), key=lambda one: one.version)
    plans = list({one.episode_id: one for one in by_version if one.episode.ended_at is None}.values())
    levels = {}
    for one in plans:
        progress = goal_progress(actor, one)
        levels |= {goal.pk: progress[goal.key].newest.level for goal in one.goals.all() if goal.key in progress}
    return present_my_plan(
        person,
        plans,
        how=format_of(actor, person),
        today=today,
        recovery=recovery_of(actor, person, today, for_the_person=for_the_person) if has_recovery else (),
        levels=levels,
    )


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'inline; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response
