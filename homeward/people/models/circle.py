"""The people in somebody's life."""

from django.db import models

from homeward.people.models.person import Person
from homeward.people.states import MayBeTold


class Contact(models.Model):
    """Somebody in the person's life: family, friend, unpaid carer. Rank 1 is called first.

    A contact who no longer is one is ended, never deleted.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="contacts")
    name = models.CharField(max_length=120)
    relationship = models.CharField(max_length=80, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    rank = models.PositiveSmallIntegerField(default=1)
    is_unpaid_carer = models.BooleanField(default=False)
    email = models.CharField(max_length=200, blank=True)
    address_text = models.CharField(max_length=250, blank=True)
    lives_with = models.BooleanField(default=False, help_text="In the person's household")
    is_next_of_kin = models.BooleanField(default=False)
    is_emergency_contact = models.BooleanField(default=False)
    holds_key = models.BooleanField(default=False)
    # What the person allows us to tell them: nothing until the person has said
    may_be_told = models.CharField(max_length=12, choices=MayBeTold, default=MayBeTold.NOT_ASKED)
    language = models.CharField(max_length=60, blank=True)
    # An unpaid carer's own needs, in their words, and what they were offered
    carer_needs = models.TextField(blank=True)
    carer_assessment_offered_on = models.DateField(null=True)
    ended_on = models.DateField(null=True)
    ended_reason = models.CharField(max_length=160, blank=True)
