"""Reading the shifts of a day, and who is away."""

from collections.abc import Iterable
from copy import copy
from datetime import date, datetime, timedelta

from django.db.models import Q

from homeward.access.rules import Actor, Permission, Role, require
from homeward.kernel.rules import wall_clock
from homeward.roster.models import Absence, Shift
from homeward.roster.rules import knows_why_away
from homeward.teams.models import Account, Worker


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


def shifts_over(actor: Actor, service_id: int, day: date) -> list[Shift]:
    """The shifts worked at any time of a day, by worker and time: also those of the day before that run into it.

    A night kept as two shifts that meet at midnight is one here, which begins or ends on the day beside. Such a joined
    shift is a copy under the number of its part on this day, and is not for saving. Whoever is away on the day their
    night begins is away to its end.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_TODAY if actor.may(Permission.SEE_TODAY) else Permission.PLAN_DAY, service_id)
    begins, ends = wall_clock(day, "00:00"), wall_clock(day, "24:00")
    beside = (day - timedelta(days=1), day + timedelta(days=1))
    rows = (
        Shift.objects.filter(worker__service_id=service_id)
        .filter(Q(day=day) | Q(day=beside[0], ends_at__gte=begins) | Q(day=beside[1], starts_at__lte=ends))
        .select_related("worker__organisation")
        .order_by("worker_id", "starts_at")
    )
    away = {
        (absence.worker_id, on)
        for absence in Absence.objects.filter(
            worker__service_id=service_id, starts_on__lte=beside[1], ends_on__gte=beside[0]
        )
        for on in (beside[0], day, beside[1])
        if absence.starts_on <= on <= absence.ends_on
    }
    joined: list[Shift] = []
    lost: Shift | None = None  # the part of a night before this one, where its worker is away
    for shift in rows:
        goes_on = lost is not None and _meets(lost, shift)
        if goes_on or (shift.worker_id, shift.day) in away:  # away on the day a night begins: away to its end
            lost = shift
            continue
        lost = None
        before = joined[-1] if joined else None
        if before is not None and _meets(before, shift):
            whole = copy(before if before.day == day else shift)
            whole.starts_at, whole.ends_at = before.starts_at, shift.ends_at
            joined[-1] = whole
        else:
            joined.append(shift)
    return [shift for shift in joined if shift.starts_at < ends and shift.ends_at > begins]


def _meets(before: Shift, after: Shift) -> bool:
    """Whether two shifts are the parts of one night, kept by day."""
    is_theirs = before.worker_id == after.worker_id and before.day != after.day
    return is_theirs and before.ends_at == after.starts_at


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


def absences_of(actor: Actor, worker: Worker, first: date) -> list[Absence]:
    """When a worker is away from a day on, in order; why, for who manages the roster and for themselves.

    Raises: NotAllowedError.
    """
    if actor.worker_id != worker.pk:
        require(actor, Permission.SEE_ROSTER, worker.service_id)
    rows = list(worker.absences.filter(ends_on__gte=first).order_by("starts_on", "id"))
    if not knows_why_away(actor, worker.pk):
        for row in rows:
            row.kind = Absence.Kind.OTHER
    return rows


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
