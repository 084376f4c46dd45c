"""A stay, its reviews, the way home, why it runs over, and asking later where somebody is."""

from django.db import models
from django.db.models import Q

from homeward.beds.models.referral import BedReferral
from homeward.beds.states import (
    FollowUpKind,
    FollowUpState,
    OverrunReason,
    Support,
    WayHomeKind,
    Whereabouts,
)
from homeward.episodes.models import Episode
from homeward.people.models import Person
from homeward.teams.models import Service
from homeward.visits.models import Visit


class BedStay(models.Model):
    """Somebody's time in a house, through every bed they had there. `leaving_on` is the day it is planned to end."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="bed_stays")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="bed_stays")
    referral = models.OneToOneField(BedReferral, on_delete=models.PROTECT, related_name="stay")
    moved_in_at = models.DateTimeField()
    leaving_on = models.DateField()
    next_step = models.CharField(max_length=250, blank=True)
    next_step_by = models.CharField(max_length=120, blank=True)
    # Nights in hospital do not count towards the limit while the bed is kept
    in_hospital_since = models.DateTimeField(null=True)
    days_in_hospital = models.PositiveSmallIntegerField(default=0)
    left_at = models.DateTimeField(null=True)
    support = models.CharField(max_length=10, choices=Support, blank=True)
    left_note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(left_at__isnull=True, support="") | (Q(left_at__isnull=False) & ~Q(support="")),
                name="stay_ends_with_support",
            ),
            models.CheckConstraint(
                condition=Q(left_at__isnull=True) | Q(left_at__gte=models.F("moved_in_at")),
                name="stay_ends_after_it_begins",
            ),
        ]
        indexes = [models.Index(fields=["service", "left_at"], name="bed_stay_open")]


class StayReview(models.Model):
    """A look at the way home: what was found, what holds it up, and the day it is planned for after it. Append-only."""

    stay = models.ForeignKey(BedStay, on_delete=models.PROTECT, related_name="reviews")
    held_on = models.DateField()
    text = models.TextField()
    holds_up = models.TextField(blank=True)
    leaving_on = models.DateField()
    next_on = models.DateField()
    at = models.DateTimeField()
    by_name = models.CharField(max_length=200)
    by_role = models.CharField(max_length=120, blank=True)
    employer = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["stay", "-held_on"], name="stay_review_newest")]


class ReviewVisit(models.Model):
    """The visit that was booked for the look at the way home that is due on a day."""

    stay = models.ForeignKey(BedStay, on_delete=models.PROTECT, related_name="review_visits")
    due_on = models.DateField()
    visit = models.OneToOneField(Visit, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stay", "due_on"], name="bed_review_booked_once")]


class WayHomeNeed(models.Model):
    """Something that must be ready before somebody leaves, who sees to it, and by when."""

    stay = models.ForeignKey(BedStay, on_delete=models.PROTECT, related_name="needs")
    kind = models.CharField(max_length=12, choices=WayHomeKind)
    text = models.CharField(max_length=250)
    owner = models.CharField(max_length=120)
    by_day = models.DateField()
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=200)
    done_at = models.DateTimeField(null=True)
    done_by = models.CharField(max_length=200, blank=True)


class Overrun(models.Model):
    """Why a stay goes past its limit, and until when. Append-only; the newest stands."""

    stay = models.ForeignKey(BedStay, on_delete=models.PROTECT, related_name="overruns")
    reason = models.CharField(max_length=14, choices=OverrunReason)
    text = models.TextField(blank=True)
    until = models.DateField()
    at = models.DateTimeField()
    by_name = models.CharField(max_length=200)


class FollowUp(models.Model):
    """Asking by telephone, some time after, where somebody is: after a stay in a bed, or after reablement at home.

    One list for both, because somebody who had both is rung once. `is_independent`: they live without paid care;
    `weekly_hours`: of paid care, where not. Both null where nobody said.
    """

    stay = models.ForeignKey(BedStay, null=True, on_delete=models.PROTECT, related_name="follow_ups")
    episode = models.ForeignKey(Episode, null=True, on_delete=models.PROTECT, related_name="follow_ups")
    kind = models.CharField(max_length=16, choices=FollowUpKind)
    due_on = models.DateField()
    state = models.CharField(max_length=12, choices=FollowUpState, default=FollowUpState.DUE)
    try_again_on = models.DateField(null=True)
    whereabouts = models.CharField(max_length=10, choices=Whereabouts, blank=True)
    is_independent = models.BooleanField(null=True)
    weekly_hours = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    note = models.TextField(blank=True)
    done_at = models.DateTimeField(null=True)
    done_by = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stay", "kind"], name="follow_up_once"),
            models.UniqueConstraint(fields=["episode", "kind"], name="follow_up_once_an_episode"),
            models.CheckConstraint(
                condition=Q(stay__isnull=False, episode__isnull=True) | Q(stay__isnull=True, episode__isnull=False),
                name="follow_up_after_one_thing",
            ),
            models.CheckConstraint(
                condition=~Q(state=FollowUpState.REACHED) | ~Q(whereabouts=""), name="reached_says_where"
            ),
            models.CheckConstraint(
                condition=Q(weekly_hours__isnull=True) | Q(is_independent=False), name="hours_of_those_with_care"
            ),
        ]
        indexes = [models.Index(fields=["state", "due_on"], name="follow_up_due")]

    @property
    def after(self) -> BedStay | Episode:
        """What it comes after: its person and service are those of the follow-up."""
        return self.stay if self.stay is not None else self.episode


class FollowUpTry(models.Model):
    """One try to ring somebody. Append-only."""

    follow_up = models.ForeignKey(FollowUp, on_delete=models.PROTECT, related_name="tries")
    tried_at = models.DateTimeField()
    tried_by = models.CharField(max_length=200)
    was_reached = models.BooleanField()
    note = models.TextField(blank=True)
