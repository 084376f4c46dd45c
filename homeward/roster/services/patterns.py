"""Patterns that repeat, and the shifts they make."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.kernel.rules import RefusedError
from homeward.kernel.services import tell
from homeward.roster.models import Absence, RotaPattern, Shift
from homeward.roster.rules import broken, overlapping, pattern_from, shifts_from
from homeward.roster.selectors import limits_of, shifts_known
from homeward.roster.services.shifts import published_until
from homeward.teams.models import Worker

# Further ahead than anybody makes a rota
MOST_DAYS_MADE = 120


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A shift of a pattern that was not made, and why."""

    worker: Worker
    day: date
    why: str


@dataclass(frozen=True, slots=True)
class Made:
    """What making shifts from patterns came to."""

    shifts: int
    workers: int
    left_out: tuple[LeftOut, ...]


@transaction.atomic
def set_pattern(
    *, actor: Actor, worker: Worker, starts_on: date, weeks: int, shifts: Sequence[dict[str, Any]], now: datetime
) -> RotaPattern:
    """Say which weeks of shifts repeat for a worker from a Monday on; the pattern before ends the day before.

    Shifts made already are left as they are.

    Raises: NotAllowedError; RefusedError when it does not begin on a Monday, has no shift, two at once, or breaks a
    limit by itself.
    """
    require(actor, Permission.MANAGE_ROSTER, worker.service_id)
    if starts_on.isoweekday() != 1:
        raise RefusedError("A pattern begins on a Monday. Choose one.")
    try:
        pattern = pattern_from(weeks, shifts)
    except ValueError as error:
        raise RefusedError(str(error)) from error
    if not pattern:
        raise RefusedError("Give at least one shift.")
    # twice through, so that the end of the last week meets the beginning of the first
    made = [(since, until) for _, since, until in shifts_from(pattern, weeks, starts_on, starts_on,
                                                             starts_on + timedelta(days=14 * weeks - 1))]  # fmt: skip
    if overlapping(made):
        raise RefusedError("Two shifts of the pattern are at once. Change one of them.")
    found = broken(limits_of(actor, worker.service_id, starts_on)[worker.pk], [], made)
    if found:
        raise RefusedError(" ".join(one.words for one in found))
    RotaPattern.objects.filter(worker=worker, starts_on__gte=starts_on).delete()
    RotaPattern.objects.filter(worker=worker, ends_on__isnull=True).update(ends_on=starts_on - timedelta(days=1))
    row = RotaPattern.objects.create(
        worker=worker,
        weeks=weeks,
        shifts=[
            {"week": one.week, "weekday": one.weekday, "starts_at": one.starts_at, "ends_at": one.ends_at}
            for one in pattern
        ],
        starts_on=starts_on,
        set_by=actor.name,
        set_at=now,
    )
    record(actor=actor, action="set rota pattern", subject=("rota pattern", row.pk), now=now,
           service_id=worker.service_id)  # fmt: skip
    return row


@transaction.atomic
def end_pattern(*, actor: Actor, pattern: RotaPattern, last_day: date, now: datetime) -> RotaPattern:
    """End a pattern; shifts made already stay.

    Raises: NotAllowedError; RefusedError when it ended before, or would end before it began.
    """
    require(actor, Permission.MANAGE_ROSTER, pattern.worker.service_id)
    pattern = RotaPattern.objects.select_for_update().select_related("worker").get(pk=pattern.pk)
    if pattern.ends_on:
        raise RefusedError("This pattern ended before.")
    if last_day < pattern.starts_on:
        raise RefusedError("The last day is before the pattern begins. Choose a later one.")
    pattern.ends_on = last_day
    pattern.save(update_fields=["ends_on"])
    record(actor=actor, action="end rota pattern", subject=("rota pattern", pattern.pk), now=now,
           service_id=pattern.worker.service_id)  # fmt: skip
    return pattern


