"""The FHIR STU3 message that the national NHS 111 adaptor makes of a CDA document, as the same report."""

from collections.abc import Iterator

from homeward.api.fhir.datatypes import read_address, read_concept, read_moment, read_name, whole_day
from homeward.api.fhir.links import LinkedResources
from homeward.api.fhir.node import Node
from homeward.api.intake.notes import NotUnderstood
from homeward.api.nhs111.cda import narrative_of_escaped, nhs_number_of, telephone_of
from homeward.api.nhs111.report import Attachment, CallReport, NhsNumber, Party, Place, Section, Subject, Telephone

EVENT = "referral-1"  # EventType-1, STU3
NHS_NUMBER = "/id/nhs-number"
VERIFIED = "01"  # number present and verified, CareConnect-NHSNumberVerificationStatus-1
COPY_INTERACTION = "copyRecipient"
LISTED_IN_ONE_LINE = ("Questionnaire", "QuestionnaireResponse", "List", "Device", "ProcedureRequest")


def is_adaptor_bundle(resource: dict) -> bool:
    """Whether a resource is a referral message of the NHS 111 adaptor."""
    if resource.get("resourceType") != "Bundle" or resource.get("type") != "message":
        return False
    bundle = LinkedResources(resource)
    header, request = bundle.first("MessageHeader"), bundle.first("ReferralRequest")
    return bool(request) and header.node("event").content.get("code") == EVENT


def read_adaptor_bundle(resource: dict, further: tuple[NotUnderstood, ...] = ()) -> CallReport:
    """Everything the message says. `further`: notes already made of its bytes."""
    bundle = LinkedResources(resource)
    header = bundle.first("MessageHeader")
    composition = bundle.first("Composition")
    encounter = bundle.first("Encounter")
    request = bundle.first("ReferralRequest")
    sections = tuple(_sections(composition))
    version = bundle.root.node("identifier").text("value")
    notes: list[NotUnderstood] = list(further)
    author = _agent(bundle, request.node("requester").node("agent"), "Written by")
    on_behalf = _organisation(bundle.follow(request.node("requester").node("onBehalfOf")))
    if not author.organisation:
        author = Party(
            "Written by", author.name, author.role, on_behalf.organisation, on_behalf.ods_code, author.telephones
        )
    period = encounter.node("period")
    for name in LISTED_IN_ONE_LINE:
        held = bundle.of_type(name)
        if held:
            notes.append(NotUnderstood(name, f"{len(held)} of these are kept with the message and not carried over."))
    destinations = [one.text("endpoint") for one in header.nodes("destination")]
    return CallReport(
        document_id=composition.text("id"),
        set_id=composition.node("identifier").text("value"),
        version=int(version) if version.isascii() and version.isdigit() and len(version) < 9 else None,
        title=composition.text("title"),
        written_at=read_moment(composition, "date") or read_moment(header, "timestamp"),
        started_at=read_moment(period, "start"),
        ended_at=read_moment(period, "end"),
        disposition_code="",
        disposition=_disposition(sections),
        subject=_subject(bundle),
        author=author,
        callers=tuple(_callers(bundle)),
        parties=tuple(_parties(bundle, request)),
        scene=_scene(bundle),
        case_numbers=tuple(one.text("value") for one in encounter.nodes("identifier") if one.text("value")),
        consent="; ".join(
            read_concept(action).words() for one in bundle.of_type("Consent") for action in one.nodes("action")
        ),
        findings=tuple(_findings(bundle)),
        sections=(*sections, *_advice(bundle)),
        attachments=tuple(_attachments(bundle)),
        is_copy=any(COPY_INTERACTION in coding.code for coding in read_concept(header.node("reason")).codings),
        addressed_to=tuple(
            part.upper()
            for endpoint in destinations
            for part in [endpoint.partition("addressing:ods:")[2].split(":")[0]]
            if part
        ),
        earlier=(),
        notes=tuple(dict.fromkeys([*notes, *bundle.reading.notes])),
    )


def _sections(composition: Node) -> Iterator[Section]:
    waiting = [*composition.nodes("section")]
    while waiting:
        section = waiting.pop(0)
        waiting = [*section.nodes("section"), *waiting]
        text = narrative_of_escaped(_unescaped(section.node("text").text("div")))
        if text:
            yield Section(section.text("title") or "More from the report", text)


def _unescaped(div: str) -> str:
    inner = div.partition(">")[2].rpartition("</div>")[0] if div.startswith("<div") else div
    return inner.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"').replace("&amp;", "&")


def _disposition(sections: tuple[Section, ...]) -> str:
    """The bundle carries no disposition code: what its disposition section says."""
    for section in sections:
        if "disposition" in section.title.lower():
            return " ".join(section.text.split())[:250]
    return ""


def _telephones(node: Node) -> tuple[Telephone, ...]:
    return tuple(
        dict.fromkeys(
            telephone_of(one.text("value"), one.text("use")) for one in node.nodes("telecom") if one.text("value")
        )
    )


