"""The public shift scheduling instances of schedulingbenchmarks.org/nrp, in their text format (SECTION_HORIZON ...).

T. Curtois and R. Qu, Computational results on new staff scheduling benchmark instances, University of Nottingham, 2014.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from pathlib import Path

from rota_builder.formats.errors import FormatError
from rota_builder.problem import Absence, Demand, Limits, Problem, ShiftKind, Weights, Wish, Worker

MONDAY = date(2014, 1, 6)  # every instance starts on a Monday; this is the one of the XML files
SECTIONS = ("HORIZON", "SHIFTS", "STAFF", "DAYS_OFF", "SHIFT_ON_REQUESTS", "SHIFT_OFF_REQUESTS", "COVER")
# The objective of these instances: requests and cover only, each with its own weight.
WEIGHTS = Weights(
    least_hour=0, wanted_hour=0, under_contract_hour=0, over_contract_hour=0, wish=1, weekend=0, night=0, pound=0
)


def looks_like(text: str) -> bool:
    return "SECTION_HORIZON" in text


def read_problem(path: Path) -> Problem:
    """Raises: FormatError naming the line that is wrong."""
    try:
        return from_text(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as problem:
        raise FormatError(f"{path}: cannot be read as text") from problem


def from_text(text: str, where: str = "instance") -> Problem:
    """Raises: FormatError naming the line that is wrong."""
    sections = _sections(text, where)
    try:
        return Problem(
            first_day=MONDAY,
            days=int(sections["HORIZON"][0][0]),
            kinds=tuple(_kind(row) for row in sections["SHIFTS"]),
            workers=tuple(_worker(row) for row in sections["STAFF"]),
            demands=tuple(
                Demand(int(day), kind=kind, least=int(n), wanted=int(n), cost_least=int(under), cost_over=int(over))
                for day, kind, n, under, over in sections["COVER"]
            ),
            absences=tuple(
                Absence(worker, int(day), "day off", counts=False)
                for worker, *days in sections["DAYS_OFF"]
                for day in days
            ),
            wishes=tuple(
                Wish(worker, int(day), kind, is_wanted, int(weight))
                for section, is_wanted in (("SHIFT_ON_REQUESTS", True), ("SHIFT_OFF_REQUESTS", False))
                for worker, day, kind, weight in sections[section]
            ),
            weights=WEIGHTS,
        )
    except (ValueError, IndexError) as wrong:
        raise FormatError(f"{where}: {wrong}") from wrong


def _sections(text: str, where: str) -> dict[str, list[list[str]]]:
    sections: dict[str, list[list[str]]] = defaultdict(list)
    name = ""
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("SECTION_"):
            name = line.removeprefix("SECTION_")
            if name not in SECTIONS:
                raise FormatError(f"{where}, line {number}: no such section: {line}")
            sections[name] = []
        elif not name:
            raise FormatError(f"{where}, line {number}: expected SECTION_HORIZON first")
        else:
            sections[name].append([part.strip() for part in line.split(",")])
    if missing := [name for name in SECTIONS if name not in sections]:
        raise FormatError(f"{where}: section {', '.join(missing)} is missing")
    return sections


def _kind(row: list[str]) -> ShiftKind:
    # The text format has lengths and successions, no times: the shifts all begin at midnight here.
    after = frozenset(part for part in (row[2].split("|") if len(row) > 2 else []) if part)
    return ShiftKind(row[0], ((0, int(row[1])),), not_before=after)


def _worker(row: list[str]) -> Worker:
    name, most_of_kind, most, least, most_days, fewest_days, fewest_off, weekends = row
    return Worker(
        name,
        limits=Limits(
            most_minutes=int(most),
            least_minutes=int(least),
            most_days_in_a_row=int(most_days),
            fewest_days_in_a_row=int(fewest_days),
            fewest_days_off_in_a_row=int(fewest_off),
            most_weekends=int(weekends),
            most_of_kind=tuple(
                (part.split("=")[0], int(part.split("=")[1])) for part in most_of_kind.split("|") if part
            ),
        ),
    )
