"""Who may decide: a registered professional of the right profession, on the roster, whose registration is current."""

from collections.abc import Collection
from datetime import datetime

from homeward.access.rules import Actor, Permission, require
from homeward.delegation.rules import a_or_an
from homeward.delegation.selectors.standing import competences_signed_off, professions_of
from homeward.kernel.rules import RefusedError, london_day
from homeward.procedures.selectors import skill_title
from homeward.teams.models import Worker
from homeward.teams.selectors import registered_until


class MayNotDecideError(RefusedError):
    """The actor is not somebody who may decide this. The text says what is missing and what to do."""


def _deciding(
    actor: Actor, service_id: int, by: Collection[str], now: datetime, *, competence: str | None = None
) -> Worker:
    """The actor's own row on the roster, where they may decide: one of the skills `by`, registered today and, where a
    `competence` is named, competent in it by their own profession.

    Raises: NotAllowedError; MayNotDecideError.
    """
    require(actor, Permission.DELEGATE, service_id)
    worker = None
    if actor.worker_id is not None:
        worker = Worker.objects.filter(pk=actor.worker_id, service_id=service_id, is_active=True).first()
    if worker is None:
        raise MayNotDecideError(
            "You are not on the roster of this service, so nothing says what you are registered for."
            " Ask an administrator to link your account to your place on it."
        )
    held = professions_of(worker.skills, competences_signed_off())
    who = " or ".join(skill_title(code).lower() for code in sorted(by))
    if held.isdisjoint(by):
        raise MayNotDecideError(f"This is for {a_or_an(who)} to decide, and you are not recorded as one.")
    if competence is not None and competence not in held:
        raise MayNotDecideError(
            f"Your own profession does not cover {skill_title(competence).lower()}. Ask {a_or_an(who)} who does it."
        )
    until = registered_until([worker.pk]).get(worker.pk)
    if until is None:
        raise MayNotDecideError("Your registration is not on record. Have your number and its last day recorded first.")
    if until < london_day(now):
        raise MayNotDecideError(
            f"Your registration ended on {until.day} {until:%B %Y} by this record. Have the register checked first."
        )
    return worker
