"""Telling people, and keeping what became of it."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from homeward.access.rules import Actor, NotAllowedError, Permission, require
from homeward.audit.services import record
from homeward.kernel.rules import RefusedError
from homeward.kernel.services import tell
from homeward.notices.models import Delivery, Notice, Reach
from homeward.notices.rules import LEASE, fault_of, next_try
from homeward.notices.states import Channel, DeliveryState
from homeward.teams.models import Account

FORGOTTEN = "Words for somebody outside, no longer kept"


@transaction.atomic
def notify(
    *,
    actor: Actor,
    service_id: int,
    accounts: Iterable[Account],
    kind: str,
    title: str,
    path: str,
    once_key: str,
    now: datetime,
    text: str = "",
    is_urgent: bool = False,
    is_by_email: bool = False,
) -> list[Notice]:
    """Tell accounts something, on screen and wherever else they can be reached; each is told the same thing once.

    Rooms above call it inside the service that did the thing. `title` and `text` must hold nothing personal: they may
    be read on a locked phone. Only what is urgent goes by email or text message; the rest waits on screen, but for what
    the account asked to be sent by email.

    Raises: NotAllowedError when the actor is not part of the service.
    """
    if service_id not in actor.service_ids:
        raise NotAllowedError("This belongs to a service you are not part of.")
    wanted = {account.pk: account for account in accounts if account.is_active}
    told = set(Notice.objects.filter(account_id__in=wanted, once_key=once_key).values_list("account_id", flat=True))
    notices = [
        Notice(
            service_id=service_id, account_id=pk, kind=kind, title=title[:160], text=text[:300], path=path,
            is_urgent=is_urgent, made_at=now, once_key=once_key,
        )
        for pk in sorted(wanted.keys() - told)
    ]  # fmt: skip
    if not notices:
        return []
    # two finders at once: the second adds nothing, and so gets nothing to deliver
    Notice.objects.bulk_create(notices, ignore_conflicts=True)
    made = list(Notice.objects.filter(account_id__in=[one.account_id for one in notices], once_key=once_key))
    if is_urgent or is_by_email:
        reaches = Reach.objects.filter(account_id__in=[one.account_id for one in made], is_on=True)
        if not is_urgent:
            reaches = reaches.filter(channel=Channel.EMAIL)
        by_account: dict[int, list[Reach]] = {}
        for reach in reaches:
            by_account.setdefault(reach.account_id, []).append(reach)
        Delivery.objects.bulk_create(
            [
                Delivery(notice=notice, channel=reach.channel, address=reach.address, next_try_at=now)
                for notice in made
                for reach in by_account.get(notice.account_id, [])
            ],
            ignore_conflicts=True,
        )
    record(
        actor=actor, action="notify", subject=("notice", made[0].pk), now=now, service_id=service_id, count=len(made)
    )
    tell(topic="notices", service_id=service_id, subject=("notice", made[0].pk), now=now)
    return made


@transaction.atomic
def send_text(
    *, actor: Actor, service_id: int, channel: str, address: str, kind: str, title: str, once_key: str, now: datetime
) -> Notice:
    """Send a line to somebody outside, who has no account; once sent or given up, its words are forgotten.

    Raises: NotAllowedError when the actor is not part of the service; RefusedError when the address cannot be right.
    """
    if service_id not in actor.service_ids:
        raise NotAllowedError("This belongs to a service you are not part of.")
    if fault := fault_of(channel, address):
        raise RefusedError(fault)
    notice = Notice.objects.create(
        service_id=service_id, account=None, kind=kind, title=title[:160], path="", is_urgent=True, made_at=now,
        once_key=once_key,
    )  # fmt: skip
    Delivery.objects.create(notice=notice, channel=channel, address=address.strip(), next_try_at=now)
    record(actor=actor, action="send text", subject=("notice", notice.pk), now=now, service_id=service_id)
    return notice


@transaction.atomic
def mark_seen(*, actor: Actor, now: datetime, notice_ids: Iterable[int] | None = None) -> int:
    """Mark the actor's own notices as seen, these or all; gives how many were not seen before.

    Raises: NotAllowedError when the actor has no account.
    """
    if actor.account_id is None:
        raise NotAllowedError("Only somebody with an account has notices.")
    rows = Notice.objects.filter(account_id=actor.account_id, seen_at__isnull=True)
    if notice_ids is not None:
        rows = rows.filter(pk__in=list(notice_ids))
    count = rows.update(seen_at=now)
    if count:
        record(actor=actor, action="see notices", subject=("account", actor.account_id), now=now, count=count)
        tell(topic="notices", service_id=None, subject=("account", actor.account_id), now=now)
    return count


@transaction.atomic
def set_reach(*, actor: Actor, channel: str, address: str, is_on: bool, now: datetime) -> Reach | None:
    """Set where the actor is told beside the screen; an empty address forgets it, and gives None.

    Raises: NotAllowedError when the actor has no account; RefusedError when the address cannot be right.
    """
    if actor.account_id is None:
        raise NotAllowedError("Only somebody with an account can be reached.")
    if channel not in Channel.values:
        raise RefusedError("Choose how you want to be told.")
    if not address.strip():
        Reach.objects.filter(account_id=actor.account_id, channel=channel).delete()
        reach = None
    else:
        if fault := fault_of(channel, address):
            raise RefusedError(fault)
        reach, _ = Reach.objects.update_or_create(
            account_id=actor.account_id, channel=channel, defaults={"address": address.strip(), "is_on": is_on}
        )
    record(actor=actor, action="set reach", subject=("account", actor.account_id), now=now)
    return reach


@transaction.atomic
def take_deliveries(*, actor: Actor, now: datetime, limit: int = 20) -> list[Delivery]:
    """Take deliveries that are due, for one sender: nobody else gets them until they are settled or the lease ends.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RUN_SCHEDULE)
    due = (
        Delivery.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(
            Q(leased_until__isnull=True) | Q(leased_until__lt=now), state=DeliveryState.QUEUED, next_try_at__lte=now
        )
        .order_by("next_try_at", "id")
    )
    taken = list(due.select_related("notice")[:limit])
    for delivery in taken:
        delivery.leased_until = now + LEASE
    Delivery.objects.bulk_update(taken, ["leased_until"])
    if taken:
        record(actor=actor, action="take deliveries", subject=("delivery", None), now=now, count=len(taken))
    return taken


@transaction.atomic
def settle_delivery(*, actor: Actor, delivery: Delivery, now: datetime, error: str = "") -> Delivery:
    """Keep what became of a delivery: sent, or to be tried again later, or given up after the last try.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RUN_SCHEDULE)
    delivery = Delivery.objects.select_for_update().get(pk=delivery.pk)
    if delivery.state != DeliveryState.QUEUED:
        return delivery
    delivery.tries += 1
    delivery.leased_until = None
    delivery.error = error[:200]
    if not error:
        delivery.state, delivery.sent_at = DeliveryState.SENT, now
    elif wait := next_try(delivery.tries):
        delivery.next_try_at = now + wait
    else:
        delivery.state = DeliveryState.FAILED
    delivery.save()
    if delivery.state != DeliveryState.QUEUED:
        Notice.objects.filter(pk=delivery.notice_id, account__isnull=True).update(title=FORGOTTEN, text="")
    record(actor=actor, action="settle delivery", subject=("delivery", delivery.pk), now=now)
    return delivery
