"""`homeward roster build`: build the rotas that planners asked for."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from homeward.access.rules import Actor
from homeward.roster.building import EFFORT, build_asked
from homeward.teams.selectors import all_service_ids


class Command(BaseCommand):
    help = "Build every rota that was asked for and is not built yet; `homeward work` starts this by itself."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--effort", type=float, default=EFFORT, help=f"deterministic seconds for each ({EFFORT:g})")

    def handle(self, *args, effort: float, **options) -> None:
        actor = Actor.system("Homeward, by itself", *all_service_ids())
        while (proposal := build_asked(actor=actor, now=timezone.now(), effort=effort)) is not None:
            self.stdout.write(
                f"{proposal.first_day}: {proposal.get_state_display().lower()} {proposal.why_failed}".strip()
            )
