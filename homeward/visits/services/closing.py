"""The end of a response."""

from datetime import datetime

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.assessments.models import FilledForm
from homeward.assessments.services import complete_form
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
from homeward.visits.services.sending import take_out
from homeward.visits.states import (
    OVERRUN,
    AssignmentState,
    VisitState,
)


@transaction.atomic
def close_response(
    *,
    actor: Actor,
    episode: Episode,
    outcome_code: str,
    now: datetime,
    note: str = "",
    form: FilledForm | None = None,
) -> Episode:
    """Close an episode with its outcome, and take out of the plan whatever of its visits has not begun.

    Where the outcome hands over to another pathway, that one starts at once, with its first visit. `form` is a draft to
    complete with it: either both happen or neither.

    Raises: NotAllowedError; episodes.services.EpisodeEndedError and FormsNotCompleteError;
    assessments.services.AnswersMissingError; RefusedError while somebody is with the person, when
    support ran past its limit and nobody said why, or when the pathway has no such outcome.
    """
    may_close = (Permission.RESPOND, Permission.PLAN_DAY, Permission.WRITE_PLANS)
    require(actor, next((one for one in may_close if actor.may(one)), Permission.RESPOND), episode.service_id)
    if form is not None and not form.is_complete:
        complete_form(actor=actor, filled=form, now=now)
    visits = list(Visit.objects.select_for_update().filter(episode=episode).order_by("id"))
    if Assignment.objects.filter(visit__in=visits, state=AssignmentState.ARRIVED).exists():
        raise RefusedError("Somebody is still there. Record when they left, then close.")
    if has_overrun(episode, now):
        raise RefusedError("Support ran past its limit. Say why, then close.")
    closed = close_episode(actor=actor, episode=episode, outcome_code=outcome_code, now=now, note=note)
    for visit in visits:
        if visit.state in (VisitState.NEEDED, VisitState.PLANNED):
            take_out(actor=actor, visit=visit, reason="What it was for was closed.", now=now)
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


@transaction.atomic
def hand_on_by_hand(*, actor: Actor, episode: Episode, pathway_code: str, now: datetime, note: str = "") -> Episode:
    """Start another pathway for somebody whose episode has ended, with the first visit it asks for.

    Raises: NotAllowedError; what `episodes.services.hand_on` refuses.
    """
    following = hand_on(actor=actor, episode=episode, pathway_code=pathway_code, now=now, note=note)
    if following.person_id is not None:
        _first_visit(actor, following, now)
    record(
        actor=actor,
        action="hand on by hand",
        subject=("episode", following.pk),
        person_id=following.person_id,
        now=now,
        service_id=following.service_id,
    )
    return following


def has_overrun(episode: Episode, now: datetime) -> bool:
    """Whether support has run past a limit of its pathway since nobody has said why."""
    pathway = built(episode.pathway)
    happened = clock_events(episode.events.all())
    if any(event.kind == OVERRUN for event in episode.events.all()):
        return False
    return any(
        clock.kind is ClockKind.LIMIT and read_clock(clock, happened, now).is_breached for clock in pathway.clocks
    )
