"""Writes of this room: one transaction, one change, one audit event each; the time is passed in."""

from homeward.discharge.services.acting import (
    Owner,
    accounts_owning,
    add_action,
    change_action,
    drop_action,
    finish_action,
    reopen_action,
    set_blocker,
)
from homeward.discharge.services.answering import CriteriaGiven, record_criteria, set_expected
from homeward.discharge.services.deciding import (
    WayHome,
    WayHomeRefusedError,
    answer_choice,
    confirm_pathway,
    decide_pathway,
    set_aside_pathway,
)
from homeward.discharge.services.homegoing import (
    MedicinesGiven,
    NotArrangedError,
    TransportGiven,
    arrange_medicines,
    arrange_transport,
)
from homeward.discharge.services.leaving import Leaving, end_stay, resume_stay
from homeward.discharge.services.receiving import Received, StayGiven, admit_person, receive_stay
from homeward.discharge.services.starting import (
    NewStart,
    Promised,
    ask_for_proposed,
    promise_start,
    record_welcome_call,
    see_to_item,
    take_back_start,
)
from homeward.discharge.services.usual_care import follow_usual_care, pause_usual_care, restart_usual_care

__all__ = [
    "CriteriaGiven",
    "Leaving",
    "MedicinesGiven",
    "NewStart",
    "NotArrangedError",
    "Owner",
    "Promised",
    "Received",
    "StayGiven",
    "TransportGiven",
    "WayHome",
    "WayHomeRefusedError",
    "accounts_owning",
    "add_action",
    "admit_person",
    "answer_choice",
    "arrange_medicines",
    "arrange_transport",
    "ask_for_proposed",
    "change_action",
    "confirm_pathway",
    "decide_pathway",
    "drop_action",
    "end_stay",
    "finish_action",
    "follow_usual_care",
    "pause_usual_care",
    "promise_start",
    "receive_stay",
    "record_criteria",
    "record_welcome_call",
    "reopen_action",
    "restart_usual_care",
    "resume_stay",
    "see_to_item",
    "set_aside_pathway",
    "set_blocker",
    "set_expected",
    "take_back_start",
]
