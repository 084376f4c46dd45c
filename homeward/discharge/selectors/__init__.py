"""Reads of this room. They take the actor and audit what is shown."""

from homeward.discharge.selectors.acting import (
    ActionNotFoundError,
    action_for,
    open_actions,
    owners_to_choose,
)
from homeward.discharge.selectors.board import Board, BoardFilter, StayLine, board_of
from homeward.discharge.selectors.community import Community, community_of
from homeward.discharge.selectors.documents import documents_of_stays
from homeward.discharge.selectors.homegoing import medicines_of, not_arranged_for, transport_of
from homeward.discharge.selectors.starting import (
    ChosenVisits,
    EquipmentToAsk,
    StartLine,
    StartNotFoundError,
    StartRecord,
    Starts,
    equipment_to_ask,
    home_pathways,
    item_of,
    start_record,
    starts_of,
    when_care_could_start,
)
from homeward.discharge.selectors.stays import (
    StayNotFoundError,
    StayRecord,
    choice_of,
    decision_of,
    events_since,
    stay_for,
    stay_record,
    stays_of,
    tied_by_stay,
)

__all__ = [
    "ActionNotFoundError",
    "Board",
    "BoardFilter",
    "ChosenVisits",
    "Community",
    "EquipmentToAsk",
    "StartLine",
    "StartNotFoundError",
    "StartRecord",
    "Starts",
    "StayLine",
    "StayNotFoundError",
    "StayRecord",
    "action_for",
    "board_of",
    "choice_of",
    "community_of",
    "decision_of",
    "documents_of_stays",
    "equipment_to_ask",
    "events_since",
    "home_pathways",
    "item_of",
    "medicines_of",
    "not_arranged_for",
    "open_actions",
    "owners_to_choose",
    "start_record",
    "starts_of",
    "stay_for",
    "stay_record",
    "stays_of",
    "tied_by_stay",
    "transport_of",
    "when_care_could_start",
]
