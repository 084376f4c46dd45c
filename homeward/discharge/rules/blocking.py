"""Which of several things that hold somebody up counts. Pure Python.

The national count asks for one reason for each person a day. Which of several it is to be is not said where we could
read it: here, what has held them up longest. Local decision, docs/rules/coming-home.md.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Block:
    """One reason that held an action up, from when to when; None: still."""

    reason: str
    started_at: datetime
    ended_at: datetime | None = None


def main_block(blocks: Iterable[Block], at: datetime) -> Block | None:
    """What held somebody up at a moment: of several the longest standing, then by name; None for nothing."""
    standing = [one for one in blocks if one.started_at <= at and (one.ended_at is None or one.ended_at > at)]
    return min(standing, key=lambda one: (one.started_at, one.reason), default=None)
