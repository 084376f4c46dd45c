"""The words and the look of every state a visit can be shown in, and when it counts as late."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from homeward.visits.selectors import DayAssignment, DayVisit
from homeward.visits.states import AssignmentState, VisitState

# A visit nobody has arrived at this long after its time is worth a call. A local decision: half of the 30 minutes
# after which home care reports count a visit as late.
NOT_STARTED_AFTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Look:
    """How one state is told: a class for its shape, mark and colour, and the word that says the same."""

    css: str
    word: str
    # The NHS tag colour where the state stands by itself; empty is the plain tag
    tag: str = ""
    is_late: bool = False


LOOKS: dict[str, Look] = {
    "done": Look("is-done", "Done", "green"),
    "under_way": Look("is-under-way", "Under way", "blue"),
    "sent": Look("is-sent", "Sent", "aqua-green"),
    "planned": Look("is-planned", "Planned", "white"),
    "late": Look("is-late", "Planned late", "yellow", is_late=True),
    "not_started": Look("is-not-started", "Not started", "orange", is_late=True),
    "missed": Look("is-missed", "Missed", "grey"),
    "needed": Look("is-needed", "Nobody assigned", "red"),
    "part": Look("is-part", "One more worker needed", "red"),
    "cancelled": Look("is-cancelled", "Cancelled", "grey"),
}
# The key under the timeline, in the order a visit goes through them
KEY = ("planned", "sent", "under_way", "done", "late", "not_started")


def look_of(visit: DayVisit, part: DayAssignment, now: datetime, *, is_today: bool) -> Look:
    """How one worker's part in a visit is shown. Only on the day itself can a visit be one that has not started."""
    if part.state == AssignmentState.LEFT:
        return LOOKS["done"]
    if part.state == AssignmentState.ARRIVED:
        return LOOKS["under_way"]
    if visit.state == VisitState.MISSED:
        return LOOKS["missed"]
    if visit.state == VisitState.NEEDED:
        return LOOKS["part"]
    if is_today and now > part.starts_at + NOT_STARTED_AFTER:
        return LOOKS["not_started"]
    if part.starts_at > visit.window_closes_at:
        return LOOKS["late"]
    if part.state == AssignmentState.SENT:
        return LOOKS["sent"]
    return LOOKS["planned"]


def lateness(visit: DayVisit, part: DayAssignment, look: Look, now: datetime) -> str:
    """How late a late part is, in words; empty for any other."""
    if look is LOOKS["late"]:
        return f"starts {minutes_text((part.starts_at - visit.window_closes_at).total_seconds() / 60)} after its window"
    if look is LOOKS["not_started"]:
        return f"due {minutes_text((now - part.starts_at).total_seconds() / 60)} ago, nobody has arrived"
    return ""


def minutes_text(minutes: float) -> str:
    """A length of time as people say it: 1 minute, 45 minutes, 1 hour 5 minutes."""
    whole = max(0, round(minutes))
    hours, rest = divmod(whole, 60)
    parts = []
    if hours:
        parts.append(f"{hours} hour{'' if hours == 1 else 's'}")
    if rest or not hours:
        parts.append(f"{rest} minute{'' if rest == 1 else 's'}")
    return " ".join(parts)


def short_minutes(minutes: float) -> str:
    """A length of time for a figure: 45m, 61h 20m."""
    hours, rest = divmod(max(0, round(minutes)), 60)
    return f"{hours}h {rest:02d}m" if hours else f"{rest}m"
