"""Encounter: visits that began."""

from django.db.models import QuerySet

from homeward.access.rules import Actor, Sight
from homeward.api.fhir.rest.elements import TERMINOLOGY, UK_CORE, coding, concept, moment, reference, said, span
from homeward.api.fhir.rest.kind import Kind, Source, Told, by_days
from homeward.api.fhir.rest.parameters import date_of, link, token
from homeward.api.fhir.rest.people_words import patient
from homeward.api.fhir.rest.visit_words import begins_and_ends, changed_at, goes, planned_span, visits
from homeward.visits.models import Visit
from homeward.visits.states import VisitState

STATUS = {VisitState.UNDER_WAY: "in-progress", VisitState.DONE: "finished"}
ATTENDER = concept(TERMINOLOGY + "v3-ParticipationType", "ATND", "attender")


def _rows(actor: Actor) -> QuerySet:
    return visits(actor).filter(state__in=list(STATUS))


def _made(visit: Visit, told: Told) -> list[dict]:
    begun, ended = begins_and_ends(visit)
    # a visit loaded from another system may be done without anybody having said when: then as it was planned
    planned = planned_span(visit)
    period = span(begun or planned[0] or visit.window_opens_at, ended or (planned[1] if not begun else None))
    return [
        {
            "resourceType": "Encounter",
            "id": str(visit.pk),
            "meta": {"lastUpdated": moment(changed_at(visit))},
            "status": STATUS[VisitState(visit.state)],
            "class": coding(TERMINOLOGY + "v3-ActCode", "HH", "home health"),
            "type": [said(visit.title)],
            "subject": patient(told.person),
            "episodeOfCare": [reference("EpisodeOfCare", visit.episode_id)] if visit.episode_id else [],
            "participant": [{"type": [ATTENDER], "individual": goes(one)} for one in visit.assignments.all()],
            "appointment": [reference("Appointment", visit.pk)],
            "period": period,
            "location": [{"location": reference("Location", visit.address_id)}] if visit.address_id else [],
            "serviceProvider": reference("Organization", f"service-{visit.service_id}", visit.service.name),
        }
    ]


KIND = Kind(
    name="Encounter",
    about="Visits that began, and who went",
    profile=UK_CORE + "Encounter",
    sources=(Source(rows=_rows, made=_made, person="person_id", narrow={"date": by_days("day")}),),
    needs=Sight.VISIT,
    parameters=(
        link("patient", "subject", "Patient", "whom the visit was to"),
        link("subject", "subject", "Patient", "whom the visit was to"),
        link("episode-of-care", "episodeOfCare", "EpisodeOfCare", "the episode it was part of"),
        link("practitioner", "participant.individual", "Practitioner", "who went"),
        link("participant", "participant.individual", "Practitioner", "who went"),
        link("appointment", "appointment", "Appointment", "the visit as it was planned"),
        link("location", "location.location", "Location", "where"),
        link("service-provider", "serviceProvider", "Organization", "the service"),
        date_of("date", "period", "when it was"),
        token("status", "status", "in-progress or finished"),
        token("class", "class", "always HH, home health"),
    ),
)
