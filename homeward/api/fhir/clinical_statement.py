"""Condition, Observation, Procedure, medicines, allergies, tasks and messages: each as one readable statement."""

from collections.abc import Callable
from dataclasses import dataclass

from homeward.api.fhir.bundle import MessageBundle
from homeward.api.fhir.datatypes import Coding, Concept, read_concept, read_concepts, read_time_span
from homeward.api.fhir.document_reference import read_attachment
from homeward.api.fhir.node import Node
from homeward.api.fhir.service_request import read_annotations

PRESENTING_COMPLAINT = "33962009"  # SNOMED CT, the category BaRS gives the chief concern
_LINKS = (
    "subject",
    "patient",
    "encounter",
    "context",
    "recorder",
    "asserter",
    "requester",
    "owner",
    "for",
    "focus",
    "sender",
)
_LINK_LISTS = ("performer", "recipient", "basedOn", "partOf", "about")


@dataclass(frozen=True)
class ClinicalStatement:
    """One thing the sender says about the person's health or care.

    `kind`: Condition, Observation, Procedure, Medicine, Allergy, Task, Message or Device. `text`: what is said, in
    words; `when`: the time as sent, "" when none.
    """

    kind: str
    text: str
    when: str
    codes: tuple[Coding, ...]
    is_presenting_complaint: bool = False

    def words(self) -> str:
        return f"{self.text} ({self.when})" if self.when else self.text


def read_statement(bundle: MessageBundle, node: Node) -> ClinicalStatement | None:
    """The statement in a resource of a type listed in `STATEMENTS`; None when it says nothing."""
    for name in _LINKS:
        node.node(name).pass_over("reference", "display", "type")
    for name in _LINK_LISTS:
        for reference in node.nodes(name):
            reference.pass_over("reference", "display", "type")
    statement = STATEMENTS[bundle.resource_type(node)](node)
    return statement if statement.text else None


def _when(node: Node, *names: str) -> str:
    for name in names:
        value = node.content.get(name)
        if isinstance(value, dict):
            span = read_time_span(node.node(name))
            if span.starts_at:
                return str(value.get("start"))
        elif value:
            return node.text(name)
    return ""


def _joined(*parts: str) -> str:
    return ", ".join(dict.fromkeys(part for part in parts if part))


def _status(concept: Concept) -> str:
    return ", ".join(coding.code for coding in concept.codings if coding.code) or concept.text


def _condition(node: Node) -> ClinicalStatement:
    code = read_concept(node.node("code"))
    categories = read_concepts(node, "category")
    statuses = [_status(read_concept(node.node(name))) for name in ("clinicalStatus", "verificationStatus")]
    severity = read_concept(node.node("severity")).words()
    is_presenting = any(coding.code == PRESENTING_COMPLAINT for one in categories for coding in one.codings)
    said = _joined(code.words(), severity, *(status for status in statuses if status not in ("active", "")))
    return ClinicalStatement(
        "Condition",
        said if code else "",
        _when(node, "onsetDateTime", "onsetPeriod", "onsetString", "recordedDate"),
        code.codings,
        is_presenting,
    )


def _quantity(node: Node) -> str:
    said = f"{node.text('comparator')}{node.text('value')} {node.text('unit') or node.text('code')}".strip()
    node.pass_over("system", "code")
    return said


def _value(node: Node) -> str:
    quantity = node.node("valueQuantity")
    if quantity:
        return _quantity(quantity)
    concept = read_concept(node.node("valueCodeableConcept")).words()
    if concept:
        return concept
    for name in ("valueString", "valueBoolean", "valueInteger", "valueDateTime", "valueTime"):
        said = node.text(name)
        if said:
            return said
    return read_concept(node.node("dataAbsentReason")).words()


def _observation(node: Node) -> ClinicalStatement:
    code = read_concept(node.node("code"))
    read_concepts(node, "category")
    value = _value(node)
    components = []
    for component in node.nodes("component"):
        name = read_concept(component.node("code")).words()
        components.append(f"{name}: {_value(component)}")
    interpreted = [concept.words() for concept in read_concepts(node, "interpretation")]
    said = f"{code.words()}: {value}" if value else code.words()
    withdrawn = "entered in error" if node.text("status") == "entered-in-error" else ""
    return ClinicalStatement(
        "Observation",
        _joined(said, *components, *interpreted, *read_annotations(node), withdrawn),
        _when(node, "effectiveDateTime", "effectivePeriod", "effectiveInstant", "issued"),
        code.codings,
    )


def _procedure(node: Node) -> ClinicalStatement:
    code = read_concept(node.node("code"))
    reasons = [reason.words() for reason in read_concepts(node, "reasonCode")]
    status = node.text("status")
    return ClinicalStatement(
        "Procedure",
        _joined(code.words(), status if status != "completed" else "", *reasons, *read_annotations(node)),
        _when(node, "performedDateTime", "performedPeriod", "performedString"),
        code.codings,
    )


