"""Another system's record about somebody, read into what this record can hold: facts, alerts and lines."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from homeward.api.fhir.bundle import MessageBundle
from homeward.api.fhir.importing.lines import CONDITION
from homeward.api.fhir.importing.words import (
    codes,
    concept,
    moments,
    notes_of,
    objects,
    quantity,
    text_of,
    value_of,
)
from homeward.api.fhir.patient import Person, read_person
from homeward.api.fhir.wire import read_message
from homeward.api.intake.notes import NotUnderstood
from homeward.api.intake.text import UnreadableMessageError
from homeward.people.states import AlertKind

ASKS = ("batch", "transaction")  # Bundles that ask for something to be done, and are no record
ASKING_EVENTS = ("servicerequest", "booking")  # BaRS; other messages, such as a GP Connect update, carry a record
ONLY_RECORDS = (
    "This is no record of somebody: batches and transactions are not carried out, and referral messages go to "
    "$process-message. Send a Bundle of type collection, searchset or document with one person's record."
)
MOST_NOTES = 300  # parts not carried over that are named one by one; the rest are counted
LONGEST_TITLE, LONGEST_TEXT = 200, 10_000
# No known allergy, and codes that mean the same (SNOMED CT): nothing to warn of
NO_ALLERGY = {"716186003", "716184000", "716220001", "716185004", "409137002", "429625007", "428607008"}
OVER = {"inactive", "resolved", "entered-in-error", "refuted", "remission"}
WITHDRAWN = {"entered-in-error", "nullified", "cancelled-in-error"}
RESTRICTED = {"R", "V"}  # v3-Confidentiality: restricted, very restricted
NOT_FOR_PATIENT = "NOPAT"
WHEN = (
    "effectiveDateTime", "effectiveInstant", "effectivePeriod", "onsetDateTime", "onsetPeriod", "performedDateTime",
    "performedPeriod", "occurrenceDateTime", "occurrencePeriod", "occurrence", "dateAsserted", "whenHandedOver",
    "whenPrepared", "period", "executionPeriod", "start", "authored", "authoredOn", "recordedDate", "assertedDate",
    "dateRecorded", "dateTime", "startDate", "created", "indexed", "date", "issued", "collection.collectedDateTime",
    "sent", "recorded",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One thing for the timeline. `happened_at` None where the other record does not say when."""

    kind: str
    title: str
    text: str
    happened_at: datetime | None


@dataclass(slots=True)
class Record:
    """What another system's record says. `counts`: how many of each resource; `read`: how many of them were used."""

    person: Person | None = None
    is_restricted: bool = False
    alerts: list[tuple[AlertKind, str]] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    notes: list[NotUnderstood] = field(default_factory=list)
    counts: Counter = field(default_factory=Counter)
    read: Counter = field(default_factory=Counter)
    patients: int = 0


def read_record(content: bytes, content_type: str | None = None) -> Record:
    """What the bytes say, in JSON or XML, FHIR R4 or STU3: a Bundle, a Parameters or one resource.

    Raises: UnreadableMessageError.
    """
    wire = read_message(content, content_type)
    resources = list(_resources(wire.resource, ""))
    if not resources:
        raise UnreadableMessageError("There is no FHIR resource in it. Send a Bundle or one resource.")
    if _asks(wire.resource, resources):
        raise UnreadableMessageError(ONLY_RECORDS, issue_code="not-supported", status=422)
    record = Record(notes=list(wire.notes))
    record.counts.update(str(one.get("resourceType")) for _, one in resources)
    people = [one for _, one in resources if one.get("resourceType") == "Patient"]
    record.patients = len({_number(one) or text_of(one.get("id")) or str(id(one)) for one in people})
    _read_people(record, resources)
    named = _Named(resources)
    for path, resource in resources:
        _read_one(record, path, resource, named)
    if not record.lines and record.person is None:
        only = "It says who, where or with what, and nothing of anybody's record: not carried over."
        record.notes += [NotUnderstood(path, only) for path, one in resources if one["resourceType"] in SUPPORTING]
    return record


