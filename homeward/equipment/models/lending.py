"""What somebody needs and has: request, loan, the visits it takes, review, and calls about a recall."""

from django.db import models
from django.db.models import Q

from homeward.episodes.models import Episode
from homeward.equipment.models.catalogue import Kind
from homeward.equipment.models.stock import Item, Recall, Shelf
from homeward.equipment.states import Helps, RequestState, VisitPurpose
from homeward.people.models import Person
from homeward.teams.models import Organisation, Service
from homeward.visits.models import Visit


class EquipmentRequest(models.Model):
    """What somebody needs, why and by when, until it is handed over. `form_id` is the assessment it came of."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="equipment_requests")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="equipment_requests")
    episode = models.ForeignKey(Episode, null=True, on_delete=models.PROTECT, related_name="equipment_requests")
    form_id = models.BigIntegerField(null=True)
    kind = models.ForeignKey(Kind, on_delete=models.PROTECT, related_name="requests")
    quantity = models.PositiveSmallIntegerField(default=1)
    why = models.TextField()
    needed_by = models.DateField()
    # They cannot leave hospital until it is there
    is_before_home = models.BooleanField(default=False)
    state = models.CharField(max_length=12, choices=RequestState)
    asked_by = models.CharField(max_length=200)
    asked_by_account_id = models.BigIntegerField(null=True)
    asked_at = models.DateTimeField()
    decided_by = models.CharField(max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=250, blank=True)
    item = models.ForeignKey(Item, null=True, on_delete=models.PROTECT, related_name="requests")
    shelf = models.ForeignKey(Shelf, null=True, on_delete=models.PROTECT, related_name="requests")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gte=1) & ~Q(why=""), name="request_says_what_and_why"),
            models.UniqueConstraint(fields=["item"], condition=Q(state="reserved"), name="item_promised_once"),
            models.CheckConstraint(
                condition=~Q(state="reserved") | Q(item__isnull=False) | Q(shelf__isnull=False),
                name="reserved_from_somewhere",
            ),
        ]
        indexes = [
            models.Index(fields=["service", "state", "needed_by"], name="request_to_do"),
            models.Index(fields=["person", "state"], name="request_person"),
        ]


class Loan(models.Model):
    """What somebody has from us: an item, or so many of a counted kind."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="equipment_loans")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="equipment_loans")
    request = models.OneToOneField(EquipmentRequest, on_delete=models.PROTECT, related_name="loan")
    kind = models.ForeignKey(Kind, on_delete=models.PROTECT, related_name="loans")
    item = models.ForeignKey(Item, null=True, on_delete=models.PROTECT, related_name="loans")
    shelf = models.ForeignKey(Shelf, null=True, on_delete=models.PROTECT, related_name="loans")
    quantity = models.PositiveSmallIntegerField(default=1)
    paid_by = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="equipment_loans_paid")
    handed_over_at = models.DateTimeField()
    handed_over_by = models.CharField(max_length=200)
    # What they were shown, to whom, and whether they could do it
    shown = models.TextField()
    shown_to = models.CharField(max_length=200)
    due_back_on = models.DateField(null=True)
    review_due_on = models.DateField(null=True)
    # They, or whoever helps them, asked for it to be fetched
    collect_asked_at = models.DateTimeField(null=True)
    collect_reason = models.CharField(max_length=250, blank=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=200, blank=True)
    ended_why = models.CharField(max_length=250, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item"], condition=Q(ended_at__isnull=True), name="item_lent_once"),
            models.CheckConstraint(
                condition=Q(item__isnull=False, shelf__isnull=True) | Q(item__isnull=True, shelf__isnull=False),
                name="loan_of_an_item_or_a_shelf",
            ),
            models.CheckConstraint(condition=~Q(shown="") & ~Q(shown_to=""), name="loan_was_shown"),
        ]
        indexes = [models.Index(fields=["person", "ended_at"], name="loan_person")]


class EquipmentVisit(models.Model):
    """A visit that is made for equipment: to deliver what was asked for, or to check, review or fetch a loan.

    `due_on` is the day by which the check was due that it was booked for by itself.
    """

    visit = models.OneToOneField(Visit, on_delete=models.PROTECT, related_name="equipment")
    purpose = models.CharField(max_length=8, choices=VisitPurpose)
    request = models.ForeignKey(EquipmentRequest, null=True, on_delete=models.PROTECT, related_name="visits")
    loan = models.ForeignKey(Loan, null=True, on_delete=models.PROTECT, related_name="visits")
    due_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(request__isnull=False, loan__isnull=True, purpose="deliver")
                | Q(request__isnull=True, loan__isnull=False) & ~Q(purpose="deliver"),
                name="equipment_visit_is_for_one_thing",
            ),
        ]


class BenefitReview(models.Model):
    """What somebody found when they looked with the person at whether it still helps (M22).

    Hours are of paid care a week; `saved_pence_a_week` is what not needing a care home or care hours is worth.
    """

    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="reviews")
    reviewed_on = models.DateField()
    helps = models.CharField(max_length=8, choices=Helps)
    said = models.TextField(help_text="In the person's words")
    is_care_home_avoided = models.BooleanField(null=True)
    is_admission_avoided = models.BooleanField(null=True)
    care_hours_before = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    care_hours_now = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    saved_pence_a_week = models.PositiveIntegerField(null=True)
    next_review_on = models.DateField(null=True)
    recorded_by = models.CharField(max_length=200)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(care_hours_before__isnull=True) | Q(care_hours_before__gte=0, care_hours_before__lte=168),
                name="hours_before_in_a_week",
            ),
            models.CheckConstraint(
                condition=Q(care_hours_now__isnull=True) | Q(care_hours_now__gte=0, care_hours_now__lte=168),
                name="hours_now_in_a_week",
            ),
        ]


class RecallCall(models.Model):
    """One try to tell somebody that what they have is recalled, and what was agreed."""

    recall = models.ForeignKey(Recall, on_delete=models.PROTECT, related_name="calls")
    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="recall_calls")
    was_reached = models.BooleanField()
    note = models.CharField(max_length=250, blank=True)
    at = models.DateTimeField()
    by_name = models.CharField(max_length=200)
