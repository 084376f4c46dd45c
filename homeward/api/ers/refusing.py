"""What a payload of e-RS is that is no referral, and what to send instead."""

SEND_REQUEST = "Send the ReferralRequest itself, as e-RS gives it for its UBRN."
# Requests to e-RS itself, by the middle of their profile's name; what each asks of e-RS.
OPERATIONS = {
    "CreateReferral": "asks e-RS to make a referral, which has no UBRN yet",
    "CreateReferralAndSendForTriage": "asks e-RS to make a referral, which has no UBRN yet",
    "CancelReferral-Request": "asks e-RS to cancel a referral and does not say which",
    "ChangeShortlist": "changes the services asked for and does not say of which referral",
    "ChangeShortlistAndSendForTriage-Request": "changes the services asked for and does not say of which referral",
    "MaintainReferralLetter": "adds letters to a referral and does not say which",
    "RecordReviewOutcome": "records a triage in e-RS and does not say of which referral",
    "cancelAppointmentActionLater": "cancels an appointment in e-RS and does not say of which referral",
    "CreateFromCommunicationRequestActionLater-Request": "asks e-RS to turn advice into a referral with no UBRN yet",
    "PatientServiceSearch": "searches e-RS for services and refers nobody",
    "FetchWorklist": "asks e-RS for a worklist and refers nobody",
    "CreateAdviceAndGuidance-Request": "asks for advice about a person and refers nobody",
    "CreateAdviceAndGuidance-Response": "is a request for advice about a person and refers nobody",
    "SendCommunicationToRequester-Request": "answers a request for advice and refers nobody",
    "SendCommunicationToRequester-Response": "is an answer to a request for advice and refers nobody",
}
RESOURCES = {
    "OperationOutcome": "is an error report and refers nobody",
    "Appointment": "is an appointment, not the referral it belongs to. This service offers no slots; we arrange visits",
    "CommunicationRequest": "is a request for advice about a person and refers nobody",
    "Communication": "is a conversation for advice and refers nobody",
    "HealthcareService": "describes services and refers nobody",
    "PractitionerRole": "describes staff and refers nobody",
    "Practitioner": "describes staff and refers nobody",
    "Task": "lists what may be done in e-RS and refers nobody",
    "Slot": "lists free appointments and refers nobody",
    "Schedule": "lists free appointments and refers nobody",
    "ServiceRequest": "finds requests in e-RS and says neither the service asked for nor how soon",
}
WORKLIST = "is a worklist: it names many requests and describes none"
SERVICES = "lists services and refers nobody"
EMPTY = "is an empty answer and refers nobody"


def what_instead(resource: dict) -> str:
    """One sentence that says what an e-RS payload without a ReferralRequest is, and what to send."""
    return f"This {_what(resource)}. {SEND_REQUEST}"


def _what(resource: dict) -> str:
    kind = str(resource.get("resourceType") or "")
    profile = _profile(resource)
    if kind == "Parameters":
        named = profile.removeprefix("eRS-").removesuffix("-1").removesuffix("-Parameters")
        return OPERATIONS.get(named, "is a request to e-RS and refers nobody")
    if kind == "List":
        return WORKLIST if "FetchWorklist" in profile else SERVICES
    if kind == "Bundle":
        entries = resource.get("entry")
        inner = [one.get("resource") for one in entries if isinstance(one, dict)] if isinstance(entries, list) else []
        kinds = [str(one.get("resourceType")) for one in inner if isinstance(one, dict)]
        return next((RESOURCES[one] for one in kinds if one in RESOURCES), EMPTY)
    return RESOURCES.get(kind, "is no referral")


def _profile(resource: dict) -> str:
    meta = resource.get("meta")
    profiles = meta.get("profile") if isinstance(meta, dict) else None
    first = profiles[0] if isinstance(profiles, list) and profiles else ""
    return first.rsplit("/", 1)[-1] if isinstance(first, str) else ""
