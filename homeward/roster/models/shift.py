"""Shifts, what they are made from, what became of them, and what keeps somebody from theirs."""

from django.db import models
from django.db.models import F, Q

from homeward.teams.models import Service, Worker


class StandingShifts(models.Manager):
    """The shifts that stand: one taken out of the rota stays on record, and nobody works it."""

    def get_queryset(self) -> models.QuerySet:
        return super().get_queryset().filter(removed_at__isnull=True)


class Shift(models.Model):
    """A stretch of paid time. Where the worker starts and ends is their home or base, or a row of a travel table."""

    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="shifts")
    day = models.DateField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    start_latitude = models.FloatField(null=True)
    start_longitude = models.FloatField(null=True)
    start_place_key = models.CharField(max_length=40, blank=True)
    # Not yet told to the worker; days are planned with drafts as with all others
    is_draft = models.BooleanField(default=False, db_default=False)
    pattern = models.ForeignKey("RotaPattern", null=True, on_delete=models.SET_NULL, related_name="made_shifts")
    # Taken out, or replaced: visits that were planned on it still say so
    removed_at = models.DateTimeField(null=True)

    objects = StandingShifts()
    ever = models.Manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="shift_ends_after_it_starts"),
            models.UniqueConstraint(
                fields=["worker", "starts_at"], condition=Q(removed_at__isnull=True), name="shift_once"
            ),
        ]
        indexes = [models.Index(fields=["day", "worker"], name="shift_day")]


class ShiftChange(models.Model):
    """One change of one worker's shifts on a day, in words for them. Append-only."""

    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="shift_changes")
    day = models.DateField()
    was = models.CharField(max_length=120, blank=True, help_text="Times before, none where the day was free")
    now_is = models.CharField(max_length=120, blank=True, help_text="Times since, none where the day is free")
    # Why an employer's own limit was passed, or what the lead said
    reason = models.CharField(max_length=500, blank=True)
    is_draft = models.BooleanField(default=False, db_default=False)
    by_name = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["worker", "day"], name="shift_change_worker")]


class RotaPattern(models.Model):
    """Weeks of shifts that repeat for one worker from a Monday on. A change is a new pattern; the older one ends.

    `shifts` are [{"week": 1, "weekday": 1, "starts_at": "07:00", "ends_at": "14:00"}, ...]: the week of the pattern
    from 1, the ISO weekday, and the wall clock; one that does not end later runs into the next day.
    """

    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="rota_patterns")
    weeks = models.PositiveSmallIntegerField()
    shifts = models.JSONField()
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    set_by = models.CharField(max_length=200)
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="rota_pattern_in_order"
            ),
            models.UniqueConstraint(
                fields=["worker"], condition=Q(ends_on__isnull=True), name="one_rota_pattern_without_an_end"
            ),
        ]


class Publication(models.Model):
    """The rota of some days, made known to everybody on it."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="rota_publications")
    last_day = models.DateField()
    shifts = models.PositiveIntegerField()
    workers = models.PositiveIntegerField()
    by_name = models.CharField(max_length=200)
    at = models.DateTimeField()


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
