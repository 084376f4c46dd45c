"""The finished words of hours and statements."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.urls import reverse

from homeward.kernel.rules import london_day
from homeward.roster.states import PayBasis
from homeward.visits.rules.hours import Use, together
from homeward.visits.rules.statements import month_of
from homeward.visits.selectors.hours import EmployerHours
from homeward.visits.selectors.statements import Spend, StatementLine, WholeStatement
from homeward.visits.states import Side, StatementEntryKind
from homeward.web.clocks import time_words
from homeward.web.front_door.presenters.words import Tag

BAR = 160  # width of a bar of the time paid for, in its own units
BASES = dict(PayBasis.choices)


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of a bar: where it begins, how wide it is, and what it stands for."""

    x: float
    width: float
    kind: str


@dataclass(frozen=True, slots=True)
class UseRow:
    """How one worker's or employer's paid time was used, in hours."""

    name: str
    url: str
    note: str
    paid: str
    with_people: str
    travelling: str
    breaks: str
    unused: str
    share: str
    bar: tuple[Piece, ...]
    planned: str
    recorded: str
    beyond: str
    waiting: str
    away: str


@dataclass(frozen=True, slots=True)
class HoursPage:
    """Hours of some days: by employer, or of one employer by worker."""

    title: str
    heading: str
    rows: tuple[UseRow, ...]
    total: UseRow | None
    by: str
    before: str
    after: str
    week: str
    month: str
    is_month: bool
    employer: str
    is_running: bool


def hours_page(
    told: Sequence[EmployerHours], first: date, last: date, employer_id: int | None, is_month: bool, now: datetime
) -> HoursPage:
    """Hours by employer; with `employer_id`, of that employer by worker."""
    chosen = next((one for one in told if one.employer.pk == employer_id), None)
    asked = {"from": first.isoformat(), "span": "month" if is_month else "week"}
    if chosen is None:
        rows = tuple(
            _row(
                str(one.employer),
                f"?{_query(asked | {'employer': str(one.employer.pk)})}",
                f"{len(one.workers)} {'worker' if len(one.workers) == 1 else 'workers'}",
                one.use,
            )
            for one in told
        )
        total = _row("Everyone", "", "", together(one.use for one in told)) if len(told) > 1 else None
    else:
        rows = tuple(
            _row(
                one.worker.label,
                "",
                ", ".join(
                    part for part in (one.worker.job_title, BASES.get(one.basis, "no contract on record")) if part
                ),
                one.use,
            )
            for one in chosen.workers
        )
        total = _row(f"All of {chosen.employer}", "", "", chosen.use)
    before = (first - timedelta(days=1)).replace(day=1) if is_month else first - timedelta(days=7)
    same = {"employer": str(chosen.employer.pk)} if chosen else {}
    span = asked["span"]
    return HoursPage(
        title=f"{first:%B %Y}" if is_month else f"{first.day} {first:%B} to {last.day} {last:%B %Y}",
        heading=f"Hours of {chosen.employer}" if chosen else "Hours",
        rows=rows,
        total=total,
        by="Worker" if chosen else "Employer",
        before=f"?{_query({'from': before.isoformat(), 'span': span} | same)}",
        after=f"?{_query({'from': (last + timedelta(days=1)).isoformat(), 'span': span} | same)}",
        week=f"?{_query({'from': first.isoformat(), 'span': 'week'} | same)}",
        month=f"?{_query({'from': first.isoformat(), 'span': 'month'} | same)}",
        is_month=is_month,
        employer=str(chosen.employer.pk) if chosen else "",
        is_running=last >= london_day(now),
    )


def _query(asked: dict[str, str]) -> str:
    return "&".join(f"{name}={value}" for name, value in asked.items())


def _row(name: str, url: str, note: str, use: Use) -> UseRow:
    return UseRow(
        name=name,
        url=url,
        note=note,
        paid=hours_of(use.paid),
        with_people=hours_of(use.with_people),
        travelling=hours_of(use.travelling),
        breaks=hours_of(use.breaks),
        unused=hours_of(use.unused),
        share="none paid" if use.unused_share is None else f"{100 * use.unused_share:.0f} %",
        bar=_bar(use),
        planned=hours_of(use.planned),
        recorded=f"{100 * use.recorded / use.with_people:.0f} %" if use.with_people else "none",
        beyond=hours_of(use.beyond),
        waiting=hours_of(use.waiting),
        away=hours_of(use.away),
    )


