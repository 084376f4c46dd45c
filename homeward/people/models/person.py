"""Who somebody is."""

from django.db import models
from django.db.models import Q

from homeward.access.rules import Sight
from homeward.people.states import EthnicCategory, EthnicitySource, Gender, NhsNumberStatus, Sensitivity
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
    pronouns = models.CharField(max_length=40, blank=True)
    ethnic_category = models.CharField(max_length=2, choices=EthnicCategory, blank=True, default="")
    ethnic_category_by = models.CharField(max_length=5, choices=EthnicitySource, blank=True, default="")
    title = models.CharField(max_length=40, blank=True)
    nhs_number = models.CharField(max_length=20, blank=True)
    nhs_number_status = models.CharField(max_length=12, choices=NhsNumberStatus, default=NhsNumberStatus.NONE)
    phone = models.CharField(max_length=40, blank=True)
    email = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=60, blank=True, default="English")
    needs_interpreter = models.BooleanField(default=False)
    gp_practice = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="registered_people")
    # How they want to be written to: what follows from it is in people.rules
    reads_in = models.CharField(max_length=60, blank=True, help_text="The language of letters, where not `language`")
    phone_notes = models.CharField(max_length=160, blank=True, help_text="When to ring, who answers")
    lives_alone = models.BooleanField(null=True)
    what_matters = models.TextField(blank=True)
    died_on = models.DateField(null=True)
    # The whole record is kept from most: it opens only to roles that access.rules names, or by breaking the glass
    sensitivity = models.CharField(max_length=16, choices=Sensitivity, blank=True, default="")
    # UK GDPR article 18: kept, but not used until the question is settled
    restricted_since = models.DateTimeField(null=True)
    restricted_reason = models.CharField(max_length=250, blank=True)
    # How much of the record whoever opened it may see: set by people.selectors.person_for
    sight = Sight.NOTHING
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


class Identifier(models.Model):
    """What another organisation's system calls this person."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="identifiers")
    system = models.CharField(max_length=200)
    value = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "system", "value"], name="identifier_once")]
        indexes = [models.Index(fields=["system", "value"], name="identifier_value")]
