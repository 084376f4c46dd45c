"""What a visitor must know, and how to speak with somebody."""

from django.db import models

from homeward.people.models.person import Person
from homeward.people.states import AlertKind, NeedKind, Sensitivity


class Alert(models.Model):
    """Something a visitor must know before they knock."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="alerts")
    kind = models.CharField(max_length=16, choices=AlertKind)
    text = models.TextField(blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    raised_by = models.CharField(max_length=200)
    ended_by = models.CharField(max_length=200, blank=True)
    ended_reason = models.CharField(max_length=250, blank=True)
    sensitivity = models.CharField(max_length=16, choices=Sensitivity, blank=True, default="")


class CommunicationNeed(models.Model):
    """How to speak with, write to, or be understood by this person."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="communication_needs")
    kind = models.CharField(max_length=24, choices=NeedKind)
    text = models.CharField(max_length=250, blank=True)
    noted_on = models.DateField(null=True)
    noted_by = models.CharField(max_length=200, blank=True)
    ended_on = models.DateField(null=True)
