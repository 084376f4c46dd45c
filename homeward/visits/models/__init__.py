"""Visit, assignment, task, group clinic, day plan, move, who was told of it, handover sheet, where a service goes."""

from homeward.visits.models.bookings import ClinicBooking, ReplacedVisit, SessionPlace
from homeward.visits.models.clinics import Clinic, ClinicSession
from homeward.visits.models.covering import CoverDecision, CoverOption, LostVisit, SickCall
from homeward.visits.models.handing_over import HandoverNote, HandoverSheet
from homeward.visits.models.joining import JoinedVisits
from homeward.visits.models.pausing import VisitPause
from homeward.visits.models.planning import DayPlan, PlanMove, ServiceArea, Telling, TravelTable
from homeward.visits.models.recording import OutcomeCheck, TaskReading
from homeward.visits.models.statements import Statement, StatementEntry, StatementSheet
from homeward.visits.models.visit import Assignment, Visit, VisitTask

__all__ = [
    "Assignment",
    "Clinic",
    "ClinicBooking",
    "ClinicSession",
    "CoverDecision",
    "CoverOption",
    "DayPlan",
    "HandoverNote",
    "HandoverSheet",
    "JoinedVisits",
    "LostVisit",
    "OutcomeCheck",
    "PlanMove",
    "ReplacedVisit",
    "ServiceArea",
    "SessionPlace",
    "SickCall",
    "Statement",
    "StatementEntry",
    "StatementSheet",
    "TaskReading",
    "Telling",
    "TravelTable",
    "Visit",
    "VisitPause",
    "VisitTask",
]
