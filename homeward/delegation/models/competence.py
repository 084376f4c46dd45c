"""How a worker comes to be signed off. A course is a `teams.Training` that names the competence.

`competence` is always a skill code of the procedures. What is recorded stays: a mistake is withdrawn, never deleted.
"""

from django.db import models
from django.db.models import F, Q

from homeward.delegation.states import DeclarationKind, PracticeResult
from homeward.people.models import Person
from homeward.teams.models import Organisation, Worker


class KnowledgeTest(models.Model):
    """One sitting of a knowledge test."""

    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="knowledge_tests")
    competence = models.SlugField(max_length=60)
    taken_on = models.DateField()
    score = models.PositiveSmallIntegerField()
    out_of = models.PositiveSmallIntegerField()
    is_passed = models.BooleanField()
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=200)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_reason = models.CharField(max_length=250, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(score__lte=F("out_of")), name="test_score_within_its_scale")]


class ObservedPractice(models.Model):
    """One time a registered professional watched a worker do an activity."""

    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="observed_practices")
    competence = models.SlugField(max_length=60)
    activity_code = models.SlugField(max_length=80)
    # Whose care it was, where it was somebody's; empty in a skills room
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="observed_practices")
    setting = models.CharField(max_length=120, help_text="Where: at home, at a leg club, in a skills room")
    assessor = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="practices_assessed")
    observed_at = models.DateTimeField()
    result = models.CharField(max_length=10, choices=PracticeResult)
    feedback = models.TextField(blank=True)
    reflection = models.TextField(blank=True, help_text="What the worker says they learned")
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=200)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_reason = models.CharField(max_length=250, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(worker=F("assessor")), name="nobody_assesses_themselves")]
        indexes = [models.Index(fields=["worker", "competence"], name="practice_worker")]


class Declaration(models.Model):
    """What a worker or their employer declared about a competence, or about one person's delegation. Append-only.

    The newest of each side counts.
    """

    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="declarations")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="declarations")
    competence = models.SlugField(max_length=60)
    kind = models.CharField(max_length=20, choices=DeclarationKind)
    text = models.TextField(blank=True, help_text="The words they agreed to, or why not")
    at = models.DateTimeField()
    by_account_id = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=200)
    by_role = models.CharField(max_length=120, blank=True)

    class Meta:
        indexes = [models.Index(fields=["worker", "competence", "-id"], name="declaration_newest")]


class SignOff(models.Model):
    """A registered professional's word that a worker may do what a competence covers, for everyone or one person.

    In force from `signed_at` until `ends_on` passes or it is withdrawn. Nothing else about a row changes.
    """

    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="sign_offs")
    competence = models.SlugField(max_length=60)
    # The one person it is for, where the competence is person-specific
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="sign_offs")
    # Empty only where it was carried over from before Homeward: `carried_over` then says from where
    signed_by = models.ForeignKey(Worker, null=True, on_delete=models.PROTECT, related_name="signed_off")
    carried_over = models.CharField(max_length=250, blank=True)
    signed_at = models.DateTimeField()
    review_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    statement = models.TextField(blank=True, help_text="What they signed, as it was shown to them")
    # What it rested on: {"trainings": [ids], "tests": [ids], "practices": [ids], "declarations": [ids]}
    rests_on = models.JSONField(default=dict)
    # Random, for the QR code of a passport: says nothing by itself
    passport_code = models.CharField(max_length=40, unique=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=200, blank=True)
    withdrawn_reason = models.CharField(max_length=250, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(signed_by__isnull=False) | ~Q(carried_over=""), name="sign_off_by_somebody"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_reason="")
                | (Q(withdrawn_at__isnull=False) & ~Q(withdrawn_reason="")),
                name="sign_off_withdrawn_with_a_reason",
            ),
        ]
        indexes = [models.Index(fields=["competence", "worker"], name="sign_off_competence")]
