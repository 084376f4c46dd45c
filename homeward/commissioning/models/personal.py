"""Money that is somebody's own to arrange care with."""

from django.db import models
from django.db.models import F, Q

from homeward.commissioning.states import ManagedBy
from homeward.people.models import Person
from homeward.teams.models import Service


class PersonalBudget(models.Model):
    """A personal budget of one person: what it comes to a week, who holds it, and when it is looked at again."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="personal_budgets")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="personal_budgets")
    managed_by = models.CharField(max_length=16, choices=ManagedBy)
    # What the paying organisation's own ledger calls the account; never a bank's number
    account_reference = models.CharField(max_length=40, blank=True)
    weekly_pence = models.PositiveIntegerField()
    council_percent = models.PositiveSmallIntegerField()
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    review_on = models.DateField()
    agreed_at = models.DateTimeField()
    agreed_by = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="personal_budget_in_order"
            ),
        ]


class PersonalPayment(models.Model):
    """Money paid into a personal budget's account, or taken back. Rows are added, never changed."""

    budget = models.ForeignKey(PersonalBudget, on_delete=models.PROTECT, related_name="payments")
    paid_on = models.DateField()
    pence = models.BigIntegerField(help_text="Below nothing where money comes back")
    text = models.CharField(max_length=250)
    written_at = models.DateTimeField()
    written_by = models.CharField(max_length=200)


class PersonalReview(models.Model):
    """One look at a personal budget with the person: what was left in the account, and when to look again."""

    budget = models.ForeignKey(PersonalBudget, on_delete=models.PROTECT, related_name="reviews")
    reviewed_on = models.DateField()
    left_pence = models.BigIntegerField()
    text = models.TextField()
    next_on = models.DateField()
    written_at = models.DateTimeField()
    written_by = models.CharField(max_length=200)
