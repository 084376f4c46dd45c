"""What the commands that make returns share: a month's files into a folder, and what to know of them."""

import os
from argparse import ArgumentTypeError
from datetime import date
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from homeward.access.rules import Actor, NotAllowedError
from homeward.kernel.rules import RefusedError
from homeward.outcomes.returns.codes import CodesError
from homeward.outcomes.returns.making import KINDS, Return, close_return, make_return
from homeward.teams.selectors import all_service_ids, service_for


def _month(text: str) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise ArgumentTypeError("A month is needed, such as 2026-10.") from error


class ReturnCommand(BaseCommand):
    """Makes the return of one `kind`."""

    kind = ""

    def __init__(self, *args, **options) -> None:
        super().__init__(*args, **options)
        self.help = (
            f"Write a month's {KINDS[self.kind].title} into a folder, with a report of what is wrong, not settled or "
            "left out (docs/guides/returns.md). Exits 1 when there are problems. The files name people: keep them safe."
        )

    def add_arguments(self, parser) -> None:
        parser.add_argument("--month", type=_month, required=True, metavar="2026-10")
        parser.add_argument("--out", type=Path, required=True, metavar="FOLDER")
        parser.add_argument("--service", help="its code, where there are several")
        parser.add_argument("--codes", type=Path, metavar="FILE", help="the codes your service has settled")
        parser.add_argument("--close", action="store_true", help="close the month: it stays as it is now")

    def handle(
        self, *args, month: date, out: Path, service: str | None, codes: Path | None, close: bool, **options
    ) -> None:
        actor = Actor.system("Homeward, by command", *all_service_ids())
        try:
            service_id = service_for(actor, service).pk
            do = close_return if close else make_return
            made = do(
                actor=actor, service_id=service_id, kind=self.kind, month=month, now=timezone.now(), own_codes=codes
            )
        except (NotAllowedError, RefusedError, CodesError) as error:
            raise CommandError(str(error)) from error
        self._write(out, made)
        self._say(out, made)
        if made.report["problems"]:
            raise SystemExit(1)

    def _write(self, out: Path, made: Return) -> None:
        out.mkdir(parents=True, exist_ok=True)
        for name, text in made.files.items():
            # nobody else on this machine may read who is cared for
            with open(os.open(out / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(text.encode())

    def _say(self, out: Path, made: Return) -> None:
        report = made.report
        for table, count in report["rows"].items():
            self.stdout.write(f"{count:8,}  {table}")
        for why, count in report["left_out"].items():
            self.stdout.write(f"Left out: {count:,} {why[0].lower()}{why[1:]}.")
        for what, count in report.get("not_asked", {}).items():  # a month closed before this was counted has none
            self.stdout.write(f"Not asked: {what.lower()} of {count['people']:,} of {count['of']:,} people.")
        for one in report["not_settled"]:
            self.stdout.write(f"Not settled: {one['table']} {one['column']}, {one['rows']:,} rows.")
        self.stdout.write(f"{len(report['problems']):,} problems. The report is in {out / 'report.json'}.")
        state = f"closed on {made.closed_at:%-d %B %Y}" if made.closed_at else "not closed, so it may still change"
        self.stdout.write(f"This month is {state}. SHA-256 of the files: {made.sha256}")
        if made.changed_since:
            self.stdout.write(
                f"The record has changed since: {', '.join(made.changed_since)} would be different today."
            )
