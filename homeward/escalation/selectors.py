"""Reads of escalations. They name clocks by reference, not people."""

from homeward.access.rules import Actor, Permission, Role, require
from homeward.escalation.models import Escalation, WhoIsTold
from homeward.escalation.rules import DEFAULT_WHO_IS_TOLD


def who_is_told(actor: Actor, service_id: int) -> dict[int, tuple[Role, ...]]:
    """The service's own table of roles by fraction, or the defaults where it has none.

    Raises: NotAllowedError.
    """
    able = (Permission.RUN_SCHEDULE, Permission.SET_ESCALATION, Permission.SEE_FRONT_DOOR)
    require(actor, next(filter(actor.may, able), Permission.SEE_FRONT_DOOR), service_id)
    table: dict[int, tuple[Role, ...]] = {}
    for percent, role in WhoIsTold.objects.filter(service_id=service_id).values_list("percent", "role"):
        table[percent] = (*table.get(percent, ()), Role(role))
    return table or dict(DEFAULT_WHO_IS_TOLD)


def escalations_of(actor: Actor, subject_kind: str, subject_id: int) -> list[Escalation]:
    """What was escalated about one referral, episode or call, oldest first.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_FRONT_DOOR)
    rows = Escalation.objects.filter(subject_kind=subject_kind, subject_id=subject_id, service_id__in=actor.service_ids)
    return list(rows.order_by("found_at", "percent"))
