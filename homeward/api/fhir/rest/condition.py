"""Condition: what other organisations' records say that somebody has, as it was read into theirs here.

Homeward keeps no list of diagnoses of its own, so a person nobody sent conditions for has none: the search is empty.
"""

from django.db.models import QuerySet

from homeward.access.rules import Actor
from homeward.api.fhir.importing.lines import CONDITION, read_code_line
from homeward.api.fhir.rest.elements import TERMINOLOGY, UK_CORE, concept, moment
from homeward.api.fhir.rest.kind import Kind, Source, Told
from homeward.api.fhir.rest.parameters import date_of, link, token
from homeward.api.fhir.rest.people_words import patient
from homeward.people.models import TimelineEntry


def _rows(actor: Actor) -> QuerySet:
    # one that was corrected no longer stands: its correction does
    rows = TimelineEntry.objects.filter(person__service_id__in=actor.service_ids, kind=CONDITION)
    return rows.filter(corrected_by__isnull=True)


def _made(entry: TimelineEntry, told: Told) -> list[dict]:
    return [
        {
            "resourceType": "Condition",
            "id": str(entry.pk),
            "meta": {"lastUpdated": moment(entry.recorded_at)},
            # what the other record says; nobody here confirmed it
            "verificationStatus": concept(TERMINOLOGY + "condition-ver-status", "unconfirmed", "Unconfirmed"),
            "category": [concept(TERMINOLOGY + "condition-category", "problem-list-item", "Problem List Item")],
            "code": {"coding": read_code_line(entry.text), "text": entry.title},
            "subject": patient(told.person),
            "recordedDate": moment(entry.happened_at),
            "recorder": {"display": entry.author_name},
        }
    ]


KIND = Kind(
    name="Condition",
    about="What other organisations' records say somebody has, as it was imported; we keep no diagnoses of our own",
    profile=UK_CORE + "Condition",
    sources=(Source(rows=_rows, made=_made, person="person_id"),),
    parameters=(
        link("patient", "subject", "Patient", "whose it is"),
        link("subject", "subject", "Patient", "whose it is"),
        token("code", "code", "the code that was sent"),
        token("category", "category", "always problem-list-item"),
        token("verification-status", "verificationStatus", "always unconfirmed"),
        date_of("recorded-date", "recordedDate", "when the other record says it was recorded"),
    ),
)
