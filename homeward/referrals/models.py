"""Call, referral, its events, and the messages that brought it."""

from django.db import models

from homeward.people.models import Person
from homeward.referrals.states import CallOutcome, MessageOutcome, ReferralState, Source, Urgency
from homeward.teams.models import Organisation, Service


class Referral(models.Model):
    """A request that the service see a person."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="referrals")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="referrals")
    reference = models.CharField(max_length=20)
    state = models.CharField(max_length=12, choices=ReferralState, default=ReferralState.WAITING)
    received_at = models.DateTimeField()
    source = models.CharField(max_length=12, choices=Source)
    requester_name = models.CharField(max_length=160, blank=True)
    requester_role = models.CharField(max_length=120, blank=True)
    requester_organisation = models.CharField(max_length=160, blank=True)
    requester_phone = models.CharField(max_length=60, blank=True)
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="referrals_made")
    urgency = models.CharField(max_length=10, choices=Urgency)
    need_code = models.CharField(max_length=60, blank=True)
    need_text = models.TextField(blank=True)
    safeguarding_text = models.TextField(blank=True)
    scene_safety = models.CharField(max_length=200, blank=True)
    contact_name = models.CharField(max_length=160, blank=True)
    contact_phone = models.CharField(max_length=60, blank=True)
    place_text = models.CharField(max_length=250, blank=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    promised_text = models.CharField(max_length=250, blank=True, help_text="What the person who referred was told")
    # The pathway it was taken in for; empty until triage, except where the form or message named one.
    pathway_code = models.SlugField(max_length=80, blank=True)
    # What a sending system called it and said about its clock (BaRS: clock start T5 and validation breach time).
    sender = models.CharField(max_length=120, blank=True)
    sender_identifier = models.CharField(max_length=200, blank=True)
    use_case = models.CharField(max_length=40, blank=True)
    sender_clock_started_at = models.DateTimeField(null=True)
    sender_due_at = models.DateTimeField(null=True)
    # [{"path": ..., "text": ...}]: what the message said that Homeward did not understand
    not_understood = models.JSONField(default=list)
    # Lines of the message that fit no field but a clinician wants to read: [{"title": ..., "text": ...}]
    details = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service", "reference"], name="referral_reference_once"),
            models.UniqueConstraint(
                fields=["service", "sender", "sender_identifier"],
                condition=~models.Q(sender_identifier=""),
                name="sender_identifier_once",
            ),
        ]
        indexes = [
            models.Index(fields=["service", "state", "received_at"], name="referral_queue"),
            models.Index(fields=["service", "-received_at"], name="referral_newest"),
        ]

    def __str__(self) -> str:
        return self.reference


class ReferralEvent(models.Model):
    """Something that happened to a referral. Append-only; clocks are computed from these.

    Kinds are codes of the procedures' events: referral_received, referral_accepted, referral_declined, ...
    """

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=40)
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    actor_name = models.CharField(max_length=200)
    actor_role = models.CharField(max_length=120, blank=True)
    employer = models.CharField(max_length=200, blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["referral", "happened_at"], name="referral_event_order")]


class Call(models.Model):
    """Any contact with the front door, whatever came of it."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="calls")
    received_at = models.DateTimeField()
    taken_by = models.CharField(max_length=200)
    source = models.CharField(max_length=12, choices=Source)
    caller_name = models.CharField(max_length=160, blank=True)
    caller_phone = models.CharField(max_length=60, blank=True)
    caller_organisation = models.CharField(max_length=160, blank=True)
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="calls")
    reason = models.TextField(blank=True)
    outcome = models.CharField(max_length=12, choices=CallOutcome)
    advice = models.TextField(blank=True)
    referral = models.ForeignKey(Referral, null=True, on_delete=models.PROTECT, related_name="calls")

    class Meta:
        indexes = [models.Index(fields=["service", "-received_at"], name="call_newest")]


class KeptMessage(models.Model):
    """The original bytes of a message, exactly as they came, and what became of them. The bytes never change."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="messages")
    received_at = models.DateTimeField()
    received_from = models.CharField(max_length=120, help_text="The connected system or person that handed it in")
    media_type = models.CharField(max_length=100, blank=True)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64, db_index=True)
    message_id = models.CharField(max_length=200, blank=True)
    outcome = models.CharField(max_length=10, choices=MessageOutcome, default=MessageOutcome.RECEIVED)
    reason = models.TextField(blank=True)
    referral = models.ForeignKey(Referral, null=True, on_delete=models.PROTECT, related_name="messages")
    version = models.PositiveIntegerField(null=True)
    not_understood = models.JSONField(default=list)

    class Meta:
        indexes = [models.Index(fields=["referral", "version"], name="message_versions")]
