"""Reading who may do what for whom, how each came to be signed off, and what is delegated."""

from homeward.delegation.selectors.overview import (
    DelegationNotFoundError,
    Ready,
    Waiting,
    asked_of,
    delegation_for,
    delegations_in,
    delegations_of,
    lapsing_sign_offs,
    open_spot_checks,
    people_in_the_hands_of,
    sign_off_for,
    sign_offs_in,
    spot_check_for,
    waiting,
)
from homeward.delegation.selectors.passport import Verified, passport_of, verify
from homeward.delegation.selectors.progress import Evidence, evidence_of, published_frameworks
from homeward.delegation.selectors.sight import named_to, shown_of
from homeward.delegation.selectors.standing import competences_on, is_kept, kept_as, who_may, why_each, why_may
from homeward.delegation.selectors.supposing import could_if_signed_off

__all__ = [
    "DelegationNotFoundError",
    "Evidence",
    "Ready",
    "Verified",
    "Waiting",
    "asked_of",
    "competences_on",
    "could_if_signed_off",
    "delegation_for",
    "delegations_in",
    "delegations_of",
    "evidence_of",
    "is_kept",
    "kept_as",
    "lapsing_sign_offs",
    "named_to",
    "open_spot_checks",
    "passport_of",
    "people_in_the_hands_of",
    "published_frameworks",
    "shown_of",
    "sign_off_for",
    "sign_offs_in",
    "spot_check_for",
    "verify",
    "waiting",
    "who_may",
    "why_each",
    "why_may",
]
