"""Reading a Client Level Data file as councils and NHS England send it, and saying what cannot be read."""

import codecs
import csv
import gzip
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from pathlib import Path

from homeward.outcomes.ascof.records import CareRecord


class UnreadableFileError(Exception):
    """The file cannot be read at all: what is wrong and what to do."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A line that could not be read, and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class CareFile:
    """What a file holds. columns: our name of a field to the heading in the file. encoding: as read, "" for Parquet."""

    records: list[CareRecord]
    faults: list[Fault]
    columns: dict[str, str]
    encoding: str


# Field to the headings that mean it, the first found wins; compared without case, blanks and signs. Sources: NHS
# England's SQL (LA_CODE, Der_…), the headings of the Client Level Data specification (LA Code, NHS Number, …).
HEADINGS: dict[str, tuple[str, ...]] = {
    "council": ("LA_CODE", "Local Authority Code"),
    "nhs_number": (
        "Der_NHS_Number_Traced_Pseudo",
        "Der_NHS_Number_Pseudo",
        "NHS_Number_Traced_Pseudo",
        "NHS_Number_Pseudo",
        "NHS Number",
    ),
    "council_person": (
        "Der_LA_Person_Unique_Identifier_Pseudo",
        "LA_Person_Unique_Identifier_Pseudo",
        "LA Person Unique Identifier",
        "LA Person Unique ID",
        "LA Person ID",
    ),
    "record_id": ("Der_Unique_Record_ID", "Unique Record ID"),
    "client_type": ("Client_Type",),
    "event_type": ("Event_Type",),
    "starts_on": ("Event_Start_Date",),
    "ends_on": ("Event_End_Date",),
    "outcome": ("Event_Outcome",),
    "route": ("Request_Route_of_Access", "Route_of_Access"),
    "service_type": ("Service_Type",),
    "service_component": ("Service_Component",),
    "delivery_mechanism": ("Delivery_Mechanism",),
    "died_on": ("Date_of_Death",),
    "birth_month": ("Der_Birth_Month", "Birth_Month"),
    "birth_year": ("Der_Birth_Year", "Birth_Year"),
    "imported_at": ("ImportDate", "Import_Date_Time"),
}
# Fields that only some measures need, and are not read for others: a fault in one of them is no fault there.
SUBMISSION_HEADINGS: dict[str, tuple[str, ...]] = {
    "council_name": ("LA_Name", "Local Authority Name"),
    "reported_from": ("Reporting_Period_Start_Date",),
    "reported_to": ("Reporting_Period_End_Date",),
}
HOME_HEADINGS: dict[str, tuple[str, ...]] = {
    **SUBMISSION_HEADINGS,
    "gender": ("Gender",),
    "accommodation": ("Accommodation_Status",),
}
NOT_NEEDED = {"record_id", "council_name"}
BIRTH_DATE = ("Date of Birth", "Birth_Date", "Der_Date_of_Birth")
DAYS = ("starts_on", "ends_on", "died_on", "reported_from", "reported_to")
NUMBERS = ("birth_month", "birth_year")
ENCODINGS = ("utf-8-sig", "cp1252", "latin-1")  # tried in this order; the last reads anything
DELIMITERS = ",;\t|"
NULL_TEXT = "NULL"  # what SQL Server Management Studio writes into a CSV file for a missing value


def read_file(
    path: Path, *, imported_on: datetime | None = None, also: Mapping[str, tuple[str, ...]] | None = None
) -> CareFile:
    """Read a Client Level Data file: CSV (also .gz), Parquet (.parquet) or JSON lines (.jsonl, .ndjson).

    imported_on: when the file was submitted, for a file without ImportDate. also: what is read besides `HEADINGS`.

    Raises:
        UnreadableFileError: it is not there, is of no such kind, is empty, or a column is missing (which, and what was
            found).
    """
    name = path.name.lower().removesuffix(".gz")
    try:
        if name.endswith(".parquet"):
            headings, rows = _parquet(path)
            encoding = ""
        else:
            text, encoding = _decoded(path)
            headings, rows = _json_lines(text) if name.endswith((".jsonl", ".ndjson")) else _csv(text)
    except (OSError, EOFError, csv.Error) as error:
        raise UnreadableFileError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from error
    columns = _columns_of(headings, {**HEADINGS, **(also or {})}, imported_on)
    reader = _LineReader(headings, columns, imported_on)
    records, faults = [], []
    for line, cells in rows:
        try:
            records.append(reader.record(line, cells))
        except ValueError as error:
            faults.append(Fault(line, str(error)))
    return CareFile(records, faults, {field: headings[place] for field, place in columns.items()}, encoding)


def records_of(rows: Iterable[Mapping[str, str]], imported_on: datetime) -> list[CareRecord]:
    """Rows that are at hand, by their headings, as the same rows read from a file.

    Raises:
        ValueError: a row cannot be read.
    """
    rows = list(rows)
    if not rows:
        return []
    headings = list(rows[0])
    reader = _LineReader(headings, _columns_of(headings, HEADINGS, imported_on), imported_on)
    return [reader.record(line, [row[name] for name in headings]) for line, row in enumerate(rows, start=2)]


def read_populations(path: Path, heading: str) -> dict[str, int]:
    """Council code to people, from a CSV file with the columns LA_CODE and `heading`.

    Raises:
        UnreadableFileError: it is not there, a column is missing, or a number cannot be read (which line).
    """
    try:
        headings, rows = _csv(_decoded(path)[0])
    except (OSError, EOFError, csv.Error) as error:
        raise UnreadableFileError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from error
    places = {_plain(name): place for place, name in enumerate(headings)}
    if not {"lacode", _plain(heading)} <= places.keys():
        raise UnreadableFileError(f"{path} needs the columns LA_CODE and {heading}. Found: {', '.join(headings)}.")
    populations = {}
    for line, cells in rows:
        try:
            code, number = _text(cells[places["lacode"]]), _whole_number(cells[places[_plain(heading)]])
        except (ValueError, IndexError) as error:
            raise UnreadableFileError(f"{path}, line {line}: {error}") from error
        if code and number:
            populations[code] = number
    return populations


def _decoded(path: Path) -> tuple[str, str]:
    raw = path.read_bytes()
    if path.name.lower().endswith(".gz"):
        raw = gzip.decompress(raw)
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates: tuple[str, ...] = ("utf-16",)
    elif b"\x00" in raw[:400]:
        raise UnreadableFileError(f"{path} is not text. Save it as CSV UTF-8 and try again.")
    else:
        candidates = ENCODINGS
    for encoding in candidates:
        try:
            return raw.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise UnreadableFileError(f"{path} is not text in an encoding known here. Save it as CSV UTF-8 and try again.")


def _csv(text: str) -> tuple[list[str], Iterator[tuple[int, list]]]:
    first = text.lstrip("\r\n").partition("\n")[0]
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    headings: list[str] = []
    for cells in reader:
        if any(cell.strip() for cell in cells):
            headings = cells
            break
    if not headings:
        raise UnreadableFileError("The file is empty. Give a Client Level Data file with a line of headings.")

    def rows() -> Iterator[tuple[int, list]]:
        begins = reader.line_num + 1  # a cell may hold line breaks: a record is named by its first line
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield begins, cells
            begins = reader.line_num + 1

    return headings, rows()


def _json_lines(text: str) -> tuple[list[str], Iterable[tuple[int, list]]]:
    objects = []
    for line, written in enumerate(text.splitlines(), start=1):
        if not written.strip():
            continue
        try:
            found = json.loads(written)
        except json.JSONDecodeError as error:
            raise UnreadableFileError(f"Line {line} is not JSON: {error}. Give one object a line.") from error
        if not isinstance(found, dict):
            raise UnreadableFileError(f"Line {line} is not a JSON object. Give one object a line.")
        objects.append((line, found))
    headings = list(dict.fromkeys(name for _, found in objects for name in found))
    if not headings:
        raise UnreadableFileError("The file is empty. Give a Client Level Data file with one object a line.")
    return headings, [(line, [found.get(name) for name in headings]) for line, found in objects]


def _parquet(path: Path) -> tuple[list[str], Iterable[tuple[int, list]]]:
    import duckdb  # takes half a second to load, and reads the one format that needs it

    try:
        found = duckdb.connect().execute("SELECT * FROM read_parquet(?)", [str(path)])
        headings = [column[0] for column in found.description or ()]
        return headings, [(number, list(cells)) for number, cells in enumerate(found.fetchall(), start=1)]
    except duckdb.Error as error:
        raise UnreadableFileError(
            f"{path} is not a Parquet file that can be read: {str(error).splitlines()[0]}"
        ) from error


def _plain(heading: str) -> str:
    return re.sub(r"[^a-z0-9]", "", heading.lower())


def _columns_of(
    headings: list[str], wanted: dict[str, tuple[str, ...]], imported_on: datetime | None
) -> dict[str, int]:
    """Each field of `wanted` to its place among `headings`.

    Raises:
        UnreadableFileError: a needed column is missing, or two have one name.
    """
    places: dict[str, int] = {}
    for place, heading in enumerate(headings):
        plain = _plain(str(heading))
        if plain and places.setdefault(plain, place) != place:
            raise UnreadableFileError(f"Two columns are called {heading!r}. Leave one of them out and try again.")
    columns = {
        field: places[_plain(name)]
        for field, names in wanted.items()
        for name in reversed(names)
        if _plain(name) in places
    }
    birth_date = next((places[_plain(name)] for name in BIRTH_DATE if _plain(name) in places), None)
    if birth_date is not None:
        columns = {"birth_month": birth_date, "birth_year": birth_date, **columns}
    optional = NOT_NEEDED | ({"imported_at"} if imported_on else set())
    missing = [names[0] for field, names in wanted.items() if field not in columns and field not in optional]
    if missing:
        hint = (
            " A file without ImportDate needs --imported-on DAY, the day it was submitted."
            if "ImportDate" in missing
            else ""
        )
        raise UnreadableFileError(
            f"The file has no column {', '.join(missing)}. Found: {', '.join(map(str, headings))}.{hint}"
        )
    return columns


class _LineReader:
    """Turns the cells of a line into a record."""

    def __init__(self, headings: list[str], columns: dict[str, int], imported_on: datetime | None) -> None:
        self.headings, self.columns, self.imported_on = headings, columns, imported_on
        used = set(columns.values())
        self.born_by_date = {
            field for field in NUMBERS if _plain(str(headings[columns[field]])) in {_plain(name) for name in BIRTH_DATE}
        }
        self.others = [place for place in range(len(headings)) if place not in used]

    def record(self, line: int, cells: list) -> CareRecord:
        """Raises: ValueError with the reason when the line cannot be read."""
        if len(cells) < len(self.headings) or any(_text(cell) for cell in cells[len(self.headings) :]):
            raise ValueError(f"It has {len(cells)} cells where the headings are {len(self.headings)}.")
        values: dict = {}
        for field, place in self.columns.items():
            cell = cells[place]
            try:
                if field in DAYS:
                    values[field] = day_of(cell)
                elif field in NUMBERS:
                    values[field] = self._birth(field, cell)
                elif field == "imported_at":
                    values[field] = moment_of(cell)
                else:
                    values[field] = _text(cell)
            except ValueError as error:
                raise ValueError(f"{self.headings[place]}: {error}") from error
        values.setdefault("imported_at", self.imported_on)
        values.setdefault("record_id", f"line {line}")  # without the column every line is a record of its own
        return CareRecord(line=line, other_cells=tuple(_text(cells[place]) for place in self.others), **values)

    def _birth(self, field: str, cell: object) -> int | None:
        if field in self.born_by_date:
            born_on = day_of(cell)
            if born_on is None:
                return None
            return born_on.month if field == "birth_month" else born_on.year
        number = _whole_number(cell)
        bounds = (1, 12) if field == "birth_month" else (1, 9999)
        if number is not None and not bounds[0] <= number <= bounds[1]:
            raise ValueError(f"{number} is not from {bounds[0]} to {bounds[1]}.")
        return number


def _text(cell: object) -> str | None:
    """A cell's text with its blanks, None for one that is blank or says NULL."""
    if cell is None:
        return None
    text = str(cell)
    return None if not text.strip() or text.strip() == NULL_TEXT else text


