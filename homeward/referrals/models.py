"""Call, referral, its events, and the messages that brought it."""

from django.db import models

from homeward.people.models import Person
from homeward.referrals.states import (
    CallOutcome,
    MessageKind,
    MessageOutcome,
    ReferralState,
    ReplyKind,
    ReplyState,
    Route,
    Source,
    Urgency,
)
from homeward.teams.models import Account, Organisation, Service


class Referral(models.Model):
    """A request that the service see a person, or, where it is no one person, train staff or help a service."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="referrals")
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="referrals")
    about = models.CharField(max_length=160, blank=True, help_text="The staff or the service, where it is no person")
    reference = models.CharField(max_length=20)
    state = models.CharField(max_length=12, choices=ReferralState, default=ReferralState.WAITING)
    received_at = models.DateTimeField()
    source = models.CharField(max_length=12, choices=Source)
    route = models.CharField(max_length=12, choices=Route, default=Route.STAFF)
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
    # Whoever said "I have this one": empty while nobody has.
    held_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="referrals_held")
    held_since = models.DateTimeField(null=True)
    escalated_at = models.DateTimeField(null=True, help_text="Since when somebody wants a senior to look")
    # Where two people must agree (the pathway says so): what the first proposed, until a second agrees.
    proposed_pathway_code = models.SlugField(max_length=80, blank=True)
    proposed_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="referrals_proposed")
    # SHA-256 of the code with which a professional follows what they sent; the code itself is not kept.
    follow_code_hash = models.CharField(max_length=64, blank=True)
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
            models.CheckConstraint(
                condition=models.Q(person__isnull=False, about="")
                | (models.Q(person__isnull=True) & ~models.Q(about="")),
                name="referral_is_about_a_person_or_a_service",
            ),
        ]
        indexes = [
            models.Index(fields=["service", "state", "received_at"], name="referral_queue"),
            models.Index(fields=["service", "-received_at"], name="referral_newest"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def subject_label(self) -> str:
        """The name of the person, or what else it is about."""
        return self.person.label if self.person else self.about


class ReferralEvent(models.Model):
    """Something that happened to a referral. Append-only; clocks are computed from these.

    Kinds are codes of the procedures' events: referral_received, referral_accepted, referral_declined, ... and, for the
    desk alone: comment, claimed, released, passed_to_colleague, escalated, acceptance_proposed. A wrong time is put
    right by an event of the same kind that `corrects` it: both stay, and clocks read the newer.
    """

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=40)
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    actor_name = models.CharField(max_length=200)
    actor_role = models.CharField(max_length=120, blank=True)
    employer = models.CharField(max_length=200, blank=True)
    reason = models.TextField(blank=True)
    corrects = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="corrected_by")

    class Meta:
        indexes = [
            models.Index(fields=["referral", "happened_at"], name="referral_event_order"),
            models.Index(fields=["-happened_at"], name="referral_event_newest"),
        ]


class SavedFilter(models.Model):
    """A way of looking at the queue that somebody keeps for themselves; at most one opens by itself."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="saved_filters")
    name = models.CharField(max_length=40)
    # {"view": "columns", "urgency": "crisis", ...}: never a name or anything else personal
    query = models.JSONField(default=dict)
    is_default = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "name"], name="saved_filter_name_once"),
            models.UniqueConstraint(
                fields=["account"], condition=models.Q(is_default=True), name="saved_filter_one_default"
            ),
        ]


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
    about_text = models.CharField(max_length=160, blank=True, help_text="Who it was about, where not on record")
    need_code = models.CharField(max_length=60, blank=True)
    urgency = models.CharField(max_length=10, choices=Urgency, blank=True)
    reason = models.TextField(blank=True)
    outcome = models.CharField(max_length=12, choices=CallOutcome)
    advice = models.TextField(blank=True)
    passed_to = models.CharField(max_length=160, blank=True)
    referral = models.ForeignKey(Referral, null=True, on_delete=models.PROTECT, related_name="calls")
    # Promised by then; empty where no call back was promised.
    call_back_by = models.DateTimeField(null=True)
    called_back_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(called_back_at__isnull=True) | models.Q(call_back_by__isnull=False),
                name="called_back_only_where_promised",
            ),
        ]
        indexes = [
            models.Index(fields=["service", "-received_at"], name="call_newest"),
            models.Index(
                fields=["service", "call_back_by"],
                condition=models.Q(call_back_by__isnull=False, called_back_at__isnull=True),
                name="call_backs_owed",
            ),
        ]


class CallBack(models.Model):
    """One try to call back, reached or not. Append-only; the first that reached them meets the promise."""

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="call_backs")
    tried_at = models.DateTimeField()
    tried_by = models.CharField(max_length=200)
    was_reached = models.BooleanField()
    note = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["call", "tried_at"], name="call_back_order")]


class FormUse(models.Model):
    """How often somebody outside used an open form in one hour, so that nobody can flood or guess.

    `visitor` stands for an internet address for one day and does not tell it; rows go after two days.
    """

    form = models.CharField(max_length=20)
    visitor = models.CharField(max_length=64)
    hour = models.DateTimeField()
    uses = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["form", "visitor", "hour"], name="form_use_counted_once")]
        indexes = [models.Index(fields=["hour"], name="form_use_by_age")]


class KeptMessage(models.Model):
    """The original bytes of a message, exactly as they came, and what became of them. The bytes never change."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="messages")
    received_at = models.DateTimeField()
    received_from = models.CharField(max_length=120, help_text="The connected system or person that handed it in")
    media_type = models.CharField(max_length=100, blank=True)
    kind = models.CharField(max_length=12, choices=MessageKind, blank=True)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64, db_index=True)
    message_id = models.CharField(max_length=200, blank=True)
    outcome = models.CharField(max_length=10, choices=MessageOutcome, default=MessageOutcome.RECEIVED)
    reason = models.TextField(blank=True)
    referral = models.ForeignKey(Referral, null=True, on_delete=models.PROTECT, related_name="messages")
    version = models.PositiveIntegerField(null=True)
    not_understood = models.JSONField(default=list)

    class Meta:
        indexes = [
            models.Index(fields=["referral", "version"], name="message_versions"),
            models.Index(fields=["service", "-received_at"], name="message_newest"),
        ]


class Reply(models.Model):
    """What Homeward answers a sending system about a referral, kept exactly as it is sent, and how sending it went.

    Queued in the transaction that makes the answer true, so that none is lost or made twice; `message_id` lets the
    receiver know a repeat.
    """

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="replies")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="replies")
    kind = models.CharField(max_length=10, choices=ReplyKind)
    caused_by = models.CharField(max_length=40, help_text="The event it answers: referral-12 or episode-34")
    message_id = models.UUIDField(unique=True)
    send_to = models.CharField(max_length=300, blank=True)
    media_type = models.CharField(max_length=100)
    content = models.BinaryField()
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=200)
    state = models.CharField(max_length=8, choices=ReplyState, default=ReplyState.QUEUED)
    tries = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    # Taken by one sender until then, so that two workers never send the same reply at once.
    leased_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    answer_code = models.PositiveIntegerField(null=True)
    answer_text = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["referral", "caused_by"], name="event_answered_once"),
            models.CheckConstraint(
                condition=~models.Q(state="sent") | models.Q(sent_at__isnull=False), name="sent_reply_says_when"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "next_try_at"], name="replies_to_send"),
            models.Index(fields=["referral", "made_at"], name="replies_of_referral"),
        ]
