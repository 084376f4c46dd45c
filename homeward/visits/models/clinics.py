"""Group clinics: where several people come together for what would else be done in each one's home, and their dates."""

from django.db import models
from django.db.models import F, Q

from homeward.teams.models import Service, Worker
from homeward.visits.states import SessionState


class Clinic(models.Model):
    """Something done for several people together, at one place, on one weekday every week or fortnight.

    `activities` are codes of what is done there. `helpers` are the workers beside the nurse, who practise there:
    [{"skill": "home_care_worker", "competences": ["leg_care"]}, ...].
    """

    class Rhythm(models.IntegerChoices):
        WEEKLY = 1, "Every week"
        FORTNIGHTLY = 2, "Every other week"

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="clinics")
    name = models.CharField(max_length=80)
    place_name = models.CharField(max_length=120)
    lines = models.CharField(max_length=250, blank=True)
    postcode = models.CharField(max_length=10, blank=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    # The row of a service's own travel table, where it has one instead of co-ordinates
    place_key = models.CharField(max_length=40, blank=True)
    activities = models.JSONField()
    weekday = models.PositiveSmallIntegerField(help_text="ISO weekday number")
    every_weeks = models.PositiveSmallIntegerField(choices=Rhythm, default=Rhythm.WEEKLY)
    opens_at = models.CharField(max_length=5, help_text="Wall clock, HH:MM")
    minutes = models.PositiveSmallIntegerField()
    places = models.PositiveSmallIntegerField()
    nurse = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="clinics")
    nurse_skill = models.SlugField(max_length=80)
    helpers = models.JSONField(default=list)
    is_transport_offered = models.BooleanField(default=False)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    ended_reason = models.CharField(max_length=250, blank=True)
    set_by = models.CharField(max_length=200)
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["service", "name"], condition=Q(ends_on__isnull=True), name="clinic_name_once"
            ),
            models.CheckConstraint(condition=Q(places__gte=1, minutes__gte=1), name="clinic_has_places"),
            models.CheckConstraint(condition=Q(weekday__gte=1, weekday__lte=7), name="clinic_on_a_weekday"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | ~Q(ended_reason=""), name="clinic_ended_for_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ClinicSession(models.Model):
    """One date of a clinic. `dated` is the day its rhythm gave, and stays when the session is moved."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="sessions")
    dated = models.DateField()
    day = models.DateField()
    starts_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField()
    places = models.PositiveSmallIntegerField()
    # Whoever takes it: the clinic's own nurse, or a stand-in for this once
    nurse = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="clinic_sessions")
    state = models.CharField(max_length=10, choices=SessionState, default=SessionState.SET)
    cancelled_reason = models.CharField(max_length=250, blank=True)
    # When it was to be before it was moved, and why
    moved_from = models.DateTimeField(null=True)
    moved_reason = models.CharField(max_length=250, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clinic", "dated"], name="session_dated_once"),
            models.CheckConstraint(
                condition=~Q(state="cancelled") | ~Q(cancelled_reason=""), name="session_cancelled_for_a_reason"
            ),
            models.CheckConstraint(condition=Q(places__gte=1, minutes__gte=1), name="session_has_places"),
            models.CheckConstraint(
                condition=Q(moved_from__isnull=True) | ~Q(moved_from=F("starts_at")), name="session_moved_elsewhere"
            ),
        ]
        indexes = [models.Index(fields=["clinic", "day"], name="session_day")]
