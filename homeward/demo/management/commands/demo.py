"""Make the fictitious place."""

import time
from argparse import ArgumentParser
from datetime import date, datetime

from django.core.management.base import BaseCommand, CommandError

from homeward.access.rules import FICTITIOUS_PASSWORD, ROLE_TITLES
from homeward.demo.place import CODE, build_place
from homeward.demo.size import DAYS_OF_HISTORY, DAYS_OF_VISITS, PEOPLE, VISITS_A_DAY, Size
from homeward.demo.staff import ACCOUNTS
from homeward.kernel.rules import LONDON, RefusedError
from homeward.teams.models import Service


class Command(BaseCommand):
    help = (
        "Make a fictitious place to try Homeward in: staff, people, a year of referrals, a fortnight of visits, today."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, default=1, help="The same seed and day make the same place. Default 1.")
        parser.add_argument("--today", type=date.fromisoformat, help="YYYY-MM-DD. Default: today.")
        parser.add_argument("--at", help="HH:MM, the time of that day it stands at. Default: the time now.")
        parser.add_argument("--visits", type=int, default=VISITS_A_DAY, help=f"Visits a day. Default {VISITS_A_DAY}.")
        parser.add_argument("--people", type=int, default=PEOPLE, help=f"People on record. Default {PEOPLE}.")
        parser.add_argument(
            "--days", type=int, default=DAYS_OF_VISITS, help=f"Days of visits behind today. Default {DAYS_OF_VISITS}."
        )
        parser.add_argument(
            "--history-days",
            type=int,
            default=DAYS_OF_HISTORY,
            help=f"Days of calls, referrals and episodes behind today. Default {DAYS_OF_HISTORY}.",
        )
        parser.add_argument(
            "--beside-a-real-service",
            action="store_true",
            help="Make it even though this database has a real service, whose staff are not given sight of it.",
        )

    def handle(self, *args, **options) -> None:
        real = Service.objects.filter(is_fictitious=False).first()
        if real and not options["beside_a_real_service"]:
            raise CommandError(
                f"This database has a real service, {real.name}, and everyone may sign in to a fictitious one. Use"
                " another database (DATABASE_URL), or give --beside-a-real-service."
            )
        if Service.objects.filter(code=CODE).exists():
            raise CommandError("The fictitious place is there already. Use another database (DATABASE_URL).")
        began = time.monotonic()
        now = datetime.now(LONDON)
        today = options["today"] or now.date()
        try:
            clock = datetime.strptime(options["at"], "%H:%M").time() if options["at"] else now.time()  # noqa: DTZ007
        except ValueError as error:
            raise CommandError("Give --at as HH:MM, such as 10:30.") from error
        try:
            size = Size(options["visits"], options["people"], options["days"], options["history_days"])
            build_place(
                today=today,
                now=datetime.combine(today, clock.replace(microsecond=0), tzinfo=LONDON),
                seed=options["seed"],
                size=size,
                say=lambda text: self.stdout.write(f"{time.monotonic() - began:4.0f}s  {text}"),
            )
        except (ValueError, RefusedError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"\nSign in with any of these and the password {FICTITIOUS_PASSWORD}:")
        for username, role, _, employer in ACCOUNTS:
            self.stdout.write(f"  {username:12} {ROLE_TITLES[role]}, {employer}")
