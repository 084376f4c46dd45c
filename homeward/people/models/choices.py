"""What the law says of somebody, what they chose, and what matters to them."""

from django.db import models
from django.db.models import Q

from homeward.people.models.circle import Contact
from homeward.people.models.person import Person
from homeward.people.states import LegalKind, SharingDecision, SharingKind


class LegalStatus(models.Model):
    """A power, an order or a statement of somebody's own that staff must follow, and where the paper is kept.

    The paper itself is never copied in here (a ReSPECT form is its publisher's): `held_where` says where it is.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="legal_statuses")
    kind = models.CharField(max_length=24, choices=LegalKind)
    holder_name = models.CharField(max_length=200, blank=True, help_text="Attorney, deputy, managing authority")
    holder = models.ForeignKey(Contact, null=True, on_delete=models.PROTECT, related_name="powers")
    reference = models.CharField(max_length=80, blank=True)
    held_where = models.CharField(max_length=250, blank=True)
    summary = models.TextField(blank=True)
    was_seen = models.BooleanField(default=False, help_text="Whether somebody of the team has seen the paper")
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    noted_at = models.DateTimeField()
    noted_by = models.CharField(max_length=200)
    ended_by = models.CharField(max_length=200, blank=True)
    ended_reason = models.CharField(max_length=250, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(starts_on__isnull=True) | Q(ends_on__gte=models.F("starts_on")),
                name="legal_status_dates_in_order",
            )
        ]


class SharingChoice(models.Model):
    """What somebody agreed or objected to about sharing. A new choice stands beside the older ones: never edited."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="sharing_choices")
    kind = models.CharField(max_length=20, choices=SharingKind)
    # With whom, where the kind leaves it open: a contact, or an organisation in words
    contact = models.ForeignKey(Contact, null=True, on_delete=models.PROTECT, related_name="sharing_choices")
    with_whom = models.CharField(max_length=200, blank=True)
    decision = models.CharField(max_length=16, choices=SharingDecision)
    text = models.TextField(blank=True, help_text="What exactly, in the person's words")
    decided_on = models.DateField()
    decided_by = models.CharField(max_length=200, blank=True, help_text="Who decided, where not the person")
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=200)
    ends_on = models.DateField(null=True)


class AboutMe(models.Model):
    """What somebody wants everyone to know of them, in their words. A change is a new version; the newest stands."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="about_me")
    version = models.PositiveIntegerField()
    # {heading code: text}; the headings are people.rules.ABOUT_ME
    answers = models.JSONField(default=dict)
    said_by = models.CharField(max_length=200, blank=True, help_text="Who said it, where not the person")
    written_at = models.DateTimeField()
    written_by = models.CharField(max_length=200)
    written_role = models.CharField(max_length=120, blank=True)
    employer = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "version"], name="about_me_version_once")]


class PersonChange(models.Model):
    """One fact of a person's record as it was and as it became. Append-only.

    `part` says what was changed ("person", "address", "contact", ...), `part_id` which one.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="changes")
    part = models.CharField(max_length=30)
    part_id = models.BigIntegerField(null=True)
    field = models.CharField(max_length=40)
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)
    reason = models.CharField(max_length=250, blank=True)
    at = models.DateTimeField()
    by_name = models.CharField(max_length=200)
    by_role = models.CharField(max_length=120, blank=True)
    employer = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["person", "-at"], name="person_change_order")]
