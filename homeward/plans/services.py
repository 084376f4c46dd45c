"""Writing what was agreed with the person."""

from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.episodes.models import Episode
from homeward.kernel.rules import RefusedError
from homeward.people.services import add_to_timeline
from homeward.plans.models import CarePlan, Goal, VisitPattern


@dataclass(frozen=True, slots=True)
class NewPattern:
    """Visits a plan needs; the fields of `VisitPattern`."""

    title: str
    opens_at: str
    closes_at: str
    minutes: int
    slots: list[dict]
    starts_on: date
    tasks: list[dict] = field(default_factory=list)
    is_window_hard: bool = False
    weekdays: str = "1234567"
    gap_minutes: int = 0
    ends_on: date | None = None


@transaction.atomic
def write_plan(
    *,
    actor: Actor,
    episode: Episode,
    summary: str,
    goals: list[str],
    patterns: list[NewPattern],
    now: datetime,
    agreed_on: date | None = None,
    not_agreed_reason: str = "",
    review_on: date | None = None,
) -> CarePlan:
    """Write a new version of an episode's plan; the visits of the version before end the day before it starts.

    Raises: NotAllowedError; RefusedError when it is neither agreed by the person nor says why not.
    """
    require(actor, Permission.WRITE_PLANS, episode.service_id)
    if agreed_on is None and not not_agreed_reason.strip():
        raise RefusedError("Say when the person agreed the plan, or why they have not.")
    before = CarePlan.objects.filter(episode=episode).order_by("-version").first()
    plan = CarePlan.objects.create(
        person_id=episode.person_id,
        episode=episode,
        version=before.version + 1 if before else 1,
        summary=summary,
        written_at=now,
        written_by=actor.name,
        agreed_on=agreed_on,
        not_agreed_reason=not_agreed_reason,
        review_on=review_on,
    )
    if before:
        VisitPattern.objects.filter(plan=before, ends_on__isnull=True).update(ends_on=now.date())
    Goal.objects.bulk_create([Goal(plan=plan, text=text) for text in goals])
    VisitPattern.objects.bulk_create([_pattern(plan, pattern) for pattern in patterns])
    record(
        actor=actor,
        action="write plan",
        subject=("plan", plan.pk),
        person_id=episode.person_id,
        now=now,
        service_id=episode.service_id,
    )
    add_to_timeline(
        actor=actor,
        person=episode.person,
        kind="plan",
        happened_at=now,
        now=now,
        title=f"Plan written, version {plan.version}",
        text=summary,
        subject=("plan", plan.pk),
    )
    return plan


@transaction.atomic
def write_plans(
    *, actor: Actor, service_id: int, plans: list[tuple[CarePlan, list[str], list[NewPattern]]], now: datetime
) -> list[CarePlan]:
    """Write many first plans at once (unsaved rows, goals, patterns), for an import or a fictitious place.

    Raises: NotAllowedError; RefusedError as `write_plan`.
    """
    require(actor, Permission.IMPORT_SERVICE, service_id)
    if any(plan.agreed_on is None and not plan.not_agreed_reason for plan, _, _ in plans):
        raise RefusedError("Say when each person agreed their plan, or why they have not.")
    rows = [plan for plan, _, _ in plans]
    CarePlan.objects.bulk_create(rows, batch_size=500)
    Goal.objects.bulk_create([Goal(plan=plan, text=text) for plan, goals, _ in plans for text in goals], batch_size=500)
    VisitPattern.objects.bulk_create(
        [_pattern(plan, pattern) for plan, _, patterns in plans for pattern in patterns], batch_size=500
    )
    record(actor=actor, action="write plans", subject=("plan", None), now=now, service_id=service_id, count=len(rows))
    return rows


def _pattern(plan: CarePlan, new: NewPattern) -> VisitPattern:
    return VisitPattern(plan=plan, **{name: getattr(new, name) for name in NewPattern.__slots__})
