"""The code with which a professional follows what they sent in, and how often an open form may be used."""

import hashlib
import hmac
import re
from datetime import date

# Letters and numbers that nobody mistakes for one another, read out on the telephone. 32 of them: five bits each.
LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH = 10  # 50 bits: with the limit below, guessing one takes longer than anybody has
# How often one address may send, or ask after, a referral in an hour. A hospital may share one address, so it is not
# small. A local decision.
MOST_USES_AN_HOUR = 60


def follow_code(secret: str, form_number: str) -> str:
    """The code for what was sent on the form with this number, ABCDE-FGHJK: the same however often it is made.

    It is made anew and never kept, so that a form sent twice by accident shows the same code twice.
    """
    digest = hmac.digest(f"follow code {secret}".encode(), form_number.encode(), "sha256")
    code = "".join(LETTERS[byte % len(LETTERS)] for byte in digest[:CODE_LENGTH])
    return f"{code[:5]}-{code[5:]}"


def code_hash(code: str) -> str:
    """What is kept of a code: enough to know it again, not to use it. However it was typed, the same."""
    tidy = re.sub(r"[^0-9A-Z]", "", code.upper())
    return hashlib.sha256(tidy.encode()).hexdigest()


def is_code(code: str, kept_hash: str) -> bool:
    """Whether a code as typed is the one whose hash was kept."""
    return bool(kept_hash) and hmac.compare_digest(code_hash(code), kept_hash)


def visitor_key(secret: str, address: str, day: date) -> str:
    """What stands for an internet address on one day, from which the address cannot be found; another tomorrow."""
    return hmac.digest(f"visitor {secret} {day.isoformat()}".encode(), address.encode(), "sha256").hex()
