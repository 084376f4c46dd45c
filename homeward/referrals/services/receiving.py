"""Taking referrals in, whatever brought them."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.kernel.rules import RefusedError
from homeward.kernel.services import tell
from homeward.people.models import Person
from homeward.people.services import NewAddress, NewPerson, add_address, raise_alert, register_person
from homeward.people.states import AlertKind, Sensitivity
from homeward.procedures.selectors import need_title
from homeward.referrals.models import Call, Referral, ReferralEvent
from homeward.referrals.services.calls import link_call
from homeward.referrals.services.changing import _add_event, _done, _tell_timeline
from homeward.referrals.states import (
    OPEN_STATES,
    STATE_AFTER,
    CallOutcome,
    ReferralAlreadyDecidedError,
    ReferralState,
    Route,
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
    route: str = Route.STAFF
    about: str = ""
    follow_code_hash: str = ""
    sender_clock_started_at: datetime | None = None
    sender_due_at: datetime | None = None
    not_understood: list[dict] = field(default_factory=list)
    details: list[dict] = field(default_factory=list)


def _fill(referral: Referral, new: NewReferral) -> None:
    for name in NewReferral.__slots__:
        if name != "received_at":
            value = getattr(new, name)
            limit = getattr(Referral._meta.get_field(name), "max_length", None)
            setattr(referral, name, value[:limit] if limit and isinstance(value, str) else value)


@transaction.atomic
def receive_referral(
    *, actor: Actor, person: Person | None, new: NewReferral, now: datetime, service_id: int | None = None
) -> Referral:
    """Take in a referral: it joins the queue and its clock starts when it was received.

    A safeguarding concern becomes an alert on the person at once, before anyone triages, kept from the roles that may
    not read of it. Where it concerns no one
    person but staff or a service, `person` is None, `new.about` says whom, and `service_id` who is asked.

    Raises: NotAllowedError; RefusedError when something needed is missing, the time is in the future, or the sender's
    identifier came before (use `update_referral`).
    """
    if (person is None) != bool(new.about.strip()) or (person is None and service_id is None):
        raise RefusedError("Say who the referral is about: a person, or the staff or service where it is no person.")
    service_id = person.service_id if person is not None else service_id
    require(
        actor,
        Permission.RECEIVE_MESSAGES if actor.may(Permission.RECEIVE_MESSAGES) else Permission.TAKE_REFERRALS,
        service_id,
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
            service_id=service_id, sender=new.sender, sender_identifier=new.sender_identifier
        ).exists()
    ):
        raise RefusedError("This referral was received before. Send it as an update.")
    referral = Referral(service_id=service_id, person=person, received_at=received_at, reference=uuid4().hex[:20])
    _fill(referral, new)
    referral.save()
    referral.reference = f"R{referral.pk:06d}"
    referral.save(update_fields=["reference"])
    _add_event(referral, actor, "referral_received", received_at, now)
    if new.source == Source.HOSPITAL:
        _add_event(referral, actor, "referred_from_hospital_bed", received_at, now)
    if new.safeguarding_text and person is not None:
        _raise_safeguarding(actor, person, new.safeguarding_text, now)
    asked_for = need_title(new.need_code) if new.need_code else "need described"
    _tell_timeline(referral, actor, "referral", received_at, now, f"Referred: {asked_for}", new.need_text)
    _done(actor, "receive referral", referral, now)
    return referral


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
    call: Call | None = None,
) -> Referral:
    """Take a referral for somebody known (`person`) or not met before (`new_person`), all of it or none of it.

    `staying_at` is where they are while not at home: visits then go there. `call` is the call it came of.

    Raises: NotAllowedError; RefusedError when neither or both are given, or for what `receive_referral`,
    `people.services.register_person` and `link_call` refuse.
    """
    require(actor, Permission.TAKE_REFERRALS, service_id)
    if [person is not None, new_person is not None, bool(new.about.strip())].count(True) != 1:
        raise RefusedError(
            "Say who the referral is about: somebody already known, somebody new, or staff or a service."
        )
    if new_person is not None:
        person = register_person(actor=actor, service_id=service_id, new=new_person, now=now)
    if staying_at is not None and person is not None:
        add_address(actor=actor, person=person, new=staying_at, now=now)
    referral = receive_referral(actor=actor, person=person, new=new, now=now, service_id=service_id)
    if call is not None:
        link_call(actor=actor, call=call, referral=referral, now=now)
    return referral


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
    if referral.state not in (*OPEN_STATES, ReferralState.ACCEPTED):
        raise ReferralAlreadyDecidedError(
            f"This referral is already {ReferralState(referral.state).label.lower()}. Send it as a new one, or ask us"
            " to open it again."
        )
    kept = {name: getattr(referral, name) for name in ("pathway_code", "about", "route", "follow_code_hash")}
    _fill(referral, new)
    for name, value in kept.items():  # what our own desk settled is not for the sender to change
        setattr(referral, name, value or getattr(referral, name))
    if referral.state == ReferralState.MORE_ASKED:
        referral.state = ReferralState.WAITING
        _add_event(referral, actor, "more_information_received", now, now)
    referral.save()
    _add_event(referral, actor, "referral_updated", now, now)
    if new.safeguarding_text and referral.person:
        _raise_safeguarding(actor, referral.person, new.safeguarding_text, now)
    _tell_timeline(referral, actor, "referral", now, now, "Referral updated by the sender", new.need_text)
    _done(actor, "update referral", referral, now)
    return referral


def _raise_safeguarding(actor: Actor, person: Person, text: str, now: datetime) -> None:
    # a connected system may warn, though it may not otherwise write in the record
    raise_alert(
        actor=actor.lent(Permission.TAKE_REFERRALS),
        person=person,
        kind=AlertKind.SAFEGUARDING,
        text=text,
        now=now,
        sensitivity=Sensitivity.SAFEGUARDING,
    )
