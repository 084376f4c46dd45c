"""That somebody is away from home, and nobody is to visit them meanwhile."""

from django.db import models
from django.db.models import Q

from homeward.people.models import Person


class VisitPause(models.Model):
    """No visits at home from a moment until `first_day`, the first day with visits again; None: until somebody says.

    Visits that were made already and taken out for it are `visits`.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="visit_pauses")
    service = models.ForeignKey("teams.Service", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)
    starts_at = models.DateTimeField()
    first_day = models.DateField(null=True)
    set_by = models.CharField(max_length=200)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=200, blank=True)
    visits = models.ManyToManyField("visits.Visit", related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=Q(first_day=None), name="one_open_pause_of_visits"),
            models.CheckConstraint(
                condition=Q(first_day=None, ended_at=None) | (Q(first_day__isnull=False, ended_at__isnull=False)),
                name="pause_of_visits_ended_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"visits paused {self.pk}"
