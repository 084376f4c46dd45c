"""Planning again the days on which somebody's visits are somewhere else now."""

from dataclasses import dataclass
from datetime import date, datetime

from homeward.access.rules import Actor, Permission
from homeward.people.models import Person
from homeward.visits.models import DayPlan, Visit
from homeward.visits.planning.proposing import replan
from homeward.visits.services import PlanChangedMeanwhileError
from homeward.visits.services.moving import follow_person

MAY_PLAN = (Permission.PLAN_DAY, Permission.TRIAGE_REFERRALS, Permission.RESPOND)


@dataclass(frozen=True, slots=True)
class MovedVisits:
    """What a change of address did: the visits that are somewhere else now, and the days planned again for it.

    `to_plan` are days that have a plan and were not planned again: somebody plans them.
    """

    visits: tuple[Visit, ...]
    planned: tuple[date, ...]
    to_plan: tuple[date, ...]


def move_visits(*, actor: Actor, person: Person, now: datetime) -> MovedVisits:
    """Send a person's coming visits to where they are, and plan again each day that was planned before.

    Raises: NotAllowedError.
    """
    visits = follow_person(actor=actor, person=person, now=now)
    days = sorted({visit.day for visit in visits})
    had_a_plan = set(
        DayPlan.objects.filter(service_id=person.service_id, day__in=days).values_list("day", flat=True).distinct()
    )
    planned, to_plan = [], []
    for day in sorted(had_a_plan):
        try:
            if not any(map(actor.may, MAY_PLAN)):
                raise PlanChangedMeanwhileError
            replan(
                actor=actor,
                service_id=person.service_id,
                day=day,
                visit_ids=[visit.pk for visit in visits if visit.day == day],
                now=now,
                why="Somebody is at another address",
            )
        except PlanChangedMeanwhileError:
            to_plan.append(day)  # others keep planning it: theirs takes these visits in
        else:
            planned.append(day)
    return MovedVisits(tuple(visits), tuple(planned), tuple(to_plan))
