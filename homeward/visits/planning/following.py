"""Planning again the days on which somebody may no longer do what was delegated."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from homeward.access.rules import Actor, Permission, require
from homeward.visits.models import DayPlan, Visit
from homeward.visits.planning.proposing import replan
from homeward.visits.services import PlanChangedMeanwhileError
from homeward.visits.services.delegated import FollowedVisit, follow_delegation, tell_of_days_to_plan
from homeward.visits.states import VisitState

BY_ITSELF = "Homeward, by itself"


@dataclass(frozen=True, slots=True)
class FollowedDelegation:
    """What a change of delegation did: the visits it changed, and the days planned again for it.

    `to_plan` are days that have a plan and could not be planned again: whoever plans was told.
    """

    visits: tuple[FollowedVisit, ...]
    planned: tuple[date, ...] = ()
    to_plan: tuple[date, ...] = ()


def follow_delegations(
    *, actor: Actor, service_id: int, now: datetime, person_ids: Collection[int] | None = None
) -> FollowedDelegation:
    """Free whoever may no longer do a delegated task at a visit to come, and plan again each day planned before.

    A duty of `homeward work`, for every person of the service. Whoever changes a delegation calls it too, with
    `person_ids`, so that it happens in the same request: it is then done by the service itself, whoever asked.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_TODAY, service_id)
    system = actor if actor.is_system else Actor.system(BY_ITSELF, service_id)
    followed = follow_delegation(actor=system, service_id=service_id, now=now, person_ids=person_ids)
    if not followed:
        return FollowedDelegation(())
    planned, to_plan = _plan_again(system, service_id, followed, now)
    freed = [one.visit.pk for one in followed if one.freed and one.instead is None]
    left = list(
        Visit.objects.filter(pk__in=freed, day__in=planned, state=VisitState.NEEDED).values_list("pk", flat=True)
    )
    if left:
        more = follow_delegation(actor=system, service_id=service_id, now=now, person_ids=_people(left), left_over=left)
        followed += more
        again, still = _plan_again(system, service_id, more, now)
        planned, to_plan = sorted({*planned, *again}), sorted({*to_plan, *still})
    if to_plan:
        tell_of_days_to_plan(actor=system, service_id=service_id, days=to_plan, now=now)
    return FollowedDelegation(tuple(followed), tuple(planned), tuple(to_plan))


def _plan_again(
    system: Actor, service_id: int, followed: list[FollowedVisit], now: datetime
) -> tuple[list[date], list[date]]:
    """Plan again the days that were planned before: those done, and those that others kept planning."""
    by_day: dict[date, list[int]] = defaultdict(list)
    for one in followed:
        by_day[one.visit.day].append(one.visit.pk)
        if one.instead is not None and one.instead.pk != one.visit.pk:
            by_day[one.visit.day].append(one.instead.pk)
    had_a_plan = DayPlan.objects.filter(service_id=service_id, day__in=list(by_day)).values_list("day", flat=True)
    planned, to_plan = [], []
    for day in sorted(set(had_a_plan)):
        try:
            replan(
                actor=system, service_id=service_id, day=day, visit_ids=by_day[day], now=now,
                why="Who may do a delegated task has changed",
            )  # fmt: skip
        except PlanChangedMeanwhileError:
            to_plan.append(day)
        else:
            planned.append(day)
    return planned, to_plan


def _people(visit_ids: list[int]) -> set[int]:
    return set(Visit.objects.filter(pk__in=visit_ids).values_list("person_id", flat=True))
