"""What has to be done, where and when: visit, who goes, and its tasks."""

from django.db import models
from django.db.models import F, Q

from homeward.episodes.models import Episode
from homeward.people.models import Address, Person
from homeward.plans.models import VisitPattern
from homeward.roster.models import Shift
from homeward.teams.models import Service, Worker
from homeward.visits.models.clinics import ClinicSession
from homeward.visits.states import AssignmentState, VisitState


class Visit(models.Model):
    """Somebody must be at a place for so long, starting within a window; how many of them, `slots` says.

    `slots`: [{"skill": "home_care_worker", "minutes": 30}, ...]. Each slot is filled by a different worker and all
    start together. One with a "worker" is that worker's and nobody else's. A visit is of one person, or is a session of
    a group clinic, where several are.
    """

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="visits")
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="visits")
    session = models.OneToOneField(ClinicSession, null=True, on_delete=models.PROTECT, related_name="visit")
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
    # What a registered professional does here until it is delegated again; the slots it then goes back to
    slots_before = models.JSONField(null=True)
    # Why the planner left it out, and the nearest thing that would make it possible
    unplanned_reason = models.TextField(blank=True)
    outcome_note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(window_closes_at__gte=F("window_opens_at")), name="visit_window_in_order"
            ),
            models.CheckConstraint(
                condition=Q(person__isnull=False, session__isnull=True) | Q(person__isnull=True, session__isnull=False),
                name="visit_is_of_a_person_or_a_session",
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

    @property
    def whom(self) -> str:
        """Whom it is for, as a list names them: the person, or the clinic."""
        return self.person.label if self.person_id else self.title

    @property
    def called(self) -> str:
        """What it is and for whom, in a few words."""
        return f"{self.title} for {self.person.label}" if self.person_id else self.title


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
    # Who did it or left it undone, where they are on the roster, and when that was written down
    worker = models.ForeignKey(Worker, null=True, on_delete=models.PROTECT, related_name="tasks_recorded")
    recorded_at = models.DateTimeField(null=True)
    # The visit at which a registered professional does it, because nobody who comes to this one may
    handed_to = models.ForeignKey(Visit, null=True, on_delete=models.SET_NULL, related_name="tasks_taken_over")
