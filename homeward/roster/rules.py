"""What makes a roster possible."""

from datetime import datetime
from itertools import pairwise


def overlapping(stretches: list[tuple[datetime, datetime]]) -> tuple[int, int] | None:
    """The positions of the first two stretches of time that overlap, or None. Touching ends do not overlap."""
    order = sorted(range(len(stretches)), key=lambda i: stretches[i])
    for before, after in pairwise(order):
        if stretches[after][0] < stretches[before][1]:
            return before, after
    return None
