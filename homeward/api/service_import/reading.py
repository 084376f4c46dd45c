"""What the files of a service say, and everything that is wrong with them. No database, no clock."""

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TypeVar

import numpy as np

from homeward.api.service_import.csv_table import Grid, Row, named_rows, read_grid
from homeward.api.service_import.faults import Fault
from homeward.kernel.rules import LONDON
from homeward.people.states import EthnicCategory
from homeward.referrals.rules import ethnic_group_of

VISITS, SHIFTS, TRAVEL = "visits.csv", "carers.csv", "distance.csv"
PEOPLE = "people.csv"  # need not be there
VISIT_COLUMNS = ("VisitId", "UserId", "Date", "Time", "Duration", "CarerCount")
SHIFT_COLUMNS = ("CarerId", "Date", "Begin", "End")
PLACE_COLUMN = "UserId"
PEOPLE_COLUMNS = ("UserId", "EthnicGroup")

# Local limits: outside them a value is more likely in another unit, or another column's, than true.
LONGEST_REFERENCE = 40  # characters, as the record keeps references
SHORTEST_VISIT_SECONDS, LONGEST_VISIT_SECONDS = 60, 24 * 60 * 60
MOST_WORKERS_AT_ONCE = 6
LONGEST_SHIFT = timedelta(hours=24)
LONGEST_TRAVEL_SECONDS = 24 * 60 * 60

ETHNIC_GROUPS = dict(EthnicCategory.choices)
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
TIME = re.compile(r"\d{2}:\d{2}(:\d{2})?")
MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2})?)")

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class ReadVisit:
    """One visit as the file gives it: it is meant to start at `starts_at` and needs `worker_count` together."""

    row: int
    reference: str
    person_reference: str
    day: date
    starts_at: datetime
    seconds: int
    worker_count: int


@dataclass(frozen=True, slots=True)
class ReadShift:
    """One stretch of one worker's day."""

    row: int
    worker_reference: str
    day: date
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class ReadPerson:
    """What the files say of one person; "" where nobody asked their ethnic group."""

    row: int
    reference: str
    ethnic_category: str


@dataclass(frozen=True)
class ReadTravel:
    """Travel times: `seconds` (n, n) int32, row from, column to, in the order of `place_keys`."""

    place_keys: tuple[str, ...]
    seconds: np.ndarray


@dataclass(frozen=True)
class Reading:
    """What is right in the files, and every fault, in the order of files and rows."""

    visits: tuple[ReadVisit, ...]
    shifts: tuple[ReadShift, ...]
    travel: ReadTravel
    people: tuple[ReadPerson, ...]
    faults: tuple[Fault, ...]

    @property
    def is_loadable(self) -> bool:
        """Whether something sensible is left once what is wrong is left out."""
        return not any(fault.stops_all for fault in self.faults)

    @property
    def days(self) -> list[date]:
        """The days that have visits, in order."""
        return sorted({visit.day for visit in self.visits})


def read_service(folder: Path) -> Reading:
    """Everything in a folder's `visits.csv`, `carers.csv`, `distance.csv` and `people.csv`, with every fault found.

    Values that are wrong are left out of what is returned and never repaired. It raises nothing: a file that is
    missing, empty or unreadable is a fault that `stops_all`.
    """
    travel_faults: list[Fault] = []
    travel, faulty_places = _read_travel(folder / TRAVEL, travel_faults)
    visit_faults: list[Fault] = []
    visits = _read_visits(folder / VISITS, travel, faulty_places, visit_faults)
    shift_faults: list[Fault] = []
    shifts = _read_shifts(folder / SHIFTS, shift_faults)
    people_faults: list[Fault] = []
    people = _read_people(folder / PEOPLE, travel, faulty_places, people_faults)
    faults = [
        fault
        for of_one_file in (visit_faults, shift_faults, travel_faults, people_faults)
        for fault in sorted(of_one_file, key=lambda one: one.row or 0)
    ]
    return Reading(tuple(visits), tuple(shifts), travel, tuple(people), tuple(faults))


