"""Messages from other systems: kept exactly as they came, then judged."""

import hashlib
from datetime import datetime

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.referrals.models import KeptMessage, Referral
from homeward.referrals.states import MessageOutcome


@transaction.atomic
def keep_message(
    *, actor: Actor, service_id: int, content: bytes, media_type: str, now: datetime, message_id: str = ""
) -> KeptMessage:
    """Keep the bytes of a message exactly as they came, before anything is made of them.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RECEIVE_MESSAGES, service_id)
    message = KeptMessage.objects.create(
        service_id=service_id,
        received_at=now,
        received_from=actor.name,
        media_type=media_type[:100],
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        message_id=message_id[:200],
    )
    record(actor=actor, action="keep message", subject=("message", message.pk), now=now, service_id=service_id)
    return message


@transaction.atomic
def judge_message(
    *,
    actor: Actor,
    message: KeptMessage,
    outcome: MessageOutcome | str,
    now: datetime,
    reason: str = "",
    referral: Referral | None = None,
    not_understood: list[dict] | None = None,
) -> KeptMessage:
    """Record what became of a kept message. Messages of one referral are numbered in the order they came.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RECEIVE_MESSAGES, message.service_id)
    message.outcome = outcome
    message.reason = reason
    message.not_understood = not_understood or []
    if referral:
        message.referral = referral
        if outcome != MessageOutcome.REPEATED:
            message.version = 1 + KeptMessage.objects.filter(referral=referral, version__isnull=False).count()
    message.save(update_fields=["outcome", "reason", "not_understood", "referral", "version"])
    record(
        actor=actor,
        action="judge message",
        subject=("message", message.pk),
        now=now,
        service_id=message.service_id,
        person_id=referral.person_id if referral else None,
    )
    return message
