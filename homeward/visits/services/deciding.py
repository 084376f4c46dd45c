"""Decisions about a response that software must not take: an unsafe scene, a far place, nobody in time, hospital."""

from datetime import datetime

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.episodes.models import Episode, EpisodeEvent
from homeward.episodes.services import note_event
from homeward.kernel.rules import RefusedError
from homeward.kernel.services import tell
from homeward.people.services import raise_alert
from homeward.referrals.services import comment_on_referral
from homeward.visits.states import AREA_DECISIONS, LATE_DECISIONS, OVERRUN, Decision, StepUp

# Decisions that change what somebody was promised, or that another must act on, and so are nothing without words
NEEDS_WORDS = {
    Decision.SCENE_UNSAFE: "Say what makes it unsafe.",
    Decision.GO_WITH_POLICE: "Say who was called, and when they meet.",
    Decision.GO_WITH_AMBULANCE: "Say who was called, and when they meet.",
    Decision.DO_NOT_GO: "Say why nobody goes, and how the person is kept safe.",
    Decision.AREA_ACCEPTED: "Say why we go outside our area.",
    Decision.AREA_PASSED_ON: "Say who took it over, and when they were told.",
    Decision.LATE_SENT: "Say why a later arrival is safe.",
    Decision.LATE_ASKED_OTHERS: "Say who was asked, and what they said.",
    Decision.LATE_CALLED_999: "Say what the ambulance service said.",
    Decision.LATE_ESCALATED: "Say who decides now.",
}


@transaction.atomic
def decide_response(
    *, actor: Actor, episode: Episode, decision: str, words: str, now: datetime, sender_told: str = ""
) -> EpisodeEvent:
    """Record what somebody decided about a response, and what whoever referred was told.

    That it is not safe also becomes a standing alert, so that the next visitor knows.

    Raises: NotAllowedError; episodes.services.EpisodeEndedError; RefusedError when it is no such decision or says too
    little.
    """
    require(actor, Permission.RESPOND, episode.service_id)
    if decision not in Decision.values:
        raise RefusedError("Choose what to do.")
    words, sender_told = words.strip(), sender_told.strip()
    if decision in NEEDS_WORDS and not words:
        raise RefusedError(NEEDS_WORDS[Decision(decision)])
    if decision in (*AREA_DECISIONS, *LATE_DECISIONS) and not sender_told:
        raise RefusedError("Say what whoever referred the person was told.")
    detail = words
    if sender_told:
        detail = f"{words} Whoever referred was told: {sender_told}".strip()
    event = note_event(
        actor=actor,
        episode=episode,
        kind=decision,
        happened_at=now,
        now=now,
        title=f"Decided: {Decision(decision).label}",
        detail=detail,
    )
    if decision == Decision.SCENE_UNSAFE and episode.person is not None and actor.may(Permission.TAKE_REFERRALS):
        raise_alert(actor=actor, person=episode.person, kind="risk", text=words, now=now)
    if sender_told and episode.referral is not None and actor.may(Permission.TAKE_REFERRALS):
        comment_on_referral(
            actor=actor, referral=episode.referral, text=f"{Decision(decision).label}. {detail}", now=now
        )
    _decided(actor, "decide response", episode, now)
    return event


@transaction.atomic
def step_up(*, actor: Actor, episode: Episode, kind: str, at: datetime, words: str, now: datetime) -> EpisodeEvent:
    """Record that an ambulance was called, or that the person went into hospital. Closing stays a decision of its own.

    Raises: NotAllowedError; episodes.services.EpisodeEndedError; RefusedError when it is neither, or in the future.
    """
    require(actor, Permission.RESPOND, episode.service_id)
    if kind not in StepUp.values:
        raise RefusedError("Choose what happened: an ambulance was called, or the person was admitted.")
    event = note_event(
        actor=actor,
        episode=episode,
        kind=kind,
        happened_at=at,
        now=now,
        title=StepUp(kind).label,
        detail=words.strip(),
    )
    _decided(actor, "step up", episode, now)
    return event


@transaction.atomic
def explain_overrun(*, actor: Actor, episode: Episode, reason: str, now: datetime) -> EpisodeEvent:
    """Record why support goes on past its limit.

    Raises: NotAllowedError; episodes.services.EpisodeEndedError; RefusedError without a reason.
    """
    require(actor, Permission.RESPOND, episode.service_id)
    if not reason.strip():
        raise RefusedError("Say why support goes on past its limit.")
    event = note_event(
        actor=actor,
        episode=episode,
        kind=OVERRUN,
        happened_at=now,
        now=now,
        title="Support goes on past its limit",
        detail=reason.strip(),
    )
    _decided(actor, "explain overrun", episode, now)
    return event


def _decided(actor: Actor, action: str, episode: Episode, now: datetime) -> None:
    record(
        actor=actor,
        action=action,
        subject=("episode", episode.pk),
        person_id=episode.person_id,
        now=now,
        service_id=episode.service_id,
    )
    tell(topic="visits", service_id=episode.service_id, subject=("episode", episode.pk), now=now)
