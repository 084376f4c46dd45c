"""What a payload is that tells of no stay in hospital, why it is refused, and what to do instead."""

from collections.abc import Sequence

from homeward.api.fhir.bundle import MessageBundle
from homeward.api.fhir.datatypes import read_concept
from homeward.api.fhir.node import Node
from homeward.api.hospital.encounter import ADMITTED, NEVER_WAS, NOT_YET, class_of
from homeward.api.hospital.said import NoStay

SEND = "Send the Encounter of the stay (class IMP), or its discharge document."
FILE_IT = "POST /fhir files it in the person's record, where it belongs to somebody known here."
NOTHING = "There is nothing to do with it here."
# What each resource is by itself, and what to do instead
RESOURCES = {
    "ActivityDefinition": ("describes how something is done", NOTHING),
    "AuditEvent": ("says who looked at a record", NOTHING),
    "CareTeam": ("says who looks after somebody", FILE_IT),
    "Condition": ("is one condition of somebody", FILE_IT),
    "Consent": ("is somebody's consent", FILE_IT),
    "Device": ("describes a device or a system", NOTHING),
    "DiagnosticReport": ("is a report of tests", FILE_IT),
    "EpisodeOfCare": ("says which organisation is responsible for somebody, not that they are in a bed", SEND),
    "Flag": ("is a warning about somebody", FILE_IT),
    "Observation": ("is one measurement or finding", FILE_IT),
    "OperationOutcome": ("is an error report", NOTHING),
    "Organization": ("describes an organisation", NOTHING),
    "OrganizationAffiliation": ("says how two organisations belong together", NOTHING),
    "Patient": ("says who somebody is", FILE_IT),
    "Practitioner": ("describes a professional", NOTHING),
    "PractitionerRole": ("describes what a professional does where", NOTHING),
    "Questionnaire": ("is an empty form", NOTHING),
    "QuestionnaireResponse": ("is a filled form", FILE_IT),
    "RelatedPerson": ("says who somebody's relatives or friends are", FILE_IT),
    "ServiceRequest": ("asks for a service or a test", "A referral goes to /fhir/$process-message."),
    "Specimen": ("describes a sample for a test", NOTHING),
    "Task": ("says what somebody is to do", NOTHING),
}
CLASSES = {
    "EMER": "emergency",
    "AMB": "outpatient",
    "HH": "at home or by telephone",
    "VR": "remote",
    "FLD": "ambulance",
    "PRENC": "before admission",
    "OBSENC": "observation",
}


def no_stay(resource: dict, encounters: Sequence[Node], message_id: str) -> NoStay:
    """Why a payload is refused; `encounters` are those in it, none of them an admission that counts."""
    kind = kind_of(resource)
    if encounters:
        what, instead = _of_encounters(encounters)
        if kind.startswith("Document"):
            instead = FILE_IT
        return NoStay(kind, 422, "business-rule", f"{what} {instead}", message_id)
    what, instead = _without_encounter(resource, kind)
    return NoStay(kind, 422, "not-supported", f"It {what}, and tells of no stay in hospital. {instead}", message_id)


def kind_of(resource: dict) -> str:
    """What a payload is, in a few words: "Document: Discharge summary", "Encounter", "Search answer"."""
    name = str(resource.get("resourceType") or "Nothing of FHIR")[:60]
    if name != "Bundle":
        return name
    inside = kinds_inside(resource)
    bundle_type = str(resource.get("type") or "no type")[:40]
    if bundle_type == "document":
        return f"Document: {_document_type(resource)}"
    if bundle_type == "searchset":
        return f"Search answer: {inside[0]}" if inside else "Search answer, empty"
    if bundle_type in ("transaction", "batch"):
        return f"Request to change records: {', '.join(inside)}"
    if bundle_type == "message":
        subject = next((one for one in ("DiagnosticReport", "ServiceRequest", "ReferralRequest") if one in inside), "")
        return f"Message: {subject or ', '.join(inside)}"
    if "Encounter" in inside:
        return "Record of a person, with encounters"
    return f"Collection: {', '.join(inside)}" if inside else "Collection, empty"


def kinds_inside(resource: dict) -> list[str]:
    """The types of the resources in a Bundle, in order, each once, without headers."""
    entries = resource.get("entry")
    inner = [one.get("resource") for one in entries if isinstance(one, dict)] if isinstance(entries, list) else []
    kinds = [str(one.get("resourceType"))[:40] for one in inner if isinstance(one, dict)]
    return [one for one in dict.fromkeys(kinds) if one != "MessageHeader"]


def _document_type(resource: dict) -> str:
    bundle = MessageBundle(resource)
    composition = next(iter(bundle.of_type("Composition")), Node({}, ""))
    return read_concept(composition.node("type")).words()[:60] or "of no said type"


def _of_encounters(encounters: Sequence[Node]) -> tuple[str, str]:
    admissions = [one for one in encounters if class_of(one) in ADMITTED]
    if admissions and all(one.text("status") in NEVER_WAS for one in admissions):
        return "Its Encounter was cancelled or entered in error.", "If its stay is on record here, end it on its page."
    if admissions and all(one.text("status") in NOT_YET | NEVER_WAS for one in admissions):
        return "Its Encounter is planned: nobody is admitted yet.", "Send it again when they are."
    said = [CLASSES.get(class_of(one), class_of(one) or "no class said") for one in encounters]
    listed = ", ".join(dict.fromkeys(said))
    if len(encounters) == 1:
        return f"Its Encounter is no admission ({listed}).", SEND
    return f"None of its {len(encounters)} Encounters is an admission ({listed}).", SEND


def _without_encounter(resource: dict, kind: str) -> tuple[str, str]:
    name = str(resource.get("resourceType") or "")
    if name != "Bundle":
        return RESOURCES.get(name, (f"is a single {name[:60] or 'thing without a type'}", SEND))
    if kind.startswith("Search answer"):
        return "answers a search", NOTHING
    if kind.startswith("Request to change"):
        return "asks for records to be changed, which is not done here", SEND
    if kind == "Message: DiagnosticReport":
        return "is a report of tests", FILE_IT
    if kind == "Message: ServiceRequest":
        return "asks for tests or a service", "A referral goes to /fhir/$process-message."
    if kind.startswith("Document"):
        return "is a document without an Encounter", SEND
    return "has no Encounter", FILE_IT
