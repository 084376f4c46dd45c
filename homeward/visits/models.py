"""Visit, assignment, task, day plan, move, who was told of it, handover sheet, and where a service goes."""

from django.db import models
from django.db.models import F, Q

from homeward.episodes.models import Episode
from homeward.people.models import Address, Person
from homeward.plans.models import VisitPattern
from homeward.roster.models import Shift
from homeward.teams.models import Service, Worker
from homeward.visits.states import AssignmentState, VisitState


class Visit(models.Model):
    """Somebody must be at a place for so long, starting within a window; how many of them, `slots` says.

    `slots`: [{"skill": "home_care_worker", "minutes": 30}, ...]. Each slot is filled by a different worker and all
    start together.
    """

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="visits")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="visits")
    address = models.ForeignKey(Address, null=True, on_delete=models.PROTECT, related_name="visits")
    episode = models.ForeignKey(Episode, null=True, on_delete=models.PROTECT, related_name="visits")
    pattern = models.ForeignKey(VisitPattern, null=True, on_delete=models.PROTECT, related_name="visits")
    local_reference = models.CharField(max_length=40, blank=True)
    day = models.DateField()
    title = models.CharField(max_length=120)
    window_opens_at = models.DateTimeField()
    window_closes_at = models.DateTimeField()
    is_window_hard = models.BooleanField(default=False)
    slots = models.JSONField()
    gap_minutes = models.PositiveSmallIntegerField(default=0)
    # What the planner may pay to leave it out, in the same units as a minute of travel; crisis visits cost most.
    undone_cost = models.PositiveIntegerField(default=1000)
    is_crisis = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=VisitState, default=VisitState.NEEDED)
    # Why the planner left it out, and the nearest thing that would make it possible
    unplanned_reason = models.TextField(blank=True)
    outcome_note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(window_closes_at__gte=F("window_opens_at")), name="visit_window_in_order"
            ),
            # One pattern makes one visit a day, so that making a day's visits twice changes nothing.
            models.UniqueConstraint(
                fields=["pattern", "day"], condition=Q(pattern__isnull=False), name="visit_of_pattern_once"
            ),
        ]
        indexes = [
            models.Index(fields=["service", "day"], name="visit_day"),
            models.Index(fields=["person", "day"], name="visit_person"),
        ]


class Assignment(models.Model):
    """A worker in a slot of a visit at a time, and why."""

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="assignments")
    slot = models.PositiveSmallIntegerField()
    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="assignments")
    shift = models.ForeignKey(Shift, null=True, on_delete=models.PROTECT, related_name="assignments")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    travel_minutes = models.FloatField(default=0)
    why = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=AssignmentState, default=AssignmentState.PROPOSED)
    # A person decided on this worker: the planner may not change it
    decided_by = models.CharField(max_length=200, blank=True)
    arrived_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["visit", "slot"], name="one_worker_a_slot"),
            models.UniqueConstraint(fields=["visit", "worker"], name="different_workers_in_a_visit"),
            models.CheckConstraint(condition=Q(ends_at__gte=F("starts_at")), name="assignment_in_order"),
        ]
        indexes = [models.Index(fields=["worker", "starts_at"], name="assignment_worker")]

    @property
    def is_pinned(self) -> bool:
        """Whether the planner must leave it as it is: decided by a person, or begun."""
        return bool(self.decided_by) or self.state != AssignmentState.PROPOSED


class VisitTask(models.Model):
    """One thing to do at a visit. `activity_code` is an activity of the procedures."""

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="tasks")
    activity_code = models.SlugField(max_length=80, blank=True)
    title = models.CharField(max_length=160)
    is_delegated = models.BooleanField(default=False)
    done_at = models.DateTimeField(null=True)
    done_by = models.CharField(max_length=200, blank=True)
    not_done_reason = models.CharField(max_length=250, blank=True)


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


class HandoverSheet(models.Model):
    """What one shift leaves to the next, as the record stood when the shift changed. One for each change of shift.

    `parts`: [{"code": "open_crises", "lines": [{"title": ..., "text": ..., "episode_id": ..., "person_id": ...}]}].
    """

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="handover_sheets")
    changes_at = models.DateTimeField()
    made_at = models.DateTimeField()
    parts = models.JSONField()
    taken_over_by = models.CharField(max_length=200, blank=True)
    taken_over_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service", "changes_at"], name="one_sheet_a_change"),
            models.CheckConstraint(
                condition=Q(taken_over_at__isnull=True, taken_over_by="")
                | (Q(taken_over_at__isnull=False) & ~Q(taken_over_by="")),
                name="taken_over_by_somebody",
            ),
        ]


class HandoverNote(models.Model):
    """Something either shift adds to a handover sheet. Append-only."""

    sheet = models.ForeignKey(HandoverSheet, on_delete=models.PROTECT, related_name="notes")
    text = models.TextField()
    written_at = models.DateTimeField()
    author_name = models.CharField(max_length=200)
    author_role = models.CharField(max_length=120, blank=True)
    employer = models.CharField(max_length=200, blank=True)
