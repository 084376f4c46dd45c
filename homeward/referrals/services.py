"""Writes at the front door. Every change of a referral adds an event, from which its clocks are computed."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.kernel.rules import RefusedError
from homeward.kernel.services import tell
from homeward.people.models import Person
from homeward.people.services import (
    NewAddress,
    NewPerson,
    add_address,
    add_to_timeline,
    raise_alert,
    register_person,
)
from homeward.people.states import AlertKind
from homeward.procedures.selectors import need_title
from homeward.referrals.models import Call, KeptMessage, Referral, ReferralEvent
from homeward.referrals.states import (
    CallOutcome,
    MessageOutcome,
    ReferralState,
    Source,
    Urgency,
    check_move,
)
from homeward.teams.models import Organisation

# A clock on another machine may be a little ahead; a referral from further in the future is a mistake.
CLOCKS_MAY_DIFFER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class NewReferral:
    """What a form, a call or a message says when it asks the service to see a person."""

    source: str
    urgency: str
    need_code: str = ""
    need_text: str = ""
    received_at: datetime | None = None
    requester_name: str = ""
    requester_role: str = ""
    requester_organisation: str = ""
    requester_phone: str = ""
    organisation: Organisation | None = None
    safeguarding_text: str = ""
    scene_safety: str = ""
    contact_name: str = ""
    contact_phone: str = ""
    place_text: str = ""
    latitude: float | None = None
    longitude: float | None = None
    promised_text: str = ""
    pathway_code: str = ""
    sender: str = ""
    sender_identifier: str = ""
    use_case: str = ""
    sender_clock_started_at: datetime | None = None
    sender_due_at: datetime | None = None
    not_understood: list[dict] = field(default_factory=list)
    details: list[dict] = field(default_factory=list)


def _add_event(
    referral: Referral, actor: Actor, kind: str, happened_at: datetime, now: datetime, reason: str = ""
) -> ReferralEvent:
    return ReferralEvent.objects.create(
        referral=referral,
        kind=kind,
        happened_at=happened_at,
        recorded_at=now,
        actor_name=actor.name,
        actor_role=actor.title,
        employer=actor.employer,
        reason=reason,
    )


def _fill(referral: Referral, new: NewReferral) -> None:
    for name in NewReferral.__slots__:
        if name != "received_at":
            value = getattr(new, name)
            limit = getattr(Referral._meta.get_field(name), "max_length", None)
            setattr(referral, name, value[:limit] if limit and isinstance(value, str) else value)


@transaction.atomic
def receive_referral(*, actor: Actor, person: Person, new: NewReferral, now: datetime) -> Referral:
    """Take in a referral: it joins the queue and its clock starts when it was received.

    A safeguarding concern becomes an alert on the person at once, before anyone triages.

    Raises: NotAllowedError; RefusedError when something needed is missing, the time is in the future, or the sender's
    identifier came before (use `update_referral`).
    """
    if not actor.may(Permission.RECEIVE_MESSAGES):
        require(actor, Permission.TAKE_REFERRALS)
    require(
        actor,
        Permission.RECEIVE_MESSAGES if actor.may(Permission.RECEIVE_MESSAGES) else Permission.TAKE_REFERRALS,
        person.service_id,
    )
    if new.source not in Source.values or new.urgency not in Urgency.values:
        raise RefusedError("Say who is asking, and how soon the person needs to be seen.")
    if not new.need_code and not new.need_text.strip():
        raise RefusedError("Say what the person needs help with.")
    received_at = new.received_at or now
    if received_at > now + CLOCKS_MAY_DIFFER:
        raise RefusedError("The time of the referral is in the future. Check the date and time.")
    if (
        new.sender_identifier
        and Referral.objects.filter(
            service_id=person.service_id, sender=new.sender, sender_identifier=new.sender_identifier
        ).exists()
    ):
        raise RefusedError("This referral was received before. Send it as an update.")
    referral = Referral(
        service_id=person.service_id, person=person, received_at=received_at, reference=uuid4().hex[:20]
    )
    _fill(referral, new)
    referral.save()
    referral.reference = f"R{referral.pk:06d}"
    referral.save(update_fields=["reference"])
    _add_event(referral, actor, "referral_received", received_at, now)
    if new.source == Source.HOSPITAL:
        _add_event(referral, actor, "referred_from_hospital_bed", received_at, now)
    if new.safeguarding_text:
        _raise_safeguarding(actor, person, new.safeguarding_text, now)
    add_to_timeline(
        actor=actor,
        person=person,
        kind="referral",
        happened_at=received_at,
        now=now,
        title=f"Referred: {need_title(new.need_code) if new.need_code else 'need described'}",
        text=new.need_text,
        subject=("referral", referral.pk),
    )
    _done(actor, "receive referral", referral, now)
    return referral


# What an event says the referral became; what is not here leaves it waiting.
STATE_AFTER = {
    "referral_accepted": ReferralState.ACCEPTED,
    "referral_redirected": ReferralState.REDIRECTED,
    "referral_declined": ReferralState.DECLINED,
    "referral_withdrawn": ReferralState.WITHDRAWN,
    "more_information_requested": ReferralState.MORE_ASKED,
    "more_information_received": ReferralState.WAITING,
}


@transaction.atomic
def add_referrals(
    *,
    actor: Actor,
    service_id: int,
    referrals: list[Referral],
    events: list[ReferralEvent],
    calls: list[Call],
    now: datetime,
) -> list[Referral]:
    """Add many referrals with what happened to each and the calls that brought them (unsaved rows), all at once.

    For an import or a fictitious place. References are numbered here; states must follow from the events.

    Raises: NotAllowedError; RefusedError when something needed is missing, a time is in the future, a referral was
    never received, or its state is not what its events say.
    """
    require(actor, Permission.IMPORT_SERVICE, service_id)
    if any(r.source not in Source.values or r.urgency not in Urgency.values for r in referrals):
        raise RefusedError("Say for each referral who is asking, and how soon the person needs to be seen.")
    if any(not r.need_code and not r.need_text.strip() for r in referrals):
        raise RefusedError("Say for each referral what the person needs help with.")
    moments = [r.received_at for r in referrals] + [e.happened_at for e in events] + [c.received_at for c in calls]
    if any(moment > now + CLOCKS_MAY_DIFFER for moment in moments):
        raise RefusedError("A time is in the future. Check the dates and times.")
    if any(call.outcome == CallOutcome.ADVICE and not call.advice.strip() for call in calls):
        raise RefusedError("Write the advice that was given in each call that ended with advice.")
    became: dict[int, str] = {}
    for event in sorted(events, key=lambda event: event.happened_at):
        key = id(event.referral)
        if event.kind == "referral_received":
            became.setdefault(key, ReferralState.WAITING)
        elif event.kind in STATE_AFTER:
            check_move(became.get(key, ReferralState.WAITING), STATE_AFTER[event.kind])
            became[key] = STATE_AFTER[event.kind]
    if any(became.get(id(referral)) != referral.state for referral in referrals):
        raise RefusedError("A referral's state is not what its events say. Give each the events that led to it.")
    last = Referral.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    for number, referral in enumerate(referrals, last + 1):
        # as receive_referral numbers them: never above its own key, so a later one cannot meet it
        referral.reference = f"R{number:06d}"
    Referral.objects.bulk_create(referrals, batch_size=500)
    ReferralEvent.objects.bulk_create(events, batch_size=500)
    Call.objects.bulk_create(calls, batch_size=500)
    record(
        actor=actor,
        action="add referrals",
        subject=("referral", None),
        now=now,
        service_id=service_id,
        count=len(referrals),
    )
    tell(topic="referrals", service_id=service_id, subject=("referral", None), now=now)
    return referrals


@transaction.atomic
def take_referral(
    *,
    actor: Actor,
    service_id: int,
    new: NewReferral,
    now: datetime,
    person: Person | None = None,
    new_person: NewPerson | None = None,
    staying_at: NewAddress | None = None,
) -> Referral:
    """Take a referral for somebody known (`person`) or not met before (`new_person`), all of it or none of it.

    `staying_at` is where they are while not at home: visits then go there.

    Raises: NotAllowedError; RefusedError when neither or both are given, or for what `receive_referral` and
    `people.services.register_person` refuse.
    """
    require(actor, Permission.TAKE_REFERRALS, service_id)
    if (person is None) == (new_person is None):
        raise RefusedError("Say who the referral is about: somebody already known, or somebody new.")
    if person is None:
        person = register_person(actor=actor, service_id=service_id, new=new_person, now=now)
    if staying_at is not None:
        add_address(actor=actor, person=person, new=staying_at, now=now)
    return receive_referral(actor=actor, person=person, new=new, now=now)


@transaction.atomic
def update_referral(*, actor: Actor, referral: Referral, new: NewReferral, now: datetime) -> Referral:
    """Take in a newer version of a referral from its sender. What was received first still starts the clock.

    Raises: NotAllowedError; ReferralAlreadyDecidedError when it was redirected, declined or withdrawn.
    """
    require(
        actor,
        Permission.RECEIVE_MESSAGES if actor.may(Permission.RECEIVE_MESSAGES) else Permission.TAKE_REFERRALS,
        referral.service_id,
    )
    referral = Referral.objects.select_for_update().get(pk=referral.pk)
    if referral.state not in (ReferralState.ACCEPTED, ReferralState.WAITING, ReferralState.MORE_ASKED):
        check_move(referral.state, ReferralState.WAITING)
    pathway_code = referral.pathway_code
    _fill(referral, new)
    referral.pathway_code = pathway_code or new.pathway_code
    if referral.state == ReferralState.MORE_ASKED:
        referral.state = ReferralState.WAITING
        _add_event(referral, actor, "more_information_received", now, now)
    referral.save()
    _add_event(referral, actor, "referral_updated", now, now)
    if new.safeguarding_text:
        _raise_safeguarding(actor, referral.person, new.safeguarding_text, now)
    add_to_timeline(
        actor=actor,
        person=referral.person,
        kind="referral",
        happened_at=now,
        now=now,
        title="Referral updated by the sender",
        text=new.need_text,
        subject=("referral", referral.pk),
    )
    _done(actor, "update referral", referral, now)
    return referral


def _raise_safeguarding(actor: Actor, person: Person, text: str, now: datetime) -> None:
    # a connected system may warn, though it may not otherwise write in the record
    raiser = Actor(
        name=actor.name,
        role=actor.role,
        account_id=actor.account_id,
        employer=actor.employer,
        service_ids=actor.service_ids,
        extra=actor.extra | {Permission.TAKE_REFERRALS},
    )
    raise_alert(actor=raiser, person=person, kind=AlertKind.SAFEGUARDING, text=text, now=now)


def _decide(
    actor: Actor,
    referral: Referral,
    state: str,
    event: str,
    title: str,
    reason: str,
    now: datetime,
    changes: dict | None = None,
) -> Referral:
    """One decision about one referral, whoever decides it: move, event, timeline, audit."""
    referral = Referral.objects.select_for_update().select_related("person").get(pk=referral.pk)
    check_move(referral.state, state)
    referral.state = state
    for name, value in (changes or {}).items():
        setattr(referral, name, value)
    referral.save()
    _add_event(referral, actor, event, now, now, reason)
    add_to_timeline(
        actor=actor,
        person=referral.person,
        kind="triage",
        happened_at=now,
        now=now,
        title=title,
        text=reason,
        subject=("referral", referral.pk),
    )
    _done(actor, event.replace("_", " "), referral, now)
    return referral


@transaction.atomic
def mark_accepted(
    *, actor: Actor, referral: Referral, pathway_code: str, pathway_title: str, now: datetime, reason: str = ""
) -> Referral:
    """Record that a referral was accepted onto a pathway. `episodes.services.accept_referral` starts the episode.

    Raises: NotAllowedError; ReferralAlreadyDecidedError.
    """
    require(actor, Permission.TRIAGE_REFERRALS, referral.service_id)
    return _decide(
        actor,
        referral,
        ReferralState.ACCEPTED,
        "referral_accepted",
        f"Accepted: {pathway_title}",
        reason,
        now,
        {"pathway_code": pathway_code},
    )


@transaction.atomic
def redirect_referral(*, actor: Actor, referral: Referral, to: str, reason: str, now: datetime) -> Referral:
    """Pass a referral to a service that fits better, saying which and why.

    Raises: NotAllowedError; RefusedError when either is missing; ReferralAlreadyDecidedError.
    """
    require(actor, Permission.TRIAGE_REFERRALS, referral.service_id)
    if not to.strip() or not reason.strip():
        raise RefusedError("Say where the referral goes, and why.")
    return _decide(
        actor,
        referral,
        ReferralState.REDIRECTED,
        "referral_redirected",
        f"Redirected to {to.strip()}"[:200],
        reason.strip(),
        now,
    )


@transaction.atomic
def decline_referral(*, actor: Actor, referral: Referral, reason: str, now: datetime) -> Referral:
    """Decline a referral with a reason that the person who referred will be told.

    Raises: NotAllowedError; RefusedError when there is no reason; ReferralAlreadyDecidedError.
    """
    require(actor, Permission.TRIAGE_REFERRALS, referral.service_id)
    if not reason.strip():
        raise RefusedError("Give a reason. The person who referred will be told it.")
    return _decide(actor, referral, ReferralState.DECLINED, "referral_declined", "Declined", reason.strip(), now)


@transaction.atomic
def ask_for_more(*, actor: Actor, referral: Referral, question: str, now: datetime) -> Referral:
    """Ask the person who referred for more. The clock runs on unless the pathway says that asking pauses it.

    Raises: NotAllowedError; RefusedError when there is no question; ReferralAlreadyDecidedError.
    """
    require(actor, Permission.TRIAGE_REFERRALS, referral.service_id)
    if not question.strip():
        raise RefusedError("Say what you need to know.")
    return _decide(
        actor,
        referral,
        ReferralState.MORE_ASKED,
        "more_information_requested",
        "More information asked for",
        question.strip(),
        now,
    )


@transaction.atomic
def withdraw_referral(*, actor: Actor, referral: Referral, reason: str, now: datetime) -> Referral:
    """Take a referral out because its sender withdrew it.

    Raises: NotAllowedError; ReferralAlreadyDecidedError.
    """
    require(
        actor,
        Permission.RECEIVE_MESSAGES if actor.may(Permission.RECEIVE_MESSAGES) else Permission.TRIAGE_REFERRALS,
        referral.service_id,
    )
    return _decide(
        actor, referral, ReferralState.WITHDRAWN, "referral_cancelled", "Referral withdrawn by the sender", reason, now
    )


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
    referral: Referral | None = None,
) -> Call:
    """Log any contact with the front door: who, about whom, what came of it.

    Raises: NotAllowedError; RefusedError when the outcome lacks what it needs, or the person is of another service.
    """
    require(actor, Permission.TAKE_REFERRALS, service_id)
    if person is not None and person.service_id != service_id:
        raise RefusedError("This person is in another service. Log the call there.")
    if outcome == CallOutcome.ADVICE and not advice.strip():
        raise RefusedError("Write the advice that was given.")
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
    record(
        actor=actor,
        action="log call",
        subject=("call", call.pk),
        now=now,
        service_id=service_id,
        person_id=person.pk if person else None,
    )
    tell(topic="referrals", service_id=service_id, subject=("call", call.pk), now=now)
    return call


@transaction.atomic
def keep_message(
    *, actor: Actor, service_id: int, content: bytes, media_type: str, now: datetime, message_id: str = ""
) -> KeptMessage:
    """Keep the bytes of a message exactly as they came, before anything is made of them.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RECEIVE_MESSAGES, service_id)
    message = KeptMessage.objects.create(
        service_id=service_id,
        received_at=now,
        received_from=actor.name,
        media_type=media_type[:100],
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        message_id=message_id[:200],
    )
    record(actor=actor, action="keep message", subject=("message", message.pk), now=now, service_id=service_id)
    return message


