"""Plan, goal, visit pattern."""

from django.db import models

from homeward.episodes.models import Episode
from homeward.people.models import Person


class CarePlan(models.Model):
    """One version of the plan of one episode. A change is a new version; the newest is the plan."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="plans")
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="plans")
    version = models.PositiveIntegerField(default=1)
    summary = models.TextField(blank=True)
    written_at = models.DateTimeField()
    written_by = models.CharField(max_length=200)
    agreed_on = models.DateField(null=True)
    not_agreed_reason = models.CharField(max_length=250, blank=True)
    review_on = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["episode", "version"], name="plan_version_once")]
        indexes = [models.Index(fields=["person", "-written_at"], name="plan_person")]


class Goal(models.Model):
    """Something the person wants to be able to do, in their words."""

    plan = models.ForeignKey(CarePlan, on_delete=models.PROTECT, related_name="goals")
    text = models.CharField(max_length=250)
    is_met = models.BooleanField(null=True)


class VisitPattern(models.Model):
    """Visits that a plan needs on the days of `weekdays`, between `starts_on` and `ends_on`.

    `slots` are who must be there together: [{"skill": "home_care_worker", "minutes": 30}, ...].
    `tasks` are what is done: [{"code": ..., "title": ..., "is_delegated": bool}, ...].
    """

    plan = models.ForeignKey(CarePlan, on_delete=models.PROTECT, related_name="patterns")
    title = models.CharField(max_length=120)
    opens_at = models.CharField(max_length=5, help_text="Wall clock, HH:MM: may start from")
    closes_at = models.CharField(max_length=5, help_text="Wall clock, HH:MM: should start by")
    is_window_hard = models.BooleanField(default=False)
    minutes = models.PositiveSmallIntegerField()
    slots = models.JSONField()
    tasks = models.JSONField(default=list)
    weekdays = models.CharField(max_length=7, default="1234567", help_text="ISO weekday numbers")
    # Start-to-start minutes from the person's visit before it on the same day, 0 when it does not matter
    gap_minutes = models.PositiveSmallIntegerField(default=0)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
