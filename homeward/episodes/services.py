"""Writes about a person's time on a pathway. Every change adds an event, from which clocks are computed."""

from datetime import datetime

from django.db import transaction

from homeward.access.rules import ROLE_TITLES, Actor, Permission, require
from homeward.audit.services import record
from homeward.episodes.models import Episode, EpisodeEvent
from homeward.kernel.rules import RefusedError
from homeward.kernel.services import tell
from homeward.people.models import TimelineEntry
from homeward.people.services import add_many_to_timeline, add_to_timeline
from homeward.procedures.rules import Subject, UnknownCodeError, Urgency
from homeward.procedures.selectors import built, procedure
from homeward.referrals.models import Referral
from homeward.referrals.services import mark_accepted
from homeward.referrals.states import ReferralState


class EpisodeEndedError(RefusedError):
    """The episode was closed before."""


def _add_event(
    episode: Episode, actor: Actor, kind: str, happened_at: datetime, now: datetime, detail: str = ""
) -> EpisodeEvent:
    return EpisodeEvent.objects.create(
        episode=episode,
        kind=kind,
        happened_at=happened_at,
        recorded_at=now,
        actor_name=actor.name,
        actor_role=actor.title,
        employer=actor.employer,
        detail=detail,
    )


def _locked(episode: Episode) -> Episode:
    episode = Episode.objects.select_for_update().get(pk=episode.pk)
    if episode.ended_at:
        raise EpisodeEndedError("This has been closed. Open the person's record to see how it ended.")
    return episode


def _done(actor: Actor, action: str, episode: Episode, now: datetime) -> None:
    record(
        actor=actor,
        action=action,
        subject=("episode", episode.pk),
        person_id=episode.person_id,
        now=now,
        service_id=episode.service_id,
    )
    tell(topic="episodes", service_id=episode.service_id, subject=("episode", episode.pk), now=now)


@transaction.atomic
def accept_referral(*, actor: Actor, referral: Referral, pathway_code: str, now: datetime, reason: str = "") -> Episode:
    """Accept a referral onto the newest version of a pathway: its episode starts at the stage after the front door.

    Raises: NotAllowedError; RefusedError when the pathway is not one a person can be on;
    procedures.selectors.NoSuchProcedureError; ReferralAlreadyDecidedError.
    """
    require(actor, Permission.TRIAGE_REFERRALS, referral.service_id)
    row = procedure("pathway", pathway_code)
    pathway = built(row)
    if pathway.subject not in (Subject.PERSON, Subject.CARER):
        raise RefusedError(f"{pathway.title} is not a pathway for a person. Choose another.")
    referral = mark_accepted(
        actor=actor, referral=referral, pathway_code=pathway.code, pathway_title=pathway.title, now=now, reason=reason
    )
    episode = Episode.objects.create(
        service_id=referral.service_id,
        person=referral.person,
        referral=referral,
        pathway=row,
        stage=next(iter(pathway.first_stage.moves_to), pathway.first_stage.code),
        started_at=now,
    )
    _add_event(episode, actor, "episode_started", now, now, pathway.title)
    if pathway.urgency is Urgency.CRISIS:
        # kept apart from the acceptance: which moment starts the national clock is configuration (STANDARDS B2)
        _add_event(episode, actor, "accepted_as_two_hour", now, now)
    _done(actor, "start episode", episode, now)
    return episode


@transaction.atomic
def add_episodes(
    *, actor: Actor, service_id: int, episodes: list[Episode], events: list[EpisodeEvent], now: datetime
) -> list[Episode]:
    """Add many episodes, open or ended, with what happened in each (unsaved rows), for an import or a fictitious place.

    Raises: NotAllowedError; RefusedError when one ended without an outcome of its pathway, is at a stage its pathway
    does not have, has no accepted referral, or says that something happened in the future.
    """
    require(actor, Permission.IMPORT_SERVICE, service_id)
    for episode in episodes:
        pathway = built(episode.pathway)
        if episode.ended_at and episode.outcome_code not in {outcome.code for outcome in pathway.outcomes}:
            raise RefusedError(f"{pathway.title} cannot end as {episode.outcome_code or 'nothing'}.")
        if episode.stage not in {stage.code for stage in pathway.stages}:
            raise RefusedError(f"{pathway.title} has no stage {episode.stage}.")
        if episode.referral and episode.referral.state != ReferralState.ACCEPTED:
            raise RefusedError("An episode starts when its referral is accepted. Accept it first.")
    if any(event.happened_at > now for event in events):
        raise RefusedError("A time is in the future. Check the dates and times.")
    Episode.objects.bulk_create(episodes, batch_size=500)
    EpisodeEvent.objects.bulk_create(events, batch_size=500)
    record(
        actor=actor,
        action="add episodes",
        subject=("episode", None),
        now=now,
        service_id=service_id,
        count=len(episodes),
    )
    tell(topic="episodes", service_id=service_id, subject=("episode", None), now=now)
    return episodes


