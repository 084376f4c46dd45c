"""When something is to be checked next."""

from collections.abc import Iterable
from datetime import date
from typing import Protocol


class _Found(Protocol):
    pk: int
    sort: str
    is_passed: bool


class _Checked(Protocol):
    check_due_on: date | None
    service_due_on: date | None


def check_due(item: _Checked) -> date | None:
    """The first day by which a safety check or a service of an item is due; None where neither is."""
    return min((day for day in (item.check_due_on, item.service_due_on) if day is not None), default=None)


def failed_check(checks: Iterable[_Found]) -> _Found | None:
    """The check that an item failed and did not pass since, of either sort; None where nothing speaks against it."""
    last = {one.sort: one for one in sorted(checks, key=lambda one: one.pk)}
    return max((one for one in last.values() if not one.is_passed), key=lambda one: one.pk, default=None)
