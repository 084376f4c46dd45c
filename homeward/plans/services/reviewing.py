"""Looking at a plan again with the person, and agreeing it."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.kernel.rules import RefusedError, london_day
from homeward.kernel.services import tell
from homeward.people.services import add_to_timeline
from homeward.plans.models import CarePlan, GoalReview, PlanAgreement, PlanReview
from homeward.plans.rules import LEVELS
from homeward.plans.services.publishing import Agreement, _agree, check_agreement
from homeward.plans.states import AgreedHow


@transaction.atomic
def agree_plan(*, actor: Actor, plan: CarePlan, agreement: Agreement, now: datetime) -> PlanAgreement:
    """Record who agrees a plan and by what right, or that it is not agreed and why. What was recorded before stays.

    Raises: NotAllowedError; RefusedError when it does not say what it must.
    """
    require(actor, Permission.WRITE_PLANS, plan.episode.service_id)
    check_agreement(agreement, plan.person_id, london_day(now))
    row = _agree(actor, plan, agreement, now)
    is_agreed = agreement.how != AgreedHow.NOT_AGREED
    plan.agreed_on = row.agreed_on
    plan.not_agreed_reason = "" if is_agreed else row.text
    plan.save(update_fields=["agreed_on", "not_agreed_reason"])
    title = "Plan agreed" if is_agreed else "Plan not agreed"
    _told(actor, plan, "agree plan", f"{title}, version {plan.version}", row.text, now)
    return row


@transaction.atomic
def review_plan(
    *,
    actor: Actor,
    plan: CarePlan,
    reviewed_on: date,
    text: str,
    now: datetime,
    what_changes: str = "",
    who_was_there: str = "",
    next_on: date | None = None,
    levels: Mapping[int, tuple[int, str]] | None = None,
) -> PlanReview:
    """Record a look at a plan with the person: what was found, and for each goal by number (level, words).

    Raises: NotAllowedError; RefusedError when nothing is said of it, a day cannot be, or a goal is not the plan's.
    """
    require(actor, Permission.WRITE_PLANS, plan.episode.service_id)
    today = london_day(now)
    if not text.strip():
        raise RefusedError("Say what you found together.")
    if reviewed_on > today:
        raise RefusedError("The review was today or before.")
    if next_on is not None and next_on < today:
        raise RefusedError("The next review is today or later.")
    own = set(plan.goals.values_list("pk", flat=True))
    told = {"at": now, "by_name": actor.name, "by_role": actor.title, "employer": actor.employer}
    rows = []
    for goal_id, (level, words) in (levels or {}).items():
        if goal_id not in own or level not in LEVELS:
            raise RefusedError("Choose a level from -2 to +2 for the goals of this plan.")
        rows.append(GoalReview(goal_id=goal_id, level=level, reviewed_on=reviewed_on, text=words.strip(), **told))
    GoalReview.objects.bulk_create(rows)
    review = PlanReview.objects.create(
        plan=plan,
        reviewed_on=reviewed_on,
        text=text.strip(),
        what_changes=what_changes.strip(),
        who_was_there=who_was_there.strip()[:250],
        next_on=next_on,
        **told,
    )
    plan.review_on = next_on
    plan.save(update_fields=["review_on"])
    _told(actor, plan, "review plan", f"Plan looked at again, version {plan.version}", text.strip(), now)
    return review


def _told(actor: Actor, plan: CarePlan, action: str, title: str, text: str, now: datetime) -> None:
    record(
        actor=actor,
        action=action,
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
        title=title,
        text=text,
        subject=("plan", plan.pk),
    )
    tell(topic="plans", service_id=plan.episode.service_id, subject=("plan", plan.pk), now=now)
