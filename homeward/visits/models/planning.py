"""A planning of a day, what it moved and who was told, and where and how a service travels."""

from django.db import models
from django.db.models import Q

from homeward.people.models import Person
from homeward.teams.models import Service, Worker
from homeward.visits.models.visit import Visit


class DayPlan(models.Model):
    """One planning, or re-planning, of one day. Rows are added; the newest is the plan."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="day_plans")
    day = models.DateField()
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=200)
    why = models.CharField(max_length=250)
    seed = models.BigIntegerField()
    iterations = models.BigIntegerField(default=0)
    cpu_seconds = models.FloatField(default=0)
    # {"planned": n, "unplanned": n, "travel_minutes": x, "late_minutes": x, ...}
    figures = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["service", "day", "-id"], name="day_plan_newest")]


class PlanMove(models.Model):
    """What one planning changed for one slot of one visit. Empty sides mean "nobody"."""

    plan = models.ForeignKey(DayPlan, on_delete=models.CASCADE, related_name="moves")
    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="moves")
    slot = models.PositiveSmallIntegerField()
    from_worker = models.ForeignKey(Worker, null=True, on_delete=models.PROTECT, related_name="+")
    to_worker = models.ForeignKey(Worker, null=True, on_delete=models.PROTECT, related_name="+")
    from_starts_at = models.DateTimeField(null=True)
    to_starts_at = models.DateTimeField(null=True)
    why = models.TextField(blank=True)


class TravelTable(models.Model):
    """A service's own travel times, where it has them instead of co-ordinates.

    `seconds` is the (n, n) int32 table, row from, column to, little-endian bytes; `place_keys` names its rows.
    """

    service = models.OneToOneField(Service, on_delete=models.CASCADE, related_name="travel_table")
    place_keys = models.JSONField()
    seconds = models.BinaryField()


class ServiceArea(models.Model):
    """Where a service goes. Without one of its own, a service goes as far as `rules.AREA_RADIUS_KM` from its bases."""

    service = models.OneToOneField(Service, on_delete=models.CASCADE, related_name="area")
    radius_kilometres = models.PositiveSmallIntegerField()
    # Outward codes, such as ["DE1", "DE24"]; where given, they decide, and the radius does not.
    postcode_districts = models.JSONField(default=list)
    set_by = models.CharField(max_length=200)
    set_at = models.DateTimeField()


class Telling(models.Model):
    """Somebody whose day one planning changed, and when they were told: a worker, or a person whose visit moved."""

    plan = models.ForeignKey(DayPlan, on_delete=models.CASCADE, related_name="tellings")
    # The visit for which the day was planned again
    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="tellings")
    worker = models.ForeignKey(Worker, null=True, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    told_at = models.DateTimeField(null=True)
    told_by = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(worker__isnull=False, person__isnull=True) | Q(worker__isnull=True, person__isnull=False),
                name="telling_is_to_one",
            ),
            models.UniqueConstraint(fields=["plan", "worker"], name="told_once_a_worker"),
            models.UniqueConstraint(fields=["plan", "person"], name="told_once_a_person"),
        ]
