"""`homeward evidence list`: every study, as text or JSON."""

import json

from django.core.management.base import BaseCommand

from homeward.evidence.rules.printing import as_json, as_text
from homeward.evidence.rules.searching import chosen, search
from homeward.evidence.rules.study import IMPACT_TITLES, Impact
from homeward.evidence.selectors import published


class Command(BaseCommand):
    help = "List the studies of what was tried elsewhere and what came of it (docs/guides/evidence.md)."
    requires_system_checks = []

    def add_arguments(self, parser) -> None:
        parser.add_argument("--impact", default="", choices=[one.value for one in Impact], help="with this impact")
        parser.add_argument("--topic", default="", metavar="CODE", help="with this topic")
        parser.add_argument("--search", default="", metavar="WORDS", help="with all these words, the likeliest first")
        parser.add_argument("--json", action="store_true", help="print everything as JSON")

    def handle(self, *args, impact, topic, search: str, **options) -> None:
        shipped = published()
        if topic and topic not in shipped.topics:
            self.stderr.write(f"There is no topic {topic}. There are {', '.join(shipped.topics)}.")
            raise SystemExit(2)
        found = _found(shipped.studies, shipped.topics, impact, topic, search)
        if options["json"]:
            told = {
                "impacts": {one.value: title for one, title in IMPACT_TITLES.items()},
                "topics": shipped.topics,
                "studies": [as_json(one) for one in found],
            }
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=1))
            return
        if not found:
            self.stdout.write("No study has all of that.")
        for one in found:
            self.stdout.write(as_text(one, shipped.topics) + "\n")


def _found(studies, topics, impact, topic, wanted) -> list:
    return search(chosen(studies, impact, topic), wanted, topics)
