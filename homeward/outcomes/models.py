"""Returns that were closed, as they were sent; and the list of rows that changed since the facts were copied."""

from django.db import models

from homeward.teams.models import Service


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
