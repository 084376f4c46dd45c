"""Keeping what sign-offs would be worth."""

from datetime import datetime

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.delegation.selectors import is_kept
from homeward.kernel.rules import night_of
from homeward.whatif.models import ValueLook
from homeward.whatif.selectors import Worth

# When the night's weighing may be done: few are at work. Local decision.


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


def is_weighing_due(actor: Actor, service_id: int, now: datetime) -> bool:
    """Whether sign-offs should be weighed now: once a night, where any are kept.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RUN_SCHEDULE, service_id)
    night = night_of(now)
    if night is None or not is_kept(service_id):
        return False
    return not ValueLook.objects.filter(service_id=service_id, looked_at__gte=night[0]).exists()
