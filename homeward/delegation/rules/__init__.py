"""Who may do what for whom, how somebody comes to be signed off, and what is assessed before anything is delegated."""

from homeward.delegation.rules.may import (
    LAPSE_WARNINGS,
    Because,
    Decision,
    May,
    Signed,
    Standing,
    may_do,
)

__all__ = [
    "LAPSE_WARNINGS",
    "Because",
    "Decision",
    "May",
    "Signed",
    "Standing",
    "may_do",
]
