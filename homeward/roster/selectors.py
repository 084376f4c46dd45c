"""Reading the roster."""

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q

from homeward.access.rules import Actor, Permission, Role, require
from homeward.kernel.rules import wall_clock
from homeward.roster.models import Absence, CoverHours, OnCall, Shift
from homeward.roster.rules import CARE_RESPONDER, HEALTH_RESPONDER, Gap, Present, gaps_in, stretch_of
from homeward.roster.states import CoverKind
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


def shifts_over(actor: Actor, service_id: int, day: date) -> list[Shift]:
    """The shifts worked at any time of a day, by worker and time: also those of the day before that run into it.

    A night kept as two shifts that meet at midnight is one here, which begins or ends on the day beside. Such a joined
    shift is a copy under the number of its part on this day, and is not for saving.

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
    for shift in rows:
        if (shift.worker_id, shift.day) in away:
            continue
        before = joined[-1] if joined else None
        meets = before and before.worker_id == shift.worker_id and before.ends_at == shift.starts_at
        if meets and before.day != shift.day:
            whole = copy(before if before.day == day else shift)
            whole.starts_at, whole.ends_at = before.starts_at, shift.ends_at
            joined[-1] = whole
        else:
            joined.append(shift)
    return [shift for shift in joined if shift.starts_at < ends and shift.ends_at > begins]


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


@dataclass(frozen=True, slots=True)
class CoveredHours:
    """Hours of one day that should be covered, who is there, and the parts with too few. Moments are UTC."""

    hours: CoverHours
    day: date
    starts_at: datetime
    ends_at: datetime
    health: tuple[str, ...]
    care: tuple[str, ...]
    on_call: tuple[str, ...]
    gaps: tuple[Gap, ...]


def cover_hours(actor: Actor, service_id: int) -> list[CoverHours]:
    """The hours of the week that a service covers, by kind and time. Holds nothing personal.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_RESPONDING, service_id)
    rows = CoverHours.objects.filter(service_id=service_id, removed_at__isnull=True).select_related("team")
    order = list(CoverKind.values)
    return sorted(rows, key=lambda row: (order.index(row.kind), row.starts_at, row.pk))


def on_call_between(actor: Actor, service_id: int, starts_at: datetime, ends_at: datetime) -> list[OnCall]:
    """Who answers the phone at any time between two moments, in order.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_RESPONDING, service_id)
    rows = OnCall.objects.filter(
        service_id=service_id, removed_at__isnull=True, starts_at__lt=ends_at, ends_at__gt=starts_at
    )
    return list(rows.order_by("starts_at", "title", "id"))


def cover_of_week(actor: Actor, service_id: int, first_day: date) -> list[CoveredHours]:
    """The hours to cover of seven days, against the shifts that will be worked: by hours, then by day.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_RESPONDING, service_id)
    begins, ends = wall_clock(first_day, "00:00"), wall_clock(first_day + timedelta(days=8), "24:00")
    away = [
        (absence.worker_id, absence.starts_on, absence.ends_on)
        for absence in Absence.objects.filter(
            worker__service_id=service_id, ends_on__gte=first_day - timedelta(days=1), starts_on__lte=ends.date()
        )
    ]
    shifts = [
        shift
        for shift in Shift.objects.filter(worker__service_id=service_id, ends_at__gt=begins, starts_at__lt=ends)
        .select_related("worker")
        .order_by("starts_at", "worker_id")
        if not any(worker == shift.worker_id and first <= shift.day <= last for worker, first, last in away)
    ]
    present = [
        (shift, Present(shift.starts_at, shift.ends_at, is_health, is_care))
        for shift in shifts
        if (is_health := HEALTH_RESPONDER in shift.worker.skills) | (is_care := CARE_RESPONDER in shift.worker.skills)
    ]
    phones = on_call_between(actor, service_id, begins, ends)
    covered = []
    for hours in cover_hours(actor, service_id):
        for ahead in range(7):
            day = first_day + timedelta(days=ahead)
            if str(day.isoweekday()) not in hours.weekdays:
                continue
            starts_at, ends_at = stretch_of(day, hours.starts_at, hours.ends_at)
            if hours.kind == CoverKind.ON_CALL:
                there = [Present(one.starts_at, one.ends_at, True, True) for one in phones]
                gaps = gaps_in(starts_at, ends_at, 1, 0, there)
            else:
                gaps = gaps_in(starts_at, ends_at, hours.least_health, hours.least_care, [one for _, one in present])
            here = [(shift, one) for shift, one in present if one.starts_at < ends_at and one.ends_at > starts_at]
            covered.append(
                CoveredHours(
                    hours=hours,
                    day=day,
                    starts_at=starts_at,
                    ends_at=ends_at,
                    health=tuple(dict.fromkeys(shift.worker.label for shift, one in here if one.is_health)),
                    care=tuple(dict.fromkeys(shift.worker.label for shift, one in here if one.is_care)),
                    on_call=tuple(
                        dict.fromkeys(
                            f"{one.name}, {one.phone}"
                            for one in phones
                            if one.starts_at < ends_at and one.ends_at > starts_at
                        )
                    ),
                    gaps=gaps,
                )
            )
    return covered