def _asks(sent: dict, resources: list[tuple[str, dict]]) -> bool:
    """Whether a Bundle asks us to do something instead of saying what somebody's record says."""
    if sent.get("resourceType") != "Bundle":
        return False
    events = [
        text_of(coding.get("code"))
        for _, one in resources
        if one.get("resourceType") == "MessageHeader"
        for coding in objects(one.get("eventCoding"))
    ]
    return sent.get("type") in ASKS or any(event.startswith(ASKING_EVENTS) for event in events)


def _number(patient: dict) -> str:
    found = [one for one in objects(patient.get("identifier")) if "nhs-number" in text_of(one.get("system")).lower()]
    return text_of(found[0].get("value")).replace(" ", "") if found else ""


def _resources(resource: dict, path: str) -> Iterator[tuple[str, dict]]:
    """Every resource in a Bundle or Parameters, and those contained in them, with where each stands."""
    name = text_of(resource.get("resourceType"))
    if name in ("Bundle", "Parameters"):
        holders = objects(resource.get("entry")) + objects(resource.get("parameter"))
        for place, holder in enumerate(holders):
            inner = holder.get("resource")
            if isinstance(inner, dict):
                yield from _resources(inner, f"{path}entry[{place}] ")
        return
    if not name:
        return
    yield path + name, resource
    for place, inner in enumerate(objects(resource.get("contained"))):
        if inner.get("resourceType"):
            yield from _resources(inner, f"{path}{name}.contained[{place}] ")


_ABOUT_PEOPLE = ("Patient", "RelatedPerson", "Practitioner", "PractitionerRole", "Organization")


def _read_people(record: Record, resources: list[tuple[str, dict]]) -> None:
    """Who the record is about, by the reader that messages use."""
    about = [one for _, one in resources if one.get("resourceType") in _ABOUT_PEOPLE]
    entries = [{"resource": {name: value for name, value in one.items() if name != "contained"}} for one in about]
    bundle = MessageBundle({"resourceType": "Bundle", "type": "collection", "entry": entries})
    patients = bundle.of_type("Patient")
    if not patients and bundle.of_type("RelatedPerson"):
        # the people in somebody's life, sent by themselves: whose life, whoever files it says
        bundle = MessageBundle(
            {
                "resourceType": "Bundle",
                "type": "collection",
                "entry": [{"resource": {"resourceType": "Patient"}}, *entries],
            }
        )
        record.person = read_person(bundle, bundle.of_type("Patient")[0])
    elif patients:
        record.person = read_person(bundle, patients[0])
        record.read["Patient"] += 1
    record.read["RelatedPerson"] += len(bundle.of_type("RelatedPerson"))
    for _, one in resources:
        if one.get("resourceType") == "Patient":
            record.is_restricted = record.is_restricted or bool(RESTRICTED & set(_labels(one)))
    wanted = ("Patient", "RelatedPerson")
    kept = [note for note in bundle.notes() if any(f" {name}" in f" {note.path}" for name in wanted)]
    record.notes += kept


def _labels(resource: dict) -> list[str]:
    return [text_of(one.get("code")) for meta in objects(resource.get("meta")) for one in objects(meta.get("security"))]


class _Named:
    """Who references lead to, for who wrote something and what was prescribed."""

    def __init__(self, resources: list[tuple[str, dict]]) -> None:
        self._by_address: dict[str, dict] = {}
        for _, resource in resources:
            number = text_of(resource.get("id"))
            self._by_address[f"{resource.get('resourceType')}/{number}"] = resource
            self._by_address[f"#{number}"] = resource
            self._by_address[f"urn:uuid:{number}"] = resource

    def follow(self, value: Any) -> dict:
        for one in objects(value):
            address = text_of(one.get("reference"))
            found = self._by_address.get(address) or self._by_address.get("/".join(address.split("/")[-2:]))
            if found is not None:
                return found
        return {}

    def name(self, value: Any) -> str:
        """What who or what a reference leads to is called."""
        for one in objects(value):
            one = one.get("actor") if isinstance(one.get("actor"), dict) else one
            if text_of(one.get("display")):
                return text_of(one["display"])
        found = self.follow([one.get("actor") or one.get("individual") or one for one in objects(value)])
        if found.get("resourceType") == "PractitionerRole":
            found = self.follow(found.get("practitioner")) or self.follow(found.get("organization"))
        if found.get("resourceType") in ("Medication", "Substance"):
            return concept(found.get("code"))
        names = objects(found.get("name"))
        if names:
            given = names[0].get("given", [])
            parts = [*_texts(names[0].get("prefix")), *_texts(given), *_texts(names[0].get("family"))]
            return text_of(names[0].get("text")) or " ".join(parts)
        return text_of(found.get("name"))


