"""Somebody's own wellness recovery action plan: theirs to write, theirs to show."""

from django.db import models

from homeward.people.models import Person
from homeward.plans.states import WrapPart


class RecoveryPart(models.Model):
    """One part of a recovery plan as the person wrote it or said it. A change is a new row; the newest stands.

    An empty text takes the part out: what was written before is kept, and shown to nobody.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="recovery_parts")
    part = models.CharField(max_length=16, choices=WrapPart)
    text = models.TextField(blank=True)
    written_at = models.DateTimeField()
    # Who wrote it down for them
    written_by = models.CharField(max_length=200)

    class Meta:
        indexes = [models.Index(fields=["person", "part", "-id"], name="recovery_part_newest")]


class RecoverySharing(models.Model):
    """Who may see one part, as the person decided on a day. A new decision is a new row; the newest stands.

    `audiences`: plans.states.WrapAudience codes; empty for nobody.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="recovery_sharing")
    part = models.CharField(max_length=16, choices=WrapPart)
    audiences = models.JSONField(default=list)
    ends_on = models.DateField(null=True)
    decided_on = models.DateField()
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=200)

    class Meta:
        indexes = [models.Index(fields=["person", "part", "-id"], name="recovery_sharing_newest")]
