"""Ways of looking at the queue that people keep for themselves."""

from datetime import datetime

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.kernel.rules import RefusedError
from homeward.referrals.models import SavedFilter

MOST_FILTERS = 12  # more than fit above a queue


@transaction.atomic
def save_filter(*, actor: Actor, name: str, query: dict, is_default: bool, now: datetime) -> SavedFilter:
    """Keep a way of looking at the queue under a name, in place of one of that name. One may open by itself.

    Raises: NotAllowedError; RefusedError when it has no name, there are too many, or the actor has no account.
    """
    require(actor, Permission.SEE_FRONT_DOOR)
    name = " ".join(name.split())[:40]
    if actor.account_id is None or not name:
        raise RefusedError("Give the filter a name.")
    mine = SavedFilter.objects.select_for_update().filter(account_id=actor.account_id)
    if mine.exclude(name=name).count() >= MOST_FILTERS:
        raise RefusedError(f"You have {MOST_FILTERS} filters. Remove one first.")
    if is_default:
        mine.exclude(name=name).update(is_default=False)
    saved, _ = SavedFilter.objects.update_or_create(
        account_id=actor.account_id, name=name, defaults={"query": query, "is_default": is_default}
    )
    record(actor=actor, action="save filter", subject=("saved filter", saved.pk), now=now)
    return saved


@transaction.atomic
def delete_filter(*, actor: Actor, filter_id: int, now: datetime) -> None:
    """Remove one of the actor's own filters. One that is gone already stays gone.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_FRONT_DOOR)
    gone, _ = SavedFilter.objects.filter(account_id=actor.account_id, pk=min(filter_id, 2**62)).delete()
    if gone:
        record(actor=actor, action="delete filter", subject=("saved filter", filter_id), now=now)
