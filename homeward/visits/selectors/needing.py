"""What everyone's plans need on a day and nobody has made a visit of yet."""

from datetime import date

from django.db.models import Q, QuerySet

from homeward.access.rules import Actor, Permission, require
from homeward.kernel.rules import wall_clock
from homeward.plans.models import VisitPattern
from homeward.visits.models import VisitPause
from homeward.visits.selectors.joining import joins_on


def visits_not_made(actor: Actor, service_id: int, day: date) -> int:
    """How many visits plans from before a day ask for on it that were not made: nobody made the visits of that day.

    What began on the day itself is left out: whoever wrote that plan said from when it holds.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_TODAY, service_id)
    fallen_away = {join.joined_id for join in joins_on(service_id, day).values()}
    rows = _patterns_still_needed(service_id, day).filter(starts_on__lt=day, weekdays__contains=str(day.isoweekday()))
    return len(set(rows.values_list("pk", flat=True)) - fallen_away)


def _patterns_still_needed(service_id: int, day: date) -> QuerySet:
    """The patterns of plans that hold on a day and have no visit on it; whether they want its weekday is not asked."""
    return (
        VisitPattern.objects.filter(
            plan__episode__service_id=service_id, starts_on__lte=day, plan__episode__started_at__date__lte=day
        )
        .exclude(ends_on__lt=day)
        .exclude(plan__episode__ended_at__date__lt=day)
        .exclude(plan__person__died_on__lt=day)
        .exclude(visits__day=day)
        .exclude(plan__person__in=_away(service_id, day))
    )


def _away(service_id: int, day: date) -> QuerySet:
    """The people whose visits are paused on a day."""
    paused = VisitPause.objects.filter(service_id=service_id, starts_at__lt=wall_clock(day, "24:00"))
    return paused.filter(Q(first_day=None) | Q(first_day__gt=day)).values("person_id")
