"""Which words of a referral say what its safeguarding concern is, wherever its sender wrote them."""

import re

_NAMED = re.compile("safeguard", re.IGNORECASE)
_PARTED = re.compile(r"[\n;]+")
SHORTEST_PART = 4  # letters: shorter, and it is found in words that say nothing of it


def tells_concern(concern: str, *texts: str) -> bool:
    """Whether any of these texts speaks of safeguarding, or says a part of the concern. Nothing does where it is ""."""
    if not concern.strip():
        return False
    said = " ".join(" ".join(texts).casefold().split())
    parts = [" ".join(part.casefold().split()) for part in _PARTED.split(concern)]
    is_part_of_it = any(text.strip() and text.strip() in concern for text in texts)
    return bool(_NAMED.search(said)) or is_part_of_it or any(len(one) >= SHORTEST_PART and one in said for one in parts)
