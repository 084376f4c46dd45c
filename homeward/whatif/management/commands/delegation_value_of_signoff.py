"""`homeward delegation value-of-signoff`: which sign-off would free most registered time."""

import json

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from homeward.access.rules import Actor, NotAllowedError
from homeward.teams.selectors import all_service_ids, service_for
from homeward.whatif.selectors import DAYS, TOP, value_of_sign_offs
from homeward.whatif.services import keep_value_look


class Command(BaseCommand):
    help = "Plan the coming days with and without each possible sign-off, and list those that free most time."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--service", help="code of the service; the only one when not given")
        parser.add_argument("--days", type=int, default=DAYS, help="how many coming days to plan, 1 to 28")
        parser.add_argument("--top", type=int, default=TOP, help="how many sign-offs to list")
        parser.add_argument("--json", action="store_true", help="print as JSON")

    def handle(self, *args, service: str | None, days: int, top: int, json: bool, **options) -> None:
        actor = Actor.system("Homeward, by command", *all_service_ids())
        now = timezone.now()
        try:
            chosen = service_for(actor, service)
            worth = value_of_sign_offs(actor, chosen.pk, now, days=days, top=top, progress=None if json else self._say)
        except (NotAllowedError, ValueError) as error:
            raise CommandError(str(error)) from error
        keep_value_look(actor=actor, service_id=chosen.pk, worth=worth, now=now)
        self.stdout.write(_as_json(worth) if json else _as_text(worth))

    def _say(self, text: str) -> None:
        self.stderr.write(text)


def _as_json(worth) -> str:
    return json.dumps(
        {
            "first_day": worth.first_day.isoformat(),
            "days": worth.days,
            "registered_minutes_a_week": round(worth.registered_minutes, 1),
            "weighed": worth.weighed,
            "possible": worth.possible,
            "cpu_seconds": round(worth.cpu_seconds, 1),
            "sign_offs": [one.to_dict() for one in worth.values],
        },
        indent=2,
    )


def _as_text(worth) -> str:
    lines = [
        f"From {worth.first_day:%-d %B}, {worth.days} days. Registered professionals must go for"
        f" {worth.registered_minutes:.0f} minutes a week that nobody on shift may do by delegation.",
    ]
    for place, one in enumerate(worth.values, 1):
        payback = "never" if one.payback_weeks is None else f"{one.payback_weeks:.1f} weeks"
        lines.append(
            f"{place:2}. {one.worker} ({one.employer}), {one.title.lower()}: frees {one.registered_minutes:.0f} minutes"
            f" a week at {one.visits:.0f} visits, {abs(one.travel_minutes):.0f}"
            f" {'less' if one.travel_minutes >= 0 else 'more'} on the road,"
            f" {one.dead_minutes:.0f} of unused paid time; training takes {one.training.registered_minutes} registered"
            f" minutes, paid back in {payback}"
        )
    if not worth.values:
        lines.append("No sign-off would free any.")
    return "\n".join(lines)
