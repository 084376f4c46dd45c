"""Devices that call for somebody, their messages, and the response each opens."""

from django.db import models
from django.db.models import Q

from homeward.equipment.models.stock import Item
from homeward.equipment.states import AlertOutcome, AlertState, CallKind, MessageOutcome
from homeward.people.models import Person
from homeward.referrals.models import Referral
from homeward.teams.models import Account, Service
from homeward.visits.models import Visit


class Device(models.Model):
    """What a monitoring centre calls an item, and when it was last heard of. `identifier` is the centre's own."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="devices")
    item = models.OneToOneField(Item, on_delete=models.PROTECT, related_name="device")
    identifier = models.CharField(max_length=80)
    centre_name = models.CharField(max_length=120, blank=True)
    centre_phone = models.CharField(max_length=40, blank=True)
    # Where in the home it is, and whom the centre rings first
    place = models.CharField(max_length=120, blank=True)
    installed_at = models.DateTimeField(null=True)
    installed_by = models.CharField(max_length=200, blank=True)
    tested_at = models.DateTimeField(null=True)
    test_note = models.CharField(max_length=250, blank=True)
    last_heard_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service", "identifier"], name="device_known_once"),
            models.CheckConstraint(condition=~Q(identifier=""), name="device_has_an_identifier"),
        ]


class DeviceAlert(models.Model):
    """A device called for somebody: a response with a clock, until it is closed with what came of it.

    One that no device here is known for has no `device` and no `person`: it is shown and answered all the same.
    """

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="device_alerts")
    device = models.ForeignKey(Device, null=True, on_delete=models.PROTECT, related_name="alerts")
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="device_alerts")
    sender = models.CharField(max_length=120)
    sender_id = models.CharField(max_length=120)
    identifier = models.CharField(max_length=80, help_text="The device as the sender names it")
    kind = models.CharField(max_length=12, choices=CallKind)
    text = models.TextField(blank=True)
    raised_at = models.DateTimeField()
    received_at = models.DateTimeField()
    answer_due_at = models.DateTimeField()
    # How often it called within one response
    times = models.PositiveSmallIntegerField(default=1)
    last_called_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=AlertState, default=AlertState.OPEN)
    taken_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="device_alerts_taken")
    answered_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12, choices=AlertOutcome, blank=True)
    referral = models.ForeignKey(Referral, null=True, on_delete=models.PROTECT, related_name="device_alerts")
    visit = models.ForeignKey(Visit, null=True, on_delete=models.SET_NULL, related_name="device_alerts")

    class Meta:
        constraints = [
            # a sender that tries again opens one response, even when both tries come at the same moment
            models.UniqueConstraint(fields=["service", "sender", "sender_id"], name="alert_sent_once"),
            models.CheckConstraint(
                condition=~Q(state="closed") | ~Q(outcome="") & Q(closed_at__isnull=False),
                name="alert_closed_with_an_outcome",
            ),
        ]
        indexes = [
            models.Index(fields=["service", "state", "answer_due_at"], name="device_alert_due"),
            models.Index(fields=["person", "state"], name="device_alert_person"),
        ]


class DeviceAlertEvent(models.Model):
    """One thing that happened to a device alert: it called, called again, was taken, answered, closed. Append-only."""

    alert = models.ForeignKey(DeviceAlert, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=20)
    text = models.TextField(blank=True)
    at = models.DateTimeField()
    by_name = models.CharField(max_length=200)
    employer = models.CharField(max_length=200, blank=True)


class AlertMessage(models.Model):
    """What a sending system sent, exactly as it came, and what became of it; it stays whatever came of it."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="alert_messages")
    sender = models.CharField(max_length=120)
    sender_id = models.CharField(max_length=120, blank=True)
    content = models.BinaryField()
    received_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=MessageOutcome)
    problem = models.TextField(blank=True)
    alert = models.ForeignKey(DeviceAlert, null=True, on_delete=models.PROTECT, related_name="messages")
    device = models.ForeignKey(Device, null=True, on_delete=models.PROTECT, related_name="messages")
    # Somebody looked at one that could not be read, and what they did
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=200, blank=True)
    settled_note = models.CharField(max_length=250, blank=True)

    class Meta:
        indexes = [models.Index(fields=["service", "sender", "sender_id"], name="alert_message_sent")]
