"""Answers to sending systems: queued, sent once, tried again, and sent again when somebody asks."""

from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from django.db import transaction
from django.db.models import Q

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.kernel.rules import RefusedError
from homeward.kernel.services import tell
from homeward.referrals.models import Referral, Reply
from homeward.referrals.rules.replying import LEASE, should_try_again, wait_after
from homeward.referrals.states import ReplyState


@transaction.atomic
def queue_reply(
    *,
    actor: Actor,
    referral: Referral,
    kind: str,
    caused_by: str,
    send_to: str,
    media_type: str,
    content: bytes,
    now: datetime,
) -> Reply | None:
    """Keep an answer that is owed, to be sent; None when the same event was answered before, by whomever.

    Its message id follows from the referral and the event, so the same answer has the same id however often it is made.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RUN_SCHEDULE, referral.service_id)
    reply, is_new = Reply.objects.get_or_create(
        referral=referral,
        caused_by=caused_by,
        defaults={
            "service_id": referral.service_id,
            "kind": kind,
            "message_id": reply_id(referral, caused_by),
            "send_to": send_to[:300],
            "media_type": media_type,
            "content": content,
            "made_at": now,
            "made_by": actor.name,
            "state": ReplyState.QUEUED if send_to else ReplyState.KEPT,
            "next_try_at": now if send_to else None,
        },
    )
    if not is_new:
        return None
    _changed(actor, "queue reply", reply, now)
    return reply


def reply_id(referral: Referral, caused_by: str):
    """The id of the message that answers an event of a referral."""
    return uuid5(NAMESPACE_URL, f"homeward/reply/{referral.reference}/{referral.pk}/{caused_by}")


@transaction.atomic
def take_replies(*, actor: Actor, now: datetime, limit: int = 20) -> list[Reply]:
    """Take replies that are due, for one sender; of one referral only the oldest, so that none overtakes another.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RUN_SCHEDULE)
    due = (
        Reply.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(Q(leased_until__isnull=True) | Q(leased_until__lt=now), state=ReplyState.QUEUED, next_try_at__lte=now)
        .order_by("id")
    )
    first: dict[int, Reply] = {}
    for reply in due[: 4 * limit]:
        first.setdefault(reply.referral_id, reply)
    waiting_before = set(
        Reply.objects.filter(referral_id__in=first, state=ReplyState.QUEUED)
        .order_by("referral_id", "id")
        .values_list("referral_id", "id")
    )
    oldest: dict[int, int] = {}
    for referral_id, pk in waiting_before:
        oldest[referral_id] = min(pk, oldest.get(referral_id, pk))
    taken = [reply for reply in first.values() if oldest[reply.referral_id] == reply.pk][:limit]
    for reply in taken:
        reply.leased_until = now + LEASE
    Reply.objects.bulk_update(taken, ["leased_until"])
    if taken:
        record(actor=actor, action="take replies", subject=("reply", None), now=now, count=len(taken))
    return taken


@transaction.atomic
def settle_reply(*, actor: Actor, reply: Reply, answer_code: int | None, answer_text: str, now: datetime) -> Reply:
    """Keep what became of sending a reply: taken (2xx), to be tried again, or for somebody to look at.

    `answer_code` is None where nobody answered.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RUN_SCHEDULE, reply.service_id)
    reply = Reply.objects.select_for_update().get(pk=reply.pk)
    if reply.state != ReplyState.QUEUED:
        return reply
    reply.tries += 1
    reply.leased_until = None
    reply.answer_code, reply.answer_text = answer_code, answer_text[:2000]
    wait = wait_after(reply.tries) if should_try_again(answer_code) else None
    if answer_code is not None and 200 <= answer_code < 300:
        reply.state, reply.sent_at, reply.next_try_at = ReplyState.SENT, now, None
    elif wait is not None:
        reply.next_try_at = now + wait
    else:
        reply.state, reply.next_try_at = ReplyState.FAILED, None
    reply.save()
    _changed(actor, "settle reply", reply, now)
    return reply


@transaction.atomic
def replay_reply(*, actor: Actor, reply: Reply, now: datetime) -> Reply:
    """Send a reply again, the same bytes under the same id, so that a receiver can tell a repeat.

    Raises: NotAllowedError; RefusedError when it is on its way already.
    """
    require(actor, Permission.TRIAGE_REFERRALS, reply.service_id)
    reply = Reply.objects.select_for_update().get(pk=reply.pk)
    if reply.state == ReplyState.QUEUED:
        raise RefusedError("This reply is on its way already.")
    if not reply.send_to:
        raise RefusedError("The sender's message named no address to answer to.")
    reply.state, reply.next_try_at, reply.tries, reply.sent_at = ReplyState.QUEUED, now, 0, None
    reply.save()
    _changed(actor, "replay reply", reply, now)
    return reply


def _changed(actor: Actor, action: str, reply: Reply, now: datetime) -> None:
    record(
        actor=actor,
        action=action,
        subject=("reply", reply.pk),
        now=now,
        service_id=reply.service_id,
        person_id=reply.referral.person_id,
    )
    tell(topic="referrals", service_id=reply.service_id, subject=("referral", reply.referral_id), now=now)
