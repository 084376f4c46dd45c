"""The list of changes."""

from django.db import models


class Change(models.Model):
    """Something under `topic` in a service is no longer as it was. Rows are only ever added.

    Ids rise with time, so "what is new since I looked" is one indexed comparison.
    """

    service_id = models.BigIntegerField(null=True)
    topic = models.CharField(max_length=40)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField(null=True)
    happened_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["topic", "-id"], name="change_topic")]
