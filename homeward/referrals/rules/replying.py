"""Which answers a sending system is owed, and how they say it (BaRS, STANDARDS A3)."""

from collections.abc import Mapping
from datetime import timedelta

# An answer says that care has begun only when somebody is with the person or has begun to treat them from afar: an
# attempt to reach them, or a welfare call, "must not" trigger it.
BEGUN = frozenset({"first_face_to_face_contact"})
# What ends the request without anybody having gone. The code is from the national list of reasons for refusing.
OTHER_REASON, FAILED_CONTACT, NOT_AVAILABLE = "OTH", "FC", "RRNA"
REASON_TITLES: Mapping[str, str] = {
    OTHER_REASON: "Other",
    FAILED_CONTACT: "Failed contact",
    NOT_AVAILABLE: "Requested resource not available within timescale",
}
REFUSED = frozenset({"referral_declined", "referral_redirected"})
ANSWERED = frozenset({"advice_given"})
ENDED = frozenset({"episode_closed"})
# Episodes that ended before anybody could be seen: outcome to the national reason.
UNABLE_OUTCOMES: Mapping[str, str] = {"not_reached": FAILED_CONTACT, "not_needed": OTHER_REASON}

REFERRAL_CAUSES = REFUSED | ANSWERED
EPISODE_CAUSES = BEGUN | ENDED

# How long to wait before each further try; then somebody must look.
TRY_AGAIN_AFTER = tuple(timedelta(minutes=minutes) for minutes in (0.25, 1, 5, 15, 60, 240))
# One sender has a reply this long: longer than it waits for an answer.
LEASE = timedelta(minutes=2)


def reply_kind(event_kind: str, outcome_code: str = "") -> str:
    """Which kind of reply an event calls for: interim, full or unable; empty when none."""
    if event_kind in BEGUN:
        return "interim"
    if event_kind in REFUSED or (event_kind in ENDED and outcome_code in UNABLE_OUTCOMES):
        return "unable"
    return "full" if event_kind in ANSWERED | ENDED else ""


def unable_reason(outcome_code: str) -> str:
    """The national code for not having been able to help."""
    return UNABLE_OUTCOMES.get(outcome_code, OTHER_REASON)


def wait_after(tries: int) -> timedelta | None:
    """How long to wait after this many tries that failed; None when it is given up."""
    return TRY_AGAIN_AFTER[tries - 1] if tries <= len(TRY_AGAIN_AFTER) else None


def should_try_again(answer_code: int | None) -> bool:
    """Whether the same bytes may yet be taken: nobody answered, or the other side had a passing fault."""
    return answer_code is None or answer_code in (401, 403, 408, 409, 425, 429) or answer_code >= 500
