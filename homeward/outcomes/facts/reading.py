"""The facts as Ibis tables, and the engines that hold them.

What is asked, of which service, between which days and at what moment, is in an expression a table of one row, `asked`:
so it turns into the same SQL whatever is asked, and is turned into it once. The values themselves take its place as a
query is run, because an engine that knows them reads the days asked for and no others.
"""

import re
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


@dataclass(slots=True)
class Engine:
    """Something that holds the facts and runs SQL of its dialect, giving rows."""

    dialect: str
    rows: Callable[[str], list[tuple]]
    asked: Asked | None = None

    def ask(self, asked: Asked) -> None:
        """Set what all queries after this are about."""
        self.asked = asked

    def answer(self, sql: str) -> list[tuple]:
        """The rows of a query that `open_to_asking` left places in, about what was asked."""
        assert self.asked is not None
        moment = self.asked.now.astimezone(UTC).replace(tzinfo=None)
        said = {
            "service_id": f"CAST({int(self.asked.service_id)} AS BIGINT)",
            "first_day": f"DATE '{self.asked.first}'",
            "last_day": f"DATE '{self.asked.last}'",
            "moment": f"TIMESTAMP '{moment}'",
            "today": f"DATE '{london_day(self.asked.now)}'",
        }
        return self.rows(_PLACE.sub(lambda place: said[place[1]], sql))


_ASKED = re.compile(r"\(SELECT (\W?t\d+\W?)\.\W?(\w+)\W? FROM \W?asked\W? AS \1\)")
_PLACE = re.compile(r"<asked (\w+)>")


def open_to_asking(sql: str) -> str:
    """SQL of an expression with a place for each value of what is asked, instead of reading it from a table."""
    return _ASKED.sub(lambda found: f"<asked {found[2]}>", sql)


def embedded(copy: duckdb.DuckDBPyConnection) -> Engine:
    """The engine of a copy that is open."""
    return Engine("duckdb", lambda sql: copy.execute(sql).fetchall())


def seconds_between(earlier: ir.TimestampColumn, later: ir.TimestampColumn) -> ir.NumericColumn:
    """Seconds from one moment to another, below 0 where it is not later."""
    return later.epoch_seconds() - earlier.epoch_seconds()


def days_between(earlier: ir.DateColumn, later: ir.DateColumn) -> ir.NumericColumn:
    """Days of the calendar from one day to another."""
    return seconds_between(earlier.cast("timestamp"), later.cast("timestamp")) / 86400
