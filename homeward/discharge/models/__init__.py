"""Stays, what happened to each, next actions and what holds them up, and decisions on the way home."""

from homeward.discharge.models.action import ActionBlock, NextAction
from homeward.discharge.models.decision import OfferedChoice, PathwayDecision
from homeward.discharge.models.homegoing import HomeMedicines, Transport
from homeward.discharge.models.huddle import Huddle, HuddleAction, HuddleAttendance, HuddleItem, HuddleNote
from homeward.discharge.models.round import Round, RoundAnswer, RoundAsk, RoundTimetable, TeamLead
from homeward.discharge.models.starting import LeavingItem, StartPromise, WelcomeCall
from homeward.discharge.models.stay import CriteriaAnswer, HospitalStay, StayEvent, StayIdentifier, StayReceipt
from homeward.discharge.models.ward_list import StayQuestion, WardList

__all__ = [
    "ActionBlock",
    "CriteriaAnswer",
    "HomeMedicines",
    "HospitalStay",
    "Huddle",
    "HuddleAction",
    "HuddleAttendance",
    "HuddleItem",
    "HuddleNote",
    "LeavingItem",
    "NextAction",
    "OfferedChoice",
    "PathwayDecision",
    "Round",
    "RoundAnswer",
    "RoundAsk",
    "RoundTimetable",
    "StartPromise",
    "StayEvent",
    "StayIdentifier",
    "StayQuestion",
    "StayReceipt",
    "TeamLead",
    "Transport",
    "WardList",
    "WelcomeCall",
]
