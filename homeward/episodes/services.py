"""Writes about a person's time on a pathway. Every change adds an event, from which clocks are computed."""

from datetime import datetime, timedelta

from django.db import transaction

from homeward.access.rules import ROLE_TITLES, Actor, Permission, require
from homeward.assessments.selectors import missing_to_close, missing_to_leave
from homeward.audit.services import record
from homeward.episodes.models import Episode, EpisodeEvent
from homeward.episodes.rules import CORRECTABLE_KINDS, recordable
from homeward.kernel.rules import RefusedError
from homeward.kernel.services import tell
from homeward.people.models import TimelineEntry
from homeward.people.services import add_many_to_timeline, add_to_timeline
from homeward.procedures.rules import Pathway, StageKind, Subject, UnknownCodeError, Urgency
from homeward.procedures.selectors import built, procedure
from homeward.procedures.selectors import library as procedures_library
from homeward.referrals.models import Referral
from homeward.referrals.services import mark_accepted
from homeward.referrals.states import ReferralState

FOR_SUBJECT = {
    Subject.PERSON: "for a person",
    Subject.CARER: "for a person's carer",
    Subject.STAFF: "for staff, not for a person",
    Subject.SERVICE: "for a service, not for a person",
}


# Somebody may have been with the person before they were referred, but not a month before.
EARLIEST_BEFORE = timedelta(days=31)


class SecondPersonNeededError(RefusedError):
    """Two people must agree before this pathway starts, and only one has."""


class EpisodeEndedError(RefusedError):
    """The episode was closed before."""


class FormsNotCompleteError(RefusedError):
    """Forms that the pathway needs first are not complete: `titles` names them."""

    def __init__(self, titles: list[str], before: str) -> None:
        self.titles = tuple(titles)
        quoted = [f"“{title}”" for title in titles]
        named = f"{', '.join(quoted[:-1])} and {quoted[-1]}" if len(quoted) > 1 else quoted[0]
        super().__init__(f"Complete {named} before {before}.")


def _add_event(
    episode: Episode,
    actor: Actor,
    kind: str,
    happened_at: datetime,
    now: datetime,
    detail: str = "",
    corrects: EpisodeEvent | None = None,
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
        corrects=corrects,
    )


def _tell_timeline(episode: Episode, actor: Actor, happened_at: datetime, now: datetime, title: str, text: str) -> None:
    """Add it to the person's timeline, where the episode is about a person."""
    if episode.person is not None:
        add_to_timeline(
            actor=actor,
            person=episode.person,
            kind="episode",
            happened_at=happened_at,
            now=now,
            title=title[:200],
            text=text,
            subject=("episode", episode.pk),
        )


def form_subjects(episode: Episode) -> list[tuple[str, int]]:
    """What the forms of an episode hang on: the episode, and the referral it came from for those of the front door."""
    referral = [("referral", episode.referral_id)] if episode.referral_id else []
    return [*referral, ("episode", episode.pk)]


def stages_reached(episode: Episode) -> set[str]:
    """The codes of the stages an episode has been at, as far as its events say."""
    moved = episode.events.filter(kind="stage_changed").values_list("detail", flat=True)
    return {episode.stage, *moved}