def _texts(value: Any) -> list[str]:
    return [text for text in map(text_of, value if isinstance(value, list) else [value]) if text]


@dataclass(frozen=True, slots=True)
class Reading:
    """How a resource type is read: what its line is called, where its subject stands, and what else it says."""

    kind: str
    title: str
    subject: tuple[str, ...]
    says: tuple[tuple[str, str], ...] = ()
    also_read: tuple[str, ...] = ()


# What each resource is on the timeline, where its own words stand (the first that says something), and the rest of
# what is carried: (element, words before it).
READINGS: Mapping[str, Reading] = {
    "Condition": Reading(
        CONDITION, "", ("code",),
        (("clinicalStatus", "Status"), ("verificationStatus", "Verified"), ("severity", "Severity"),
         ("bodySite", "Where"), ("category", "Category"), ("stage", "Stage")),
    ),
    "AllergyIntolerance": Reading(
        "allergy", "Allergy", ("code", "substance"),
        (("clinicalStatus", "Status"), ("verificationStatus", "Verified"), ("criticality", "How dangerous"),
         ("category", "Category"), ("type", "Type")),
    ),
    "Flag": Reading("alert", "Flag", ("code",), (("status", "Status"), ("category", "Category"))),
    "Observation": Reading(
        "observation", "", ("code",),
        (("interpretation", "Meaning"), ("dataAbsentReason", "No value"), ("bodySite", "Where"), ("method", "How"),
         ("status", "Status"), ("category", "Category")),
    ),
    "MedicationStatement": Reading(
        "medicine", "Medicine", ("medicationCodeableConcept", "medicationReference"),
        (("status", "Status"), ("taken", "Taken"), ("reasonCode", "Why"), ("category", "Category")),
    ),
    "MedicationRequest": Reading(
        "medicine", "Prescribed", ("medicationCodeableConcept", "medicationReference"),
        (("status", "Status"), ("intent", "Intent"), ("priority", "Priority"), ("reasonCode", "Why"),
         ("courseOfTherapyType", "Course"), ("statusReason", "Why that status"), ("category", "Category")),
    ),
    "MedicationDispense": Reading(
        "medicine", "Dispensed", ("medicationCodeableConcept", "medicationReference"),
        (("status", "Status"), ("type", "Type")),
    ),
    "MedicationAdministration": Reading(
        "medicine", "Given", ("medicationCodeableConcept", "medicationReference"),
        (("status", "Status"), ("category", "Category")),
    ),
    "Immunization": Reading(
        "immunisation", "Immunisation", ("vaccineCode", "vaccinationProcedure"),
        (("status", "Status"), ("site", "Where"), ("route", "How"), ("lotNumber", "Batch"),
         ("statusReason", "Why not")),
    ),
    "Procedure": Reading(
        "procedure", "Procedure", ("code",),
        (("status", "Status"), ("outcome", "Outcome"), ("bodySite", "Where"), ("reasonCode", "Why"),
         ("category", "Category")),
    ),
    "Encounter": Reading(
        "contact", "Seen elsewhere", ("type", "serviceType", "class", "reasonCode", "reason"),
        (("status", "Status"), ("reasonCode", "Why"), ("reason", "Why"), ("class", "Class"), ("priority", "Priority")),
    ),
    "DiagnosticReport": Reading(
        "report", "Report", ("code",), (("status", "Status"), ("conclusion", "Conclusion"), ("category", "Category"))
    ),
    "DocumentReference": Reading(
        "document", "Document elsewhere", ("description", "type", "class", "content.attachment.title"),
        (("status", "Status"), ("docStatus", "Status of the document"), ("type", "Type"), ("class", "Class"),
         ("category", "Category")),
    ),
    "ServiceRequest": Reading(
        "request", "Asked for", ("code", "reasonCode", "category"),
        (("status", "Status"), ("intent", "Intent"), ("priority", "Priority"), ("reasonCode", "Why"),
         ("category", "Category"), ("patientInstruction", "Told the person"), ("performerType", "By")),
    ),
    "ReferralRequest": Reading(
        "request", "Referred", ("serviceRequested", "reasonCode", "specialty", "type"),
        (("status", "Status"), ("intent", "Intent"), ("priority", "Priority"), ("reasonCode", "Why"), ("type", "Type"),
         ("specialty", "Specialty")),
    ),
    "ProcedureRequest": Reading(
        "request", "Asked for", ("code",),
        (("status", "Status"), ("intent", "Intent"), ("priority", "Priority"), ("reasonCode", "Why")),
    ),
    "Appointment": Reading(
        "appointment", "Appointment elsewhere",
        ("appointmentType", "description", "serviceType", "specialty", "serviceCategory"),
        (("status", "Status"), ("serviceType", "Service"), ("patientInstruction", "Told the person"), ("end", "Until")),
    ),
    "Consent": Reading(
        "consent", "Consent told elsewhere", ("category", "scope", "policyRule"),
        (("status", "Status"), ("scope", "Scope"), ("policyRule", "Rule")),
    ),
    "CarePlan": Reading(
        "plan elsewhere", "Plan elsewhere", ("title", "category"), (("status", "Status"), ("intent", "Intent"))
    ),
    "Goal": Reading("plan elsewhere", "Goal", ("description",), (("status", "Status"), ("lifecycleStatus", "Status"))),
    "CareTeam": Reading("team elsewhere", "Cared for by", ("name", "category"), (("status", "Status"),)),
    "EpisodeOfCare": Reading("contact", "Under the care of", ("type", "managingOrganization"), (("status", "Status"),)),
    "QuestionnaireResponse": Reading(
        "form elsewhere", "Answers elsewhere", ("questionnaire",), (("status", "Status"),)
    ),
    "FamilyMemberHistory": Reading(
        "family history", "In the family", ("relationship",), (("status", "Status"), ("name", "Who"))
    ),
    "Communication": Reading(
        "contact", "Told", ("topic", "category", "reasonCode"), (("status", "Status"), ("medium", "By"))
    ),
    "Task": Reading(
        "request", "Task elsewhere", ("code", "description"),
        (("status", "Status"), ("intent", "Intent"), ("priority", "Priority"), ("businessStatus", "How far")),
    ),
    "Composition": Reading("report", "Summary", ("title", "type"), (("status", "Status"), ("type", "Type"))),
    "ClinicalImpression": Reading(
        "report", "Clinical impression", ("summary", "code", "description"), (("status", "Status"),)
    ),
    "ImagingStudy": Reading(
        "report", "Imaging", ("description", "procedureCode", "modality"), (("status", "Status"),)
    ),
    "Specimen": Reading("observation", "Specimen", ("type",), (("status", "Status"), ("receivedTime", "Received"))),
}  # fmt: skip
# Read through the references of others, or about nobody: never a line of their own
SUPPORTING = frozenset(
    {"Patient", "RelatedPerson", "Practitioner", "PractitionerRole", "Organization", "Location", "Medication"}
)
_WHO = ("recorder", "asserter", "performer", "author", "requester", "informationSource", "participant", "practitioner")
_READ_OF_ALL = {
    "resourceType", "id", "meta", "text", "language", "identifier", "subject", "patient", "for", "contained", "comment",
    "note", "description", "issued", "implicitRules",
}  # fmt: skip


