"""The audit trail."""

from django.db import models

from homeward.audit.states import Purpose


class Event(models.Model):
    """One thing one actor did. Append-only: triggers on both engines refuse update, delete and truncate."""

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
    # Why, where it is known
    purpose = models.CharField(max_length=20, choices=Purpose, blank=True, default="")
    # A keyed hash of the above, made as it was written (audit.rules): empty only on events older than marks
    mark = models.CharField(max_length=64, blank=True, default="", editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["person_id", "-at"], name="event_person"),
            models.Index(fields=["actor_account_id", "-at"], name="event_actor"),
            models.Index(fields=["service_id", "-at"], name="event_service"),
        ]


class Seal(models.Model):
    """A run of events tied into the chain: which, in what order, the link of each, and the head after the last.

    Append-only. Seals are numbered without gaps; the events of all seals, in order, are the chain.
    """

    number = models.BigIntegerField(primary_key=True)
    sealed_at = models.DateTimeField()
    form = models.PositiveSmallIntegerField(help_text="Which columns of an event are hashed: audit.rules.COLUMNS")
    first_position = models.BigIntegerField(help_text="Place in the whole chain of its first event, from 1")
    count = models.PositiveIntegerField()
    # The highest number of an event sealed so far; lower ones that no seal names are in `gaps`, or were never used
    up_to_id = models.BigIntegerField()
    # Numbers below `up_to_id` that a transaction still open may yet use: [[first, last, PostgreSQL xid, noted at]]
    gaps = models.JSONField(default=list)
    # Events older than marks, sealed when the chain was begun
    is_from_before = models.BooleanField(default=False)
    ids = models.BinaryField(help_text="The events' numbers, 8 bytes each")
    links = models.BinaryField(help_text="The events' links, 32 bytes each")
    previous = models.CharField(max_length=64, help_text="Head of the seal before")
    head = models.CharField(max_length=64, unique=True)
    signature = models.CharField(max_length=72)
