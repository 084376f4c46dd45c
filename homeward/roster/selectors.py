"""Reading the roster."""

from collections.abc import Iterable
from datetime import date, datetime

from homeward.access.rules import Actor, Permission, Role, require
from homeward.roster.models import Absence, Shift
from homeward.teams.models import Account


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


def accounts_on_duty(actor: Actor, service_id: int, roles: Iterable[Role], now: datetime) -> list[Account]:
    """The accounts with these roles whose shift is now; of a role that nobody on shift has, everyone with it.

    Somebody must hear of a clock that runs out, even where the desk is not on the roster.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RUN_SCHEDULE, service_id)
    accounts = list(Account.objects.filter(services=service_id, role__in=list(roles), is_active=True).order_by("pk"))
    on_shift = set(
        Shift.objects.filter(
            worker__service_id=service_id, worker__account__in=accounts, starts_at__lte=now, ends_at__gt=now
        ).values_list("worker__account_id", flat=True)
    )
    staffed = {account.role for account in accounts if account.pk in on_shift}
    return [account for account in accounts if account.pk in on_shift or account.role not in staffed]
