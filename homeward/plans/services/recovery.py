"""Somebody's own recovery plan: what they write, and with whom they share which part of it."""

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.kernel.rules import RefusedError, london_day
from homeward.people.models import Person
from homeward.plans.models import RecoveryPart, RecoverySharing
from homeward.plans.states import WrapAudience, WrapPart


@transaction.atomic
def write_recovery_part(*, actor: Actor, person: Person, part: str, text: str, now: datetime) -> RecoveryPart:
    """Write down one part of somebody's recovery plan for them, in their words, in place of what they said before.

    Whoever writes it down sees it afterwards only if the person shares it with them. Nothing of it goes to the
    timeline.

    Raises: NotAllowedError; RefusedError when a recovery plan has no such part.
    """
    require(actor, Permission.WRITE_PLANS, person.service_id)
    row = RecoveryPart.objects.create(
        person=person, part=_part(part), text=text.strip(), written_at=now, written_by=actor.name
    )
    _recorded(actor, person, "write recovery plan", now)
    return row


@transaction.atomic
def share_recovery_part(
    *,
    actor: Actor,
    person: Person,
    part: str,
    audiences: Collection[str],
    now: datetime,
    ends_on: date | None = None,
) -> RecoverySharing:
    """Record with whom the person shares one part of their recovery plan from now on; with nobody where it is empty.

    Raises: NotAllowedError; RefusedError when there is no such part or audience, or it would end in the past.
    """
    require(actor, Permission.WRITE_PLANS, person.service_id)
    if set(audiences) - set(WrapAudience.values):
        raise RefusedError("Choose from the list whom the person shares it with.")
    if ends_on is not None and ends_on < london_day(now):
        raise RefusedError("Sharing ends today or later. To end it now, share it with nobody.")
    row = RecoverySharing.objects.create(
        person=person,
        part=_part(part),
        audiences=[code for code in WrapAudience.values if code in audiences],
        ends_on=ends_on if audiences else None,
        decided_on=london_day(now),
        recorded_at=now,
        recorded_by=actor.name,
    )
    _recorded(actor, person, "share recovery plan", now)
    return row


def _part(part: str) -> str:
    if part not in WrapPart.values:
        raise RefusedError("A recovery plan has no such part.")
    return part


def _recorded(actor: Actor, person: Person, action: str, now: datetime) -> None:
    record(
        actor=actor,
        action=action,
        subject=("person", person.pk),
        person_id=person.pk,
        now=now,
        service_id=person.service_id,
    )
