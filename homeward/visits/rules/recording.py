"""Whether a reading is within what was agreed, and how it is said."""

from decimal import Decimal


def is_outside_limits(value: Decimal, low: Decimal | None, high: Decimal | None) -> bool:
    """Whether a reading is below the low end or above the high one. The ends themselves are within."""
    return (low is not None and value < low) or (high is not None and value > high)


def number_text(value: Decimal) -> str:
    """A reading without zeros that say nothing: 7.50 is 7.5, 40.00 is 40."""
    return f"{value.normalize():f}"


def range_text(low: Decimal | None, high: Decimal | None, unit: str = "") -> str:
    """The range of a limit in words: 4 to 14 mmol/L, at least 4, at most 14."""
    unit = f" {unit}" if unit else ""
    if low is not None and high is not None:
        return f"{number_text(low)} to {number_text(high)}{unit}"
    if low is not None:
        return f"at least {number_text(low)}{unit}"
    return f"at most {number_text(high)}{unit}" if high is not None else ""
