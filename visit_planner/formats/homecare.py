"""A home care service's days from three CSV files: who is on shift, who is to be visited, how far they live apart.

    carers.csv     CarerId, Date, Begin, End               a row for each shift; several a day are split shifts
    visits.csv     VisitId, UserId, Date, Time, Duration, CarerCount    Duration in seconds
    distance.csv   travel seconds between the people visited, square, a header row and a column of their ids

What the files leave open is assumed, and said here:

- A carer's home is not given. Each shift begins at its first visit and ends at its last, and the way there
  and back is nobody's cost; ``Service.anywhere`` is that place. Travel is what lies between the visits of one shift.
- Every carer can do every visit, by the same means of travel: the files name no skills and one table of times.
- ``Time`` is when the visit was asked for. It may start ``allowed_minutes`` before or after and not outside that.
- A person's visits keep at least half the spacing they were asked for, and the next never starts before the last ends.
- Shifts end when they end: no overtime.
- A person should see no more different carers than twice as many as come at once, or than have come before.

Messages name the file and the line, never an id: they may end up in a log.
"""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import pairwise
from pathlib import Path

import numpy as np

from visit_planner.formats.reading import FormatError
from visit_planner.practice import Faces
from visit_planner.problem import Gap, Problem, Shift, Slot, Visit, Weights, Window, Worker

SKILL = "care"
EMPLOYER = "service"
MODE = "given"
# A visit may start half an hour before or after the time asked for.
ALLOWED_MINUTES = 30.0
# Local default: different carers for each that comes at once, before another new face is one too many.
FACES_FOR_EACH = 2

_CARERS = ("CarerId", "Date", "Begin", "End")
_VISITS = ("VisitId", "UserId", "Date", "Time", "Duration", "CarerCount")


@dataclass(frozen=True, slots=True)
class Asked:
    """A visit as asked for. ``at``: minutes from midnight; ``minutes``: how long; ``carers``: how many at once."""

    id: str
    person: str
    at: float
    minutes: float
    carers: int


@dataclass(frozen=True)
class Service:
    """All days of a service. ``shifts``: day -> carer -> (begins, ends); ``asked``: day -> visits in file order."""

    shifts: Mapping[date, Mapping[str, tuple[tuple[float, float], ...]]]
    asked: Mapping[date, tuple[Asked, ...]]
    places: Mapping[str, int]
    travel: np.ndarray = field(repr=False)

    @property
    def days(self) -> tuple[date, ...]:
        return tuple(sorted(self.asked))

    @property
    def anywhere(self) -> int:
        """The place where shifts begin and end: no minutes from everywhere."""
        return len(self.places)

    def problem(
        self,
        day: date,
        *,
        known: Mapping[str, Collection[str]] | None = None,
        weights: Weights | None = None,
        allowed_minutes: float = ALLOWED_MINUTES,
    ) -> Problem:
        """The day to plan. ``known``: person -> carers who have been before, to be sent rather than new ones.

        Raises:
            ValueError: no visit is asked for on that day.
        """
        if day not in self.asked:
            raise ValueError(f"no visits are asked for on {day:%d %B %Y}; the files have {len(self.asked)} other days")
        visits = tuple(
            Visit(
                id=asked.id,
                place=self.places[asked.person],
                slots=tuple(Slot(SKILL, asked.minutes) for _ in range(asked.carers)),
                window=Window(asked.at - allowed_minutes, asked.at + allowed_minutes, hard=True),
                person=asked.person,
            )
            for asked in self.asked[day]
        )
        return Problem(
            workers=tuple(
                Worker(carer, EMPLOYER, frozenset({SKILL}), self._shifts_of(stretches), MODE)
                for carer, stretches in self.shifts.get(day, {}).items()
            ),
            visits=visits,
            travel={MODE: self._travel_from_anywhere()},
            gaps=tuple(_spacing(self.asked[day], allowed_minutes)),
            faces=tuple(_faces(self.asked[day], known or {})),
            weights=weights or Weights(),
        )

    def _shifts_of(self, stretches: tuple[tuple[float, float], ...]) -> tuple[Shift, ...]:
        return tuple(
            Shift(str(number), begins, ends, self.anywhere, self.anywhere, overtime_at_most=0.0)
            for number, (begins, ends) in enumerate(stretches, 1)
        )

    def _travel_from_anywhere(self) -> np.ndarray:
        table = np.zeros((len(self.places) + 1, len(self.places) + 1))
        table[:-1, :-1] = self.travel
        return table