def _locked(episode: Episode) -> Episode:
    episode = Episode.objects.select_for_update(of=("self",)).select_related("person").get(pk=episode.pk)
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

    Where the pathway says that two people must agree, somebody else must have proposed the same pathway before
    (`referrals.services.propose_acceptance`).

    Raises: NotAllowedError; RefusedError when the pathway is not for a person, or not for staff or a service, as the
    referral is; SecondPersonNeededError; FormsNotCompleteError while the front door's own forms are not complete;
    procedures.selectors.NoSuchProcedureError; ReferralAlreadyDecidedError.
    """
    require(actor, Permission.TRIAGE_REFERRALS, referral.service_id)
    row = procedure("pathway", pathway_code)
    pathway = built(row)
    referral = Referral.objects.select_for_update(of=("self",)).get(pk=referral.pk)
    if (pathway.subject in (Subject.PERSON, Subject.CARER)) != (referral.person_id is not None):
        raise RefusedError(f"{pathway.title} is {FOR_SUBJECT[pathway.subject]}. Choose another pathway.")
    if pathway.entry.second_person_agrees:
        _check_second_person(actor, referral, pathway)
    missing = missing_to_leave(actor, referral.service_id, pathway, pathway.first_stage.code, ("referral", referral.pk))
    if missing:
        raise FormsNotCompleteError(missing, "you accept it")
    referral = mark_accepted(
        actor=actor, referral=referral, pathway_code=pathway.code, pathway_title=pathway.title, now=now, reason=reason
    )
    episode = Episode.objects.create(
        service_id=referral.service_id,
        person=referral.person,
        about=referral.about,
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
        _tell_timeline(episode, actor, happened_at, now, title, detail)
    _done(actor, kind.replace("_", " "), episode, now)
    return event


@transaction.atomic
def note_after_closing(
    *, actor: Actor, episode: Episode, kind: str, happened_at: datetime, now: datetime
) -> EpisodeEvent:
    """Record what a clock that goes on after closing waits for, such as that somebody was asked a year later.

    Raises: NotAllowedError; RefusedError when no such clock of the pathway waits for it.
    """
    require(actor, Permission.SEE_PEOPLE, episode.service_id)
    episode = Episode.objects.select_for_update(of=("self",)).select_related("person", "pathway").get(pk=episode.pk)
    clocks = [clock for clock in built(episode.pathway).clocks if clock.after_closing]
    if not any(kind in (*clock.stops, *clock.cancels) for clock in clocks):
        raise RefusedError("Nothing of this pathway waits for that after closing.")
    event = _add_event(episode, actor, kind, happened_at, now, "")
    _done(actor, kind.replace("_", " "), episode, now)
    return event


@transaction.atomic
def record_event(
    *, actor: Actor, episode: Episode, kind: str, happened_at: datetime, now: datetime, detail: str = ""
) -> EpisodeEvent:
    """Record one of the moments that the pathway waits for and a person reports, such as a review held.

    Raises: NotAllowedError; EpisodeEndedError; RefusedError when the pathway waits for no such moment, or the time is
    in the future or before the episode began.
    """
    if kind not in recordable(built(episode.pathway)):
        raise RefusedError("Choose what happened from the list.")
    _refuse_before_it_began(episode, happened_at)
    title = procedures_library().event(kind).title
    return note_event(
        actor=actor, episode=episode, kind=kind, happened_at=happened_at, now=now, title=title, detail=detail.strip()
    )


@transaction.atomic
def comment_on_episode(*, actor: Actor, episode: Episode, text: str, now: datetime) -> EpisodeEvent:
    """Say something that the rest of the team should know; it changes no clock.

    Raises: NotAllowedError; RefusedError when nothing is said.
    """
    require(actor, Permission.SEE_PEOPLE, episode.service_id)
    if not text.strip():
        raise RefusedError("Write what the team should know.")
    event = _add_event(episode, actor, "comment", now, now, text.strip())
    _done(actor, "comment on episode", episode, now)
    return event


@transaction.atomic
def move_stage(*, actor: Actor, episode: Episode, stage: str, now: datetime) -> Episode:
    """Move an episode to another stage that its pathway allows from here.

    Raises: NotAllowedError; EpisodeEndedError; RefusedError when the pathway does not allow the move, or the stage is a
    last one (`close_episode`, with an outcome); FormsNotCompleteError.
    """
    require(actor, Permission.SEE_PEOPLE, episode.service_id)
    episode = _locked(episode)
    pathway = built(episode.pathway)
    if not pathway.may_move(episode.stage, stage):
        raise RefusedError(f"{pathway.title} does not go from {episode.stage} to {stage}.")
    if pathway.stage(stage).kind is StageKind.LAST:
        raise RefusedError("Close this with how it ended, to move it there.")
    missing = missing_to_leave(actor, episode.service_id, pathway, episode.stage, *form_subjects(episode))
    if missing:
        raise FormsNotCompleteError(missing, f"this leaves “{pathway.stage(episode.stage).title}”")
    episode.stage = stage
    episode.save(update_fields=["stage"])
    _add_event(episode, actor, "stage_changed", now, now, stage)
    _done(actor, "move stage", episode, now)
    return episode


@transaction.atomic
def close_episode(*, actor: Actor, episode: Episode, outcome_code: str, now: datetime, note: str = "") -> Episode:
    """End an episode with one of its pathway's closing outcomes.

    Raises: NotAllowedError; EpisodeEndedError; RefusedError when the pathway has no such outcome;
    FormsNotCompleteError while forms needed to close with this outcome are not complete.
    """
    require(actor, Permission.SEE_PEOPLE, episode.service_id)
    episode = _locked(episode)
    pathway = built(episode.pathway)
    try:
        outcome = pathway.outcome(outcome_code)
    except UnknownCodeError as error:
        raise RefusedError("Choose how it ended.") from error
    missing = missing_to_close(
        actor, episode.service_id, pathway, stages_reached(episode), outcome.code, *form_subjects(episode)
    )
    if missing:
        raise FormsNotCompleteError(missing, "you close this")
    episode.ended_at = now
    episode.outcome_code = outcome.code
    episode.outcome_note = note
    episode.stage = next((stage.code for stage in reversed(pathway.stages) if not stage.moves_to), episode.stage)
    episode.save()
    _add_event(episode, actor, "episode_closed", now, now, outcome.title)
    _tell_timeline(episode, actor, now, now, f"{pathway.title} ended: {outcome.title}", note)
    _done(actor, "close episode", episode, now)
    return episode


@transaction.atomic
def hand_on(*, actor: Actor, episode: Episode, now: datetime, pathway_code: str = "", note: str = "") -> Episode:
    """Start the next pathway for somebody whose episode ended by handing over, without a new referral.

    The pathway is the one the closing outcome names, unless `pathway_code` says another. The new episode follows the
    old one, and starts at the stage after the front door.

    Raises: NotAllowedError; RefusedError when the episode is open, its outcome hands over to no pathway, or it was
    handed on before; procedures.selectors.NoSuchProcedureError.
    """
    able = (Permission.RESPOND, Permission.TRIAGE_REFERRALS, Permission.WRITE_PLANS, Permission.PLAN_DAY)
    require(actor, next((one for one in able if actor.may(one)), Permission.RESPOND), episode.service_id)
    episode = Episode.objects.select_for_update(of=("self",)).select_related("person", "pathway").get(pk=episode.pk)
    if episode.ended_at is None:
        raise RefusedError("Close this first: what is still open cannot be handed on.")
    code = pathway_code or built(episode.pathway).outcome(episode.outcome_code).hands_over_to
    if not code:
        raise RefusedError("Choose the pathway that takes over.")
    if Episode.objects.filter(follows=episode).exists():
        raise RefusedError("This was handed on before. Open the person's record to see to which pathway.")
    row = procedure("pathway", code)
    pathway = built(row)
    if (pathway.subject in (Subject.PERSON, Subject.CARER)) != (episode.person_id is not None):
        raise RefusedError(f"{pathway.title} is {FOR_SUBJECT[pathway.subject]}. Choose another pathway.")
    if pathway.entry.second_person_agrees:
        raise SecondPersonNeededError(f"{pathway.title} needs two people to agree. Refer to it at the front door.")
    following = Episode.objects.create(
        service_id=episode.service_id,
        person=episode.person,
        about=episode.about,
        follows=episode,
        pathway=row,
        stage=next(iter(pathway.first_stage.moves_to), pathway.first_stage.code),
        started_at=now,
    )
    _add_event(episode, actor, "handed_on", now, now, pathway.title)
    # its clocks start from the moment the earlier pathway asked for it, as from any referral
    for kind in ("referral_received", "referral_accepted", "episode_started"):
        _add_event(following, actor, kind, now, now, pathway.title)
    if pathway.urgency is Urgency.CRISIS:
        _add_event(following, actor, "accepted_as_two_hour", now, now)
    _tell_timeline(following, actor, now, now, f"{pathway.title} takes over", note)
    _done(actor, "hand on", following, now)
    return following


@transaction.atomic
def move_to_version(
    *, actor: Actor, episode: Episode, version: int, now: datetime, reason: str, stage: str = ""
) -> Episode:
    """Move an open episode to another version of its pathway. It stays at its stage, unless `stage` says another.

    Raises: NotAllowedError; EpisodeEndedError; RefusedError when there is no reason, it is on that version already, or
    that version has no such stage: choose one; procedures.selectors.NoSuchProcedureError.
    """
    require(actor, Permission.WRITE_PLANS, episode.service_id)
    episode = _locked(episode)
    if not reason.strip():
        raise RefusedError("Say why the episode moves to another version.")
    row = procedure("pathway", episode.pathway.code, version)
    if row.pk == episode.pathway_id:
        raise RefusedError(f"This episode is on version {version} already.")
    pathway, stage = built(row), stage or episode.stage
    if stage not in {one.code for one in pathway.stages}:
        raise RefusedError(f"Version {version} has no stage “{stage}”. Choose the stage it goes on from.")
    before = episode.pathway.version
    episode.pathway = row
    episode.stage = stage
    episode.save(update_fields=["pathway", "stage"])
    _add_event(episode, actor, "moved_to_version", now, now, f"From version {before} to {version}: {reason.strip()}")
    _tell_timeline(
        episode, actor, now, now, f"{pathway.title}: moved from version {before} to {version}", reason.strip()
    )
    _done(actor, "move to version", episode, now)
    return episode


@transaction.atomic
def correct_episode_time(
    *, actor: Actor, event: EpisodeEvent, happened_at: datetime, reason: str, now: datetime
) -> EpisodeEvent:
    """Put right when something happened in an episode. Both times stay on record; the clocks read the right one.

    Raises: NotAllowedError; RefusedError when there is no reason, the time is in the future or the same, the event was
    corrected before, or it is a moment the service itself timed.
    """
    require(
        actor, Permission.RESPOND if actor.may(Permission.RESPOND) else Permission.WRITE_PLANS, event.episode.service_id
    )
    episode = Episode.objects.select_for_update(of=("self",)).select_related("person").get(pk=event.episode_id)
    if event.kind not in CORRECTABLE_KINDS:
        raise RefusedError("The service itself recorded this moment, so it cannot be changed.")
    if not reason.strip():
        raise RefusedError("Say why the time was wrong.")
    if happened_at > now or happened_at == event.happened_at:
        raise RefusedError("Give the right time. It must differ from the one on record and not be in the future.")
    _refuse_before_it_began(episode, happened_at)
    if EpisodeEvent.objects.filter(corrects=event).exists():
        raise RefusedError("This time was put right before. Correct the newer one.")
    corrected = _add_event(episode, actor, event.kind, happened_at, now, reason.strip(), corrects=event)
    _tell_timeline(episode, actor, now, now, f"Time corrected: {event.kind.replace('_', ' ')}", reason.strip())
    _done(actor, "correct time", episode, now)
    return corrected


def _refuse_before_it_began(episode: Episode, happened_at: datetime) -> None:
    began = episode.referral.received_at if episode.referral_id else episode.started_at
    if happened_at < min(began, episode.started_at) - EARLIEST_BEFORE:
        raise RefusedError("The time is before this began. Check it.")


def _check_second_person(actor: Actor, referral: Referral, pathway: Pathway) -> None:
    if referral.proposed_by_id is None or referral.proposed_pathway_code != pathway.code:
        raise SecondPersonNeededError(f"{pathway.title} needs two people to agree. Propose it, for a second to agree.")
    if actor.account_id is None or referral.proposed_by_id == actor.account_id:
        raise SecondPersonNeededError("You proposed this. Somebody else must agree to it.")
