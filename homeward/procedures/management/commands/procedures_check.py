"""`homeward procedures check PATH`: say what is wrong with a set of procedures, by file, line and field."""

from pathlib import Path

from django.core.management.base import BaseCommand

from homeward.procedures.rules import SHIPPED_LIBRARY, check_library


class Command(BaseCommand):
    help = "Check a folder of procedures (the shipped ones when no PATH is given). Exits 1 when there are faults."
    requires_system_checks = []

    def add_arguments(self, parser) -> None:
        parser.add_argument("path", nargs="?", type=Path, default=SHIPPED_LIBRARY)

    def handle(self, *args, path: Path, **options) -> None:
        if not path.is_dir():
            self.stderr.write(
                f"There is no folder {path}. Give the folder that holds pathways/, forms/ and activities/."
            )
            raise SystemExit(2)
        problems = check_library(path)
        for problem in problems:
            self.stdout.write(str(problem))
        if problems:
            self.stdout.write(f"{len(problems)} to mend in {path}.")
            raise SystemExit(1)
        self.stdout.write("No faults found.")
