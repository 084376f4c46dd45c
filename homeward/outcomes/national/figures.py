"""One published figure, and reading a file part by part so that a changed format says where it changed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from math import isinf, isnan
from typing import Any

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Unit(StrEnum):
    """What a value is counted in. A share is from 0 to 1, whatever the file prints."""

    COUNT = "count"
    SHARE = "share"
    DAYS = "days"
    A_DAY = "mean a day"


@dataclass(frozen=True, slots=True)
class Figure:
    """One published figure: of which measure (design code, "" where none of ours answers to it), where and when.

    `value` is None where nothing was published. `numerator` and `denominator` are None where the file gives none: they
    are never worked back from a share. `sheet` is the part of the file it stands in.
    """

    measure: str
    says: str
    place_code: str
    place: str
    first: date
    last: date
    numerator: float | None
    denominator: float | None
    value: float | None
    unit: Unit
    file: str
    sheet: str


class FormatChangedError(Exception):
    """A file is not laid out as its loader knows it: which file, sheet, row and column, and what was expected."""


class UnknownFileError(Exception):
    """No loader knows the file."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file: what it holds, and where it is."""

    file: str
    sheet: str
    number: int  # from 1
    holds: Mapping[str, Any] = field(repr=False)

    def wrong(self, column: str, expected: str) -> FormatChangedError:
        """The error to raise where a column does not hold what is expected."""
        found = repr(self.holds[column])[:60] if column in self.holds else "no such column"
        return FormatChangedError(
            f"{self.file}, sheet {self.sheet or '(whole file)'}, row {self.number}, column {column}: "
            f"expected {expected}, found {found}. The format of the publication changed: its loader must be brought "
            "up to it."
        )

    def text(self, column: str) -> str:
        """Words, which may not be missing."""
        value = self.holds.get(column)
        if not isinstance(value, str):
            raise self.wrong(column, "words")
        return value.strip()

    def number_of(self, column: str) -> float | None:
        """A number; None where nothing was published. The column itself must be there."""
        if column not in self.holds:
            raise self.wrong(column, "a number")
        value = self.holds[column]
        if value is None or value == "":
            return None
        if isinstance(value, str):
            try:
                value = float(value)
            except ValueError:
                raise self.wrong(column, "a number") from None
        if isinstance(value, bool) or not isinstance(value, int | float) or isinf(value):
            raise self.wrong(column, "a number")
        return None if isnan(value) else float(value)  # a mean of nothing is written NaN

    def share(self, column: str) -> float | None:
        """A percentage from 0 to 100 as a share from 0 to 1."""
        percent = self.number_of(column)
        if percent is not None and not 0 <= percent <= 100:
            raise self.wrong(column, "a percentage from 0 to 100")
        return None if percent is None else percent / 100

    def month(self, column: str) -> tuple[date, date]:
        """The first and last day of a month written Apr-24, Apr 2024 or 2024-04."""
        words = self.text(column)
        name, _, year = words.replace("-", " ").partition(" ")
        if name.isdigit() and len(name) == 4:
            name, year = MONTHS[int(year) - 1] if year.isdigit() and 1 <= int(year) <= 12 else "", name
        if name not in MONTHS or not year.isdigit() or len(year) not in (2, 4):
            raise self.wrong(column, "a month such as Apr 2024")
        return month_of(int(year) + (2000 if len(year) == 2 else 0), MONTHS.index(name) + 1)

    def part(self, column: str) -> "Row":
        """What a column holds, where that is a table of one row."""
        value = self.holds.get(column)
        if not isinstance(value, Mapping):
            raise self.wrong(column, "named values")
        return Row(self.file, f"{self.sheet}/{column}".lstrip("/"), self.number, value)

    def rows(self, column: str) -> Iterator["Row"]:
        """What a column holds, where that is a table of rows."""
        value = self.holds.get(column)
        if not isinstance(value, list):
            raise self.wrong(column, "rows")
        sheet = f"{self.sheet}/{column}".lstrip("/")
        for number, holds in enumerate(value, 1):
            if not isinstance(holds, Mapping):
                raise Row(self.file, sheet, number, {column: holds}).wrong(column, "a row of named values")
            yield Row(self.file, sheet, number, holds)

    def figure(
        self, measure: str, says: str, place: "Row", when: tuple[date, date], value: float | None, unit: Unit,
        numerator: float | None = None, denominator: float | None = None,
    ) -> Figure:  # fmt: skip
        """A figure that stands in this row, of a place whose row is given."""
        return Figure(
            measure=measure,
            says=says,
            place_code=place.text("code"),
            place=place.text("name"),
            first=when[0],
            last=when[1],
            numerator=numerator,
            denominator=denominator,
            value=value,
            unit=unit,
            file=self.file,
            sheet=self.sheet,
        )


def month_of(year: int, month: int) -> tuple[date, date]:
    """The first and last day of a month."""
    after = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, 1), after - timedelta(days=1)


def financial_year(row: Row, column: str) -> tuple[date, date]:
    """The first and last day of a financial year written 2024-25.

    Raises: FormatChangedError when it is written otherwise.
    """
    words = row.text(column)
    start, _, end = words.partition("-")
    if not (start.isdigit() and len(start) == 4 and end == f"{(int(start) + 1) % 100:02d}"):
        raise row.wrong(column, "a financial year such as 2024-25")
    return date(int(start), 4, 1), date(int(start) + 1, 3, 31)


def places(whole: Row, *columns: str) -> Iterator[Row]:
    """The rows of England and of the places below it, as `columns` list them."""
    yield whole.part("england")
    for column in columns:
        yield from whole.rows(column)


def day_of(row: Row, column: str) -> date:
    """A day written 2024-04-01.

    Raises: FormatChangedError when it is written otherwise.
    """
    try:
        return date.fromisoformat(row.text(column))
    except ValueError:
        raise row.wrong(column, "a day such as 2024-04-01") from None
