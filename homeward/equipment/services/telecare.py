"""Devices that call: each call is kept, opens a response with a clock, and is closed with what came of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.equipment.models import AlertMessage, Device, DeviceAlert, DeviceAlertEvent, Item
from homeward.equipment.rules import answer_minutes, is_same_call, need_of, number_in
from homeward.equipment.services.changing import _done, _on_timeline, _tell_those_who
from homeward.equipment.services.lending import NewDevice, _install, _person_with
from homeward.equipment.states import (
    TECHNICAL,
    AlertOutcome,
    AlertState,
    CallKind,
    MessageOutcome,
    check_alert_move,
)
from homeward.kernel.rules import RefusedError
from homeward.kernel.services import tell
from homeward.people.models import Person
from homeward.referrals.models import Referral
from homeward.referrals.services import NewReferral, receive_referral
from homeward.referrals.states import Source, Urgency
from homeward.teams.models import Worker
from homeward.visits.models import Visit
from homeward.visits.services import NeededVisit, need_visit

TAKEN = (MessageOutcome.OPENED, MessageOutcome.JOINED, MessageOutcome.TEST, MessageOutcome.CHECK_IN)
OPEN_ALERTS = (AlertState.OPEN, AlertState.ANSWERING)
# Who goes when a device calls and nobody answers: the first of these that a worker of the service has. The pathway
# assistive-technology names both.
RESPONDER_SKILLS = ("telecare_responder", "crisis_responder_care", "crisis_responder_health")
RESPOND_MINUTES = 30  # the activity alert_response
# A clock on another machine may be a little ahead
CLOCKS_MAY_DIFFER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class NewCall:
    """What a sending system says: its own id of the call, which device, what about, when."""

    sender_id: str
    identifier: str
    kind: CallKind
    raised_at: datetime
    text: str = ""
    is_test: bool = False


@transaction.atomic
def receive_call(*, actor: Actor, service_id: int, call: NewCall, content: bytes, now: datetime) -> AlertMessage:
    """Keep one message of a device and do what it asks: open a response, join the one that is open, or note a test.

    The same id of the same sender changes nothing a second time, so a sender may try again until it is answered. The
    same device calling about the same thing soon after joins the open response. A device that nobody here knows opens
    one too: somebody may need help. Test alarms and check-ins open none.

    Raises: NotAllowedError; RefusedError when it is said to have happened in the future.
    """
    require(actor, Permission.RECEIVE_MESSAGES, service_id)
    if call.raised_at > now + CLOCKS_MAY_DIFFER:
        raise RefusedError("raised_at is in the future. Check the clock of the sending system.")
    told = {"service_id": service_id, "sender": actor.name[:120], "sender_id": call.sender_id}
    devices = Device.objects.select_for_update(of=("self",)).select_related("item__kind", "item__store")
    device = devices.filter(service_id=service_id, identifier__iexact=call.identifier).first()
    before = AlertMessage.objects.filter(**told, outcome__in=TAKEN).order_by("pk").first()
    alert = before.alert if before else None
    if before is not None:
        outcome = MessageOutcome.REPEATED
    elif call.is_test:
        outcome = MessageOutcome.TEST
    elif call.kind == CallKind.CHECK_IN:
        outcome = MessageOutcome.CHECK_IN
    elif alert := _open_response(service_id, device, call):
        outcome = MessageOutcome.JOINED
        _called_again(actor, alert, call, now)
    else:
        outcome = MessageOutcome.OPENED
        alert = _open(actor, service_id, device, call, now)
    problem = "" if device else f"No device here is known as {call.identifier}."
    if device is not None and before is None:
        device.last_heard_at = now
        device.save(update_fields=["last_heard_at"])
    message = AlertMessage.objects.create(
        **told, content=content, received_at=now, outcome=outcome, problem=problem, alert=alert, device=device
    )
    _done(actor, f"device message {outcome.value}", ("alert message", message.pk), service_id, now)
    return message


@transaction.atomic
def keep_refused(
    *,
    actor: Actor,
    service_id: int,
    content: bytes,
    problem: str,
    now: datetime,
    sender_id: str = "",
    is_our_fault=False,
) -> AlertMessage:
    """Keep a message that could not be read or taken in, with what is wrong with it, for somebody to look at.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RECEIVE_MESSAGES, service_id)
    message = AlertMessage.objects.create(
        service_id=service_id, sender=actor.name[:120], sender_id=sender_id[:120], content=content, received_at=now,
        outcome=MessageOutcome.FAILED if is_our_fault else MessageOutcome.REFUSED, problem=problem,
    )  # fmt: skip
    _done(actor, "refuse device message", ("alert message", message.pk), service_id, now)
    title, path = "A message of a device could not be read", "/equipment/alerts"
    key = f"alert-message-{message.pk}"
    _tell_those_who(actor, Permission.RESPOND, service_id, title, path, key, now, True)
    return message