class _NotThisError(ValueError):
    """A value is not what its column holds; the text says what is wrong and what to do."""


class _RowReader:
    """Reads the values of one row, keeping a fault for each that is wrong."""

    def __init__(self, file: str, row: Row, faults: list[Fault]) -> None:
        self.file, self.row, self.faults = file, row, faults
        self.is_right = True

    def read(self, column: str, how: Callable[[str], Value]) -> Value | None:
        text = self.row.values[column]
        try:
            if not text:
                raise _NotThisError("there is no value. Fill it in.")
            return how(text)
        except _NotThisError as error:
            self.wrong(column, str(error))
            return None

    def wrong(self, column: str, text: str) -> None:
        self.is_right = False
        self.faults.append(Fault(self.file, self.row.number, column, text))


def _read_visits(path: Path, travel: ReadTravel, faulty_places: dict[str, int], faults: list[Fault]) -> list[ReadVisit]:
    grid = read_grid(path, faults)
    if grid is None:
        return []
    places = set(travel.place_keys)
    first_row: dict[str, int] = {}
    visits = []
    for row in named_rows(grid, VISIT_COLUMNS, faults):
        one = _RowReader(grid.file, row, faults)
        reference = one.read("VisitId", _reference)
        person = one.read("UserId", _reference)
        day = one.read("Date", _date)
        clock = one.read("Time", _time)
        seconds = one.read("Duration", _duration)
        count = one.read("CarerCount", _worker_count)
        if reference is not None:
            if reference in first_row:
                one.wrong("VisitId", f"{reference} is also in row {first_row[reference]}. Give each visit its own.")
            first_row.setdefault(reference, row.number)
        if person is not None and places and person not in places:
            if person in faulty_places:
                text = f"{person} cannot be reached: put right row {faulty_places[person]} of {TRAVEL} first."
            else:
                text = f"{person} is not in {TRAVEL}. Add their row and column there, or correct it here."
            one.wrong("UserId", text)
        starts_at = None
        if day is not None and clock is not None:
            starts_at = one.read("Time", lambda _, day=day, clock=clock: _local(day, clock))
        if one.is_right:
            visits.append(ReadVisit(row.number, reference, person, day, starts_at, seconds, count))
    return visits


def _read_people(
    path: Path, travel: ReadTravel, faulty_places: dict[str, int], faults: list[Fault]
) -> list[ReadPerson]:
    grid = read_grid(path, faults) if path.exists() else None
    if grid is None:
        return []
    known = {*travel.place_keys, *faulty_places}
    first_row: dict[str, int] = {}
    people = []
    for row in named_rows(grid, PEOPLE_COLUMNS, faults):
        one = _RowReader(grid.file, row, faults)
        reference = one.read("UserId", _reference)
        if reference in first_row:
            one.wrong("UserId", f"{reference} is also in row {first_row[reference]}. Keep one.")
        elif reference is not None:
            first_row[reference] = row.number
            if known and reference not in known:
                one.wrong(
                    "UserId", f"{reference} is not in {TRAVEL}. Add their row and column there, or correct it here."
                )
        category = ethnic_group_of(row.values["EthnicGroup"], ETHNIC_GROUPS, "EthnicGroup", one.wrong)
        if one.is_right and reference is not None:
            people.append(ReadPerson(row.number, reference, category))
    return people


def _read_shifts(path: Path, faults: list[Fault]) -> list[ReadShift]:
    grid = read_grid(path, faults)
    if grid is None:
        return []
    shifts = []
    for row in named_rows(grid, SHIFT_COLUMNS, faults):
        one = _RowReader(grid.file, row, faults)
        worker = one.read("CarerId", _reference)
        day = one.read("Date", _date)
        begins = one.read("Begin", _moment)
        ends = one.read("End", _moment)
        if day is not None and begins is not None and begins.date() != day:
            one.wrong("Begin", f"it is on {begins.date()} but Date says {day}. Correct one of them.")
        if begins is not None and ends is not None:
            if ends <= begins:
                one.wrong("End", f"it is not after Begin ({begins:%H:%M}). Correct one of them.")
            elif ends.astimezone(UTC) - begins.astimezone(UTC) > LONGEST_SHIFT:
                one.wrong("End", "the shift is longer than 24 hours. Correct it, or split it.")
        if one.is_right:
            shifts.append(ReadShift(row.number, worker, day, begins, ends))
    return _without_overlaps(grid.file, shifts, faults)


