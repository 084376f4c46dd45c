"""What an employer's workers did in a month, drawn up so that the employer and the service can agree on it."""

from django.db import models

from homeward.teams.models import Organisation, Service, Worker
from homeward.visits.states import Side, StatementEntryKind


class Statement(models.Model):
    """One version of one employer's month. A version is never changed: what is corrected is drawn up again.

    Minutes and pence are sums of its sheets. `lines_hash` is the SHA-256 of all its lines: what both sides agreed to.
    """

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="statements")
    employer = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="statements")
    month = models.DateField(help_text="Its first day")
    version = models.PositiveSmallIntegerField()
    drawn_up_at = models.DateTimeField()
    drawn_up_by = models.CharField(max_length=200)
    planned_minutes = models.PositiveIntegerField()
    actual_minutes = models.PositiveIntegerField()
    planned_pence = models.PositiveBigIntegerField()
    actual_pence = models.PositiveBigIntegerField()
    lines_hash = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["employer", "month", "version"], name="statement_version_once"),
        ]


class StatementSheet(models.Model):
    """One worker's part of a statement. `lines` are dicts as `visits.rules.Line` has them, in order of time."""

    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="sheets")
    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="+")
    pay_basis = models.CharField(max_length=12, blank=True)
    hourly_pence = models.PositiveIntegerField(null=True)
    planned_minutes = models.PositiveIntegerField()
    actual_minutes = models.PositiveIntegerField()
    planned_pence = models.PositiveBigIntegerField()
    actual_pence = models.PositiveBigIntegerField()
    lines = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["statement", "worker"], name="statement_sheet_once")]


class StatementEntry(models.Model):
    """A query, an answer or an agreement of one side, of a version. Rows are added, never changed.

    `line` is the key of the line it is about, empty where it is about the whole.
    """

    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=10, choices=StatementEntryKind)
    side = models.CharField(max_length=10, choices=Side)
    worker = models.ForeignKey(Worker, null=True, on_delete=models.PROTECT, related_name="+")
    line = models.CharField(max_length=40, blank=True)
    answers = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="answered_by")
    text = models.TextField(blank=True)
    written_at = models.DateTimeField()
    written_by = models.CharField(max_length=200)
    account_id_of_writer = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["statement", "side"],
                condition=models.Q(kind=StatementEntryKind.AGREEMENT),
                name="statement_agreed_once_a_side",
            )
        ]
