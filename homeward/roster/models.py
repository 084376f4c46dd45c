"""Contract, shift, absence, the hours to be covered, and who is on call."""

from django.db import models
from django.db.models import F, Q

from homeward.roster.states import ContractKind, CoverKind, PayBasis
from homeward.teams.models import Organisation, Service, Team, Worker


class Shift(models.Model):
    """A stretch of paid time. Where the worker starts and ends is their home or base, or a row of a travel table."""

    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="shifts")
    day = models.DateField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    start_latitude = models.FloatField(null=True)
    start_longitude = models.FloatField(null=True)
    start_place_key = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="shift_ends_after_it_starts"),
            models.UniqueConstraint(fields=["worker", "starts_at"], name="shift_once"),
        ]
        indexes = [models.Index(fields=["day", "worker"], name="shift_day")]


class Contract(models.Model):
    """What an employer and a worker agreed, between two days. A change is a new row; the older one ends.

    `weekly_minutes` is None where no hours are promised. Money is in pence, because pence are never rounded.
    """

    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="contracts")
    kind = models.CharField(max_length=12, choices=ContractKind)
    pay_basis = models.CharField(max_length=12, choices=PayBasis, default=PayBasis.SHIFT)
    weekly_minutes = models.PositiveIntegerField(null=True)
    hourly_pence = models.PositiveIntegerField(null=True, help_text="What an hour costs the service, all in")
    overtime_percent = models.PositiveSmallIntegerField(default=0, help_text="Added to an hour beyond contract")
    works_nights = models.BooleanField(default=True)
    has_opted_out = models.BooleanField(default=False, help_text="Agreed in writing to more than 48 hours a week")
    # Outward codes they go to, such as ["DE1"]; everywhere where none is given
    areas = models.JSONField(default=list)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="contract_in_order"
            ),
            models.UniqueConstraint(
                fields=["worker"], condition=Q(ends_on__isnull=True), name="one_contract_without_an_end"
            ),
        ]
        indexes = [models.Index(fields=["worker", "starts_on"], name="contract_worker")]


class EmployerRules(models.Model):
    """What an employer allows; where a field is empty, the Working Time Regulations' figure in `roster.rules` holds."""

    organisation = models.OneToOneField(Organisation, on_delete=models.CASCADE, related_name="roster_rules")
    longest_shift_minutes = models.PositiveSmallIntegerField(null=True)
    least_rest_minutes = models.PositiveSmallIntegerField(null=True)
    most_days_in_a_row = models.PositiveSmallIntegerField(null=True)
    most_nights_in_a_row = models.PositiveSmallIntegerField(null=True)
    most_weekly_minutes = models.PositiveSmallIntegerField(null=True)
    set_by = models.CharField(max_length=200)
    set_at = models.DateTimeField()


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
