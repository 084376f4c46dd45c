"""`homeward measures ascof --cld FILE`: a national adult social care measure from any Client Level Data file."""

import json
from argparse import ArgumentTypeError
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

from django.core.management.base import BaseCommand
from django.utils import timezone

from homeward.outcomes.ascof.admissions import admissions_of, rates_of
from homeward.outcomes.ascof.measure_2a import ascof_2a
from homeward.outcomes.ascof.measure_2e import SEXES, ascof_2e
from homeward.outcomes.ascof.measure_3d import AGES, PARTS, ascof_3d
from homeward.outcomes.ascof.periods import ChosenPeriod, PeriodUnknownError, choose_period
from homeward.outcomes.ascof.printing import (
    Shares,
    admissions_as_json,
    admissions_as_text,
    ascof_2a_as_json,
    ascof_2a_as_text,
    shares_as_json,
    shares_as_text,
)
from homeward.outcomes.ascof.reading import (
    HOME_HEADINGS,
    SUBMISSION_HEADINGS,
    CareFile,
    UnreadableFileError,
    moment_of,
    read_file,
    read_populations,
)

POPULATION_COLUMNS = {"2B": "18_to_64", "2C": "65_and_over"}


def _moment(text: str) -> datetime:
    try:
        moment = moment_of(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from error
    if moment is None:
        raise ArgumentTypeError("A day is needed, such as 2023-12-31.")
    return moment


def _day(text: str) -> date:
    return _moment(text).date()


def _ascof_2a(
    measure: str, file: CareFile, chosen: ChosenPeriod, population: Path | None, *, is_json: bool
) -> dict | str:
    found = ascof_2a(file.records, chosen.period)
    return (ascof_2a_as_json if is_json else ascof_2a_as_text)(found, chosen, file)


def _admissions(
    measure: str, file: CareFile, chosen: ChosenPeriod, population: Path | None, *, is_json: bool
) -> dict | str:
    populations = read_populations(population, POPULATION_COLUMNS[measure]) if population else {}
    found = admissions_of(file.records, chosen.period)
    councils = {record.council for record in file.records if record.council}
    rates, everywhere = rates_of(found.aged(measure), councils, populations)
    show = admissions_as_json if is_json else admissions_as_text
    return show(measure, found, rates, everywhere, chosen, file)


def _shares(
    measure: str, file: CareFile, chosen: ChosenPeriod, population: Path | None, *, is_json: bool
) -> dict | str:
    councils = {record.council for record in file.records if record.council}
    shares: dict[str, Shares]
    if measure == "2E":
        at_home = ascof_2e(file.records, chosen.period)
        shares = {"2E": {sex: (at_home.total(sex), at_home.totals(sex, councils)) for sex in SEXES}}
        fates = at_home.fates
    else:
        directed = ascof_3d(file.records, chosen.period)
        shares = {
            part: {age: (directed.total(part, age), directed.totals(part, age, councils)) for age in AGES}
            for part in PARTS
        }
        fates = directed.fates
    return (shares_as_json if is_json else shares_as_text)(measure, shares, fates, chosen, file)


# What computes and prints each measure, and what it reads besides the columns every measure needs.
COMPUTED_BY: dict[str, tuple[Callable[..., dict | str], dict[str, tuple[str, ...]]]] = {
    "2a": (_ascof_2a, {}),
    "2b": (_admissions, {}),
    "2c": (_admissions, {}),
    "2e": (_shares, HOME_HEADINGS),
    "3d": (_shares, SUBMISSION_HEADINGS),
}


class Command(BaseCommand):
    help = (
        "Compute ASCOF 2A, 2B, 2C, 2E or 3D from a Client Level Data file, with what became of every line "
        "(docs/guides/ascof.md). Exits 1 when lines could not be read (they are listed), 2 when nothing could be "
        "computed."
    )
    requires_system_checks = []

    def add_arguments(self, parser) -> None:
        parser.add_argument("--cld", type=Path, required=True, metavar="FILE", help="CSV (.gz), Parquet or JSON lines")
        parser.add_argument("--measure", choices=tuple(COMPUTED_BY), default="2a")
        parser.add_argument("--from", dest="first", type=_day, metavar="DAY", help="first day of the period")
        parser.add_argument("--to", dest="last", type=_day, metavar="DAY", help="last day of the period")
        parser.add_argument("--submitted-by", type=_moment, metavar="MOMENT", help="later submissions do not count")
        parser.add_argument("--today", type=_day, metavar="DAY", help="where open events end; today when not given")
        parser.add_argument("--imported-on", type=_moment, metavar="DAY", help="for a file without ImportDate")
        parser.add_argument(
            "--population", type=Path, metavar="FILE", help="for 2b and 2c: CSV of LA_CODE, 18_to_64 and 65_and_over"
        )
        parser.add_argument("--json", action="store_true", help="print everything as JSON")

    def handle(self, *args, cld: Path, measure, first, last, submitted_by, today, imported_on, **options) -> None:
        try:
            compute, also = COMPUTED_BY[measure]
            file = read_file(cld, imported_on=imported_on, also=also)
            chosen = choose_period(
                file.records, first=first, last=last, submitted_by=submitted_by, today=today or timezone.localdate()
            )
            if options["population"] and measure.upper() not in POPULATION_COLUMNS:
                raise UnreadableFileError(f"{measure.upper()} is a share: leave --population out.")
            printed = compute(measure.upper(), file, chosen, options["population"], is_json=options["json"])
        except (UnreadableFileError, PeriodUnknownError) as error:
            self.stderr.write(str(error))
            raise SystemExit(2) from error
        self.stdout.write(json.dumps(printed, ensure_ascii=False, indent=1) if options["json"] else printed)
        if file.faults:
            raise SystemExit(1)
