"""What came of a task: readings taken at it, and whether a professional found its outcome good enough. Append-only."""

from django.db import models

from homeward.delegation.models import DelegationLimit
from homeward.teams.models import Worker
from homeward.visits.models.visit import VisitTask


class TaskReading(models.Model):
    """One reading a worker took at a task, beside the limits as they stood then."""

    task = models.ForeignKey(VisitTask, on_delete=models.PROTECT, related_name="readings")
    limit = models.ForeignKey(DelegationLimit, null=True, on_delete=models.PROTECT, related_name="readings")
    reading = models.CharField(max_length=80)
    value = models.DecimalField(max_digits=8, decimal_places=2)
    unit = models.CharField(max_length=20, blank=True)
    low = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    high = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    is_out_of_range = models.BooleanField(default=False)
    # What the worker was told to do, and whether the delegation was suspended by it
    told_to = models.TextField(blank=True)
    has_stopped = models.BooleanField(default=False)
    taken_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    worker = models.ForeignKey(Worker, null=True, on_delete=models.PROTECT, related_name="readings_taken")
    recorded_by = models.CharField(max_length=200)

    class Meta:
        indexes = [models.Index(fields=["task", "id"], name="reading_of_task")]


class OutcomeCheck(models.Model):
    """A registered professional's word that what came of a delegated task meets the standard, or does not.

    The NMC Code asks whoever delegates to confirm it (docs/rules/delegation.md). The newest of a task counts.
    """

    task = models.ForeignKey(VisitTask, on_delete=models.PROTECT, related_name="checks")
    is_met = models.BooleanField()
    text = models.TextField(blank=True)
    at = models.DateTimeField()
    by_worker = models.ForeignKey(Worker, null=True, on_delete=models.PROTECT, related_name="outcomes_checked")
    by_name = models.CharField(max_length=200)
    by_role = models.CharField(max_length=120, blank=True)

    class Meta:
        indexes = [models.Index(fields=["task", "-id"], name="check_newest")]
