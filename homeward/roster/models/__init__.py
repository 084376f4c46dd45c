"""Contract, shift, pattern, absence, request, the hours to be covered, who is on call, and what is forecast."""

from homeward.roster.models.contract import Contract, EmployerRules
from homeward.roster.models.cover import CoverHours, OnCall
from homeward.roster.models.forecast import DemandForecast, ForecastUse
from homeward.roster.models.proposal import RotaProposal
from homeward.roster.models.request import OpenShift, RosterRequest
from homeward.roster.models.shift import Absence, Publication, RotaPattern, Shift, ShiftChange

__all__ = [
    "Absence",
    "Contract",
    "CoverHours",
    "DemandForecast",
    "EmployerRules",
    "ForecastUse",
    "OnCall",
    "OpenShift",
    "Publication",
    "RosterRequest",
    "RotaPattern",
    "RotaProposal",
    "Shift",
    "ShiftChange",
]