def _place(node: Node, name: str = "") -> Place | None:
    address = read_address(node)
    place = Place(
        use="PHYS" if node.content.get("type") == "physical" and not address.use else address.use.upper(),
        lines=tuple(dict.fromkeys(part for part in (*address.lines, address.city, address.district) if part)),
        postcode=address.postcode,
        directions=address.text if address.lines else "",
        name=name,
    )
    return place if place.words() else None


def _subject(bundle: LinkedResources) -> Subject:
    patient = bundle.first("Patient")
    names = [one for one in (read_name(node) for node in patient.nodes("name")) if one.words()]
    numbers: list[NhsNumber] = []
    local = []
    for identifier in patient.nodes("identifier"):
        value, system = identifier.text("value"), identifier.text("system")
        status = identifier.extension("Extension-CareConnect-NHSNumberVerificationStatus-1")
        codes = [coding.code for coding in read_concept(status.node("valueCodeableConcept")).codings]
        if system.lower().endswith(NHS_NUMBER):
            numbers.append(nhs_number_of(value, VERIFIED in codes))
        elif value:
            local.append((system, value))
    birth = patient.text("birthDate")
    practice = next(
        (found for one in patient.nodes("generalPractitioner") if (found := _organisation(bundle.follow(one))).words()),
        None,
    )
    return Subject(
        given_name=" ".join(names[0].given) if names else "",
        family_name=names[0].family if names else "",
        other_names=tuple(name.words() for name in names[1:]),
        nhs_number=numbers[0] if numbers else None,
        local_identifiers=tuple(local),
        birth_date=whole_day(birth),
        birth_text="" if whole_day(birth) else birth,
        gender=patient.text("gender"),
        telephones=_telephones(patient),
        places=tuple(place for place in (_place(node) for node in patient.nodes("address")) if place),
        language={"en": "English"}.get(patient.text("language"), patient.text("language")),
        practice=practice,
    )


def _organisation(node: Node, part: str = "General practice") -> Party:
    codes = [one.text("value") for one in node.nodes("identifier")]
    return Party(
        part=part,
        organisation=node.text("name"),
        ods_code=next((code for code in codes if code), ""),
        telephones=_telephones(node),
    )


def _agent(bundle: LinkedResources, reference: Node, part: str) -> Party:
    found = bundle.follow(reference)
    role = ""
    organisation = Party(part)
    if found.content.get("resourceType") == "PractitionerRole":
        role = ", ".join(read_concept(one).words() for one in found.nodes("code"))
        organisation = _organisation(bundle.follow(found.node("organization")))
        found = bundle.follow(found.node("practitioner"))
    if found.content.get("resourceType") == "Organization":
        organisation, found = _organisation(found), Node({}, "Practitioner", bundle.reading)
    name = next((one.words() for one in map(read_name, found.nodes("name")) if one.words()), "")
    return Party(part, name, role, organisation.organisation, organisation.ods_code, _telephones(found))


def _callers(bundle: LinkedResources) -> Iterator[Party]:
    for related in bundle.of_type("RelatedPerson"):
        relationship = [coding.words() for coding in read_concept(related.node("relationship")).codings]
        addresses = [_place(node) for node in related.nodes("address")]
        yield Party(
            part="Caller",
            name=next((one.words() for one in map(read_name, related.nodes("name")) if one.words()), ""),
            role=", ".join(dict.fromkeys(relationship)),
            telephones=_telephones(related),
            place=next((place for place in addresses if place), None),
            is_the_person="Self" in relationship,
        )


def _parties(bundle: LinkedResources, request: Node) -> Iterator[Party]:
    for recipient in request.nodes("recipient"):
        found = bundle.follow(recipient)
        provider = _organisation(bundle.follow(found.node("providedBy")))
        party = Party("Sent to", found.text("name"), "", provider.organisation, provider.ods_code, _telephones(found))
        if party.words():
            yield party


def _scene(bundle: LinkedResources) -> Place | None:
    for location in bundle.of_type("Location"):
        if "incident" in location.text("name").lower():
            return _place(location.node("address"), location.text("name"))
    return None


def _findings(bundle: LinkedResources) -> Iterator[str]:
    for observation in bundle.of_type("Observation"):
        title, value = read_concept(observation.node("code")).words(), observation.text("valueString")
        if value:
            yield f"{title}: {value}"
    for condition in bundle.of_type("Condition"):
        words = read_concept(condition.node("code")).words()
        if words:
            yield f"Condition: {words}"


def _advice(bundle: LinkedResources) -> Iterator[Section]:
    for plan in bundle.of_type("CarePlan"):
        if plan.text("description"):
            yield Section(plan.text("title") or "Advice given", plan.text("description"))


def _attachments(bundle: LinkedResources) -> Iterator[Attachment]:
    for node in bundle.of_type("DocumentReference"):
        for content in node.nodes("content"):
            attachment = content.node("attachment")
            size = attachment.integer("size") or len(attachment.text("data")) * 3 // 4
            yield Attachment(attachment.text("title") or "Document", attachment.text("contentType"), size)
