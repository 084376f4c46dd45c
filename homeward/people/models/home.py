"""Where somebody lives or is staying."""

from django.db import models
from django.db.models import Q

from homeward.people.models.person import Person
from homeward.people.states import AddressKind


class Address(models.Model):
    """Where a person lives or is staying, with dates, and how to get in."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="addresses")
    kind = models.CharField(max_length=12, choices=AddressKind, default=AddressKind.HOME)
    lines = models.CharField(max_length=250, blank=True)
    postcode = models.CharField(max_length=10, blank=True)
    uprn = models.CharField(max_length=12, blank=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    # The row of a service's own travel table, where it has one instead of co-ordinates.
    place_key = models.CharField(max_length=40, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    # What sort of home, floors, stairs, lift, heating: what somebody who goes there must know
    property_notes = models.TextField(blank=True)
    # Whose home it is, where they stay with somebody
    staying_with = models.CharField(max_length=120, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    access_notes = models.CharField(max_length=250, blank=True)
    # Shown only with its own permission, and each showing is audited.
    key_safe = models.CharField(max_length=20, blank=True)

    class Meta:
        indexes = [models.Index(fields=["postcode"], name="address_postcode")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=models.F("starts_on")), name="address_dates_in_order"
            )
        ]
