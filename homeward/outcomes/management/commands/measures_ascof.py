"""`homeward measures ascof --cld FILE`: a national adult social care measure from any Client Level Data file."""

import json
from argparse import ArgumentTypeError
from datetime import date, datetime
from pathlib import Path

from django.core.management.base import BaseCommand
from django.utils import timezone

from homeward.outcomes.ascof.measure_2a import ascof_2a
from homeward.outcomes.ascof.periods import PeriodUnknownError, choose_period
from homeward.outcomes.ascof.printing import ascof_2a_as_json, ascof_2a_as_text
from homeward.outcomes.ascof.reading import UnreadableFileError, moment_of, read_file


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
        "Compute ASCOF 2A from a Client Level Data file, with what became of every line (docs/guides/ascof.md). "
        "Exits 1 when lines could not be read (they are listed), 2 when nothing could be computed."
    )
    requires_system_checks = []

    def add_arguments(self, parser) -> None:
        parser.add_argument("--cld", type=Path, required=True, metavar="FILE", help="CSV (.gz), Parquet or JSON lines")
        parser.add_argument("--from", dest="first", type=_day, metavar="DAY", help="first day of the period")
        parser.add_argument("--to", dest="last", type=_day, metavar="DAY", help="last day of the period")
        parser.add_argument("--submitted-by", type=_moment, metavar="MOMENT", help="later submissions do not count")
        parser.add_argument("--today", type=_day, metavar="DAY", help="where open events end; today when not given")
        parser.add_argument("--imported-on", type=_moment, metavar="DAY", help="for a file without ImportDate")
        parser.add_argument("--json", action="store_true", help="print everything as JSON")

    def handle(self, *args, cld: Path, first, last, submitted_by, today, imported_on, **options) -> None:
        try:
            file = read_file(cld, imported_on=imported_on)
            chosen = choose_period(
                file.records, first=first, last=last, submitted_by=submitted_by, today=today or timezone.localdate()
            )
        except (UnreadableFileError, PeriodUnknownError) as error:
            self.stderr.write(str(error))
            raise SystemExit(2) from error
        measure = ascof_2a(file.records, chosen.period)
        if options["json"]:
            self.stdout.write(json.dumps(ascof_2a_as_json(measure, chosen, file), ensure_ascii=False, indent=1))
        else:
            self.stdout.write(ascof_2a_as_text(measure, chosen, file))
        if file.faults:
            raise SystemExit(1)
