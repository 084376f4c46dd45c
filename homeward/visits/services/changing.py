"""What every change of a visit leaves behind: an audit event, word to live pages, and a state that fits."""

from datetime import datetime

from homeward.access.rules import Actor
from homeward.audit.services import record
from homeward.kernel.services import tell
from homeward.visits.models import Visit
from homeward.visits.rules import state_from
from homeward.visits.states import (
    VisitState,
    check_visit_move,
)


def _done(actor: Actor, action: str, visit: Visit, now: datetime) -> None:
    record(
        actor=actor,
        action=action,
        subject=("visit", visit.pk),
        person_id=visit.person_id,
        now=now,
        service_id=visit.service_id,
    )
    tell(topic="visits", service_id=visit.service_id, subject=("visit", visit.pk), now=now)


def _settle(visit: Visit) -> None:
    """Bring a visit's state in line with its assignments."""
    rows = list(visit.assignments.values_list("state", "decided_by"))
    state = state_from(rows, len(visit.slots), visit.state)
    if state != visit.state:
        if not (visit.state == VisitState.NEEDED and state == VisitState.UNDER_WAY):
            check_visit_move(visit.state, state)
        visit.state = state
        visit.unplanned_reason = ""
        visit.save(update_fields=["state", "unplanned_reason"])
