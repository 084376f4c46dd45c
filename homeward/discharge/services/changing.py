"""What every write about a stay shares: the lock, the event, the audit and who is told."""

from datetime import datetime

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.discharge.models import HospitalStay, NextAction, StayEvent
from homeward.discharge.states import StayEventKind
from homeward.kernel.rules import RefusedError
from homeward.kernel.services import tell
from homeward.people.services import add_to_timeline

LONGEST_VALUE = 250


def _may_chase(actor: Actor, service_id: int) -> None:
    """Whoever moves stays on may change them, and so may a hospital's system that tells us of them."""
    require(
        actor,
        Permission.RECEIVE_MESSAGES if actor.may(Permission.RECEIVE_MESSAGES) else Permission.CHASE,
        service_id,
    )


def _locked(stay: HospitalStay) -> HospitalStay:
    rows = HospitalStay.objects.select_for_update(of=("self",)).select_related("person", "hospital", "team", "service")
    return rows.get(pk=stay.pk)


def _locked_open(stay: HospitalStay) -> HospitalStay:
    stay = _locked(stay)
    if not stay.is_open:
        raise RefusedError("This stay has ended. If that is a mistake, say first that it goes on.")
    return stay


def _happened(
    actor: Actor,
    stay: HospitalStay,
    kind: StayEventKind,
    now: datetime,
    *,
    field: str = "",
    before: object = "",
    after: object = "",
    text: str = "",
    action: NextAction | None = None,
    happened_at: datetime | None = None,
) -> StayEvent:
    """Add what happened, audit it, and let live pages know."""
    event = StayEvent.objects.create(
        stay=stay,
        kind=kind,
        field=field,
        before=_said(before),
        after=_said(after),
        text=text,
        action=action,
        happened_at=happened_at or now,
        recorded_at=now,
        by_account_id=actor.account_id,
        by_name=actor.name,
        by_role=actor.title,
        employer=actor.employer,
    )
    record(
        actor=actor,
        action=f"stay: {StayEventKind(kind).label.lower()}",
        subject=("stay", stay.pk),
        person_id=stay.person_id,
        now=now,
        service_id=stay.service_id,
    )
    tell(topic="stays", service_id=stay.service_id, subject=("stay", stay.pk), now=now)
    return event


def _tell_timeline(
    actor: Actor, stay: HospitalStay, title: str, happened_at: datetime, now: datetime, text: str = ""
) -> None:
    add_to_timeline(
        actor=actor,
        person=stay.person,
        kind="hospital",
        title=title[:200],
        text=text,
        happened_at=happened_at,
        now=now,
        subject=("stay", stay.pk),
    )


def _said(value: object) -> str:
    return "" if value is None else str(value)[:LONGEST_VALUE]
