"""A referral as a message brings it: everything the message says, in one frozen value."""

from dataclasses import dataclass
from datetime import datetime

from homeward.api.fhir.bundle import MessageBundle
from homeward.api.fhir.care_plan import TriagePlan, read_triage
from homeward.api.fhir.clinical_statement import STATEMENTS, ClinicalStatement, read_statement
from homeward.api.fhir.consent import ConsentGiven, read_consent
from homeward.api.fhir.datatypes import read_moment
from homeward.api.fhir.document_reference import Document, read_documents
from homeward.api.fhir.encounter import NO_CASE, SendersCase, read_case
from homeward.api.fhir.flag import Warning_, WarningKind, read_warning
from homeward.api.fhir.location import INCIDENT, Place, read_place
from homeward.api.fhir.message_header import Envelope, read_envelope
from homeward.api.fhir.node import Node
from homeward.api.fhir.organisation import Organisation, read_organisation
from homeward.api.fhir.patient import ContactPerson, Person, read_person
from homeward.api.fhir.practitioner import NO_PROFESSIONAL, Professional, read_professional
from homeward.api.fhir.questionnaire_response import FormAnswers, read_answers
from homeward.api.fhir.service_request import ServiceRequest, read_service_request
from homeward.api.intake.notes import NotUnderstood


@dataclass(frozen=True)
class ReferralMessage:
    """A servicerequest-request message. Moments are aware, in UTC; texts "" and tuples empty where nothing was sent.

    `clock_started_at`: the sender's clock start (BaRS T5), `breach_at`: when the sender says it breaches.
    `incident`: where the person is, else None. `not_understood`: all that is not carried over as it was sent.
    """

    bundle_id: str
    sent_at: datetime | None
    written_in: str
    envelope: Envelope
    request: ServiceRequest
    request_address: str
    person: Person
    person_address: str
    case: SendersCase
    other_cases: tuple[SendersCase, ...]
    requester: Professional
    performers: tuple[Organisation, ...]
    triage: TriagePlan
    clock_started_at: datetime | None
    breach_at: datetime | None
    statements: tuple[ClinicalStatement, ...]
    answers: tuple[FormAnswers, ...]
    warnings: tuple[Warning_, ...]
    incident: Place | None
    other_places: tuple[Place, ...]
    consents: tuple[ConsentGiven, ...]
    documents: tuple[Document, ...]
    not_understood: tuple[NotUnderstood, ...]

    @property
    def sender_name(self) -> str:
        """What we call the sender: its ODS code, else its endpoint, its name, or its software."""
        sender = self.envelope.sender
        return sender.organisation.ods_code or sender.endpoint or sender.organisation.name or sender.software

    @property
    def first_contact(self) -> ContactPerson | None:
        """Whom to call first: the contact ranked first, else the first with a way to reach them."""
        reachable = [contact for contact in self.person.contacts if contact.methods]
        return reachable[0] if reachable else None

    @property
    def safeguarding_concerns(self) -> tuple[Warning_, ...]:
        return tuple(warning for warning in self.warnings if warning.is_safeguarding_concern)

    @property
    def scene_safety(self) -> str:
        """What the sender says of the scene's safety; "" when the message does not say."""
        scenes = [warning for warning in self.warnings if warning.kind is WarningKind.SCENE_SAFETY]
        return "; ".join(dict.fromkeys(warning.text for warning in scenes if warning.is_active))

    @property
    def need(self) -> str:
        """Why the person needs help, on one line; "" when the message does not say."""
        complaints = [one.text for one in self.statements if one.is_presenting_complaint]
        reasons = [reason.words() for reason in (*self.request.reasons, *self.request.asked_for)]
        triaged = [
            outcome.title
            for kind in ("Pathway", "Symptom group", "Symptom discriminator", "Dispatch code", "Disposition")
            for outcome in self.triage.outcomes
            if outcome.kind == kind
        ]
        conditions = [one.text for one in self.statements if one.kind in ("Condition", "Task")]
        found = complaints or reasons or triaged or conditions
        return "; ".join(dict.fromkeys(text for text in found if text))


class MessagePartMissingError(Exception):
    """The message lacks a part without which there is no referral. Says which, and what to do."""


def find_header(bundle: MessageBundle) -> Node:
    """The MessageHeader.

    Raises: MessagePartMissingError when there is none, or more than one.
    """
    headers = bundle.of_type("MessageHeader")
    if not headers:
        raise MessagePartMissingError("The message has no MessageHeader. Send it as the first entry of the bundle.")
    if len(headers) > 1:
        raise MessagePartMissingError("The message has more than one MessageHeader. Send one message a bundle.")
    return headers[0]


