"""Statements of employers' months: what they would say, what they said, and who agreed."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from homeward.access.rules import Actor, NotAllowedError, Permission, require
from homeward.roster.models import Contract
from homeward.teams.models import Organisation, Worker
from homeward.visits.models import Assignment, LostVisit, Statement, StatementEntry, StatementSheet
from homeward.visits.rules.statements import Line, Sums, lost_line, month_of, shift_line, summed, visit_line
from homeward.visits.selectors.hours import (
    UsedDay,
    _contract_on,
    _contracts_between,
    _pays_shift,
    _used_days,
    employers_seen,
    own_employer,
    speaks_for_employer,
)
from homeward.visits.states import Side, StatementEntryKind, VisitState


class StatementNotFoundError(Exception):
    """There is no such statement among those the actor may see."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One worker's lines of a month, with the contract they were made with; sums are of the lines."""

    worker: Worker
    contract: Contract | None
    lines: tuple[Line, ...]

    @property
    def sums(self) -> Sums:
        return summed(self.lines)


@dataclass(frozen=True, slots=True)
class StatementLine:
    """The newest version of one employer's month in a list. `statement` is None where none was drawn up."""

    employer: Organisation
    month: date
    statement: Statement | None
    agreed: dict[str, StatementEntry]
    open_queries: int


@dataclass(frozen=True, slots=True)
class WholeStatement:
    """A statement with its sheets, what was said of it, and where each side stands."""

    statement: Statement
    sheets: tuple[StatementSheet, ...]
    entries: tuple[StatementEntry, ...]
    agreed: dict[str, StatementEntry]
    open_queries: tuple[StatementEntry, ...]
    versions: tuple[Statement, ...]
    side: Side | None

    @property
    def is_newest(self) -> bool:
        """Whether nothing was drawn up since."""
        return self.versions[0].pk == self.statement.pk

    @property
    def is_agreed(self) -> bool:
        """Whether both sides agreed to it: then it stays as it is."""
        return len(self.agreed) == len(Side)


@dataclass(frozen=True, slots=True)
class Spend:
    """What one employer's month came to (M14): minutes worked and what they cost, bought where it is an agency."""

    employer: Organisation
    sums: Sums

    @property
    def is_bought(self) -> bool:
        """Whether it is bought from a private provider, and not delivered in house."""
        return self.employer.kind == Organisation.Kind.HOME_CARE_AGENCY


def side_of(actor: Actor, employer: Organisation) -> Side | None:
    """For which side the actor may speak of an employer's statement: their own employer's, or the service's.

    For neither, None: whoever sees the roster to delegate neither manages it nor answers for an employer's workers.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_ROSTER, employer.service_id)
    own = own_employer(actor)
    if own is not None and own.pk == employer.pk:
        return Side.EMPLOYER if speaks_for_employer(actor) else None
    is_agency = own is not None and own.kind == Organisation.Kind.HOME_CARE_AGENCY
    return Side.SERVICE if actor.may(Permission.MANAGE_ROSTER) and not is_agency else None


def sheets_of_month(actor: Actor, employer: Organisation, month: date, now: datetime) -> list[Sheet]:
    """What the record says of an employer's month as it stands: a sheet for each worker with anything, by name.

    A line is a shift where shifts are paid, and a visit where visits are. Names nobody who is cared for.

    Raises: NotAllowedError, also for an employer the actor may not see.
    """
    require(actor, Permission.SEE_ROSTER, employer.service_id)
    if employer.pk not in {one.pk for one in employers_seen(actor, employer.service_id)}:
        raise NotAllowedError("This employer's hours are between them and the service.")
    first, last = month_of(month)
    workers = list(Worker.objects.filter(organisation=employer).select_related("organisation"))
    days = _used_days(employer.service_id, [worker.pk for worker in workers], first, last)
    contracts = _contracts_between(employer.service_id, first, last)
    lost = _lost(employer, first, last)
    sheets = []
    for worker in sorted(workers, key=lambda one: (one.label, one.pk)):
        theirs = days.get(worker.pk, {})
        lines: list[Line] = []
        newest = None
        for day in sorted({*theirs, *(one.call.day for one in lost.get(worker.pk, ()))}):
            contract = _contract_on(contracts.get(worker.pk, ()), day)
            newest = contract or newest
            rate = contract.hourly_pence if contract else None
            if _pays_shift(contract):
                lines += _shift_lines(theirs.get(day), rate)
            else:
                lines += _visit_lines(theirs.get(day), rate, now)
                lines += [_lost_line(one, rate) for one in lost.get(worker.pk, ()) if one.call.day == day]
        if lines:
            lines.sort(key=lambda line: (line.day, line.at, line.key))
            sheets.append(Sheet(worker, newest, tuple(lines)))
    return sheets


def statements(actor: Actor, service_id: int, month: date) -> list[StatementLine]:
    """The newest statement of each employer the actor may see, for one month.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_ROSTER, service_id)
    lines = []
    for employer in employers_seen(actor, service_id):
        newest = Statement.objects.filter(employer=employer, month=month.replace(day=1)).order_by("-version").first()
        entries = list(newest.entries.order_by("id")) if newest else []
        lines.append(
            StatementLine(employer, month.replace(day=1), newest, _agreed(entries), len(_open_queries(entries)))
        )
    return lines