def _medicine(node: Node) -> ClinicalStatement:
    code = read_concept(node.node("medicationCodeableConcept"))
    read_concept(node.node("category"))
    doses = [_dose(dose) for dose in (*node.nodes("dosage"), *node.nodes("dosageInstruction"))]
    node.pass_over("dateAsserted", "intent")
    reasons = [f"for {reason.words()}" for reason in read_concepts(node, "reasonCode")]
    status = node.text("status")
    status = "" if status == "active" else status
    return ClinicalStatement(
        "Medicine",
        _joined(code.words(), *doses, *reasons, status, *read_annotations(node)),
        _when(node, "effectiveDateTime", "effectivePeriod", "dateAsserted", "authoredOn"),
        code.codings,
    )


def _dose(dose: Node) -> str:
    """A dose in the sender's words, then its parts: a reader must see it when the two disagree."""
    amounts = []
    for amount in dose.nodes("doseAndRate"):
        read_concept(amount.node("type"))
        quantities = [amount.node(name) for name in ("doseQuantity", "rateQuantity")]
        amounts += [_quantity(quantity) for quantity in quantities if quantity]
    timing = dose.node("timing")
    repeat = timing.node("repeat")
    often = repeat.text("frequency")
    period = f"{repeat.text('period')} {repeat.text('periodUnit')}".strip()
    limit = dose.node("maxDosePerPeriod")
    most = " in ".join(_quantity(limit.node(part)) for part in ("numerator", "denominator") if limit.node(part))
    needed_for = read_concept(dose.node("asNeededCodeableConcept")).words()
    parts = [
        *amounts,
        f"{often} times in {period}" if often and period else "",
        read_concept(timing.node("code")).words(),
        f"as needed for {needed_for}" if needed_for else "as needed" if dose.boolean("asNeededBoolean") else "",
        *(read_concept(dose.node(name)).words() for name in ("route", "site", "method")),
        f"no more than {most}" if most else "",
    ]
    return _joined(dose.text("text"), dose.text("patientInstruction"), *parts)


def _allergy(node: Node) -> ClinicalStatement:
    code = read_concept(node.node("code"))
    statuses = [_status(read_concept(node.node(name))) for name in ("clinicalStatus", "verificationStatus")]
    reactions = []
    for reaction in node.nodes("reaction"):
        shown = _joined(*(one.words() for one in read_concepts(reaction, "manifestation")))
        severity = reaction.text("severity")
        reactions.append(f"{shown} ({severity})" if severity else shown)
        reaction.pass_over("description")
    node.texts("category")
    node.pass_over("type")
    criticality = node.text("criticality")
    said = _joined(
        code.words(),
        *reactions,
        f"{criticality} criticality" if criticality else "",
        *(status for status in statuses if status not in ("active", "confirmed", "")),
        *read_annotations(node),
    )
    return ClinicalStatement("Allergy", said, _when(node, "onsetDateTime", "recordedDate"), code.codings)


def _task(node: Node) -> ClinicalStatement:
    code = read_concept(node.node("code"))
    status, business = node.text("status"), read_concept(node.node("businessStatus")).words()
    node.pass_over("intent")
    due = read_time_span(node.node("restriction").node("period"))
    by = f"to be done by {due.ends_at:%d %B %Y %H:%M} UTC" if due.ends_at else ""
    return ClinicalStatement(
        "Task",
        _joined(code.words(), node.text("description"), status, business, by, *read_annotations(node)),
        _when(node, "authoredOn", "executionPeriod"),
        code.codings,
    )


def _communication(node: Node) -> ClinicalStatement:
    topic = read_concept(node.node("topic"))
    payload = []
    for part in node.nodes("payload"):
        attachment = part.node("contentAttachment")
        payload.append(part.text("contentString") or (read_attachment(attachment).words() if attachment else ""))
    read_concepts(node, "category")
    node.pass_over("status")
    said = _joined(topic.words(), *payload, *read_annotations(node))
    return ClinicalStatement("Message", said, _when(node, "sent", "received"), topic.codings)


def _device(node: Node) -> ClinicalStatement:
    names = [name.text("name") for name in node.nodes("deviceName")]
    for name in node.nodes("deviceName"):
        name.pass_over("type")
    kind = read_concept(node.node("type"))
    versions = [version.text("value") for version in node.nodes("version")]
    maker = node.text("manufacturer")
    return ClinicalStatement("Device", _joined(kind.words(), *names, maker, *versions), "", kind.codings)


STATEMENTS: dict[str, Callable[[Node], ClinicalStatement]] = {
    "Condition": _condition,
    "Observation": _observation,
    "Procedure": _procedure,
    "MedicationStatement": _medicine,
    "MedicationRequest": _medicine,
    "AllergyIntolerance": _allergy,
    "Task": _task,
    "Communication": _communication,
    "Device": _device,
}
