"""Reading what is expected that no plan asks for yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from homeward.access.rules import Actor, Permission, require
from homeward.roster.models import CoverHours, DemandForecast, ForecastUse
from homeward.roster.rules import CARE_RESPONDER, HEALTH_RESPONDER, rota_permission, stretch_of
from homeward.roster.rules.demand import there_by_hour
from homeward.roster.rules.forecast import Arising, Trial, beyond, interval, weeks_ahead
from homeward.roster.states import ALLOWED_SHARE, Allowance, CoverKind

# Older than this, nobody makes forecasts any more, and the numbers of another season mislead
STALE_AFTER = timedelta(days=14)


NOBODY = (0.0,) * 24


@dataclass(frozen=True, slots=True)
class Expected:
    """Workers of one skill in each hour of a day, over what plans ask: the mean, the two ends, and what is allowed."""

    mean: list[float]
    low: list[float]
    high: list[float]
    allowed: list[float]


@dataclass(frozen=True, slots=True)
class Forecast:
    """The forecast that stands: when it was made, from how many weeks, how it did when tried, what is allowed for."""

    made_on: date
    weeks: int
    by_weekday: bool
    allowance: Allowance
    trial: Trial | None
    arising: Mapping[int, Mapping[str, Arising]]

    @property
    def is_long_enough(self) -> bool:
        """Whether there was enough history to forecast from."""
        return bool(self.arising)

    def on(self, cover: Sequence[CoverHours], day: date) -> dict[str, Expected]:
        """What is expected of each skill on a day over what plans ask; nothing for days that are no longer ahead.

        Whoever is kept free by hours to cover is there for it already, so only what goes beyond them counts.
        """
        week = weeks_ahead(self.made_on, day)
        free = _kept_free(cover, day) if week else {}
        low, high = interval()
        found = {}
        for skill, one in self.arising.get(week, {}).items():
            kept = free.get(skill, NOBODY)
            allowed = list(NOBODY)
            if self.allowance != Allowance.NOTHING:
                allowed = beyond(one.on(day, ALLOWED_SHARE[self.allowance]), kept)
            ends = [beyond(one.on(day, share), kept) for share in (low, high)]
            found[skill] = Expected(beyond(one.on(day, None), kept), *ends, allowed)
        return found


def forecast_of(actor: Actor, service_id: int, today: date) -> Forecast | None:
    """The newest forecast of a service; None where there is none, or only one that is out of date.

    Raises: NotAllowedError.
    """
    require(actor, rota_permission(actor), service_id)
    row = DemandForecast.objects.filter(service_id=service_id, made_on__gte=today - STALE_AFTER).order_by("-made_on")
    newest = row.first()
    if newest is None:
        return None
    arising = {
        int(week): {skill: Arising(**kept) for skill, kept in by_skill.items()}
        for week, by_skill in newest.arising.items()
    }
    return Forecast(
        made_on=newest.made_on,
        weeks=newest.weeks,
        by_weekday=any(len(one.new) > 1 for by_skill in arising.values() for one in by_skill.values()),
        allowance=_allowance(service_id),
        trial=Trial(**newest.trial) if newest.trial else None,
        arising=arising,
    )


def allowance_of(actor: Actor, service_id: int) -> Allowance:
    """How much of a forecast the roster of a service allows for.

    Raises: NotAllowedError.
    """
    require(actor, rota_permission(actor), service_id)
    return _allowance(service_id)


def is_forecast_due(actor: Actor, service_id: int, today: date) -> bool:
    """Whether no forecast was made today.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RUN_SCHEDULE, service_id)
    return not DemandForecast.objects.filter(service_id=service_id, made_on=today).exists()


def _allowance(service_id: int) -> Allowance:
    row = ForecastUse.objects.filter(service_id=service_id).values_list("allowance", flat=True).first()
    return Allowance(row) if row else Allowance.MEAN


def _kept_free(cover: Sequence[CoverHours], day: date) -> dict[str, list[float]]:
    """Workers that the hours to cover keep free in each hour of a day, nights of the day before included."""
    free: dict[str, list[float]] = {}
    for begun in (day - timedelta(days=1), day):
        for hours in cover:
            if hours.kind == CoverKind.ON_CALL or str(begun.isoweekday()) not in hours.weekdays:
                continue
            for skill, least in ((HEALTH_RESPONDER, hours.least_health), (CARE_RESPONDER, hours.least_care)):
                if least:
                    there = there_by_hour(day, {stretch_of(begun, hours.starts_at, hours.ends_at): least})
                    free[skill] = [sum(pair) for pair in zip(free.get(skill, NOBODY), there, strict=True)]
    return free
