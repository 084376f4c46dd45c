"""The end of a response."""

from datetime import datetime

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.episodes.models import Episode
from homeward.episodes.services import close_episode, hand_on
from homeward.kernel.rules import RefusedError
from homeward.procedures.rules import ClockKind, read_clock
from homeward.procedures.selectors import built
from homeward.referrals.selectors import clock_events
from homeward.visits.models import Assignment, Visit
from homeward.visits.services.changing import _done
from homeward.visits.services.needing import _first_visit
from homeward.visits.services.sending import cancel_visit
from homeward.visits.states import (
    OVERRUN,
    AssignmentState,
    VisitState,
)


@transaction.atomic
def close_response(*, actor: Actor, episode: Episode, outcome_code: str, now: datetime, note: str = "") -> Episode:
    """Close an episode with its outcome, and take out of the plan whatever of its visits has not begun.

    Where the outcome hands over to another pathway, that one starts at once, with its first visit.

    Raises: NotAllowedError; episodes.services.EpisodeEndedError; RefusedError while somebody is with the person, when
    support ran past its limit and nobody said why, or when the pathway has no such outcome.
    """
    require(actor, Permission.RESPOND if actor.may(Permission.RESPOND) else Permission.PLAN_DAY, episode.service_id)
    visits = list(Visit.objects.select_for_update().filter(episode=episode).order_by("id"))
    if Assignment.objects.filter(visit__in=visits, state=AssignmentState.ARRIVED).exists():
        raise RefusedError("Somebody is still there. Record when they left, then close.")
    if has_overrun(episode, now):
        raise RefusedError("Support ran past its limit. Say why, then close.")
    closed = close_episode(actor=actor, episode=episode, outcome_code=outcome_code, now=now, note=note)
    for visit in visits:
        if visit.state in (VisitState.NEEDED, VisitState.PLANNED):
            cancel_visit(actor=actor, visit=visit, reason="The response was closed.", now=now)
        elif visit.state == VisitState.UNDER_WAY:  # whoever came has left, and nobody else is to come
            visit.assignments.exclude(state=AssignmentState.LEFT).delete()
            visit.state = VisitState.DONE
            visit.save(update_fields=["state"])
            _done(actor, "end visit", visit, now)
    if built(closed.pathway).outcome(outcome_code).hands_over_to:
        _first_visit(actor, hand_on(actor=actor, episode=closed, now=now, note=note), now)
    record(
        actor=actor,
        action="close response",
        subject=("episode", episode.pk),
        person_id=episode.person_id,
        now=now,
        service_id=episode.service_id,
    )
    return closed


def has_overrun(episode: Episode, now: datetime) -> bool:
    """Whether support has run past a limit of its pathway since nobody has said why."""
    pathway = built(episode.pathway)
    happened = clock_events(episode.events.all())
    if any(event.kind == OVERRUN for event in episode.events.all()):
        return False
    return any(
        clock.kind is ClockKind.LIMIT and read_clock(clock, happened, now).is_breached for clock in pathway.clocks
    )
