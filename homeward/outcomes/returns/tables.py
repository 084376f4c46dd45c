"""What a table of a return is: its columns, what tells its rows apart and what each must agree with."""

from dataclasses import dataclass
from enum import StrEnum

MOST = 9999  # the most that a number may be (CSDS: four digits of minutes)


class Kind(StrEnum):
    TEXT = "text"
    DAY = "day"  # 2026-10-31
    TIME = "time"  # 14:05:00
    NUMBER = "number"
    CONCEPT = "concept"  # an identifier of SNOMED CT


@dataclass(frozen=True, slots=True)
class Column:
    """One column: whether every row needs it, how long it may be, which codes are allowed where they are known."""

    name: str
    kind: Kind = Kind.TEXT
    is_required: bool = False
    longest: int | None = None
    codes: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """One table: `key` tells its rows apart, `refers` which other table's key a column names
    (column, table), `in_order` which day comes before which (earlier column, later column)."""

    code: str
    title: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    refers: tuple[tuple[str, str], ...] = ()
    in_order: tuple[tuple[str, str], ...] = ()

    @property
    def file_name(self) -> str:
        return f"{self.code}{self.title}.csv"

    def whole(self, rows: list[dict[str, str]]) -> list[dict[str, str]]:
        """Rows with every column of the table; empty text where they say nothing of one.

        Raises: KeyError for a column that the table does not have.
        """
        empty = {column.name: "" for column in self.columns}
        for row in rows:
            if unknown := row.keys() - empty.keys():
                raise KeyError(f"{self.code} has no column {', '.join(sorted(unknown))}")
        return [empty | row for row in rows]
