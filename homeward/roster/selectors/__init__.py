"""Reading the roster, by subject: shifts, cover, contracts."""

from homeward.roster.selectors.contracts import contracts_on, hours_left, limits_of, shifts_known, worked_minutes
from homeward.roster.selectors.cover import CoveredHours, cover_hours, cover_of_week, on_call_between
from homeward.roster.selectors.shifts import absences_on, accounts_on_duty, shifts_on, shifts_over

__all__ = [
    "CoveredHours",
    "absences_on",
    "accounts_on_duty",
    "contracts_on",
    "cover_hours",
    "cover_of_week",
    "hours_left",
    "limits_of",
    "on_call_between",
    "shifts_known",
    "shifts_on",
    "shifts_over",
    "worked_minutes",
]
