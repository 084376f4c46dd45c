"""Which fractions call for telling somebody, and whom."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from homeward.access.rules import Role

# A local decision until a service makes its own: the desk first, then whoever can go, then whoever can move others.
DEFAULT_WHO_IS_TOLD: Mapping[int, tuple[Role, ...]] = {
    50: (Role.FRONT_DOOR,),
    75: (Role.FRONT_DOOR, Role.CRISIS_RESPONDER),
    90: (Role.FRONT_DOOR, Role.CRISIS_RESPONDER, Role.ROSTER_PLANNER),
    100: (Role.FRONT_DOOR, Role.CRISIS_RESPONDER, Role.ROSTER_PLANNER, Role.CASE_MANAGER),
}
# A promise to call back has no pathway to name its fractions.
CALL_BACK_PERCENTS = (75, 100)
# A care worker's concern that nobody has answered. A local decision: whoever else can judge it, then whoever manages.
TOLD_OF_CONCERNS: Mapping[int, tuple[Role, ...]] = {
    50: (Role.REGISTERED_PROFESSIONAL,),
    75: (Role.REGISTERED_PROFESSIONAL, Role.CRISIS_RESPONDER),
    100: (Role.REGISTERED_PROFESSIONAL, Role.CRISIS_RESPONDER, Role.CASE_MANAGER),
}
# Questions of a chasing round that nobody answered in time, where no lead is set for whoever was asked. Local decision.
TOLD_OF_SILENCE: Mapping[int, tuple[Role, ...]] = {100: (Role.CASE_MANAGER,)}
# A device called and nobody has closed its alert. A local decision: whoever answers, then whoever manages them.
TOLD_OF_DEVICE_ALERTS: Mapping[int, tuple[Role, ...]] = {
    50: (Role.FRONT_DOOR, Role.CRISIS_RESPONDER),
    75: (Role.FRONT_DOOR, Role.CRISIS_RESPONDER, Role.REGISTERED_PROFESSIONAL),
    100: (Role.FRONT_DOOR, Role.CRISIS_RESPONDER, Role.REGISTERED_PROFESSIONAL, Role.ROSTER_PLANNER),
}
# From here on it goes by email and text message as well, not on screen alone.
URGENT_FROM_PERCENT = 75
# A local decision: who can act on an early warning score, at once or by sending somebody.
TOLD_OF_SCORES = (Role.REGISTERED_PROFESSIONAL, Role.CRISIS_RESPONDER)


def roles_told(table: Mapping[int, Iterable[Role]], percent: int) -> tuple[Role, ...]:
    """Who is told at a fraction: the roles of the highest row of the table that is not above it."""
    rows = [row for row in table if row <= percent]
    return tuple(table[max(rows)]) if rows else ()


def new_fractions(reached: Iterable[int], known: Iterable[int]) -> tuple[tuple[int, ...], int | None]:
    """The fractions reached and not yet known, rising, and which of them is told: the highest alone.

    Nobody is helped by hearing of 50 % and 75 % in the same moment as of 100 %, after the service was stopped.
    """
    new = tuple(sorted(set(reached) - set(known)))
    if not new or new[-1] < max(known, default=0):
        return new, None
    return new, new[-1]


def used_percent(starts_at: datetime, due_at: datetime, now: datetime) -> int:
    """How much of the time between two moments is gone, in whole percent; 100 where there is none."""
    whole = due_at - starts_at
    return 100 if whole <= timedelta() else max(0, (now - starts_at) * 100 // whole)
