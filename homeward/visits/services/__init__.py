"""Writes about visits, by subject: needed, planned, decided, begun, done."""

from .attending import FIRST_CONTACT, SUPPORT_STARTED, arrive, leave, record_attendance, record_missed
from .closing import close_response
from .day_plans import PlanChangedMeanwhileError, keep_travel_table, record_plan
from .needing import OFFICE_HOURS, RESPOND_WITHIN_AT_MOST, add_visits, make_visits, need_response, response_template
from .sending import START_LATE_AT_MOST, assign_worker, cancel_visit

__all__ = [
    "FIRST_CONTACT",
    "OFFICE_HOURS",
    "RESPOND_WITHIN_AT_MOST",
    "START_LATE_AT_MOST",
    "SUPPORT_STARTED",
    "PlanChangedMeanwhileError",
    "add_visits",
    "arrive",
    "assign_worker",
    "cancel_visit",
    "close_response",
    "keep_travel_table",
    "leave",
    "make_visits",
    "need_response",
    "record_attendance",
    "record_missed",
    "record_plan",
    "response_template",
]
