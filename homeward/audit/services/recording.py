"""Adding events."""

import secrets
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings

from homeward.access.rules import Actor
from homeward.audit.models import Event
from homeward.audit.rules import COLUMNS, FORM, NONCE_DIGITS, content_of, mark_of, presumed_purpose


def record(
    *,
    actor: Actor,
    action: str,
    subject: tuple[str, int | None],
    now: datetime,
    person_id: int | None = None,
    service_id: int | None = None,
    count: int = 1,
    purpose: str = "",
) -> None:
    """Add one event: `actor` did `action` to `subject` (kind, id), in the record of `person_id` when there is one.

    Call it inside the transaction that did the thing, so that neither can exist without the other.
    `count` is how many subjects a bulk action touched; `purpose` a code of `states.Purpose`, presumed from the actor's
    role when not said.
    """
    _write(actor, action, subject, now, person_id, service_id, count, [], purpose)


def record_reads(
    *,
    actor: Actor,
    action: str,
    subject_kind: str,
    person_ids: Iterable[int],
    now: datetime,
    service_id: int | None = None,
    purpose: str = "",
) -> None:
    """Add one event for everyone a page showed together, such as a queue or a day's visits. Nobody shown, no event."""
    people = sorted(set(person_ids))
    if people:
        _write(actor, action, (subject_kind, None), now, None, service_id, len(people), people, purpose)


def _write(
    actor: Actor,
    action: str,
    subject: tuple[str, int | None],
    at: datetime,
    person_id: int | None,
    service_id: int | None,
    count: int,
    people: list[int],
    purpose: str,
) -> None:
    event = Event(
        at=at,
        actor_account_id=actor.account_id,
        actor_name=actor.name,
        actor_role=str(actor.role),
        employer=actor.employer,
        action=action,
        subject_kind=subject[0],
        subject_id=subject[1],
        person_id=person_id,
        service_id=service_id,
        count=count,
        people=people,
        purpose=str(purpose) or presumed_purpose(actor.role, actor.account_id is not None),
    )
    said = content_of([getattr(event, name) for name in COLUMNS[FORM]])
    event.mark = mark_of(said, settings.AUDIT_KEYS[0], secrets.token_hex(NONCE_DIGITS // 2))
    event.save(force_insert=True)
