"""A person's plans, their versions, and two of them side by side."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from homeward.access.rules import Permission
from homeward.episodes.selectors import episodes_of
from homeward.kernel.rules import london_day, whole_number
from homeward.plans.selectors import goal_progress, open_drafts_of, plans_of, powers_of, recovery_of
from homeward.plans.services import content_of_plan
from homeward.visits.selectors.clinics import clinics_of_person
from homeward.web.clinics.presenters import present_goes
from homeward.web.gate import page
from homeward.web.people.opening import opened
from homeward.web.plans.opening import banner_of, plan_opened
from homeward.web.plans.presenters.parts import plan_parts
from homeward.web.plans.presenters.plan import EpisodeLine, present_plan, present_powers
from homeward.web.plans.presenters.recovery import shared_parts
from homeward.web.procedures.comparing import compare


@page(Permission.SEE_PEOPLE)
def plan(request: HttpRequest, person_id: int) -> HttpResponse:
    """What was agreed with a person: the plan of each open episode, and those that are over."""
    now = timezone.now()
    person = opened(request, person_id, now)
    if person.pk != person_id:
        return redirect("plans:plan", person.pk)
    actor, today = request.actor, london_day(now)
    by_episode: dict[int, list] = {}
    for one in plans_of(actor, person):
        by_episode.setdefault(one.episode_id, []).append(one)
    newest = [max(versions, key=lambda one: one.version) for versions in by_episode.values()]
    shown = [
        present_plan(one, goal_progress(actor, one), by_episode[one.episode_id], now)
        for one in newest
        if one.episode.ended_at is None
    ]
    running = [one.episode for one in episodes_of(actor, person, now) if one.episode.ended_at is None]
    recovery = recovery_of(actor, person, today)
    return render(
        request,
        "plans/plan.jinja",
        {
            "service": person.service,
            "banner": banner_of(request, person, now),
            "plans": shown,
            "past": [
                present_plan(one, {}, by_episode[one.episode_id], now)
                for one in newest
                if one.episode.ended_at is not None
            ],
            "drafts": {draft.episode_id: draft for draft in open_drafts_of(actor, person)},
            "without": [EpisodeLine(one.pk, one.pathway.title) for one in running if one.pk not in by_episode],
            "powers": present_powers(powers_of(actor, person, today)),
            "recovery": shared_parts(recovery),
            "clinics": present_goes(clinics_of_person(actor, person, now), ()),
            "may_write": actor.may(Permission.WRITE_PLANS),
        },
    )


@page(Permission.SEE_PEOPLE)
def version(request: HttpRequest, person_id: int, plan_id: int) -> HttpResponse:
    """One version of a plan, as it was."""
    now = timezone.now()
    person, one = plan_opened(request, person_id, plan_id, now)
    versions = [each for each in plans_of(request.actor, person) if each.episode_id == one.episode_id]
    return render(
        request,
        "plans/version.jinja",
        {
            "service": person.service,
            "banner": banner_of(request, person, now),
            "plan": present_plan(one, goal_progress(request.actor, one), versions, now),
        },
    )


@page(Permission.SEE_PEOPLE)
def compare_versions(request: HttpRequest, person_id: int) -> HttpResponse:
    """Two versions of one plan side by side, word by word."""
    now = timezone.now()
    person = opened(request, person_id, now)
    plans = {one.pk: one for one in plans_of(request.actor, person)}
    to = plans.get(whole_number(request.GET.get("to", "")) or 0)
    if to is None:
        raise Http404
    versions = sorted((one for one in plans.values() if one.episode_id == to.episode_id), key=lambda one: one.version)
    before = plans.get(whole_number(request.GET.get("from", "")) or 0)
    if before is None or before.episode_id != to.episode_id:
        before = next((one for one in reversed(versions) if one.version < to.version), to)
    old, new = (plan_parts(one.summary, content_of_plan(one), list(one.patterns.all())) for one in (before, to))
    return render(
        request,
        "plans/compare.jinja",
        {
            "service": person.service,
            "banner": banner_of(request, person, now),
            "title": to.episode.pathway.title,
            "changes": compare(old, new),
            "versions": [(one.pk, f"Version {one.version}") for one in versions],
            "before": (before.pk, f"Version {before.version}"),
            "after": (to.pk, f"Version {to.version}"),
        },
    )
