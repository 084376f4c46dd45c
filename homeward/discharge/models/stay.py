"""One time in hospital, what senders call it, and all that happened to it."""

from django.db import models
from django.db.models import Q

from homeward.discharge.rules.blocking import Block
from homeward.discharge.rules.delays import StayFacts
from homeward.discharge.rules.ready import DayAnswer
from homeward.discharge.states import (
    Criterion,
    Destination,
    EndedAs,
    HomePathway,
    StayEventKind,
    StayReceived,
    StaySource,
)
from homeward.kernel.rules import age_on, london_day
from homeward.people.models import Person
from homeward.teams.models import Organisation, Service, Team


class HospitalStay(models.Model):
    """One stay of one person in one hospital, from admission until they leave.

    `is_criteria_met`, `criteria_on` and `ready_on` say what the newest of its answers comes to (rules.ready), `pathway`
    what its decision in force says: those rows are the record of it.
    """

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="stays")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="stays")
    source = models.CharField(max_length=8, choices=StaySource)
    hospital = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="stays")
    hospital_name = models.CharField(max_length=160, blank=True, help_text="As sent, where it is none we know")
    ward = models.CharField(max_length=80, blank=True)
    bed = models.CharField(max_length=40, blank=True)
    consultant = models.CharField(max_length=120, blank=True)
    reason = models.CharField(max_length=250, blank=True, help_text="Why they were admitted, as told")
    # The team that plans for them to come home
    team = models.ForeignKey(Team, null=True, on_delete=models.PROTECT, related_name="stays")
    admitted_at = models.DateTimeField()
    told_at = models.DateTimeField(help_text="When we first heard of it")
    expected_on = models.DateField(null=True)
    is_criteria_met = models.BooleanField(null=True)
    criteria_on = models.DateField(null=True)
    ready_on = models.DateField(null=True)
    # What was thought likely before anything was decided; "" where nobody has said
    likely_pathway = models.CharField(max_length=2, choices=HomePathway, blank=True)
    pathway = models.CharField(max_length=2, choices=HomePathway, blank=True)
    left_at = models.DateTimeField(null=True)
    ended_as = models.CharField(max_length=8, choices=EndedAs, blank=True)
    destination = models.CharField(max_length=16, choices=Destination, blank=True)
    ended_note = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(left_at__isnull=True), name="stay_one_open_a_person"
            ),
            models.CheckConstraint(
                condition=Q(left_at__isnull=True, ended_as="") | (Q(left_at__isnull=False) & ~Q(ended_as="")),
                name="stay_ends_some_way",
            ),
            models.CheckConstraint(
                condition=Q(left_at__isnull=True) | Q(left_at__gte=models.F("admitted_at")),
                name="stay_ends_after_it_starts",
            ),
        ]
        indexes = [
            models.Index(fields=["service", "left_at"], name="stay_open"),
            models.Index(fields=["person", "-admitted_at"], name="stay_person"),
        ]

    @property
    def hospital_label(self) -> str:
        """The hospital as people call it."""
        return str(self.hospital) if self.hospital else self.hospital_name

    @property
    def likely_or_decided(self) -> str:
        """The pathway decided, or else thought likely; "" for neither."""
        return self.pathway or self.likely_pathway

    @property
    def is_open(self) -> bool:
        """Whether the person is in hospital."""
        return self.left_at is None

    def facts(self) -> StayFacts:
        """What delays are counted from; it reads the person, the answers and the blocks of the actions."""
        admitted_on, born = london_day(self.admitted_at), self.person.birth_date
        return StayFacts(
            admitted_on=admitted_on,
            left_on=london_day(self.left_at) if self.left_at else None,
            ended_as=self.ended_as,
            destination=self.destination,
            age=age_on(born, admitted_on) if born else None,
            answers=tuple(
                DayAnswer(one.day, one.is_met) for one in sorted(self.answers.all(), key=lambda answer: answer.pk)
            ),
            held=tuple(
                Block(block.reason, block.started_at, block.ended_at)
                for action in self.actions.all()
                for block in action.blocks.all()
            ),
        )


class StayIdentifier(models.Model):
    """What one sending system calls a stay."""

    stay = models.ForeignKey(HospitalStay, on_delete=models.PROTECT, related_name="identifiers")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    sender = models.CharField(max_length=120)
    value = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service", "sender", "value"], name="stay_identifier_once"),
        ]


class StayReceipt(models.Model):
    """One telling of a stay, and what it came to. Append-only; the same telling again is not taken in twice."""

    stay = models.ForeignKey(HospitalStay, on_delete=models.PROTECT, related_name="receipts")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    sender = models.CharField(max_length=120, blank=True)
    message_key = models.CharField(max_length=200, blank=True)
    said_at = models.DateTimeField(help_text="When the sender said so")
    received_at = models.DateTimeField()
    outcome = models.CharField(max_length=8, choices=StayReceived)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["service", "sender", "message_key"], condition=~Q(message_key=""), name="stay_message_once"
            ),
        ]
        indexes = [models.Index(fields=["stay", "sender", "-said_at"], name="stay_receipt_newest")]


class StayEvent(models.Model):
    """One thing that happened to a stay: `field` went from `before` to `after`, and why. Append-only.

    Days are in `before` and `after` as 2026-11-22, other values as their codes or words.
    """

    stay = models.ForeignKey(HospitalStay, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=16, choices=StayEventKind)
    field = models.CharField(max_length=40, blank=True)
    before = models.CharField(max_length=250, blank=True)
    after = models.CharField(max_length=250, blank=True)
    text = models.TextField(blank=True)
    action = models.ForeignKey("NextAction", null=True, on_delete=models.PROTECT, related_name="events")
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    by_account_id = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=200)
    by_role = models.CharField(max_length=120, blank=True)
    employer = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["stay", "happened_at"], name="stay_event_order"),
            models.Index(fields=["recorded_at"], name="stay_event_newest"),
        ]


class CriteriaAnswer(models.Model):
    """Whether the person met the criteria to reside on a day. Append-only: of one day the newest stands."""

    stay = models.ForeignKey(HospitalStay, on_delete=models.PROTECT, related_name="answers")
    day = models.DateField()
    is_met = models.BooleanField()
    criterion = models.CharField(max_length=2, choices=Criterion, blank=True)
    recorded_at = models.DateTimeField()
    by_name = models.CharField(max_length=200)
    by_role = models.CharField(max_length=120, blank=True)
    employer = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(is_met=False, criterion="") | (Q(is_met=True) & ~Q(criterion="")),
                name="criterion_where_met",
            )
        ]
        indexes = [models.Index(fields=["stay", "day", "id"], name="criteria_order")]