def _without_overlaps(file: str, shifts: list[ReadShift], faults: list[Fault]) -> list[ReadShift]:
    """Shifts that no earlier row of the same worker overlaps; which of two is true cannot be known, so each is told."""
    by_worker: dict[str, list[ReadShift]] = defaultdict(list)
    kept = []
    for shift in shifts:
        theirs = by_worker[shift.worker_reference]
        clash = next(
            (one for one in theirs if shift.starts_at < one.ends_at and one.starts_at < shift.ends_at),
            None,
        )
        if clash is None:
            theirs.append(shift)
            kept.append(shift)
            continue
        text = (
            f"{shift.starts_at:%H:%M} to {shift.ends_at:%H:%M} on {shift.day} overlaps row {clash.row}"
            f" ({clash.starts_at:%H:%M} to {clash.ends_at:%H:%M}) of the same worker, {shift.worker_reference}."
            " Nobody is in two places at once: correct one of them."
        )
        faults.append(Fault(file, shift.row, "Begin", text))
    return kept


def _read_travel(path: Path, faults: list[Fault]) -> tuple[ReadTravel, dict[str, int]]:
    """The table of those places whose row and column are right, and the row of each that has a fault."""
    nothing = ReadTravel((), np.zeros((0, 0), dtype=np.int32))
    grid = read_grid(path, faults)
    if grid is None:
        return nothing, {}
    if grid.header[0] != PLACE_COLUMN:
        text = f"the first column is {grid.header[0]!r}. It must be {PLACE_COLUMN}, and one column for each after it."
        faults.append(Fault(grid.file, 1, PLACE_COLUMN, text, stops_all=True))
        return nothing, {}
    if not grid.rows:
        text = "there is a header and nothing under it. Save it again with its rows."
        faults.append(Fault(grid.file, None, "", text, stops_all=True))
        return nothing, {}
    grid = _without_row_numbers(grid)
    columns = grid.header[1:]
    faulty: dict[str, int] = {}
    for key in sorted({key for key in columns if columns.count(key) > 1}):
        faulty[key] = 1
        faults.append(Fault(grid.file, 1, key, "two columns have this name. Keep the right one."))
    seconds: dict[str, np.ndarray] = {}
    numbers: dict[str, int] = {}
    for number, values in grid.rows:
        key = values[0]
        if key in numbers:
            faulty[key] = number
            faults.append(Fault(grid.file, number, PLACE_COLUMN, f"{key} is also in row {numbers[key]}. Keep one."))
            continue
        numbers[key] = number
        row = _travel_row(grid, number, values, faults)
        if row is None:
            faulty[key] = number
        else:
            seconds[key] = row
    for key in dict.fromkeys(columns):
        if key not in numbers:
            faulty[key] = 1
            faults.append(Fault(grid.file, 1, key, "there is a column but no row for this place. Add its row."))
    for key, number in numbers.items():
        if key not in columns:
            faulty[key] = number
            text = f"there is a row but no column for {key}: the table must be square. Add its column."
            faults.append(Fault(grid.file, number, PLACE_COLUMN, text))
    keys = tuple(key for key in dict.fromkeys(columns) if key not in faulty)
    if not keys:
        faults.append(Fault(grid.file, None, "", "no place in it is right, so nobody can be visited.", stops_all=True))
        return nothing, faulty
    places = [columns.index(key) for key in keys]
    table = np.array([seconds[key][places] for key in keys], dtype=np.int32)
    return ReadTravel(keys, table), faulty


