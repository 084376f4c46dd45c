"""Forecasting what no plan asks for yet, once a day, from the visits of the weeks behind."""

from dataclasses import asdict
from datetime import datetime

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.kernel.rules import london_day
from homeward.roster.models import DemandForecast
from homeward.roster.rules.forecast import (
    WEEKS_AHEAD,
    WEEKS_AHEAD_TRIED,
    arising_from,
    as_kept,
    days_known_before,
    tried_out,
    weeks_of,
)
from homeward.roster.selectors import is_forecast_due
from homeward.roster.services import keep_forecast
from homeward.visits.selectors.arising import missed_by_plans


@transaction.atomic
def forecast_demand(*, actor: Actor, service_id: int, now: datetime) -> DemandForecast | None:
    """Make today's forecast for a service; None where it was made already.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RUN_SCHEDULE, service_id)
    today = london_day(now)
    if not is_forecast_due(actor, service_id, today):
        return None
    weeks = range(1, WEEKS_AHEAD + 1)
    missed = missed_by_plans(actor, service_id, today, [days_known_before(week) for week in weeks])
    trial = tried_out(missed[days_known_before(WEEKS_AHEAD_TRIED)])
    arising = {
        str(week): {skill: as_kept(one, trial) for skill, one in arising_from(missed[days_known_before(week)]).items()}
        for week in weeks
    }
    history = weeks_of(list(missed[days_known_before(1)]))
    record(actor=actor, action="forecast demand", subject=("service", service_id), now=now, service_id=service_id)
    return keep_forecast(
        actor=actor,
        service_id=service_id,
        weeks=history,
        arising={week: by_skill for week, by_skill in arising.items() if by_skill},
        trial=asdict(trial) if trial else {},
        now=now,
    )
