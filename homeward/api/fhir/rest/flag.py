"""Flag: alerts a visitor must know of. AllergyIntolerance: those of them that are allergies."""

from django.db.models import QuerySet

from homeward.access.rules import Actor, Sight
from homeward.api.fhir.rest.elements import LOCAL, TERMINOLOGY, UK_CORE, coding, concept, day, said, span
from homeward.api.fhir.rest.kind import Kind, Source, Told
from homeward.api.fhir.rest.parameters import date_of, link, token
from homeward.api.fhir.rest.people_words import patient
from homeward.people.models import Alert
from homeward.people.states import AlertKind

ALERT_KIND = LOCAL + "alert-kind"
CATEGORY = TERMINOLOGY + "flag-category"
# HL7's flag categories, where one fits; the kind of alert stands beside it
CATEGORIES = {
    AlertKind.SAFEGUARDING: ("safety", "Safety"),
    AlertKind.RISK: ("behavioral", "Behavioral"),
    AlertKind.TWO_PERSON: ("safety", "Safety"),
    AlertKind.INFECTION: ("contact", "Subject Contact"),
    AlertKind.PETS: ("safety", "Safety"),
    AlertKind.RESPECT: ("advance-directive", "Advance Directive"),
    AlertKind.OXYGEN: ("safety", "Safety"),
    AlertKind.OTHER: ("clinical", "Clinical"),
}


def _rows(actor: Actor) -> QuerySet:
    return Alert.objects.filter(person__service_id__in=actor.service_ids)


def _stands(alert: Alert, told: Told) -> bool:
    return alert.ends_on is None or alert.ends_on >= told.today


def _flag(alert: Alert, told: Told) -> list[dict]:
    kind = AlertKind(alert.kind)
    return [
        {
            "resourceType": "Flag",
            "id": str(alert.pk),
            "status": "active" if _stands(alert, told) else "inactive",
            "category": [{"coding": [coding(CATEGORY, *CATEGORIES[kind]), coding(ALERT_KIND, kind.value, kind.label)]}],
            "code": {"coding": [coding(ALERT_KIND, kind.value, kind.label)], "text": alert.text or kind.label},
            "subject": patient(told.person),
            "period": span(alert.starts_on, alert.ends_on),
        }
    ]


def _allergy(alert: Alert, told: Told) -> list[dict]:
    stands = _stands(alert, told)
    clinical = ("active", "Active") if stands else ("inactive", "Inactive")
    return [
        {
            "resourceType": "AllergyIntolerance",
            "id": str(alert.pk),
            "clinicalStatus": concept(TERMINOLOGY + "allergyintolerance-clinical", *clinical),
            # what somebody told us: nobody here tests for allergies
            "verificationStatus": concept(
                TERMINOLOGY + "allergyintolerance-verification", "unconfirmed", "Unconfirmed"
            ),
            "code": said(alert.text or "Allergy"),
            "patient": patient(told.person),
            "recordedDate": day(alert.starts_on),
            "recorder": {"display": alert.raised_by} if alert.raised_by else None,
        }
    ]


FLAG = Kind(
    name="Flag",
    about="Alerts that a visitor must know of, except allergies",
    profile=UK_CORE + "Flag",
    sources=(Source(rows=lambda actor: _rows(actor).exclude(kind=AlertKind.ALLERGY), made=_flag, person="person_id"),),
    needs=Sight.VISIT,
    creates="Raise an alert",
    parameters=(
        link("patient", "subject", "Patient", "whom it is about"),
        link("subject", "subject", "Patient", "whom it is about"),
        token("status", "status", "active or inactive"),
        token("category", "category", "HL7's category, or the kind of alert"),
        token("code", "code", "the kind of alert"),
        date_of("date", "period", "when it stands"),
    ),
)
ALLERGY = Kind(
    name="AllergyIntolerance",
    about="Allergies, as they were told to us",
    profile=UK_CORE + "AllergyIntolerance",
    sources=(
        Source(rows=lambda actor: _rows(actor).filter(kind=AlertKind.ALLERGY), made=_allergy, person="person_id"),
    ),
    needs=Sight.VISIT,
    creates="Raise an allergy alert",
    parameters=(
        link("patient", "patient", "Patient", "whose it is"),
        token("clinical-status", "clinicalStatus", "active or inactive"),
        token("verification-status", "verificationStatus", "always unconfirmed"),
        token("code", "code", "what they are allergic to, with :text"),
        date_of("date", "recordedDate", "since when it is on record"),
    ),
)
