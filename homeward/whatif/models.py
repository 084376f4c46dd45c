"""What was found when somebody, or the night, asked what sign-offs would be worth."""

from django.db import models

from homeward.teams.models import Service


class ValueLook(models.Model):
    """One look at the coming days, with what each sign-off would be worth in a week. Holds workers, and no person."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="value_looks")
    looked_at = models.DateTimeField()
    first_day = models.DateField()
    days = models.PositiveSmallIntegerField()
    # As rules.SignOffValue.to_dict, best first
    values = models.JSONField(default=list)
    # Minutes a week that registered professionals must go for what nobody on shift may do by delegation
    registered_minutes = models.FloatField()
    cpu_seconds = models.FloatField()

    class Meta:
        indexes = [models.Index(fields=["service", "-looked_at"], name="value_look_newest")]