def read_referral_message(bundle: MessageBundle, written_in: str) -> ReferralMessage:
    """Everything a servicerequest-request message says.

    Raises: MessagePartMissingError when there is no header, no ServiceRequest or nobody it is about.
    """
    header = find_header(bundle)
    envelope = read_envelope(bundle, header)
    request = _focus(bundle, header)
    patient = _patient(bundle, request)
    person = read_person(bundle, patient)
    encounter = bundle.follow(request.node("encounter"), request)
    case = read_case(bundle, encounter) if encounter else NO_CASE
    other_encounters = [node for node in bundle.of_type("Encounter") if node.content is not encounter.content]
    service_request = read_service_request(bundle, request)
    bundle.follow_all(request, "supportingInfo")
    triage = read_triage(bundle, bundle.of_type("CarePlan"))
    incident, other_places = _places(bundle, request)
    statements = (read_statement(bundle, node) for node in bundle.of_type(*STATEMENTS))
    _note_forms(bundle)
    _read_bystanders(bundle)
    return ReferralMessage(
        bundle_id=bundle.root.text("id"),
        sent_at=read_moment(bundle.root, "timestamp"),
        written_in=written_in,
        envelope=envelope,
        request=service_request,
        request_address=bundle.address_of(request),
        person=person,
        person_address=bundle.address_of(patient),
        case=case,
        other_cases=tuple(read_case(bundle, node) for node in other_encounters),
        requester=_requester(bundle, request),
        performers=tuple(
            organisation
            for organisation in (
                read_organisation(bundle, node)
                for node in bundle.follow_all(request, "performer")
                if bundle.resource_type(node) in ("Organization", "HealthcareService")
            )
            if organisation
        ),
        triage=triage,
        clock_started_at=triage.clock_started_at,
        breach_at=service_request.breach_at,
        statements=tuple(statement for statement in statements if statement is not None),
        answers=tuple(read_answers(bundle, node) for node in bundle.of_type("QuestionnaireResponse")),
        warnings=tuple(read_warning(bundle, flag) for flag in bundle.of_type("Flag")),
        incident=incident,
        other_places=other_places,
        consents=tuple(read_consent(bundle, node) for node in bundle.of_type("Consent")),
        documents=tuple(
            document for node in bundle.of_type("DocumentReference") for document in read_documents(bundle, node)
        ),
        not_understood=bundle.notes(),  # last: by now everything was read that anybody reads
    )


def _focus(bundle: MessageBundle, header: Node) -> Node:
    for reference in header.nodes("focus"):
        focus = bundle.follow(reference, header)
        if focus and bundle.resource_type(focus) == "ServiceRequest":
            return focus
    requests = bundle.of_type("ServiceRequest")
    if not requests:
        raise MessagePartMissingError(
            "The message has no ServiceRequest. Put the request in the bundle and name it in MessageHeader.focus."
        )
    if len(requests) > 1:
        raise MessagePartMissingError(
            "The message has several ServiceRequests and MessageHeader.focus does not say which one is meant."
        )
    header.note("focus", "It does not lead to the ServiceRequest; the only one in the message was taken.")
    return requests[0]


def _patient(bundle: MessageBundle, request: Node) -> Node:
    patient = bundle.follow(request.node("subject"), request)
    if patient and bundle.resource_type(patient) == "Patient":
        return patient
    patients = bundle.of_type("Patient")
    if len(patients) == 1:
        request.note("subject", "It does not lead to the Patient; the only one in the message was taken.")
        return patients[0]
    if not patients:
        raise MessagePartMissingError(
            "The message has no Patient. Put the person in the bundle and name them in ServiceRequest.subject; "
            "an NHS number is not needed."
        )
    raise MessagePartMissingError(
        "The message has several Patients and ServiceRequest.subject does not say whom it is about. "
        "Send one message a person."
    )


def _requester(bundle: MessageBundle, request: Node) -> Professional:
    reference = request.node("requester")
    found = bundle.follow(reference, request)
    if found:
        return read_professional(bundle, found)
    return Professional(reference.text("display"), "", NO_PROFESSIONAL.organisation, (), ())


def _places(bundle: MessageBundle, request: Node) -> tuple[Place | None, tuple[Place, ...]]:
    """Where the person is, and the other places: the one the request names, else the one typed as incident."""
    named = [node.content for node in bundle.follow_all(request, "locationReference")]
    places = [(node, read_place(bundle, node)) for node in bundle.of_type("Location")]
    incident = next((place for node, place in places if any(node.content is one for one in named)), None)
    if incident is None:
        incident = next((place for _, place in places if place.kind == INCIDENT), None)
    return incident, tuple(place for _, place in places if place is not incident)


def _note_forms(bundle: MessageBundle) -> None:
    """A Questionnaire is the empty form; its answers are read, so the form itself is listed in one line."""
    for form in bundle.of_type("Questionnaire"):
        title = form.text("title") or form.text("name") or "A form"
        form.note("", f"The empty form “{title}” is not carried over; its answers are.")
        form.pass_over(*form.content)


def _read_bystanders(bundle: MessageBundle) -> None:
    """Organisations and professionals that nothing in the message leads to, such as a practitioner's employer."""
    for node in bundle.of_type("Organization", "HealthcareService"):
        read_organisation(bundle, node)
    for node in bundle.of_type("PractitionerRole", "Practitioner"):
        if node.is_untouched():
            read_professional(bundle, node)
