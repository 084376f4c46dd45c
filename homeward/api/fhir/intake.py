"""The one place where a message meets the record: keep its bytes, find the person, and ask the front door."""

import logging
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from django.db import IntegrityError, transaction

from homeward.access.rules import Actor, Permission
from homeward.api.fhir.deciding import Asked, Intention, Refusal, decide
from homeward.api.fhir.new_referral import alerts_in, identity_in, new_person, new_referral, sender_identifiers
from homeward.api.fhir.notes import NotUnderstood
from homeward.api.fhir.operation_outcome import refusal
from homeward.api.fhir.process_message_response import Done, accepted
from homeward.kernel.rules import RefusedError
from homeward.people.models import Person
from homeward.people.rules import Identity, likeness
from homeward.people.selectors import identity_of, people_like
from homeward.people.services import note_need, raise_alert, register_person
from homeward.people.states import NhsNumberStatus
from homeward.referrals.models import KeptMessage, Referral
from homeward.referrals.selectors import find_by_sender, kept_before, messages_of
from homeward.referrals.services import (
    NewReferral,
    judge_message,
    keep_message,
    receive_referral,
    update_referral,
    withdraw_referral,
)
from homeward.referrals.states import MessageOutcome, ReferralState
from homeward.teams.selectors import referring_organisations

logger = logging.getLogger(__name__)

UPDATE_TAKEN_AS_NEW = "It says update, but nothing came before: it was taken as new."
NEW_TAKEN_AS_UPDATE = "It says new, but we held this referral: it was taken as an update."
CHANGED_IT = {MessageOutcome.REFERRAL, MessageOutcome.UPDATED, MessageOutcome.WITHDRAWN}
ABOUT_THE_MESSAGE = "The message"  # the detail that differs between two sendings of one message


@dataclass(frozen=True)
class Answer:
    """What became of a message, for whoever handed it in.

    `resource`: the FHIR answer; `outcome`: a `MessageOutcome`; `reference`: our referral's, "" when refused;
    `text`: one sentence, safe to print: it names no person.
    """

    status: int
    resource: dict
    outcome: str
    reference: str
    text: str


class _ConflictError(Exception):
    """What is asked does not fit what we hold; refused with 404 or 409."""

    def __init__(self, status: int, issue_code: str, text: str):
        super().__init__(text)
        self.refusal = Refusal(status, issue_code, text)


def receive_message(
    *,
    actor: Actor,
    service_id: int,
    content: bytes,
    content_type: str | None,
    now: datetime,
    receives_for: Collection[str] = (),
    refused_because: Refusal | None = None,
) -> Answer:
    """Take in one message: its bytes are kept first, whatever comes of it.

    `refused_because`: a refusal already decided at the door, such as an answer format we do not write.

    Raises: NotAllowedError when the actor may not hand in messages.
    """
    decision = refused_because or decide(content, content_type, receives_for)
    before = kept_before(actor, service_id, sha256(content).hexdigest())
    kept = keep_message(
        actor=actor,
        service_id=service_id,
        content=content,
        media_type=content_type or "",
        now=now,
        message_id=_storable(decision.bundle_id),
    )
    if isinstance(decision, Refusal):
        return _refuse(actor, kept, decision, now)
    try:
        try:
            return _act_at_once(actor, service_id, kept, before, decision, now)
        except (IntegrityError, RefusedError):
            # The same referral or person may have come in by another message meanwhile: look again, and find it.
            return _act_at_once(actor, service_id, kept, before, decision, now)
    except _ConflictError as conflict:
        return _refuse(actor, kept, conflict.refusal, now, decision.notes)
    except RefusedError as error:
        return _refuse(actor, kept, Refusal(409, "conflict", str(error)), now, decision.notes)
    except Exception:
        # Our fault, not the sender's: say so on the kept message, so that somebody looks at it.
        judge_message(
            actor=actor,
            message=kept,
            outcome=MessageOutcome.REFUSED,
            now=now,
            reason="Homeward failed while taking it in. The sender was asked to send it again.",
        )
        raise


def _refuse(
    actor: Actor, kept: KeptMessage, decision: Refusal, now: datetime, notes: tuple[NotUnderstood, ...] = ()
) -> Answer:
    judge_message(
        actor=actor,
        message=kept,
        outcome=MessageOutcome.REFUSED,
        now=now,
        reason=decision.text,
        not_understood=[{"path": note.path, "text": note.text} for note in notes],
    )
    logger.info("message %s refused: %s %s", kept.pk, decision.status, decision.issue_code)
    return Answer(
        decision.status,
        refusal(decision.status, decision.issue_code, decision.text),
        MessageOutcome.REFUSED,
        "",
        decision.text,
    )


