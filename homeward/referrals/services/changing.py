"""What every write at the front door shares: the event, the timeline, the audit and who is told."""

from datetime import datetime

from homeward.access.rules import Actor
from homeward.audit.services import record
from homeward.kernel.services import tell
from homeward.people.services import add_to_timeline
from homeward.referrals.models import Referral, ReferralEvent
from homeward.referrals.states import check_move


def _add_event(
    referral: Referral,
    actor: Actor,
    kind: str,
    happened_at: datetime,
    now: datetime,
    reason: str = "",
    corrects: ReferralEvent | None = None,
) -> ReferralEvent:
    return ReferralEvent.objects.create(
        referral=referral,
        kind=kind,
        happened_at=happened_at,
        recorded_at=now,
        actor_name=actor.name,
        actor_role=actor.title,
        employer=actor.employer,
        reason=reason,
        corrects=corrects,
    )


def _locked(referral: Referral) -> Referral:
    return Referral.objects.select_for_update(of=("self",)).select_related("person").get(pk=referral.pk)


def _tell_timeline(
    referral: Referral, actor: Actor, kind: str, happened_at: datetime, now: datetime, title: str, text: str = ""
) -> None:
    """Add it to the person's timeline, where the referral is about a person."""
    if referral.person is not None:
        add_to_timeline(
            actor=actor,
            person=referral.person,
            kind=kind,
            happened_at=happened_at,
            now=now,
            title=title,
            text=text,
            subject=("referral", referral.pk),
        )


def _decide(
    actor: Actor,
    referral: Referral,
    state: str,
    event: str,
    title: str,
    reason: str,
    now: datetime,
    changes: dict | None = None,
) -> Referral:
    """One decision about one referral, whoever decides it: move, event, timeline, audit."""
    referral = _locked(referral)
    check_move(referral.state, state)
    referral.state = state
    referral.escalated_at = None  # somebody looked, and decided
    referral.proposed_pathway_code, referral.proposed_by = "", None  # what was proposed before is no longer asked
    for name, value in (changes or {}).items():
        setattr(referral, name, value)
    referral.save()
    _add_event(referral, actor, event, now, now, reason)
    _tell_timeline(referral, actor, "triage", now, now, title, reason)
    _done(actor, event.replace("_", " "), referral, now)
    return referral


def _done(actor: Actor, action: str, referral: Referral, now: datetime) -> None:
    record(
        actor=actor,
        action=action,
        subject=("referral", referral.pk),
        person_id=referral.person_id,
        now=now,
        service_id=referral.service_id,
    )
    tell(topic="referrals", service_id=referral.service_id, subject=("referral", referral.pk), now=now)
