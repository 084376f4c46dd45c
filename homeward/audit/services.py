"""Writing the audit trail."""

from collections.abc import Iterable
from datetime import datetime

from homeward.access.rules import Actor
from homeward.audit.models import Event


def _event(
    actor: Actor,
    action: str,
    subject: tuple[str, int | None],
    at: datetime,
    person_id: int | None,
    service_id: int | None,
    count: int = 1,
) -> Event:
    return Event(
        at=at,
        actor_account_id=actor.account_id,
        actor_name=actor.name,
        actor_role=actor.role,
        employer=actor.employer,
        action=action,
        subject_kind=subject[0],
        subject_id=subject[1],
        person_id=person_id,
        service_id=service_id,
        count=count,
    )


def record(
    *,
    actor: Actor,
    action: str,
    subject: tuple[str, int | None],
    now: datetime,
    person_id: int | None = None,
    service_id: int | None = None,
    count: int = 1,
) -> None:
    """Add one event: `actor` did `action` to `subject` (kind, id), in the record of `person_id` when there is one.

    Call it inside the transaction that did the thing, so that neither can exist without the other.
    `count` is how many subjects a bulk action touched.
    """
    _event(actor, action, subject, now, person_id, service_id, count).save(force_insert=True)


def record_reads(
    *,
    actor: Actor,
    action: str,
    subject_kind: str,
    person_ids: Iterable[int],
    now: datetime,
    service_id: int | None = None,
) -> None:
    """Add one event for everyone a page showed together, such as a queue or a day's visits. Nobody shown, no event."""
    people = sorted(set(person_ids))
    if people:
        event = _event(actor, action, (subject_kind, None), now, None, service_id, len(people))
        event.people = people
        event.save(force_insert=True)
