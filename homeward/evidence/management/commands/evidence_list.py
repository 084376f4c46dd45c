"""`homeward evidence list`: every study, as text or JSON."""

import json

from django.core.management.base import BaseCommand

from homeward.access.rules import Actor
from homeward.evidence.rules.printing import as_json, as_text
from homeward.evidence.rules.searching import chosen, search
from homeward.evidence.rules.study import IMPACT_TITLES, Impact, Study
from homeward.evidence.selectors import own_studies, published
from homeward.teams.selectors import all_service_ids, services_for


class Command(BaseCommand):
    help = "List the studies of what was tried elsewhere and what came of it (docs/guides/evidence.md)."
    requires_system_checks = []

    def add_arguments(self, parser) -> None:
        parser.add_argument("--impact", default="", choices=[one.value for one in Impact], help="with this impact")
        parser.add_argument("--topic", default="", metavar="CODE", help="with this topic")
        parser.add_argument("--search", default="", metavar="WORDS", help="with all these words, the likeliest first")
        parser.add_argument("--own", action="store_true", help="the own studies of every service too")
        parser.add_argument("--json", action="store_true", help="print everything as JSON")

    def handle(self, *args, impact, topic, own: bool, **options) -> None:
        shipped = published()
        if topic and topic not in shipped.topics:
            self.stderr.write(f"There is no topic {topic}. There are {', '.join(shipped.topics)}.")
            raise SystemExit(2)
        # a code is of one study of the whole place, published or own
        owners = _owners() if own else {}
        studies = [*(one for one, _ in owners.values()), *shipped.studies]
        found = search(chosen(studies, impact, topic), options["search"], shipped.topics)
        whose = {code: service for code, (_, service) in owners.items()}
        if options["json"]:
            told = {
                "impacts": {one.value: title for one, title in IMPACT_TITLES.items()},
                "topics": shipped.topics,
                "studies": [as_json(one, service_code=whose.get(one.code, "")) for one in found],
            }
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=1))
            return
        if not found:
            self.stdout.write("No study has all of that.")
        for one in found:
            self.stdout.write(as_text(one, shipped.topics, service_code=whose.get(one.code, "")) + "\n")


def _owners() -> dict[str, tuple[Study, str]]:
    """Every own study and the code of its service, by its own code."""
    actor = Actor.system("homeward evidence list", *all_service_ids())
    return {
        one.study.code: (one.study, service.code)
        for service in services_for(actor)
        for one in own_studies(actor, service.pk)
    }
