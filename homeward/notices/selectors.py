"""Reads of notices. They hold nothing personal about the people we support, so no reading of them is audited."""

from datetime import datetime, timedelta

from django.db.models import Count

from homeward.access.rules import Actor, NotAllowedError, Permission, require
from homeward.notices.models import Delivery, Notice, Reach
from homeward.notices.states import DeliveryState

SHOWN_FOR = timedelta(days=7)


def notices_of(actor: Actor, now: datetime, limit: int = 100) -> list[Notice]:
    """What the actor was told in the last week, unseen first, then newest, with deliveries.

    Raises: NotAllowedError when the actor has no account.
    """
    account_id = _account(actor)
    rows = (
        Notice.objects.filter(account_id=account_id, made_at__gte=now - SHOWN_FOR)
        .prefetch_related("deliveries")
        .order_by("-made_at", "-id")[:limit]
    )
    return sorted(rows, key=lambda notice: notice.seen_at is not None)


def unseen_count(actor: Actor) -> int:
    """How many notices the actor has not seen; 0 for somebody without an account."""
    if actor.account_id is None:
        return 0
    return Notice.objects.filter(account_id=actor.account_id, seen_at__isnull=True).count()


def reaches_of(actor: Actor) -> list[Reach]:
    """Where the actor can be reached beside the screen.

    Raises: NotAllowedError when the actor has no account.
    """
    return list(Reach.objects.filter(account_id=_account(actor)).order_by("channel"))


def undelivered(actor: Actor, service_id: int, limit: int = 50) -> list[Delivery]:
    """Deliveries that were given up, newest first, for whoever looks after the service.

    Raises: NotAllowedError.
    """
    require(actor, Permission.MANAGE_ACCOUNTS, service_id)
    failed = Delivery.objects.filter(state=DeliveryState.FAILED, notice__service_id=service_id)
    return list(failed.select_related("notice__account").order_by("-id")[:limit])


def delivery_counts(actor: Actor, service_id: int, since: datetime) -> dict[str, int]:
    """How many deliveries made since a moment are in each state.

    Raises: NotAllowedError.
    """
    require(actor, Permission.MANAGE_ACCOUNTS, service_id)
    rows = Delivery.objects.filter(notice__service_id=service_id, notice__made_at__gte=since)
    return dict(rows.order_by().values_list("state").annotate(Count("id")))


def _account(actor: Actor) -> int:
    if actor.account_id is None:
        raise NotAllowedError("Only somebody with an account has notices.")
    return actor.account_id
