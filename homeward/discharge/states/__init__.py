"""Fixed lists of this room: stays, criteria to reside, delay reasons, ways home, actions."""

from homeward.discharge.states.actions import (
    ACTION_MOVES,
    ActionClosedError,
    ActionState,
    OwnerKind,
)
from homeward.discharge.states.delays import DELAY_FAMILIES, DELAY_SHORT, DelayFamily, DelayReason
from homeward.discharge.states.pathways import (
    AT_HOME,
    DECISION_MOVES,
    DESTINATION_PATHWAY,
    Capacity,
    ChoiceAnswer,
    DecidedBy,
    DecisionState,
    Destination,
    HomePathway,
    WhyNotHome,
)
from homeward.discharge.states.rounds import HUDDLE_ANSWERS, TO_SPEAK_OF, AnswerKind, HuddleItemState, HuddleNeed
from homeward.discharge.states.starting import (
    ITEM_ANSWERS,
    WITHOUT_REFERENCE,
    ItemState,
    MedicinesState,
    TransportMode,
    TransportState,
    TravelsBy,
)
from homeward.discharge.states.stays import Criterion, EndedAs, StayEventKind, StayReceived, StaySource

__all__ = [
    "ACTION_MOVES",
    "AT_HOME",
    "DECISION_MOVES",
    "DELAY_FAMILIES",
    "DELAY_SHORT",
    "DESTINATION_PATHWAY",
    "HUDDLE_ANSWERS",
    "ITEM_ANSWERS",
    "TO_SPEAK_OF",
    "WITHOUT_REFERENCE",
    "ActionClosedError",
    "ActionState",
    "AnswerKind",
    "Capacity",
    "ChoiceAnswer",
    "Criterion",
    "DecidedBy",
    "DecisionState",
    "DelayFamily",
    "DelayReason",
    "Destination",
    "EndedAs",
    "HomePathway",
    "HuddleItemState",
    "HuddleNeed",
    "ItemState",
    "MedicinesState",
    "OwnerKind",
    "StayEventKind",
    "StayReceived",
    "StaySource",
    "TransportMode",
    "TransportState",
    "TravelsBy",
    "WhyNotHome",
]
