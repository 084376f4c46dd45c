"""Encounters of somebody admitted to a hospital, and which of them are one stay."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time

from homeward.api.fhir.bundle import MessageBundle
from homeward.api.fhir.datatypes import LONDON, Identifier, read_concept, read_concepts, read_identifiers, read_moment
from homeward.api.fhir.datatypes import whole_day as day_of
from homeward.api.fhir.node import Node
from homeward.api.fhir.organisation import Organisation, read_organisation
from homeward.api.fhir.practitioner import read_professional
from homeward.api.hospital.said import SaidStay, WardStay

# HL7 v3 ActCode: inpatient, acute, non-acute, short stay. Emergency, ambulatory, home and the rest are no admission.
ADMITTED = {"IMP", "ACUTE", "NONAC", "SS"}
NEVER_WAS = {"cancelled", "entered-in-error"}
NOT_YET = {"planned"}
ENDED = {"finished", "completed", "discharged"}
CONSULTANT = "CON"  # v3 ParticipationType
# UK Core and Care Connect name it by country and version; the codes are those of the NHS Data Dictionary
DESTINATIONS = "DischargeDestination"
METHODS = "DischargeMethod"
# NHS Data Dictionary DISCHARGE DESTINATION, in fewer words than it has (UK Core, DischargeDestinationEngland)
DESTINATION_WORDS = {
    "19": "Usual place of residence",
    "29": "Temporary place of residence",
    "30": "Repatriated from high security psychiatric accommodation",
    "37": "Court",
    "38": "Prison or police station",
    "49": "Another NHS hospital, high security psychiatric",
    "50": "Another NHS hospital, medium secure unit",
    "51": "Another NHS hospital, general ward",
    "52": "Another NHS hospital, maternity or neonatal ward",
    "53": "Another NHS hospital, mental health or learning disability ward",
    "54": "NHS care home",
    "65": "Council residential home",
    "66": "Council foster care",
    "79": "Died",
    "84": "Private hospital, medium secure unit",
    "85": "Private care home",
    "87": "Private hospital",
    "88": "Private hospice",
}
DIED_CODES = {"79"}  # destination: not applicable, died or stillbirth
DIED_METHODS = {"4"}  # method: patient died
STILL_THERE = {"98"}  # destination: not discharged
MIDDAY = time(12)


def is_admission(encounter: Node) -> bool:
    """Whether an Encounter is of somebody admitted to a hospital."""
    return class_of(encounter) in ADMITTED


def class_of(encounter: Node) -> str:
    """The class of an Encounter as a code; "" where it is not said."""
    held = encounter.content.get("class")
    if isinstance(held, list):  # FHIR R5
        held = next((one for one in held if isinstance(one, dict)), None)
    code = held.get("code") if isinstance(held, dict) else ""
    return str(code or "").strip().upper()


def read_stays(bundle: MessageBundle, encounters: Sequence[Node], custodian: Organisation) -> tuple[SaidStay, ...]:
    """The stays that these Encounters tell of, those that belong together as one, the earliest first.

    `custodian`: the hospital, where the Encounters do not say which.
    """
    groups: dict[object, list[Node]] = {}
    for encounter in encounters:
        groups.setdefault(_belongs_to(bundle, encounter), []).append(encounter)
    stays = [_read_stay(bundle, group, custodian) for group in groups.values()]
    return tuple(sorted(stays, key=lambda stay: (stay.admitted_at is None, stay.admitted_at)))


def _belongs_to(bundle: MessageBundle, encounter: Node) -> object:
    """What the Encounters of one stay have in common: the episode they are of, else the first they are part of."""
    episodes = [
        one.text("reference") or str(one.node("identifier").content) for one in encounter.nodes("episodeOfCare")
    ]
    for one in encounter.nodes("episodeOfCare"):
        one.node("identifier").pass_over("system", "value", "use")
        one.pass_over("display", "type")
    if episodes and episodes[0]:
        return episodes[0]
    seen = [encounter]
    while True:
        whole = bundle.follow(seen[-1].node("partOf"), seen[-1])
        if not whole or any(whole.content is one.content for one in seen):
            return id(seen[-1].content)
        seen.append(whole)


def _read_stay(bundle: MessageBundle, encounters: list[Node], custodian: Organisation) -> SaidStay:
    spans = [(_moment(one.node("period"), "start"), _moment(one.node("period"), "end")) for one in encounters]
    statuses = [one.text("status") for one in encounters]
    starts = [start for start, _ in spans if start]
    ends = [end for _, end in spans if end]
    ending = [_ending(one) for one in encounters]
    destination, code = next(((words, code) for words, code, _ in ending if words or code), ("", ""))
    is_ended = all(status in ENDED for status in statuses) and code not in STILL_THERE
    discharged_at = max(ends) if is_ended and ends and len(ends) == len(spans) else None
    if is_ended and discharged_at is None:
        encounters[-1].note("period.end", "It says that the stay is over, and not since when. Ask the ward.")
    hospitals = [bundle.follow(one.node("serviceProvider"), one) for one in encounters]
    hospital = next((read_organisation(bundle, one) for one in hospitals if one), custodian)
    wards = tuple(_wards(bundle, encounters))
    identifiers = [one for encounter in encounters for one in read_identifiers(encounter)]
    for one in encounters:
        one.node("subject").pass_over("reference", "display", "type")
        read_concepts(one, "type")
        one.node("class").pass_over("system", "code", "display")
    return SaidStay(
        identifiers=_names(identifiers, encounters),
        hospital=hospital.name,
        hospital_ods=hospital.ods_code,
        wards=wards,
        consultant=next(filter(None, (_consultant(bundle, one) for one in encounters)), ""),
        specialty=next(filter(None, map(_specialty, encounters)), ""),
        reason=next(filter(None, (_reason(bundle, one) for one in encounters)), ""),
        admitted_at=min(starts) if starts else None,
        expected_on=next(filter(None, map(_expected, encounters)), None),
        is_ended=is_ended,
        discharged_at=discharged_at,
        destination="" if code in STILL_THERE else destination,
        destination_code="" if code in STILL_THERE else code,
        has_died=any(died for *_, died in ending),
    )


def _names(identifiers: Iterable[Identifier], encounters: Sequence[Node]) -> tuple[str, ...]:
    """What the hospital knows the stay by: its own numbers before those made for a message, then the resource's id."""
    said = sorted(dict.fromkeys(identifiers), key=lambda one: "rfc4122" in one.system)
    names = [f"{one.system}|{one.value}"[:200] for one in said]
    ids = [str(one.content.get("id") or "") for one in encounters]
    return tuple(dict.fromkeys([*names, *(f"Encounter/{one}"[:200] for one in ids if one)]))


