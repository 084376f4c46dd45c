"""Invoices, and what was found of their lines."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from homeward.access.rules import Actor, Permission, require
from homeward.commissioning.models import ClosedMonth, Invoice, InvoiceLine
from homeward.commissioning.selectors.packages import NotFoundError
from homeward.commissioning.states import Finding, InvoiceEntryKind


@dataclass(frozen=True, slots=True)
class InvoiceView:
    """An invoice and its lines: how many of each finding, what the record supports paying, and what is undecided."""

    invoice: Invoice
    lines: tuple[InvoiceLine, ...]
    counts: dict[str, int]
    found_pence: int
    agreed_pence: int
    undecided: int
    open_queries: int
    is_month_closed: bool

    @property
    def differing(self) -> int:
        """How many lines are not as delivered."""
        return sum(count for finding, count in self.counts.items() if finding != Finding.MATCHED)


def invoices(actor: Actor, service_id: int) -> list[InvoiceView]:
    """Every invoice of a service, the newest month first.

    Raises: NotAllowedError.
    """
    require(actor, Permission.COMMISSION, service_id)
    rows = Invoice.objects.filter(service_id=service_id).defer("original")
    rows = rows.select_related("contract__provider__organisation").prefetch_related("lines__entries__answer")
    closed = _closed(service_id)
    return [_view(row, list(row.lines.all()), closed) for row in rows.order_by("-month", "-id")]


def invoice_for(actor: Actor, invoice_id: int) -> InvoiceView:
    """One invoice with its lines in the order of its file, each with what was asked and answered about it.

    Its lines say whom they are for by reference only.

    Raises: NotAllowedError; NotFoundError.
    """
    require(actor, Permission.COMMISSION)
    rows = Invoice.objects.filter(service_id__in=actor.service_ids, pk=invoice_id)
    invoice = rows.select_related("contract__provider__organisation", "service").first()
    if invoice is None:
        raise NotFoundError("There is no such invoice in your service.")
    lines = invoice.lines.select_related("package").prefetch_related("entries__answer").order_by("number")
    return _view(invoice, list(lines), _closed(invoice.service_id))


def invoice_line_for(actor: Actor, line_id: int) -> InvoiceLine:
    """One line with its invoice and what was asked about it.

    Raises: NotAllowedError; NotFoundError.
    """
    require(actor, Permission.COMMISSION)
    rows = InvoiceLine.objects.filter(invoice__service_id__in=actor.service_ids, pk=line_id)
    line = rows.select_related("invoice").prefetch_related("entries__answer").first()
    if line is None:
        raise NotFoundError("There is no such line in your service.")
    return line


def _closed(service_id: int) -> set[date]:
    return set(ClosedMonth.objects.filter(service_id=service_id).values_list("month", flat=True))


def _view(invoice: Invoice, lines: list[InvoiceLine], closed: set[date]) -> InvoiceView:
    answered = {
        entry.answers_id for line in lines for entry in line.entries.all() if entry.kind == InvoiceEntryKind.ANSWER
    }
    asked = [entry.pk for line in lines for entry in line.entries.all() if entry.kind == InvoiceEntryKind.QUERY]
    return InvoiceView(
        invoice=invoice,
        lines=tuple(lines),
        counts=dict(Counter(line.finding for line in lines)),
        found_pence=sum(line.found_pence for line in lines),
        agreed_pence=sum(line.agreed_pence or 0 for line in lines),
        undecided=sum(line.agreed_pence is None for line in lines),
        open_queries=sum(pk not in answered for pk in asked),
        is_month_closed=invoice.month in closed,
    )
