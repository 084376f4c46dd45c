"""`homeward plan-days`: the coming days of every service planned at once."""

from datetime import timedelta

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from homeward.access.rules import Actor, NotAllowedError
from homeward.kernel.rules import london_day
from homeward.teams.selectors import all_service_ids, service_for
from homeward.visits import planning
from visit_planner.cluster import Effort
from visit_planner.engines import EngineError

DAYS, DAYS_AT_MOST = 7, 28


class Command(BaseCommand):
    help = "Make and plan the visits of the coming days, from tomorrow, for every service; on a cluster if set up so."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--service", help="code of one service; every service when not given")
        parser.add_argument("--days", type=int, default=DAYS, help=f"how many days, 1 to {DAYS_AT_MOST} ({DAYS})")
        parser.add_argument("--seconds", type=float, default=8.0, help="CPU seconds for each day (8)")
        parser.add_argument("--seed", type=int, default=0, help="another seed, other plans (0)")

    def handle(self, *args, service: str | None, days: int, seconds: float, seed: int, **options) -> None:
        if not 1 <= days <= DAYS_AT_MOST:
            raise CommandError(f"--days {days}: give a number from 1 to {DAYS_AT_MOST}.")
        if not 0 <= seconds < float("inf"):
            raise CommandError(f"--seconds {seconds}: give a number of at least 0.")
        actor = Actor.system("Homeward, by command", *all_service_ids())
        now = timezone.now()
        coming = [london_day(now) + timedelta(days=one) for one in range(1, days + 1)]
        try:
            chosen = [service_for(actor, service).pk] if service else all_service_ids()
            with planning.planning_engine(
                settings.PLANNING_ENGINE, settings.PLANNING_PROCESSES, settings.DASK_SCHEDULER
            ) as engine:
                done = planning.plan_days_ahead(
                    actor=actor, service_ids=chosen, days=coming, now=now, engine=engine,
                    effort=Effort(seconds=seconds, seed=seed), progress=self._say,
                )  # fmt: skip
        except (NotAllowedError, EngineError) as error:
            raise CommandError(str(error)) from error
        planned = sum(one.plan is not None for one in done)
        self.stdout.write(f"{planned} of {len(done)} days planned")

    def _say(self, one: planning.DayAhead) -> None:
        if one.plan is None:
            self.stdout.write(f"{one.day:%a %-d %B}: re-planned by somebody meanwhile; left as they have it")
            return
        figures = one.plan.figures
        self.stdout.write(
            f"{one.day:%a %-d %B}: {figures['planned']} visits planned for {figures['workers']} workers,"
            f" {figures['unplanned']} left out"
        )
        self.stdout.flush()