@transaction.atomic
def settle_message(*, actor: Actor, message: AlertMessage, note: str, now: datetime) -> AlertMessage:
    """Say that somebody looked at a message that could not be read, and what they did.

    Raises: NotAllowedError; RefusedError without words, or when somebody did before.
    """
    require(actor, Permission.RESPOND, message.service_id)
    if not note.strip():
        raise RefusedError("Say what you did: whom you rang, and what they said.")
    changed = AlertMessage.objects.filter(pk=message.pk, settled_at__isnull=True).update(
        settled_at=now, settled_by=actor.name, settled_note=note.strip()[:250]
    )
    if not changed:
        raise RefusedError("Somebody saw to this already.")
    _done(actor, "settle device message", ("alert message", message.pk), message.service_id, now)
    message.refresh_from_db()
    return message


def _open_response(service_id: int, device: Device | None, call: NewCall) -> DeviceAlert | None:
    rows = DeviceAlert.objects.select_for_update(of=("self",)).filter(
        service_id=service_id, state__in=OPEN_ALERTS, kind=call.kind
    )
    rows = rows.filter(device=device) if device else rows.filter(device=None, identifier__iexact=call.identifier)
    newest = rows.order_by("-last_called_at").first()
    window = timedelta(minutes=settings.DEVICE_SAME_CALL_MINUTES)
    return newest if newest and is_same_call(newest.last_called_at, call.raised_at, window) else None


def _called_again(actor: Actor, alert: DeviceAlert, call: NewCall, now: datetime) -> None:
    alert.times += 1
    alert.last_called_at = max(alert.last_called_at, call.raised_at)
    alert.save(update_fields=["times", "last_called_at"])
    _happened(actor, alert, "called again", call.text, now)
    if alert.state == AlertState.OPEN:
        _tell_responders(actor, alert, "A device has called again", f"again-{alert.times}", now)


def _open(actor: Actor, service_id: int, device: Device | None, call: NewCall, now: datetime) -> DeviceAlert:
    minutes = answer_minutes(
        is_technical=call.kind in TECHNICAL,
        of_kind=device.item.kind.respond_minutes if device else None,
        usual=settings.DEVICE_ALERT_MINUTES,
        technical=settings.DEVICE_FAULT_MINUTES,
    )
    person = _person_with(device.item) if device else None
    alert = DeviceAlert.objects.create(
        service_id=service_id, device=device, person=person, sender=actor.name[:120], sender_id=call.sender_id,
        identifier=call.identifier, kind=call.kind, text=call.text, raised_at=call.raised_at, received_at=now,
        last_called_at=call.raised_at, answer_due_at=now + timedelta(minutes=minutes),
    )  # fmt: skip
    _happened(actor, alert, "called", call.text, now)
    if person is not None:
        _on_alert_timeline(actor, alert, f"Device called: {alert.get_kind_display().lower()}", now, call.text)
    title = "A device has called" if call.kind not in TECHNICAL else "A device needs seeing to"
    _tell_responders(actor, alert, title, "called", now)
    return alert


@transaction.atomic
def take_alert(*, actor: Actor, alert: DeviceAlert, now: datetime) -> DeviceAlert:
    """Say that the actor answers an alert, so that nobody else has to; its clock runs on until it is closed.

    Raises: NotAllowedError; CannotMoveError when it is closed.
    """
    alert = _locked(actor, alert)
    check_alert_move(alert.state, AlertState.ANSWERING)
    alert.state, alert.taken_by_id = AlertState.ANSWERING, actor.account_id
    alert.save(update_fields=["state", "taken_by"])
    _happened(actor, alert, "taken", "", now)
    return alert


