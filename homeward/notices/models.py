"""Notice, its deliveries, and where an account can be reached."""

from django.db import models

from homeward.notices.states import Channel, DeliveryState
from homeward.teams.models import Account, Service


class Reach(models.Model):
    """Where an account can be reached beside the screen, and whether it is to be used."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="reaches")
    channel = models.CharField(max_length=8, choices=Channel)
    address = models.CharField(max_length=300)
    is_on = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "channel"], name="reach_once_a_channel")]


class Notice(models.Model):
    """One thing one account is told. Holds nothing personal: the page behind `path` checks who may see it.

    Without an account it is a text for somebody outside, such as a code; once sent, its words are forgotten.
    """

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="notices")
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="notices")
    kind = models.SlugField(max_length=40)
    title = models.CharField(max_length=160)
    text = models.CharField(max_length=300, blank=True)
    path = models.CharField(max_length=200)
    is_urgent = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)
    # The same thing is told to the same account once, whoever finds it to tell.
    once_key = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "once_key"], name="told_once"),
            models.UniqueConstraint(
                fields=["once_key"], condition=models.Q(account__isnull=True), name="told_outside_once"
            ),
        ]
        indexes = [models.Index(fields=["account", "seen_at", "-made_at"], name="notices_of_account")]


class Delivery(models.Model):
    """A notice on its way by one channel, tried again until it arrives or is given up."""

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="deliveries")
    channel = models.CharField(max_length=8, choices=Channel)
    address = models.CharField(max_length=300)
    state = models.CharField(max_length=8, choices=DeliveryState, default=DeliveryState.QUEUED)
    tries = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField()
    # One sender has it until then; after that another may take it.
    leased_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["notice", "channel"], name="delivered_once_a_channel")]
        indexes = [models.Index(fields=["state", "next_try_at"], name="deliveries_to_send")]
