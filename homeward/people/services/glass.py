"""Breaking the glass: seeing a record beyond one's own, for a reason and for a time."""

from datetime import datetime, timedelta

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.audit.states import Purpose
from homeward.kernel.rules import RefusedError
from homeward.notices.services import notify
from homeward.people.models import BrokenGlass, Person
from homeward.teams.selectors import accounts_that_may

# So long the record stays open to who broke the glass. Local decision.
GLASS_LASTS = timedelta(hours=4)
LEAST_REASON = 15  # characters: enough to say what happened, not "needed"


@transaction.atomic
def break_glass(*, actor: Actor, person: Person, reason: str, now: datetime) -> BrokenGlass:
    """Open a record to the actor for `GLASS_LASTS`; every privacy officer of the service is told at once.

    `person` comes from `person_for(..., at_least=Sight.NOTHING)`.

    Raises: NotAllowedError; RefusedError when the actor has no account or does not say why.
    """
    return _open(
        actor,
        person,
        reason,
        now,
        action="break glass",
        title=f"{actor.title} broke the glass on a record",
        ask="Say in a sentence why you must see this record now.",
    )


@transaction.atomic
def use_restricted(*, actor: Actor, person: Person, reason: str, now: datetime) -> BrokenGlass:
    """Let the actor change a restricted record for `GLASS_LASTS`, to keep somebody safe; privacy officers are told.

    Raises: NotAllowedError; RefusedError when the actor has no account or does not say who could come to harm.
    """
    return _open(
        actor,
        person,
        reason,
        now,
        action="use restricted record",
        title=f"{actor.title} changes a restricted record",
        ask="Say in a sentence who could come to harm, and how.",
    )


def _open(
    actor: Actor, person: Person, reason: str, now: datetime, *, action: str, title: str, ask: str
) -> BrokenGlass:
    require(actor, Permission.BREAK_GLASS, person.service_id)
    if actor.account_id is None:
        raise RefusedError("Only somebody with an account can open a record this way.")
    reason = reason.strip()
    if len(reason) < LEAST_REASON:
        raise RefusedError(ask)
    broken = BrokenGlass.objects.create(
        person=person,
        account_id=actor.account_id,
        by_name=actor.name,
        by_role=actor.title,
        employer=actor.employer,
        reason=reason,
        at=now,
        until=now + GLASS_LASTS,
    )
    record(
        actor=actor,
        action=action,
        subject=("broken glass", broken.pk),
        person_id=person.pk,
        now=now,
        service_id=person.service_id,
        purpose=Purpose.EMERGENCY,
    )
    notify(
        actor=actor,
        service_id=person.service_id,
        accounts=accounts_that_may(Permission.ANSWER_RIGHTS, person.service_id),
        kind="broken glass",
        title=title,
        path="/privacy/",
        once_key=f"broken glass {broken.pk}",
        now=now,
        is_urgent=True,
    )
    return broken


@transaction.atomic
def end_glass(*, actor: Actor, broken: BrokenGlass, now: datetime) -> BrokenGlass:
    """Close again what the actor opened by breaking the glass.

    Raises: NotAllowedError; RefusedError when somebody else opened it.
    """
    require(actor, Permission.BREAK_GLASS, broken.person.service_id)
    if broken.account_id != actor.account_id:
        raise RefusedError("Somebody else opened this record.")
    if broken.ended_at is None:
        broken.ended_at = now
        broken.save(update_fields=["ended_at"])
        record(
            actor=actor,
            action="end broken glass",
            subject=("broken glass", broken.pk),
            person_id=broken.person_id,
            now=now,
            service_id=broken.person.service_id,
        )
    return broken
