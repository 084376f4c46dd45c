"""States of a referral and the moves between them."""

from django.db import models

from homeward.kernel.rules import RefusedError


class ReferralState(models.TextChoices):
    WAITING = "waiting", "Waiting for triage"
    MORE_ASKED = "more_asked", "Waiting for more information"
    ACCEPTED = "accepted", "Accepted"
    REDIRECTED = "redirected", "Redirected"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Withdrawn by the sender"


OPEN_STATES = (ReferralState.WAITING, ReferralState.MORE_ASKED)
MOVES: dict[str, frozenset[str]] = {
    ReferralState.WAITING: frozenset(
        {
            ReferralState.MORE_ASKED,
            ReferralState.ACCEPTED,
            ReferralState.REDIRECTED,
            ReferralState.DECLINED,
            ReferralState.WITHDRAWN,
        }
    ),
    ReferralState.MORE_ASKED: frozenset(
        {
            ReferralState.WAITING,
            ReferralState.ACCEPTED,
            ReferralState.REDIRECTED,
            ReferralState.DECLINED,
            ReferralState.WITHDRAWN,
        }
    ),
    ReferralState.ACCEPTED: frozenset({ReferralState.WITHDRAWN}),
    ReferralState.REDIRECTED: frozenset(),
    ReferralState.DECLINED: frozenset(),
    ReferralState.WITHDRAWN: frozenset(),
}


class ReferralAlreadyDecidedError(RefusedError):
    """Somebody decided this referral before."""


def check_move(before: str, after: str) -> None:
    """Stop a referral going from one state to another that does not follow.

    Raises: ReferralAlreadyDecidedError.
    """
    if after not in MOVES[before]:
        raise ReferralAlreadyDecidedError(
            f"This referral is already {ReferralState(before).label.lower()}. Open it again to see who decided and why."
        )


class Urgency(models.TextChoices):
    """How soon, as the person referring sees it; the pathway's clock is set at triage."""

    CRISIS = "crisis", "Within 2 hours"
    TWO_DAYS = "two_days", "Within 2 days"
    ROUTINE = "routine", "Routine"


class Source(models.TextChoices):
    """Who asked. The national code list was not found (STANDARDS B1), so these words are a local decision."""

    GP = "gp", "GP or practice team"
    HOSPITAL = "hospital", "Hospital ward or discharge team"
    AMBULANCE = "ambulance", "999 or ambulance crew"
    NHS_111 = "nhs_111", "NHS 111"
    COMMUNITY = "community", "Community health team"
    SOCIAL_CARE = "social_care", "Social care team"
    CARE_HOME = "care_home", "Care home or home care agency"
    FAMILY = "family", "Family or friend"
    SELF = "self", "The person themselves"
    OTHER = "other", "Someone else"


class CallOutcome(models.TextChoices):
    REFERRAL = "referral", "Referral taken"
    ADVICE = "advice", "Advice given"
    CALL_BACK = "call_back", "Call back promised"
    PASSED_ON = "passed_on", "Passed to another service"


class MessageOutcome(models.TextChoices):
    RECEIVED = "received", "Received"
    REFERRAL = "referral", "Became a referral"
    UPDATED = "updated", "Updated a referral"
    WITHDRAWN = "withdrawn", "Withdrew a referral"
    REPEATED = "repeated", "Sent before, nothing changed"
    REFUSED = "refused", "Refused"