@transaction.atomic
def add_patterns(*, actor: Actor, service_id: int, patterns: list[RotaPattern], now: datetime) -> list[RotaPattern]:
    """Add patterns (unsaved rows) in bulk.

    Raises: NotAllowedError.
    """
    require(actor, Permission.IMPORT_SERVICE, service_id)
    RotaPattern.objects.bulk_create(patterns, batch_size=500)
    record(actor=actor, action="add rota patterns", subject=("rota pattern", None), now=now, service_id=service_id,
           count=len(patterns))  # fmt: skip
    return patterns


@transaction.atomic
def make_from_patterns(
    *,
    actor: Actor,
    service_id: int,
    first: date,
    last: date,
    now: datetime,
    worker_ids: Collection[int] | None = None,
) -> Made:
    """Make the shifts that everybody's patterns give from `first` to `last`; drafts where the days are not published.

    Where somebody has a shift on that day already, is away, or a limit would be broken, none is made: `left_out` says
    why.

    Raises: NotAllowedError; RefusedError when the days cannot be right.
    """
    require(actor, Permission.MANAGE_ROSTER, service_id)
    if last < first or first < now.date():
        raise RefusedError("Choose a first day that is not over and a last day after it.")
    if (last - first).days >= MOST_DAYS_MADE:
        raise RefusedError(f"Make at most {MOST_DAYS_MADE} days at once.")
    patterns = RotaPattern.objects.filter(
        worker__service_id=service_id, worker__is_active=True, starts_on__lte=last
    ).exclude(ends_on__lt=first)
    if worker_ids is not None:
        patterns = patterns.filter(worker_id__in=list(worker_ids))
    patterns = list(patterns.select_related("worker").order_by("worker__local_reference", "starts_on"))
    has = set(
        Shift.objects.filter(worker__service_id=service_id, day__gte=first, day__lte=last).values_list(
            "worker_id", "day"
        )
    )
    away = list(
        Absence.objects.filter(worker__service_id=service_id, starts_on__lte=last, ends_on__gte=first).values_list(
            "worker_id", "starts_on", "ends_on"
        )
    )
    limits = limits_of(actor, service_id)
    known = shifts_known(actor, service_id, last)
    until = published_until(service_id)
    made: list[Shift] = []
    left_out: list[LeftOut] = []
    for pattern in patterns:
        worker = pattern.worker
        mine = [(since, to) for worker_id, since, to in away if worker_id == worker.pk]
        new: list[tuple[date, datetime, datetime]] = []
        stop = min(last, pattern.ends_on) if pattern.ends_on else last
        given = pattern_from(pattern.weeks, pattern.shifts)
        for day, starts_at, ends_at in shifts_from(given, pattern.weeks, pattern.starts_on, first, stop):
            if ends_at <= now or (worker.pk, day) in has:
                continue  # the day is as somebody made it
            if any(since <= day <= to for since, to in mine):
                left_out.append(LeftOut(worker, day, "They are away."))
            else:
                new.append((day, starts_at, ends_at))
        stretches = list(known.get(worker.pk, []))
        beside = list(stretches)
        if not broken(limits[worker.pk], stretches, [one[1:] for one in new]) and not overlapping(
            beside + [one[1:] for one in new]
        ):
            kept = new
        else:
            kept = []
            for one in new:
                if overlapping([*beside, one[1:]]):
                    left_out.append(LeftOut(worker, one[0], "It overlaps a shift they have."))
                elif found := broken(limits[worker.pk], beside, [one[1:]]):
                    left_out.append(LeftOut(worker, one[0], found[0].words))
                else:
                    beside.append(one[1:])
                    kept.append(one)
        made += [
            Shift(
                worker=worker,
                day=day,
                starts_at=starts_at,
                ends_at=ends_at,
                start_latitude=worker.latitude,
                start_longitude=worker.longitude,
                is_draft=until is None or day > until,
                pattern=pattern,
            )
            for day, starts_at, ends_at in kept
        ]
    Shift.objects.bulk_create(made, batch_size=500)
    record(
        actor=actor, action="make shifts from patterns", subject=("shift", None), now=now, service_id=service_id,
        count=len(made),
    )  # fmt: skip
    for topic in ("visits", "roster"):
        tell(topic=topic, service_id=service_id, subject=("roster", None), now=now)
    return Made(len(made), len({shift.worker_id for shift in made}), tuple(left_out))
