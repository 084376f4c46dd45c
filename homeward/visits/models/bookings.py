"""Who goes to a group clinic as they agreed, in which place of which session, and which home visits that replaces."""

from django.db import models
from django.db.models import F, Q

from homeward.people.models import Person
from homeward.plans.states import AgreedHow
from homeward.visits.models.clinics import Clinic, ClinicSession
from homeward.visits.models.visit import Visit
from homeward.visits.states import Attendance, BookingState, MissedStep, Transport


class ClinicBooking(models.Model):
    """What somebody said when they were asked to come to a clinic instead of being visited for it at home.

    While it is in force they have a place in each session between two days. `weekdays` are those of the home visits
    that a session replaces in its week.
    """

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="bookings")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="clinic_bookings")
    state = models.CharField(max_length=10, choices=BookingState)
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    weekdays = models.CharField(max_length=7, blank=True, help_text="ISO weekday numbers")
    transport = models.CharField(max_length=10, choices=Transport, default=Transport.OWN)
    transport_note = models.CharField(max_length=250, blank=True)
    # Who asked them and when, who agreed by what right, and what they said
    asked_by = models.CharField(max_length=200)
    asked_on = models.DateField()
    agreed_how = models.CharField(max_length=16, choices=AgreedHow)
    agreed_by = models.CharField(max_length=200, blank=True)
    said = models.TextField()
    recorded_by = models.CharField(max_length=200)
    recorded_at = models.DateTimeField()
    ended_reason = models.CharField(max_length=250, blank=True)
    ended_by = models.CharField(max_length=200, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clinic", "person"], condition=Q(state="agreed"), name="booked_once"),
            models.CheckConstraint(condition=~Q(asked_by="") & ~Q(said=""), name="booked_as_they_were_asked"),
            models.CheckConstraint(
                condition=Q(state="declined") | Q(starts_on__isnull=False) & ~Q(agreed_how="not_agreed"),
                name="booked_as_agreed",
            ),
            models.CheckConstraint(
                condition=~Q(state="ended") | ~Q(ended_reason="") & Q(ended_at__isnull=False),
                name="booking_ended_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="booking_days_in_order"
            ),
        ]
        indexes = [models.Index(fields=["person", "state"], name="booking_person")]


class SessionPlace(models.Model):
    """One person's place in one session: how they get there, and whether they came.

    `number` is the place they hold of `of_places`, so that no two writers at once can give more places than there are.
    """

    booking = models.ForeignKey(ClinicBooking, on_delete=models.PROTECT, related_name="places")
    session = models.ForeignKey(ClinicSession, on_delete=models.PROTECT, related_name="taken")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="session_places")
    number = models.PositiveSmallIntegerField()
    of_places = models.PositiveSmallIntegerField()
    released_at = models.DateTimeField(null=True)
    released_reason = models.CharField(max_length=250, blank=True)
    transport = models.CharField(max_length=10, choices=Transport, default=Transport.OWN)
    transport_note = models.CharField(max_length=250, blank=True)
    transport_arranged_at = models.DateTimeField(null=True)
    transport_arranged_by = models.CharField(max_length=200, blank=True)
    attendance = models.CharField(max_length=12, choices=Attendance, blank=True)
    attendance_note = models.TextField(blank=True)
    attendance_by = models.CharField(max_length=200, blank=True)
    attendance_at = models.DateTimeField(null=True)
    # The visit proposed for somebody who did not come, and what was decided for them
    home_visit = models.ForeignKey(Visit, null=True, on_delete=models.SET_NULL, related_name="proposed_for")
    missed_step = models.CharField(max_length=12, choices=MissedStep, blank=True, db_default="")
    missed_said = models.TextField(blank=True, db_default="")
    missed_by = models.CharField(max_length=200, blank=True, db_default="")
    missed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["session", "number"], condition=Q(released_at__isnull=True), name="place_held_once"
            ),
            models.UniqueConstraint(
                fields=["session", "person"], condition=Q(released_at__isnull=True), name="one_place_a_person"
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1, number__lte=F("of_places")), name="no_more_people_than_places"
            ),
            models.CheckConstraint(
                condition=Q(released_at__isnull=True) | ~Q(released_reason="") & Q(attendance=""),
                name="place_released_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(attendance="") | Q(attendance_at__isnull=False) & ~Q(attendance_by=""),
                name="attendance_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(missed_step="")
                | Q(attendance="did_not_come", missed_at__isnull=False) & ~Q(missed_by="") & ~Q(missed_said=""),
                name="missed_session_seen_to_by_somebody",
            ),
        ]


class ReplacedVisit(models.Model):
    """A home visit that somebody's place in a session replaces, and the minutes it would have taken.

    `ended_at`: since when it is no longer so, because the visit came back or the plan changed.
    """

    place = models.ForeignKey(SessionPlace, on_delete=models.PROTECT, related_name="replaced")
    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="replaced_by")
    care_minutes = models.PositiveSmallIntegerField()
    travel_minutes = models.FloatField(default=0)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["visit"], condition=Q(ended_at__isnull=True), name="replaced_once"),
        ]
