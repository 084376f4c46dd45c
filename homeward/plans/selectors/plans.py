"""Plans, their versions, and the draft of the next."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch, Q

from homeward.access.rules import Actor, Permission, require
from homeward.people.models import LegalStatus, Person
from homeward.plans.models import CarePlan, DraftChange, GoalReview, PlanAgreement, PlanDraft, VisitPattern
from homeward.plans.states import DraftState


class PlanNotFoundError(Exception):
    """This person has no such plan or draft."""


@dataclass(frozen=True, slots=True)
class GoalProgress:
    """One goal through the versions of a plan: where it began, and every review of it, oldest first."""

    reviews: tuple[GoalReview, ...]

    @property
    def newest(self) -> GoalReview | None:
        return self.reviews[-1] if self.reviews else None


def current_plans(actor: Actor, person: Person) -> list[CarePlan]:
    """The newest plan of each of a person's open episodes, with goals and visit patterns.

    `person` comes from `people.selectors.person_for`, which checked and audited the opening.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE, person.service_id)
    newest: dict[int, CarePlan] = {}
    plans = CarePlan.objects.filter(person=person, episode__ended_at__isnull=True).order_by("version")
    for plan in (
        plans.select_related("episode__pathway")
        .defer("episode__pathway__definition")
        .prefetch_related("goals", "patterns")
    ):
        newest[plan.episode_id] = plan
    return list(newest.values())


def plans_of(actor: Actor, person: Person) -> list[CarePlan]:
    """Every version of every plan of a person, the newest first, with everything each says.

    `person` comes from `people.selectors.person_for`, which checked and audited the opening.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE, person.service_id)
    return list(_whole(CarePlan.objects.filter(person=person)).order_by("-written_at", "-id"))


def plan_of(actor: Actor, person: Person, plan_id: int) -> CarePlan:
    """One version of a plan of a person, with everything it says.

    Raises: NotAllowedError; PlanNotFoundError.
    """
    require(actor, Permission.SEE_PEOPLE, person.service_id)
    plan = _whole(CarePlan.objects.filter(person=person, pk=plan_id)).first()
    if plan is None:
        raise PlanNotFoundError("This person has no such plan.")
    return plan


def goal_progress(actor: Actor, plan: CarePlan) -> dict[str, GoalProgress]:
    """How far each goal of a plan is, by key, from the reviews of every version of it that had the goal.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE, plan.person.service_id)
    reviews: dict[str, list[GoalReview]] = {}
    rows = GoalReview.objects.filter(goal__plan__episode_id=plan.episode_id, goal__plan__version__lte=plan.version)
    for review in rows.select_related("goal").order_by("reviewed_on", "id"):
        reviews.setdefault(review.goal.key, []).append(review)
    return {key: GoalProgress(tuple(found)) for key, found in reviews.items()}


def open_drafts_of(actor: Actor, person: Person) -> list[PlanDraft]:
    """The drafts of a person's plans that are being written.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE, person.service_id)
    return list(PlanDraft.objects.filter(person=person, state=DraftState.OPEN).select_related("episode__pathway"))


def draft_of(actor: Actor, draft_id: int) -> PlanDraft:
    """A draft of a plan by its number, with its person's number to open their record by.

    Raises: NotAllowedError; PlanNotFoundError.
    """
    require(actor, Permission.WRITE_PLANS)
    rows = PlanDraft.objects.filter(pk=draft_id, episode__service_id__in=actor.service_ids)
    draft = rows.select_related("episode__pathway", "person", "based_on", "became").first()
    if draft is None:
        raise PlanNotFoundError("There is no such draft.")
    return draft


def draft_changes(actor: Actor, draft: PlanDraft) -> list[DraftChange]:
    """Every field of a draft as it was written, oldest first.

    Raises: NotAllowedError.
    """
    require(actor, Permission.WRITE_PLANS, draft.episode.service_id)
    return list(draft.changes.order_by("id"))


def patterns_going_on(actor: Actor, draft: PlanDraft, first: date) -> list[VisitPattern]:
    """The visits that the plan a draft would replace asks for on any day from `first`.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE, draft.episode.service_id)
    rows = VisitPattern.objects.filter(plan__episode_id=draft.episode_id)
    return list(rows.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=first)).order_by("opens_at", "id"))


def powers_of(actor: Actor, person: Person, day: date) -> list[LegalStatus]:
    """The powers, orders and statements on a person's record that stand on a day.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE, person.service_id)
    rows = LegalStatus.objects.filter(person=person).filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day))
    return list(rows.filter(Q(starts_on__isnull=True) | Q(starts_on__lte=day)).order_by("kind", "id"))


def _whole(plans):
    return (
        plans.select_related("person", "episode__pathway")
        .defer("episode__pathway__definition")
        .prefetch_related(
            "goals",
            "needs",
            "activities",
            "contingencies",
            "patterns",
            "reviews",
            Prefetch("agreements", PlanAgreement.objects.select_related("power").order_by("-id")),
        )
    )
