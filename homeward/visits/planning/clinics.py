"""Planning again the days on which a group clinic, or the home visits it replaces, changed."""

from collections.abc import Iterable
from datetime import date, datetime

from homeward.access.rules import Actor, Permission, require
from homeward.visits.models import DayPlan, Visit
from homeward.visits.planning.proposing import replan
from homeward.visits.services import PlanChangedMeanwhileError
from homeward.visits.states import VisitState

TO_COME = (VisitState.NEEDED, VisitState.PLANNED)
MAY_PLAN = (Permission.PLAN_DAY, Permission.TRIAGE_REFERRALS, Permission.RESPOND)


def plan_round_clinic(
    *, actor: Actor, service_id: int, visits: Iterable[Visit], now: datetime, why: str = "A group clinic changed"
) -> tuple[list[date], list[date]]:
    """Plan again each day that was planned before and has one of these visits, which came back or are to be replaced.

    `why` is kept with each plan.

    Gives the days planned, and those that somebody has to plan: the actor may not, or others kept planning them.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_TODAY, service_id)
    numbers = [visit.pk for visit in visits]
    # those that gave way leave time free, which the next planning uses
    rows = list(Visit.objects.filter(pk__in=numbers, state__in=TO_COME).order_by("day", "pk"))
    had_a_plan = DayPlan.objects.filter(service_id=service_id, day__in={row.day for row in rows})
    planned, to_plan = [], []
    for day in sorted(set(had_a_plan.values_list("day", flat=True))):
        try:
            if not any(map(actor.may, MAY_PLAN)):
                raise PlanChangedMeanwhileError
            replan(
                actor=actor,
                service_id=service_id,
                day=day,
                visit_ids=[row.pk for row in rows if row.day == day],
                now=now,
                why=why,
            )
        except PlanChangedMeanwhileError:
            to_plan.append(day)
        else:
            planned.append(day)
    return planned, to_plan
