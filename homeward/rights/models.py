"""Requests, unusual access, what is known of staff for finding it, and appraisals."""

from django.db import models
from django.db.models import Q

from homeward.people.models import Person
from homeward.rights.states import (
    AppraisalDecision,
    AppraisalState,
    Finding,
    RequestState,
    RightKind,
    UnusualKind,
)
from homeward.teams.models import Account, Service


class RightsRequest(models.Model):
    """Somebody asking about their own record. What happened to it is in its events; these columns say how it stands."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="rights_requests")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="rights_requests")
    kind = models.CharField(max_length=16, choices=RightKind)
    asked_by = models.CharField(max_length=200, blank=True, help_text="Who asked, where not the person")
    authority = models.CharField(max_length=250, blank=True, help_text="By what right they ask for the person")
    identity_checked = models.CharField(max_length=250, help_text="How we know who they are")
    wanted = models.TextField(blank=True, help_text="What they asked, in their words")
    received_on = models.DateField()
    due_on = models.DateField()
    is_extended = models.BooleanField(default=False)
    state = models.CharField(max_length=12, choices=RequestState, default=RequestState.OPEN)
    # What other people's information was looked at before release, and what of it stays out: ["table:number", ...]
    reviewed = models.JSONField(default=list)
    left_out = models.JSONField(default=list)
    reviewed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(due_on__gte=models.F("received_on")), name="rights_request_in_order"),
            models.CheckConstraint(condition=~Q(identity_checked=""), name="rights_request_identity_checked"),
        ]
        indexes = [models.Index(fields=["service", "state", "due_on"], name="rights_request_due")]


class RequestEvent(models.Model):
    """One thing that happened to a request. Append-only."""

    request = models.ForeignKey(RightsRequest, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=20)
    at = models.DateTimeField()
    by_account_id = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=200)
    text = models.TextField(blank=True)


class StaffDetail(models.Model):
    """What a service chooses to keep of somebody who works for it, to notice when they open a record near to them."""

    account = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="staff_detail")
    postcode = models.CharField(max_length=10, blank=True)
    # Their own record, where they are somebody we support
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")


class UnusualAccess(models.Model):
    """Readings of a record on one day that a rule finds odd. A row grows with its day."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16, choices=UnusualKind)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    # Whose record; none where many were opened
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    times = models.PositiveIntegerField(default=1)
    reason = models.CharField(max_length=250, help_text="What the rule saw; never a name")
    finding = models.CharField(max_length=12, choices=Finding, blank=True)
    finding_note = models.TextField(blank=True)
    looked_at = models.DateTimeField(null=True)
    looked_by = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "account", "person", "day"],
                condition=Q(person__isnull=False),
                name="unusual_once_a_day",
            ),
            models.UniqueConstraint(
                fields=["kind", "account", "day"], condition=Q(person__isnull=True), name="unusual_many_once_a_day"
            ),
        ]
        indexes = [models.Index(fields=["service", "finding", "-last_at"], name="unusual_to_look_at")]


class Watched(models.Model):
    """How far into the sealed audit trail unusual access has been looked for: one row."""

    seal_number = models.BigIntegerField(default=0)
    at = models.DateTimeField(null=True)


class Appraisal(models.Model):
    """What somebody decided about a record that has been kept as long as it must be.

    Nothing is destroyed by Homeward: an agreed destruction is a record of who decided, for whoever carries it out.
    """

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="appraisals")
    was_due_on = models.DateField()
    decision = models.CharField(max_length=12, choices=AppraisalDecision)
    reason = models.TextField()
    # Until when, where it is kept longer; where to, where it is transferred
    keep_until = models.DateField(null=True)
    transfer_to = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=12, choices=AppraisalState)
    decided_at = models.DateTimeField()
    decided_by_id = models.BigIntegerField()
    decided_by_name = models.CharField(max_length=200)
    agreed_at = models.DateTimeField(null=True)
    agreed_by_id = models.BigIntegerField(null=True)
    agreed_by_name = models.CharField(max_length=200, blank=True)
    agreed_note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="appraisal_has_a_reason"),
            models.CheckConstraint(
                condition=Q(agreed_by_id__isnull=True) | ~Q(agreed_by_id=models.F("decided_by_id")),
                name="appraisal_agreed_by_another",
            ),
            models.UniqueConstraint(
                fields=["person"], condition=Q(state="proposed"), name="one_destruction_proposed_at_a_time"
            ),
        ]
        indexes = [models.Index(fields=["person", "-decided_at"], name="appraisal_order")]
