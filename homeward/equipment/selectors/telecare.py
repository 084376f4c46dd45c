"""Reading alerts of devices: those open, one with all that happened, devices gone quiet, messages nobody could read."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet

from homeward.access.rules import Actor, Permission, Relationship, Sight, require
from homeward.audit.services import record, record_reads
from homeward.equipment.models import AlertMessage, Device, DeviceAlert
from homeward.equipment.rules import is_silent
from homeward.equipment.selectors.store import EquipmentNotFoundError
from homeward.equipment.states import AlertState, ItemState, MessageOutcome
from homeward.people.models import Person
from homeward.people.selectors import person_for
from homeward.referrals.selectors import TIED_FOR

LATELY = timedelta(hours=24)
MOST_LATELY = 50


def open_alerts(actor: Actor, service_id: int, now: datetime) -> list[DeviceAlert]:
    """The alerts nobody has closed, by when an answer is due; everybody named is audited.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_RESPONDING, service_id)
    rows = list(_alerts().filter(service_id=service_id).exclude(state=AlertState.CLOSED))
    rows.sort(key=lambda one: (one.answer_due_at, one.pk))
    _audit(actor, service_id, rows, now)
    return rows


def count_unanswered(actor: Actor, service_id: int) -> int:
    """How many alerts nobody has answered; a number, nobody is named.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_RESPONDING, service_id)
    return DeviceAlert.objects.filter(service_id=service_id, state=AlertState.OPEN).count()


def closed_lately(actor: Actor, service_id: int, now: datetime) -> list[DeviceAlert]:
    """The alerts closed in the last day, newest first.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_RESPONDING, service_id)
    rows = _alerts().filter(service_id=service_id, state=AlertState.CLOSED, closed_at__gte=now - LATELY)
    rows = list(rows.order_by("-closed_at")[:MOST_LATELY])
    _audit(actor, service_id, rows, now)
    return rows


def alert_for(actor: Actor, alert_id: int, now: datetime) -> DeviceAlert:
    """One alert with its person's record opened for it, and all that happened.

    Raises: NotAllowedError; NoRelationshipError; EquipmentNotFoundError.
    """
    require(actor, Permission.SEE_RESPONDING)
    alert = _alerts().filter(service_id__in=actor.service_ids, pk=alert_id).prefetch_related("events").first()
    if alert is None:
        raise EquipmentNotFoundError
    if alert.person_id is not None:
        alert.person = person_for(actor, alert.person_id, now, Sight.VISIT)
    record(
        actor=actor, action="open device alert", subject=("device alert", alert.pk), person_id=alert.person_id, now=now,
        service_id=alert.service_id,
    )  # fmt: skip
    return alert


def silent_devices(actor: Actor, service_id: int, now: datetime) -> list[Device]:
    """Devices at people's homes that have not checked in for longer than their kind allows, quietest first.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_RESPONDING, service_id)
    rows = (
        Device.objects.filter(
            service_id=service_id, item__state=ItemState.WITH_PERSON, item__kind__silent_hours__isnull=False
        )
        .select_related("item__kind")
        .prefetch_related("item__loans__person")
        .order_by(F("last_heard_at").asc(nulls_first=True), "pk")
    )
    silent = [one for one in rows if is_silent(one.last_heard_at, one.installed_at, one.item.kind.silent_hours, now)]
    people = [loan.person_id for one in silent for loan in one.item.loans.all() if loan.ended_at is None]
    record_reads(
        actor=actor, action="see silent devices", subject_kind="device", now=now, service_id=service_id,
        person_ids=people,
    )  # fmt: skip
    return silent


def messages_to_settle(actor: Actor, service_id: int) -> list[AlertMessage]:
    """Messages of devices that could not be read or taken in, which nobody has seen to, newest first.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_RESPONDING, service_id)
    rows = AlertMessage.objects.filter(
        service_id=service_id, outcome__in=(MessageOutcome.REFUSED, MessageOutcome.FAILED), settled_at__isnull=True
    )
    return list(rows.order_by("-pk")[:MOST_LATELY])


def message_for(actor: Actor, message_id: int) -> AlertMessage:
    """One message of a device.

    Raises: NotAllowedError; EquipmentNotFoundError.
    """
    require(actor, Permission.SEE_RESPONDING)
    row = AlertMessage.objects.filter(service_id__in=actor.service_ids, pk=message_id).first()
    if row is None:
        raise EquipmentNotFoundError
    return row


def alerts_of_person(actor: Actor, person: Person, limit: int = 20) -> list[DeviceAlert]:
    """What devices of somebody whose record is open called about, newest first.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE, person.service_id)
    return list(_alerts().filter(person=person).order_by("-pk")[:limit])


def alerts_to_watch(actor: Actor, service_id: int) -> list[DeviceAlert]:
    """The alerts nobody has closed, for whoever watches the clocks.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RUN_SCHEDULE, service_id)
    return list(
        DeviceAlert.objects.filter(service_id=service_id).exclude(state=AlertState.CLOSED).select_related("taken_by")
    )


def tied_by_device_alerts(actor: Actor, person_ids: Collection[int], now: datetime) -> dict[int, Relationship]:
    """Of these people, those whose device calls, or lately called, for somebody of the actor's services.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE)
    if not actor.may(Permission.SEE_RESPONDING):
        return {}
    rows = DeviceAlert.objects.filter(service_id__in=actor.service_ids, person_id__in=person_ids)
    rows = rows.filter(Q(closed_at__isnull=True) | Q(closed_at__gte=now - TIED_FOR))
    return dict.fromkeys(rows.values_list("person_id", flat=True), Relationship.FRONT_DOOR)


def _alerts() -> QuerySet[DeviceAlert]:
    return DeviceAlert.objects.select_related(
        "person", "device__item__kind", "taken_by", "referral", "visit", "service"
    )


def _audit(actor: Actor, service_id: int, rows: list[DeviceAlert], now: datetime) -> None:
    record_reads(
        actor=actor, action="see device alerts", subject_kind="device alert", now=now, service_id=service_id,
        person_ids=sorted({one.person_id for one in rows if one.person_id is not None}),
    )  # fmt: skip
