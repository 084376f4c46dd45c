"""What somebody shares with their family by a link."""

from datetime import datetime

from django.db import models
from django.db.models import Q

from homeward.notices.states import Channel
from homeward.people.models.circle import Contact
from homeward.people.models.person import Person
from homeward.people.states import MayBeTold


class SharedLink(models.Model):
    """A link to somebody's own plan, to read and not to change, for a time; it opens with a code sent another way.

    Neither the link's token nor a code is kept: only what recognises them.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="shared_links")
    # For whom; the person themself where there is no contact
    contact = models.ForeignKey(Contact, null=True, on_delete=models.PROTECT, related_name="shared_links")
    token_hash = models.CharField(max_length=64, unique=True)
    channel = models.CharField(max_length=8, choices=Channel)
    address = models.CharField(max_length=300, help_text="Where codes are sent")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=200)
    until = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.CharField(max_length=200, blank=True)
    code_hash = models.CharField(max_length=64, blank=True)
    code_sent_at = models.DateTimeField(null=True)
    code_tries = models.PositiveSmallIntegerField(default=0)
    codes_sent = models.PositiveSmallIntegerField(default=0)
    opened = models.PositiveIntegerField(default=0)
    last_opened_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(until__gt=models.F("made_at")), name="shared_link_ends")]
        indexes = [models.Index(fields=["person", "-made_at"], name="shared_links_of_person")]

    @classmethod
    def standing(cls, now: datetime) -> models.QuerySet["SharedLink"]:
        """The links that open something: not over, not taken back, and still what the person allows."""
        allowed = Q(contact__isnull=True) | Q(contact__ended_on__isnull=True, contact__may_be_told=MayBeTold.EVERYTHING)
        return cls.objects.select_related("person__service", "contact").filter(
            allowed, revoked_at__isnull=True, until__gt=now, person__restricted_since__isnull=True
        )

    @property
    def for_whom(self) -> str:
        """Who was given it."""
        return self.contact.name if self.contact else self.person.label
