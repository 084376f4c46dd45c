"""Pure decisions about visits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from homeward.kernel.rules import wall_clock

# What the planner may pay, in minutes of travel, rather than leave a visit out. A local decision: anyone whose crisis
# or medicines are at stake outweighs every saving; ordinary visits outweigh any detour.
UNDONE_COST = 2_000
UNDONE_COST_FIXED_TIME = 4_000
UNDONE_COST_CRISIS = 20_000


@dataclass(frozen=True, slots=True)
class Needed:
    """A visit that a pattern needs on a day."""

    opens_at: datetime
    closes_at: datetime
    undone_cost: int


def needed_on(
    day: date,
    *,
    weekdays: str,
    starts_on: date,
    ends_on: date | None,
    opens_at: str,
    closes_at: str,
    is_window_hard: bool,
) -> Needed | None:
    """The visit a pattern needs on `day`, or None. Times are wall clock, so 08:00 stays 08:00 across clock changes."""
    if str(day.isoweekday()) not in weekdays or day < starts_on or (ends_on is not None and day > ends_on):
        return None
    cost = UNDONE_COST_FIXED_TIME if is_window_hard else UNDONE_COST
    return Needed(wall_clock(day, opens_at), wall_clock(day, closes_at), cost)


def state_from(assignments: Sequence[tuple[str, str]], slot_count: int, before: str) -> str:
    """The state of a visit given its assignments' (state, decided_by) and its state before.

    Begun when the first arrives; done when everyone who came has left; planned when every slot is filled.
    """
    if before in ("cancelled", "missed", "done"):
        return before
    states = [state for state, _ in assignments]
    if states and all(state == "left" for state in states) and len(states) >= slot_count:
        return "done"
    if any(state in ("arrived", "left") for state in states):
        return "under_way"
    return "planned" if len(states) >= slot_count else "needed"


def told_after(told: datetime, earlier: datetime) -> datetime:
    """A time as somebody told it, set beside what came before it.

    People tell whole minutes: 09:07 said of something that followed 09:07 and 25 seconds is not before it, but then.
    """
    return earlier if earlier.replace(second=0, microsecond=0) <= told < earlier else told
