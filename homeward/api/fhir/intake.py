"""A BaRS message, from bytes to what the front door is asked."""

from collections.abc import Collection
from datetime import datetime
from functools import partial

from homeward.access.rules import Actor
from homeward.api.fhir.deciding import Asked, decide
from homeward.api.fhir.describing import identity_in
from homeward.api.fhir.new_referral import alerts_in, new_person, new_referral, sender_identifiers
from homeward.api.fhir.process_message_response import accepted
from homeward.api.intake import receiving
from homeward.api.intake.asked import Brought, Refusal
from homeward.api.intake.receiving import Answer
from homeward.referrals.states import MessageKind


def read_bars(content: bytes, content_type: str | None = None, receives_for: Collection[str] = ()) -> Brought | Refusal:
    """What the BaRS message in `content` brings, or why it is refused.

    `receives_for`: the ODS codes and endpoints we receive for; when empty, any destination is taken.
    """
    decision = decide(content, content_type, receives_for)
    return decision if isinstance(decision, Refusal) else brought_by(decision)


def brought_by(asked: Asked) -> Brought:
    """A BaRS message in the words of the front door."""
    message = asked.message
    number = message.person.nhs_number
    practice = message.person.general_practice
    return Brought(
        kind=MessageKind.BARS,
        intention=asked.intention,
        message_id=asked.bundle_id,
        sender=message.sender_name,
        identifiers=tuple(sender_identifiers(message)),
        sent_at=message.sent_at,
        version=None,
        identity=identity_in(message.person),
        said_number=number.value if number else "",
        person=new_person(message),
        practice_code=practice.ods_code if practice else "",
        organisation_codes=(message.requester.organisation.ods_code, message.envelope.sender.organisation.ods_code),
        referral=new_referral(asked),
        alerts=tuple(alerts_in(message)),
        withdrawn_because="; ".join(reason.words() for reason in message.request.reasons),
        notes=asked.notes,
        answer=partial(accepted, message, asked.notes),
    )


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
    """Take in one BaRS message: its bytes are kept first, whatever comes of it.

    Raises: NotAllowedError when the actor may not hand in messages.
    """
    return receiving.receive_message(
        actor=actor,
        service_id=service_id,
        content=content,
        content_type=content_type,
        read=partial(read_bars, receives_for=receives_for),
        now=now,
        refused_because=refused_because,
    )
