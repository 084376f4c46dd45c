"""Writing the roster, by subject: shifts, absences, cover."""

from homeward.roster.services.absences import record_absence, record_absences
from homeward.roster.services.cover import cover_these_hours, put_on_call, stop_covering, take_off_call
from homeward.roster.services.shifts import ShiftsOverlapError, add_shifts

__all__ = [
    "ShiftsOverlapError",
    "add_shifts",
    "cover_these_hours",
    "put_on_call",
    "record_absence",
    "record_absences",
    "stop_covering",
    "take_off_call",
]
