"""Fixed lists of the roster."""

from django.db import models


class CoverKind(models.TextChoices):
    DAY = "day", "Day"
    EVENING = "evening", "Evening"
    NIGHT = "night", "Night"
    ON_CALL = "on_call", "On call"


class ContractKind(models.TextChoices):
    HOURS = "hours", "Contracted hours"
    ZERO_HOURS = "zero_hours", "Zero hours"
    BANK = "bank", "Bank"
    AGENCY = "agency", "Agency"


class PayBasis(models.TextChoices):
    """What is paid for: the whole shift, or only the time with people and between them."""

    SHIFT = "shift", "By the shift"
    CONTACT = "contact", "By time with people, and travel between"
    SALARY = "salary", "Salary"


class RequestKind(models.TextChoices):
    LEAVE = "leave", "Leave"
    SWAP = "swap", "Swap"
    OFFER = "offer", "Offer of a shift"
    WISH = "wish", "Wish to work"
    OPEN = "open", "Open shift"


class RequestState(models.TextChoices):
    """`WAITS_FOR_OTHER`: somebody of the team must agree first, or take it up; then a lead decides."""

    WAITS_FOR_OTHER = "other", "Waits for a colleague"
    ASKED = "asked", "Waits for a decision"
    APPROVED = "approved", "Approved"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Withdrawn"


class ProposalState(models.TextChoices):
    """A rota that is built: asked for, ready to be looked at, then taken in full or in part, or not."""

    ASKED = "asked", "Being built"
    READY = "ready", "To be looked at"
    FAILED = "failed", "Could not be built"
    ACCEPTED = "accepted", "Accepted"
    DISCARDED = "discarded", "Discarded"


class Allowance(models.TextChoices):
    """How much of what no plan asks for yet a roster allows for."""

    NOTHING = "nothing", "Nothing but what plans ask for"
    MEAN = "mean", "What is usual, the mean"
    MOST = "most", "Enough for three days in four"
    NEARLY_ALL = "nearly_all", "Enough for nine days in ten"


# Days in one that an allowance is enough for; None for the mean
ALLOWED_SHARE: dict[str, float | None] = {Allowance.MEAN: None, Allowance.MOST: 0.75, Allowance.NEARLY_ALL: 0.9}

# From each state, where a request may go
REQUEST_MOVES = {
    RequestState.WAITS_FOR_OTHER: {RequestState.ASKED, RequestState.DECLINED, RequestState.WITHDRAWN},
    RequestState.ASKED: {RequestState.APPROVED, RequestState.DECLINED, RequestState.WITHDRAWN},
    RequestState.APPROVED: set(),
    RequestState.DECLINED: set(),
    RequestState.WITHDRAWN: set(),
}
OPEN_REQUESTS = (RequestState.WAITS_FOR_OTHER, RequestState.ASKED)