def looks_like(folder: Path) -> bool:
    """Whether the three files are there."""
    return all((folder / name).is_file() for name in ("carers.csv", "visits.csv", "distance.csv"))


def read_service(folder: Path) -> Service:
    """Raises: FormatError naming the file and the line that is wrong, and what was expected."""
    places, travel = _read_travel(folder / "distance.csv")
    shifts = _read_carers(folder / "carers.csv")
    asked = _read_visits(folder / "visits.csv", places)
    return Service(shifts, asked, places, travel)


def _faces(asked: Collection[Asked], known: Mapping[str, Collection[str]]) -> list[Faces]:
    """Whom each person knows. Who the first few faces are is left open only when nobody has met anybody yet."""
    at_once: dict[str, int] = defaultdict(int)
    for visit in asked:
        at_once[visit.person] = max(at_once[visit.person], visit.carers)
    faces = []
    for person, carers in at_once.items():
        met = frozenset(known.get(person, ()))
        enough = FACES_FOR_EACH * carers
        at_most = max(enough, len(met)) if len(met) >= enough or not known else None
        faces.append(Faces(person, met, met, at_most))
    return faces


def _spacing(asked: Collection[Asked], allowed_minutes: float) -> list[Gap]:
    """Gaps between one person's visits, where the times allowed could otherwise bring them too near."""
    of_person: dict[str, list[Asked]] = defaultdict(list)
    for visit in asked:
        of_person[visit.person].append(visit)
    gaps = []
    for visits in of_person.values():
        for first, second in pairwise(sorted(visits, key=lambda visit: visit.at)):
            apart = second.at - first.at
            at_least = max(first.minutes, apart / 2)
            if apart - 2 * allowed_minutes < at_least:
                gaps.append(Gap(first.id, second.id, at_least))
    return gaps