@transaction.atomic
def judge_message(
    *,
    actor: Actor,
    message: KeptMessage,
    outcome: MessageOutcome | str,
    now: datetime,
    reason: str = "",
    referral: Referral | None = None,
    not_understood: list[dict] | None = None,
) -> KeptMessage:
    """Record what became of a kept message. Messages of one referral are numbered in the order they came.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RECEIVE_MESSAGES, message.service_id)
    message.outcome = outcome
    message.reason = reason
    message.not_understood = not_understood or []
    if referral:
        message.referral = referral
        if outcome != MessageOutcome.REPEATED:
            message.version = 1 + KeptMessage.objects.filter(referral=referral, version__isnull=False).count()
    message.save(update_fields=["outcome", "reason", "not_understood", "referral", "version"])
    record(
        actor=actor,
        action="judge message",
        subject=("message", message.pk),
        now=now,
        service_id=message.service_id,
        person_id=referral.person_id if referral else None,
    )
    return message


def _done(actor: Actor, action: str, referral: Referral, now: datetime) -> None:
    record(
        actor=actor,
        action=action,
        subject=("referral", referral.pk),
        person_id=referral.person_id,
        now=now,
        service_id=referral.service_id,
    )
    tell(topic="referrals", service_id=referral.service_id, subject=("referral", referral.pk), now=now)
