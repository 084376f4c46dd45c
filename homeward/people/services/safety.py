"""What a visitor must know, and how to speak with somebody."""

from datetime import datetime

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.kernel.rules import RefusedError, london_day
from homeward.people.models import (
    Alert,
    CommunicationNeed,
    Person,
)
from homeward.people.services.timeline import add_to_timeline
from homeward.people.states import AlertKind, NeedKind


@transaction.atomic
def raise_alert(*, actor: Actor, person: Person, kind: AlertKind | str, text: str, now: datetime) -> Alert:
    """Warn everyone who will visit. The same alert raised again while it stands is left as it is.

    Raises: NotAllowedError.
    """
    require(actor, Permission.TAKE_REFERRALS, person.service_id)
    standing = person.alerts.filter(kind=kind, text=text, ends_on__isnull=True).first()
    if standing:
        return standing
    alert = person.alerts.create(kind=kind, text=text, starts_on=london_day(now), raised_by=actor.name)
    add_to_timeline(
        actor=actor,
        person=person,
        kind="alert",
        title=f"Alert: {AlertKind(kind).label}",
        text=text,
        happened_at=now,
        now=now,
        subject=("alert", alert.pk),
    )
    return alert


@transaction.atomic
def raise_alerts(*, actor: Actor, service_id: int, alerts: list[Alert], now: datetime) -> list[Alert]:
    """Raise many standing alerts (unsaved rows) at once, for an import or a fictitious place.

    Raises: NotAllowedError; RefusedError when one starts in the future or is of no known kind.
    """
    require(actor, Permission.IMPORT_SERVICE, service_id)
    if any(alert.starts_on > london_day(now) or alert.kind not in AlertKind.values for alert in alerts):
        raise RefusedError("Every alert needs a kind from the list and a day it began that is not in the future.")
    Alert.objects.bulk_create(alerts, batch_size=500)
    record(
        actor=actor, action="raise alerts", subject=("alert", None), now=now, service_id=service_id, count=len(alerts)
    )
    return alerts


@transaction.atomic
def note_need(*, actor: Actor, person: Person, kind: NeedKind | str, text: str, now: datetime) -> CommunicationNeed:
    """Record how to speak with or write to somebody; the same need twice is one.

    Raises: NotAllowedError.
    """
    require(actor, Permission.TAKE_REFERRALS, person.service_id)
    need, is_new = person.communication_needs.get_or_create(kind=kind, text=text)
    if is_new:
        record(
            actor=actor,
            action="note communication need",
            subject=("need", need.pk),
            person_id=person.pk,
            now=now,
            service_id=person.service_id,
        )
    return need
