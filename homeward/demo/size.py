"""How large a fictitious place is."""

from dataclasses import dataclass

# The volumes that the five source documents report, or imply; docs/guides/fictitious-place.md says which.
VISITS_A_DAY = 1200
CALLS_A_DAY = 20.0
CRISES_A_DAY = 14.0
PEOPLE = 4200
DAYS_OF_VISITS = 14
DAYS_OF_HISTORY = 365
SHIFTS_AHEAD_DAYS = 6


@dataclass(frozen=True, slots=True)
class Size:
    """How many visits a day, people on record, days of visits behind and days of referrals behind.

    `visits` sets the size of everything that goes with it: staff, calls and referrals a day.
    """

    visits: int = VISITS_A_DAY
    people: int = PEOPLE
    days: int = DAYS_OF_VISITS
    history_days: int = DAYS_OF_HISTORY

    def __post_init__(self) -> None:
        if self.visits < 1 or self.people < 1 or self.days < 0 or self.history_days < 1:
            raise ValueError("A place needs at least one visit, one person and one day of history.")

    @property
    def share(self) -> float:
        """This place beside the one the sources describe: 1.0 is as large."""
        return self.visits / VISITS_A_DAY

    def scaled(self, number: float, least: int = 1) -> int:
        """A number of the full place brought down or up to this one."""
        return max(least, round(number * self.share))
