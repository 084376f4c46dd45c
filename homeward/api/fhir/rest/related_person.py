"""RelatedPerson: family, friends and unpaid carers."""

from django.db.models import QuerySet

from homeward.access.rules import Actor, Sight
from homeward.api.fhir.rest.elements import (
    TERMINOLOGY,
    UK_CORE,
    UK_CORE_EXTENSION,
    concept,
    email,
    said,
    span,
    telephone,
)
from homeward.api.fhir.rest.kind import Kind, Source, Told
from homeward.api.fhir.rest.parameters import link, string, token
from homeward.api.fhir.rest.people_words import language, patient
from homeward.people.models import Contact

ROLES = TERMINOLOGY + "v2-0131"  # HL7 contact role, which R4 gives for Patient.contact and RelatedPerson


def _rows(actor: Actor) -> QuerySet:
    return Contact.objects.filter(person__service_id__in=actor.service_ids)


def _made(contact: Contact, told: Told) -> list[dict]:
    relationships = [said(contact.relationship)] if contact.relationship else []
    if contact.is_next_of_kin:
        relationships.append(concept(ROLES, "N", "Next-of-Kin"))
    if contact.is_emergency_contact:
        relationships.append(concept(ROLES, "C", "Emergency Contact"))
    if contact.is_unpaid_carer:
        relationships.append(said("Unpaid carer"))
    return [
        {
            "resourceType": "RelatedPerson",
            "id": str(contact.pk),
            "extension": [{"url": UK_CORE_EXTENSION + "ContactRank", "valuePositiveInt": max(1, contact.rank)}],
            "active": contact.ended_on is None,
            "patient": patient(told.person),
            "relationship": relationships,
            "name": [{"text": contact.name}],
            "telecom": [telephone(contact.phone), email(contact.email)],
            "address": [{"text": contact.address_text}],
            "period": span(None, contact.ended_on),
            "communication": [{"language": language(contact.language)}] if contact.language else [],
        }
    ]


KIND = Kind(
    name="RelatedPerson",
    about="Family, friends and unpaid carers",
    profile=UK_CORE + "RelatedPerson",
    sources=(Source(rows=_rows, made=_made, person="person_id"),),
    needs=Sight.VISIT,
    parameters=(
        link("patient", "patient", "Patient", "whose contact it is"),
        string("name", "name", "name"),
        token("active", "active", "false once they no longer are a contact"),
        token("relationship", "relationship", "next of kin (N), emergency contact (C)"),
    ),
)
