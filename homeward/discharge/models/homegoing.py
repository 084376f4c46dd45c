"""How somebody gets home, and the medicines they take with them. What was before stands in the events of the stay."""

from django.db import models
from django.db.models import Q

from homeward.discharge.models.stay import HospitalStay
from homeward.discharge.states import MedicinesState, TransportMode, TransportState, TravelsBy


class Transport(models.Model):
    """How somebody travels when they leave hospital, who sees to it, and how far that is."""

    stay = models.OneToOneField(HospitalStay, on_delete=models.PROTECT, related_name="transport")
    state = models.CharField(max_length=10, choices=TransportState, default=TransportState.TO_BOOK)
    owner = models.CharField(max_length=120)
    mode = models.CharField(max_length=18, choices=TransportMode, blank=True)
    travels_by = models.CharField(max_length=10, choices=TravelsBy, blank=True)
    is_two_person = models.BooleanField(default=False, help_text="Two people move them")
    collect_at = models.DateTimeField(null=True)
    provider = models.CharField(max_length=120, blank=True)
    reference = models.CharField(max_length=80, blank=True, help_text="Of the booking")
    note = models.CharField(max_length=500, blank=True)
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(owner=""), name="transport_is_somebodys"),
            models.CheckConstraint(
                condition=~Q(state__in=(TransportState.BOOKED, TransportState.COLLECTED))
                | Q(collect_at__isnull=False) & ~Q(mode="") & ~Q(travels_by=""),
                name="transport_booked_for_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(state=TransportState.NOT_NEEDED) | ~Q(note=""), name="no_transport_for_a_reason"
            ),
        ]


class HomeMedicines(models.Model):
    """The medicines somebody takes home, who sees to them, and how far that is.

    `ready_at` is when they are to be ready, or were. `changes_told_to` is to whom it was explained what changed.
    """

    stay = models.OneToOneField(HospitalStay, on_delete=models.PROTECT, related_name="home_medicines")
    state = models.CharField(max_length=12, choices=MedicinesState, default=MedicinesState.TO_ORDER)
    owner = models.CharField(max_length=120)
    ready_at = models.DateTimeField(null=True)
    checked_by = models.CharField(max_length=200, blank=True)
    handed_to = models.CharField(max_length=200, blank=True)
    changes_told_to = models.CharField(max_length=200, blank=True)
    note = models.CharField(max_length=500, blank=True)
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(owner=""), name="medicines_are_somebodys"),
            models.CheckConstraint(
                condition=~Q(state__in=(MedicinesState.CHECKED, MedicinesState.HANDED_OVER)) | ~Q(checked_by=""),
                name="medicines_checked_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state=MedicinesState.HANDED_OVER) | ~Q(handed_to="") & ~Q(changes_told_to=""),
                name="medicines_handed_over_and_explained",
            ),
            models.CheckConstraint(
                condition=~Q(state=MedicinesState.NOT_NEEDED) | ~Q(note=""), name="no_medicines_for_a_reason"
            ),
        ]
