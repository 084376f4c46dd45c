"""How two texts are compared: the one place that decides it."""

from datetime import date
from functools import lru_cache
from typing import overload


@overload
def as_compared(text: str) -> str: ...
@overload
def as_compared(text: None) -> None: ...
@lru_cache(maxsize=1 << 16)
def as_compared(text: str | None) -> str | None:
    """The text as SQL Server compares it under its usual collation (CI_AS): without regard to case and trailing blanks.

    Leading blanks, accents and kinds of dash make a difference. None (NULL) stays None; callers see to it that
    None never equals None where the published SQL joins.
    """
    return None if text is None else text.rstrip(" ").lower()


def run_together(*parts: str | date | None) -> str:
    """Parts as SQL's CONCAT puts them: nothing between them, NULL as nothing, days as 2023-04-01."""
    return "".join("" if part is None else part.isoformat() if isinstance(part, date) else part for part in parts)
