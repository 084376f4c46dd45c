"""In which order people wait for a bed, and why each is where they are.

Local decision, one the list itself explains: whoever somebody put first, saying why; then by when the two days of each
end (NICE QS173); last, those who cannot move yet, in the same order.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Waiter:
    """Somebody who waits. `due_at` is when their two days end."""

    id: int
    due_at: datetime
    put_first_at: datetime | None = None
    is_ready: bool = True


@dataclass(frozen=True, slots=True)
class Placed:
    """Somebody's place in the list, from 1, and why: "put_first", "due" or "not_ready"."""

    id: int
    place: int
    why: str


def in_order(waiting: Iterable[Waiter]) -> list[Placed]:
    """Everybody who waits, whoever is to be thought of first at the front."""
    ordered = sorted(
        waiting,
        key=lambda one: (
            not one.is_ready,
            one.put_first_at is None,
            one.put_first_at or one.due_at,
            one.due_at,
            one.id,
        ),
    )
    return [
        Placed(one.id, place, "not_ready" if not one.is_ready else "put_first" if one.put_first_at else "due")
        for place, one in enumerate(ordered, 1)
    ]
