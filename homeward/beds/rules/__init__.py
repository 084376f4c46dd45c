"""Which bed fits whom, in which order people wait, how long a stay may be, and how full a house will be. No Django."""

from homeward.beds.rules.fitting import BedFacts, Wants, misfits
from homeward.beds.rules.stays import (
    MOST_DAYS,
    REVIEW_EVERY,
    TRIES_BEFORE_GIVING_UP,
    day_of_stay,
    days_away,
    follow_up_days,
    limit_of,
    review_due,
)
from homeward.beds.rules.waiting import Waiter, in_order

__all__ = [
    "MOST_DAYS",
    "REVIEW_EVERY",
    "TRIES_BEFORE_GIVING_UP",
    "BedFacts",
    "Waiter",
    "Wants",
    "day_of_stay",
    "days_away",
    "follow_up_days",
    "in_order",
    "limit_of",
    "misfits",
    "review_due",
]
