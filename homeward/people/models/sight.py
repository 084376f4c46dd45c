"""Seeing a record that is not one's own to see."""

from django.db import models
from django.db.models import Q

from homeward.people.models.person import Person


class BrokenGlass(models.Model):
    """Somebody opened a record beyond what their role and relationship allow, for a reason, for a time.

    The privacy officer is told at once, and says afterwards whether it was right.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="broken_glass")
    account_id = models.BigIntegerField()
    by_name = models.CharField(max_length=200)
    by_role = models.CharField(max_length=120, blank=True)
    employer = models.CharField(max_length=200, blank=True)
    reason = models.TextField()
    at = models.DateTimeField()
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    # What the privacy officer found: empty until looked at
    finding = models.CharField(max_length=12, blank=True)
    finding_note = models.TextField(blank=True)
    looked_at = models.DateTimeField(null=True)
    looked_by = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="broken_glass_has_a_reason"),
            models.CheckConstraint(condition=Q(until__gt=models.F("at")), name="broken_glass_ends"),
        ]
        indexes = [models.Index(fields=["account_id", "person", "until"], name="broken_glass_now")]
