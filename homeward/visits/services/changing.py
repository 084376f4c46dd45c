"""What every change of a visit leaves behind: an audit event, word to live pages, and a state that fits."""

from datetime import datetime

from homeward.access.rules import Actor
from homeward.audit.services import record
from homeward.kernel.services import tell
from homeward.people.services import add_to_timeline
from homeward.visits.models import Visit
from homeward.visits.rules import state_from
from homeward.visits.states import (
    VisitState,
    check_visit_move,
)


def _tell_timeline(
    actor: Actor, visit: Visit, title: str, happened_at: datetime, now: datetime, text: str = ""
) -> None:
    """Put what happened at a visit on its person's timeline. A session of a clinic is nobody's visit: who came to it
    is on the timeline of each."""
    if visit.person is not None:
        add_to_timeline(
            actor=actor, person=visit.person, kind="visit", happened_at=happened_at, now=now, text=text,
            title=title[:200], subject=("visit", visit.pk),
        )  # fmt: skip


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
