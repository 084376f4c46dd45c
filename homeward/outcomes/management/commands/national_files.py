"""`homeward national-files PATH`: what a published national file says, figure by figure."""

import json
from dataclasses import asdict
from pathlib import Path

from django.core.management.base import BaseCommand
from django.utils import timezone

from homeward.access.rules import Actor
from homeward.outcomes.national.figures import Figure, FormatChangedError, UnknownFileError
from homeward.outcomes.national.loading import read
from homeward.outcomes.services import keep_figures
from homeward.teams.selectors import all_service_ids

FEW = 20  # figures of England that are printed as text


class Command(BaseCommand):
    help = (
        "Read published national files (urgent community response, discharge ready date, acute discharge, community "
        "beds, waits, community services, criteria to reside, virtual wards). Exits 2 when a file cannot be read, or "
        "is not laid out as it was. docs/guides/results.md"
    )
    requires_system_checks = []

    def add_arguments(self, parser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        parser.add_argument("--keep", action="store_true", help="keep the figures, to stand beside ours on results")
        parser.add_argument("--json", action="store_true", help="print every figure as JSON")

    def handle(self, *args, paths: list[Path], **options) -> None:
        figures: list[Figure] = []
        faults = []
        for path in paths:
            try:
                found = read(path)
            except (FormatChangedError, UnknownFileError) as error:
                faults.append(str(error))
                continue
            figures += found
            if options["keep"]:
                actor = Actor.system("homeward national-files", *all_service_ids())
                kept = keep_figures(actor=actor, file=path.name, figures=found, now=timezone.now())
                if not options["json"]:
                    self.stdout.write(f"{path.name}: {kept} figures of our measures kept")
            if not options["json"]:
                self._tell(path, found)
        if options["json"]:
            self.stdout.write(json.dumps([asdict(one) for one in figures], default=str, ensure_ascii=False, indent=1))
        for fault in faults:
            self.stderr.write(fault)
        if faults:
            raise SystemExit(2)

    def _tell(self, path: Path, found: list[Figure]) -> None:
        places = len({(one.place_code, one.place) for one in found})
        missing = sum(one.value is None for one in found)
        self.stdout.write(f"{path.name}: {len(found)} figures of {places} places, {missing} not published")
        for one in [one for one in found if one.place == "England"][:FEW]:
            of = f" ({one.numerator:g} of {one.denominator:g})" if one.denominator else ""
            when = f"{one.first} to {one.last}" if one.first != one.last else f"{one.first}"
            value = "not published" if one.value is None else f"{one.value:.6g} {one.unit.value}{of}"
            self.stdout.write(f"  {one.measure or '–':4} {when}  {one.says}: {value}")
