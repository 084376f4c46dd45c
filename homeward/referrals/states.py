"""States of a referral and the moves between them."""

from django.db import models

from homeward.kernel.rules import RefusedError


class ReferralState(models.TextChoices):
    WAITING = "waiting", "Waiting for triage"
    MORE_ASKED = "more_asked", "Waiting for more information"
    ACCEPTED = "accepted", "Accepted"
    REDIRECTED = "redirected", "Redirected"
    DECLINED = "declined", "Declined"
    ADVISED = "advised", "Advice given"
    WITHDRAWN = "withdrawn", "Withdrawn by the sender"


OPEN_STATES = (ReferralState.WAITING, ReferralState.MORE_ASKED)
DECISIONS = (
    ReferralState.ACCEPTED,
    ReferralState.REDIRECTED,
    ReferralState.DECLINED,
    ReferralState.ADVISED,
    ReferralState.WITHDRAWN,
)
# A decision may be wrong, or the need may grow: what was turned away can come back to the queue. What was accepted
# has an episode, which is closed instead.
REOPENABLE_STATES = (
    ReferralState.REDIRECTED,
    ReferralState.DECLINED,
    ReferralState.ADVISED,
    ReferralState.WITHDRAWN,
)
MOVES: dict[str, frozenset[str]] = {
    ReferralState.WAITING: frozenset({ReferralState.MORE_ASKED, *DECISIONS}),
    ReferralState.MORE_ASKED: frozenset({ReferralState.WAITING, *DECISIONS}),
    ReferralState.ACCEPTED: frozenset({ReferralState.WITHDRAWN}),
    **{state: frozenset({ReferralState.WAITING}) for state in REOPENABLE_STATES},
}

# What an event says the referral became; what is not here leaves it waiting.
STATE_AFTER = {
    "referral_accepted": ReferralState.ACCEPTED,
    "referral_redirected": ReferralState.REDIRECTED,
    "referral_declined": ReferralState.DECLINED,
    "advice_given": ReferralState.ADVISED,
    "referral_cancelled": ReferralState.WITHDRAWN,
    "referral_reopened": ReferralState.WAITING,
    "more_information_requested": ReferralState.MORE_ASKED,
    "more_information_received": ReferralState.WAITING,
}
DECISION_EVENTS = tuple(kind for kind, state in STATE_AFTER.items() if state in DECISIONS)


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


class Route(models.TextChoices):
    """How a referral reached the front door."""

    STAFF = "staff", "Taken by staff"
    PROFESSIONAL = "professional", "Professionals' form"
    MESSAGE = "message", "Message from another system"
    FILE = "file", "File of referrals"


class ReplyKind(models.TextChoices):
    """What a reply to a sending system says (STANDARDS A3)."""

    INTERIM = "interim", "We have started"
    FULL = "full", "We have finished"
    UNABLE = "unable", "We cannot take this"


class ReplyState(models.TextChoices):
    QUEUED = "queued", "Waiting to be sent"
    SENT = "sent", "Sent"
    FAILED = "failed", "Not sent: somebody must look"
    KEPT = "kept", "Kept: the sender gave no address to answer to"


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
    FILED = "filed", "Filed in a person's record"


class MessageKind(models.TextChoices):
    """What a kept message is, by what it says; empty where that could not be told."""

    BARS = "bars", "BaRS message (FHIR R4)"
    NHS_111_CDA = "nhs111_cda", "NHS 111 report (CDA)"
    NHS_111_FHIR = "nhs111_fhir", "NHS 111 report (FHIR STU3)"
    ERS = "ers", "e-RS request"
    FILE = "file", "File of referrals"
    RECORD = "record", "Record of another system (FHIR)"
    HOSPITAL = "hospital", "Stay in hospital (FHIR)"
    WARD_LIST = "ward_list", "Ward list of a hospital"
