"""Restricting a record: it is kept, and not used until the question is settled (UK GDPR article 18)."""

from datetime import datetime

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.audit.states import Purpose
from homeward.kernel.rules import RefusedError
from homeward.people.models import Person, PersonChange

LONGEST_REASON = 250  # as the record keeps it


@transaction.atomic
def restrict_person(*, actor: Actor, person: Person, reason: str, now: datetime) -> Person:
    """Mark a record as kept but not to be used.

    Every page of the record says so; other systems see nothing of it; it goes into no export but the person's own.

    Raises: NotAllowedError; RefusedError when it is restricted already or no reason is given.
    """
    return _set(actor, person, reason, now, is_restricted=True)


@transaction.atomic
def lift_restriction(*, actor: Actor, person: Person, reason: str, now: datetime) -> Person:
    """Let a restricted record be used again. The person must be told before (article 18(3)): `reason` says so.

    Raises: NotAllowedError; RefusedError when it is not restricted or no reason is given.
    """
    return _set(actor, person, reason, now, is_restricted=False)


def _set(actor: Actor, person: Person, reason: str, now: datetime, is_restricted: bool) -> Person:
    """Restrict a record or lift it, keep the change with its reason, and audit it."""
    require(actor, Permission.ANSWER_RIGHTS, person.service_id)
    person = Person.objects.select_for_update().get(pk=person.pk)
    reason = reason.strip()
    if (person.restricted_since is not None) == is_restricted:
        raise RefusedError("This record is restricted already." if is_restricted else "This record is not restricted.")
    if not reason or len(reason) > LONGEST_REASON:
        raise RefusedError(f"Say why, in {LONGEST_REASON} characters or fewer.")
    before = person.restricted_since.isoformat() if person.restricted_since else ""
    person.restricted_since = now if is_restricted else None
    person.restricted_reason = reason if is_restricted else ""
    person.save(update_fields=["restricted_since", "restricted_reason"])
    PersonChange.objects.create(
        person=person, part="person", part_id=person.pk, field="restricted_since", before=before,
        after=now.isoformat() if is_restricted else "", reason=reason, at=now, by_name=actor.name, by_role=actor.title,
        employer=actor.employer,
    )  # fmt: skip
    record(
        actor=actor, action="restrict record" if is_restricted else "lift restriction", subject=("person", person.pk),
        now=now, person_id=person.pk, service_id=person.service_id, purpose=Purpose.DATA_RIGHTS,
    )  # fmt: skip
    return person
