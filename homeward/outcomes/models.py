"""Returns that were closed, what people noted on results, and the rows that changed since the facts were copied."""

from django.db import models

from homeward.outcomes.states import HowOften, NoteKind
from homeward.teams.models import Account, Service


class ClosedReturn(models.Model):
    """A month's return as it was when the month was closed, so that it can be had again to the byte. Append-only."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="closed_returns")
    kind = models.CharField(max_length=20)
    month = models.DateField(help_text="Its first day")
    closed_at = models.DateTimeField()
    closed_by = models.CharField(max_length=200)
    # {file name: text}, the report among them
    files = models.JSONField()
    sha256 = models.CharField(max_length=64, help_text="Of all file names and texts, in order of the names")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service", "kind", "month"], name="return_closed_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.month:%Y-%m}"


class ResultNote(models.Model):
    """What somebody wrote on a period of a measure, or that something changed from a day on. Append-only.

    A correction is a row of its own, which takes the place of the one it corrects.
    """

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="result_notes")
    kind = models.CharField(max_length=8, choices=NoteKind)
    measure_key = models.CharField(max_length=20, blank=True, help_text="Empty: every measure")
    first = models.DateField()
    last = models.DateField(help_text="The same day where something changed from it on")
    text = models.CharField(max_length=300)
    corrects = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="corrected_by")
    is_taken_back = models.BooleanField(default=False)
    written_at = models.DateTimeField()
    written_by = models.CharField(max_length=200)

    class Meta:
        indexes = [models.Index(fields=["service", "measure_key", "first"], name="result_notes_of_measure")]
        constraints = [
            models.CheckConstraint(condition=models.Q(last__gte=models.F("first")), name="result_note_in_order"),
            models.CheckConstraint(
                condition=~models.Q(kind="change") | models.Q(last=models.F("first")), name="change_on_one_day"
            ),
            models.CheckConstraint(
                condition=models.Q(is_taken_back=False) | models.Q(corrects__isnull=False), name="only_notes_taken_back"
            ),
        ]


class Baseline(models.Model):
    """A number from outside that a measure needs: what a service cost a year before it changed, how long an appointment
    took, or what an admission costs. Append-only.

    A row that corrects another takes its place. `value` is in `unit`: pence (a year, or for one), or minutes.
    """

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="baselines")
    measure_key = models.CharField(max_length=20, help_text="The measure it is for")
    of_what = models.CharField(max_length=100, help_text="The care, or the kind of event, that it is of")
    value = models.DecimalField(max_digits=16, decimal_places=2)
    unit = models.CharField(max_length=20)
    first = models.DateField()
    last = models.DateField()
    since = models.DateField(help_text="The day it changed, or from which it counts")
    source = models.CharField(max_length=300, help_text="Where the number is from")
    corrects = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="corrected_by")
    is_taken_back = models.BooleanField(default=False)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=200)

    class Meta:
        indexes = [models.Index(fields=["service", "measure_key"], name="baselines_of_measure")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(last__gte=models.F("first"), since__gt=models.F("last")), name="baseline_in_order"
            ),
            models.CheckConstraint(condition=models.Q(value__gt=0), name="baseline_is_something"),
        ]


class PackSubscription(models.Model):
    """Somebody is sent the pack of an audience from now on, until it is ended."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="pack_subscriptions")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="pack_subscriptions")
    audience = models.CharField(max_length=40)
    how_often = models.CharField(max_length=9, choices=HowOften)
    set_at = models.DateTimeField()
    set_by = models.CharField(max_length=200)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["service", "account", "audience"],
                condition=models.Q(ended_at__isnull=True),
                name="pack_subscribed_once",
            )
        ]


class SentPack(models.Model):
    """A pack was sent to a subscriber for a period. Append-only."""

    subscription = models.ForeignKey(PackSubscription, on_delete=models.PROTECT, related_name="sent")
    period = models.DateField(help_text="The first day of the week, month or quarter in which it was due")
    sent_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subscription", "period"], name="pack_sent_once")]


class NationalFigure(models.Model):
    """One figure of a published national file, kept to stand beside ours and never mixed into it."""

    measure_key = models.CharField(max_length=20)
    says = models.CharField(max_length=300)
    place_code = models.CharField(max_length=40, blank=True)
    place = models.CharField(max_length=200)
    first = models.DateField()
    last = models.DateField()
    numerator = models.FloatField(null=True)
    denominator = models.FloatField(null=True)
    value = models.FloatField()
    unit = models.CharField(max_length=20)
    file = models.CharField(max_length=200)
    sheet = models.CharField(max_length=200, blank=True)
    kept_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["measure_key", "place_code"], name="national_of_measure")]


class TouchedRow(models.Model):
    """A row of a table that facts are copied from was added, changed or deleted. Written by triggers alone.

    On PostgreSQL numbers of open transactions may come later than newer ones, so `transaction_number` says which.
    """

    table_name = models.CharField(max_length=63)
    row_number = models.BigIntegerField()
    transaction_number = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["transaction_number"],
                condition=models.Q(transaction_number__isnull=False),
                name="touched_transaction",
            )
        ]
