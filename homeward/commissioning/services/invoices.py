"""Taking invoices in, deciding on their lines, and closing them."""

import hashlib
from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q, Sum

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.commissioning.models import CareContract, ClosedMonth, Invoice, InvoiceEntry, InvoiceLine, Package
from homeward.commissioning.rules.reading import Billed, FileRefusedError, read_invoice
from homeward.commissioning.rules.reconciling import Bought, Delivered, Found, reconcile
from homeward.commissioning.services.changing import _done, _words
from homeward.commissioning.states import Finding, InvoiceEntryKind, ServiceKind
from homeward.kernel.rules import LONDON, RefusedError, days_from, london_day
from homeward.visits.models import Assignment
from homeward.visits.rules.hours import minutes_between
from homeward.visits.rules.statements import month_of
from homeward.visits.states import AssignmentState


class MonthIsClosedError(RefusedError):
    """No invoice of this month is taken any more."""


class InvoiceIsClosedError(RefusedError):
    """The invoice was closed: it stays as it is."""


@transaction.atomic
def take_invoice(
    *, actor: Actor, contract: CareContract, number: str, month: date, file_name: str, content: bytes, now: datetime
) -> Invoice:
    """Take in an invoice of a month from its CSV file, which is kept as it came, and reconcile every line.

    Raises: NotAllowedError; RefusedError where the file cannot be read whole, a line is of another month, or the number
    was taken before; MonthIsClosedError.
    """
    require(actor, Permission.COMMISSION, contract.provider.service_id)
    first, last = month_of(month)
    number = number.strip()
    if not number or len(number) > 40:
        raise RefusedError("Enter the invoice’s number.")
    contract = (
        CareContract.objects.select_for_update(of=("self",))
        .select_related("provider__organisation")
        .get(pk=contract.pk)
    )
    if first > london_day(now):
        raise RefusedError("This month has not begun. Check which month the invoice is for.")
    _refuse_closed(contract.provider.service_id, first)
    if Invoice.objects.filter(contract=contract, number=number).exists():
        raise RefusedError("An invoice with this number was taken in before.")
    try:
        lines = read_invoice(content, tuple(ServiceKind.values))
    except FileRefusedError as error:
        raise RefusedError(str(error)) from error
    outside = [line.number for line in lines if not first <= line.day <= last]
    if outside:
        raise RefusedError(
            f"Nothing was taken in. Lines of another month: {', '.join(map(str, outside[:20]))}. Invoice each month on"
            " its own."
        )
    invoice = Invoice.objects.create(
        service_id=contract.provider.service_id, contract=contract, number=number, month=first, received_at=now,
        received_by=actor.name, file_name=file_name[:200], original=content,
        original_sha256=hashlib.sha256(content).hexdigest(), total_pence=sum(line.pence for line in lines),
        reconciled_at=now,
    )  # fmt: skip
    rows = [_row(invoice, line, found) for line, found in zip(lines, _found(contract, lines), strict=True)]
    InvoiceLine.objects.bulk_create(rows, batch_size=500)
    _done(actor, "take invoice", invoice.service_id, ("invoice", invoice.pk), now)
    return invoice


@transaction.atomic
def reconcile_again(*, actor: Actor, invoice: Invoice, now: datetime) -> int:
    """Look again at the lines nobody decided on, because visits were recorded since; gives how many changed.

    Raises: NotAllowedError; InvoiceIsClosedError.
    """
    require(actor, Permission.COMMISSION, invoice.service_id)
    invoice = _open(invoice)
    rows = {row.number: row for row in invoice.lines.filter(agreed_pence__isnull=True)}
    lines = [_billed(row) for row in rows.values()]
    before = {row.number: (row.finding, row.found_pence, row.visit_id, row.slot, row.why) for row in rows.values()}
    # freed first, so that a visit may go to another of them
    InvoiceLine.objects.filter(pk__in=[row.pk for row in rows.values()]).update(visit=None, slot=None)
    found = _found(invoice.contract, lines)
    changed = []
    for line, one in zip(lines, found, strict=True):
        row = rows[line.number]
        _put_found(row, one)
        changed.append(row)
    InvoiceLine.objects.bulk_update(
        changed, ["package", "visit", "slot", "delivered_minutes", "finding", "found_pence", "why"], batch_size=300
    )
    invoice.reconciled_at = now
    invoice.save(update_fields=["reconciled_at"])
    _done(actor, "reconcile invoice again", invoice.service_id, ("invoice", invoice.pk), now)
    return sum(before[row.number] != (row.finding, row.found_pence, row.visit_id, row.slot, row.why) for row in changed)