def _bar(use: Use) -> tuple[Piece, ...]:
    parts = (("people", use.with_people), ("travel", use.travelling), ("breaks", use.breaks), ("unused", use.unused))
    whole = sum(minutes for _, minutes in parts)
    pieces, x = [], 0.0
    for kind, minutes in parts:
        if not minutes or not whole:
            continue
        width = BAR * minutes / whole
        pieces.append(Piece(round(x, 1), round(width, 1), kind))
        x += width
    return tuple(pieces)


HEADS = ("Employer", "Worker", "Reference", "Job", "Paid by", "Paid minutes", "With people, planned", "With people",
         "Of that recorded", "Travelling", "Breaks", "Unused", "Waiting, not paid", "Beyond the shift",
         "Away")  # fmt: skip


def hours_table(told: Iterable[EmployerHours]) -> list[list[object]]:
    """A line for each worker, in minutes, for a file."""
    return [
        [str(one.employer), row.worker.label, row.worker.local_reference, row.worker.job_title,
         BASES.get(row.basis, "no contract on record"), use.paid, use.planned, use.with_people, use.recorded,
         use.travelling, use.breaks, use.unused, use.waiting, use.beyond, use.away]
        for one in told
        for row in one.workers
        for use in (row.use,)
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One employer's month in the list."""

    employer_id: int
    employer: str
    kind: str
    url: str
    state: Tag
    version: str
    hours: str
    money: str
    may_draw_up: bool


@dataclass(frozen=True, slots=True)
class SpendRow:
    """What is bought, delivered in house, or both together."""

    name: str
    planned: str
    hours: str
    money: str
    an_hour: str


@dataclass(frozen=True, slots=True)
class MonthPage:
    """The statements of a month."""

    title: str
    iso: str
    before: str
    after: str
    rows: tuple[StatementRow, ...]
    spend: tuple[SpendRow, ...]
    is_over: bool


def month_page(lines: Iterable[StatementLine], spend: Sequence[Spend], month: date, now: datetime) -> MonthPage:
    """The statements of a month, and what is bought beside what is delivered in house."""
    first, last = month_of(month)
    sums = {one.employer.pk: one.sums for one in spend}
    return MonthPage(
        title=f"{first:%B %Y}",
        iso=first.isoformat(),
        before=f"?month={(first - timedelta(days=1)).replace(day=1):%Y-%m}",
        after=f"?month={last + timedelta(days=1):%Y-%m}",
        rows=tuple(_statement_row(line, sums, now) for line in lines),
        spend=_spend_rows(spend),
        is_over=last < london_day(now),
    )


def _statement_row(line: StatementLine, sums: dict, now: datetime) -> StatementRow:
    told = line.statement or sums.get(line.employer.pk)
    is_agreed = len(line.agreed) == len(Side)
    return StatementRow(
        employer_id=line.employer.pk,
        employer=line.employer.name,
        kind=line.employer.get_kind_display(),
        url=reverse("hours:statement", args=[line.statement.pk]) if line.statement else "",
        state=_state(line.agreed, line.open_queries, line.statement is not None),
        version=(
            f"version {line.statement.version}, {time_words(line.statement.drawn_up_at, now)}"
            if line.statement
            else "as the record stands"
        ),
        hours=hours_of(told.actual_minutes) if told else "none",
        money=pounds(told.actual_pence) if told else "none",
        may_draw_up=not is_agreed and line.employer.pk in sums,
    )


def _state(agreed: dict, open_queries: int, is_drawn_up: bool) -> Tag:
    if not is_drawn_up:
        return Tag("Not drawn up", "grey")
    if len(agreed) == len(Side):
        return Tag("Agreed", "green")
    if open_queries:
        return Tag(f"{open_queries} {'query' if open_queries == 1 else 'queries'} open", "red")
    if agreed:
        [side] = agreed
        return Tag(f"{Side(side).label} agreed", "yellow")
    return Tag("To be agreed", "blue")


def _spend_rows(spend: Sequence[Spend]) -> tuple[SpendRow, ...]:
    rows = []
    for name, parts in (
        ("Bought from agencies", [one.sums for one in spend if one.is_bought]),
        ("Delivered in house", [one.sums for one in spend if not one.is_bought]),
    ):
        if parts:
            minutes, pence = sum(one.actual_minutes for one in parts), sum(one.actual_pence for one in parts)
            rows.append(
                SpendRow(
                    name,
                    hours_of(sum(one.planned_minutes for one in parts)),
                    hours_of(minutes),
                    pounds(pence),
                    pounds(round(60 * pence / minutes)) if minutes else "none",
                )
            )
    return tuple(rows)


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One worker's part of a statement."""

    url: str
    name: str
    basis: str
    rate: str
    planned: str
    actual: str
    difference: str
    money: str
    queries: int


@dataclass(frozen=True, slots=True)
class EntryRow:
    """A query with its answer, or an agreement."""

    id: int
    about: str
    text: str
    by: str
    answer: str
    answered_by: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class StatementPage:
    """A statement as its page and its paper show it."""

    id: int
    employer: str
    month: str
    month_query: str
    version: str
    drawn_up: str
    state: Tag
    rows: tuple[SheetRow, ...]
    planned: str
    actual: str
    difference: str
    planned_money: str
    actual_money: str
    queries: tuple[EntryRow, ...]
    agreements: tuple[str, ...]
    sides_open: tuple[str, ...]
    newer: str
    older: tuple[tuple[str, str], ...]
    side: str
    may_agree: bool
    may_ask: bool
    why_not_agree: str
    lines_hash: str


def statement_page(told: WholeStatement, now: datetime) -> StatementPage:
    """A statement with where each side stands."""
    one = told.statement
    answers = {entry.answers_id: entry for entry in told.entries if entry.kind == StatementEntryKind.ANSWER}
    queries = [entry for entry in told.entries if entry.kind == StatementEntryKind.QUERY]
    is_over = month_of(one.month)[1] < london_day(now)
    why = ""
    if not told.is_newest:
        why = "A newer version was drawn up."
    elif not is_over:
        why = "It can be agreed once the month is over."
    elif told.open_queries:
        why = "It can be agreed once every query is answered."
    may_speak = told.side is not None and not told.is_agreed
    return StatementPage(
        id=one.pk,
        employer=one.employer.name,
        month=f"{one.month:%B %Y}",
        month_query=f"?month={one.month:%Y-%m}",
        version=f"Version {one.version}",
        drawn_up=f"drawn up by {one.drawn_up_by}, {time_words(one.drawn_up_at, now)}",
        state=_state(told.agreed, len(told.open_queries), True),
        rows=tuple(_sheet_row(sheet, one.pk, queries) for sheet in told.sheets),
        planned=hours_of(one.planned_minutes),
        actual=hours_of(one.actual_minutes),
        difference=difference(one.actual_minutes - one.planned_minutes),
        planned_money=pounds(one.planned_pence),
        actual_money=pounds(one.actual_pence),
        queries=tuple(_entry(entry, answers.get(entry.pk), now) for entry in queries),
        agreements=tuple(
            f"{entry.get_side_display()}: {entry.written_by}, {time_words(entry.written_at, now)}"
            for entry in told.agreed.values()
        ),
        sides_open=tuple(label for value, label in Side.choices if value not in told.agreed),
        newer=reverse("hours:statement", args=[told.versions[0].pk]) if not told.is_newest else "",
        older=tuple(
            (reverse("hours:statement", args=[version.pk]), f"Version {version.version}")
            for version in told.versions
            if version.version < one.version
        ),
        side=Side(told.side).label.lower() if told.side else "",
        may_agree=may_speak and not why and told.side not in told.agreed,
        may_ask=may_speak and told.is_newest,
        why_not_agree=why if may_speak else "",
        lines_hash=one.lines_hash,
    )


def _sheet_row(sheet, statement_id: int, queries: list) -> SheetRow:
    return SheetRow(
        url=reverse("hours:sheet", args=[statement_id, sheet.worker_id]),
        name=sheet.worker.label,
        basis=BASES.get(sheet.pay_basis, "No contract on record"),
        rate=pounds(sheet.hourly_pence) if sheet.hourly_pence else "no rate",
        planned=hours_of(sheet.planned_minutes),
        actual=hours_of(sheet.actual_minutes),
        difference=difference(sheet.actual_minutes - sheet.planned_minutes),
        money=pounds(sheet.actual_pence),
        queries=sum(entry.worker_id == sheet.worker_id for entry in queries),
    )


def _entry(query, answer, now: datetime) -> EntryRow:
    about = query.worker.label if query.worker else "The whole statement"
    if query.line:
        about += f", {line_words(query)}"
    return EntryRow(
        id=query.pk,
        about=about,
        text=query.text,
        by=f"{query.written_by} for {query.get_side_display().lower()}, {time_words(query.written_at, now)}",
        answer=answer.text if answer else "",
        answered_by=f"{answer.written_by}, {time_words(answer.written_at, now)}" if answer else "",
        is_open=answer is None,
    )


def line_words(query) -> str:
    """Which line a query is about: "shift-12" is shift 12."""
    kind, _, rest = query.line.partition("-")
    return f"{'visit lost' if kind == 'lost' else kind} {rest.split('-')[0]}"


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line of a worker's sheet."""

    key: str
    day: str
    at: str
    what: str
    planned: int
    actual: int
    difference: str
    money: str
    why: str
    is_asked: bool


@dataclass(frozen=True, slots=True)
class SheetPage:
    """A worker's lines of a month."""

    name: str
    basis: str
    rows: tuple[LineRow, ...]
    planned: str
    actual: str
    money: str
    differing: int


def sheet_page(sheet, asked: set[str]) -> SheetPage:
    """A worker's lines. `asked` are the keys of those with a query."""
    rows = tuple(_line(line, line["key"] in asked) for line in sheet.lines)
    return SheetPage(
        name=sheet.worker.label,
        basis=f"{BASES.get(sheet.pay_basis, 'No contract on record')}"
        + (f", {pounds(sheet.hourly_pence)} an hour" if sheet.hourly_pence else ""),
        rows=rows,
        planned=hours_of(sheet.planned_minutes),
        actual=hours_of(sheet.actual_minutes),
        money=pounds(sheet.actual_pence),
        differing=sum(bool(row.why) for row in rows),
    )


def _line(line: dict, is_asked: bool) -> LineRow:
    day = date.fromisoformat(line["day"])
    return LineRow(
        key=line["key"],
        day=f"{day:%a} {day.day} {day:%b}",
        at=line["at"],
        what=f"{line['what']} {line['key'].split('-')[1]}",
        planned=line["planned_minutes"],
        actual=line["actual_minutes"],
        difference=difference(line["actual_minutes"] - line["planned_minutes"], in_hours=False),
        money=pounds(line["actual_pence"]),
        why=line["why"],
        is_asked=is_asked,
    )


STATEMENT_HEADS = ("Employer", "Month", "Version", "Worker", "Reference", "Paid by", "Pence an hour", "Line", "Day",
                   "At", "Planned minutes", "Actual minutes", "Difference", "Planned pence", "Actual pence",
                   "Why")  # fmt: skip


def statement_table(statement, sheets: Iterable) -> list[list[object]]:
    """A line for each line of each sheet, in minutes and pence, for a file."""
    return [
        [statement.employer.name, f"{statement.month:%Y-%m}", statement.version, sheet.worker.label,
         sheet.worker.local_reference, BASES.get(sheet.pay_basis, ""), sheet.hourly_pence, line["key"], line["day"],
         line["at"], line["planned_minutes"], line["actual_minutes"],
         line["actual_minutes"] - line["planned_minutes"], line["planned_pence"], line["actual_pence"], line["why"]]
        for sheet in sheets
        for line in sheet.lines
    ]  # fmt: skip


def hours_of(minutes: int) -> str:
    """Minutes as hours, to a tenth."""
    return f"{minutes / 60:,.1f}"


def pounds(pence: int) -> str:
    """Pence as pounds."""
    return f"£{pence / 100:,.2f}"


def difference(minutes: int, in_hours: bool = True) -> str:
    """Minutes more or less, with their sign."""
    if not minutes:
        return "0"
    return f"{minutes / 60:+,.1f}" if in_hours else f"{minutes:+d}"
