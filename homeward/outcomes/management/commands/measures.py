"""`homeward measures`: every measure that the record can answer, as text or JSON."""

import json
from argparse import ArgumentTypeError
from datetime import date

from django.core.management.base import BaseCommand
from django.utils import timezone

from homeward.access.rules import Actor
from homeward.kernel.rules import RefusedError, london_day, months_later
from homeward.outcomes.facts.copying import refresh
from homeward.outcomes.measures.definition import By
from homeward.outcomes.measures.library import UnknownMeasureError, measures_asked
from homeward.outcomes.measures.printing import as_json, as_text
from homeward.outcomes.selectors import NoSuchSplitError, measures_of
from homeward.teams.selectors import all_service_ids, services_for

MONTHS_SHOWN = 13  # this month and the year before it


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text} is not a day. Give one such as 2026-04-01.") from error


class Command(BaseCommand):
    help = (
        "Compute the measures M01 to M30 from the record (docs/guides/measures.md). Exits 2 when nothing could be "
        "computed as asked."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("--measure", default="", metavar="CODE", help="one measure, M03, or one part, M12.covered")
        parser.add_argument("--service", default="", metavar="CODE", help="one service; all where none is given")
        parser.add_argument(
            "--from", dest="first", type=_day, metavar="DAY", help="first day; a year ago where none is"
        )
        parser.add_argument("--to", dest="last", type=_day, metavar="DAY", help="last day; today where none is given")
        parser.add_argument("--by", type=By, choices=list(By), default=By.MONTH, help="how long each period is")
        parser.add_argument("--split", default="", metavar="PART", help="of one measure: by source, by reason")
        parser.add_argument("--json", action="store_true", help="print everything as JSON")

    def handle(self, *args, measure, service, first, last, by, split, **options) -> None:
        now = timezone.now()
        last = last or london_day(now)
        first = first or months_later(last.replace(day=1), 1 - MONTHS_SHOWN)
        actor = Actor.system("homeward measures", *all_service_ids())
        services = [one for one in services_for(actor) if service in ("", one.code)]
        try:
            if not services:
                raise RefusedError(f"There is no service {service}." if service else "There is no service yet.")
            if first > last:
                raise RefusedError("The first day is after the last.")
            asked = [one.key for one in measures_asked(measure)]
            done = refresh(now=now)
            found = [
                one
                for each in services
                for one in measures_of(actor, each.pk, first, last, now, by=by, keys=asked, split=split)
            ]
        except (RefusedError, UnknownMeasureError, NoSuchSplitError) as error:
            self.stderr.write(str(error))
            raise SystemExit(2) from error
        if options["json"]:
            printed = {
                "as_of": now.isoformat(timespec="seconds"),
                "was_rebuilt": done.was_rebuilt,
                "measures": [as_json(one) for one in found],
            }
            self.stdout.write(json.dumps(printed, ensure_ascii=False, indent=1))
            return
        self.stdout.write("\n\n".join(as_text(one) for one in found))