@transaction.atomic
def _act_at_once(
    actor: Actor, service_id: int, kept: KeptMessage, before: KeptMessage | None, asked: Asked, now: datetime
) -> Answer:
    if before is not None and before.referral is not None:
        return _answer(actor, kept, asked, before.referral, MessageOutcome.REPEATED, now, first=before)
    sender = (asked.message.sender_name or actor.name)[:120]
    referral = _known_referral(actor, service_id, sender, asked)
    if asked.intention is Intention.WITHDRAW:
        return _withdraw(actor, kept, asked, referral, now)
    organisations = referring_organisations(service_id)
    new = new_referral(asked, sender, organisations)
    if referral is not None:
        return _update(actor, kept, asked, referral, new, now)
    person, notes = _person(actor, service_id, asked, organisations, now)
    if asked.intention is Intention.UPDATE:
        notes.append(NotUnderstood("MessageHeader.reason", UPDATE_TAKEN_AS_NEW))
    new = replace(new, not_understood=[*new.not_understood, *({"path": one.path, "text": one.text} for one in notes)])
    referral = receive_referral(actor=actor, person=person, new=new, now=now)
    _warn(actor, person, asked, now)
    return _answer(actor, kept, asked, referral, MessageOutcome.REFERRAL, now)


def _known_referral(actor: Actor, service_id: int, sender: str, asked: Asked) -> Referral | None:
    for identifier in sender_identifiers(asked.message):
        referral = find_by_sender(actor, service_id, sender, identifier)
        if referral is not None:
            _check_same_person(referral.person, identity_in(asked.message), asked.message.person.nhs_number)
            return referral
    return None


def _check_same_person(person: Person, meant: Identity, number) -> None:
    """Stop a message changing the referral of somebody else.

    Raises: _ConflictError when nothing about the two people agrees, though both are described.
    """
    if number and person.nhs_number and number.value == person.nhs_number:
        return
    held = identity_of(person, None)
    both_verified = held.is_nhs_number_verified and meant.is_nhs_number_verified
    comparable = (held.birth_date and meant.birth_date) or (held.family_name and meant.family_name)
    if both_verified or (comparable and likeness(held, meant).points == 0):
        raise _ConflictError(
            409,
            "conflict",
            "We hold this ServiceRequest for somebody else, so nothing was changed. If this is another person, send "
            "it as a new ServiceRequest with its own identifier.",
        )


def _check_not_older(actor: Actor, referral: Referral, asked: Asked) -> None:
    """Stop a message that was held up on the way undoing what its sender has said since.

    Raises: _ConflictError when the newest version we hold was sent later. Where either does not say, order of arrival
    stands.
    """
    versions = [one for one in messages_of(_as_front_desk(actor), referral) if one.outcome in CHANGED_IT]
    if not versions or asked.message.sent_at is None:
        return
    held = decide(bytes(versions[-1].content))
    if isinstance(held, Asked) and held.message.sent_at and asked.message.sent_at < held.message.sent_at:
        raise _ConflictError(
            409,
            "conflict",
            f"We hold a version of this ServiceRequest that was sent later, at {held.message.sent_at.isoformat()}, so "
            "nothing was changed. If this is what is meant now, send it again with the time of now.",
        )


def _withdraw(actor: Actor, kept: KeptMessage, asked: Asked, referral: Referral | None, now: datetime) -> Answer:
    if referral is None:
        raise _ConflictError(
            404,
            "not-found",
            "We hold no referral with this ServiceRequest from you, so nothing was withdrawn. Check that it is the "
            "one you sent here.",
        )
    if referral.state == ReferralState.WITHDRAWN:
        return _answer(actor, kept, asked, referral, MessageOutcome.REPEATED, now)
    _check_not_older(actor, referral, asked)
    reason = "; ".join(reason.words() for reason in asked.message.request.reasons) or "No reason given by the sender."
    referral = withdraw_referral(actor=actor, referral=referral, reason=reason, now=now)
    return _answer(actor, kept, asked, referral, MessageOutcome.WITHDRAWN, now)


def _update(
    actor: Actor, kept: KeptMessage, asked: Asked, referral: Referral, new: NewReferral, now: datetime
) -> Answer:
    new = replace(new, sender_identifier=referral.sender_identifier)
    if _changes_nothing(referral, new):
        return _answer(actor, kept, asked, referral, MessageOutcome.REPEATED, now)
    _check_not_older(actor, referral, asked)
    if asked.intention is Intention.NEW:
        note = {"path": "MessageHeader.reason", "text": NEW_TAKEN_AS_UPDATE}
        new = replace(new, not_understood=[*new.not_understood, note])
    referral = update_referral(actor=actor, referral=referral, new=new, now=now)
    _warn(actor, referral.person, asked, now)
    return _answer(actor, kept, asked, referral, MessageOutcome.UPDATED, now)


