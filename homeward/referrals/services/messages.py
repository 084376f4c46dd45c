"""Messages from other systems: kept exactly as they came, then judged."""

import hashlib
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.kernel.rules import RefusedError
from homeward.referrals.models import KeptMessage, Referral
from homeward.referrals.states import MessageKind, MessageOutcome


@transaction.atomic
def keep_message(
    *,
    actor: Actor,
    service_id: int,
    content: bytes,
    media_type: str,
    now: datetime,
    message_id: str = "",
    kind: MessageKind | str = "",
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
        kind=kind,
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
    kind: MessageKind | str = "",
) -> KeptMessage:
    """Record what became of a kept message. Messages of one referral are numbered in the order they came.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RECEIVE_MESSAGES, message.service_id)
    message.outcome = outcome
    message.reason = reason
    message.not_understood = not_understood or []
    message.kind = kind or message.kind
    if referral:
        message.referral = referral
        if outcome != MessageOutcome.REPEATED:
            message.version = 1 + KeptMessage.objects.filter(referral=referral, version__isnull=False).count()
    message.save(update_fields=["outcome", "reason", "not_understood", "kind", "referral", "version"])
    record(
        actor=actor,
        action="judge message",
        subject=("message", message.pk),
        now=now,
        service_id=message.service_id,
        person_id=referral.person_id if referral else None,
    )
    return message


@transaction.atomic
def replay_message(*, actor: Actor, message: KeptMessage, now: datetime) -> KeptMessage:
    """Judge a refused message again, after what was wrong is put right. Its bytes stay as they came.

    Raises: NotAllowedError; RefusedError when it was not refused, or is a file.
    """
    require(actor, Permission.SEE_MESSAGES, message.service_id)
    require(actor, Permission.TAKE_REFERRALS, message.service_id)
    if message.kind in (MessageKind.FILE, MessageKind.WARD_LIST):
        raise RefusedError("A file is not judged again. Correct the rows with a fault, and send those.")
    locked = KeptMessage.objects.select_for_update().get(pk=message.pk)
    if locked.outcome != MessageOutcome.REFUSED:
        raise RefusedError("This message was not refused, so there is nothing to judge again.")
    record(
        actor=actor,
        action="judge message again",
        subject=("message", message.pk),
        now=now,
        service_id=message.service_id,
    )
    # whoever asks for it vouches for it: for this one message they may do what the sending system may
    judge_kept = import_string(settings.MESSAGE_READER)
    return judge_kept(actor=actor.lent(Permission.RECEIVE_MESSAGES), message=locked, now=now)
