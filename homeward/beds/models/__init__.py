"""Houses with their beds, bed referrals, stays, and what happened."""

from homeward.beds.models.house import Bed, BedClosing, House, Room
from homeward.beds.models.referral import BedEvent, BedReferral, BedUse
from homeward.beds.models.stay import BedStay, FollowUp, FollowUpTry, Overrun, ReviewVisit, StayReview, WayHomeNeed

__all__ = [
    "Bed",
    "BedClosing",
    "BedEvent",
    "BedReferral",
    "BedStay",
    "BedUse",
    "FollowUp",
    "FollowUpTry",
    "House",
    "Overrun",
    "ReviewVisit",
    "Room",
    "StayReview",
    "WayHomeNeed",
]
