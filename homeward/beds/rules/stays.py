"""How long a stay has lasted and may last, when it is looked at again, and when somebody is rung afterwards."""

from datetime import date, timedelta

from homeward.beds.states import CameFrom, FollowUpKind

# NHS England, intermediate care framework, 2023: typically no longer than six weeks. The pathway may say another.
MOST_DAYS = 42
# The weekly look at the way home of the bed-based pathway; its source says local practice. Local decision.
REVIEW_EVERY = timedelta(days=7)
# Still at home 91 days after leaving hospital (ASCOF 2D, before 2023-24 2B; docs/rules/beds.md)
AFTER_HOSPITAL = timedelta(days=91)
# A try at least this often, on different days, before somebody counts as not reached. Local decision.
TRIES_BEFORE_GIVING_UP = 3


def days_away(days_before: int, in_hospital_since: date | None, day: date) -> int:
    """Days in hospital that do not count towards the limit, up to a day."""
    return days_before + (max(0, (day - in_hospital_since).days) if in_hospital_since else 0)


def day_of_stay(moved_in_on: date, day: date, away: int = 0) -> int:
    """Which day of the stay it is: 1 on the day they moved in, not counting days in hospital."""
    return max(1, (day - moved_in_on).days + 1 - away)


def limit_of(moved_in_on: date, most_days: int, away: int = 0) -> date:
    """The last day before a stay needs a reason for going on: so many days after moving in, and those in hospital."""
    return moved_in_on + timedelta(days=most_days + away)


def review_due(moved_in_on: date, next_on: date | None) -> date:
    """When the way home is to be looked at: as the last review said, the first within a week of moving in."""
    return next_on or moved_in_on + REVIEW_EVERY


def follow_up_days(came_from: str, moved_in_on: date, left_on: date) -> dict[FollowUpKind, date]:
    """When to ring somebody: 91 days after they left hospital, for whoever came from there, else after they left the
    bed (local decision), never before they left; and a year after they left."""
    counted_from = moved_in_on if came_from == CameFrom.HOSPITAL else left_on
    try:
        a_year_on = left_on.replace(year=left_on.year + 1)
    except ValueError:  # left on 29 February
        a_year_on = left_on.replace(year=left_on.year + 1, month=3, day=1)
    return {
        FollowUpKind.AFTER_91_DAYS: max(counted_from + AFTER_HOSPITAL, left_on),
        FollowUpKind.AFTER_12_MONTHS: a_year_on,
    }
