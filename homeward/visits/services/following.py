"""Visits that follow a plan: a draft becomes the plan, and the visits already made for days to come change with it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.plans.models import CarePlan, PlanDraft, VisitPattern
from homeward.plans.rules import is_same_visit
from homeward.plans.services import Agreement, publish_draft
from homeward.visits.models import Visit
from homeward.visits.rules import needed_on
from homeward.visits.selectors.joining import joins_on
from homeward.visits.services.changing import _done
from homeward.visits.services.giving_way import _give_way, _let_go
from homeward.visits.services.joining import carry_joins
from homeward.visits.services.needing import _write_visits, visit_of_pattern
from homeward.visits.services.sending import take_out
from homeward.visits.states import VisitState

PLAN_CHANGED = "The plan changed."


@dataclass(frozen=True, slots=True)
class Followed:
    """What became of the visits already made: how many are as they were, were cancelled, and were made.

    `kept` are those that somebody decided on or that have begun: they stay as they are, and somebody should look.
    """

    plan: CarePlan
    unchanged: int
    cancelled: int
    made: int
    kept: tuple[Visit, ...]


@transaction.atomic
def publish_plan(
    *,
    actor: Actor,
    draft: PlanDraft,
    revision: int,
    agreement: Agreement,
    visits_from: date,
    now: datetime,
    review_on: date | None = None,
) -> Followed:
    """Make a draft the plan, and have the visits already made for `visits_from` and later days follow it.

    Those that the new plan asks for just so stay; others that have not begun are cancelled; what is missing is made, on
    the days that were made before. One that has begun, or that somebody decided on, stays in any case, and stands for
    the visit of the new plan at that time, so that nobody comes twice.

    Raises: as plans.services.publish_draft.
    """
    require(actor, Permission.WRITE_PLANS, draft.episode.service_id)
    published = publish_draft(
        actor=actor,
        draft=draft,
        revision=revision,
        agreement=agreement,
        visits_from=visits_from,
        review_on=review_on,
        now=now,
    )
    return _follow(actor, published.plan, visits_from, now)


def _follow(actor: Actor, plan: CarePlan, first: date, now: datetime) -> Followed:
    service_id = plan.episode.service_id
    carry_joins(actor=actor, plan=plan, now=now)
    patterns = list(plan.patterns.select_related("plan__person").order_by("opens_at", "id"))
    standing = list(
        Visit.objects.select_for_update(of=("self",))
        .filter(episode_id=plan.episode_id, day__gte=first, pattern__isnull=False)
        .exclude(pattern__plan=plan)
        .exclude(state=VisitState.CANCELLED)
        .select_related("pattern", "person")
        .prefetch_related("assignments")
        .order_by("day", "window_opens_at", "id")
    )
    taken: set[tuple[int, date]] = set()
    unchanged = cancelled = 0
    kept, to_cancel = [], []
    fixed = [visit for visit in standing if not _may_change(visit)]
    for visit in fixed:  # first those that stay in any case, so that they stand for the visit of their time
        pattern = _standing_for(visit, patterns, taken)
        if pattern is not None:
            _point(visit, pattern, taken)
        is_as_asked = pattern is not None and is_same_visit(visit.pattern, pattern)
        if is_as_asked or visit.state in (VisitState.DONE, VisitState.MISSED):
            unchanged += visit.state not in (VisitState.DONE, VisitState.MISSED)
        else:
            kept.append(visit)
    for visit in standing:
        if visit in fixed:
            continue
        pattern = next(
            (one for one in patterns if (one.pk, visit.day) not in taken and _asks(one, visit.day)
             and is_same_visit(visit.pattern, one)),
            None,
        )  # fmt: skip
        if pattern is None:
            to_cancel.append(visit)
            continue
        _point(visit, pattern, taken)
        unchanged += 1
    for visit in to_cancel:
        take_out(actor=actor, visit=visit, reason=PLAN_CHANGED, now=now)
        cancelled += 1
    days = _days_made(service_id, first)
    joins = {day: joins_on(service_id, day) for day in days}
    made = [
        visit
        for day in days
        for pattern in patterns
        if (pattern.pk, day) not in taken
        and pattern.pk not in {join.joined_id for join in joins[day].values()}
        and (visit := visit_of_pattern(pattern, service_id, day)) is not None
        and visit.window_closes_at > now
    ]
    for day in days:
        _write_visits([visit for visit in made if visit.day == day], joins[day])
    for visit in made:
        _done(actor, "need visit", visit, now)
    _let_go(plan.episode_id, plan.pk, first, now)
    _give_way(actor, [*made, *(visit for visit in standing if visit not in to_cancel)], now)
    return Followed(plan, unchanged, cancelled, len(made), tuple(kept))


def _may_change(visit: Visit) -> bool:
    """Whether a visit has not begun, and nobody but the planner chose who comes."""
    if visit.state not in (VisitState.NEEDED, VisitState.PLANNED):
        return False
    return not any(one.is_pinned for one in visit.assignments.all())


def _asks(pattern: VisitPattern, day: date) -> bool:
    asked = needed_on(
        day,
        weekdays=pattern.weekdays,
        starts_on=pattern.starts_on,
        ends_on=pattern.ends_on,
        opens_at=pattern.opens_at,
        closes_at=pattern.closes_at,
        is_window_hard=pattern.is_window_hard,
    )
    return asked is not None


def _standing_for(visit: Visit, patterns: Iterable[VisitPattern], taken: set[tuple[int, date]]) -> VisitPattern | None:
    """The pattern of the new plan that a visit which stays is the visit of: the same one, or one at the same time."""
    asking = [one for one in patterns if (one.pk, visit.day) not in taken and _asks(one, visit.day)]
    same = next((one for one in asking if is_same_visit(visit.pattern, one)), None)
    if same is not None:
        return same
    old = visit.pattern
    skills = {slot["skill"] for slot in visit.slots}
    return next(
        (one for one in asking if one.opens_at <= old.closes_at and old.opens_at <= one.closes_at
         and skills & {slot["skill"] for slot in one.slots}),
        None,
    )  # fmt: skip


def _point(visit: Visit, pattern: VisitPattern, taken: set[tuple[int, date]]) -> None:
    taken.add((pattern.pk, visit.day))
    Visit.objects.filter(pk=visit.pk).update(pattern=pattern)


def _days_made(service_id: int, first: date) -> list[date]:
    """The days from `first` whose visits were made before; later days are made when their turn comes."""
    rows = Visit.objects.filter(service_id=service_id, day__gte=first, pattern__isnull=False)
    return sorted(set(rows.values_list("day", flat=True)))
