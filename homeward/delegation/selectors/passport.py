"""What a worker can show to anybody: their sign-offs in force, and a word for each that can be verified."""

from dataclasses import dataclass
from datetime import date

from homeward.access.rules import Actor, Permission, require
from homeward.delegation.models import SignOff
from homeward.procedures.selectors import skill_title
from homeward.teams.models import Worker


@dataclass(frozen=True, slots=True)
class Verified:
    """What a code tells a stranger, and no more: nothing of the worker, nor of whom it is for."""

    competence: str
    employer: str
    signed_by: str
    is_for_one_person: bool
    in_force: bool
    says: str
    until: date | None


def passport_of(actor: Actor, worker: Worker) -> list[SignOff]:
    """Every sign-off of a worker, newest first: their own, or with the permission anybody's of the service.

    Raises: NotAllowedError.
    """
    if actor.worker_id == worker.pk:
        require(actor, Permission.SEE_TODAY, worker.service_id)
    else:
        require(actor, Permission.SEE_DELEGATION, worker.service_id)
    rows = SignOff.objects.filter(worker=worker).select_related("signed_by__organisation")
    return list(rows.order_by("-signed_at", "-pk"))


def verify(actor: Actor, code: str, day: date) -> Verified | None:
    """What the code of a passport stands for on a day; None where it stands for nothing.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RUN_SCHEDULE)
    rows = SignOff.objects.select_related("worker__organisation", "signed_by__organisation")
    row = rows.filter(passport_code=code).first() if code else None
    if row is None:
        return None
    ended = row.ends_on is not None and row.ends_on < day
    if row.withdrawn_at is not None:
        says = "Withdrawn"
    elif not row.worker.is_active:
        says = "The worker has left"
    else:
        says = "Ended" if ended else "In force"
    signer = row.signed_by
    return Verified(
        competence=skill_title(row.competence),
        employer=row.worker.organisation.name,
        signed_by=f"{signer.job_title or 'Registered professional'}, {signer.organisation.name}"
        if signer
        else "Carried over: nobody here signed it",
        is_for_one_person=row.person_id is not None,
        in_force=says == "In force",
        says=says,
        until=row.ends_on,
    )
