"""`homeward measures ascof --cld FILE`: a national adult social care measure from any Client Level Data file."""

import json
from argparse import ArgumentTypeError
from datetime import date, datetime
from pathlib import Path

from django.core.management.base import BaseCommand
from django.utils import timezone

from homeward.outcomes.ascof.admissions import admissions_of, rates_of
from homeward.outcomes.ascof.measure_2a import ascof_2a
from homeward.outcomes.ascof.periods import ChosenPeriod, PeriodUnknownError, choose_period
from homeward.outcomes.ascof.printing import admissions_as_json, admissions_as_text, ascof_2a_as_json, ascof_2a_as_text
from homeward.outcomes.ascof.reading import CareFile, UnreadableFileError, moment_of, read_file, read_populations

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


class Command(BaseCommand):
    help = (
        "Compute ASCOF 2A, 2B or 2C from a Client Level Data file, with what became of every line "
        "(docs/guides/ascof.md). Exits 1 when lines could not be read (they are listed), 2 when nothing could be "
        "computed."
    )
    requires_system_checks = []

    def add_arguments(self, parser) -> None:
        parser.add_argument("--cld", type=Path, required=True, metavar="FILE", help="CSV (.gz), Parquet or JSON lines")
        parser.add_argument("--measure", choices=("2a", "2b", "2c"), default="2a")
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
            file = read_file(cld, imported_on=imported_on)
            chosen = choose_period(
                file.records, first=first, last=last, submitted_by=submitted_by, today=today or timezone.localdate()
            )
            compute = _ascof_2a if measure == "2a" else _admissions
            printed = compute(measure.upper(), file, chosen, options["population"], is_json=options["json"])
        except (UnreadableFileError, PeriodUnknownError) as error:
            self.stderr.write(str(error))
            raise SystemExit(2) from error
        self.stdout.write(json.dumps(printed, ensure_ascii=False, indent=1) if options["json"] else printed)
        if file.faults:
            raise SystemExit(1)


def _ascof_2a(
    measure: str, file: CareFile, chosen: ChosenPeriod, population: Path | None, *, is_json: bool
) -> dict | str:
    if population:
        raise UnreadableFileError("2A is a share of clusters: leave --population out.")
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