@transaction.atomic
def agree_line(*, actor: Actor, line: InvoiceLine, pence: int, reason: str, now: datetime) -> InvoiceLine:
    """Decide what is paid for a line: from nothing to what it asks. Other than what was found needs a reason.

    Raises: NotAllowedError; InvoiceIsClosedError; RefusedError for more than was asked, or without a reason.
    """
    require(actor, Permission.COMMISSION, line.invoice.service_id)
    invoice = _open(line.invoice)
    line = InvoiceLine.objects.select_for_update(of=("self",)).get(pk=line.pk)
    if not 0 <= pence <= line.billed_pence:
        raise RefusedError("Agree to an amount from nothing to what the line asks.")
    if pence != line.found_pence:
        _words(reason, "This is not what was found. Say why it is paid.")
    line.agreed_pence, line.agreed_by, line.agreed_at, line.agreed_reason = pence, actor.name, now, reason.strip()
    line.save(update_fields=["agreed_pence", "agreed_by", "agreed_at", "agreed_reason"])
    _done(actor, "agree invoice line", invoice.service_id, ("invoice", invoice.pk), now)
    return line


@transaction.atomic
def agree_matched(*, actor: Actor, invoice: Invoice, now: datetime) -> int:
    """Agree to every line that is as delivered and was not decided on; gives how many.

    Raises: NotAllowedError; InvoiceIsClosedError.
    """
    require(actor, Permission.COMMISSION, invoice.service_id)
    invoice = _open(invoice)
    rows = list(invoice.lines.filter(agreed_pence__isnull=True, finding=Finding.MATCHED).exclude(_has_open_query()))
    for row in rows:
        row.agreed_pence, row.agreed_by, row.agreed_at = row.found_pence, actor.name, now
    InvoiceLine.objects.bulk_update(rows, ["agreed_pence", "agreed_by", "agreed_at"], batch_size=300)
    record(
        actor=actor, action="agree matched lines", subject=("invoice", invoice.pk), now=now,
        service_id=invoice.service_id, count=max(1, len(rows)),
    )  # fmt: skip
    return len(rows)


@transaction.atomic
def query_line(*, actor: Actor, line: InvoiceLine, text: str, now: datetime) -> InvoiceEntry:
    """Ask the provider about a line; the invoice is not closed before the answer is written down.

    Raises: NotAllowedError; InvoiceIsClosedError; RefusedError without words, or with a query open.
    """
    require(actor, Permission.COMMISSION, line.invoice.service_id)
    invoice = _open(line.invoice)
    if line.entries.filter(kind=InvoiceEntryKind.QUERY, answer__isnull=True).exists():
        raise RefusedError("A query about this line is open. Write its answer first.")
    entry = InvoiceEntry.objects.create(
        line=line, kind=InvoiceEntryKind.QUERY, text=_words(text, "Write what you ask."), written_at=now,
        written_by=actor.name,
    )  # fmt: skip
    _done(actor, "query invoice line", invoice.service_id, ("invoice", invoice.pk), now)
    return entry


@transaction.atomic
def answer_invoice_query(*, actor: Actor, query: InvoiceEntry, text: str, now: datetime) -> InvoiceEntry:
    """Write down what the provider answered to a query.

    Raises: NotAllowedError; InvoiceIsClosedError; RefusedError without words, or where it was answered.
    """
    require(actor, Permission.COMMISSION, query.line.invoice.service_id)
    invoice = _open(query.line.invoice)
    if query.kind != InvoiceEntryKind.QUERY or InvoiceEntry.objects.filter(answers=query).exists():
        raise RefusedError("This was answered before.")
    entry = InvoiceEntry.objects.create(
        line=query.line, kind=InvoiceEntryKind.ANSWER, answers=query, text=_words(text, "Write what they answered."),
        written_at=now, written_by=actor.name,
    )  # fmt: skip
    _done(actor, "answer invoice query", invoice.service_id, ("invoice", invoice.pk), now)
    return entry


@transaction.atomic
def close_invoice(*, actor: Actor, invoice: Invoice, now: datetime) -> Invoice:
    """Close an invoice once every line is decided on: what is agreed is paid, and the rest is asked back as credit.

    Raises: NotAllowedError; InvoiceIsClosedError; RefusedError with a line undecided or a query open.
    """
    require(actor, Permission.COMMISSION, invoice.service_id)
    invoice = _open(invoice)
    undecided = invoice.lines.filter(agreed_pence__isnull=True).count()
    if undecided:
        raise RefusedError(f"{undecided} line{'' if undecided == 1 else 's'} still to decide on.")
    if invoice.lines.filter(_has_open_query()).exists():
        raise RefusedError("A query is open. Write its answer first.")
    invoice.agreed_pence = invoice.lines.aggregate(sum=Sum("agreed_pence"))["sum"] or 0
    invoice.credit_pence = invoice.total_pence - invoice.agreed_pence
    invoice.closed_at, invoice.closed_by = now, actor.name
    invoice.save(update_fields=["agreed_pence", "credit_pence", "closed_at", "closed_by"])
    _done(actor, "close invoice", invoice.service_id, ("invoice", invoice.pk), now)
    return invoice