def statement_for(actor: Actor, statement_id: int) -> WholeStatement:
    """One version of a statement with its sheets (without their lines) and what was said of it.

    Raises: NotAllowedError; StatementNotFoundError.
    """
    require(actor, Permission.SEE_ROSTER)
    statement = (
        Statement.objects.filter(pk=statement_id, service_id__in=actor.service_ids)
        .select_related("employer", "service")
        .first()
    )
    seen = statement and {one.pk for one in employers_seen(actor, statement.service_id)}
    if statement is None or statement.employer_id not in seen:
        raise StatementNotFoundError("There is no such statement among those you may see.")
    entries = list(statement.entries.select_related("worker", "answers").order_by("id"))
    return WholeStatement(
        statement=statement,
        sheets=tuple(statement.sheets.defer("lines").select_related("worker").order_by("worker__name", "worker_id")),
        entries=tuple(entries),
        agreed=_agreed(entries),
        open_queries=tuple(_open_queries(entries)),
        versions=tuple(
            Statement.objects.filter(employer_id=statement.employer_id, month=statement.month).order_by("-version")
        ),
        side=side_of(actor, statement.employer),
    )


def statement_sheet(actor: Actor, statement_id: int, worker_id: int) -> StatementSheet:
    """One worker's part of a statement with its lines.

    Raises: NotAllowedError; StatementNotFoundError.
    """
    require(actor, Permission.SEE_ROSTER)
    statement = statement_for(actor, statement_id).statement
    sheet = statement.sheets.select_related("worker", "statement__employer").filter(worker_id=worker_id).first()
    if sheet is None:
        raise StatementNotFoundError("This worker has no part in the statement.")
    return sheet


def statement_sheets(actor: Actor, statement_id: int) -> list[StatementSheet]:
    """Every worker's part of a statement with all lines, for a file or for paper.

    Raises: NotAllowedError; StatementNotFoundError.
    """
    require(actor, Permission.SEE_ROSTER)
    statement = statement_for(actor, statement_id).statement
    return list(statement.sheets.select_related("worker").order_by("worker__name", "worker_id"))


def spend_of_month(actor: Actor, service_id: int, month: date, now: datetime) -> list[Spend]:
    """What each employer's month comes to as the record stands, for those the actor may see.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_ROSTER, service_id)
    spend = []
    for employer in employers_seen(actor, service_id):
        sheets = sheets_of_month(actor, employer, month, now)
        if sheets:
            spend.append(Spend(employer, summed(line for sheet in sheets for line in sheet.lines)))
    return spend


def _shift_lines(day: UsedDay | None, rate: int | None) -> list[Line]:
    if day is None:
        return []
    lines = []
    last_left = max((part.left_at for part in day.parts if part.left_at), default=None)
    last_shift = max((pk for pk, _, ends in day.shifts if ends == max(e for _, _, e in day.shifts)), default=None)
    went_home = {pk: (ends, kind) for pk, _, ends, kind in day.away}
    worked = {pk for pk, _, _ in day.shifts}
    for pk, begins, until in day.shifts:
        left = last_left if pk == last_shift else None
        ends, kind = went_home.get(pk, (until, ""))
        lines.append(shift_line(pk, begins, ends, away=kind, worked_until=until, last_left=left, hourly_pence=rate))
    lines += [
        shift_line(pk, begins, ends, away=kind, last_left=None, hourly_pence=rate)
        for pk, begins, ends, kind in day.away
        if pk not in worked
    ]
    return lines


def _visit_lines(day: UsedDay | None, rate: int | None, now: datetime) -> list[Line]:
    if day is None:
        return []
    return [
        visit_line(f"visit-{visit}-{slot}", part, is_over=part.starts_at <= now, hourly_pence=rate)
        for (visit, slot), part in zip(day.rows, day.parts, strict=True)
    ]


def _lost(employer: Organisation, first: date, last: date) -> dict[int, list[LostVisit]]:
    lost: dict[int, list[LostVisit]] = defaultdict(list)
    rows = LostVisit.objects.filter(call__worker__organisation=employer, call__day__gte=first, call__day__lte=last)
    rows = list(rows.exclude(visit__state=VisitState.CANCELLED).select_related("call").order_by("starts_at", "id"))
    takers = {
        (visit_id, slot): f"{name or 'somebody'} of {short or whole}"
        for visit_id, slot, name, short, whole in Assignment.objects.filter(
            visit_id__in=[row.visit_id for row in rows]
        ).values_list(
            "visit_id", "slot", "worker__name", "worker__organisation__short_name", "worker__organisation__name"
        )
    }
    for row in rows:
        row.taken_by = takers.get((row.visit_id, row.slot), "")
        lost[row.call.worker_id].append(row)
    return lost


def _lost_line(one: LostVisit, rate: int | None) -> Line:
    key = f"lost-{one.visit_id}-{one.slot}"
    return lost_line(key, one.starts_at, one.minutes, taken_by=one.taken_by, hourly_pence=rate)


def _agreed(entries: list[StatementEntry]) -> dict[str, StatementEntry]:
    return {entry.side: entry for entry in entries if entry.kind == StatementEntryKind.AGREEMENT}


def _open_queries(entries: list[StatementEntry]) -> list[StatementEntry]:
    answered = {entry.answers_id for entry in entries if entry.kind == StatementEntryKind.ANSWER}
    return [entry for entry in entries if entry.kind == StatementEntryKind.QUERY and entry.pk not in answered]
