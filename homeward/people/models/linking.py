"""Records of one person."""

from django.db import models
from django.db.models import Q

from homeward.people.models.person import Person
from homeward.people.states import DuplicateState
from homeward.teams.models import Service


class PossibleDuplicate(models.Model):
    """Two records that may be of one person, how likely and why. Only a person decides."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    # The older record, with the lower number, comes first: a pair is kept once
    first = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    likelihood = models.FloatField(help_text="0 to 1, from comparing the two")
    reasons = models.JSONField(default=list, help_text="[[what was compared, what was found, weight in bits], ...]")
    found_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=DuplicateState, default=DuplicateState.OPEN)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=200, blank=True)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="possible_duplicate_once"),
            models.CheckConstraint(condition=Q(first__lt=models.F("second")), name="possible_duplicate_in_order"),
        ]
        indexes = [models.Index(fields=["service", "state", "-likelihood"], name="possible_duplicate_order")]


class PersonMerge(models.Model):
    """One record joined to another by a person's decision, with what is needed to take them apart again."""

    kept = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="merges")
    merged = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="merged_by")
    reason = models.CharField(max_length=500)
    merged_at = models.DateTimeField()
    merged_by_name = models.CharField(max_length=200)
    # What each record said in the fields that changed, as text: {"kept": {...}, "merged": {...}}, before and after
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True)
    undone_by_name = models.CharField(max_length=200, blank=True)
    undone_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["merged"], condition=Q(undone_at__isnull=True), name="merged_into_one_record_at_a_time"
            )
        ]


class PersonMergeRow(models.Model):
    """One row that a merge moved to the kept record, or an address it ended (`ended` holds the day it had before)."""

    merge = models.ForeignKey(PersonMerge, on_delete=models.PROTECT, related_name="rows")
    table = models.CharField(max_length=80, help_text="app.Model")
    row_id = models.BigIntegerField()
    is_moved = models.BooleanField(default=True)
    ended = models.CharField(max_length=10, blank=True)
