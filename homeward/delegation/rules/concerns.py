"""How soon a concern is to be answered."""

from collections.abc import Mapping
from datetime import datetime, timedelta

# Local decisions until a service makes its own (HOMEWARD_CONCERN_MINUTES): no national figure was found
ANSWER_WITHIN_MINUTES: Mapping[str, int] = {"now": 15, "today": 240, "soon": 2 * 24 * 60}


def answer_due(urgency: str, raised_at: datetime, minutes: Mapping[str, int] | None = None) -> datetime:
    """When a concern raised then must have been answered. `minutes` are the service's own, by urgency."""
    return raised_at + timedelta(minutes={**ANSWER_WITHIN_MINUTES, **(minutes or {})}[urgency])
