"""Reading who may do what for whom, how each came to be signed off, and what is delegated."""

from homeward.delegation.selectors.progress import Evidence, evidence_of, published_frameworks
from homeward.delegation.selectors.standing import competences_on, is_kept, who_may, why_each, why_may
from homeward.delegation.selectors.supposing import could_if_signed_off

__all__ = [
    "Evidence",
    "competences_on",
    "could_if_signed_off",
    "evidence_of",
    "is_kept",
    "published_frameworks",
    "who_may",
    "why_each",
    "why_may",
]
