"""Every kind that the FHIR door offers. The router, the CapabilityStatement and the guide are made from this table."""

from homeward.api.fhir.rest import (
    appointment,
    audit_event,
    care_plan,
    condition,
    consent,
    document_reference,
    encounter,
    episode_of_care,
    flag,
    location,
    observation,
    organization,
    patient,
    practitioner,
    provenance,
    questionnaire,
    questionnaire_response,
    related_person,
    service_request,
    task,
)
from homeward.api.fhir.rest.kind import Kind

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        patient.KIND,
        related_person.KIND,
        practitioner.PRACTITIONER,
        practitioner.ROLE,
        organization.KIND,
        location.KIND,
        episode_of_care.TEAM,
        episode_of_care.EPISODE,
        encounter.KIND,
        service_request.KIND,
        task.KIND,
        care_plan.PLAN,
        care_plan.GOAL,
        condition.KIND,
        flag.ALLERGY,
        observation.KIND,
        flag.FLAG,
        consent.KIND,
        questionnaire.KIND,
        questionnaire_response.KIND,
        document_reference.KIND,
        document_reference.BINARY,
        appointment.KIND,
        audit_event.KIND,
        provenance.KIND,
    )
}