def _read_one(record: Record, path: str, resource: dict, named: _Named) -> None:
    name = text_of(resource.get("resourceType"))
    if name in SUPPORTING:
        return
    if name == "List":
        _read_list(record, path, resource)
        return
    how = READINGS.get(name)
    if how is None:
        record.notes.append(NotUnderstood(path, "This kind of resource is not carried over; it is kept as it came."))
        return
    if isinstance(resource.get("modifierExtension"), list):
        record.notes.append(
            NotUnderstood(path, "It has a modifierExtension, which may turn its meaning round: not carried over.")
        )
        return
    statuses = {
        concept(resource.get(element)).lower() for element in ("status", "clinicalStatus", "verificationStatus")
    }
    codes_of_status = statuses | {
        text_of(coding.get("code"))
        for element in ("clinicalStatus", "verificationStatus")
        for one in objects(resource.get(element))
        for coding in objects(one.get("coding"))
    }
    if codes_of_status & WITHDRAWN:
        record.notes.append(NotUnderstood(path, "The other record says it was entered in error: not carried over."))
        return
    about, read = _about(resource, how, named)
    if not about:
        record.notes.append(NotUnderstood(path, "It does not say what it is: not carried over."))
        return
    is_over = bool(codes_of_status & OVER)
    record.read[name] += 1
    if name == "AllergyIntolerance" and not is_over and not _says_none(resource):
        record.alerts.append((AlertKind.ALLERGY, _allergy_words(resource, about)))
    if name == "Flag" and not is_over:
        record.alerts.append((_flag_kind(resource), about[:1000]))
    record.lines.append(_line(how, resource, about, named))
    _note_rest(record, path, resource, read)


