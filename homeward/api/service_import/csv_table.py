"""One CSV file as rows of named values, and what is wrong with its shape."""

import codecs
import csv
import io
from dataclasses import dataclass
from pathlib import Path

from homeward.api.service_import.faults import Fault

LARGEST_BYTES = 100 * 1024 * 1024  # a year of a large service is under 10 MB: more is the wrong file


@dataclass(frozen=True, slots=True)
class Grid:
    """A CSV file as it stands: the header's values and every row that is not blank, with its number."""

    file: str
    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One row, its values by column name, trimmed."""

    number: int
    values: dict[str, str]


def read_grid(path: Path, faults: list[Fault]) -> Grid | None:
    """The rows of a CSV file, or None, with the reason added to `faults`, when it cannot be read at all."""
    text = _text(path, faults)
    if text is None:
        return None
    rows: list[tuple[int, tuple[str, ...]]] = []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    before = 0
    try:
        for values in reader:
            number, before = before + 1, reader.line_num
            if any(value.strip() for value in values):
                rows.append((number, tuple(value.strip() for value in values)))
    except csv.Error as error:
        _stop(faults, path, f"this is not CSV ({error}). Save it as CSV again.", before + 1)
        return None
    if not rows:
        _stop(faults, path, "the file is empty. Save it again with its header and rows.")
        return None
    return Grid(path.name, rows[0][1], tuple(rows[1:]))


def named_rows(grid: Grid, wanted: tuple[str, ...], faults: list[Fault]) -> list[Row]:
    """The rows of a grid by column name, for the columns `wanted`; what is missing or too much becomes a fault."""
    missing = [name for name in wanted if name not in grid.header]
    if missing:
        hint = ""
        if len(grid.header) == 1 and any(mark in grid.header[0] for mark in ";\t|"):
            hint = " The values look separated by something other than commas: save it with commas."
        for name in missing:
            text = f"the column is missing. The file needs the columns {', '.join(wanted)}.{hint}"
            faults.append(Fault(grid.file, 1, name, text, stops_all=True))
        return []
    for name in sorted({name for name in grid.header if grid.header.count(name) > 1}):
        text = "two columns have this name. Keep one."
        faults.append(Fault(grid.file, 1, name or "unnamed column", text, stops_all=name in wanted))
    faults.extend(
        Fault(grid.file, 1, name or "unnamed column", "this column is not known. Take it out.")
        for name in dict.fromkeys(grid.header)
        if name not in wanted
    )
    if not grid.rows:
        text = "there is a header and nothing under it. Save it again with its rows."
        faults.append(Fault(grid.file, None, "", text, stops_all=True))
    where = {name: grid.header.index(name) for name in wanted}
    rows = []
    for number, values in grid.rows:
        if len(values) != len(grid.header):
            text = (
                f"{len(values)} values where the header has {len(grid.header)}. Look for a comma too many or too few."
            )
            faults.append(Fault(grid.file, number, "", text))
            continue
        rows.append(Row(number, {name: values[place] for name, place in where.items()}))
    return rows


def _text(path: Path, faults: list[Fault]) -> str | None:
    try:
        if path.stat().st_size > LARGEST_BYTES:
            _stop(faults, path, f"the file is over {LARGEST_BYTES // 1024**2} MB. Check that it is the right one.")
            return None
        content = path.read_bytes()
    except FileNotFoundError:
        _stop(faults, path, "there is no such file in the folder. Put it there, with exactly this name.")
        return None
    except OSError as error:
        _stop(faults, path, f"the file cannot be read ({error.strerror}). Check who may open it.")
        return None
    if not content.strip():
        _stop(faults, path, "the file is empty. Save it again with its header and rows.")
        return None
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in content:
        _stop(faults, path, "this is not UTF-8 text. Save it as CSV UTF-8.")
        return None
    try:
        # Spreadsheets put a byte order mark in front of UTF-8; it is not part of the first column's name.
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        _stop(faults, path, "there is a character that is not UTF-8. Save it as CSV UTF-8.", row)
        return None


def _stop(faults: list[Fault], path: Path, text: str, row: int | None = None) -> None:
    faults.append(Fault(path.name, row, "", text, stops_all=True))
