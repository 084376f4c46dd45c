"""Drawing up an employer's month, asking about it, and agreeing on it."""

from dataclasses import asdict
from datetime import date, datetime

from django.db import transaction

from homeward.access.rules import Actor, NotAllowedError, Permission, require
from homeward.audit.services import record
from homeward.kernel.rules import RefusedError, london_day
from homeward.kernel.services import tell
from homeward.teams.models import Organisation
from homeward.visits.models import Statement, StatementEntry, StatementSheet
from homeward.visits.rules.statements import hash_of, month_of, summed
from homeward.visits.selectors.statements import sheets_of_month, side_of
from homeward.visits.states import Side, StatementEntryKind

WORDS_AT_MOST = 2000


class StatementIsAgreedError(RefusedError):
    """Both sides agreed: a statement stays as it is."""


class NothingChangedError(RefusedError):
    """The record says what the newest version says."""


@transaction.atomic
def draw_up_statement(*, actor: Actor, employer: Organisation, month: date, now: datetime) -> Statement:
    """Draw up the next version of an employer's month from the record as it stands; older versions stay.

    Raises: NotAllowedError; RefusedError for a month that has not begun or in which nothing is; StatementIsAgreedError;
    NothingChangedError when the newest version says the same.
    """
    _side(actor, employer)
    first, _ = month_of(month)
    if first > london_day(now):
        raise RefusedError("This month has not begun. Choose an earlier one.")
    Organisation.objects.select_for_update(no_key=True).get(pk=employer.pk)
    newest = Statement.objects.filter(employer=employer, month=first).order_by("-version").first()
    if newest and _agreements(newest) == set(Side):
        raise StatementIsAgreedError(f"Both sides agreed to version {newest.version}. It stays as it is.")
    sheets = sheets_of_month(actor, employer, first, now)
    if not sheets:
        raise RefusedError("Nobody of this employer had a shift or a visit that month.")
    found = hash_of((sheet.worker.pk, sheet.lines) for sheet in sheets)
    if newest and newest.lines_hash == found:
        raise NothingChangedError(f"Nothing has changed since version {newest.version}.")
    sums = summed(line for sheet in sheets for line in sheet.lines)
    statement = Statement.objects.create(
        service_id=employer.service_id,
        employer=employer,
        month=first,
        version=newest.version + 1 if newest else 1,
        drawn_up_at=now,
        drawn_up_by=actor.name,
        lines_hash=found,
        **asdict(sums),
    )
    StatementSheet.objects.bulk_create(
        [
            StatementSheet(
                statement=statement,
                worker=sheet.worker,
                pay_basis=sheet.contract.pay_basis if sheet.contract else "",
                hourly_pence=sheet.contract.hourly_pence if sheet.contract else None,
                lines=[asdict(line) for line in sheet.lines],
                **asdict(sheet.sums),
            )
            for sheet in sheets
        ],
        batch_size=100,
    )
    _done(actor, "draw up statement", statement, now)
    return statement


@transaction.atomic
def query_statement(
    *, actor: Actor, statement: Statement, text: str, now: datetime, worker_id: int | None = None, line: str = ""
) -> StatementEntry:
    """Ask about a statement, a worker's part of it or one line; it cannot be agreed before that is answered.

    Raises: NotAllowedError; StatementIsAgreedError; RefusedError without words, or about what is not in it.
    """
    side = _side(actor, statement.employer)
    statement = _open(statement)
    if worker_id is not None:
        sheet = statement.sheets.filter(worker_id=worker_id).first()
        if sheet is None or (line and line not in {one["key"] for one in sheet.lines}):
            raise RefusedError("There is no such line in this statement.")
    elif line:
        raise RefusedError("Say whose line it is.")
    entry = _say(actor, statement, StatementEntryKind.QUERY, side, _words(text), now, worker_id=worker_id, line=line)
    _done(actor, "query statement", statement, now)
    return entry


