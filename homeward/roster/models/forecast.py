"""What is expected that no plan asks for yet, and how much of it a service allows for."""

from django.db import models

from homeward.roster.states import Allowance
from homeward.teams.models import Service


class DemandForecast(models.Model):
    """A forecast as it was made on a day. Rows are added; the newest stands.

    `arising`: {"1": {skill: {"new": [[24], ...], "ended": [[24], ...], "spread": x, "times": n}, ...}, ...} by weeks
    ahead (rules.forecast.Arising); empty where the history is too short. `trial`: how it would have done
    (rules.forecast.Trial), or empty.
    """

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="demand_forecasts")
    made_on = models.DateField()
    made_at = models.DateTimeField()
    # Whole weeks of visits there were to learn from
    weeks = models.PositiveSmallIntegerField()
    arising = models.JSONField(default=dict)
    trial = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service", "made_on"], name="one_forecast_a_day")]


class ForecastUse(models.Model):
    """How much of a forecast the roster of a service allows for: its own decision. Without a row, the mean."""

    service = models.OneToOneField(Service, on_delete=models.PROTECT, related_name="forecast_use")
    allowance = models.CharField(max_length=12, choices=Allowance)
    set_at = models.DateTimeField()
    set_by = models.CharField(max_length=200)
