"""Planning the day again round a visit that was just made."""

from datetime import datetime

from django.http import HttpRequest

from homeward.visits import planning
from homeward.visits.services import PlanChangedMeanwhileError


def planned_round(request: HttpRequest, visit, now: datetime) -> str:
    """Plan today again round a visit of today; who is proposed, or why nobody is, in words."""
    day = {"service_id": visit.service_id, "day": visit.day, "visit_ids": [visit.pk], "why": visit.title}
    try:
        planning.replan(actor=request.actor, now=now, **day)
    except PlanChangedMeanwhileError:
        return "A visit is made. The day changed meanwhile: open the visit and choose who goes"
    visit.refresh_from_db()
    names = ", ".join(row.worker.label for row in visit.assignments.select_related("worker"))
    if names:
        return f"A visit is made. {names} is proposed"
    return f"A visit is made, but nobody can go yet. {visit.unplanned_reason}".strip()
