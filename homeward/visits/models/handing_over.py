"""What one shift leaves to the next."""

from django.db import models
from django.db.models import Q

from homeward.teams.models import Service


class HandoverSheet(models.Model):
    """What one shift leaves to the next, as the record stood when the shift changed. One for each change of shift.

    `parts`: [{"code": "open_crises", "lines": [{"title": ..., "text": ..., "episode_id": ..., "person_id": ...}]}].
    """

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="handover_sheets")
    changes_at = models.DateTimeField()
    made_at = models.DateTimeField()
    parts = models.JSONField()
    taken_over_by = models.CharField(max_length=200, blank=True)
    taken_over_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service", "changes_at"], name="one_sheet_a_change"),
            models.CheckConstraint(
                condition=Q(taken_over_at__isnull=True, taken_over_by="")
                | (Q(taken_over_at__isnull=False) & ~Q(taken_over_by="")),
                name="taken_over_by_somebody",
            ),
        ]


class HandoverNote(models.Model):
    """Something either shift adds to a handover sheet. Append-only."""

    sheet = models.ForeignKey(HandoverSheet, on_delete=models.PROTECT, related_name="notes")
    text = models.TextField()
    written_at = models.DateTimeField()
    author_name = models.CharField(max_length=200)
    author_role = models.CharField(max_length=120, blank=True)
    employer = models.CharField(max_length=200, blank=True)
