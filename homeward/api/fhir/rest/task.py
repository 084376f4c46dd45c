"""Task: each thing to do at a visit, and whether it was done."""

from django.db.models import QuerySet

from homeward.access.rules import Actor
from homeward.api.fhir.rest.elements import LOCAL, UK_CORE, concept, moment, reference, said
from homeward.api.fhir.rest.kind import Kind, Source, Told, by_days
from homeward.api.fhir.rest.parameters import date_of, link, token
from homeward.api.fhir.rest.people_words import patient
from homeward.visits.models import VisitTask
from homeward.visits.states import VisitState


def _rows(actor: Actor) -> QuerySet:
    return VisitTask.objects.filter(visit__service_id__in=actor.service_ids).select_related("visit")


def _status(task: VisitTask) -> str:
    if task.done_at is not None:
        return "completed"
    if task.visit.state in (VisitState.CANCELLED, VisitState.MISSED):
        return "cancelled"
    if task.not_done_reason:
        return "rejected"
    return "in-progress" if task.visit.state == VisitState.UNDER_WAY else "requested"


def _made(task: VisitTask, told: Told) -> list[dict]:
    visit = task.visit
    has_begun = visit.state in (VisitState.UNDER_WAY, VisitState.DONE)
    code = concept(LOCAL + "activity", task.activity_code, task.title, task.title) if task.activity_code else None
    return [
        {
            "resourceType": "Task",
            "id": str(task.pk),
            "meta": {"lastUpdated": moment(task.done_at)},
            "status": _status(task),
            "statusReason": said(task.not_done_reason) if task.not_done_reason else None,
            "intent": "order",
            "code": code or said(task.title),
            "description": task.title,
            "focus": reference("Appointment", visit.pk),
            "for": patient(told.person),
            "encounter": reference("Encounter", visit.pk) if has_begun else None,
            "executionPeriod": {"start": moment(visit.window_opens_at), "end": moment(task.done_at)},
            "lastModified": moment(task.done_at),
            "note": [{"text": f"Done by {task.done_by}"}] if task.done_by else [],
        }
    ]


KIND = Kind(
    name="Task",
    about="Each thing to do at a visit, and whether it was done",
    profile=UK_CORE + "Task",
    sources=(Source(rows=_rows, made=_made, person="visit__person_id", narrow={"period": by_days("visit__day")}),),
    parameters=(
        link("patient", "for", "Patient", "for whom"),
        link("subject", "for", "Patient", "for whom"),
        link("focus", "focus", "Appointment", "the visit it is part of"),
        link("encounter", "encounter", "Encounter", "the visit it is part of, once it began"),
        token("code", "code", "the activity of the procedures"),
        token("status", "status", "requested, in-progress, completed, rejected or cancelled"),
        date_of("period", "executionPeriod", "when the visit is"),
    ),
)
