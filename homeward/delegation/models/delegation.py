"""The decision that for this person this activity may be done by these workers."""

from django.db import models
from django.db.models import Q

from homeward.delegation.models.competence import SignOff
from homeward.delegation.states import DelegationState, PracticeResult, WorkerAnswer
from homeward.episodes.models import Episode
from homeward.people.models import Person
from homeward.teams.models import Service, Worker


class Delegation(models.Model):
    """One activity of one person that a registered professional has decided may be done by care workers.

    What happened to it is in its events; `state` says how it stands.
    """

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="delegations")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="delegations")
    episode = models.ForeignKey(Episode, null=True, on_delete=models.PROTECT, related_name="delegations")
    activity_code = models.SlugField(max_length=80)
    state = models.CharField(max_length=10, choices=DelegationState, default=DelegationState.DRAFT)
    # The registered professional who decided and stays accountable for the decision
    delegated_by = models.ForeignKey(Worker, null=True, on_delete=models.PROTECT, related_name="delegations_made")
    carried_over = models.CharField(max_length=250, blank=True)
    # What was assessed: {code of delegation.rules.TO_ASSESS: {"answer": ..., "text": ...}}
    assessed = models.JSONField(default=dict)
    instructions = models.TextField(blank=True, help_text="What to do, step by step, for this person")
    if_out_of_range = models.TextField(blank=True, help_text="What to do, and whom to call")
    starts_on = models.DateField(null=True)
    review_on = models.DateField(null=True)
    suspended_reason = models.CharField(max_length=250, blank=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "activity_code"], condition=~Q(state="ended"), name="one_delegation_an_activity"
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(state="ended") | Q(delegated_by__isnull=False) | ~Q(carried_over=""),
                name="delegated_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state="suspended") | ~Q(suspended_reason=""), name="suspended_for_a_reason"
            ),
        ]
        indexes = [models.Index(fields=["service", "state", "review_on"], name="delegation_review")]


class DelegationLimit(models.Model):
    """A reading a worker takes at the activity, and the range outside which they must act and the delegation stops.

    Either end may be open. `stops` says whether a reading outside suspends the delegation at once.
    """

    delegation = models.ForeignKey(Delegation, on_delete=models.PROTECT, related_name="limits")
    reading = models.CharField(max_length=80, help_text="What is read: blood glucose")
    unit = models.CharField(max_length=20, blank=True)
    low = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    high = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    stops = models.BooleanField(default=False)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(low__isnull=False) | Q(high__isnull=False), name="limit_has_an_end"),
            models.CheckConstraint(
                condition=Q(low__isnull=True) | Q(high__isnull=True) | Q(low__lte=models.F("high")),
                name="limit_in_order",
            ),
        ]


class DelegationWorker(models.Model):
    """A worker who was asked to do a delegated activity for one person, and what they said."""

    delegation = models.ForeignKey(Delegation, on_delete=models.PROTECT, related_name="workers")
    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="delegated_to")
    answer = models.CharField(max_length=10, choices=WorkerAnswer, default=WorkerAnswer.ASKED)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=250, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["delegation", "worker"], name="asked_once")]


class DelegationEvent(models.Model):
    """One thing that happened to a delegation. Append-only."""

    delegation = models.ForeignKey(Delegation, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=20)
    text = models.TextField(blank=True)
    at = models.DateTimeField()
    by_account_id = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=200)
    by_role = models.CharField(max_length=120, blank=True)
    employer = models.CharField(max_length=200, blank=True)


class SpotCheck(models.Model):
    """A registered professional looking again at how a signed-off worker does it. A poor one ends the sign-off."""

    sign_off = models.ForeignKey(SignOff, on_delete=models.PROTECT, related_name="spot_checks")
    due_on = models.DateField()
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(Worker, null=True, on_delete=models.PROTECT, related_name="spot_checks_done")
    result = models.CharField(max_length=10, choices=PracticeResult, blank=True)
    text = models.TextField(blank=True)
