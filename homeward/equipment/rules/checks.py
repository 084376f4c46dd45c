"""When something is to be checked next."""

from datetime import date
from typing import Protocol


class _Checked(Protocol):
    check_due_on: date | None
    service_due_on: date | None


def check_due(item: _Checked) -> date | None:
    """The first day by which a safety check or a service of an item is due; None where neither is."""
    return min((day for day in (item.check_due_on, item.service_due_on) if day is not None), default=None)
