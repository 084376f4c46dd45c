"""The start of care at home: what was promised to the ward, what is seen to before leaving, and the call after."""

from django.db import models
from django.db.models import Q

from homeward.discharge.models.stay import HospitalStay
from homeward.discharge.states import ItemState
from homeward.episodes.models import Episode
from homeward.teams.models import Account


class StartPromise(models.Model):
    """The day and time of the first visit at home, as it was promised to the ward, and by whom. A change is a new one.

    `grounds` is what the day's plan said when it was promised.
    """

    stay = models.ForeignKey(HospitalStay, on_delete=models.PROTECT, related_name="promises")
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="+")
    first_visit_at = models.DateTimeField()
    grounds = models.TextField()
    told_whom = models.CharField(max_length=200)
    promised_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    promised_by_name = models.CharField(max_length=200)
    promised_at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True)
    taken_back_by = models.CharField(max_length=200, blank=True)
    taken_back_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["stay"], condition=Q(taken_back_at__isnull=True), name="one_promise_in_force"
            ),
            models.CheckConstraint(
                condition=~Q(told_whom="") & ~Q(promised_by_name="") & ~Q(grounds=""), name="promised_to_somebody"
            ),
            models.CheckConstraint(
                condition=Q(taken_back_at__isnull=True) | ~Q(taken_back_reason="") & ~Q(taken_back_by=""),
                name="promise_taken_back_for_a_reason",
            ),
        ]


class LeavingItem(models.Model):
    """One thing on the list before somebody leaves: whose it is, what is known of it, and who saw to it."""

    stay = models.ForeignKey(HospitalStay, on_delete=models.PROTECT, related_name="leaving_items")
    code = models.SlugField(max_length=40)
    title = models.CharField(max_length=120)
    asks = models.CharField(max_length=250, blank=True)
    owner = models.CharField(max_length=120)
    detail = models.CharField(max_length=500, blank=True)
    state = models.CharField(max_length=12, choices=ItemState, default=ItemState.OPEN)
    seen_to_by = models.CharField(max_length=200, blank=True)
    seen_to_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stay", "code"], name="leaving_item_once"),
            models.CheckConstraint(
                condition=Q(state=ItemState.OPEN, seen_to_at__isnull=True)
                | ~Q(state=ItemState.OPEN) & Q(seen_to_at__isnull=False) & ~Q(seen_to_by=""),
                name="leaving_item_seen_to_by_somebody",
            ),
        ]


class WelcomeCall(models.Model):
    """One try to call somebody after they came home: what they said, and whether it was as assessed. Append-only."""

    stay = models.ForeignKey(HospitalStay, on_delete=models.PROTECT, related_name="welcome_calls")
    called_at = models.DateTimeField()
    is_reached = models.BooleanField()
    said = models.TextField()
    is_as_assessed = models.BooleanField(null=True)
    difference = models.TextField(blank=True)
    by_name = models.CharField(max_length=200)
    by_role = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(said=""), name="welcome_call_says_something"),
            models.CheckConstraint(
                condition=Q(is_reached=True, is_as_assessed__isnull=False)
                | Q(is_reached=False, is_as_assessed__isnull=True),
                name="welcome_call_as_assessed_once_reached",
            ),
            models.CheckConstraint(
                condition=Q(is_as_assessed__isnull=True) | Q(is_as_assessed=True) | ~Q(difference=""),
                name="welcome_call_says_what_differs",
            ),
        ]
