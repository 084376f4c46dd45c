"""Reading the audit trail, and proving it unbroken."""

from homeward.audit.selectors.about import Seer, events_about, seers_of
from homeward.audit.selectors.chain import ChainState, SealedEvent, chain_state, sealed_after
from homeward.audit.selectors.searching import EventSearch, people_opened_by_hour, search_events
from homeward.audit.selectors.verifying import Fault, Verdict, verify_chain

__all__ = [
    "ChainState",
    "EventSearch",
    "Fault",
    "SealedEvent",
    "Seer",
    "Verdict",
    "chain_state",
    "events_about",
    "people_opened_by_hour",
    "sealed_after",
    "search_events",
    "seers_of",
    "verify_chain",
]
