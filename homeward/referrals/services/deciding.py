"""Decisions about a referral. Each adds an event, from which its clocks are computed."""

from datetime import datetime

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.kernel.rules import RefusedError
from homeward.referrals.models import Referral
from homeward.referrals.services.changing import _add_event, _decide, _done, _locked, _tell_timeline
from homeward.referrals.states import OPEN_STATES, REOPENABLE_STATES, ReferralAlreadyDecidedError, ReferralState


@transaction.atomic
def mark_accepted(
    *, actor: Actor, referral: Referral, pathway_code: str, pathway_title: str, now: datetime, reason: str = ""
) -> Referral:
    """Record that a referral was accepted onto a pathway. `episodes.services.accept_referral` starts the episode.

    Raises: NotAllowedError; ReferralAlreadyDecidedError.
    """
    require(actor, Permission.TRIAGE_REFERRALS, referral.service_id)
    return _decide(
        actor,
        referral,
        ReferralState.ACCEPTED,
        "referral_accepted",
        f"Accepted: {pathway_title}",
        reason,
        now,
        {"pathway_code": pathway_code, "proposed_pathway_code": "", "proposed_by": None},
    )


@transaction.atomic
def redirect_referral(*, actor: Actor, referral: Referral, to: str, reason: str, now: datetime) -> Referral:
    """Pass a referral to a service that fits better, saying which and why.

    Raises: NotAllowedError; RefusedError when either is missing; ReferralAlreadyDecidedError.
    """
    require(actor, Permission.TRIAGE_REFERRALS, referral.service_id)
    if not to.strip() or not reason.strip():
        raise RefusedError("Say where the referral goes, and why.")
    return _decide(
        actor,
        referral,
        ReferralState.REDIRECTED,
        "referral_redirected",
        f"Redirected to {to.strip()}"[:200],
        f"To {to.strip()}: {reason.strip()}",  # whoever sent it is told where
        now,
    )


@transaction.atomic
def decline_referral(*, actor: Actor, referral: Referral, reason: str, now: datetime) -> Referral:
    """Decline a referral with a reason that the person who referred will be told.

    Raises: NotAllowedError; RefusedError when there is no reason; ReferralAlreadyDecidedError.
    """
    require(actor, Permission.TRIAGE_REFERRALS, referral.service_id)
    if not reason.strip():
        raise RefusedError("Give a reason. The person who referred will be told it.")
    return _decide(actor, referral, ReferralState.DECLINED, "referral_declined", "Declined", reason.strip(), now)


@transaction.atomic
def ask_for_more(*, actor: Actor, referral: Referral, question: str, now: datetime) -> Referral:
    """Ask the person who referred for more. The clock runs on unless the pathway says that asking pauses it.

    Raises: NotAllowedError; RefusedError when there is no question; ReferralAlreadyDecidedError.
    """
    require(actor, Permission.TRIAGE_REFERRALS, referral.service_id)
    if not question.strip():
        raise RefusedError("Say what you need to know.")
    return _decide(
        actor,
        referral,
        ReferralState.MORE_ASKED,
        "more_information_requested",
        "More information asked for",
        question.strip(),
        now,
    )


@transaction.atomic
def withdraw_referral(*, actor: Actor, referral: Referral, reason: str, now: datetime) -> Referral:
    """Take a referral out because its sender withdrew it.

    Raises: NotAllowedError; ReferralAlreadyDecidedError.
    """
    require(
        actor,
        Permission.RECEIVE_MESSAGES if actor.may(Permission.RECEIVE_MESSAGES) else Permission.TRIAGE_REFERRALS,
        referral.service_id,
    )
    return _decide(
        actor, referral, ReferralState.WITHDRAWN, "referral_cancelled", "Referral withdrawn by the sender", reason, now
    )


@transaction.atomic
def give_advice(*, actor: Actor, referral: Referral, advice: str, now: datetime) -> Referral:
    """End a referral with advice, where advice is all that is needed.

    Raises: NotAllowedError; RefusedError when no advice is written; ReferralAlreadyDecidedError.
    """
    require(actor, Permission.TRIAGE_REFERRALS, referral.service_id)
    if not advice.strip():
        raise RefusedError("Write the advice that was given.")
    return _decide(actor, referral, ReferralState.ADVISED, "advice_given", "Advice given", advice.strip(), now)


@transaction.atomic
def reopen_referral(*, actor: Actor, referral: Referral, reason: str, now: datetime) -> Referral:
    """Bring back a referral that was declined, redirected, answered with advice or withdrawn. Its clock starts again.

    Raises: NotAllowedError; RefusedError when there is no reason; ReferralAlreadyDecidedError when it is open, or was
    accepted: close its episode instead, and refer again.
    """
    require(actor, Permission.TRIAGE_REFERRALS, referral.service_id)
    if not reason.strip():
        raise RefusedError("Say why the referral is opened again.")
    if referral.events.filter(kind="referral_accepted").exists():
        raise ReferralAlreadyDecidedError("This referral was accepted before, and has an episode. Refer them again.")
    if _locked(referral).state not in REOPENABLE_STATES:
        raise ReferralAlreadyDecidedError("This referral is open, or was accepted. It cannot be opened again.")
    return _decide(
        actor, referral, ReferralState.WAITING, "referral_reopened", "Referral opened again", reason.strip(), now
    )


@transaction.atomic
def propose_acceptance(
    *, actor: Actor, referral: Referral, pathway_code: str, pathway_title: str, now: datetime, reason: str = ""
) -> Referral:
    """Propose a pathway that two people must agree to. The referral waits, clock running, until a second agrees.

    The second uses `episodes.services.accept_referral`, which refuses the person who proposed.

    Raises: NotAllowedError; RefusedError when the actor has no account; ReferralAlreadyDecidedError.
    """
    require(actor, Permission.TRIAGE_REFERRALS, referral.service_id)
    if actor.account_id is None:
        raise RefusedError("A person must propose this, not a system.")
    referral = _locked(referral)
    if referral.state not in OPEN_STATES:
        raise ReferralAlreadyDecidedError("This referral is already decided. Open it again to see who decided and why.")
    referral.proposed_pathway_code = pathway_code
    referral.proposed_by_id = actor.account_id
    referral.save(update_fields=["proposed_pathway_code", "proposed_by"])
    _add_event(referral, actor, "acceptance_proposed", now, now, reason)
    _tell_timeline(
        referral, actor, "triage", now, now, f"Proposed: {pathway_title}. A second person must agree", reason
    )
    _done(actor, "propose acceptance", referral, now)
    return referral


@transaction.atomic
def withdraw_proposal(*, actor: Actor, referral: Referral, reason: str, now: datetime) -> Referral:
    """Take back what was proposed: by the second person, who does not agree, or by the first. The referral waits on.

    Raises: NotAllowedError; RefusedError when nothing is proposed or no reason is given.
    """
    require(actor, Permission.TRIAGE_REFERRALS, referral.service_id)
    if not reason.strip():
        raise RefusedError("Say why. The person who proposed it needs to know.")
    referral = _locked(referral)
    if referral.state not in OPEN_STATES or not referral.proposed_pathway_code:
        raise RefusedError("Nothing is proposed any more. Open the referral again to see what happened.")
    referral.proposed_pathway_code = ""
    referral.proposed_by = None
    referral.save(update_fields=["proposed_pathway_code", "proposed_by"])
    _add_event(referral, actor, "proposal_withdrawn", now, now, reason.strip())
    _tell_timeline(referral, actor, "triage", now, now, "Not agreed: what was proposed is taken back", reason.strip())
    _done(actor, "withdraw proposal", referral, now)
    return referral
