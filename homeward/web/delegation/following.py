"""Visits to come follow a decision in the same request: whoever may no longer is freed, the day is planned again."""

from collections.abc import Collection
from datetime import datetime

from django.http import HttpRequest

from homeward.visits.planning import follow_delegations
from homeward.web.templating import day_text
from homeward.web.words import counted


def follow(request: HttpRequest, service_id: int, person_ids: Collection[int], now: datetime) -> str:
    """Bring the visits of some people into line with what was just decided; gives what became of them in words, to be
    put after what was done; empty where no visit changes."""
    done = follow_delegations(actor=request.actor, service_id=service_id, now=now, person_ids=person_ids)
    if not done.visits:
        return ""
    words = f" {counted(len(done.visits), 'visit to come is changed', 'visits to come are changed')}."
    if done.planned:
        words += f" Planned again: {', '.join(day_text(day) for day in done.planned)}."
    if done.to_plan:
        words += f" To be planned again: {', '.join(day_text(day) for day in done.to_plan)}. Whoever plans was told."
    return words
