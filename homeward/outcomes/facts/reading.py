"""The facts as Ibis tables, and the engines that hold them.

What is asked, of which service, between which days and at what moment, is itself a table of one row, `asked`: so an
expression turns into the same SQL whatever is asked, and is turned into it once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

import duckdb
import ibis
from ibis.expr import types as ir

from homeward.kernel.rules import london_day

IBIS_TYPES = {
    "integer": "int64",
    "text": "string",
    "number": "float64",
    "boolean": "boolean",
    "day": "date",
    "moment": "timestamp",
}
ASKED = {"service_id": "integer", "first_day": "day", "last_day": "day", "moment": "moment", "today": "day"}


@dataclass(frozen=True)
class Facts:
    """Tables of the facts by name, `facts["referrals"]`, of no engine in particular."""

    columns: dict[str, dict[str, str]]

    def __getitem__(self, name: str) -> ir.Table:
        return ibis.table({column: IBIS_TYPES[kind] for column, kind in self.columns[name].items()}, name=name)

    def asked(self, what: str) -> ir.Scalar:
        """A column of what is asked."""
        table = ibis.table({column: IBIS_TYPES[kind] for column, kind in ASKED.items()}, name="asked")
        return table[what].as_scalar()

    @property
    def moment(self) -> ir.TimestampScalar:
        """The moment at which it is asked, in UTC, as the facts' moments are."""
        return self.asked("moment")

    @property
    def today(self) -> ir.DateScalar:
        """The day in London on which it is asked."""
        return self.asked("today")


@dataclass(frozen=True, slots=True)
class Asked:
    """Of which service, from which day to which, both counted, and at what moment (aware)."""

    service_id: int
    first: date
    last: date
    now: datetime


@dataclass(frozen=True, slots=True)
class Engine:
    """Something that holds the facts and runs SQL of its dialect, giving rows; without, what gives none."""

    dialect: str
    rows: Callable[[str], list[tuple]]
    run: Callable[[str], object]

    def ask(self, asked: Asked) -> None:
        """Set what all queries after this are about."""
        moment = asked.now.astimezone(UTC).replace(tzinfo=None)
        self.run("DROP TABLE IF EXISTS asked")
        self.run(
            f"CREATE TEMPORARY TABLE asked AS SELECT CAST({int(asked.service_id)} AS BIGINT) AS service_id,"  # nosec B608
            f" DATE '{asked.first}' AS first_day, DATE '{asked.last}' AS last_day,"
            f" TIMESTAMP '{moment}' AS moment, DATE '{london_day(asked.now)}' AS today"
        )


def embedded(copy: duckdb.DuckDBPyConnection) -> Engine:
    """The engine of a copy that is open."""
    return Engine("duckdb", lambda sql: copy.execute(sql).fetchall(), copy.execute)


def seconds_between(earlier: ir.TimestampColumn, later: ir.TimestampColumn) -> ir.NumericColumn:
    """Seconds from one moment to another, below 0 where it is not later."""
    return later.epoch_seconds() - earlier.epoch_seconds()


def days_between(earlier: ir.DateColumn, later: ir.DateColumn) -> ir.NumericColumn:
    """Days of the calendar from one day to another."""
    return seconds_between(earlier.cast("timestamp"), later.cast("timestamp")) / 86400
