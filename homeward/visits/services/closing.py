"""The end of a response."""

from datetime import datetime

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.episodes.models import Episode
from homeward.episodes.services import close_episode
from homeward.kernel.rules import RefusedError
from homeward.visits.models import Assignment, Visit
from homeward.visits.services.changing import _done
from homeward.visits.services.sending import cancel_visit
from homeward.visits.states import (
    AssignmentState,
    VisitState,
)


@transaction.atomic
def close_response(*, actor: Actor, episode: Episode, outcome_code: str, now: datetime, note: str = "") -> Episode:
    """Close an episode with its outcome, and take out of the plan whatever of its visits has not begun.

    Raises: NotAllowedError; episodes.services.EpisodeEndedError; RefusedError while somebody is with the person, or
    when the pathway has no such outcome.
    """
    require(actor, Permission.RESPOND if actor.may(Permission.RESPOND) else Permission.PLAN_DAY, episode.service_id)
    visits = list(Visit.objects.select_for_update().filter(episode=episode).order_by("id"))
    if Assignment.objects.filter(visit__in=visits, state=AssignmentState.ARRIVED).exists():
        raise RefusedError("Somebody is still there. Record when they left, then close.")
    closed = close_episode(actor=actor, episode=episode, outcome_code=outcome_code, now=now, note=note)
    for visit in visits:
        if visit.state in (VisitState.NEEDED, VisitState.PLANNED):
            cancel_visit(actor=actor, visit=visit, reason="The response was closed.", now=now)
        elif visit.state == VisitState.UNDER_WAY:  # whoever came has left, and nobody else is to come
            visit.assignments.exclude(state=AssignmentState.LEFT).delete()
            visit.state = VisitState.DONE
            visit.save(update_fields=["state"])
            _done(actor, "end visit", visit, now)
    record(
        actor=actor,
        action="close response",
        subject=("episode", episode.pk),
        person_id=episode.person_id,
        now=now,
        service_id=episode.service_id,
    )
    return closed
