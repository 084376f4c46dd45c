"""A plan while it is written, by several people at once."""

from django.db import models

from homeward.episodes.models import Episode
from homeward.people.models import Person
from homeward.plans.models.plan import CarePlan
from homeward.plans.states import DraftState


class PlanDraft(models.Model):
    """The next version of an episode's plan, while it is written. There is never more than one open.

    `fields` are what it says now, by field (plans.rules.draft); its changes say who wrote each and when.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="plan_drafts")
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="plan_drafts")
    based_on = models.ForeignKey(CarePlan, null=True, on_delete=models.PROTECT, related_name="drafts")
    became = models.OneToOneField(CarePlan, null=True, on_delete=models.PROTECT, related_name="draft")
    state = models.CharField(max_length=10, choices=DraftState, default=DraftState.OPEN)
    fields = models.JSONField(default=dict)
    # Rises with every save that changed a field; a page says from which one it was made
    revision = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField()
    started_by = models.CharField(max_length=200)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["episode"], condition=models.Q(state=DraftState.OPEN), name="plan_draft_one_open"
            )
        ]


class DraftChange(models.Model):
    """One field of a draft as somebody wrote it. Append-only.

    One that is not `is_in_force` was written by somebody whose page did not show the text that stands; it is kept.
    """

    draft = models.ForeignKey(PlanDraft, on_delete=models.PROTECT, related_name="changes")
    field = models.CharField(max_length=80)
    value = models.JSONField(null=True)
    is_in_force = models.BooleanField(default=True)
    revision = models.PositiveIntegerField()
    at = models.DateTimeField()
    by_name = models.CharField(max_length=200)
    by_role = models.CharField(max_length=120, blank=True)
    employer = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["draft", "revision", "id"], name="draft_change_order")]