def _whole_number(cell: object) -> int | None:
    text = _text(cell)
    if text is None:
        return None
    try:
        number = float(text)
    except ValueError:
        raise ValueError(f"{text.strip()!r} is not a number.") from None
    if not number.is_integer():
        raise ValueError(f"{text.strip()!r} is not a whole number.")
    return int(number)


# Day first, as written in the United Kingdom; a year of two digits as SQL Server reads it (00-49 is 20xx).
_ISO = re.compile(r"(\d{4})[-/.]?(\d{2})[-/.]?(\d{2})")
_DAY_FIRST = re.compile(r"(\d{1,2})[-/. ](\d{1,2}|[A-Za-z]{3,9})[-/. ](\d{4}|\d{2})")
_TIME = re.compile(
    r"(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(am|pm)?(?:\s*(?:Z|[+-]\d{2}:?\d{2}|UTC))?", re.I
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
LAST_TWO_DIGIT_YEAR = 49  # SQL Server's "two digit year cutoff" is 2049


def moment_of(cell: object) -> datetime | None:
    """The moment a cell says, midnight when it says only a day, None when blank; a time zone is not heeded.

    Raises:
        ValueError: what is wrong with it.
    """
    if isinstance(cell, datetime):
        return cell.replace(tzinfo=None)
    if isinstance(cell, date):
        return datetime.combine(cell, time.min)
    written = _text(cell)
    if written is None:
        return None
    return _moment_written(written.strip())


@lru_cache(maxsize=1 << 14)
def _moment_written(text: str) -> datetime:
    found = _ISO.match(text)
    if found:
        year, month, day = (int(part) for part in found.groups())
    else:
        found = _DAY_FIRST.match(text)
        if not found:
            raise ValueError(f"{text!r} is not a date. Write 2023-12-31 or 31/12/2023.")
        day, month, year = int(found[1]), _month(found[2], text), _year(found[3])
    rest = text[found.end() :].lstrip("Tt ").strip()
    at = _TIME.fullmatch(rest) if rest else None
    if rest and not at:
        raise ValueError(f"{text!r} is not a date. Write 2023-12-31 or 31/12/2023.")
    try:
        return datetime(year, month, day, *_clock(at))  # noqa: DTZ001 - the file's own clock, compared only with itself
    except ValueError:
        raise ValueError(f"{text!r} is no day of the calendar. Days come before months: 31/12/2023.") from None


def day_of(cell: object) -> date | None:
    """The day a cell says, its time left out; None when blank. Raises: ValueError, as `moment_of`."""
    moment = moment_of(cell)
    return moment and moment.date()


def _month(written: str, text: str) -> int:
    if written.isdigit():
        return int(written)
    if written[:3].lower() not in _MONTHS:
        raise ValueError(f"{text!r} is not a date: {written!r} is no month.")
    return _MONTHS.index(written[:3].lower()) + 1


def _year(written: str) -> int:
    year = int(written)
    if len(written) == 4:
        return year
    return year + (2000 if year <= LAST_TWO_DIGIT_YEAR else 1900)


def _clock(at: re.Match | None) -> tuple[int, int, int, int]:
    if at is None:
        return 0, 0, 0, 0
    hour = int(at[1])
    if at[5]:
        hour = hour % 12 + (12 if at[5].lower() == "pm" else 0)
    return hour, int(at[2]), int(at[3] or 0), int((at[4] or "0")[:6].ljust(6, "0"))
