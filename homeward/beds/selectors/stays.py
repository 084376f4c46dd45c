"""One stay: goals, reviews, the way home, what happened."""

from dataclasses import dataclass
from datetime import datetime

from homeward.access.rules import Actor, Permission, Sight, require
from homeward.beds.models import BedEvent, BedStay, BedUse, FollowUp, Overrun, ReviewVisit, StayReview, WayHomeNeed
from homeward.beds.selectors.board import BedLine, BedNotFoundError, StayLine, choices_for, stay_line
from homeward.people.selectors import person_for
from homeward.plans.models import CarePlan, Goal, GoalReview
from homeward.plans.selectors import goal_progress
from homeward.visits.states import VisitState

TO_COME = (VisitState.NEEDED, VisitState.PLANNED)


@dataclass(frozen=True, slots=True)
class GoalLine:
    """A goal of the person's plan, and where they are with it."""

    goal: Goal
    newest: GoalReview | None


@dataclass(frozen=True, slots=True)
class StayPage:
    """One stay with everything its page shows. `bed` is the last they were in,
    `review_visit` the visit that is to look at the way home."""

    stay: BedStay
    line: StayLine
    bed: BedUse
    plan: CarePlan | None
    goals: tuple[GoalLine, ...]
    reviews: tuple[StayReview, ...]
    review_visit: ReviewVisit | None
    needs: tuple[WayHomeNeed, ...]
    overruns: tuple[Overrun, ...]
    follow_ups: tuple[FollowUp, ...]
    events: tuple[BedEvent, ...]
    beds_to_move_to: tuple[tuple[BedLine, tuple[str, ...]], ...]


def stay_for(actor: Actor, stay_id: int, now: datetime) -> StayPage:
    """One stay; the opening of the person's record is checked and audited.

    Raises: NotAllowedError; NoRelationshipError; BedNotFoundError.
    """
    require(actor, Permission.SEE_BEDS)
    stay = (
        BedStay.objects.filter(pk=stay_id, service_id__in=actor.service_ids)
        .select_related("service", "referral__episode__pathway")
        .defer("referral__episode__pathway__definition")
        .prefetch_related("reviews", "needs", "overruns", "follow_ups__tries")
        .first()
    )
    if stay is None:
        raise BedNotFoundError("There is no such stay in your service.")
    stay.person = person_for(actor, stay.person_id, now, Sight.RECORD)
    stay.referral.person = stay.person
    plan = CarePlan.objects.filter(episode_id=stay.referral.episode_id).order_by("-version").first()
    progress = goal_progress(actor, plan) if plan is not None else {}
    goals = plan.goals.order_by("id") if plan is not None else ()
    uses = stay.referral.uses.filter(moved_in_at__isnull=False).select_related("bed__room__house")
    choices = choices_for(actor, stay.referral, now) if stay.left_at is None else ()
    return StayPage(
        stay=stay,
        line=stay_line(actor, stay, now),
        bed=uses.order_by("-moved_in_at", "-id")[0],
        plan=plan,
        goals=tuple(GoalLine(goal, progress[goal.key].newest if goal.key in progress else None) for goal in goals),
        reviews=tuple(sorted(stay.reviews.all(), key=lambda one: (one.held_on, one.pk), reverse=True)),
        review_visit=stay.review_visits.filter(visit__state__in=TO_COME).select_related("visit").first(),
        needs=tuple(sorted(stay.needs.all(), key=lambda one: (one.done_at is not None, one.by_day, one.pk))),
        overruns=tuple(sorted(stay.overruns.all(), key=lambda one: one.pk, reverse=True)),
        follow_ups=tuple(sorted(stay.follow_ups.all(), key=lambda one: one.due_on)),
        events=tuple(stay.referral.events.select_related("bed__room__house").order_by("-happened_at", "-id")),
        beds_to_move_to=tuple((line, why) for line, why in choices if line.is_free),
    )


def need_for(actor: Actor, need_id: int) -> WayHomeNeed:
    """Something that must be ready, with its stay, whose page opens the record.

    Raises: NotAllowedError; BedNotFoundError.
    """
    require(actor, Permission.SEE_BEDS)
    rows = WayHomeNeed.objects.filter(pk=need_id, stay__service_id__in=actor.service_ids)
    need = rows.select_related("stay").first()
    if need is None:
        raise BedNotFoundError("There is no such thing to see to in your service.")
    return need
