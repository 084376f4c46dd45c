"""The audit trail."""

from django.db import models


class Event(models.Model):
    """One thing one actor did. Append-only: triggers on both engines refuse update and delete."""

    at = models.DateTimeField()
    actor_account_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=200)
    actor_role = models.CharField(max_length=40)
    employer = models.CharField(max_length=200, blank=True)
    action = models.CharField(max_length=60)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField(null=True)
    person_id = models.BigIntegerField(null=True)
    service_id = models.BigIntegerField(null=True)
    count = models.PositiveIntegerField(default=1)
    # Everyone that a list or a day's timeline showed together: one event, not hundreds
    people = models.JSONField(default=list)

    class Meta:
        indexes = [
            models.Index(fields=["person_id", "-at"], name="event_person"),
            models.Index(fields=["actor_account_id", "-at"], name="event_actor"),
        ]
