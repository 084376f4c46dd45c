"""Appointment: visits as they are needed and planned."""

from homeward.access.rules import Sight
from homeward.api.fhir.rest.elements import UK_CORE, UK_CORE_CODES, UK_CORE_EXTENSION, concept, moment, said, span
from homeward.api.fhir.rest.kind import Kind, Source, Told, by_days
from homeward.api.fhir.rest.parameters import date_of, link, token
from homeward.api.fhir.rest.people_words import patient
from homeward.api.fhir.rest.visit_words import changed_at, goes, planned_span, visits
from homeward.visits.models import Visit
from homeward.visits.states import AssignmentState, VisitState

STATUS = {
    VisitState.NEEDED: "proposed",
    VisitState.PLANNED: "booked",
    VisitState.UNDER_WAY: "arrived",
    VisitState.DONE: "fulfilled",
    # nobody of ours went: noshow would say that the person was not there
    VisitState.MISSED: "cancelled",
    VisitState.CANCELLED: "cancelled",
}


def _made(visit: Visit, told: Told) -> list[dict]:
    starts_at, ends_at = planned_span(visit)
    someone = {"actor": patient(told.person), "status": "accepted", "required": "required"}
    staff = [
        {"actor": goes(one), "status": "needs-action" if one.state == AssignmentState.PROPOSED else "accepted"}
        for one in visit.assignments.all()
    ]
    place = [{"actor": {"reference": f"Location/{visit.address_id}"}, "status": "accepted"}] if visit.address_id else []
    is_missed = visit.state == VisitState.MISSED
    # FHIR wants both times or neither, and either of them once a visit is booked
    starts_at, ends_at = starts_at or visit.window_opens_at, ends_at or visit.window_closes_at
    return [
        {
            "resourceType": "Appointment",
            "id": str(visit.pk),
            "meta": {"lastUpdated": moment(changed_at(visit))},
            "extension": [
                {
                    "url": UK_CORE_EXTENSION + "DeliveryChannel",
                    "valueCodeableConcept": concept(UK_CORE_CODES + "DeliveryChannel", "In-person", "In person"),
                }
            ],
            "status": STATUS[VisitState(visit.state)],
            "cancelationReason": said("Missed: nobody came") if is_missed else None,
            "description": visit.title,
            "start": moment(starts_at),
            "end": moment(ends_at),
            "requestedPeriod": [span(visit.window_opens_at, visit.window_closes_at)],
            "participant": [someone, *staff, *place],
        }
    ]


KIND = Kind(
    name="Appointment",
    about="Visits as they are needed and planned",
    profile=UK_CORE + "Appointment",
    sources=(Source(rows=visits, made=_made, person="person_id", narrow={"date": by_days("day")}),),
    needs=Sight.VISIT,
    parameters=(
        link("patient", "participant.actor", "Patient", "whom the visit is to"),
        link("actor", "participant.actor", "Patient Practitioner Location", "who or what takes part"),
        link("practitioner", "participant.actor", "Practitioner", "who goes"),
        link("location", "participant.actor", "Location", "where"),
        date_of("date", "start", "when it is planned to start"),
        token("status", "status", "proposed, booked, arrived, fulfilled or cancelled"),
    ),
)
