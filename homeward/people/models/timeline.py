"""Everything that happened."""

from django.db import models

from homeward.people.models.person import Person
from homeward.people.states import Sensitivity


class TimelineEntry(models.Model):
    """One thing that happened to a person, whoever did it. Append-only: `corrects` points to a wrong entry."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="timeline")
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    author_name = models.CharField(max_length=200)
    author_role = models.CharField(max_length=120, blank=True)
    employer = models.CharField(max_length=200, blank=True)
    subject_kind = models.CharField(max_length=40, blank=True)
    subject_id = models.BigIntegerField(null=True)
    # Kept from those whose sight does not reach it: access.rules
    sensitivity = models.CharField(max_length=16, choices=Sensitivity, blank=True, default="")
    corrects = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="corrected_by")

    class Meta:
        indexes = [
            models.Index(fields=["person", "-happened_at", "-id"], name="timeline_order"),
            # What is kept back, and what there is to choose among, without reading the entries
            models.Index(fields=["person", "sensitivity", "employer", "kind", "author_role"], name="timeline_choices"),
            # Few entries are corrections: an index of those alone, which statistics of either engine show as short
            models.Index(fields=["corrects"], condition=models.Q(corrects__isnull=False), name="timeline_corrections"),
        ]
