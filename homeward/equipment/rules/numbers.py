"""Numbers of equipment: labels, money."""

import re
from decimal import Decimal, InvalidOperation

PREFIX = "EQ"
_NUMBER = re.compile(rf"{PREFIX}\d{{6,12}}")


def item_number(key: int) -> str:
    """The number on the label of an item: EQ000042."""
    return f"{PREFIX}{key:06d}"


def number_in(scanned: str) -> str:
    """The number in what a scanner typed or somebody wrote, be it bare or in the address of a label; "" for none."""
    found = _NUMBER.search(re.sub(r"\s+", "", scanned).upper())
    return found.group() if found else ""


def whole_pence(text: str) -> int | None:
    """Pounds as typed, "£1,250.50", in pence; None where it is no amount from nothing to a million pounds."""
    try:
        amount = Decimal(text.replace("£", "").replace(",", "").strip())
    except InvalidOperation:
        return None
    if not amount.is_finite() or not 0 <= amount <= 1_000_000 or amount != round(amount, 2):
        return None
    return int(amount * 100)
