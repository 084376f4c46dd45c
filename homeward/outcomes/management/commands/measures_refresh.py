"""`homeward measures refresh`: bring the copy of the facts up to date, or make it anew."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from homeward.outcomes.facts.copying import CopyInUseError, refresh


class Command(BaseCommand):
    help = "Bring the copy that measures are computed from up to date with the record. `homeward work` does this."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--from-nothing", action="store_true", help="make the whole copy again")

    def handle(self, *args, from_nothing: bool, **options) -> None:
        try:
            done = refresh(now=timezone.now(), is_from_nothing=from_nothing)
        except CopyInUseError as error:
            self.stderr.write(str(error))
            raise SystemExit(2) from error
        what = "Made anew" if done.was_rebuilt else "Brought up to date"
        self.stdout.write(f"{what}: {sum(done.rows.values())} rows in {len(done.rows)} tables.")