def _read_list(record: Record, path: str, resource: dict) -> None:
    """A list only says what belongs together; what it warns of, such as items left out of what was sent, is carried."""
    extensions = [one for one in objects(resource.get("extension")) if "ListWarningCode" in text_of(one.get("url"))]
    said = [value_of(one).replace("-", " ") for one in extensions]
    said += [text_of(one.get("text")) for one in objects(resource.get("note"))]
    said = [text for text in dict.fromkeys(said) if text]
    if not said:
        record.notes.append(NotUnderstood(path, "What it lists is carried over, and the list itself is not."))
        return
    record.read["List"] += 1
    title = f"Warning with what was sent: {text_of(resource.get('title')) or concept(resource.get('code')) or 'list'}"
    line = Line("warning elsewhere", title[:LONGEST_TITLE], "\n".join(said), next(moments(resource, WHEN), None))
    if line not in record.lines:
        record.lines.append(line)


def _about(resource: dict, how: Reading, named: _Named) -> tuple[str, set[str]]:
    """What the resource is about in words, and which elements said so."""
    for element in how.subject:
        value: Any = resource
        for part in element.split("."):
            value = [one.get(part) for one in objects(value)]
            value = [inner for one in value for inner in (one if isinstance(one, list) else [one])]
        said = ", ".join(filter(None, (concept(one) for one in value if one is not None)))
        said = said or named.name([one for one in value if isinstance(one, dict)])
        if said:
            return said, {element.partition(".")[0]}
    # without a code or a title, what was written beside it, or in it, still says something
    inside = resource.get("item") or resource.get("content") or resource.get("component")
    return next(iter(notes_of(resource)), "without a title" if inside and how.title else ""), set()


def _line(how: Reading, resource: dict, about: str, named: _Named) -> Line:
    value = value_of(resource)
    title = f"{how.title}: {about}" if how.title else about
    if value and len(f"{title}: {value}") <= LONGEST_TITLE:
        title = f"{title}: {value}"
    said = [f"Value: {value}"] if value and value not in title else []
    said += [f"{words}: {text}" for element, words in how.says if (text := concept(resource.get(element)))]
    said += [_component(one) for one in objects(resource.get("component"))]
    said += [f"How: {text}" for one in (*objects(resource.get("dosage")), *objects(resource.get("dosageInstruction")))
             if (text := _dose(one))]  # fmt: skip
    said += [f"Reaction: {text}" for one in objects(resource.get("reaction")) if (text := _reaction(one))]
    said += [text for one in objects(resource.get("item")) for text in _answers(one)]
    said += [f"{text_of(one.get('title'))}" for one in objects(resource.get("section")) if one.get("title")]
    said += [f"Document: {text}" for one in objects(resource.get("content")) if (text := _attachment(one))]
    said += [text for text in notes_of(resource) if text != about]
    who = next((text for element in _WHO if (text := named.name(resource.get(element)))), "")
    said += [f"By: {who}"] if who else []
    said += ["Not to be shown to the person, the other record says."] if NOT_FOR_PATIENT in _labels(resource) else []
    subject = next((resource.get(element) for element in how.subject if objects(resource.get(element))), None)
    medication = named.follow(resource.get("medicationReference"))
    said += codes(medication.get("code") if medication else subject)
    happened_at = next(moments(resource, WHEN), None)
    return Line(how.kind, title[:LONGEST_TITLE], "\n".join(dict.fromkeys(said))[:LONGEST_TEXT], happened_at)