def _lines(path: Path) -> list[tuple[int, list[str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.reader(lines)
            return [(reader.line_num, row) for row in reader if row]
    except OSError as problem:
        raise FormatError(f"{path}: cannot be read ({problem.strerror})") from problem
    except (UnicodeDecodeError, csv.Error) as problem:
        raise FormatError(f"{path}: is not a CSV file in UTF-8") from problem


def _rows(path: Path, columns: tuple[str, ...]) -> list[tuple[str, dict[str, str]]]:
    """(file and line, row) for each row; every column there and filled in."""
    lines = _lines(path)
    if not lines:
        raise FormatError(f"{path}: is empty; the first line should be {','.join(columns)}")
    header = [name.strip() for name in lines[0][1]]
    missing = [name for name in columns if name not in header]
    if missing:
        raise FormatError(f"{path}: column {missing[0]!r} is missing; the first line should be {','.join(columns)}")
    rows = []
    for number, cells in lines[1:]:
        where = f"{path}, line {number}"
        if len(cells) != len(header):
            raise FormatError(f"{where}: expected {len(header)} values, found {len(cells)}")
        row = {name: cell.strip() for name, cell in zip(header, cells, strict=True)}
        empty = [name for name in columns if not row[name]]
        if empty:
            raise FormatError(f"{where}: {empty[0]} is empty")
        rows.append((where, row))
    if not rows:
        raise FormatError(f"{path}: has a header and no rows")
    return rows


def _day(text: str, where: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise FormatError(f"{where}: Date is {text!r}; expected a date such as 2017-10-01") from None


def _whole(row: Mapping[str, str], name: str, where: str) -> int:
    try:
        value = int(row[name])
    except ValueError:
        value = 0
    if value < 1:
        raise FormatError(f"{where}: {name} is {row[name]!r}; expected a whole number of at least 1")
    return value


def _minutes_of(moment: time) -> float:
    return moment.hour * 60 + moment.minute + moment.second / 60


def _moment(text: str, name: str, day: date, where: str) -> float:
    """Minutes from midnight of the day: a shift may end on the next."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise FormatError(f"{where}: {name} is {text!r}; expected a time such as 2017-10-01T07:30:00") from None
    if moment.tzinfo is not None:
        raise FormatError(f"{where}: {name} names a time zone; expected local time without one")
    return (moment.date() - day).days * 1440 + _minutes_of(moment.time())


def _read_carers(path: Path) -> dict[date, dict[str, tuple[tuple[float, float], ...]]]:
    found: dict[date, dict[str, list[tuple[float, float]]]] = defaultdict(dict)
    for where, row in _rows(path, _CARERS):
        day = _day(row["Date"], where)
        begins, ends = (_moment(row[name], name, day, where) for name in ("Begin", "End"))
        if not -1440 <= begins < ends <= 2 * 1440:
            raise FormatError(f"{where}: the shift does not begin before it ends, on or next to its Date")
        stretches = found[day].setdefault(row["CarerId"], [])
        if any(begins < other_ends and other_begins < ends for other_begins, other_ends in stretches):
            raise FormatError(f"{where}: the shift overlaps another one of the same carer")
        stretches.append((begins, ends))
    return {
        day: {carer: tuple(sorted(stretches)) for carer, stretches in carers.items()} for day, carers in found.items()
    }


def _read_visits(path: Path, places: Mapping[str, int]) -> dict[date, tuple[Asked, ...]]:
    found: dict[date, list[Asked]] = defaultdict(list)
    seen: set[str] = set()
    for where, row in _rows(path, _VISITS):
        if row["VisitId"] in seen:
            raise FormatError(f"{where}: its VisitId is used by an earlier line")
        seen.add(row["VisitId"])
        if row["UserId"] not in places:
            raise FormatError(f"{where}: its UserId has no row in distance.csv")
        try:
            at = _minutes_of(time.fromisoformat(row["Time"]))
        except ValueError:
            raise FormatError(f"{where}: Time is {row['Time']!r}; expected a time such as 07:30:00") from None
        minutes = _whole(row, "Duration", where) / 60
        asked = Asked(row["VisitId"], row["UserId"], at, minutes, _whole(row, "CarerCount", where))
        found[_day(row["Date"], where)].append(asked)
    return {day: tuple(visits) for day, visits in found.items()}


def _read_travel(path: Path) -> tuple[dict[str, int], np.ndarray]:
    """Person -> place, and the minutes between places. A first column of row numbers is passed over."""
    lines = _lines(path)
    if not lines:
        raise FormatError(f"{path}: is empty; expected a header row of ids and a row for each of them")
    people = [name.strip() for name in lines[0][1][1:]]
    if not people or len(set(people)) != len(people):
        raise FormatError(f"{path}, line 1: expected a column name and then each person's id once")
    column = {person: k for k, person in enumerate(people)}
    table = np.full((len(people), len(people)), np.nan)
    for number, cells in lines[1:]:
        where = f"{path}, line {number}"
        if len(cells) not in (len(people) + 1, len(people) + 2):
            raise FormatError(f"{where}: expected an id and {len(people)} travel times, found {len(cells)} values")
        person = cells[-len(people) - 1].strip()
        if person not in column:
            raise FormatError(f"{where}: its id is not in the header row")
        if not np.isnan(table[column[person], 0]):
            raise FormatError(f"{where}: its id has a row already")
        table[column[person]] = [_seconds(cell, where) / 60 for cell in cells[-len(people) :]]
    if len(lines) - 1 != len(people):
        raise FormatError(
            f"{path}: has {len(people)} columns of travel times and {len(lines) - 1} rows; expected as many"
        )
    return column, table


def _seconds(cell: str, where: str) -> float:
    try:
        value = float(cell)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or value < 0:
        raise FormatError(f"{where}: travel time {cell!r} is not a number of seconds of at least 0")
    return value