@transaction.atomic
def note_try(*, actor: Actor, alert: DeviceAlert, text: str, now: datetime) -> DeviceAlert:
    """Note something done for an alert that did not end it: rang, no answer; rang the daughter, on her way.

    Raises: NotAllowedError; CannotMoveError when it is closed; RefusedError without words.
    """
    alert = _locked(actor, alert)
    check_alert_move(alert.state, AlertState.ANSWERING)
    if not text.strip():
        raise RefusedError("Say what you did.")
    if alert.state == AlertState.OPEN:
        alert.state, alert.taken_by_id = AlertState.ANSWERING, actor.account_id
        alert.save(update_fields=["state", "taken_by"])
    _happened(actor, alert, "tried", text.strip(), now)
    return alert


@transaction.atomic
def close_alert(*, actor: Actor, alert: DeviceAlert, outcome: AlertOutcome, text: str, now: datetime) -> DeviceAlert:
    """Close an alert with what came of it; its clock stops.

    Raises: NotAllowedError; CannotMoveError when it is closed; RefusedError without an outcome or words.
    """
    alert = _locked(actor, alert)
    if outcome not in AlertOutcome.values or outcome == AlertOutcome.CRISIS:
        raise RefusedError("Say what came of it. To make it a crisis referral, use “Make it a crisis referral”.")
    if not text.strip():
        raise RefusedError("Say what you found, and who knows of it.")
    if outcome == AlertOutcome.NOT_OURS and alert.person_id is not None:
        raise RefusedError("We know whose device this is. Say what came of it.")
    _close(actor, alert, outcome, text.strip(), now)
    return alert


@transaction.atomic
def refer_alert(*, actor: Actor, alert: DeviceAlert, need_text: str, now: datetime, need_code: str = "") -> Referral:
    """Make an alert a crisis referral without typing it again: it joins the front door's queue, and the alert closes.

    The referral counts as received when the device's call was, so that its two hours include the time spent here.

    Raises: NotAllowedError; CannotMoveError when it is closed; RefusedError when nobody knows whose device it is, or
    for what `referrals.services.receive_referral` refuses.
    """
    alert = _locked(actor, alert)
    check_alert_move(alert.state, AlertState.CLOSED)
    require(actor, Permission.TAKE_REFERRALS, alert.service_id)
    if alert.person is None:
        raise RefusedError("Say first whose device this is, so that somebody can be sent to them.")
    said = f"{alert.get_kind_display()} from their {alert.device.item.kind.title.lower()}." if alert.device else ""
    new = NewReferral(
        source=Source.OTHER, urgency=Urgency.CRISIS, need_code=need_code or need_of(alert.kind),
        need_text=" ".join(part for part in (said, alert.text, need_text.strip()) if part),
        received_at=alert.received_at, requester_name=actor.name, requester_role="Answered the device’s alert",
        requester_organisation=alert.sender,
    )  # fmt: skip
    referral = receive_referral(actor=actor, person=alert.person, new=new, now=now)
    alert.referral = referral
    _close(actor, alert, AlertOutcome.CRISIS, f"{referral.reference}. {need_text}".strip(), now)
    return referral


@transaction.atomic
def need_responder(*, actor: Actor, alert: DeviceAlert, now: datetime) -> Visit:
    """Make the visit of somebody who goes to see what happened, from now to when an answer is due at the latest.

    Raises: NotAllowedError; CannotMoveError when it is closed; RefusedError when nobody knows whose device it is, or
    such a visit is made already.
    """
    alert = _locked(actor, alert)
    check_alert_move(alert.state, AlertState.ANSWERING)
    if alert.person is None:
        raise RefusedError("Say first whose device this is, so that somebody can be sent to them.")
    if alert.visit_id is not None and alert.visit.state != "cancelled":
        raise RefusedError("Somebody is to go already. Open the visit to see who.")
    held = {skill for skills in Worker.objects.filter(service_id=alert.service_id, is_active=True).values_list(
        "skills", flat=True) for skill in skills}  # fmt: skip
    skill = next((one for one in RESPONDER_SKILLS if one in held), RESPONDER_SKILLS[0])
    new = NeededVisit(
        title="Answer an alert", slots=({"skill": skill, "minutes": RESPOND_MINUTES},), opens_at=now,
        closes_at=max(now, alert.answer_due_at), tasks=(("alert_response", "Answer an alert"),), is_crisis=True,
    )  # fmt: skip
    alert.visit = need_visit(actor=actor, person=alert.person, new=new, now=now)
    alert.state, alert.taken_by_id = AlertState.ANSWERING, alert.taken_by_id or actor.account_id
    alert.save(update_fields=["visit", "state", "taken_by"])
    _happened(actor, alert, "somebody to go", "", now)
    return alert.visit


