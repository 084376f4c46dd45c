"""What a worker may do, what is delegated for whom, and what worries the people who do it."""

from homeward.delegation.models.competence import Declaration, KnowledgeTest, ObservedPractice, SignOff
from homeward.delegation.models.concern import Concern, ConcernEvent
from homeward.delegation.models.delegation import (
    Delegation,
    DelegationEvent,
    DelegationLimit,
    DelegationWorker,
    SpotCheck,
)

__all__ = [
    "Concern",
    "ConcernEvent",
    "Declaration",
    "Delegation",
    "DelegationEvent",
    "DelegationLimit",
    "DelegationWorker",
    "KnowledgeTest",
    "ObservedPractice",
    "SignOff",
    "SpotCheck",
]
