"""What a message asks of us, or why it is refused. Needs no record: the same bytes always give the same decision."""

from collections.abc import Collection
from dataclasses import dataclass

from homeward.api.fhir.bundle import MessageBundle
from homeward.api.fhir.message_header import read_envelope
from homeward.api.fhir.referral_message import (
    MessagePartMissingError,
    ReferralMessage,
    find_header,
    read_referral_message,
)
from homeward.api.fhir.service_request import WITHDRAWN_STATUSES
from homeward.api.fhir.wire import UnreadableMessageError, WireMessage, read_message
from homeward.api.intake.asked import Intention, Refusal
from homeward.api.intake.notes import NotUnderstood

REQUEST = "servicerequest-request"
MOST_NOTES = 300
NOT_YET_ASKED = {
    "draft": "The ServiceRequest is a draft. Send it with the status active when it is meant.",
    "on-hold": "The ServiceRequest is on hold. Send it with the status active when help is wanted.",
    "completed": "The ServiceRequest is completed, so there is nothing to do. Send a new one if help is wanted.",
}


@dataclass(frozen=True)
class Asked:
    """A message that can be acted on. `notes`: all that was not understood, of the bytes and of the message."""

    intention: Intention
    message: ReferralMessage
    notes: tuple[NotUnderstood, ...]

    @property
    def bundle_id(self) -> str:
        return self.message.bundle_id


def decide(content: bytes, content_type: str | None = None, receives_for: Collection[str] = ()) -> Asked | Refusal:
    """What the message in `content` asks, or why it is refused.

    `receives_for`: the ODS codes and endpoints we receive for; when empty, any destination is taken.
    """
    try:
        wire = read_message(content, content_type)
    except UnreadableMessageError as error:
        return Refusal(error.status, error.issue_code, str(error))
    return decide_resource(wire, receives_for)


def decide_resource(wire: WireMessage, receives_for: Collection[str] = ()) -> Asked | Refusal:
    """What a message that was read from its bytes asks, or why it is refused."""
    resource = _unwrapped(wire.resource)
    bundle_id = resource.get("id")
    bundle_id = bundle_id if isinstance(bundle_id, str) else ""
    problem = _not_a_message(resource)
    if problem:
        return Refusal(*problem, bundle_id)
    bundle = MessageBundle(resource)
    try:
        header = find_header(bundle)
        envelope = read_envelope(bundle, header)
        problem = _not_for_us(envelope, receives_for)
        if problem:
            return Refusal(*problem, bundle_id)
        message = read_referral_message(bundle, wire.written_in)
    except MessagePartMissingError as error:
        return Refusal(400, "required", str(error), bundle_id)
    if message.request.status in NOT_YET_ASKED:
        return Refusal(422, "business-rule", NOT_YET_ASKED[message.request.status], bundle_id)
    if not _says_who(message):
        return Refusal(
            400,
            "required",
            "The Patient has no name, number, birth date, address or contact, so nobody can be helped. "
            "Send at least one; an NHS number is not needed.",
            bundle_id,
        )
    intention, notes = _intention(message)
    return Asked(intention, message, _not_too_many([*wire.notes, *notes, *message.not_understood]))


def _not_too_many(notes: list[NotUnderstood]) -> tuple[NotUnderstood, ...]:
    """The notes a person can still read; the message itself is kept whole."""
    if len(notes) <= MOST_NOTES:
        return tuple(notes)
    return (*notes[:MOST_NOTES], NotUnderstood("", f"And {len(notes) - MOST_NOTES} more parts; see the message."))


def _unwrapped(resource: dict) -> dict:
    """The Bundle inside Parameters: the operation's definition allows its content to be sent as a parameter."""
    parameters = resource.get("parameter")
    if resource.get("resourceType") != "Parameters" or not isinstance(parameters, list):
        return resource
    named = [one for one in parameters if isinstance(one, dict) and one.get("name") == "content"]
    content = named[0].get("resource") if named else None
    return content if isinstance(content, dict) else resource


def _not_a_message(resource: dict) -> tuple[int, str, str] | None:
    resource_type = resource.get("resourceType")
    if not isinstance(resource_type, str) or not resource_type:
        return 400, "required", "There is no resourceType. Send a FHIR R4 Bundle of type message."
    if resource_type != "Bundle":
        return (
            422,
            "not-supported",
            f"This address takes referrals as message bundles; it was sent a single {resource_type[:60]}. "
            "Send a Bundle of type message with a MessageHeader, a ServiceRequest and a Patient.",
        )
    if resource.get("type") != "message":
        said = resource.get("type") if isinstance(resource.get("type"), str) else "no type"
        return (
            422,
            "not-supported",
            f"This address takes bundles of type message; it was sent one of type {str(said)[:40]}. "
            "Send a referral as a message with a MessageHeader.",
        )
    if not isinstance(resource.get("entry"), list | dict) or not resource.get("entry"):
        return 400, "required", "The bundle has no entries. Send the MessageHeader and the resources it names."
    return None


def _not_for_us(envelope, receives_for: Collection[str]) -> tuple[int, str, str] | None:
    if envelope.event != REQUEST:
        return _OTHER_EVENTS.get(envelope.event) or (
            422,
            "not-supported",
            f"The event “{envelope.event[:60]}” is not one we act on. To refer somebody, send the event "
            "servicerequest-request.",
        )
    addressed = [
        part.upper()
        for destination in envelope.destinations
        for part in (destination.organisation.ods_code, destination.endpoint, destination.organisation.service_id)
        if part
    ]
    ours = {code.upper() for code in receives_for}
    if ours and addressed and not ours.intersection(addressed):
        return (
            422,
            "business-rule",
            "The message is addressed to another service (MessageHeader.destination), so it was not acted on. "
            "Check the service identifier it was sent to.",
        )
    return None


_OTHER_EVENTS = {
    "servicerequest-response": (
        422,
        "not-supported",
        "This is a response to a request. We send no requests by message, so there is nothing it could answer. "
        "Send it to the service that asked; to refer somebody here, send the event servicerequest-request.",
    ),
    "booking-request": (
        422,
        "not-supported",
        "This service offers no slots to book. Refer the person with the event servicerequest-request; "
        "we then arrange the visit with them.",
    ),
    "booking-response": (
        422,
        "not-supported",
        "This is a response to a booking. We send no bookings by message, so there is nothing it could answer.",
    ),
}


def _says_who(message: ReferralMessage) -> bool:
    person = message.person
    return bool(
        person.name.words()
        or person.nhs_number
        or person.local_identifiers
        or person.birth_date_text
        or person.addresses
        or person.contact_methods
        or person.contacts
    )


def _intention(message: ReferralMessage) -> tuple[Intention, tuple[NotUnderstood, ...]]:
    reason = message.envelope.reason
    if message.request.status in WITHDRAWN_STATUSES:
        return Intention.WITHDRAW, ()
    if reason == "delete":
        note = "It says delete, though the request is not revoked; it was taken as a withdrawal."
        return Intention.WITHDRAW, (NotUnderstood("MessageHeader.reason", note),)
    if reason == "update":
        return Intention.UPDATE, ()
    if reason == "new":
        return Intention.NEW, ()
    said = f"“{reason[:40]}” is not new, update or delete" if reason else "It does not say new, update or delete"
    return Intention.NEW, (NotUnderstood("MessageHeader.reason", f"{said}; it was taken as new."),)
