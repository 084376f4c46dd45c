"""Patient: the people we support. Whoever sees only the card gets only what is on it, marked as a part."""

from django.db.models import Max, Q, QuerySet

from homeward.access.rules import Actor, Sight
from homeward.api.fhir.rest.elements import (
    ODS_CODE,
    SUBSETTED,
    UK_CORE,
    UK_CORE_CODES,
    UK_CORE_EXTENSION,
    coding,
    concept,
    day,
    email,
    moment,
    reference,
    span,
    telephone,
)
from homeward.api.fhir.rest.kind import Kind, Source, Told, by_days
from homeward.api.fhir.rest.parameters import date_of, link, string, token
from homeward.api.fhir.rest.people_words import is_whole, language, nhs_number
from homeward.kernel.rules import tidy_name
from homeward.people.models import Person
from homeward.people.states import AddressKind, NeedKind

# UK Core PreferredWrittenCommunicationFormat; a need without a code of its own keeps its words alone
WRITTEN_FORMATS = {NeedKind.LARGE_PRINT: ("11", "Large print")}
WRITTEN_NEEDS = (NeedKind.LARGE_PRINT, NeedKind.EASY_READ, NeedKind.AUDIO, NeedKind.BRAILLE, NeedKind.COLOURED_PAPER)
LOCAL_REFERENCE = "urn:homeward:person-reference"


def _rows(actor: Actor) -> QuerySet:
    people = Person.objects.filter(service_id__in=actor.service_ids, merged_into__isnull=True)
    people = people.select_related("service", "gp_practice").annotate(changed_at=Max("changes__at"))
    return people.prefetch_related("identifiers", "addresses", "communication_needs")


def _made(person: Person, told: Told) -> list[dict]:
    card = {
        "resourceType": "Patient",
        "id": str(person.pk),
        "meta": {"lastUpdated": moment(person.changed_at)},
        "identifier": [nhs_number(person), {"system": LOCAL_REFERENCE, "value": person.reference}],
        "active": person.died_on is None,
        "name": _names(person),
        "gender": person.gender,
        "birthDate": day(person.birth_date) or _partial(person.birth_text),
        "deceasedDateTime": day(person.died_on),
        "address": [_address(one) for one in _addresses(person, told)],
        "managingOrganization": reference("Organization", f"service-{person.service_id}", person.service.name),
    }
    if told.sight < Sight.VISIT:
        card["meta"]["tag"] = [SUBSETTED]
        return [card]
    visit = card | {
        "telecom": [telephone(person.phone), email(person.email)],
        "communication": _communication(person),
        "extension": [*_formats(person), _interpreter(person)],
    }
    if not is_whole(told.sight):
        visit["meta"]["tag"] = [SUBSETTED]
        return [visit]
    visit["identifier"] += [{"system": one.system, "value": one.value} for one in person.identifiers.all()]
    if person.gp_practice:
        practice = reference("Organization", person.gp_practice_id, person.gp_practice.name) or {}
        if person.gp_practice.ods_code:
            practice["identifier"] = {"system": ODS_CODE, "value": person.gp_practice.ods_code}
        visit["generalPractitioner"] = [practice]
    visit["extension"].append(_ethnicity(person))
    return [visit]


def _names(person: Person) -> list[dict]:
    official = {
        "use": "official",
        "family": person.family_name,
        "given": person.given_name.split(),
        "prefix": [person.title],
    }
    names: list[dict] = [official] if person.family_name or person.given_name else []
    if person.preferred_name:
        names.append({"use": "nickname", "text": person.preferred_name})
    # names they had before, or are also known by: which of the two, the record does not say
    return names + [{"text": line} for line in person.other_names.splitlines() if line.strip()]


def _partial(text: str) -> str | None:
    """A birth year or month, where that is all that is known and it is written as FHIR writes it."""
    parts = text.strip().split("-")
    is_written = len(parts) in (1, 2) and len(parts[0]) == 4 and all(part.isdigit() for part in parts)
    return text.strip() if is_written else None


def _addresses(person: Person, told: Told) -> list:
    """Where they are and were; whoever sees only the card, where they are."""
    addresses = sorted(person.addresses.all(), key=lambda one: (one.starts_on, one.pk), reverse=True)
    if told.sight >= Sight.VISIT:
        return addresses
    return [one for one in addresses if one.ends_on is None or one.ends_on >= told.today]


