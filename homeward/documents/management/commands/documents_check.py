"""Compare the store of documents with what the record says of it."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from homeward.access.rules import Actor
from homeward.documents.selectors import find_faults
from homeward.documents.services import drop_orphans

NAMES_SHOWN = 20


class Command(BaseCommand):
    help = (
        "Read every document that is kept and say which are missing, which are altered, and which files no document"
        " names. Names nobody. Exits 1 when a document is missing or altered."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--drop-orphans",
            action="store_true",
            help="Take out files that no document names and that are older than an hour.",
        )

    def handle(self, *args, **options) -> None:
        now = timezone.now()
        actor = Actor.system("documents check")
        faults = find_faults(actor, now)
        self.stdout.write(f"{faults.good} files are as they were kept")
        for words, names in (("missing", faults.missing), ("altered", faults.altered), ("orphaned", faults.orphaned)):
            self.stdout.write(f"{len(names)} {words}")
            for name in names[:NAMES_SHOWN]:
                self.stdout.write(f"  {name}")
            if len(names) > NAMES_SHOWN:
                self.stdout.write(f"  and {len(names) - NAMES_SHOWN} more")
        if faults.orphaned and options["drop_orphans"]:
            self.stdout.write(f"{len(drop_orphans(actor=actor, now=now))} orphaned files taken out")
        if faults.missing or faults.altered:
            raise CommandError("Bring the missing and altered files back from a backup, under the same names.")
