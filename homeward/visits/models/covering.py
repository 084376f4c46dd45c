"""A worker called in sick: what was lost by it, how it could be covered, and what somebody decided."""

from django.db import models
from django.db.models import F, Q

from homeward.roster.models import Absence, Shift
from homeward.teams.models import Service, Worker
from homeward.visits.models.planning import DayPlan
from homeward.visits.models.visit import Visit
from homeward.visits.states import CoverKind


class SickCall(models.Model):
    """One working day lost to sickness, as it was when the call was taken. Minutes are of shifts, from the call on."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="sick_calls")
    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="sick_calls")
    absence = models.ForeignKey(Absence, on_delete=models.PROTECT, related_name="sick_calls")
    day = models.DateField()
    called_at = models.DateTimeField()
    taken_by = models.CharField(max_length=200)
    is_by_themselves = models.BooleanField(default=False)
    lost_minutes = models.PositiveIntegerField()
    lost_from = models.DateTimeField()
    lost_until = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["absence", "day"], name="sick_call_once_a_day"),
            models.CheckConstraint(condition=Q(lost_until__gte=F("lost_from")), name="sick_call_in_order"),
        ]
        indexes = [models.Index(fields=["service", "day"], name="sick_call_day")]


class LostVisit(models.Model):
    """A slot of a visit that the sick worker held: when it was to start, and for how many minutes. Rows are added."""

    call = models.ForeignKey(SickCall, on_delete=models.PROTECT, related_name="lost")
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="+")
    slot = models.PositiveSmallIntegerField()
    starts_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["call", "visit", "slot"], name="lost_once_a_call")]


class CoverOption(models.Model):
    """One way of covering a lost day, as it was worked out: offered, not decided. The newest `made_at` are the offers.

    `figures`: {"kept", "lost", "late", "worst_late", "moved", "travel", "pence", ...}. `stops` are the days of the
    workers it changes, to be put into force as they were shown; none where the day is planned when it is accepted.
    """

    call = models.ForeignKey(SickCall, on_delete=models.CASCADE, related_name="options")
    made_at = models.DateTimeField()
    rank = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=CoverKind)
    worker = models.ForeignKey(Worker, null=True, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    sentence = models.TextField()
    figures = models.JSONField(default=dict)
    # [{"visit", "slot", "worker", "at", "late"}], worker and moment None for nobody
    places = models.JSONField(default=list)
    # [{"visit", "slot", "from_worker", "to_worker", "from_at", "to_at", "late"}] of visits that were not lost
    moves = models.JSONField(default=list)
    stops = models.JSONField(default=list)
    based_on = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["call", "-made_at", "rank"], name="cover_option_newest")]


class CoverDecision(models.Model):
    """What somebody decided about a lost day, and what it covered then. Rows are added, never changed.

    Minutes are of lost visits: `elsewhere_minutes` those of them that another employer covers.
    """

    call = models.ForeignKey(SickCall, on_delete=models.PROTECT, related_name="decisions")
    kind = models.CharField(max_length=10, choices=CoverKind)
    sentence = models.TextField()
    decided_at = models.DateTimeField()
    decided_by = models.CharField(max_length=200)
    plan = models.ForeignKey(DayPlan, null=True, on_delete=models.PROTECT, related_name="+")
    shift = models.ForeignKey(Shift, null=True, on_delete=models.PROTECT, related_name="+")
    lost_minutes = models.PositiveIntegerField()
    covered_minutes = models.PositiveIntegerField()
    elsewhere_minutes = models.PositiveIntegerField()
    is_as_shown = models.BooleanField(default=True)