def _without_row_numbers(grid: Grid) -> Grid:
    """The grid without the unnamed first column 0, 1, 2, … that common software writes, one more than the header."""
    is_numbered = all(
        len(values) == len(grid.header) + 1 and values[0] == str(place) for place, (_, values) in enumerate(grid.rows)
    )
    if not is_numbered:
        return grid
    return Grid(grid.file, grid.header, tuple((number, values[1:]) for number, values in grid.rows))


def _travel_row(grid: Grid, number: int, values: tuple[str, ...], faults: list[Fault]) -> np.ndarray | None:
    columns = grid.header[1:]
    if len(values) != len(grid.header):
        text = f"{len(values)} values where the header has {len(grid.header)}: the table must be square."
        faults.append(Fault(grid.file, number, "", text))
        return None
    row = np.zeros(len(columns), dtype=np.int32)
    is_right = True
    for place, (column, text) in enumerate(zip(columns, values[1:])):
        try:
            row[place] = _travel_seconds(text, is_to_itself=column == values[0])
        except _NotThisError as error:
            faults.append(Fault(grid.file, number, column, str(error)))
            is_right = False
    return row if is_right else None


def _travel_seconds(text: str, *, is_to_itself: bool) -> int:
    if not text:
        raise _NotThisError("there is no travel time. Fill in the seconds.")
    try:
        seconds = round(float(text))
    except (ValueError, OverflowError):
        raise _NotThisError(f"{text!r} is not a number of seconds.") from None
    if seconds < 0:
        raise _NotThisError(f"{text} is negative. Travel takes 0 seconds or more.")
    if seconds > LONGEST_TRAVEL_SECONDS:
        raise _NotThisError(f"{text} is more than a day. Travel is in seconds.")
    if is_to_itself and seconds != 0:
        raise _NotThisError(f"{text} from a place to itself. It must be 0: are rows and columns in step?")
    return seconds


def _reference(text: str) -> str:
    if len(text) > LONGEST_REFERENCE:
        raise _NotThisError(f"it is longer than {LONGEST_REFERENCE} characters. Use a shorter reference.")
    return text


def _date(text: str) -> date:
    if DATE.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise _NotThisError(f"{text} is not a day of the calendar.") from None
    raise _NotThisError(f"{text!r} is not a date. Write year, month, day, such as 2017-10-03.")


def _time(text: str) -> time:
    if TIME.fullmatch(text):
        try:
            return time.fromisoformat(text)
        except ValueError:
            raise _NotThisError(f"{text} is not a time of day.") from None
    raise _NotThisError(f"{text!r} is not a time. Write hours and minutes, such as 08:30.")


def _moment(text: str) -> datetime:
    parts = MOMENT.fullmatch(text)
    if parts is None:
        raise _NotThisError(f"{text!r} is not a local date and time. Write it such as 2017-10-03T08:30:00.")
    return _local(_date(parts[1]), _time(parts[2]))


def _local(day: date, clock: time) -> datetime:
    """The moment that clocks on the wall show; the first of the two where the clocks go back."""
    moment = datetime.combine(day, clock, tzinfo=LONDON)
    if moment.astimezone(UTC).astimezone(LONDON).time() != clock:
        raise _NotThisError(f"{clock:%H:%M} does not happen on {day}: the clocks go forward. Correct it.")
    return moment


def _whole(text: str, unit: str) -> int:
    if not re.fullmatch(r"-?\d{1,9}", text):
        raise _NotThisError(f"{text!r} is not a whole number of {unit}.")
    return int(text)


def _duration(text: str) -> int:
    seconds = _whole(text, "seconds")
    if seconds < SHORTEST_VISIT_SECONDS:
        raise _NotThisError(f"{seconds} is less than a minute. Duration is in seconds: correct it.")
    if seconds > LONGEST_VISIT_SECONDS:
        raise _NotThisError(f"{seconds} is more than a day. Duration is in seconds: correct it.")
    return seconds


def _worker_count(text: str) -> int:
    count = _whole(text, "workers")
    if not 1 <= count <= MOST_WORKERS_AT_ONCE:
        raise _NotThisError(f"{count} workers at once. It must be 1 to {MOST_WORKERS_AT_ONCE}: correct it.")
    return count
