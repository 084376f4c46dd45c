"""`homeward audit verify`: proves that nothing was taken out of the audit trail, changed, moved or put in."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from homeward.access.rules import Actor
from homeward.audit.selectors import verify_chain
from homeward.audit.services.sealing import read_head
from homeward.kernel.rules import RefusedError


class Command(BaseCommand):
    help = "Prove the audit trail unbroken, or say the first event that is wrong (exit code 1)."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--since-head", default="", metavar="HASH", help="begin after the seal with this head")
        parser.add_argument("--head-file", type=Path, default=settings.AUDIT_HEAD_FILE, help="where a head was kept")

    def handle(self, *args, since_head: str, head_file: Path | None, **options) -> None:
        try:
            kept = read_head(path=head_file) if head_file and head_file.exists() else None
            verdict = verify_chain(
                Actor.system("homeward audit"), timezone.now(), since_head=since_head.strip().lower(), kept=kept
            )
        except RefusedError as error:
            raise CommandError(str(error)) from error
        for note in verdict.notes:
            self.stderr.write(note)
        if not verdict.is_unbroken:
            for fault in verdict.faults:
                self.stderr.write(f"{fault.text}.")
            raise SystemExit(1)
        kept_too = " The head kept outside the database is in it." if kept else ""
        self.stdout.write(
            f"Unbroken: {verdict.events:,} events in {verdict.seals:,} seals, {verdict.waiting:,} waiting to be sealed."
            f"{kept_too}"
        )
        if verdict.head:
            self.stdout.write(f"Head: {verdict.head}")