@transaction.atomic
def answer_query(*, actor: Actor, query: StatementEntry, text: str, now: datetime) -> StatementEntry:
    """Answer a query, of either side.

    Raises: NotAllowedError; StatementIsAgreedError; RefusedError without words, or where it was answered.
    """
    side = _side(actor, query.statement.employer)
    statement = _open(query.statement)
    if query.kind != StatementEntryKind.QUERY or query.answered_by.exists():
        raise RefusedError("This was answered before. Ask again if something is still open.")
    entry = _say(actor, statement, StatementEntryKind.ANSWER, side, _words(text), now, answers=query)
    _done(actor, "answer query of statement", statement, now)
    return entry


@transaction.atomic
def agree_statement(*, actor: Actor, statement: Statement, now: datetime) -> StatementEntry:
    """Agree to a version for one's own side. Once both sides have, it stays as it is.

    Raises: NotAllowedError; StatementIsAgreedError; RefusedError before the month is over, to an older version, with a
    query open, for a side that agreed before, or by somebody who agreed for the other side.
    """
    side = _side(actor, statement.employer)
    statement = _open(statement)
    if month_of(statement.month)[1] >= london_day(now):
        raise RefusedError("The month is not over. Agree once it is.")
    if Statement.objects.filter(
        employer_id=statement.employer_id, month=statement.month, version__gt=statement.version
    ).exists():
        raise RefusedError("A newer version was drawn up. Look at it, then agree to that one.")
    asked = statement.entries.filter(kind=StatementEntryKind.QUERY).exclude(
        pk__in=statement.entries.filter(kind=StatementEntryKind.ANSWER).values("answers_id")
    )
    if asked.exists():
        raise RefusedError("A query is open. Answer it first.")
    if side in _agreements(statement):
        raise RefusedError("Your side has agreed already.")
    if (
        actor.account_id
        and statement.entries.filter(kind=StatementEntryKind.AGREEMENT, account_id_of_writer=actor.account_id).exists()
    ):
        raise RefusedError("You agreed for the other side. Somebody else must agree for this one.")
    entry = _say(actor, statement, StatementEntryKind.AGREEMENT, side, "", now)
    _done(actor, "agree statement", statement, now)
    return entry


def _side(actor: Actor, employer: Organisation) -> Side:
    require(actor, Permission.SEE_ROSTER, employer.service_id)
    side = side_of(actor, employer)
    if side is None:
        raise NotAllowedError("This statement is between its employer and who manages the roster for the service.")
    return side


def _open(statement: Statement) -> Statement:
    """The statement, held so that two people do not agree and ask at once.

    Raises: StatementIsAgreedError.
    """
    Organisation.objects.select_for_update(no_key=True).get(pk=statement.employer_id)
    if _agreements(statement) == set(Side):
        raise StatementIsAgreedError("Both sides agreed to this statement. It stays as it is.")
    return statement


def _agreements(statement: Statement) -> set[str]:
    return set(statement.entries.filter(kind=StatementEntryKind.AGREEMENT).values_list("side", flat=True))


def _words(text: str) -> str:
    if not text.strip():
        raise RefusedError("Write what it is about.")
    if len(text) > WORDS_AT_MOST:
        raise RefusedError(f"Use at most {WORDS_AT_MOST} letters.")
    return text.strip()


def _say(actor: Actor, statement: Statement, kind: str, side: str, text: str, now: datetime, **more) -> StatementEntry:
    return StatementEntry.objects.create(
        statement=statement,
        kind=kind,
        side=side,
        text=text,
        written_at=now,
        written_by=actor.name,
        account_id_of_writer=actor.account_id,
        **more,
    )


def _done(actor: Actor, action: str, statement: Statement, now: datetime) -> None:
    record(actor=actor, action=action, subject=("statement", statement.pk), now=now, service_id=statement.service_id)
    tell(topic="statements", service_id=statement.service_id, subject=("statement", statement.pk), now=now)
