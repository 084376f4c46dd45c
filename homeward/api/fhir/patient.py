"""Patient and RelatedPerson: who the referral is about, and who can be spoken to."""

from dataclasses import dataclass
from datetime import date

from nhs_number import is_valid

from homeward.api.fhir.bundle import MessageBundle
from homeward.api.fhir.datatypes import (
    Concept,
    ContactMethod,
    Identifier,
    PersonName,
    PostalAddress,
    read_address,
    read_concept,
    read_concepts,
    read_contact_methods,
    read_name,
    whole_day,
)
from homeward.api.fhir.node import Node
from homeward.api.fhir.practitioner import Professional, read_professional

NHS_NUMBER = "/id/nhs-number"  # https://fhir.nhs.uk/Id/nhs-number
# UK Core (R4), and Care Connect (STU3)
VERIFICATION = ("Extension-UKCore-NHSNumberVerificationStatus", "Extension-CareConnect-NHSNumberVerificationStatus-1")
VERIFIED = {"number-present-and-verified", "01"}  # UK Core NHSNumberVerificationStatus, and its England list
_SELF = {"ONESELF", "SELF"}  # v3-RoleCode, and how some senders write it


@dataclass(frozen=True)
class NhsNumber:
    """An NHS number as it was sent. `said_status`: what the sender says of it, "" when nothing.

    `passes_check`: ten digits whose check digit agrees. `is_verified`: it passes and the sender says it was
    verified nationally; only then may it be used to find the person in our record. Any other number is kept and
    shown as unverified: one in three in the published examples does not pass, and nobody is refused for that.
    """

    value: str
    said_status: str
    passes_check: bool
    is_verified: bool


@dataclass(frozen=True)
class ContactPerson:
    """Someone to speak to about the person. `rank`: 1 is tried first, None when not said."""

    name: str
    relationship: str
    rank: int | None
    is_the_person: bool
    methods: tuple[ContactMethod, ...]
    address: str
    gender: str


@dataclass(frozen=True)
class GeneralPractice:
    practice: str
    ods_code: str
    practitioner: str
    telephones: tuple[ContactMethod, ...]


@dataclass(frozen=True)
class Person:
    """The person as the message describes them. Texts are "" and tuples empty where nothing was sent.

    `birth_date`: only where the day is whole; `birth_date_text` as sent, which may be a year or a month.
    `is_deceased`: None when not said.
    """

    name: PersonName
    other_names: tuple[PersonName, ...]
    nhs_number: NhsNumber | None
    local_identifiers: tuple[Identifier, ...]
    birth_date: date | None
    birth_date_text: str
    gender: str
    contact_methods: tuple[ContactMethod, ...]
    addresses: tuple[PostalAddress, ...]
    general_practice: GeneralPractice | None
    is_deceased: bool | None
    died_on: str
    languages: tuple[str, ...]
    preferred_language: str
    needs_interpreter: bool | None
    communication_needs: tuple[str, ...]
    contacts: tuple[ContactPerson, ...]
    ethnicity: Concept
    religion: Concept
    marital_status: Concept


def read_person(bundle: MessageBundle, patient: Node) -> Person:
    names = [name for name in (read_name(node) for node in patient.nodes("name")) if name.words()]
    names.sort(key=lambda name: {"official": 0, "usual": 1, "": 2}.get(name.use, 3))
    nhs_numbers, local_identifiers = _identifiers(patient)
    contacts = _contacts(bundle, patient)
    own_methods = [method for contact in contacts if contact.is_the_person for method in contact.methods]
    birth_date_text = patient.text("birthDate")
    birth_date = whole_day(birth_date_text)
    if birth_date_text and birth_date is None:
        patient.note("birthDate", f"It is not a whole day; it is kept as it was sent: {birth_date_text}")
    languages = _languages(patient)
    patient.pass_over("active")
    return Person(
        name=names[0] if names else PersonName("", (), "", "", "", ""),
        other_names=tuple(names[1:]),
        nhs_number=nhs_numbers[0] if nhs_numbers else None,
        local_identifiers=(*local_identifiers, *(Identifier(NHS_NUMBER, one.value) for one in nhs_numbers[1:])),
        birth_date=birth_date,
        birth_date_text=birth_date_text,
        gender=patient.text("gender"),
        contact_methods=tuple(dict.fromkeys([*read_contact_methods(patient), *own_methods])),
        addresses=tuple(address for address in map(read_address, patient.nodes("address")) if address.words()),
        general_practice=_general_practice(bundle, patient),
        is_deceased=_is_deceased(patient),
        died_on=patient.text("deceasedDateTime"),
        languages=tuple(language for language, _ in languages),
        preferred_language=next((language for language, is_preferred in languages if is_preferred), ""),
        needs_interpreter=_needs_interpreter(patient),
        communication_needs=_communication_needs(patient),
        contacts=contacts,
        ethnicity=read_concept(patient.extension("Extension-UKCore-EthnicCategory").node("valueCodeableConcept")),
        religion=read_concept(patient.extension("patient-religion").node("valueCodeableConcept")),
        marital_status=read_concept(patient.node("maritalStatus")),
    )


