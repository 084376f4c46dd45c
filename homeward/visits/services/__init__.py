"""Writes about visits, by subject: needed, planned, decided, begun, done."""

from .attending import FIRST_CONTACT, SUPPORT_STARTED, arrive, leave, record_attendance, record_missed
from .clinic_bookings import Booked, ClinicFullError, NewBooking, book, decline, end_booking, release_place, take_place
from .clinic_days import arrange_transport_from, mark_transport, record_coming, see_to_missed, set_transport
from .clinics import (
    NewClinic,
    cancel_session,
    change_clinic,
    close_clinic,
    date_sessions,
    move_session,
    open_clinic,
    put_nurse,
)
from .closing import close_response, hand_on_by_hand, has_overrun
from .concerns import put_concern
from .day_plans import PlanChangedMeanwhileError, keep_travel_table, record_plan
from .deciding import decide_response, explain_overrun, step_up
from .delegated import FollowedVisit, follow_delegation
from .following import PLAN_CHANGED, Followed, publish_plan
from .forecasting import forecast_demand
from .going import set_area
from .handing_over import add_handover_note, make_handover_sheets, take_over
from .joining import JoinDecidedError, agree_join, carry_joins, decline_join, find_joinable, look_nightly, part_again
from .moving import follow_addresses, follow_person
from .needing import (
    OFFICE_HOURS,
    RESPOND_WITHIN_AT_MOST,
    NeededVisit,
    add_visits,
    make_visits,
    need_response,
    need_visit,
)
from .pausing import pause_visits, restart_visits
from .recording import NewEntry, NewReading, Recorded, check_outcome, record_tasks
from .sending import START_LATE_AT_MOST, assign_worker, cancel_visit, take_out
from .supporting import DAYS_AT_MOST, NewSupport, plan_support, support_ends_at, support_templates
from .telling import ON_SCREEN, list_who_to_tell, mark_told

__all__ = [
    "DAYS_AT_MOST",
    "FIRST_CONTACT",
    "OFFICE_HOURS",
    "ON_SCREEN",
    "PLAN_CHANGED",
    "RESPOND_WITHIN_AT_MOST",
    "START_LATE_AT_MOST",
    "SUPPORT_STARTED",
    "Booked",
    "ClinicFullError",
    "Followed",
    "FollowedVisit",
    "JoinDecidedError",
    "NeededVisit",
    "NewBooking",
    "NewClinic",
    "NewEntry",
    "NewReading",
    "NewSupport",
    "PlanChangedMeanwhileError",
    "Recorded",
    "add_handover_note",
    "add_visits",
    "agree_join",
    "arrange_transport_from",
    "arrive",
    "assign_worker",
    "book",
    "cancel_session",
    "cancel_visit",
    "carry_joins",
    "change_clinic",
    "check_outcome",
    "close_clinic",
    "close_response",
    "date_sessions",
    "decide_response",
    "decline",
    "decline_join",
    "end_booking",
    "explain_overrun",
    "find_joinable",
    "follow_addresses",
    "follow_delegation",
    "follow_person",
    "forecast_demand",
    "hand_on_by_hand",
    "has_overrun",
    "keep_travel_table",
    "leave",
    "list_who_to_tell",
    "look_nightly",
    "make_handover_sheets",
    "make_visits",
    "mark_told",
    "mark_transport",
    "move_session",
    "need_response",
    "need_visit",
    "open_clinic",
    "part_again",
    "pause_visits",
    "plan_support",
    "publish_plan",
    "put_concern",
    "put_nurse",
    "record_attendance",
    "record_coming",
    "record_missed",
    "record_plan",
    "record_tasks",
    "release_place",
    "restart_visits",
    "see_to_missed",
    "set_area",
    "set_transport",
    "step_up",
    "support_ends_at",
    "support_templates",
    "take_out",
    "take_over",
    "take_place",
]
