"""The desk itself: who has a referral, what was said about it, and putting a wrong time right."""

from datetime import datetime

from django.db import transaction

from homeward.access.rules import ROLE_PERMISSIONS, Actor, Permission, Role, require
from homeward.kernel.rules import RefusedError
from homeward.referrals.models import Referral, ReferralEvent
from homeward.referrals.services.changing import _add_event, _done, _locked, _tell_timeline
from homeward.referrals.states import OPEN_STATES, ReferralAlreadyDecidedError
from homeward.teams.models import Account

# Moments the clocks read that a person recorded, and so may have recorded wrong.
CORRECTABLE_KINDS = ("referral_received", "more_information_received", "more_information_requested")


class ReferralHeldError(RefusedError):
    """Somebody else has this referral."""


@transaction.atomic
def claim_referral(*, actor: Actor, referral: Referral, now: datetime) -> Referral:
    """Say "I have this one". Claiming what one already has changes nothing.

    Raises: NotAllowedError; ReferralHeldError when somebody else has it; ReferralAlreadyDecidedError.
    """
    require(actor, Permission.TRIAGE_REFERRALS, referral.service_id)
    referral = _open(referral)
    if actor.account_id is None:
        raise RefusedError("A person must claim this, not a system.")
    if referral.held_by_id == actor.account_id:
        return referral
    if referral.held_by_id is not None:
        raise ReferralHeldError(
            f"{referral.held_by.full_name} has this one. Ask them to hand it over, or take it over."
        )
    return _hold(referral, actor, actor.account_id, "claimed", "", now)


@transaction.atomic
def hand_over_referral(*, actor: Actor, referral: Referral, to: Account, note: str, now: datetime) -> Referral:
    """Give a referral to a colleague of the same service who may triage; or take one over by giving it to oneself.

    Raises: NotAllowedError; RefusedError when the colleague may not triage here, or no word is left for them;
    ReferralAlreadyDecidedError.
    """
    require(actor, Permission.TRIAGE_REFERRALS, referral.service_id)
    referral = _open(referral)
    if not note.strip():
        raise RefusedError("Say what the next person must know.")
    may_triage = Permission.TRIAGE_REFERRALS in ROLE_PERMISSIONS[Role(to.role)]
    if not to.is_active or not may_triage or not to.services.filter(pk=referral.service_id).exists():
        raise RefusedError(f"{to.full_name} does not triage referrals here. Choose somebody else.")
    return _hold(referral, actor, to.pk, "passed_to_colleague", f"To {to.full_name}: {note.strip()}", now)


@transaction.atomic
def release_referral(*, actor: Actor, referral: Referral, now: datetime) -> Referral:
    """Put a referral back for anyone to take.

    Raises: NotAllowedError; ReferralAlreadyDecidedError.
    """
    require(actor, Permission.TRIAGE_REFERRALS, referral.service_id)
    referral = _open(referral)
    return _hold(referral, actor, None, "released", "", now) if referral.held_by_id else referral


@transaction.atomic
def escalate_referral(*, actor: Actor, referral: Referral, reason: str, now: datetime) -> Referral:
    """Ask a senior to look at a referral now. It stands out in the queue until somebody decides.

    Raises: NotAllowedError; RefusedError when there is no reason; ReferralAlreadyDecidedError.
    """
    require(actor, Permission.TAKE_REFERRALS, referral.service_id)
    if not reason.strip():
        raise RefusedError("Say why a senior must look at this.")
    referral = _open(referral)
    referral.escalated_at = now
    referral.save(update_fields=["escalated_at"])
    _add_event(referral, actor, "escalated", now, now, reason.strip())
    _tell_timeline(referral, actor, "triage", now, now, "Referral escalated", reason.strip())
    _done(actor, "escalate referral", referral, now)
    return referral


@transaction.atomic
def comment_on_referral(*, actor: Actor, referral: Referral, text: str, now: datetime) -> ReferralEvent:
    """Leave a comment on a referral for colleagues at the desk.

    Raises: NotAllowedError; RefusedError when it says nothing.
    """
    require(actor, Permission.TAKE_REFERRALS, referral.service_id)
    if not text.strip():
        raise RefusedError("Write the comment.")
    event = _add_event(_locked(referral), actor, "comment", now, now, text.strip())
    _done(actor, "comment on referral", referral, now)
    return event


@transaction.atomic
def correct_referral_time(
    *, actor: Actor, event: ReferralEvent, happened_at: datetime, reason: str, now: datetime
) -> ReferralEvent:
    """Put right when something happened. Both times stay on record; the clocks read the right one.

    Raises: NotAllowedError; RefusedError when there is no reason, the time is in the future or the same, the event was
    corrected before, or it is a decision the service itself timed.
    """
    require(actor, Permission.TRIAGE_REFERRALS, event.referral.service_id)
    referral = _locked(event.referral)
    if event.kind not in CORRECTABLE_KINDS:
        raise RefusedError("The service itself recorded this moment, so it cannot be changed.")
    if not reason.strip():
        raise RefusedError("Say why the time was wrong.")
    if happened_at > now or happened_at == event.happened_at:
        raise RefusedError("Give the right time. It must differ from the one on record and not be in the future.")
    if ReferralEvent.objects.filter(corrects=event).exists():
        raise RefusedError("This time was put right before. Correct the newer one.")
    corrected = _add_event(referral, actor, event.kind, happened_at, now, reason.strip(), corrects=event)
    if event.kind == "referral_received":
        referral.received_at = happened_at
        referral.save(update_fields=["received_at"])
    _tell_timeline(
        referral, actor, "referral", now, now, f"Time corrected: {event.kind.replace('_', ' ')}", reason.strip()
    )
    _done(actor, "correct time", referral, now)
    return corrected


def _open(referral: Referral) -> Referral:
    referral = Referral.objects.select_for_update(of=("self",)).select_related("person", "held_by").get(pk=referral.pk)
    if referral.state not in OPEN_STATES:
        raise ReferralAlreadyDecidedError("This referral is already decided. Open it again to see who decided and why.")
    return referral


def _hold(referral: Referral, actor: Actor, account_id: int | None, kind: str, said: str, now: datetime) -> Referral:
    referral.held_by_id = account_id
    referral.held_since = now if account_id else None
    referral.save(update_fields=["held_by", "held_since"])
    _add_event(referral, actor, kind, now, now, said)
    _done(actor, kind.replace("_", " "), referral, now)
    return referral
