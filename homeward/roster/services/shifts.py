"""Adding and changing shifts."""

from datetime import datetime

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.kernel.rules import RefusedError
from homeward.kernel.services import tell
from homeward.roster.models import Shift
from homeward.roster.rules import overlapping
from homeward.teams.models import Worker


class ShiftsOverlapError(RefusedError):
    """A worker would be in two places at once."""


@transaction.atomic
def add_shifts(*, actor: Actor, service_id: int, shifts: list[Shift], now: datetime) -> list[Shift]:
    """Add shifts (unsaved rows) for workers of any employer.

    Raises: NotAllowedError; ShiftsOverlapError naming the worker's reference and the times.
    """
    if not actor.may(Permission.MANAGE_ROSTER):
        require(actor, Permission.IMPORT_SERVICE, service_id)
    by_worker: dict[int, list[Shift]] = {}
    for shift in shifts:
        by_worker.setdefault(shift.worker_id, []).append(shift)
    days = {shift.day for shift in shifts}
    for shift in Shift.objects.filter(worker_id__in=by_worker, day__in=days):
        by_worker[shift.worker_id].append(shift)
    for worker_id, theirs in by_worker.items():
        clash = overlapping([(shift.starts_at, shift.ends_at) for shift in theirs])
        if clash:
            one, other = (theirs[i] for i in clash)
            reference = Worker.objects.get(pk=worker_id).local_reference
            raise ShiftsOverlapError(
                f"Worker {reference} has two shifts at once on {one.day}: {one.starts_at:%H:%M} to {one.ends_at:%H:%M}"
                f" and {other.starts_at:%H:%M} to {other.ends_at:%H:%M}. Change one of them."
            )
    Shift.objects.bulk_create(shifts, batch_size=500)
    record(actor=actor, action="add shifts", subject=("shift", None), now=now, service_id=service_id, count=len(shifts))
    tell(topic="visits", service_id=service_id, subject=("roster", None), now=now)
    return shifts
