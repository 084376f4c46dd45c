"""Which visits are needed and when, and how one stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from homeward.kernel.rules import london_day, wall_clock
from homeward.procedures.rules import Pathway, VisitTemplate

# What the planner may pay, in minutes of travel, rather than leave a visit out. A local decision: anyone whose crisis
# or medicines are at stake outweighs every saving; ordinary visits outweigh any detour.
UNDONE_COST = 2_000
UNDONE_COST_FIXED_TIME = 4_000
UNDONE_COST_CRISIS = 20_000
FIRST_VISIT_FROM = "referral_accepted"
# A first visit is wanted after one part of two of the days it has. A local decision
FIRST_VISIT_PART = 2
FRIDAY = 5


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


def first_visit(pathway: Pathway) -> VisitTemplate | None:
    """The visit that a pathway begins with once somebody is accepted, if it begins with one."""
    return next((visit for visit in pathway.visits if visit.period.from_event == FIRST_VISIT_FROM), None)


def first_visit_day(due_at: datetime | None, within_days: int | None, now: datetime) -> date:
    """The day on which a first visit that is no crisis is wanted: half way to the day it is due.

    It is due with its clock, `due_at`, and `within_days` of now, whichever is sooner; tomorrow where nobody says. The
    other half of the time is left for another try. The day is Monday to Friday where there is one in time, tomorrow at
    the soonest, and today only where it is due today or was due before.
    """
    today = london_day(now)
    ends = [] if due_at is None else [(london_day(due_at) - today).days]
    ends += [] if within_days is None else [within_days]
    left = min(ends, default=1)
    if left < 1:
        return today
    first = max(1, left // FIRST_VISIT_PART)
    days = [today + timedelta(days=ahead) for ahead in range(first, left + 1)]
    return next((day for day in days if day.isoweekday() <= FRIDAY), days[0])


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
