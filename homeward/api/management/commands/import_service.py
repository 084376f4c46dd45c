"""`homeward import-service FOLDER --date YYYY-MM-DD`: load and plan one real day of a service from its files."""

import re
from collections import Counter
from datetime import date
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from homeward.access.rules import Actor, Role
from homeward.api.service_import.faults import Fault
from homeward.api.service_import.loading import LoadedDay, LoadedDifferentlyError, load_day
from homeward.api.service_import.reading import SHIFTS, TRAVEL, VISITS, Reading, read_service
from homeward.kernel.rules import RefusedError
from homeward.teams.models import Account, Service
from homeward.teams.selectors import account_named, accounts_in, fictitious_service
from homeward.teams.services import join_service
from homeward.visits.models import DayPlan, Visit
from homeward.visits.planning import plan_day, warm_up
from homeward.visits.selectors import newest_plan

FAULTS_SHOWN = 20
REASONS_SHOWN = 10
TOLERANCE_MINUTES = 15  # a local choice: the files give one time and no window
PLANNING_SECONDS = 30.0
NAME = "homeward import-service"


class Command(BaseCommand):
    help = (
        f"Load one day of a service from {VISITS}, {SHIFTS} and {TRAVEL} in FOLDER and plan it. Nothing is loaded"
        " when anything in the files is wrong, unless --accept-partial. Importing the same day again changes nothing."
        " Exit status 0 when loaded, 1 when not."
    )
    requires_system_checks = []  # it opens no page, so it need not load them

    def add_arguments(self, parser) -> None:
        parser.add_argument("folder", type=Path, metavar="FOLDER")
        parser.add_argument("--date", required=True, type=_day, metavar="YYYY-MM-DD", help="the day to load")
        parser.add_argument("--code", default="", help="code of the service to load into; from the folder's name")
        parser.add_argument("--name", default="", help="name of the service; from the folder's name")
        parser.add_argument("--accept-partial", action="store_true", help="load what is right, leave out what is not")
        parser.add_argument("--dry-run", action="store_true", help="only check the files; load nothing")
        parser.add_argument("--faults", type=Path, metavar="FILE", help="write every fault to FILE, one a line")
        parser.add_argument(
            "--tolerance", type=_minutes, default=TOLERANCE_MINUTES, metavar="MINUTES",
            help=f"how far either side of its stated time a visit may start ({TOLERANCE_MINUTES}); later is late",
        )  # fmt: skip
        parser.add_argument(
            "--for", dest="usernames", action="append", default=[], metavar="USERNAME",
            help="who may see the service (may be repeated); every roster planner and administrator when not given",
        )  # fmt: skip
        parser.add_argument("--no-plan", dest="plan", action="store_false", help="load the day without planning it")
        parser.add_argument("--plan", dest="plan", action="store_true", default=True, help="plan the day (usual)")
        parser.add_argument(
            "--seconds", type=_seconds, default=PLANNING_SECONDS, metavar="S",
            help=f"computing seconds to plan for ({PLANNING_SECONDS:.0f})",
        )  # fmt: skip
        parser.add_argument("--seed", type=int, default=1, metavar="N", help="seed of the plan (1)")

    def handle(self, *args, folder: Path, **options) -> None:
        day = options["date"]
        if not folder.is_dir():
            raise CommandError(f"There is no folder {folder}. Give the folder that holds {VISITS}.")
        accounts = self._accounts(options["usernames"])
        reading = read_service(folder)
        self._tell_faults(reading.faults, options["faults"])
        if reading.faults and not (options["accept_partial"] and reading.is_loadable):
            again = ""
            if reading.is_loadable:
                again = " Put it right, or say --accept-partial to leave out what is wrong."
            raise CommandError(f"Nothing was loaded.{again}")
        if day not in reading.days:
            days = reading.days
            range_text = f"they run from {days[0]} to {days[-1]}" if days else "there is none in it that is right"
            raise CommandError(f"{VISITS} has no visits on {day}: {range_text}. Nothing was loaded.")
        if options["dry_run"]:
            self._tell_day(reading, day)
            self.stdout.write("Nothing was loaded: this was a dry run.")
            return
        service = self._load(reading, day, accounts, folder, options)
        if options["plan"]:
            self._plan(service, day, options)

    def _accounts(self, usernames: list[str]) -> list[Account]:
        """Who is to see the service.

        Raises: CommandError for a name nobody has, before anything is loaded.
        """
        if not usernames:
            return accounts_in(Role.ROSTER_PLANNER, Role.ADMINISTRATOR)
        found = {username: account_named(username) for username in usernames}
        unknown = [username for username, account in found.items() if account is None]
        if unknown:
            raise CommandError(f"Nobody has the user name {', '.join(unknown)}. Nothing was loaded.")
        return [account for account in found.values() if account]

    def _tell_faults(self, faults: tuple[Fault, ...] | list[Fault], path: Path | None) -> None:
        if path is not None:
            path.write_text("".join(f"{fault}\n" for fault in faults), encoding="utf-8")
        for fault in faults[:FAULTS_SHOWN]:
            self.stderr.write(str(fault))
        more = len(faults) - FAULTS_SHOWN
        if more > 0:
            where = f"see {path}" if path else "--faults FILE writes them all"
            self.stderr.write(f"… and {more:,} more: {where}.")
        if faults:
            by_file = Counter(fault.file for fault in faults)
            parts = ", ".join(f"{count:,} in {file}" for file, count in by_file.items())
            self.stderr.write(f"{len(faults):,} faults: {parts}.")

    def _tell_day(self, reading: Reading, day: date) -> None:
        visits = [visit for visit in reading.visits if visit.day == day]
        shifts = [shift for shift in reading.shifts if shift.day == day]
        care = sum(visit.seconds * visit.worker_count for visit in visits) / 3600
        paid = sum((shift.ends_at - shift.starts_at).total_seconds() for shift in shifts) / 3600
        workers = len({shift.worker_reference for shift in shifts})
        self.stdout.write(
            f"{day}: {len(visits)} visits to {len({visit.person_reference for visit in visits})} people,"
            f" {sum(visit.worker_count > 1 for visit in visits)} of them for two or more workers,"
            f" {care:.1f} hours of care; {workers} workers, {len(shifts)} shifts, {paid:.1f} hours."
        )

    def _load(self, reading: Reading, day: date, accounts: list[Account], folder: Path, options: dict) -> Service:
        now = timezone.now()
        actor = Actor.system(NAME)
        folder_name = folder.resolve().name
        code = options["code"] or slugify(folder_name) or "imported"
        name = options["name"] or f"{folder_name.replace('-', ' ').title()} (imported)"
        try:
            with transaction.atomic():
                loaded = load_day(
                    actor=actor, code=code, name=name, reading=reading, day=day,
                    tolerance_minutes=options["tolerance"], now=now,
                )  # fmt: skip
                joined = self._join(loaded.service, accounts)
        except LoadedDifferentlyError as error:
            self._tell_faults(error.faults, options["faults"])
            raise CommandError(f"{error} Nothing was loaded.") from error
        except RefusedError as error:
            raise CommandError(f"{error} Nothing was loaded.") from error
        self._tell_day(reading, day)
        self._tell_loaded(loaded, joined)
        return loaded.service

    def _join(self, service: Service, accounts: list[Account]) -> list[str]:
        joined = []
        for account in accounts:
            if not account.services.filter(pk=service.pk).exists():
                join_service(actor=Actor.system(NAME, service.pk), account=account, service=service, now=timezone.now())
                joined.append(account.username)
        return joined

    def _tell_loaded(self, loaded: LoadedDay, joined: list[str]) -> None:
        service = loaded.service
        if loaded.changed_nothing:
            self.stdout.write(f"This day is in {service.name} ({service.code}) already: nothing was changed.")
        else:
            verb = "Opened" if loaded.is_new_service else "Added to"
            self.stdout.write(
                f"{verb} {service.name} ({service.code}): {loaded.people} people, {loaded.workers} workers,"
                f" {loaded.shifts} shifts, {loaded.visits} visits that were not there yet."
            )
        if loaded.ethnic_groups:
            self.stdout.write(f"Ethnic groups filled in of people who were there already: {loaded.ethnic_groups}.")
        if loaded.visits_gone:
            self.stdout.write(
                f"{loaded.visits_gone} visits of this day that were loaded before are no longer in {VISITS};"
                " they are left as they are."
            )
        if joined:
            self.stdout.write(f"Now seen by: {', '.join(joined)}.")
            if fictitious_service() is not None:
                self.stdout.write(
                    "This database also has a fictitious place, whose password is on its sign-in page: load nothing"
                    " here that names anybody, or name who may see it with --for."
                )

    def _plan(self, service: Service, day: date, options: dict) -> None:
        actor = Actor.system(NAME, service.pk)
        plan = newest_plan(service.pk, day)
        planned_so_far = plan.figures.get("planned", 0) + plan.figures.get("unplanned", 0) if plan else 0
        if plan is not None and planned_so_far == Visit.objects.filter(service=service, day=day).count():
            self.stdout.write(f"It was planned before ({timezone.localtime(plan.made_at):%d %B %Y, %H:%M}):")
        else:
            self.stdout.write(
                f"Planning for {options['seconds']:g} seconds; the first run on a machine takes a minute more."
            )
            warm_up()
            plan = plan_day(
                actor=actor, service_id=service.pk, day=day, now=timezone.now(), seconds=options["seconds"],
                seed=options["seed"], why="Planned when imported",
            )  # fmt: skip
        self._tell_plan(service, plan)

    def _tell_plan(self, service: Service, plan: DayPlan) -> None:
        figures = plan.figures
        visits = Visit.objects.filter(service=service, day=plan.day).order_by("window_opens_at", "id")
        unplanned = [visit for visit in visits if visit.unplanned_reason]
        joint = sum(len(visit.slots) > 1 for visit in visits if not visit.unplanned_reason)
        lines = [
            ("Visits planned", f"{figures['planned']} of {figures['planned'] + figures['unplanned']}"),
            ("of them for two or more workers", str(joint)),
            ("Workers used", str(figures["workers"])),
            ("Travel", f"{figures['travel_minutes']:,.0f} minutes"),
            (
                "Late starts",
                f"{figures['late_minutes']:,.0f} minutes in all, worst {figures['worst_late_minutes']:,.0f}",
            ),
            ("After the end of shifts", f"{figures['overtime_minutes']:,.0f} minutes in all"),
            ("Rules broken, by the independent checker", str(figures["rules_broken"])),
            ("Computing", f"{plan.cpu_seconds:.1f} seconds, {plan.iterations:,} moves tried"),
            ("Not planned", str(len(unplanned))),
        ]
        for title, value in lines:
            self.stdout.write(f"  {title}: {value}")
        grouped = Counter(_kind_of(visit.unplanned_reason) for visit in unplanned)
        for kind, count in grouped.most_common(REASONS_SHOWN):
            of_this = [visit for visit in unplanned if _kind_of(visit.unplanned_reason) == kind]
            shown = ", ".join(visit.local_reference for visit in of_this[:6])
            rest = f" and {count - 6} more" if count > 6 else ""
            self.stdout.write(f"    {count} × {of_this[0].unplanned_reason} (visits {shown}{rest})")


def _kind_of(reason: str) -> str:
    """A reason without its numbers and references, so that visits left out for one cause count together."""
    return re.sub(r"\d[\d:.,]*", "#", reason)


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _minutes(text: str) -> int:
    minutes = int(text)
    if not 0 <= minutes <= 240:
        raise ValueError
    return minutes


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds <= 3600:
        raise ValueError
    return seconds


_day.__name__, _minutes.__name__, _seconds.__name__ = "day", "minutes from 0 to 240", "seconds from 0 to 3600"