@transaction.atomic
def close_episodes(
    *, actor: Actor, service_id: int, endings: list[tuple[Episode, str, datetime]], now: datetime
) -> int:
    """End many episodes, each with (episode, outcome, when it ended), as `close_episode` does; gives how many.

    Raises: NotAllowedError; EpisodeEndedError; RefusedError when a pathway has no such outcome, or an ending is before
    its episode began or in the future.
    """
    require(actor, Permission.IMPORT_SERVICE, service_id)
    entries = []
    events = []
    for episode, outcome_code, ended_at in endings:
        locked = _locked(episode)
        pathway = built(locked.pathway)
        outcome = next((outcome for outcome in pathway.outcomes if outcome.code == outcome_code), None)
        if outcome is None:
            raise RefusedError(f"{pathway.title} cannot end as {outcome_code}.")
        if not locked.started_at <= ended_at <= now:
            raise RefusedError("An episode cannot end before it began, or in the future. Check the time.")
        locked.ended_at = ended_at
        locked.outcome_code = outcome.code
        locked.stage = next((stage.code for stage in reversed(pathway.stages) if not stage.moves_to), locked.stage)
        locked.save(update_fields=["ended_at", "outcome_code", "stage"])
        author = {"actor_name": actor.name, "actor_role": ROLE_TITLES[actor.role], "employer": actor.employer}
        events.append(
            EpisodeEvent(
                episode=locked,
                kind="episode_closed",
                happened_at=ended_at,
                recorded_at=now,
                detail=outcome.title,
                **author,
            )
        )
        entries.append(
            TimelineEntry(
                person_id=locked.person_id,
                happened_at=ended_at,
                recorded_at=now,
                kind="episode",
                title=f"{pathway.title} ended: {outcome.title}"[:200],
                author_name=actor.name,
                author_role=ROLE_TITLES[actor.role],
                employer=actor.employer,
                subject_kind="episode",
                subject_id=locked.pk,
            )
        )
    EpisodeEvent.objects.bulk_create(events, batch_size=500)
    add_many_to_timeline(actor=actor, service_id=service_id, entries=entries, now=now)
    record(
        actor=actor,
        action="close episodes",
        subject=("episode", None),
        now=now,
        service_id=service_id,
        count=len(endings),
    )
    tell(topic="episodes", service_id=service_id, subject=("episode", None), now=now)
    return len(endings)


@transaction.atomic
def note_event(
    *,
    actor: Actor,
    episode: Episode,
    kind: str,
    happened_at: datetime,
    now: datetime,
    title: str = "",
    detail: str = "",
) -> EpisodeEvent:
    """Record that something a clock listens to happened, such as the first face-to-face contact.

    Raises: NotAllowedError; EpisodeEndedError; RefusedError when it is said to happen in the future.
    """
    require(actor, Permission.SEE_PEOPLE, episode.service_id)
    episode = _locked(episode)
    if happened_at > now:
        raise RefusedError("The time is in the future. Check it.")
    event = _add_event(episode, actor, kind, happened_at, now, detail)
    if title:
        add_to_timeline(
            actor=actor,
            person=episode.person,
            kind="episode",
            happened_at=happened_at,
            now=now,
            title=title,
            text=detail,
            subject=("episode", episode.pk),
        )
    _done(actor, kind.replace("_", " "), episode, now)
    return event


@transaction.atomic
def move_stage(*, actor: Actor, episode: Episode, stage: str, now: datetime) -> Episode:
    """Move an episode to another stage that its pathway allows from here.

    Raises: NotAllowedError; EpisodeEndedError; RefusedError when the pathway does not allow the move.
    """
    require(actor, Permission.SEE_PEOPLE, episode.service_id)
    episode = _locked(episode)
    pathway = built(episode.pathway)
    if not pathway.may_move(episode.stage, stage):
        raise RefusedError(f"{pathway.title} does not go from {episode.stage} to {stage}.")
    episode.stage = stage
    episode.save(update_fields=["stage"])
    _add_event(episode, actor, "stage_changed", now, now, stage)
    _done(actor, "move stage", episode, now)
    return episode


@transaction.atomic
def close_episode(*, actor: Actor, episode: Episode, outcome_code: str, now: datetime, note: str = "") -> Episode:
    """End an episode with one of its pathway's closing outcomes.

    Raises: NotAllowedError; EpisodeEndedError; RefusedError when the pathway has no such outcome.
    """
    require(actor, Permission.SEE_PEOPLE, episode.service_id)
    episode = _locked(episode)
    pathway = built(episode.pathway)
    try:
        outcome = pathway.outcome(outcome_code)
    except UnknownCodeError as error:
        raise RefusedError("Choose how it ended.") from error
    episode.ended_at = now
    episode.outcome_code = outcome.code
    episode.outcome_note = note
    episode.stage = next((stage.code for stage in reversed(pathway.stages) if not stage.moves_to), episode.stage)
    episode.save()
    _add_event(episode, actor, "episode_closed", now, now, outcome.title)
    add_to_timeline(
        actor=actor,
        person=episode.person,
        kind="episode",
        happened_at=now,
        now=now,
        title=f"{pathway.title} ended: {outcome.title}"[:200],
        text=note,
        subject=("episode", episode.pk),
    )
    _done(actor, "close episode", episode, now)
    return episode
