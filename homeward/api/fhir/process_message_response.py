"""The answer to an accepted message: a message back, with our reference in it.

BaRS asks the receiver for the ServiceRequest with the id it gives, and for a second Encounter, planned, whose
identifier people can read to each other. The same message answered twice is answered the same.
"""

from uuid import NAMESPACE_URL, uuid5

from homeward.api.fhir.referral_message import ReferralMessage
from homeward.api.intake.asked import Done
from homeward.api.intake.notes import NotUnderstood
from homeward.api.intake.operation_outcome import acceptance

REFERENCE_SYSTEM = "urn:homeward:referral-reference"
ENCOUNTER_CLASS = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "EMER", "display": "emergency"}
EVENTS = "https://fhir.nhs.uk/CodeSystem/message-events-bars"
REASONS = "https://fhir.nhs.uk/CodeSystem/message-reason-bars"


def accepted(message: ReferralMessage, notes: tuple[NotUnderstood, ...], done: Done) -> dict:
    """The Bundle that answers an accepted message."""

    def address(part: str) -> str:
        return f"urn:uuid:{uuid5(NAMESPACE_URL, f'homeward/{done.reference}/{message.bundle_id}/{part}')}"

    moment = done.handled_at.isoformat()
    request_id = message.request.names[0] if message.request.names else done.reference
    person = {"reference": message.person_address} if message.person_address else {"display": "As in the message"}
    header = {
        "resourceType": "MessageHeader",
        "eventCoding": {"system": EVENTS, "code": "servicerequest-response"},
        "destination": [{"endpoint": message.envelope.sender.endpoint or "urn:homeward:sender"}],
        "source": {"name": "Homeward", "software": "Homeward", "endpoint": _our_endpoint(message)},
        "reason": {"coding": [{"system": REASONS, "code": "new"}]},
        "response": {
            "identifier": message.bundle_id or done.reference,
            "code": "ok",
            "details": {"reference": address("outcome")},
        },
        "focus": [{"reference": address("encounter")}],
    }
    request = {
        "resourceType": "ServiceRequest",
        "id": request_id,
        "status": "revoked" if done.is_withdrawn else message.request.status or "active",
        "intent": "plan",
        "subject": person,
        "encounter": {"reference": address("encounter")},
    }
    encounter = {
        "resourceType": "Encounter",
        "id": done.reference,
        "identifier": [{"system": REFERENCE_SYSTEM, "value": done.reference}],
        "status": "cancelled" if done.is_withdrawn else "planned",
        "class": ENCOUNTER_CLASS,
        "subject": person,
    }
    outcome = acceptance(f"outcome-{done.reference}", done.said, (note.path for note in notes))
    return {
        "resourceType": "Bundle",
        "id": address("answer").removeprefix("urn:uuid:"),
        "meta": {"profile": ["https://fhir.nhs.uk/StructureDefinition/BARSBundleMessage"]},
        "type": "message",
        "timestamp": moment,
        "entry": [
            {"fullUrl": address("header"), "resource": header},
            {"fullUrl": message.request_address or address("request"), "resource": request},
            {"fullUrl": address("encounter"), "resource": encounter},
            {"fullUrl": address("outcome"), "resource": outcome},
        ],
    }


def _our_endpoint(message: ReferralMessage) -> str:
    """The endpoint the sender addressed us by."""
    addressed = [destination.endpoint for destination in message.envelope.destinations if destination.endpoint]
    return addressed[0] if addressed else "urn:homeward:front-door"
