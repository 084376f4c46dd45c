"""Fixed lists of beds and stays, and the moves between states."""

from django.db import models

from homeward.kernel.rules import RefusedError


class RoomFor(models.TextChoices):
    """Who a room is for. A room of several beds that is for either has people of one sex in it at a time."""

    WOMEN = "women", "Women"
    MEN = "men", "Men"
    EITHER = "either", "Women or men"


class SharesWith(models.TextChoices):
    """With whom the person would share a room, as they say."""

    WOMEN = "women", "With women"
    MEN = "men", "With men"


class BedEquipment(models.TextChoices):
    """What a bed may have that not every bed has. Local decision."""

    PROFILING = "profiling", "Profiling bed"
    LOW = "low", "Bed that goes low"
    BARIATRIC = "bariatric", "Bed for a heavier person"
    PRESSURE_MATTRESS = "pressure_mattress", "Mattress for skin at risk"
    HOIST = "hoist", "Hoist"
    SENSOR_MAT = "sensor_mat", "Sensor mat"
    WET_ROOM = "wet_room", "Level-access shower"


class CameFrom(models.TextChoices):
    """Where somebody is when a bed is asked for; NICE QS173 counts the first two apart."""

    HOSPITAL = "hospital", "Hospital"
    HOME = "home", "Home"
    OTHER = "other", "Somewhere else"


class ReferralState(models.TextChoices):
    ASKED = "asked", "To decide"
    WAITING = "waiting", "Waiting for a bed"
    STAYING = "staying", "In a bed"
    LEFT = "left", "Left"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Not needed after all"


REFERRAL_MOVES: dict[str, frozenset[str]] = {
    ReferralState.ASKED: frozenset({ReferralState.WAITING, ReferralState.DECLINED, ReferralState.WITHDRAWN}),
    ReferralState.WAITING: frozenset({ReferralState.STAYING, ReferralState.WITHDRAWN}),
    ReferralState.STAYING: frozenset({ReferralState.LEFT}),
    ReferralState.LEFT: frozenset(),
    ReferralState.DECLINED: frozenset(),
    ReferralState.WITHDRAWN: frozenset(),
}
OPEN_REFERRALS = (ReferralState.ASKED, ReferralState.WAITING, ReferralState.STAYING)


class UseState(models.TextChoices):
    OFFERED = "offered", "Offered"
    AGREED = "agreed", "Offer accepted"
    IN = "in", "In the bed"
    REFUSED = "refused", "Offer declined"
    LAPSED = "lapsed", "Offer not answered in time"
    TAKEN_BACK = "taken_back", "Offer taken back"
    MOVED = "moved", "Moved to another bed"
    LEFT = "left", "Left"


USE_MOVES: dict[str, frozenset[str]] = {
    UseState.OFFERED: frozenset({UseState.AGREED, UseState.REFUSED, UseState.LAPSED, UseState.TAKEN_BACK}),
    UseState.AGREED: frozenset({UseState.IN, UseState.REFUSED, UseState.TAKEN_BACK}),
    UseState.IN: frozenset({UseState.MOVED, UseState.LEFT}),
    UseState.REFUSED: frozenset(),
    UseState.LAPSED: frozenset(),
    UseState.TAKEN_BACK: frozenset(),
    UseState.MOVED: frozenset(),
    UseState.LEFT: frozenset(),
}
HELD_STATES = (UseState.OFFERED, UseState.AGREED)
LIVE_STATES = (*HELD_STATES, UseState.IN)


class Support(models.TextChoices):
    """How much support somebody leaves with, beside what they had before; or where else they went (M13)."""

    NONE = "none", "No support"
    LESS = "less", "Less than before"
    SAME = "same", "The same as before"
    MORE = "more", "More than before"
    CARE_HOME = "care_home", "A care home"
    HOSPITAL = "hospital", "Hospital, and not coming back"
    DIED = "died", "Died"


WENT_HOME = (Support.NONE, Support.LESS, Support.SAME, Support.MORE)
# How the pathway's episode ends where leaving the bed ends it; going home, it goes on until home is seen to work.
OUTCOMES = {Support.CARE_HOME: "to_care_home", Support.HOSPITAL: "admitted", Support.DIED: "died"}


class WayHomeKind(models.TextChoices):
    """What must be ready before somebody leaves: the list of the bed stay plan, and what leaving a unit needs."""

    EQUIPMENT = "equipment", "Equipment"
    HOME_CHANGE = "home_change", "A change to the home"
    CARE = "care", "Care at home"
    CARER = "carer", "Family or carer"
    CLEANING = "cleaning", "A clean and warm home"
    HOUSING = "housing", "Another place to live"
    MEDICINES = "medicines", "Medicines to take home"
    TRANSPORT = "transport", "Transport"
    DECISION = "decision", "A decision or funding"
    OTHER = "other", "Something else"


class OverrunReason(models.TextChoices):
    """Why a stay goes past its limit: the list of the form that closes it."""

    STILL_GAINING = "still_gaining", "The person is still gaining"
    UNWELL = "unwell", "The person became unwell"
    CARE_AT_HOME = "care_at_home", "Care at home cannot start"
    EQUIPMENT = "equipment", "Equipment or a change to the home"
    HOUSING = "housing", "Housing"
    CARE_HOME = "care_home", "A care home place"
    DECISION = "decision", "A decision or funding"


class FollowUpKind(models.TextChoices):
    AFTER_91_DAYS = "after_91_days", "91 days"
    AFTER_12_MONTHS = "after_12_months", "12 months"


class FollowUpState(models.TextChoices):
    DUE = "due", "To ring"
    REACHED = "reached", "Reached"
    UNREACHABLE = "unreachable", "Could not be reached"
    DIED = "died", "Died before"


class Whereabouts(models.TextChoices):
    """Where somebody is when they are rung. The first three count as at home (ASCOF 2D, docs/rules/beds.md)."""

    OWN_HOME = "own_home", "Their own home"
    FAMILY = "family", "With family or friends"
    EXTRA_CARE = "extra_care", "Extra care housing"
    CARE_HOME = "care_home", "A care home"
    HOSPITAL = "hospital", "Hospital"
    DIED = "died", "They have died"
    OTHER = "other", "Somewhere else"


AT_HOME = (Whereabouts.OWN_HOME, Whereabouts.FAMILY, Whereabouts.EXTRA_CARE)


class BedStateError(RefusedError):
    """A bed, an offer or a stay is no longer what it was when the page was opened."""


def check_referral_move(before: str, after: str) -> None:
    """Stop a bed referral going from one state to another that does not follow.

    Raises: BedStateError.
    """
    if after not in REFERRAL_MOVES[before]:
        raise BedStateError(f"This referral is now: {ReferralState(before).label.lower()}. Open it again and look.")


def check_use_move(before: str, after: str) -> None:
    """Stop an offer or a bed use going from one state to another that does not follow.

    Raises: BedStateError.
    """
    if after not in USE_MOVES[before]:
        raise BedStateError(f"This is now: {UseState(before).label.lower()}. Open the page again and look.")
