"""Keeping a forecast, and saying how much of it the roster allows for."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.kernel.rules import RefusedError, london_day
from homeward.kernel.services import tell
from homeward.roster.models import DemandForecast, ForecastUse
from homeward.roster.states import Allowance


@transaction.atomic
def keep_forecast(
    *, actor: Actor, service_id: int, weeks: int, arising: Mapping, trial: Mapping, now: datetime
) -> DemandForecast:
    """Keep the forecast of a day; one made earlier the same day gives way.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RUN_SCHEDULE, service_id)
    row, _ = DemandForecast.objects.update_or_create(
        service_id=service_id,
        made_on=london_day(now),
        defaults={"made_at": now, "weeks": weeks, "arising": dict(arising), "trial": dict(trial)},
    )
    _changed(actor, "make forecast", ("forecast", row.pk), service_id, now)
    return row


@transaction.atomic
def allow_for_forecast(*, actor: Actor, service_id: int, allowance: str, now: datetime) -> ForecastUse:
    """Say how much of what is expected the roster allows for: its pages, and rotas that are built from now on.

    Raises: NotAllowedError; RefusedError where it is no such allowance.
    """
    require(actor, Permission.MANAGE_ROSTER, service_id)
    if allowance not in Allowance.values:
        raise RefusedError("Choose how much to allow for.")
    use, _ = ForecastUse.objects.update_or_create(
        service_id=service_id, defaults={"allowance": allowance, "set_at": now, "set_by": actor.name}
    )
    _changed(actor, "allow for forecast", ("forecast use", use.pk), service_id, now)
    return use


def _changed(actor: Actor, action: str, subject: tuple[str, int], service_id: int, now: datetime) -> None:
    record(actor=actor, action=action, subject=subject, now=now, service_id=service_id)
    tell(topic="roster", service_id=service_id, subject=subject, now=now)
