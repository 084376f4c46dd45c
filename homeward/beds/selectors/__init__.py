"""Reads about beds and stays. Whatever shows somebody leaves an audit event."""

from homeward.beds.selectors.board import (
    BedBoard,
    BedCounts,
    BedLine,
    BedNotFoundError,
    BedPage,
    StayLine,
    WaitingLine,
    bed_board,
    bed_for,
    bed_summary,
    house_for,
    houses_of,
)
from homeward.beds.selectors.following import PhoneList, follow_up_for, phone_list, tied_by_follow_ups
from homeward.beds.selectors.hospital import BedWay, beds_of_stays
from homeward.beds.selectors.occupancy import Occupancy, occupancy
from homeward.beds.selectors.stays import StayPage, need_for, stay_for
from homeward.beds.selectors.waiting import ReferralPage, WaitingList, bed_referral_for, to_refer, waiting_list

__all__ = [
    "BedBoard",
    "BedCounts",
    "BedLine",
    "BedNotFoundError",
    "BedPage",
    "BedWay",
    "Occupancy",
    "PhoneList",
    "ReferralPage",
    "StayLine",
    "StayPage",
    "WaitingLine",
    "WaitingList",
    "bed_board",
    "bed_for",
    "bed_referral_for",
    "bed_summary",
    "beds_of_stays",
    "follow_up_for",
    "house_for",
    "houses_of",
    "need_for",
    "occupancy",
    "phone_list",
    "stay_for",
    "tied_by_follow_ups",
    "to_refer",
    "waiting_list",
]
