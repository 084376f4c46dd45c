"""What is wrong with a month's rows, and what in them is not settled, before anybody sends them."""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date

from homeward.kernel.rules import is_valid_nhs_number
from homeward.outcomes.returns.codes import NOT_SET
from homeward.outcomes.returns.tables import MOST, Column, Kind, Table

TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d")
CONCEPT = re.compile(r"[1-9]\d{5,17}")
# What each place of a number under a check digit of Verhoeff does to a digit, once more for each place
TURN = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


# Of every table by its code: rows as {column: text}
Rows = dict[str, list[dict[str, str]]]


@dataclass(frozen=True, slots=True)
class Problem:
    """One row that would be refused or read wrongly. `key` are the row's identifiers, never a name."""

    table: str
    key: str
    column: str
    text: str


@dataclass(frozen=True, slots=True)
class NotSettled:
    """A code the files say NOT SET for, and in how many rows."""

    table: str
    column: str
    rows: int


def problems_in(tables: tuple[Table, ...], rows: Rows) -> list[Problem]:
    """Everything wrong, table by table in the order of the data set; none when the files can go."""
    keys = {table.code: Counter(_key(table, row) for row in rows[table.code]) for table in tables}
    single = {code: set(found) for code, found in keys.items()}
    found: list[Problem] = []
    for table in tables:
        for row in rows[table.code]:
            found += [Problem(table.code, _key(table, row), *fault) for fault in _faults(table, row, single)]
        found += [
            Problem(table.code, key, table.key[0], f"{times} rows have this key; there may be one.")
            for key, times in keys[table.code].items()
            if times > 1
        ]
    return found


def not_settled_in(tables: tuple[Table, ...], rows: Rows) -> list[NotSettled]:
    """Each column in which a code is still NOT SET, by table."""
    return [
        NotSettled(table.code, column.name, count)
        for table in tables
        for column in table.columns
        if (count := sum(row[column.name] == NOT_SET for row in rows[table.code]))
    ]


def _key(table: Table, row: dict[str, str]) -> str:
    return ", ".join(row[name] for name in table.key)


def _faults(table: Table, row: dict[str, str], keys: dict[str, set[str]]):
    for column in table.columns:
        value = row[column.name]
        if not value:
            if column.is_required:
                yield column.name, "Nothing is recorded, and this is required."
        elif value != NOT_SET:
            yield from ((column.name, text) for text in _wrong(column, value))
    for name, other in table.refers:
        if row[name] and row[name] not in keys[other]:
            yield name, f"{row[name]} is not in {other}."
    for earlier, later in table.in_order:
        if row[later] and row[later] < row[earlier]:
            yield later, f"{row[later]} is before {earlier}, {row[earlier]}."


def _wrong(column: Column, value: str):
    if column.longest is not None and len(value) > column.longest:
        yield f"{len(value)} characters; at most {column.longest} are allowed."
    if column.codes is not None and value not in column.codes:
        yield f"{value} is not a national code: {', '.join(sorted(column.codes))}."
    if column.name == "NHS NUMBER" and not is_valid_nhs_number(value):
        yield "This is not a valid NHS number: its check digit does not fit."
    if column.kind is Kind.DAY and not _is_day(value):
        yield f"{value} is not a day such as 2026-10-31."
    if column.kind is Kind.TIME and not TIME.fullmatch(value):
        yield f"{value} is not a time such as 14:05:00."
    if column.kind is Kind.NUMBER and not (value.isdigit() and int(value) <= MOST):
        yield f"{value} is not a whole number from 0 to {MOST}."
    if column.kind is Kind.CONCEPT and not is_concept(value):
        yield f"{value} is not a SNOMED CT identifier: 6 to 18 digits whose last is a check digit that fits."


def is_concept(value: str) -> bool:
    """Whether this can be an identifier of SNOMED CT: its last digit is the check digit of Verhoeff."""
    if not CONCEPT.fullmatch(value):
        return False
    checked = 0
    for place, digit in enumerate(reversed(value)):
        turned = int(digit)
        for _ in range(place % 8):
            turned = TURN[turned]
        checked = _times(checked, turned)
    return checked == 0


def _times(left: int, right: int) -> int:
    """The product of two elements of the symmetries of a pentagon: 0 to 4 turn it, 5 to 9 turn it over."""
    turned = (left + right if left < 5 else left - right) % 5
    return turned + (5 if (left < 5) != (right < 5) else 0)


def _is_day(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True
