"""From the bytes of a payload to the stays it tells of, or the reason why it is refused. Needs no record."""

from datetime import datetime

from homeward.api.fhir.bundle import MessageBundle
from homeward.api.fhir.datatypes import read_moment
from homeward.api.fhir.describing import described, identity_in
from homeward.api.fhir.node import Node
from homeward.api.fhir.organisation import NOBODY, read_organisation
from homeward.api.fhir.patient import NHS_NUMBER, read_person
from homeward.api.fhir.wire import read_message
from homeward.api.hospital.document import read_letter
from homeward.api.hospital.encounter import NEVER_WAS, NOT_YET, is_admission, read_stays
from homeward.api.hospital.refusing import kind_of, no_stay
from homeward.api.hospital.said import NoStay, SaidStays
from homeward.api.intake.notes import NotUnderstood
from homeward.api.intake.text import UnreadableMessageError
from homeward.kernel.rules import is_valid_nhs_number, tidy_nhs_number
from homeward.people.rules import Identity

MOST_NOTES = 300
NOT_READABLE = "Not readable"
SEVERAL = "It is about several people. Send the stays of one person at a time."
NOBODY_MEANT = (
    "It does not say whose stay it is. Send the Patient with it, or an NHS number in the subject of the Encounter."
)
NO_START = "The Encounter does not say when they were admitted. Send its period with a start."
BY_LOCAL_NUMBER = (
    "It names the person by a number of the hospital and by nothing else. Send the Patient with it: name, birth date "
    "and NHS number."
)


def read_payload(content: bytes, content_type: str | None = None) -> SaidStays | NoStay:
    """What the bytes tell of somebody's stays in hospital, or why they are refused."""
    try:
        wire = read_message(content, content_type)
    except UnreadableMessageError as error:
        return NoStay(NOT_READABLE, error.status, error.issue_code, str(error))
    resource = wire.resource
    message_id = _message_id(resource)
    if resource.get("resourceType") == "Bundle" and resource.get("type") in ("transaction", "batch"):
        return no_stay(resource, (), message_id)
    bundle = MessageBundle(resource if resource.get("resourceType") == "Bundle" else _bundled(resource))
    encounters = bundle.of_type("Encounter")
    counted = [one for one in encounters if is_admission(one) and one.text("status") not in NEVER_WAS | NOT_YET]
    composition = next(iter(bundle.of_type("Composition")), Node({}, "Composition", bundle.reading))
    if composition and counted:
        meant = bundle.follow(composition.node("encounter"), composition)
        if meant:  # the others in a document are history
            counted = [one for one in counted if one.content is meant.content]
    if not counted:
        return no_stay(resource, encounters, message_id)
    return _told(bundle, resource, counted, composition, wire.notes, message_id)


def _told(
    bundle: MessageBundle,
    resource: dict,
    encounters: list[Node],
    composition: Node,
    further: tuple[NotUnderstood, ...],
    message_id: str,
) -> SaidStays | NoStay:
    kind = kind_of(resource)
    patients = bundle.of_type("Patient")
    custodian = read_organisation(bundle, bundle.follow(composition.node("custodian"), composition))
    problem = SEVERAL if len(patients) > 1 else ""
    person = read_person(bundle, patients[0]) if patients and not problem else None
    identity = identity_in(person) if person else _by_number(encounters)
    number = person.nhs_number.value if person and person.nhs_number else identity.nhs_number
    if not problem and not person and not number:
        problem = BY_LOCAL_NUMBER if _has_subject(encounters) else NOBODY_MEANT
    if not problem and person and not (person.name.words() or number or person.birth_date):
        problem = NOBODY_MEANT
    stays = read_stays(bundle, encounters, custodian or NOBODY)
    if not problem and any(one.admitted_at is None for one in stays):
        problem = NO_START
    if problem:
        return NoStay(kind, 422, "business-rule", problem, message_id)
    letter = read_letter(bundle, composition) if composition else None
    practice = person.general_practice if person else None
    sent_by = custodian or next((read_organisation(bundle, one) for one in bundle.of_type("Organization")), NOBODY)
    said_by = stays[0].hospital_ods or sent_by.ods_code or stays[0].hospital or sent_by.name
    notes = [*further, *bundle.notes()]
    if len(notes) > MOST_NOTES:
        more = NotUnderstood("", f"And {len(notes) - MOST_NOTES} more parts; see the payload.")
        notes = [*notes[:MOST_NOTES], more]
    return SaidStays(
        kind=kind,
        message_id=message_id,
        said_at=_said_at(bundle, composition),
        sender=said_by,
        identity=identity,
        said_number=number,
        person=described(person) if person else None,
        practice_code=practice.ods_code if practice else "",
        stays=stays,
        letter=letter if letter and letter.text else None,
        notes=tuple(notes),
    )


def _said_at(bundle: MessageBundle, composition: Node) -> datetime | None:
    """When it was written, else sent; None where it does not say."""
    header = next(iter(bundle.of_type("MessageHeader")), Node({}, "MessageHeader", bundle.reading))
    said = [
        read_moment(composition, "date") if "T" in composition.text("date") else None,
        read_moment(bundle.root, "timestamp"),
        read_moment(header, "timestamp"),
        read_moment(bundle.root.node("meta"), "lastUpdated"),
    ]
    return next(filter(None, said), None)


def _bundled(resource: dict) -> dict:
    """A single resource, with those contained in it, as the Bundle that the readers take."""
    contained = resource.get("contained")
    inner = [one for one in contained if isinstance(one, dict)] if isinstance(contained, list) else []
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in (resource, *inner)]}


def _message_id(resource: dict) -> str:
    identifiers = resource.get("identifier")
    first = identifiers[0] if isinstance(identifiers, list) and identifiers else identifiers
    said = first.get("value") if isinstance(first, dict) else None
    return str(said or resource.get("id") or "")[:200]


def _subjects(encounters: list[Node]) -> list[Node]:
    return [one.node(name) for one in encounters for name in ("subject", "patient") if one.node(name)]


def _has_subject(encounters: list[Node]) -> bool:
    return any(_subjects(encounters))


def _by_number(encounters: list[Node]) -> Identity:
    """Who an Encounter sent by itself is about: by the NHS number of its subject, which says no more than that.

    A number that passes its check is taken as such, as with e-RS; the record's number must be verified to be found.
    """
    for subject in _subjects(encounters):
        identifier = subject.node("identifier")
        identifier.pass_over("use")
        found = [one for one in (identifier.text("value"),) if identifier.text("system").lower().endswith(NHS_NUMBER)]
        number = tidy_nhs_number(found[0]) if found else ""
        if number:
            is_valid = is_valid_nhs_number(number)
            return Identity(nhs_number=number, is_nhs_number_verified=is_valid)
    return Identity()
