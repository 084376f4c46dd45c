"""Parts that the resources about visits share."""

from django.db.models import Max, QuerySet

from homeward.access.rules import Actor
from homeward.api.fhir.rest.elements import newest, reference
from homeward.visits.models import Assignment, Visit


def visits(actor: Actor) -> QuerySet:
    """The visits to people of the actor's services, with who goes and when something about them last changed."""
    rows = Visit.objects.filter(service_id__in=actor.service_ids, person__isnull=False)
    rows = rows.select_related("episode", "service")
    return rows.prefetch_related("assignments__worker").annotate(planned_at=Max("moves__plan__made_at"))


def changed_at(visit: Visit):
    """When the visit last changed, as far as its planning, arrivals and departures tell."""
    moments = [moment for one in visit.assignments.all() for moment in (one.arrived_at, one.left_at)]
    return newest([visit.planned_at, *moments])


def goes(assignment: Assignment) -> dict | None:
    return reference("Practitioner", assignment.worker_id, assignment.worker.label)


def begins_and_ends(visit: Visit):
    """When the visit began and ended, where somebody said so."""
    arrived = [one.arrived_at for one in visit.assignments.all() if one.arrived_at]
    left = [one.left_at for one in visit.assignments.all()]
    return min(arrived, default=None), (max(left) if left and all(left) else None)


def planned_span(visit: Visit):
    """When the visit is planned for: its first worker's time, else the window it must start in."""
    assignments = list(visit.assignments.all())
    if assignments:
        return min(one.starts_at for one in assignments), max(one.ends_at for one in assignments)
    return None, None
