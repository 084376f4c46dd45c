"""Person, address, contact, alert, need, identifier and the timeline."""

from django.db import models
from django.db.models import Q

from homeward.people.states import AddressKind, AlertKind, Gender, NeedKind, NhsNumberStatus
from homeward.teams.models import Organisation, Service


class Person(models.Model):
    """Somebody we support. Names are empty where an anonymised service gave none: `label` is what to show."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="people")
    reference = models.CharField(max_length=40)
    given_name = models.CharField(max_length=120, blank=True)
    family_name = models.CharField(max_length=120, blank=True)
    preferred_name = models.CharField(max_length=120, blank=True)
    # tidy_name of given and family name, kept for looking up
    name_key = models.CharField(max_length=250, blank=True)
    birth_date = models.DateField(null=True)
    birth_text = models.CharField(max_length=20, blank=True, help_text="A partial date as sent: 1941, 1941-03")
    gender = models.CharField(max_length=10, choices=Gender, default=Gender.UNKNOWN)
    nhs_number = models.CharField(max_length=20, blank=True)
    nhs_number_status = models.CharField(max_length=12, choices=NhsNumberStatus, default=NhsNumberStatus.NONE)
    phone = models.CharField(max_length=40, blank=True)
    email = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=60, blank=True, default="English")
    needs_interpreter = models.BooleanField(default=False)
    gp_practice = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="registered_people")
    lives_alone = models.BooleanField(null=True)
    what_matters = models.TextField(blank=True)
    died_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service", "reference"], name="person_reference_once"),
            models.UniqueConstraint(
                fields=["service", "nhs_number"],
                condition=Q(nhs_number_status="verified"),
                name="verified_nhs_number_once",
            ),
        ]
        indexes = [
            models.Index(fields=["service", "name_key"], name="person_name"),
            models.Index(fields=["service", "birth_date"], name="person_birth"),
            models.Index(fields=["nhs_number"], name="person_nhs_number"),
        ]

    def __str__(self) -> str:
        return f"Person {self.reference}"

    @property
    def label(self) -> str:
        """The person's name, or their reference where the service gave no names."""
        return f"{self.given_name} {self.family_name}".strip() or f"Person {self.reference}"


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


class Identifier(models.Model):
    """What another organisation's system calls this person."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="identifiers")
    system = models.CharField(max_length=200)
    value = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "system", "value"], name="identifier_once")]
        indexes = [models.Index(fields=["system", "value"], name="identifier_value")]


class Contact(models.Model):
    """Somebody in the person's life to call: family, friend, unpaid carer. Rank 1 is called first."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="contacts")
    name = models.CharField(max_length=120)
    relationship = models.CharField(max_length=80, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    rank = models.PositiveSmallIntegerField(default=1)
    is_unpaid_carer = models.BooleanField(default=False)


class Alert(models.Model):
    """Something a visitor must know before they knock."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="alerts")
    kind = models.CharField(max_length=16, choices=AlertKind)
    text = models.TextField(blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    raised_by = models.CharField(max_length=200)


class CommunicationNeed(models.Model):
    """How to speak with, write to, or be understood by this person."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="communication_needs")
    kind = models.CharField(max_length=24, choices=NeedKind)
    text = models.CharField(max_length=250, blank=True)


class TimelineEntry(models.Model):
    """One thing that happened to a person, whoever did it. Append-only: `corrects` points to a wrong entry."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="timeline")
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    author_name = models.CharField(max_length=200)
    author_role = models.CharField(max_length=120, blank=True)
    employer = models.CharField(max_length=200, blank=True)
    subject_kind = models.CharField(max_length=40, blank=True)
    subject_id = models.BigIntegerField(null=True)
    corrects = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="corrected_by")

    class Meta:
        indexes = [models.Index(fields=["person", "-happened_at", "-id"], name="timeline_order")]
