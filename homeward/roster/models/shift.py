"""Shifts, and what keeps somebody from theirs."""

from django.db import models
from django.db.models import F, Q

from homeward.teams.models import Worker


class Shift(models.Model):
    """A stretch of paid time. Where the worker starts and ends is their home or base, or a row of a travel table."""

    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="shifts")
    day = models.DateField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    start_latitude = models.FloatField(null=True)
    start_longitude = models.FloatField(null=True)
    start_place_key = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="shift_ends_after_it_starts"),
            models.UniqueConstraint(fields=["worker", "starts_at"], name="shift_once"),
        ]
        indexes = [models.Index(fields=["day", "worker"], name="shift_day")]


class Absence(models.Model):
    """Days a worker will not work, and why."""

    class Kind(models.TextChoices):
        SICK = "sick", "Sick"
        LEAVE = "leave", "On leave"
        TRAINING = "training", "Training"
        OTHER = "other", "Away"

    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="absences")
    kind = models.CharField(max_length=10, choices=Kind)
    starts_on = models.DateField()
    ends_on = models.DateField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="absence_in_order")]