def _identifiers(patient: Node) -> tuple[list[NhsNumber], list[Identifier]]:
    """NHS numbers, those that pass the check first; and every other identifier."""
    nhs_numbers, others = [], []
    for identifier in patient.nodes("identifier"):
        value, system = identifier.text("value"), identifier.text("system")
        identifier.pass_over("use")
        if not value:
            continue
        if not system.lower().endswith(NHS_NUMBER):
            others.append(Identifier(system, value))
            continue
        said_by = [identifier.extension(name) for name in VERIFICATION]
        status = read_concept(next(filter(None, said_by), said_by[0]).node("valueCodeableConcept"))
        digits = value.replace(" ", "").replace("-", "")
        passes = len(digits) == 10 and digits.isascii() and digits.isdigit() and is_valid(digits)
        if not passes:
            identifier.note(
                "value",
                "It fails the check of an NHS number; it is kept, shown as unverified and not used to find the person.",
            )
        said = next((coding.code for coding in status.codings if coding.code), status.text)
        nhs_numbers.append(NhsNumber(digits, said, passes, passes and said in VERIFIED))
    nhs_numbers.sort(key=lambda number: (not number.is_verified, not number.passes_check))
    return nhs_numbers, others


def _contacts(bundle: MessageBundle, patient: Node) -> tuple[ContactPerson, ...]:
    contacts = [_contact(node, read_name(node.node("name")).words()) for node in patient.nodes("contact")]
    for related in bundle.of_type("RelatedPerson"):
        related.node("patient").pass_over("reference")
        related.pass_over("active", "birthDate")
        names = [read_name(name).words() for name in related.nodes("name")]
        contacts.append(_contact(related, next(iter(names), "")))
    ranked_first = [contact for contact in contacts if contact.rank == 1]
    if len(ranked_first) > 1:
        patient.note("contact", "More than one contact is ranked first.")
    return tuple(sorted(contacts, key=lambda contact: contact.rank if contact.rank is not None else 10_000))


def _contact(node: Node, name: str) -> ContactPerson:
    relationships = read_concepts(node, "relationship")
    addresses = [node.node("address"), *node.nodes("address")]
    preference = node.extension("Extension-UKCore-ContactPreference").extension("PreferredContactMethod")
    preferred = read_concept(preference.node("valueCodeableConcept")).words()
    relationship = ", ".join(concept.words() for concept in relationships)
    return ContactPerson(
        name=name,
        relationship=f"{relationship} (prefers {preferred.lower()})" if preferred else relationship,
        rank=node.extension("Extension-UKCore-ContactRank").integer("valuePositiveInt"),
        is_the_person=any(coding.code.upper() in _SELF for one in relationships for coding in one.codings),
        methods=read_contact_methods(node),
        address=next((read_address(address).words() for address in addresses if address), ""),
        gender=node.text("gender"),
    )


def _general_practice(bundle: MessageBundle, patient: Node) -> GeneralPractice | None:
    found = [read_professional(bundle, node) for node in bundle.follow_all(patient, "generalPractitioner")]
    for reference in patient.nodes("generalPractitioner"):
        code = reference.node("identifier").text("value")
        if code and not reference.text("reference"):
            reference.node("identifier").pass_over("system", "use")
            return GeneralPractice(reference.text("display"), code, "", ())
    if not found:
        return None
    practice = next((one.organisation for one in found if one.organisation), found[0].organisation)
    practitioner = next((one.name for one in found if one.name != one.organisation.name), "")
    if not practitioner:
        practitioner = _practitioner_at(bundle, practice.ods_code)
    telephones = practice.telephones or next((one.telephones for one in found if one.telephones), ())
    return GeneralPractice(practice.name, practice.ods_code, practitioner, telephones)


def _practitioner_at(bundle: MessageBundle, ods_code: str) -> str:
    """The professional that a PractitionerRole in the message places at the practice."""
    if not ods_code:
        return ""
    roles: list[Professional] = [read_professional(bundle, role) for role in bundle.of_type("PractitionerRole")]
    return next((one.name for one in roles if one.organisation.ods_code == ods_code), "")


def _is_deceased(patient: Node) -> bool | None:
    said = patient.boolean("deceasedBoolean")
    return True if patient.text("deceasedDateTime") else said


def _languages(patient: Node) -> list[tuple[str, bool]]:
    languages = []
    for communication in patient.nodes("communication"):
        language = read_concept(communication.node("language")).words()
        is_preferred = bool(communication.boolean("preferred"))
        if language:
            languages.append((language, is_preferred))
    return languages


def _needs_interpreter(patient: Node) -> bool | None:
    for holder in (patient, *patient.nodes("communication")):
        for name in ("patient-interpreterRequired", "interpreterRequired"):
            said = holder.extension(name).boolean("valueBoolean")
            if said is not None:
                return said
        nested = holder.extension("Extension-UKCore-NHSCommunication").extension("interpreterRequired")
        if nested.boolean("valueBoolean") is not None:
            return nested.boolean("valueBoolean")
    return None


def _communication_needs(patient: Node) -> tuple[str, ...]:
    needs = []
    preference = patient.extension("Extension-UKCore-ContactPreference")
    for part in preference.nodes("extension"):
        part.text("url")
        words = read_concept(part.node("valueCodeableConcept")).words() or part.text("valueString")
        if words:
            needs.append(f"Contact preference: {words}")
    return tuple(needs)
