"""What an employer and a worker agreed, and what an employer allows."""

from django.db import models
from django.db.models import F, Q

from homeward.roster.states import ContractKind, PayBasis
from homeward.teams.models import Organisation, Worker


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
    # The collective or workforce agreement that lets these be less than the law's (regulations 23 and 24)
    agreement = models.CharField(max_length=250, blank=True, db_default="")
    set_by = models.CharField(max_length=200)
    set_at = models.DateTimeField()
