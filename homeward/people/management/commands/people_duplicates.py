"""`homeward people duplicates`: find records that may be of one person, for people to decide on."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from homeward.access.rules import Actor
from homeward.people.linking.selectors import alike_records
from homeward.people.linking.services import note_duplicates
from homeward.teams.models import Service


class Command(BaseCommand):
    help = "Compare every record of each service with the others and list those that may be of one person."

    def add_arguments(self, parser) -> None:
        parser.add_argument(
            "--service", default="", help="only this service, by its code; every service when not given"
        )
        parser.add_argument(
            "--likelihood",
            type=float,
            default=settings.DUPLICATE_LIKELIHOOD,
            help="0 to 1: list pairs at least this likely (HOMEWARD_DUPLICATE_LIKELIHOOD, now %(default)s)",
        )

    def handle(self, *args, service: str, likelihood: float, **options) -> None:
        if not 0 < likelihood < 1:
            raise CommandError("--likelihood is a number between 0 and 1, such as 0.8.")
        services = Service.objects.filter(code=service) if service else Service.objects.order_by("code")
        if not services:
            raise CommandError(f"There is no service {service}." if service else "There is no service yet.")
        now = timezone.now()
        for one in services:
            actor = Actor.system("homeward people duplicates", one.pk)
            pairs = alike_records(actor, one.pk, now, likelihood)
            new, waiting = note_duplicates(actor=actor, service_id=one.pk, pairs=pairs, now=now)
            self.stdout.write(f"{one.name}: {len(pairs):,} pairs found, {new:,} of them new; {waiting:,} to decide.")
