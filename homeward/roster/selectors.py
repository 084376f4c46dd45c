"""Reading the roster."""

from datetime import date

from homeward.access.rules import Actor, Permission, require
from homeward.roster.models import Absence, Shift


def shifts_on(actor: Actor, service_id: int, day: date) -> list[Shift]:
    """The shifts of a day that will be worked, of every employer, absences taken out, by worker and time.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_TODAY if actor.may(Permission.SEE_TODAY) else Permission.PLAN_DAY, service_id)
    away = Absence.objects.filter(starts_on__lte=day, ends_on__gte=day).values("worker_id")
    return list(
        Shift.objects.filter(day=day, worker__service_id=service_id)
        .exclude(worker_id__in=away)
        .select_related("worker__organisation")
        .order_by("worker_id", "starts_at")
    )


def absences_on(actor: Actor, service_id: int, day: date) -> list[Absence]:
    """Who is away on a day and why.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_TODAY, service_id)
    return list(
        Absence.objects.filter(worker__service_id=service_id, starts_on__lte=day, ends_on__gte=day)
        .select_related("worker__organisation")
        .order_by("worker_id")
    )