def _address(address) -> dict:
    """One address. How to get in is never sent: no key safe, no access notes."""
    lines = [part.strip() for part in address.lines.split(",") if part.strip()]
    return {
        "use": "home" if address.kind == AddressKind.HOME else "temp",
        "type": "physical",
        "line": lines,
        "postalCode": address.postcode,
        "period": span(address.starts_on, address.ends_on),
    }


def _communication(person: Person) -> list[dict]:
    spoken = [{"language": language(person.language), "preferred": True}] if person.language else []
    if person.reads_in and person.reads_in != person.language:
        spoken.append({"language": language(person.reads_in)})
    return spoken


def _interpreter(person: Person) -> dict | None:
    if not person.needs_interpreter:
        return None
    return {"url": "http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired", "valueBoolean": True}


def _formats(person: Person) -> list[dict]:
    """How to write to them: the UK Core contact preference, one for each format they asked for."""
    parts = []
    for need in person.communication_needs.all():
        if need.ended_on is not None or need.kind not in WRITTEN_NEEDS:
            continue
        code, display = WRITTEN_FORMATS.get(NeedKind(need.kind), ("", ""))
        system = UK_CORE_CODES + "PreferredWrittenCommunicationFormat"
        parts.append(
            {
                "url": "PreferredWrittenCommunicationFormat",
                "valueCodeableConcept": {
                    "coding": [coding(system, code, display)] if code else [],
                    "text": ": ".join(filter(None, [NeedKind(need.kind).label, need.text])),
                },
            }
        )
    return [{"url": UK_CORE_EXTENSION + "ContactPreference", "extension": [part]} for part in parts]


def _ethnicity(person: Person) -> dict | None:
    """The ethnic category by its national code; nothing where nobody asked."""
    if not person.ethnic_category:
        return None
    said = concept(
        UK_CORE_CODES + "EthnicCategoryEngland", person.ethnic_category, text=person.get_ethnic_category_display()
    )
    return {"url": UK_CORE_EXTENSION + "EthnicCategory", "valueCodeableConcept": said}


def _narrow_identifier(rows: QuerySet, wanted: tuple[str, ...]) -> QuerySet:
    values = {one.rpartition("|")[2].replace(" ", "") for one in wanted} | {one.rpartition("|")[2] for one in wanted}
    if "" in values:
        return rows
    known = Q(nhs_number__in=values) | Q(reference__in=values) | Q(identifiers__value__in=values)
    return rows.filter(pk__in=Person.objects.filter(known).values("pk"))


def _narrow_name(rows: QuerySet, wanted: tuple[str, ...]) -> QuerySet:
    """People whose name, or another name of theirs, has a word that begins so."""
    if any(not one.isascii() or len(one.split()) != 1 for one in wanted):
        return rows  # accents fold in ways the database does not: the finished resource decides
    known = Q()
    for one in wanted:
        key = tidy_name(one)
        known |= Q(name_key__contains=key) | Q(preferred_name__icontains=one) | Q(other_names__icontains=one)
        known |= Q(title__icontains=one) | Q(given_name__icontains=one) | Q(family_name__icontains=one)
    return rows.filter(known)


SOURCE = Source(
    rows=_rows,
    made=_made,
    person="pk",
    narrow={
        "identifier": _narrow_identifier,
        "name": _narrow_name,
        "birthdate": by_days("birth_date"),
        "gender": lambda rows, wanted: rows.filter(gender__in=[one.rpartition("|")[2].lower() for one in wanted]),
    },
    # a record kept from most opens to its card: person-level sensitivity is part of the sight itself
    sensitivity=lambda person: "",
)
KIND = Kind(
    name="Patient",
    about="The people we support",
    profile=UK_CORE + "Patient",
    sources=(SOURCE,),
    needs=Sight.CARD,
    parameters=(
        token("identifier", "identifier", "NHS number, our reference, or what another organisation calls them"),
        string("name", "name", "any part of any of their names"),
        string("family", "name.family", "family name"),
        string("given", "name.given", "given name"),
        date_of("birthdate", "birthDate", "day of birth"),
        token("gender", "gender", "administrative gender"),
        string("address", "address", "any part of an address"),
        string("address-postalcode", "address.postalCode", "postcode"),
        token("telecom", "telecom", "phone number or email address"),
        token("active", "active", "false once they have died"),
        date_of("death-date", "deceasedDateTime", "day of death"),
        link("general-practitioner", "generalPractitioner", "Organization", "the practice they are registered with"),
        link("organization", "managingOrganization", "Organization", "the service that keeps the record"),
    ),
)
