"""How soon, as an NHS 111 report says it. Pure decisions.

The national list of disposition codes and their times was not found (STANDARDS section A names the documents only), so
a code counts for nothing unless a place says what it means (`NHS_111_URGENCIES` in the settings); the words of the
report decide.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from homeward.referrals.states import Urgency

CRISIS_WITHIN = timedelta(hours=2)  # NHS England urgent community response standard
SOON_WITHIN = timedelta(days=2)
# Where a report does not say how soon: the sooner, so that somebody looks at it in time. A local decision.
WHEN_NOT_SAID = Urgency.CRISIS
UNITS = {
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
}
NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "six": 6, "twelve": 12, "twenty four": 24}
_TIME_FRAME = re.compile(
    rf"\b(?:within|wihtin)\s+(?:the\s+next\s+)?(\d{{1,3}}|{'|'.join(NUMBERS)})\s*(minute|hour|day|week)s?\b|"
    rf"\bin\s+the\s+next\s+(\d{{1,3}}|{'|'.join(NUMBERS)})\s*(minute|hour|day|week)s?\b",
    re.IGNORECASE,
)
_AT_ONCE = re.compile(r"\b(immediate|immediately|emergency ambulance|999|straight away)\b", re.IGNORECASE)
_NOT_URGENT = re.compile(r"\b(non-?\s?urgent|routine|not urgent)\b", re.IGNORECASE)


@dataclass(frozen=True)
class HowSoon:
    """`within`: the time the report gives, None when it gives none. `why`: one sentence for the referral."""

    urgency: Urgency
    within: timedelta | None
    why: str
    is_said: bool


def how_soon(code: str, disposition: str, further: str = "", local: Mapping[str, str] | None = None) -> HowSoon:
    """How soon a disposition asks for. `further`: the disposition's own narrative; `local`: urgency by DX code."""
    chosen = {key.lower(): value for key, value in (local or {}).items()}.get(code.lower(), "")
    if chosen in Urgency.values:
        urgency = Urgency(chosen)
        return HowSoon(
            urgency, time_frame(disposition), f"{code} is {urgency.label.lower()} here, by local decision.", True
        )
    for text in (disposition, further):
        within = time_frame(text)
        if within is not None:
            urgency = _urgency_of(within)
            return HowSoon(urgency, within, f"NHS 111 says within {_words(within)}: {urgency.label.lower()}.", True)
        if _NOT_URGENT.search(text):
            return HowSoon(Urgency.ROUTINE, None, "NHS 111 says it is not urgent.", True)
        if _AT_ONCE.search(text):
            return HowSoon(Urgency.CRISIS, None, "NHS 111 says at once.", True)
    label = WHEN_NOT_SAID.label.lower()
    return HowSoon(
        WHEN_NOT_SAID, None, f"The report does not say how soon; it was taken as {label}, by local decision.", False
    )


def time_frame(text: str) -> timedelta | None:
    """The time a sentence such as “to contact a local service within 6 hours” gives; None when it gives none."""
    match = _TIME_FRAME.search(text)
    if match is None:
        return None
    number, unit = match[1] or match[3], (match[2] or match[4]).lower()
    return NUMBERS.get(number.lower(), int(number) if number.isdigit() else 0) * UNITS[unit]


def _urgency_of(within: timedelta) -> Urgency:
    if within <= CRISIS_WITHIN:
        return Urgency.CRISIS
    return Urgency.TWO_DAYS if within <= SOON_WITHIN else Urgency.ROUTINE


def _words(within: timedelta) -> str:
    if within < timedelta(hours=1):
        return f"{within // timedelta(minutes=1)} minutes"
    hours = within // timedelta(hours=1)
    if hours % 24 == 0 and hours > 24:
        return f"{hours // 24} days"
    return f"{hours} hour{'' if hours == 1 else 's'}"
