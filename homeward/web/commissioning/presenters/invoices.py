"""Invoices in words."""

from dataclasses import dataclass

from homeward.commissioning.selectors import InvoiceView
from homeward.commissioning.states import Finding, InvoiceEntryKind
from homeward.web.commissioning.presenters.words import FINDINGS, money, pounds
from homeward.web.front_door.presenters.words import Tag
from homeward.web.persons import short_day
from homeward.web.templating import moment_text
from homeward.web.words import counted

MONTHS_SHOWN = 24


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """An invoice in the list."""

    id: int
    provider: str
    number: str
    month: str
    total: str
    found: str
    differing: str
    state: Tag


@dataclass(frozen=True, slots=True)
class QueryRow:
    """A query about a line and its answer."""

    id: int
    text: str
    by: str
    answer: str
    answered: str


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line, with what was found and what is agreed. `amount` is what stands in its field."""

    id: int
    number: int
    person: str
    package_id: int | None
    when: str
    minutes: str
    billed: str
    found: str
    finding: Tag
    why: str
    amount: str
    agreed: str
    is_decided: bool
    queries: tuple[QueryRow, ...]
    has_open_query: bool


@dataclass(frozen=True, slots=True)
class InvoicePage:
    """One invoice. `filters` are (finding code, words, count, is shown)."""

    id: int
    provider: str
    contract_id: int
    number: str
    month: str
    sums: tuple[tuple[str, str], ...]
    filters: tuple[tuple[str, str, int, bool], ...]
    lines: tuple[LineRow, ...]
    undecided: int
    matched_undecided: int
    is_open: bool
    why_not_close: str
    received: str
    closed: str


def invoice_rows(views: list[InvoiceView]) -> tuple[InvoiceRow, ...]:
    """The invoices of a service."""
    rows = []
    for view in views:
        invoice = view.invoice
        if invoice.closed_at:
            state = Tag("Closed", "grey")
        elif view.open_queries:
            state = Tag("Query open", "purple")
        else:
            state = Tag("To decide", "yellow") if view.undecided else Tag("Ready to close", "green")
        rows.append(
            InvoiceRow(
                invoice.pk, str(invoice.contract.provider), invoice.number, f"{invoice.month:%B %Y}",
                money(invoice.total_pence), money(view.found_pence),
                counted(view.differing, "line") if view.differing else "None", state,
            )
        )  # fmt: skip
    return tuple(rows)


def invoice_page(view: InvoiceView, shown: str) -> InvoicePage:
    """One invoice, with the lines of one finding, those to think about ("open"), or all."""
    invoice = view.invoice
    is_open = invoice.closed_at is None
    filters = [
        ("open", "To decide", sum(map(_is_to_decide, view.lines)), shown == "open"),
        ("all", "All lines", len(view.lines), shown == "all"),
    ]
    filters += [
        (code.value, FINDINGS[code].words, view.counts[code], shown == code)
        for code in Finding
        if view.counts.get(code)
    ]
    lines = [
        line
        for line in view.lines
        if shown == "all" or (_is_to_decide(line) if shown == "open" else line.finding == shown)
    ]
    why_not = ""
    if view.undecided:
        why_not = f"{counted(view.undecided, 'line')} still to decide on."
    elif view.open_queries:
        why_not = f"{counted(view.open_queries, 'query', 'queries')} still to be answered."
    sums = [
        ("Billed", money(invoice.total_pence)),
        ("The record supports", money(view.found_pence)),
        ("Difference", money(invoice.total_pence - view.found_pence)),
        ("Agreed", money(view.agreed_pence)),
    ]
    if not is_open:
        sums.append(("Credit to ask for", money(invoice.credit_pence)))
    return InvoicePage(
        id=invoice.pk,
        provider=str(invoice.contract.provider),
        contract_id=invoice.contract_id,
        number=invoice.number,
        month=f"{invoice.month:%B %Y}",
        sums=tuple(sums),
        filters=tuple(filters),
        lines=tuple(_line(line) for line in lines),
        undecided=view.undecided,
        matched_undecided=sum(line.agreed_pence is None and line.finding == Finding.MATCHED for line in view.lines),
        is_open=is_open,
        why_not_close=why_not,
        received=f"Taken in by {invoice.received_by}, {moment_text(invoice.received_at)}",
        closed="" if is_open else f"Closed by {invoice.closed_by}, {moment_text(invoice.closed_at)}",
    )


def _is_to_decide(line) -> bool:
    """Lines as delivered are agreed all at once: what is left for somebody to think about is the rest."""
    return line.agreed_pence is None and line.finding != Finding.MATCHED


def _line(line) -> LineRow:
    entries = list(line.entries.all())
    answers = {entry.answers_id: entry for entry in entries if entry.kind == InvoiceEntryKind.ANSWER}
    queries = tuple(
        QueryRow(
            one.pk, one.text, f"{one.written_by}, {moment_text(one.written_at)}",
            answers[one.pk].text if one.pk in answers else "",
            f"{answers[one.pk].written_by}, {moment_text(answers[one.pk].written_at)}" if one.pk in answers else "",
        )
        for one in entries
        if one.kind == InvoiceEntryKind.QUERY
    )  # fmt: skip
    delivered = f", {line.delivered_minutes} delivered" if line.delivered_minutes is not None else ""
    agreed = ""
    if line.agreed_pence is not None:
        agreed = f"{money(line.agreed_pence)} by {line.agreed_by}"
        agreed += f": {line.agreed_reason}" if line.agreed_reason else ""
    return LineRow(
        id=line.pk,
        number=line.number,
        person=line.person_reference,
        package_id=line.package_id,
        when=f"{short_day(line.day)}, {line.starts_at}",
        minutes=f"{counted(line.minutes, 'minute')} billed{delivered}",
        billed=money(line.billed_pence),
        found=money(line.found_pence),
        finding=FINDINGS[line.finding],
        why=line.why,
        amount=pounds(line.found_pence),
        agreed=agreed,
        is_decided=line.agreed_pence is not None,
        queries=queries,
        has_open_query=any(not one.answer for one in queries),
    )
