"""What providers charge, line by line, beside what was delivered."""

from django.db import models
from django.db.models import Q

from homeward.commissioning.models.package import Package
from homeward.commissioning.models.provider import CareContract
from homeward.commissioning.states import Finding, InvoiceEntryKind
from homeward.teams.models import Service
from homeward.visits.models import Visit


class Invoice(models.Model):
    """One invoice of a contract for a month, with the file as it came. Closed, it stays as it is."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="invoices")
    contract = models.ForeignKey(CareContract, on_delete=models.PROTECT, related_name="invoices")
    number = models.CharField(max_length=40)
    month = models.DateField(help_text="Its first day")
    received_at = models.DateTimeField()
    received_by = models.CharField(max_length=200)
    file_name = models.CharField(max_length=200)
    original = models.BinaryField()
    original_sha256 = models.CharField(max_length=64)
    total_pence = models.BigIntegerField()
    reconciled_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=200, blank=True)
    agreed_pence = models.BigIntegerField(null=True)
    # What the provider is to give back by a credit note: total less agreed
    credit_pence = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contract", "number"], name="invoice_number_once"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, agreed_pence__isnull=True)
                | Q(closed_at__isnull=False, agreed_pence__isnull=False),
                name="invoice_closed_is_agreed",
            ),
        ]


class InvoiceLine(models.Model):
    """One worker's visit as invoiced, with what was found and what somebody agreed to pay.

    `starts_at` is wall clock, HH:MM. A visit's slot is in at most one line of all invoices.
    """

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="lines")
    number = models.PositiveIntegerField(help_text="Row of the file")
    person_reference = models.CharField(max_length=40)
    day = models.DateField()
    starts_at = models.CharField(max_length=5)
    minutes = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=12, blank=True)
    tenth_miles = models.PositiveIntegerField(default=0)
    billed_pence = models.BigIntegerField()
    package = models.ForeignKey(Package, null=True, on_delete=models.PROTECT, related_name="invoice_lines")
    visit = models.ForeignKey(Visit, null=True, on_delete=models.PROTECT, related_name="+")
    slot = models.PositiveSmallIntegerField(null=True)
    delivered_minutes = models.PositiveSmallIntegerField(null=True)
    finding = models.CharField(max_length=16, choices=Finding)
    # What the record supports paying
    found_pence = models.BigIntegerField()
    why = models.TextField(blank=True)
    agreed_pence = models.BigIntegerField(null=True)
    agreed_by = models.CharField(max_length=200, blank=True)
    agreed_at = models.DateTimeField(null=True)
    agreed_reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["invoice", "number"], name="invoice_line_once"),
            models.UniqueConstraint(
                fields=["visit", "slot"], condition=Q(visit__isnull=False), name="delivery_invoiced_once"
            ),
            models.CheckConstraint(
                condition=Q(agreed_pence__isnull=True) | Q(agreed_pence__gte=0), name="invoice_line_agreed_not_below_0"
            ),
        ]
        indexes = [models.Index(fields=["package", "day"], name="invoice_line_package")]


class InvoiceEntry(models.Model):
    """A query about a line, or the provider's answer as somebody wrote it down. Rows are added, never changed."""

    line = models.ForeignKey(InvoiceLine, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=8, choices=InvoiceEntryKind)
    answers = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="answer")
    text = models.TextField()
    written_at = models.DateTimeField()
    written_by = models.CharField(max_length=200)


class ClosedMonth(models.Model):
    """A month in which no invoice is taken any more; what comes later belongs to a later month."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    month = models.DateField()
    closed_at = models.DateTimeField()
    closed_by = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service", "month"], name="closed_month_once")]
