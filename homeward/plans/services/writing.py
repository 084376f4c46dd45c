"""Writing a whole plan at once: by a pathway's support, an import, a fictitious place, or a draft that is published."""

from dataclasses import fields
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.episodes.models import Episode
from homeward.kernel.rules import RefusedError
from homeward.people.services import add_to_timeline
from homeward.plans.models import CarePlan, Contingency, Goal, GoalReview, Need, PlannedActivity, VisitPattern
from homeward.plans.rules import Content, NewPattern, content_from


@transaction.atomic
def write_plan(
    *,
    actor: Actor,
    episode: Episode,
    summary: str,
    goals: list[str] | Content,
    patterns: list[NewPattern],
    now: datetime,
    agreed_on: date | None = None,
    not_agreed_reason: str = "",
    review_on: date | None = None,
) -> CarePlan:
    """Write a new version of an episode's plan; the visits of the version before end the day before it starts.

    `goals` are the goals' words where no more is known, or the whole content of the plan.

    Raises: NotAllowedError; RefusedError when it is neither agreed by the person nor says why not.
    """
    require(actor, Permission.WRITE_PLANS, episode.service_id)
    if agreed_on is None and not not_agreed_reason.strip():
        raise RefusedError("Say when the person agreed the plan, or why they have not.")
    plan = _new_version(actor, episode, summary, now, agreed_on, not_agreed_reason, review_on)
    VisitPattern.objects.filter(plan__episode=episode, ends_on__isnull=True).update(ends_on=now.date())
    _add_content([(plan, content_from(goals), patterns)])
    _plan_written(actor, plan, now)
    return plan


@transaction.atomic
def write_plans(
    *,
    actor: Actor,
    service_id: int,
    plans: list[tuple[CarePlan, list[str] | Content, list[NewPattern]]],
    now: datetime,
) -> list[CarePlan]:
    """Write many first plans at once (unsaved rows, goals or content, patterns), for an import or a fictitious place.

    Raises: NotAllowedError; RefusedError as `write_plan`.
    """
    require(actor, Permission.IMPORT_SERVICE, service_id)
    if any(plan.agreed_on is None and not plan.not_agreed_reason for plan, _, _ in plans):
        raise RefusedError("Say when each person agreed their plan, or why they have not.")
    rows = [plan for plan, _, _ in plans]
    for plan, goals, _ in plans:
        plan.texts = plan.texts or content_from(goals).texts
    CarePlan.objects.bulk_create(rows, batch_size=500)
    _add_content([(plan, content_from(goals), patterns) for plan, goals, patterns in plans])
    record(actor=actor, action="write plans", subject=("plan", None), now=now, service_id=service_id, count=len(rows))
    return rows


@transaction.atomic
def add_goal_reviews(*, actor: Actor, service_id: int, reviews: list[GoalReview], now: datetime) -> list[GoalReview]:
    """Add many reviews of goals (unsaved rows) as they were made elsewhere, for an import or a fictitious place.

    Raises: NotAllowedError.
    """
    require(actor, Permission.IMPORT_SERVICE, service_id)
    GoalReview.objects.bulk_create(reviews, batch_size=500)
    record(
        actor=actor,
        action="add goal reviews",
        subject=("plan", None),
        now=now,
        service_id=service_id,
        count=len(reviews),
    )
    return reviews


def _new_version(
    actor: Actor,
    episode: Episode,
    summary: str,
    now: datetime,
    agreed_on: date | None,
    not_agreed_reason: str,
    review_on: date | None,
) -> CarePlan:
    Episode.objects.select_for_update().get(pk=episode.pk)  # two writers at once: one version each, not one number
    before = CarePlan.objects.filter(episode=episode).order_by("-version").first()
    return CarePlan.objects.create(
        person_id=episode.person_id,
        episode=episode,
        version=before.version + 1 if before else 1,
        summary=summary,
        written_at=now,
        written_by=actor.name,
        written_role=actor.title,
        employer=actor.employer,
        agreed_on=agreed_on,
        not_agreed_reason=not_agreed_reason,
        review_on=review_on,
    )


def _add_content(plans: list[tuple[CarePlan, Content, list[NewPattern]]]) -> None:
    """The rows of plans, many at once; what a plan says under headings is kept with the plan itself."""
    changed = [plan for plan, content, _ in plans if content.texts and content.texts != plan.texts]
    for plan, content, _ in plans:
        plan.texts = content.texts or plan.texts
    if changed:
        CarePlan.objects.bulk_update(changed, ["texts"], batch_size=500)
    for model, name in ((Need, "needs"), (Goal, "goals"), (PlannedActivity, "activities"),
                        (Contingency, "contingencies")):  # fmt: skip
        rows = [
            model(plan=plan, **_values(one) | ({"times": list(one.times)} if model is PlannedActivity else {}))
            for plan, content, _ in plans
            for one in getattr(content, name)
        ]
        model.objects.bulk_create(rows, batch_size=500)
    VisitPattern.objects.bulk_create(
        [VisitPattern(plan=plan, **_values(pattern)) for plan, _, patterns in plans for pattern in patterns],
        batch_size=500,
    )


def _values(new) -> dict:
    return {one.name: getattr(new, one.name) for one in fields(new)}


def _end_patterns(episode: Episode, last: date) -> list[VisitPattern]:
    """End the visits of an episode after a day, and give those that would have gone on."""
    going_on = VisitPattern.objects.filter(plan__episode=episode).filter(Q(ends_on__isnull=True) | Q(ends_on__gt=last))
    ended = list(going_on)
    for pattern in ended:  # one that would have begun later never begins: it ends the day before it starts
        pattern.ends_on = last if pattern.starts_on <= last else pattern.starts_on - timedelta(days=1)
    VisitPattern.objects.bulk_update(ended, ["ends_on"])
    return ended


def _plan_written(actor: Actor, plan: CarePlan, now: datetime) -> None:
    record(
        actor=actor,
        action="write plan",
        subject=("plan", plan.pk),
        person_id=plan.person_id,
        now=now,
        service_id=plan.episode.service_id,
    )
    add_to_timeline(
        actor=actor,
        person=plan.person,
        kind="plan",
        happened_at=now,
        now=now,
        title=f"Plan written, version {plan.version}",
        text=plan.summary,
        subject=("plan", plan.pk),
    )
