"""Reading any of the national files: which one it is, and its figures."""

import csv
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from homeward.outcomes.national import (
    acute_discharge,
    community_beds,
    community_services,
    daily_criteria,
    ready_date,
    urgent_response,
    virtual_wards,
    waits,
)
from homeward.outcomes.national.figures import Figure, FormatChangedError, Row, UnknownFileError

PUBLICATIONS = (acute_discharge, community_beds, community_services, ready_date, urgent_response, waits)
TABLES = (daily_criteria, virtual_wards)


def read(path: Path) -> list[Figure]:
    """Every figure of a national file, in its order.

    Raises: UnknownFileError when no loader knows it, FormatChangedError where it is not laid out as its loader knows.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UnknownFileError(
            f"{path.name} cannot be read as text: {error}. Give one of the published files."
        ) from error
    if path.suffix.lower() == ".csv":
        return list(_of_table(path.name, text))
    try:
        holds = json.loads(text)
    except json.JSONDecodeError as error:
        raise UnknownFileError(
            f"{path.name} is neither CSV nor JSON ({error}). Give one of the published files."
        ) from error
    if not isinstance(holds, dict):
        raise _unknown(path.name, "it has no named parts")
    publication = str(holds.get("publication", ""))
    for one in PUBLICATIONS:
        if publication.startswith(one.PUBLICATION):
            return list(one.figures(Row(path.name, "", 1, holds)))
    raise _unknown(path.name, f"its publication is {publication[:80]!r}")


def _of_table(name: str, text: str) -> Iterator[Figure]:
    lines = csv.reader(text.splitlines())
    heads = next(lines, [])
    closest = max(TABLES, key=lambda one: len(set(one.COLUMNS) & set(heads)))
    missing = [column for column in closest.COLUMNS if column not in heads]
    if len(missing) == len(closest.COLUMNS):
        raise _unknown(name, f"its columns are {', '.join(heads)[:80]!r}")
    if missing:
        raise FormatChangedError(
            f"{name}, sheet (whole file), row 1, column {missing[0]}: expected a column of this name, found "
            f"{', '.join(heads)}. The format of the publication changed: its loader must be brought up to it."
        )
    return closest.figures(_rows(name, heads, lines))


def _rows(name: str, heads: Sequence[str], lines: Iterator[list[str]]) -> Iterator[Row]:
    for number, line in enumerate(lines, 2):
        if len(line) != len(heads):
            raise FormatChangedError(
                f"{name}, sheet (whole file), row {number}, column {heads[min(len(line), len(heads) - 1)]}: expected "
                f"{len(heads)} values, found {len(line)}. The file is cut off or its format changed."
            )
        yield Row(name, "", number, dict(zip(heads, line)))


def _unknown(name: str, why: str) -> UnknownFileError:
    known = ", ".join(sorted(one.PUBLICATION for one in PUBLICATIONS))
    tables = " and ".join(one.__name__.rpartition(".")[2].replace("_", " ") for one in TABLES)
    return UnknownFileError(f"No loader knows {name}: {why}. Known are {known}; and the tables of {tables}.")
