"""`homeward procedures publish PATH`: publish the versions in a set of procedures that are new."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from homeward.access.rules import Actor
from homeward.kernel.rules import RefusedError
from homeward.procedures.rules import SHIPPED_LIBRARY, LibraryError
from homeward.procedures.selectors import offered_versions
from homeward.procedures.services import publish_library


class Command(BaseCommand):
    help = "Publish new versions from a folder of procedures (the shipped ones when no PATH is given)."

    def add_arguments(self, parser) -> None:
        parser.add_argument("path", nargs="?", type=Path, default=SHIPPED_LIBRARY)

    def handle(self, *args, path: Path, **options) -> None:
        try:
            new = publish_library(actor=Actor.system("homeward procedures publish"), now=timezone.now(), path=path)
        except (LibraryError, RefusedError) as error:
            raise CommandError(str(error)) from error
        for row in new:
            self.stdout.write(f"Published {row.kind} {row}")
        self.stdout.write(f"{len(new)} new.")
        for row in offered_versions():
            self.stdout.write(
                f"Held back: {row.kind} {row}, because this place follows its own. Compare the two under Procedures."
            )
