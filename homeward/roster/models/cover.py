"""The hours to be covered, and who is on call."""

from django.db import models
from django.db.models import F, Q

from homeward.roster.states import CoverKind
from homeward.teams.models import Service, Team


class CoverHours(models.Model):
    """Hours of the week that must be covered, and by how many at least. Wall clock; ends the next day when not later.

    What a service promises is its own decision: nothing here is national.
    """

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="cover_hours")
    team = models.ForeignKey(Team, null=True, on_delete=models.PROTECT, related_name="cover_hours")
    kind = models.CharField(max_length=8, choices=CoverKind)
    weekdays = models.CharField(max_length=7, default="1234567", help_text="ISO weekday numbers of the day it starts")
    starts_at = models.CharField(max_length=5, help_text="Wall clock, HH:MM")
    ends_at = models.CharField(max_length=5, help_text="Wall clock, HH:MM")
    least_health = models.PositiveSmallIntegerField(default=1)
    least_care = models.PositiveSmallIntegerField(default=1)
    removed_at = models.DateTimeField(null=True)


class OnCall(models.Model):
    """Somebody who answers the phone between two moments, on the roster or not."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="on_calls")
    title = models.CharField(max_length=80, help_text="What they are on call as")
    name = models.CharField(max_length=120)
    phone = models.CharField(max_length=40)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="on_call_ends_after_it_starts")
        ]
        indexes = [models.Index(fields=["service", "starts_at"], name="on_call_when")]
