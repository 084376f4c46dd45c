"""The planner's sentences as a manager would say them."""

import re
from collections.abc import Iterable

import visit_planner
from homeward.kernel.rules import LONDON, time_text
from homeward.procedures.selectors import library
from homeward.teams.models import Worker
from homeward.visits.models import Visit

NO_PLACE = "There is no place on the map for this address. Add its postcode, then plan again."
CANNOT_BOTH_BE = "What is already decided for those who go cannot all be kept. Change who goes, or when."


def worker_id(pk: int) -> str:
    """What the planner calls a worker."""
    return f"w{pk}"


def visit_id(pk: int) -> str:
    """What the planner calls a visit."""
    return f"v{pk}"


def number(planner_id: str) -> int:
    """The row that the planner's name of a worker or visit stands for."""
    return int(planner_id[1:])


class Words:
    """The planner's sentences with names for its ids, titles for its codes and times as the NHS writes them."""

    def __init__(self, workers: Iterable[Worker], visits: Iterable[Visit]) -> None:
        self._names = {worker_id(worker.pk): worker.label for worker in workers}
        self._names |= {
            visit_id(visit.pk): f"{visit.title} at {visit.window_opens_at.astimezone(LONDON):%H:%M}" for visit in visits
        }
        self._titles = {skill.code: skill.title.lower() for skill in library().skills}

    def plain(self, sentence: str) -> str:
        """A sentence of the planner in words."""
        named = re.sub(r"\b[wv]\d+\b", lambda found: self._names.get(found[0], found[0]), sentence)
        named = re.sub(r"\b([01]\d|2[0-3]):([0-5]\d)\b", lambda at: time_text(int(at[1]), int(at[2])), named)
        return re.sub(r"\b[a-z]+(?:_[a-z]+)*\b", lambda found: self._titles.get(found[0], found[0]), named)

    def why_not(self, reason: visit_planner.WhyNot) -> str:
        """Why a visit is left out, and the nearest thing that would make it possible."""
        return self.plain(f"{reason.sentence} {reason.nearest}")
