"""CapabilityStatement: what this door takes, for the systems that ask before they send."""

from datetime import datetime

from homeward.api.fhir.rest.capability import DOCUMENTATION, rest_resources


def capability_statement(published_at: datetime, address: str) -> dict:
    """What the FHIR door can do, at its public `address`."""
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": published_at.date().isoformat(),
        "kind": "instance",
        "software": {"name": "Homeward"},
        "implementation": {"description": "Homeward: referrals by message, and one record to read", "url": address},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "application/fhir+xml"],
        "rest": [
            {
                "mode": "server",
                "documentation": (
                    "Referrals arrive as messages at $process-message: BaRS servicerequest-request, new, update or "
                    "delete. Send a bearer token. Sending the same message again changes nothing and is answered "
                    "the same."
                ),
                "security": {
                    "description": "A bearer token for each connected system, over TLS; or somebody signed in. "
                    + DOCUMENTATION
                },
                "resource": rest_resources(),
                "operation": [
                    {
                        "name": "process-message",
                        "definition": "http://hl7.org/fhir/OperationDefinition/MessageHeader-process-message",
                    }
                ],
            }
        ],
        "messaging": [
            {
                "documentation": "Event servicerequest-request of https://fhir.nhs.uk/CodeSystem/message-events-bars.",
                "supportedMessage": [
                    {"mode": "receiver", "definition": definition}
                    for definition in (
                        "https://fhir.nhs.uk/MessageDefinition/bars-message-servicerequest-request-referral",
                        "https://fhir.nhs.uk/MessageDefinition/bars-message-servicerequest-request-validation",
                        "https://fhir.nhs.uk/MessageDefinition/bars-message-servicerequest-request-cancelled",
                    )
                ],
            }
        ],
    }
