"""What a care worker saw that a registered professional must hear of."""

from django.db import models
from django.db.models import Q

from homeward.delegation.models.delegation import Delegation
from homeward.delegation.states import ConcernState, ConcernUrgency
from homeward.people.models import Person
from homeward.teams.models import Account, Service, Worker


class Concern(models.Model):
    """Something a worker raised about a person, from a visit or by phone, until it is answered and closed.

    `sent_key` is made by the sender's device, so that the same one sent twice, as after no signal, is one.
    `visit_id` is the number of the visit it was raised at; visits is a room above this one.
    """

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="concerns")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="concerns")
    delegation = models.ForeignKey(Delegation, null=True, on_delete=models.PROTECT, related_name="concerns")
    visit_id = models.BigIntegerField(null=True)
    sent_key = models.CharField(max_length=64)
    urgency = models.CharField(max_length=8, choices=ConcernUrgency)
    text = models.TextField()
    # Who noticed, where they are on the roster, and who wrote it down: not the same when it came by phone
    raised_by = models.ForeignKey(Worker, null=True, on_delete=models.PROTECT, related_name="concerns_raised")
    written_by = models.CharField(max_length=200)
    came_by = models.CharField(max_length=10, default="app", help_text="app or phone")
    noticed_at = models.DateTimeField()
    raised_at = models.DateTimeField()
    answer_due_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=ConcernState, default=ConcernState.OPEN)
    # The duty registered professional it was put to
    put_to = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="concerns_to_answer")
    answered_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service", "sent_key"], name="concern_sent_once"),
            models.CheckConstraint(condition=~Q(text=""), name="concern_says_something"),
        ]
        indexes = [models.Index(fields=["service", "state", "answer_due_at"], name="concern_due")]


class ConcernEvent(models.Model):
    """One thing that happened to a concern: raised, put to somebody, answered, seen, closed. Append-only."""

    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=16)
    text = models.TextField(blank=True)
    at = models.DateTimeField()
    by_account_id = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=200)
    by_role = models.CharField(max_length=120, blank=True)
    employer = models.CharField(max_length=200, blank=True)