def _moment(node: Node, name: str) -> datetime | None:
    """A moment; a day without a time is taken as its midday, and listed."""
    text = node.text(name)
    day = day_of(text) if len(text) == len("2026-11-24") else None
    if day is None:
        return read_moment(node, name)
    node.note(name, f"It has no time of day; it was read as midday: {text}")
    return datetime.combine(day, MIDDAY, tzinfo=LONDON)


def _ending(encounter: Node) -> tuple[str, str, bool]:
    """Where they went, its national code, and whether they died."""
    part = encounter.node("hospitalization") or encounter.node("admission")
    concept = read_concept(part.node("dischargeDisposition"))
    read_concept(part.node("admitSource"))
    code = next((one.code for one in concept.codings if DESTINATIONS in one.system), "")
    words = DESTINATION_WORDS.get(code) or " ".join(concept.words().split())[:160]
    method = _coded(encounter, METHODS)
    has_died = code in DIED_CODES or method in DIED_METHODS
    return words, code, has_died


def _coded(encounter: Node, about: str) -> str:
    """The code in the extension whose address names what it is about."""
    for extension in encounter.nodes("extension"):
        if about in str(extension.content.get("url", "")):
            extension.text("url")
            concept = read_concept(extension.node("valueCodeableConcept"))
            return next((one.code for one in concept.codings), "")
    return ""


def _wards(bundle: MessageBundle, encounters: Sequence[Node]) -> Iterable[WardStay]:
    found = []
    for encounter in encounters:
        for place in encounter.nodes("location"):
            location = bundle.follow(place.node("location"), encounter)
            name = location.text("name") or place.node("location").text("display")
            place.pass_over("status")
            period = place.node("period")
            read_moment(period, "end")
            started_at = _moment(period, "start") or _moment(encounter.node("period"), "start")
            if name and place.content.get("status") != "planned":
                found.append(WardStay(" ".join(name.split())[:120], started_at))
    found.sort(key=lambda one: one.started_at.timestamp() if one.started_at else float("-inf"))
    before = ""
    for one in found:
        if one.ward != before:
            yield one
        before = one.ward


def _consultant(bundle: MessageBundle, encounter: Node) -> str:
    for participant in encounter.nodes("participant"):
        codes = {coding.code for concept in read_concepts(participant, "type") for coding in concept.codings}
        held = participant.node("individual") or participant.node("actor")
        held.node("identifier").pass_over("system", "value")
        professional = read_professional(bundle, bundle.follow(held, encounter))
        if CONSULTANT in codes:
            return professional.name or held.text("display")
    return ""


def _specialty(encounter: Node) -> str:
    held = encounter.node("serviceType") or encounter.extension("extension-Encounter.serviceType").node(
        "valueCodeableConcept"
    )
    return read_concept(held).words()[:120]


def _reason(bundle: MessageBundle, encounter: Node) -> str:
    said = [one.words() for one in read_concepts(encounter, "reasonCode")]
    for diagnosis in encounter.nodes("diagnosis"):
        condition = bundle.follow(diagnosis.node("condition"), encounter)
        read_concepts(diagnosis, "role")
        read_concept(diagnosis.node("use"))
        said.append(read_concept(condition.node("code")).words())
    return next(filter(None, said), "")[:250]


def _expected(encounter: Node) -> date | None:
    """The planned end of FHIR R5, or the extension that carries it in earlier versions."""
    carried = encounter.extension("extension-Encounter.plannedEndDate").text("valueDateTime")
    return day_of(encounter.text("plannedEndDate") or carried) if encounter else None
