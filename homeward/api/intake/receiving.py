"""The one place where a message meets the record: keep its bytes, find the person, and ask the front door."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from django.db import IntegrityError, transaction

from homeward.access.rules import Actor
from homeward.api.intake.asked import Brought, Done, Intention, Refusal, is_older
from homeward.api.intake.finding import PersonNotDescribedError, as_front_desk, organisation_with, person_meant
from homeward.api.intake.notes import NotUnderstood
from homeward.api.intake.operation_outcome import refusal
from homeward.kernel.rules import RefusedError
from homeward.people.models import Person
from homeward.people.rules import Identity, likeness
from homeward.people.selectors import identity_of
from homeward.people.services import note_need, raise_alert
from homeward.referrals.models import KeptMessage, Referral
from homeward.referrals.rules import says_nothing_new
from homeward.referrals.selectors import find_by_sender, kept_before, messages_of
from homeward.referrals.services import (
    NewReferral,
    judge_message,
    keep_message,
    receive_referral,
    update_referral,
    withdraw_referral,
)
from homeward.referrals.states import MessageOutcome, ReferralState, Route
from homeward.teams.models import Organisation
from homeward.teams.selectors import referring_organisations

logger = logging.getLogger(__name__)

UPDATE_TAKEN_AS_NEW = "It says update, but nothing came before: it was taken as new."
NEW_TAKEN_AS_UPDATE = "It says new, but we held this referral: it was taken as an update."
CHANGED_IT = {MessageOutcome.REFERRAL, MessageOutcome.UPDATED, MessageOutcome.WITHDRAWN}

Read = Callable[[bytes, str | None], Brought | Refusal]


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
    """What is asked does not fit what we hold; refused with 404, 409 or 422."""

    def __init__(self, status: int, issue_code: str, text: str):
        super().__init__(text)
        self.refusal = Refusal(status, issue_code, text)


@dataclass(frozen=True)
class _Message:
    """One kept message on its way through, with the reader for its format."""

    actor: Actor
    service_id: int
    kept: KeptMessage
    before: KeptMessage | None
    read: Read
    now: datetime


def receive_message(
    *,
    actor: Actor,
    service_id: int,
    content: bytes,
    content_type: str | None,
    read: Read,
    now: datetime,
    refused_because: Refusal | None = None,
) -> Answer:
    """Take in one message: its bytes are kept first, whatever comes of it.

    `read` turns bytes and content type into what is asked. `refused_because`: a refusal already decided at the door,
    such as an answer format we do not write.

    Raises: NotAllowedError when the actor may not hand in messages.
    """
    decision = refused_because or read(content, content_type)
    before = kept_before(actor, service_id, sha256(content).hexdigest())
    kept = keep_message(
        actor=actor,
        service_id=service_id,
        content=content,
        media_type=content_type or "",
        now=now,
        message_id=_storable(decision.bundle_id if isinstance(decision, Refusal) else decision.message_id),
        kind=decision.kind,
    )
    return _judge(_Message(actor, service_id, kept, before, read, now), decision)


def judge_again(*, actor: Actor, message: KeptMessage, read: Read, now: datetime) -> Answer:
    """Judge a kept message as if it came in now: its bytes stay as they are, its outcome may change.

    Raises: NotAllowedError when the actor may not hand in messages.
    """
    content = bytes(message.content)
    before = kept_before(actor, message.service_id, message.sha256)
    one = _Message(actor, message.service_id, message, before, read, now)
    return _judge(one, read(content, message.media_type or None))


def _judge(one: _Message, decision: Brought | Refusal) -> Answer:
    if isinstance(decision, Refusal):
        return _refuse(one, decision)
    try:
        try:
            return _act_at_once(one, decision)
        except (IntegrityError, RefusedError):
            # The same referral or person may have come in by another message meanwhile: look again, and find it.
            return _act_at_once(one, decision)
    except _ConflictError as conflict:
        return _refuse(one, conflict.refusal, decision.notes)
    except RefusedError as error:
        return _refuse(one, Refusal(409, "conflict", str(error)), decision.notes)
    except Exception:
        # Our fault, not the sender's: say so on the kept message, so that somebody looks at it.
        judge_message(
            actor=one.actor,
            message=one.kept,
            outcome=MessageOutcome.REFUSED,
            now=one.now,
            reason="Homeward failed while taking it in. The sender was asked to send it again.",
        )
        raise


def _refuse(one: _Message, decision: Refusal, notes: tuple[NotUnderstood, ...] = ()) -> Answer:
    judge_message(
        actor=one.actor,
        message=one.kept,
        outcome=MessageOutcome.REFUSED,
        now=one.now,
        reason=decision.text,
        not_understood=_as_rows(notes),
    )
    logger.info("message %s refused: %s %s", one.kept.pk, decision.status, decision.issue_code)
    return Answer(
        decision.status,
        refusal(decision.status, decision.issue_code, decision.text),
        MessageOutcome.REFUSED,
        "",
        decision.text,
    )


@transaction.atomic
def _act_at_once(one: _Message, asked: Brought) -> Answer:
    if one.before is not None and one.before.referral is not None:
        return _answer(one, asked, one.before.referral, MessageOutcome.REPEATED, first=one.before)
    sender = (asked.sender or one.actor.name)[:120]
    referral = _known_referral(one, sender, asked)
    if asked.intention is Intention.WITHDRAW:
        return _withdraw(one, asked, referral)
    organisations = referring_organisations(one.service_id)
    new = replace(
        asked.referral,
        route=Route.MESSAGE,
        sender=sender,
        sender_identifier=asked.identifiers[0] if asked.identifiers else "",
        organisation=organisation_with(asked.organisation_codes, organisations),
    )
    if referral is not None:
        return _update(one, asked, referral, new)
    person, notes = _person(one, asked, organisations)
    if asked.intention is Intention.UPDATE:
        notes.append(NotUnderstood("", UPDATE_TAKEN_AS_NEW))
    new = replace(new, not_understood=[*new.not_understood, *_as_rows(notes)])
    referral = receive_referral(actor=one.actor, person=person, new=new, now=one.now)
    _warn(one, person, asked)
    return _answer(one, asked, referral, MessageOutcome.REFERRAL)


def _known_referral(one: _Message, sender: str, asked: Brought) -> Referral | None:
    for identifier in asked.identifiers:
        referral = find_by_sender(one.actor, one.service_id, sender, identifier)
        if referral is not None:
            if referral.person is not None:
                _check_same_person(referral.person, asked.identity, asked.said_number)
            return referral
    return None


def _check_same_person(person: Person, meant: Identity, number: str) -> None:
    """Stop a message changing the referral of somebody else.

    Raises: _ConflictError when nothing about the two people agrees, though both are described.
    """
    if number and number == person.nhs_number:
        return
    held = identity_of(person, None)
    both_verified = held.is_nhs_number_verified and meant.is_nhs_number_verified
    comparable = (held.birth_date and meant.birth_date) or (held.family_name and meant.family_name)
    if both_verified or (comparable and likeness(held, meant).points == 0):
        raise _ConflictError(
            409,
            "conflict",
            "We hold this request for somebody else, so nothing was changed. If this is another person, send it as a "
            "new request with its own identifier.",
        )


def _newest_version(one: _Message, referral: Referral) -> Brought | None:
    """The newest version of a referral that changed it, as it was brought."""
    versions = [kept for kept in messages_of(as_front_desk(one.actor), referral) if kept.outcome in CHANGED_IT]
    held = one.read(bytes(versions[-1].content), versions[-1].media_type or None) if versions else None
    return held if isinstance(held, Brought) else None


def _check_not_older(held: Brought | None, asked: Brought) -> None:
    """Stop a message that was held up on the way undoing what its sender has said since.

    Raises: _ConflictError when the newest version we hold was sent later. Where either does not say, order of arrival
    stands.
    """
    if held is None or not is_older(asked, held):
        return
    if held.version is not None and asked.version is not None and asked.version < held.version:
        later = f"a later version of this request, version {held.version}"
    else:
        later = f"a version of this request that was sent later, at {held.sent_at.isoformat()}"
    raise _ConflictError(
        409,
        "conflict",
        f"We hold {later}, so nothing was changed. If this is what is meant now, send it again with the time of now "
        "and the next version.",
    )


def _withdraw(one: _Message, asked: Brought, referral: Referral | None) -> Answer:
    if referral is None:
        raise _ConflictError(
            404,
            "not-found",
            "We hold no referral with this identifier from you, so nothing was withdrawn. Check that it is the one you "
            "sent here.",
        )
    if referral.state == ReferralState.WITHDRAWN:
        return _answer(one, asked, referral, MessageOutcome.REPEATED)
    _check_not_older(_newest_version(one, referral), asked)
    reason = asked.withdrawn_because or "No reason given by the sender."
    referral = withdraw_referral(actor=one.actor, referral=referral, reason=reason, now=one.now)
    return _answer(one, asked, referral, MessageOutcome.WITHDRAWN)


def _update(one: _Message, asked: Brought, referral: Referral, new: NewReferral) -> Answer:
    new = replace(new, sender_identifier=referral.sender_identifier)
    longest = {field.name: getattr(field, "max_length", None) or 0 for field in Referral._meta.fields}
    if says_nothing_new(referral, new, longest):
        return _answer(one, asked, referral, MessageOutcome.REPEATED)
    held = _newest_version(one, referral)
    if held and asked.is_rendering and not held.is_rendering and held.version == asked.version is not None:
        # We hold the document this was made from, which says all that this says and more.
        return _answer(one, asked, referral, MessageOutcome.REPEATED)
    _check_not_older(held, asked)
    if asked.intention is Intention.NEW:
        note = {"path": "", "text": NEW_TAKEN_AS_UPDATE}
        new = replace(new, not_understood=[*new.not_understood, note])
    referral = update_referral(actor=one.actor, referral=referral, new=new, now=one.now)
    if referral.person is not None:
        _warn(one, referral.person, asked)
    return _answer(one, asked, referral, MessageOutcome.UPDATED)


def _person(one: _Message, asked: Brought, organisations: Sequence[Organisation]) -> tuple[Person, list[NotUnderstood]]:
    """Raises: _ConflictError when the message describes nobody and the number is nobody's here."""
    try:
        return person_meant(
            one.actor, one.service_id, asked.identity, asked.person, asked.practice_code, organisations, one.now
        )
    except PersonNotDescribedError as error:
        raise _ConflictError(422, "business-rule", str(error)) from error


def _warn(one: _Message, person: Person, asked: Brought) -> None:
    front_desk = as_front_desk(one.actor)
    for kind, text in asked.alerts:
        raise_alert(actor=front_desk, person=person, kind=kind, text=text, now=one.now)
    for kind, text in asked.person.needs if asked.person else ():
        note_need(actor=front_desk, person=person, kind=kind, text=text, now=one.now)


def _answer(
    one: _Message, asked: Brought, referral: Referral, outcome: MessageOutcome, first: KeptMessage | None = None
) -> Answer:
    judge_message(
        actor=one.actor,
        message=one.kept,
        outcome=outcome,
        now=one.now,
        referral=referral,
        kind=asked.kind,
        not_understood=_as_rows(asked.notes),
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
        handled_at=first.received_at if first is not None else one.now,
    )
    logger.info("message %s %s referral %s", one.kept.pk, outcome, referral.pk)
    return Answer(200, asked.answer(done), outcome, referral.reference, said[outcome])


def _as_rows(notes: Sequence[NotUnderstood]) -> list[dict]:
    return [{"path": note.path, "text": note.text} for note in notes]


def _storable(text: str) -> str:
    return text.replace("\x00", "").encode("utf-8", "replace").decode()
