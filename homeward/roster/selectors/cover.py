"""Reading which hours are to be covered, and whether they are."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from homeward.access.rules import Actor, Permission, require
from homeward.kernel.rules import wall_clock
from homeward.roster.models import Absence, CoverHours, OnCall, Shift
from homeward.roster.rules import CARE_RESPONDER, HEALTH_RESPONDER, Gap, Present, gaps_in, stretch_of
from homeward.roster.states import CoverKind


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
