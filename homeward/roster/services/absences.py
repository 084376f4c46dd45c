"""Recording who is away."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import ProtectedError

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
    for topic in ("visits", "roster"):
        tell(topic=topic, service_id=worker.service_id, subject=("roster", worker.pk), now=now)
    return absence


@transaction.atomic
def shorten_absence(*, actor: Actor, absence: Absence, last_day: date | None, now: datetime) -> Absence | None:
    """Say that a worker is back earlier, with a new last day, or with None that they were not away at all.

    Raises: NotAllowedError; RefusedError when the new last day is not earlier, or before the first.
    """
    require(actor, Permission.MANAGE_ROSTER, absence.worker.service_id)
    absence = Absence.objects.select_for_update().select_related("worker").get(pk=absence.pk)
    service_id = absence.worker.service_id
    if last_day is not None and not absence.starts_on <= last_day < absence.ends_on:
        raise RefusedError("Give a last day before the one on record, and not before the first.")
    subject = ("absence", absence.pk)
    if last_day is None:
        try:
            absence.delete()
        except ProtectedError as error:
            raise RefusedError("Others cover for this absence already. Give an earlier last day instead.") from error
    else:
        absence.ends_on = last_day
        absence.save(update_fields=["ends_on"])
    record(actor=actor, action="shorten absence" if last_day else "take back absence", subject=subject, now=now,
           service_id=service_id)  # fmt: skip
    for topic in ("visits", "roster"):
        tell(topic=topic, service_id=service_id, subject=("roster", absence.worker_id), now=now)
    return absence if last_day else None


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
