"""When to try again, and what an address must look like."""

import re
from datetime import timedelta

# A failing mail server is usually back within minutes; after these tries somebody has to look.
TRY_AGAIN_AFTER = (
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
    timedelta(hours=2),
)
# One sender holds a thing this long: longer than any provider's timeout.
LEASE = timedelta(minutes=2)

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
PHONE = re.compile(r"\+?[0-9 ]{10,16}")
ADDRESS = re.compile(r"https?://\S+")


def next_try(tries: int) -> timedelta | None:
    """How long to wait after this many tries that failed; None when it is given up."""
    return TRY_AGAIN_AFTER[tries - 1] if tries <= len(TRY_AGAIN_AFTER) else None


def fault_of(channel: str, address: str) -> str:
    """What is wrong with an address for a channel, in words; empty when nothing is."""
    shape, example = {
        "email": (EMAIL, "name@example.nhs.uk"),
        "sms": (PHONE, "07700 900123"),
        "webhook": (ADDRESS, "https://example.nhs.uk/notices"),
    }[channel]
    return "" if shape.fullmatch(address.strip()) else f"This does not look right. Write it like {example}."
