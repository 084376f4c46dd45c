"""Recording who is away."""

from datetime import date, datetime

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.kernel.rules import RefusedError
from homeward.kernel.services import tell
from homeward.roster.models import Absence
from homeward.teams.models import Worker

# Whoever covers the day takes sick calls; a worker may besides say it for themselves
TAKES_SICK_CALLS = (Permission.RESPOND, Permission.PLAN_DAY)


@transaction.atomic
def record_absence(
    *, actor: Actor, worker: Worker, kind: str, starts_on: date, ends_on: date, now: datetime
) -> Absence:
    """Record that a worker will not work on some days. Sickness is told to whoever takes the call, or by themselves.

    Raises: NotAllowedError; RefusedError when it ends before it starts.
    """
    able = Permission.MANAGE_ROSTER
    if kind == Absence.Kind.SICK:
        own = [Permission.ASK_ROSTER] if actor.worker_id == worker.pk else []
        able = next(filter(actor.may, [*TAKES_SICK_CALLS, *own]), able)
    require(actor, able, worker.service_id)
    if ends_on < starts_on:
        raise RefusedError("The last day is before the first. Change one of them.")
    absence = Absence.objects.create(worker=worker, kind=kind, starts_on=starts_on, ends_on=ends_on)
    record(actor=actor, action="record absence", subject=("absence", absence.pk), now=now, service_id=worker.service_id)
    tell(topic="visits", service_id=worker.service_id, subject=("roster", worker.pk), now=now)
    return absence


@transaction.atomic
def record_absences(*, actor: Actor, service_id: int, absences: list[Absence], now: datetime) -> list[Absence]:
    """Record many absences (unsaved rows) at once, for an import or a fictitious place.

    Raises: NotAllowedError.
    """
    require(actor, Permission.IMPORT_SERVICE, service_id)
    Absence.objects.bulk_create(absences, batch_size=500)
    record(
        actor=actor,
        action="record absences",
        subject=("absence", None),
        now=now,
        service_id=service_id,
        count=len(absences),
    )
    return absences
