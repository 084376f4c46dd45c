"""The ReferralRequest of e-RS (FHIR STU3) as one frozen value."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from homeward.api.fhir.datatypes import (
    PersonName,
    PostalAddress,
    read_address,
    read_concept,
    read_moment,
    read_name,
    whole_day,
)
from homeward.api.fhir.links import LinkedResources
from homeward.api.fhir.node import Node
from homeward.api.intake.notes import NotUnderstood
from homeward.kernel.rules import LONDON

NHS_NUMBER = "/id/nhs-number"
ODS_CODE = "/ods-organization-code"


@dataclass(frozen=True)
class ErsPatient:
    """Who a referral is about. e-RS sends the NHS number alone, unless whoever passes it on adds the Patient."""

    nhs_number: str
    name: PersonName | None
    birth_date: date | None
    gender: str
    phone: str
    address: PostalAddress | None

    @property
    def is_described(self) -> bool:
        """Whether more than a number is said of them."""
        return bool(self.name or self.birth_date or self.address or self.phone)


@dataclass(frozen=True)
class ErsReferral:
    """A ReferralRequest. `state`: its code in e-RS, such as NOT_BOOKED; `version`: of the request in e-RS."""

    ubrn: str
    request_id: str
    version: int | None
    status: str
    state: str
    state_reason: str
    state_reason_code: str
    comments: str
    priority: str
    specialty: str
    services: tuple[str, ...]
    criteria: tuple[str, ...]
    reasons: tuple[str, ...]
    patient: ErsPatient
    organisation_code: str
    pathway_started_at: datetime | None
    authored_at: datetime | None
    appointment: str
    documents: tuple[str, ...]
    notes: tuple[NotUnderstood, ...]


def read_ers_referral(content: dict, further: tuple[NotUnderstood, ...] = ()) -> ErsReferral:
    """Everything a ReferralRequest says. `content`: the request, or the bundle or Parameters it stands in."""
    held = LinkedResources(unwrapped(content))
    request = held.first("ReferralRequest")
    state = request.extension("Extension-eRS-ReferralState-1")
    documents = tuple(_documents(held))
    appointment = _appointment(held, request)
    submitted_at = read_moment(request.extension("Extension-eRS-ClinicalInfoFirstSubmitted-1"), "valueDateTime")
    request.extension("Extension-eRS-ReferralShortlist-1").node("valueReference").pass_over("reference")
    request.pass_over("intent", "supportingInfo", "contained")
    for coded in (state.extension("state"), state.extension("reason")):
        coded.node("valueCoding").pass_over("system", "display")
    for identifier in request.nodes("identifier"):
        identifier.pass_over("system")
    request.node("meta").pass_over("versionId")
    for extension in request.nodes("extension"):
        extension.pass_over("url")
    version = str((request.content.get("meta") or {}).get("versionId") or "")
    return ErsReferral(
        ubrn=str(request.content.get("id") or ""),
        request_id=next((one.text("value") for one in request.nodes("identifier") if one.text("value")), ""),
        version=int(version) if version.isascii() and version.isdigit() and len(version) < 9 else None,
        status=request.text("status"),
        state=state.extension("state").node("valueCoding").text("code"),
        state_reason=_words(state.extension("reason").node("valueCoding")),
        state_reason_code=state.extension("reason").node("valueCoding").text("code"),
        comments=state.extension("comments").text("valueString"),
        priority=next(
            (
                coding.code
                for coding in read_concept(
                    request.extension("Extension-eRS-ReferralPriority-1").node("valueCodeableConcept")
                ).codings
            ),
            request.text("priority").upper(),
        ),
        specialty=read_concept(request.node("specialty")).words(),
        services=tuple(_services(held)),
        criteria=tuple(_criteria(held)),
        reasons=tuple(
            words
            for node in (*request.nodes("reasonCode"), *request.nodes("serviceRequested"))
            if (words := read_concept(node).words())
        ),
        patient=_patient(held, request),
        organisation_code=_organisation_code(request),
        pathway_started_at=read_moment(request.extension("Extension-eRS-eReferralPathwayStart-1"), "valueInstant")
        or submitted_at,
        authored_at=read_moment(request, "authoredOn"),
        appointment=appointment,
        documents=documents,
        # last: by now everything was read that anybody reads
        notes=tuple(dict.fromkeys([*further, *held.reading.notes, *request.not_read()])),
    )


def unwrapped(content: dict) -> dict:
    """The ReferralRequest inside Parameters, as e-RS answers some of its operations; else the content itself."""
    for parameter in content.get("parameter") or [] if content.get("resourceType") == "Parameters" else []:
        inner = parameter.get("resource") if isinstance(parameter, dict) else None
        if isinstance(inner, dict) and inner.get("resourceType") == "ReferralRequest":
            return inner
    return content


def _words(coding: Node) -> str:
    return coding.text("display") or _plain(coding.text("code"))


def _plain(code: str) -> str:
    """`HEART_FAILURE` as people read it: Heart failure."""
    return code.replace("_", " ").capitalize() if code.isupper() else code


def _services(held: LinkedResources) -> Iterator[str]:
    for shortlist in held.of_type("List"):
        for entry in shortlist.nodes("entry"):
            item = entry.node("item")
            name, number = item.text("display"), item.node("identifier").text("value")
            if name or number:
                yield f"{name} (service {number})" if name and number else name or f"Service {number}"


def _criteria(held: LinkedResources) -> Iterator[str]:
    for criteria in held.of_type("Parameters"):
        for parameter in criteria.nodes("parameter"):
            name = parameter.text("name")
            coding = parameter.node("valueCoding")
            value = (
                _words(coding)
                if coding
                else next(
                    (
                        parameter.text(key)
                        for key in parameter.content
                        if key.startswith("value") and parameter.text(key)
                    ),
                    "",
                )
            )
            if name and value:
                yield f"{_spaced(name)}: {value}"


def _spaced(name: str) -> str:
    words = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name)
    return words[:1].upper() + words[1:]


def _patient(held: LinkedResources, request: Node) -> ErsPatient:
    subject = request.node("subject")
    number = subject.node("identifier").text("value")
    subject.node("identifier").pass_over("system")
    patient = held.follow(subject) or held.first("Patient")
    for identifier in patient.nodes("identifier"):
        if identifier.text("system").lower().endswith(NHS_NUMBER):
            number = number or identifier.text("value")
    name = next((one for one in map(read_name, patient.nodes("name")) if one.words()), None)
    address = next((one for one in map(read_address, patient.nodes("address")) if one.words()), None)
    phone = next((one.text("value") for one in patient.nodes("telecom") if one.text("system") != "email"), "")
    return ErsPatient(
        number, name, whole_day(patient.text("birthDate")), patient.text("gender"), phone.removeprefix("tel:"), address
    )


def _organisation_code(request: Node) -> str:
    named = request.extension("Extension-eRS-Commissioning-Rule-Org-1").node("valueIdentifier")
    named.pass_over("system")
    requester = request.node("requester").node("onBehalfOf").node("identifier").text("value")
    return requester or named.text("value")


def _appointment(held: LinkedResources, request: Node) -> str:
    appointment = held.first("Appointment")
    request.extension("Extension-eRS-Appointment-1").node("valueReference").pass_over("reference")
    request.extension("Extension-eRS-Appointment-Reference-1").node("valueReference").pass_over("reference")
    starts_at = read_moment(appointment, "start")
    when = f"{starts_at.astimezone(LONDON):%d %B %Y %H:%M}" if starts_at else ""
    return ", ".join(part for part in (_plain(appointment.text("status")), when) if part)


def _documents(held: LinkedResources) -> Iterator[str]:
    for document in held.of_type("DocumentReference"):
        described = document.text("description")
        for content in document.nodes("content"):
            attachment = content.node("attachment")
            title = attachment.text("title") or described or "Document"
            size = attachment.integer("size")
            parts = [attachment.text("contentType"), f"{size} bytes" if size else "", attachment.text("url")]
            yield f"{title}: {', '.join(part for part in parts if part)}, kept in e-RS"
