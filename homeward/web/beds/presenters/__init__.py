"""The finished words of beds."""

from homeward.web.beds.presenters.board import present_board, present_waiting
from homeward.web.beds.presenters.following import present_follow_up, present_phone_list
from homeward.web.beds.presenters.houses import present_bed, present_house
from homeward.web.beds.presenters.referral import criteria_lines, present_referral
from homeward.web.beds.presenters.stay import LEVELS, present_stay

__all__ = [
    "LEVELS",
    "criteria_lines",
    "present_bed",
    "present_board",
    "present_follow_up",
    "present_house",
    "present_phone_list",
    "present_referral",
    "present_stay",
    "present_waiting",
]
