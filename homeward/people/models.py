"""Person, address, contact, alert, need, identifier, the timeline, what finds people, and records of one person."""

from django.db import models
from django.db.models import Q

from homeward.people.states import AddressKind, AlertKind, DuplicateState, Gender, NeedKind, NhsNumberStatus
from homeward.teams.models import Organisation, Service


class Person(models.Model):
    """Somebody we support. Names are empty where an anonymised service gave none: `label` is what to show."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="people")
    reference = models.CharField(max_length=40)
    given_name = models.CharField(max_length=120, blank=True)
    family_name = models.CharField(max_length=120, blank=True)
    preferred_name = models.CharField(max_length=120, blank=True)
    # One a line: names they had before, or are also known by
    other_names = models.TextField(blank=True)
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
    # The record that this one was found to be a second of; whoever opens this one is shown that
    merged_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="merged_from")

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


class SearchEntry(models.Model):
    """What one person can be found by, for the index. Made from the record and safe to make again."""

    person = models.OneToOneField(Person, primary_key=True, on_delete=models.CASCADE, related_name="search_entry")
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="+")
    terms = models.TextField(help_text="Terms with spaces between, see people.searching.terms")


class NameWord(models.Model):
    """A word that somebody, in any service, is or was called; finds the word meant when one is misspelt."""

    word = models.CharField(max_length=40, unique=True)
    sound = models.CharField(max_length=40, blank=True, db_index=True)


class PossibleDuplicate(models.Model):
    """Two records that may be of one person, how likely and why. Only a person decides."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    # The older record, with the lower number, comes first: a pair is kept once
    first = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    likelihood = models.FloatField(help_text="0 to 1, from comparing the two")
    reasons = models.JSONField(default=list, help_text="[[what was compared, what was found, weight in bits], ...]")
    found_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=DuplicateState, default=DuplicateState.OPEN)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=200, blank=True)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="possible_duplicate_once"),
            models.CheckConstraint(condition=Q(first__lt=models.F("second")), name="possible_duplicate_in_order"),
        ]
        indexes = [models.Index(fields=["service", "state", "-likelihood"], name="possible_duplicate_order")]


class PersonMerge(models.Model):
    """One record joined to another by a person's decision, with what is needed to take them apart again."""

    kept = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="merges")
    merged = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="merged_by")
    reason = models.CharField(max_length=500)
    merged_at = models.DateTimeField()
    merged_by_name = models.CharField(max_length=200)
    # What each record said in the fields that changed, as text: {"kept": {...}, "merged": {...}}, before and after
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True)
    undone_by_name = models.CharField(max_length=200, blank=True)
    undone_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["merged"], condition=Q(undone_at__isnull=True), name="merged_into_one_record_at_a_time"
            )
        ]


class PersonMergeRow(models.Model):
    """One row that a merge moved to the kept record, or an address it ended (`ended` holds the day it had before)."""

    merge = models.ForeignKey(PersonMerge, on_delete=models.PROTECT, related_name="rows")
    table = models.CharField(max_length=80, help_text="app.Model")
    row_id = models.BigIntegerField()
    is_moved = models.BooleanField(default=True)
    ended = models.CharField(max_length=10, blank=True)
