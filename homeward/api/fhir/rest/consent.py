"""Consent: what somebody agreed or objected to about sharing."""

from django.db.models import QuerySet

from homeward.access.rules import Actor
from homeward.api.fhir.rest.elements import LOCAL, TERMINOLOGY, coding, concept, moment, reference, span
from homeward.api.fhir.rest.kind import Kind, Source, Told
from homeward.api.fhir.rest.parameters import date_of, link, token
from homeward.api.fhir.rest.people_words import patient
from homeward.people.models import SharingChoice
from homeward.people.states import SharingDecision, SharingKind

PROFILE = "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Consent"


def _rows(actor: Actor) -> QuerySet:
    rows = SharingChoice.objects.filter(person__service_id__in=actor.service_ids)
    return rows.select_related("person__service", "contact")


def _made(choice: SharingChoice, told: Told) -> list[dict]:
    decision = SharingDecision(choice.decision)
    kind = SharingKind(choice.kind)
    is_over = choice.ends_on is not None and choice.ends_on < told.today
    with_whom = None
    if choice.contact_id:
        with_whom = {"reference": reference("RelatedPerson", choice.contact_id)}
    elif choice.with_whom:
        with_whom = {"reference": {"display": choice.with_whom}}
    if with_whom:
        with_whom["role"] = concept(TERMINOLOGY + "v3-ParticipationType", "IRCP", "information recipient")
    permits = decision in (SharingDecision.AGREED, SharingDecision.COULD_NOT_SAY)
    service = choice.person.service
    return [
        {
            "resourceType": "Consent",
            "id": str(choice.pk),
            "meta": {"lastUpdated": moment(choice.recorded_at)},
            "status": "inactive" if is_over else "active",
            "scope": concept(TERMINOLOGY + "consentscope", "patient-privacy", "Privacy Consent"),
            "category": [
                {
                    "coding": [
                        coding(TERMINOLOGY + "v3-ActCode", "INFA", "information access"),
                        coding(LOCAL + "sharing-kind", kind.value, kind.label),
                    ]
                }
            ],
            "patient": patient(told.person),
            "dateTime": choice.decided_on.isoformat(),
            "organization": [reference("Organization", f"service-{service.pk}", service.name)],
            "policyRule": concept(LOCAL + "sharing-decision", decision.value, decision.label, choice.text),
            "provision": {
                "type": "permit" if permits else "deny",
                "period": span(choice.decided_on, choice.ends_on),
                "actor": [with_whom] if with_whom else [],
            },
        }
    ]


KIND = Kind(
    name="Consent",
    about="What somebody agreed or objected to about sharing",
    profile=PROFILE,
    sources=(Source(rows=_rows, made=_made, person="person_id"),),
    parameters=(
        link("patient", "patient", "Patient", "whose choice it is"),
        token("status", "status", "active, or inactive once it ended"),
        token("category", "category", "what it is about"),
        token("scope", "scope", "always patient-privacy"),
        date_of("date", "dateTime", "the day they decided"),
        date_of("period", "provision.period", "when it holds"),
    ),
)