def _component(one: dict) -> str:
    return ": ".join(filter(None, [concept(one.get("code")), value_of(one)]))


def _dose(one: dict) -> str:
    said = [text_of(one.get("text")), text_of(one.get("patientInstruction"))]
    if not said[0]:
        said += [
            quantity(dose) for each in objects(one.get("doseAndRate")) for dose in objects(each.get("doseQuantity"))
        ]
        said.append(concept(one.get("route")))
    return ", ".join(filter(None, dict.fromkeys(said)))


def _reaction(one: dict) -> str:
    parts = [concept(one.get("manifestation")), text_of(one.get("severity")), text_of(one.get("description"))]
    return ", ".join(filter(None, parts))


def _answers(item: dict) -> list[str]:
    asked = text_of(item.get("text")) or text_of(item.get("linkId"))
    answers = ", ".join(filter(None, (value_of(one) for one in objects(item.get("answer")))))
    below = [text for one in objects(item.get("item")) for text in _answers(one)]
    below += [
        text for each in objects(item.get("answer")) for one in objects(each.get("item")) for text in _answers(one)
    ]
    return [*([f"{asked}: {answers}"] if answers else []), *below]


def _attachment(content: dict) -> str:
    for one in objects(content.get("attachment")):
        said = [text_of(one.get("title")), text_of(one.get("contentType")), text_of(one.get("url"))]
        return ", ".join(filter(None, said))
    return ""


def _says_none(resource: dict) -> bool:
    found = {text_of(one.get("code")) for each in objects(resource.get("code")) for one in objects(each.get("coding"))}
    return bool(found & NO_ALLERGY)


def _allergy_words(resource: dict, about: str) -> str:
    reactions = "; ".join(filter(None, (_reaction(one) for one in objects(resource.get("reaction")))))
    return f"{about} ({reactions})"[:1000] if reactions else about[:1000]


_FLAG_WORDS = (
    ("safeguard", AlertKind.SAFEGUARDING), ("infect", AlertKind.INFECTION), ("mrsa", AlertKind.INFECTION),
    ("violen", AlertKind.RISK), ("aggress", AlertKind.RISK), ("dog", AlertKind.PETS), ("oxygen", AlertKind.OXYGEN),
    ("respect form", AlertKind.RESPECT), ("recommended summary plan", AlertKind.RESPECT), ("allerg", AlertKind.ALLERGY),
)  # fmt: skip


def _flag_kind(resource: dict) -> AlertKind:
    words = f"{concept(resource.get('code'))} {concept(resource.get('category'))}".lower()
    return next((kind for part, kind in _FLAG_WORDS if part in words), AlertKind.OTHER)


_READ_PARTS = {"component", "dosage", "dosageInstruction", "reaction", "item", "section", "content", *_WHO}


def _note_rest(record: Record, path: str, resource: dict, read: set[str]) -> None:
    how = READINGS[text_of(resource.get("resourceType"))]
    carried = read | _READ_OF_ALL | _READ_PARTS | {element for element, _ in how.says}
    carried |= {name.partition(".")[0] for name in WHEN} | {name for name in resource if name.startswith("value")}
    for element in resource:
        if element.lstrip("_") not in carried:
            record.notes.append(NotUnderstood(f"{path}.{element}", "Not carried over; it is kept as it came."))


Reader = Callable[[bytes, str | None], Record]
