"""Two standing visits of one person that are, or could be, one."""

from datetime import date, timedelta

from django.db import models
from django.db.models import F, Q

from homeward.kernel.rules import london_day
from homeward.people.models import Person
from homeward.plans.models import VisitPattern
from homeward.teams.models import Service
from homeward.visits.states import JoinState


class JoinedVisits(models.Model):
    """A proposal to make one visit of two, and what became of it. What was agreed is what is made.

    `joined` falls away on `weekdays` and `kept` does both. The times, workers and tasks of the one visit are kept here
    as the person agreed them: when either plan changes what it asks for, this ends.
    """

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="joined_visits")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="joined_visits")
    kept = models.ForeignKey(VisitPattern, on_delete=models.PROTECT, related_name="joins_kept")
    joined = models.ForeignKey(VisitPattern, on_delete=models.PROTECT, related_name="joins_joined")
    # visits.rules.JoinKind
    kind = models.CharField(max_length=24)
    state = models.CharField(max_length=10, choices=JoinState, default=JoinState.PROPOSED)
    weekdays = models.CharField(max_length=7, help_text="ISO weekday numbers")
    opens_at = models.CharField(max_length=5, help_text="Wall clock, HH:MM")
    closes_at = models.CharField(max_length=5, help_text="Wall clock, HH:MM")
    is_window_hard = models.BooleanField(default=False)
    minutes = models.PositiveSmallIntegerField()
    slots = models.JSONField()
    tasks = models.JSONField()
    reasons = models.JSONField(default=list)
    # Who sends somebody now, to each of the two
    employers = models.JSONField(default=list)
    # For each day of the two as one: minutes at the person's, and of travel, that fall away
    care_minutes_saved = models.PositiveSmallIntegerField()
    travel_minutes_saved = models.FloatField()
    found_at = models.DateTimeField()
    # What the person said, who asked them and when
    person_agreed_on = models.DateField(null=True)
    person_said = models.TextField(blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=200, blank=True)
    decided_role = models.CharField(max_length=120, blank=True)
    declined_reason = models.CharField(max_length=250, blank=True)
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    ended_reason = models.CharField(max_length=250, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kept", "joined"], name="proposed_once"),
            models.CheckConstraint(condition=~Q(kept=F("joined")), name="joined_with_another"),
            models.CheckConstraint(
                condition=~Q(state="agreed")
                | Q(person_agreed_on__isnull=False, starts_on__isnull=False) & ~Q(decided_by=""),
                name="joined_as_the_person_agreed",
            ),
            models.CheckConstraint(
                condition=~Q(state="declined") | ~Q(declined_reason=""), name="join_declined_for_a_reason"
            ),
        ]
        indexes = [models.Index(fields=["service", "state"], name="joined_state")]

    @property
    def saved_a_week(self) -> float:
        """Minutes that fall away in a week, at the person's and of travel."""
        return len(self.weekdays) * (self.care_minutes_saved + self.travel_minutes_saved)

    def days_as_one(self, first: date, last: date) -> list[date]:
        """The days between two, both included, on which the two are one by their plans."""
        if self.starts_on is None:
            return []
        over = [pattern.plan.episode.ended_at for pattern in (self.kept, self.joined)]
        known = [self.ends_on, self.person.died_on, self.kept.ends_on, self.joined.ends_on]
        begins = max(first, self.starts_on)
        ends = min([last, *(day for day in [*known, *(moment and london_day(moment) for moment in over)] if day)])
        days = (begins + timedelta(days=ahead) for ahead in range((ends - begins).days + 1))
        return [day for day in days if str(day.isoweekday()) in self.weekdays]