@transaction.atomic
def close_month(*, actor: Actor, service_id: int, month: date, now: datetime) -> ClosedMonth:
    """Close a month: no invoice of it is taken any more.

    Raises: NotAllowedError; RefusedError before it is over, with an invoice open, or where it is closed.
    """
    require(actor, Permission.COMMISSION, service_id)
    first, last = month_of(month)
    if last >= london_day(now):
        raise RefusedError("The month is not over.")
    # whoever takes an invoice in holds its contract: wait for them
    list(CareContract.objects.select_for_update(of=("self",)).filter(provider__service_id=service_id).order_by("id"))
    _refuse_closed(service_id, first)
    still = Invoice.objects.filter(service_id=service_id, month=first, closed_at__isnull=True).count()
    if still:
        raise RefusedError(f"{still} invoice{'' if still == 1 else 's'} of this month still to close.")
    closed = ClosedMonth.objects.create(service_id=service_id, month=first, closed_at=now, closed_by=actor.name)
    _done(actor, "close month", service_id, ("month", closed.pk), now)
    return closed


def _refuse_closed(service_id: int, first: date) -> None:
    if ClosedMonth.objects.filter(service_id=service_id, month=first).exists():
        raise MonthIsClosedError(f"{first:%B %Y} is closed. Ask the provider to invoice it with a later month.")


def _open(invoice: Invoice) -> Invoice:
    """The invoice, held so that nobody decides while it is closed.

    Raises: InvoiceIsClosedError.
    """
    CareContract.objects.select_for_update().get(pk=invoice.contract_id)
    rows = Invoice.objects.select_for_update(of=("self",)).select_related("contract__provider__organisation")
    invoice = rows.get(pk=invoice.pk)
    if invoice.closed_at is not None:
        raise InvoiceIsClosedError("This invoice is closed. It stays as it is.")
    return invoice


def _has_open_query() -> Q:
    asked = InvoiceEntry.objects.filter(kind=InvoiceEntryKind.QUERY, answer__isnull=True)
    return Q(pk__in=asked.values("line_id"))


def _found(contract: CareContract, lines: Iterable[Billed]) -> list[Found]:
    """What the record says of lines of one contract."""
    lines = list(lines)
    if not lines:
        return []
    first, last = min(line.day for line in lines), max(line.day for line in lines)
    packages = list(
        Package.objects.filter(contract=contract, started_on__isnull=False)
        .select_related("person")
        .prefetch_related("suspensions")
        .order_by("started_on", "id")
    )
    people = {package.person_id: package.person.reference for package in packages}
    return reconcile(
        lines, [_bought(package, last) for package in packages], _delivered(contract, people, first, last),
        contract.terms(),
    )  # fmt: skip


def _bought(package: Package, last: date) -> Bought:
    without = frozenset(
        day
        for one in package.suspensions.all()
        for day in days_from(one.starts_on, last if one.ends_on is None else min(one.ends_on, last))
    )
    return Bought(package.pk, package.person.reference, package.kind, package.started_on, package.ended_on, without)


def _delivered(contract: CareContract, people: dict[int, str], first: date, last: date) -> list[Delivered]:
    """What the provider's workers did at the people of its packages on these days, each worker's visit on its own.

    Minutes are those between coming and going as recorded; the planned ones where nobody recorded them.
    """
    rows = (
        Assignment.objects.filter(
            worker__organisation_id=contract.provider.organisation_id, visit__person_id__in=people,
            visit__day__gte=first, visit__day__lte=last, state=AssignmentState.LEFT,
        )
        .select_related("visit")
        .only("slot", "starts_at", "ends_at", "arrived_at", "left_at", "visit__person_id", "visit__day")
        .order_by("visit_id", "slot")
    )  # fmt: skip
    rows = list(rows)
    taken = set(InvoiceLine.objects.filter(visit_id__in=[row.visit_id for row in rows]).values_list("visit_id", "slot"))
    return [
        Delivered(
            (row.visit_id, row.slot), people[row.visit.person_id], row.visit.day,
            f"{(row.arrived_at or row.starts_at).astimezone(LONDON):%H:%M}",
            minutes_between(row.arrived_at or row.starts_at, row.left_at or row.ends_at),
            (row.visit_id, row.slot) in taken,
        )
        for row in rows
    ]  # fmt: skip


def _row(invoice: Invoice, line: Billed, found: Found) -> InvoiceLine:
    row = InvoiceLine(
        invoice=invoice, number=line.number, person_reference=line.person, day=line.day, starts_at=line.starts_at,
        minutes=line.minutes, kind=line.kind, tenth_miles=line.tenth_miles, billed_pence=line.pence,
    )  # fmt: skip
    _put_found(row, found)
    return row


def _put_found(row: InvoiceLine, found: Found) -> None:
    row.package_id, row.finding, row.found_pence, row.why = found.package, found.finding, found.pence, found.why
    row.visit_id, row.slot = found.visit or (None, None)
    row.delivered_minutes = found.delivered_minutes


def _billed(row: InvoiceLine) -> Billed:
    return Billed(
        row.number, row.person_reference, row.day, row.starts_at, row.minutes, row.billed_pence, row.kind,
        row.tenth_miles,
    )  # fmt: skip
