"""Filled form and the changes of its answers."""

from django.db import models

from homeward.assessments.states import FilledState, SubjectKind
from homeward.people.models import Person
from homeward.people.states import Sensitivity
from homeward.procedures.models import Procedure
from homeward.teams.models import Service


class FilledForm(models.Model):
    """One form, on the version it was begun on, filled in for a referral, an episode or a person.

    `answers` are the answers in force, plain JSON types by question code (procedures.rules.forms). Its changes say who
    gave each and when. A complete form is never changed: one that corrects it is begun instead.
    """

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="filled_forms")
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="filled_forms")
    form = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="filled_forms")
    subject_kind = models.CharField(max_length=10, choices=SubjectKind)
    subject_id = models.BigIntegerField()
    # The stage of the pathway that asked for it; empty where none did.
    stage = models.SlugField(max_length=60, blank=True)
    state = models.CharField(max_length=10, choices=FilledState, default=FilledState.DRAFT)
    answers = models.JSONField(default=dict)
    # Once complete: [{"score", "title", "total", "band", "because"}], numbers and our own words only
    scores = models.JSONField(default=list)
    # Rises with every save that changed an answer; a page says from which one it was made.
    revision = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField()
    started_by = models.CharField(max_length=200)
    started_role = models.CharField(max_length=120, blank=True)
    started_employer = models.CharField(max_length=200, blank=True)
    completed_at = models.DateTimeField(null=True)
    completed_by = models.CharField(max_length=200, blank=True)
    completed_role = models.CharField(max_length=120, blank=True)
    completed_employer = models.CharField(max_length=200, blank=True)
    corrects = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="corrected_by")
    correction_reason = models.TextField(blank=True)
    # The complete form that this one comes after, where its definition says that it follows one
    follows = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="followed_by")
    # As its definition said when it was begun: kept from most of those who may see the record
    sensitivity = models.CharField(max_length=16, choices=Sensitivity, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "stage", "form"],
                condition=models.Q(state=FilledState.DRAFT, corrects__isnull=True),
                name="filled_form_one_draft",
            ),
            models.CheckConstraint(
                condition=models.Q(state=FilledState.DRAFT, completed_at__isnull=True)
                | models.Q(state=FilledState.COMPLETE, completed_at__isnull=False),
                name="filled_form_complete_at_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["subject_kind", "subject_id"], name="filled_form_subject"),
            models.Index(fields=["person", "-started_at"], name="filled_form_person"),
        ]

    @property
    def code(self) -> str:
        return self.form.code

    @property
    def is_complete(self) -> bool:
        return self.state == FilledState.COMPLETE


class AnswerChange(models.Model):
    """One answer as it was given. Append-only.

    `revision` is the one of the form that this change is part of. One that is not `is_in_force` was given by somebody
    whose page did not show the answer that stands; it is kept, and nobody's answer was lost.
    """

    filled_form = models.ForeignKey(FilledForm, on_delete=models.PROTECT, related_name="changes")
    question = models.CharField(max_length=80)
    answer = models.JSONField(null=True)
    is_in_force = models.BooleanField(default=True)
    revision = models.PositiveIntegerField()
    # Where an answer nobody typed came from, in words: "Front-door triage, 22 November 2026"
    came_from = models.CharField(max_length=200, blank=True)
    # Somebody looked at an answer nobody typed, and says that it is so
    is_confirmation = models.BooleanField(default=False)
    at = models.DateTimeField()
    actor_name = models.CharField(max_length=200)
    actor_role = models.CharField(max_length=120, blank=True)
    employer = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["filled_form", "revision", "id"], name="answer_change_order")]


class ScoreOwed(models.Model):
    """A score of a complete form that somebody must be told of. It is owed until a `ScoreTold` says who was."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="scores_owed")
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="scores_owed")
    filled_form = models.ForeignKey(FilledForm, on_delete=models.PROTECT, related_name="scores_owed")
    score = models.SlugField(max_length=60)
    band = models.SlugField(max_length=60)
    title = models.CharField(max_length=80)
    because = models.CharField(max_length=250)
    owed_since = models.DateTimeField()
    owed_by = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["filled_form", "score"], name="score_owed_once")]
        indexes = [
            models.Index(fields=["service", "owed_since"], name="scores_owed_of_service"),
            models.Index(fields=["person"], name="scores_owed_of_person"),
        ]


class ScoreTold(models.Model):
    """Who was told of a score, when, and what they said: by name, in the words of whoever told them. Append-only."""

    owed = models.OneToOneField(ScoreOwed, on_delete=models.PROTECT, related_name="told")
    told_name = models.CharField(max_length=120)
    told_role = models.CharField(max_length=120)
    told_at = models.DateTimeField()
    said = models.TextField()
    recorded_at = models.DateTimeField()
    actor_name = models.CharField(max_length=200)
    actor_role = models.CharField(max_length=120, blank=True)
    employer = models.CharField(max_length=200, blank=True)


class FormChosen(models.Model):
    """Which of several forms for the same thing a service uses. Append-only: the newest counts."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="forms_chosen")
    choice = models.SlugField(max_length=60)
    form_code = models.SlugField(max_length=60)
    chosen_at = models.DateTimeField()
    actor_name = models.CharField(max_length=200)

    class Meta:
        indexes = [models.Index(fields=["service", "choice", "-id"], name="forms_chosen_newest")]
