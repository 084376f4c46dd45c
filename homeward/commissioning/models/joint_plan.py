"""What council and NHS decided to commission together, and whether it came."""

from django.db import models
from django.db.models import F, Q

from homeward.commissioning.models.budget import PoolLine
from homeward.commissioning.states import PlanLineState
from homeward.teams.models import Service


class JointPlan(models.Model):
    """A joint commissioning plan between two days."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="joint_plans")
    title = models.CharField(max_length=160)
    starts_on = models.DateField()
    ends_on = models.DateField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="joint_plan_in_order")]


class PlanLine(models.Model):
    """One thing a joint plan is to bring, who leads it, by when, and from which money."""

    plan = models.ForeignKey(JointPlan, on_delete=models.PROTECT, related_name="lines")
    title = models.CharField(max_length=200)
    lead = models.CharField(max_length=160)
    due_on = models.DateField()
    pool_line = models.ForeignKey(PoolLine, null=True, on_delete=models.PROTECT, related_name="plan_lines")
    state = models.CharField(max_length=10, choices=PlanLineState, default=PlanLineState.PROPOSED)


class PlanDecision(models.Model):
    """What was decided of a line, by whom and when, and how the line stood after. Rows are added, never changed."""

    line = models.ForeignKey(PlanLine, on_delete=models.PROTECT, related_name="decisions")
    decided_on = models.DateField()
    decided_by = models.CharField(max_length=200, help_text="The board or the people who decided")
    state_after = models.CharField(max_length=10, choices=PlanLineState)
    text = models.TextField()
    written_at = models.DateTimeField()
    written_by = models.CharField(max_length=200)