@transaction.atomic
def say_whose(*, actor: Actor, alert: DeviceAlert, number: str, now: datetime) -> DeviceAlert:
    """Say which of our items an unknown device is, by the number on its label; from now on it is known by its name.

    Raises: NotAllowedError; CannotMoveError when it is closed; RefusedError when there is no such item that calls for
    somebody, or nobody has it.
    """
    alert = _locked(actor, alert)
    check_alert_move(alert.state, AlertState.ANSWERING)
    if alert.device_id is not None:
        raise RefusedError("We know which device this is.")
    item = Item.objects.select_related("kind", "store").filter(
        number=number_in(number), kind__is_alerting=True, store__service_id=alert.service_id
    ).first()  # fmt: skip
    person = _person_with(item) if item else None
    if person is None:
        raise RefusedError("Nobody has a device with that number. Check its label, or find the person and open theirs.")
    known = Device.objects.filter(item=item).first()
    old = NewDevice(
        alert.identifier, known.centre_name if known else alert.sender, known.centre_phone if known else "",
        known.place if known else "", known.test_note if known else "",
    )  # fmt: skip
    alert.device, alert.person = _install(actor, item, alert.service_id, old, now), person
    alert.save(update_fields=["device", "person"])
    _happened(actor, alert, "whose it is", item.number, now)
    _on_alert_timeline(actor, alert, f"Device called: {alert.get_kind_display().lower()}", now, alert.text)
    return alert


def _close(actor: Actor, alert: DeviceAlert, outcome: AlertOutcome, text: str, now: datetime) -> None:
    check_alert_move(alert.state, AlertState.CLOSED)
    alert.state, alert.outcome, alert.closed_at = AlertState.CLOSED, outcome, now
    alert.answered_at = alert.answered_at or now
    alert.taken_by_id = alert.taken_by_id or actor.account_id
    alert.save(update_fields=["state", "outcome", "closed_at", "answered_at", "taken_by", "referral"])
    _happened(actor, alert, "closed", text, now)
    if alert.person is not None:
        _on_alert_timeline(actor, alert, f"Device alert closed: {alert.get_outcome_display()}", now, text)


def _locked(actor: Actor, alert: DeviceAlert) -> DeviceAlert:
    rows = DeviceAlert.objects.select_for_update(of=("self",)).select_related("person", "device__item__kind", "visit")
    alert = rows.get(pk=alert.pk)
    require(actor, Permission.RESPOND, alert.service_id)
    return alert


def _happened(actor: Actor, alert: DeviceAlert, kind: str, text: str, now: datetime) -> DeviceAlertEvent:
    event = DeviceAlertEvent.objects.create(
        alert=alert, kind=kind, text=text, at=now, by_name=actor.name, employer=actor.employer
    )
    _done(actor, f"device alert {kind}", ("device alert", alert.pk), alert.service_id, now, alert.person_id)
    tell(topic="device_alerts", service_id=alert.service_id, subject=("device alert", alert.pk), now=now)
    return event


def _on_alert_timeline(actor: Actor, alert: DeviceAlert, title: str, now: datetime, text: str) -> None:
    person: Person = alert.person
    _on_timeline(actor, person, title, now, ("device alert", alert.pk), text)


def _tell_responders(actor: Actor, alert: DeviceAlert, title: str, key: str, now: datetime) -> None:
    _tell_those_who(
        actor, Permission.RESPOND, alert.service_id, title, f"/equipment/alerts/{alert.pk}",
        f"device-alert-{alert.pk}-{key}", now, alert.kind not in TECHNICAL,
    )  # fmt: skip
