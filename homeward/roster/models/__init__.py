"""Contract, shift, absence, the hours to be covered, and who is on call."""

from homeward.roster.models.contract import Contract, EmployerRules
from homeward.roster.models.cover import CoverHours, OnCall
from homeward.roster.models.shift import Absence, Shift

__all__ = ["Absence", "Contract", "CoverHours", "EmployerRules", "OnCall", "Shift"]
