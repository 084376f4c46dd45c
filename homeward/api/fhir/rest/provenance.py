"""Provenance: who put something into the record, when, and for whom. One for each entry of the timeline."""

from django.db.models import QuerySet

from homeward.access.rules import Actor
from homeward.api.fhir.rest.elements import LOCAL, TERMINOLOGY, concept, moment, reference, said
from homeward.api.fhir.rest.kind import Kind, Source, Told
from homeward.api.fhir.rest.parameters import date_of, link, token
from homeward.api.fhir.rest.people_words import patient
from homeward.people.models import TimelineEntry

# What an entry of the timeline is about, as the resource we offer it as
TARGETS = {
    "alert": "Flag",
    "plan": "CarePlan",
    "referral": "ServiceRequest",
    "episode": "EpisodeOfCare",
    "visit": "Appointment",
    "filled form": "QuestionnaireResponse",
    "address": "Location",
    "document": "DocumentReference",
}
PROFILE = "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Provenance"


def _rows(actor: Actor) -> QuerySet:
    return TimelineEntry.objects.filter(person__service_id__in=actor.service_ids)


def _made(entry: TimelineEntry, told: Told) -> list[dict]:
    about = reference(TARGETS.get(entry.subject_kind, ""), entry.subject_id)
    is_known = entry.subject_kind in TARGETS and entry.subject_id is not None
    kinds = {None: ("CREATE", "create")}
    activity = ("UPDATE", "revise") if entry.corrects_id else kinds[None]
    agent = {
        "type": concept(TERMINOLOGY + "provenance-participant-type", "author", "Author"),
        "role": [said(entry.author_role)] if entry.author_role else [],
        "who": {"display": entry.author_name or "Not said"},
        "onBehalfOf": {"display": entry.employer} if entry.employer else None,
    }
    return [
        {
            "resourceType": "Provenance",
            "id": str(entry.pk),
            "meta": {"lastUpdated": moment(entry.recorded_at)},
            "target": [about, patient(told.person)] if is_known else [patient(told.person)],
            "occurredDateTime": moment(entry.happened_at),
            "recorded": moment(entry.recorded_at),
            "activity": {
                "coding": [
                    *concept(TERMINOLOGY + "v3-DataOperation", *activity)["coding"],
                    {"system": LOCAL + "timeline-kind", "code": entry.kind},
                ],
                "text": entry.title,
            },
            "agent": [agent],
        }
    ]


KIND = Kind(
    name="Provenance",
    about="Who put something into the record, when, and for whom: one for each entry of the timeline",
    profile=PROFILE,
    sources=(Source(rows=_rows, made=_made, person="person_id"),),
    parameters=(
        link("patient", "target", "Patient", "whose record"),
        link(
            "target",
            "target",
            "Patient Flag AllergyIntolerance CarePlan ServiceRequest EpisodeOfCare Appointment QuestionnaireResponse "
            "Location DocumentReference",
            "what was put into it",
        ),
        token("activity", "activity", "CREATE or UPDATE, or the kind of entry"),
        date_of("recorded", "recorded", "when it was written"),
        date_of("when", "occurredDateTime", "when it happened"),
    ),
)
