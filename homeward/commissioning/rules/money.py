"""Money, in whole pence everywhere.

The rounding rule, stated once: one price is rounded, that of one worker's one visit, to the nearest penny with a half
up; its mileage is rounded in the same way, on its own. All else is sums of such pence. Where a sum is shared between
council and NHS, the council's part is rounded so and the NHS pays the rest, so that the parts always make the whole.
"""

import re
from decimal import Decimal

from homeward.visits.rules.statements import pence_for

__all__ = ["council_part", "mileage_pence", "pence_for", "read_pence", "read_tenth_miles"]

POUNDS = re.compile(r"^-?(\d{1,3}(,\d{3})+|\d{1,9})(\.\d{1,2})?$")
MILES = re.compile(r"^\d{1,4}(\.\d)?$")


class NotMoneyError(ValueError):
    """A text that no sum of money can be read from."""


def read_pence(text: str) -> int:
    """The pence of a sum in pounds as people write it: "£1,234.50", "20", "-3.5".

    Raises: NotMoneyError.
    """
    tidy = text.strip().replace("£", "").replace(" ", "")
    if not tidy.isascii() or not POUNDS.match(tidy):
        raise NotMoneyError("Enter an amount in pounds, like 1234.50")
    return int(Decimal(tidy.replace(",", "")) * 100)


def read_tenth_miles(text: str) -> int:
    """Tenths of a mile of a distance as people write it: "3.2"; nothing for nothing.

    Raises: NotMoneyError.
    """
    tidy = text.strip()
    if not tidy:
        return 0
    if not tidy.isascii() or not MILES.match(tidy):
        raise NotMoneyError("Enter miles with at most one decimal, like 3.2")
    return int(Decimal(tidy) * 10)


def mileage_pence(tenth_miles: int, pence_a_mile: int, most_miles: int) -> int:
    """What a distance is paid, up to the most that a contract pays for, to the nearest penny with a half up."""
    paid = min(tenth_miles, most_miles * 10)
    return (paid * pence_a_mile + 5) // 10


def council_part(pence: int, council_percent: int) -> int:
    """The council's part of a sum, to the nearest penny with a half up, away from nothing; the NHS pays the rest."""
    part = (abs(pence) * council_percent + 50) // 100
    return part if pence >= 0 else -part