def _changes_nothing(referral: Referral, new: NewReferral) -> bool:
    """Whether the message says nothing that the referral does not already say."""
    for name in NewReferral.__slots__:
        if name in ("received_at", "pathway_code", "not_understood"):
            continue
        held, sent = getattr(referral, name), getattr(new, name)
        if name == "details":
            held, sent = _without_the_message(held), _without_the_message(sent)
        limit = getattr(Referral._meta.get_field(name), "max_length", None)
        if held != (sent[:limit] if limit and isinstance(sent, str) else sent):
            return False
    return True


def _without_the_message(details: list[dict]) -> list[dict]:
    return [detail for detail in details if detail["title"] != ABOUT_THE_MESSAGE]


def _person(
    actor: Actor, service_id: int, asked: Asked, organisations: list, now: datetime
) -> tuple[Person, list[NotUnderstood]]:
    """The person on record whom a verified NHS number names, else a new record; and what to say about it.

    Names and birth dates alone never choose a record: a person at the front door decides that.
    """
    front_desk = _as_front_desk(actor)
    wanted = identity_in(asked.message)
    number_is_trusted = True
    notes: list[NotUnderstood] = []
    if wanted.is_nhs_number_verified:
        for known in people_like(front_desk, service_id, wanted, now):
            person = known.person
            if person.nhs_number_status != NhsNumberStatus.VERIFIED or person.nhs_number != wanted.nhs_number:
                continue
            if _rest_disagrees(identity_of(person, None), wanted):
                number_is_trusted = False
                notes.append(
                    NotUnderstood(
                        "Patient.identifier",
                        f"The NHS number is on the record of {person.reference}, whose name and birth date are "
                        "different. A new record was started; find out whose number it is.",
                    )
                )
                break
            return person, notes
    new = new_person(asked.message, organisations, number_is_trusted)
    return register_person(actor=front_desk, service_id=service_id, new=new, now=now), notes


def _rest_disagrees(held: Identity, meant: Identity) -> bool:
    """Whether name and birth date are known on both sides and neither is alike."""
    comparable = held.birth_date and meant.birth_date and held.family_name and meant.family_name
    without = {"nhs_number": "", "is_nhs_number_verified": False, "postcode": "", "phone": ""}
    return bool(comparable) and likeness(replace(held, **without), replace(meant, **without)).points == 0


def _warn(actor: Actor, person: Person, asked: Asked, now: datetime) -> None:
    front_desk = _as_front_desk(actor)
    for kind, text in alerts_in(asked.message):
        raise_alert(actor=front_desk, person=person, kind=kind, text=text, now=now)
    for kind, text in new_person(asked.message).needs:
        note_need(actor=front_desk, person=person, kind=kind, text=text, now=now)


def _as_front_desk(actor: Actor) -> Actor:
    """The connected system, allowed for this one message to look for the person it is about and to start a record.

    It is told nothing of what it finds.
    """
    needed = {Permission.SEE_PEOPLE, Permission.SEE_FRONT_DOOR, Permission.TAKE_REFERRALS}
    return replace(actor, extra=actor.extra | needed)


def _answer(
    actor: Actor,
    kept: KeptMessage,
    asked: Asked,
    referral: Referral,
    outcome: MessageOutcome,
    now: datetime,
    first: KeptMessage | None = None,
) -> Answer:
    judge_message(
        actor=actor,
        message=kept,
        outcome=outcome,
        now=now,
        referral=referral,
        not_understood=[{"path": note.path, "text": note.text} for note in asked.notes],
    )
    became = first.outcome if first is not None else outcome
    said = {
        MessageOutcome.REFERRAL: f"Received as referral {referral.reference}.",
        MessageOutcome.UPDATED: f"Referral {referral.reference} is updated.",
        MessageOutcome.WITHDRAWN: f"Referral {referral.reference} is withdrawn.",
        MessageOutcome.REPEATED: f"This came before, as referral {referral.reference}; nothing was changed.",
    }
    done = Done(
        reference=referral.reference,
        said=said[MessageOutcome(became)],
        is_withdrawn=asked.intention is Intention.WITHDRAW,
        handled_at=first.received_at if first is not None else now,
    )
    logger.info("message %s %s referral %s", kept.pk, outcome, referral.pk)
    return Answer(200, accepted(asked.message, asked.notes, done), outcome, referral.reference, said[outcome])


def _storable(text: str) -> str:
    return text.replace("\x00", "").encode("utf-8", "replace").decode()
