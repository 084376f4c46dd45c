"""What was decided about how somebody leaves hospital."""

from django.db import models
from django.db.models import Q

from homeward.assessments.models import FilledForm
from homeward.discharge.models.stay import HospitalStay
from homeward.discharge.states import (
    Capacity,
    ChoiceAnswer,
    DecidedBy,
    DecisionState,
    Destination,
    HomePathway,
    WhyNotHome,
)
from homeward.teams.models import Account


class PathwayDecision(models.Model):
    """One decision on the way home; any way but home waits for a second person. A change is a new decision."""

    stay = models.ForeignKey(HospitalStay, on_delete=models.PROTECT, related_name="decisions")
    state = models.CharField(max_length=10, choices=DecisionState)
    pathway = models.CharField(max_length=2, choices=HomePathway)
    destination = models.CharField(max_length=16, choices=Destination)
    why_not_home = models.CharField(max_length=20, choices=WhyNotHome, blank=True)
    not_home_text = models.TextField(blank=True)
    person_said = models.TextField(help_text="What the person wants")
    # In words, for decisions made before choices had rows of their own; "" since
    choices_offered = models.TextField(help_text="Which choices they were offered")
    capacity = models.CharField(max_length=12, choices=Capacity)
    decided_by = models.CharField(max_length=16, choices=DecidedBy)
    decided_by_name = models.CharField(max_length=200, blank=True, help_text="Which attorney, or who was consulted")
    trusted_assessment = models.ForeignKey(FilledForm, null=True, on_delete=models.PROTECT, related_name="+")
    capacity_assessment = models.ForeignKey(FilledForm, null=True, on_delete=models.PROTECT, related_name="+")
    best_interests = models.ForeignKey(FilledForm, null=True, on_delete=models.PROTECT, related_name="+")
    # The day care is thought to start; None where nobody can say yet
    care_starts_on = models.DateField(null=True)
    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    proposed_by_name = models.CharField(max_length=200)
    made_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_by_name = models.CharField(max_length=200, blank=True)
    set_aside_at = models.DateTimeField(null=True)
    set_aside_by = models.CharField(max_length=200, blank=True)
    set_aside_reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["stay", "state"],
                condition=Q(state__in=(DecisionState.PROPOSED, DecisionState.MADE)),
                name="one_decision_of_a_state",
            ),
            models.CheckConstraint(
                condition=Q(pathway__in=(HomePathway.P0, HomePathway.P1))
                | (~Q(why_not_home="") & ~Q(not_home_text="")),
                name="not_home_has_a_reason",
            ),
            # home first, also for whoever writes to the table by hand: not home is never one person's decision
            models.CheckConstraint(
                condition=Q(pathway__in=(HomePathway.P0, HomePathway.P1))
                | Q(made_at__isnull=True)
                | (Q(confirmed_by__isnull=False) & ~Q(confirmed_by=models.F("proposed_by"))),
                name="not_home_takes_two",
            ),
        ]


class OfferedChoice(models.Model):
    """One of the choices a person was offered before a decision, and what was answered.

    One without an answer is answered once, later: `answered_on`, `recorded_at` and `recorded_by` say when, and who
    wrote it down; they are empty where it was answered with the decision.
    """

    decision = models.ForeignKey(PathwayDecision, on_delete=models.PROTECT, related_name="choices")
    position = models.PositiveSmallIntegerField()
    what = models.CharField(max_length=160)
    provider = models.CharField(max_length=160, blank=True, help_text="Who would give it: a provider, house or unit")
    # The day it could start; None where nobody could say
    starts_on = models.DateField(null=True)
    cost = models.CharField(max_length=160, blank=True, help_text="What the person would pay; empty where not known")
    answer = models.CharField(max_length=8, choices=ChoiceAnswer)
    answered_by = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=500, blank=True, help_text="Why it was refused")
    answered_on = models.DateField(null=True)
    recorded_at = models.DateTimeField(null=True)
    recorded_by = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["decision", "position"], name="choice_once"),
            models.UniqueConstraint(
                fields=["decision"], condition=Q(answer=ChoiceAnswer.CHOSEN), name="one_choice_chosen"
            ),
            models.CheckConstraint(condition=~Q(what=""), name="choice_says_what"),
            models.CheckConstraint(
                condition=Q(answer=ChoiceAnswer.WAITING) | ~Q(answered_by=""), name="choice_answered_by_somebody"
            ),
            models.CheckConstraint(
                condition=~Q(answer=ChoiceAnswer.REFUSED) | ~Q(reason=""), name="choice_refused_for_a_reason"
            ),
        ]
