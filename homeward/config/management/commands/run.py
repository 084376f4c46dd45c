"""`homeward run`: the main job. A merged team's day, planned and served."""

import os
import signal
import socket
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from homeward.access.rules import FICTITIOUS_PASSWORD, Actor
from homeward.audit.append_only import missing_triggers
from homeward.demo.place import build_place, carry_on, live_the_day
from homeward.demo.size import DAYS_OF_HISTORY, DAYS_OF_VISITS, PEOPLE, VISITS_A_DAY, Size
from homeward.kernel.rules import LONDON, wall_clock
from homeward.teams.selectors import fictitious_accounts, fictitious_service, has_services
from homeward.visits import planning
from homeward.visits.selectors import newest_plan
from homeward.whatif.selectors import value_of_sign_offs
from homeward.whatif.services import keep_value_look

# Every night a whole week is weighed; here only tomorrow, so that the place is soon there
DAYS_WEIGHED, SIGN_OFFS_LISTED = 1, 5
PLANNED_FROM = "00:00"  # a day is planned the evening before


class Command(BaseCommand):
    help = "Set up the record, build a fictitious place, plan its day and serve it. Repeats are quick."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
        parser.add_argument("--seed", type=int, default=1, help="which fictitious place")
        parser.add_argument("--visits", type=int, default=VISITS_A_DAY, help="visits a day in a new place")
        parser.add_argument("--people", type=int, default=PEOPLE, help="people on record in a new place")
        parser.add_argument("--days", type=int, default=DAYS_OF_VISITS, help="days of visits behind a new place")
        parser.add_argument("--history-days", type=int, default=DAYS_OF_HISTORY, help="days of referrals behind it")
        parser.add_argument("--prepare-only", action="store_true", help="do everything but serve")

    def handle(self, *args, port: int, seed: int, prepare_only: bool, **options) -> None:
        self.began = time.monotonic()
        if not prepare_only:
            self._refuse_taken_port(port)
        self.say("Preparing the record")
        call_command("migrate", verbosity=0, interactive=False)
        if missing_triggers():
            raise CommandError(f"These tables are no longer append-only: {', '.join(missing_triggers())}.")
        call_command("collectstatic", verbosity=0, interactive=False)
        now = timezone.now().astimezone(LONDON)
        size = Size(options["visits"], options["people"], options["days"], options["history_days"])
        self._make_place(now, seed, size)
        if not prepare_only:
            self._serve(port)

    def say(self, text: str) -> None:
        self.stdout.write(f"{time.monotonic() - self.began:4.0f}s  {text}")
        self.stdout.flush()

    def _refuse_taken_port(self, port: int) -> None:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                raise CommandError(
                    f"Port {port} is in use. Stop what uses it, or choose another: make run PORT=8001"
                ) from error

    def _make_place(self, now: datetime, seed: int, size: Size) -> None:
        today = now.date()
        service = fictitious_service()
        if service is None and has_services():
            return  # a real service's database: nothing is made up beside it
        if service is None:
            service = build_place(today=today, now=now, seed=seed, size=size, say=self.say)
        elif newest_plan(service.pk, today) is None:
            carry_on(service=service, now=now, say=self.say)
        if newest_plan(service.pk, today) is None:
            self.say("Getting the planner ready (its first run on a machine compiles it, about a minute)")
            planning.warm_up()
            self.say("Planning today's visits")
            plan = planning.plan_day(
                actor=Actor.system("homeward run", service.pk), service_id=service.pk, day=today, seed=seed,
                now=wall_clock(today, PLANNED_FROM), why="The day planned before the first shift",
            )  # fmt: skip
            figures = plan.figures
            self.say(
                f"Planned {figures['planned']} visits for {figures['workers']} workers of every employer;"
                f" {figures['unplanned']} could not be planned and say why"
            )
            actor = Actor.system("homeward run", service.pk)
            worth = value_of_sign_offs(actor, service.pk, now, days=DAYS_WEIGHED, top=SIGN_OFFS_LISTED)
            keep_value_look(actor=actor, service_id=service.pk, worth=worth, now=now)
            self.say(f"Weighed {worth.weighed} sign-offs that would free time of registered professionals")
        live_the_day(service=service, now=now)

    def _serve(self, port: int) -> None:
        accounts = fictitious_accounts()
        self.stdout.write(f"\nHomeward is at http://127.0.0.1:{port} (stop it with Ctrl+C).")
        if accounts:
            self.stdout.write(f"Everyone in it is made up. Sign in with the password {FICTITIOUS_PASSWORD} as one of:")
        for account in accounts:
            self.stdout.write(f"  {account.username:<12} {account.full_name}, {account.role_title}")
        self.stdout.flush()
        # links in messages, and squares on paper, lead to where it is served
        here = os.environ | {"HOMEWARD_ADDRESS": os.environ.get("HOMEWARD_ADDRESS", f"http://127.0.0.1:{port}")}
        command = [
            str(Path(sys.executable).parent / "granian"), "--interface", "wsgi", "--host", "127.0.0.1",
            "--port", str(port), "--workers", "2", "--blocking-threads", "4", "--workers-kill-timeout", "3",
            "--log-level", "warning", "--no-ws", "homeward.config.wsgi:application",
        ]  # fmt: skip
        # Its own process group: stopping the parent alone would leave workers serving old code.
        server = subprocess.Popen(command, env=here, start_new_session=True)
        # what the service does by itself: watch the clocks, tell people, send what waits
        works = [str(Path(sys.executable).parent / "homeward"), "work"]
        worker = subprocess.Popen(works, env=here, start_new_session=True)

        def stop(signum, frame) -> None:
            worker.terminate()
            os.killpg(server.pid, signal.SIGTERM)

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        try:
            raise SystemExit(max(0, server.wait()))
        finally:
            worker.terminate()
