"""Keeping what sign-offs would be worth."""

from datetime import datetime

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.whatif.models import ValueLook
from homeward.whatif.selectors import Worth


@transaction.atomic
def keep_value_look(*, actor: Actor, service_id: int, worth: Worth, now: datetime) -> ValueLook:
    """Keep what `value_of_sign_offs` found, for the pages that show it.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_DELEGATION, service_id)
    look = ValueLook.objects.create(
        service_id=service_id, looked_at=now, first_day=worth.first_day, days=worth.days,
        values=[one.to_dict() for one in worth.values], registered_minutes=worth.registered_minutes,
        cpu_seconds=worth.cpu_seconds,
    )  # fmt: skip
    record(actor=actor, action="weigh sign-offs", subject=("value look", look.pk), now=now, service_id=service_id)
    return look
