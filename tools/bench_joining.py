"""How right the search for visits that could be one is, on the fictitious place of this machine.

    HOMEWARD_VAR=var python tools/bench_joining.py

Prints what was planted (people whom two teams visit in the morning), what was found, and how much of each is the other.
"""

import json
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "homeward.config.settings")

import django

django.setup()

from django.utils import timezone  # noqa: E402

from homeward.kernel.rules import london_day  # noqa: E402
from homeward.plans.models import VisitPattern  # noqa: E402
from homeward.teams.selectors import fictitious_service  # noqa: E402
from homeward.visits.rules import JoinKind  # noqa: E402
from homeward.visits.selectors.joining import found_joinable  # noqa: E402


def main() -> None:
    service = fictitious_service()
    if service is None:
        raise SystemExit("There is no fictitious place. Make one: homeward run --prepare-only")
    planted = set(
        VisitPattern.objects.filter(
            plan__episode__service=service, plan__episode__ended_at=None, title="Morning practice",
            plan__episode__follows__isnull=False,
        ).values_list("plan__person_id", flat=True)
    )  # fmt: skip
    began = time.thread_time()
    found = found_joinable(service.pk, london_day(timezone.now()))
    seconds = time.thread_time() - began
    same = {person for person, one in found if one.kind is JoinKind.SAME_PURPOSE}
    right = same & planted
    print(
        json.dumps(
            {
                "planted": len(planted),
                "found_same_purpose": len(same),
                "found_one_after_the_other": sum(one.kind is not JoinKind.SAME_PURPOSE for _, one in found),
                "precision": round(len(right) / len(same), 3) if same else None,
                "recall": round(len(right) / len(planted), 3) if planted else None,
                "minutes_saved_a_week": round(sum(one.saved_a_week for _, one in found)),
                "cpu_seconds": round(seconds, 2),
            },
            indent=2,
        )
    )


if __name__ == "__main__":
    main()
