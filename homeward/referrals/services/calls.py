"""Calls to the front door, and calling back."""

from datetime import datetime

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.kernel.rules import RefusedError
from homeward.kernel.services import tell
from homeward.people.models import Person
from homeward.people.services import add_to_timeline
from homeward.referrals.models import Call, CallBack, Referral
from homeward.referrals.states import CallOutcome


@transaction.atomic
def log_call(
    *,
    actor: Actor,
    service_id: int,
    source: str,
    outcome: str,
    now: datetime,
    caller_name: str = "",
    caller_phone: str = "",
    caller_organisation: str = "",
    person: Person | None = None,
    reason: str = "",
    advice: str = "",
    passed_to: str = "",
    about_text: str = "",
    need_code: str = "",
    urgency: str = "",
    call_back_by: datetime | None = None,
    referral: Referral | None = None,
) -> Call:
    """Log any contact with the front door: who, about whom, what came of it.

    A call back that was promised has its own clock: `call_back_by` is when it was promised for.

    Raises: NotAllowedError; RefusedError when the outcome lacks what it needs, or the person is of another service.
    """
    require(actor, Permission.TAKE_REFERRALS, service_id)
    if person is not None and person.service_id != service_id:
        raise RefusedError("This person is in another service. Log the call there.")
    if outcome == CallOutcome.ADVICE and not advice.strip():
        raise RefusedError("Write the advice that was given.")
    if outcome == CallOutcome.CALL_BACK and (call_back_by is None or not caller_phone.strip()):
        raise RefusedError("Say by when we call back, and on what number.")
    if call_back_by is not None and (outcome != CallOutcome.CALL_BACK or call_back_by < now):
        raise RefusedError("A call back is promised for a time to come. Check the time.")
    call = Call.objects.create(
        service_id=service_id,
        received_at=now,
        taken_by=actor.name,
        source=source,
        caller_name=caller_name,
        caller_phone=caller_phone,
        caller_organisation=caller_organisation,
        person=person,
        reason=reason,
        outcome=outcome,
        advice=advice,
        passed_to=passed_to,
        about_text=about_text,
        need_code=need_code,
        urgency=urgency,
        call_back_by=call_back_by,
        referral=referral,
    )
    if person:
        add_to_timeline(
            actor=actor,
            person=person,
            kind="call",
            happened_at=now,
            now=now,
            title=f"Call: {CallOutcome(outcome).label.lower()}",
            text=advice or reason,
            subject=("call", call.pk),
        )
    _called(actor, "log call", call, now)
    return call


@transaction.atomic
def try_call_back(*, actor: Actor, call: Call, was_reached: bool, note: str, now: datetime) -> CallBack:
    """Record a try to call back. Reaching them meets the promise; a try that did not leaves its clock running.

    Raises: NotAllowedError; RefusedError when no call back is owed, or a try that reached them says nothing.
    """
    require(actor, Permission.TAKE_REFERRALS, call.service_id)
    call = Call.objects.select_for_update().get(pk=call.pk)
    if call.call_back_by is None or call.called_back_at is not None:
        raise RefusedError("No call back is owed: none was promised, or somebody has called already.")
    if was_reached and not note.strip():
        raise RefusedError("Say what was agreed on the call.")
    tried = CallBack.objects.create(
        call=call, tried_at=now, tried_by=actor.name, was_reached=was_reached, note=note.strip()
    )
    if was_reached:
        call.called_back_at = now
        call.save(update_fields=["called_back_at"])
    if call.person:
        add_to_timeline(
            actor=actor,
            person=call.person,
            kind="call",
            happened_at=now,
            now=now,
            title="Called back" if was_reached else "Tried to call back, not reached",
            text=note.strip(),
            subject=("call", call.pk),
        )
    _called(actor, "call back", call, now)
    return tried


@transaction.atomic
def link_call(*, actor: Actor, call: Call, referral: Referral, now: datetime) -> Call:
    """Say which referral came of a call. A call back that was promised stays owed: the caller still waits for it.

    Raises: NotAllowedError; RefusedError when the call led to another, or the two are of different services.
    """
    require(actor, Permission.TAKE_REFERRALS, call.service_id)
    call = Call.objects.select_for_update().get(pk=call.pk)
    if call.service_id != referral.service_id or call.referral_id not in (None, referral.pk):
        raise RefusedError("This call already led to a referral. Open it instead.")
    call.referral = referral
    call.person = call.person or referral.person
    call.outcome = CallOutcome.REFERRAL
    call.save(update_fields=["referral", "person", "outcome"])
    _called(actor, "link call", call, now)
    return call


def _called(actor: Actor, action: str, call: Call, now: datetime) -> None:
    record(
        actor=actor,
        action=action,
        subject=("call", call.pk),
        now=now,
        service_id=call.service_id,
        person_id=call.person_id,
    )
    tell(topic="referrals", service_id=call.service_id, subject=("call", call.pk), now=now)
