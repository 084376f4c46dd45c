"""Words of competence, delegation and concerns, and the moves between states."""

from django.db import models

from homeward.kernel.rules import RefusedError


class PracticeResult(models.TextChoices):
    """What an assessor saw in one observed practice."""

    MET = "met", "Did it safely, without help"
    WITH_HELP = "with_help", "Did it with help"
    NOT_YET = "not_yet", "Not yet safe"


class DeclarationKind(models.TextChoices):
    """What somebody declared about a worker doing a delegated activity."""

    WORKER_ACCEPTS = "worker_accepts", "The worker accepts"
    WORKER_DECLINES = "worker_declines", "The worker declines"
    EMPLOYER_ANSWERS = "employer_answers", "The employer answers for it"
    EMPLOYER_DECLINES = "employer_declines", "The employer does not agree"


class DelegationState(models.TextChoices):
    DRAFT = "draft", "Being assessed"
    ACTIVE = "active", "In force"
    SUSPENDED = "suspended", "Suspended"
    ENDED = "ended", "Ended"


DELEGATION_MOVES: dict[str, frozenset[str]] = {
    DelegationState.DRAFT: frozenset({DelegationState.ACTIVE, DelegationState.ENDED}),
    DelegationState.ACTIVE: frozenset({DelegationState.SUSPENDED, DelegationState.ENDED}),
    DelegationState.SUSPENDED: frozenset({DelegationState.ACTIVE, DelegationState.ENDED}),
    DelegationState.ENDED: frozenset(),
}


class WorkerAnswer(models.TextChoices):
    """What a worker said when they were asked to do a delegated activity for one person."""

    ASKED = "asked", "Asked"
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Declined"
    REMOVED = "removed", "No longer asked"


class ConcernState(models.TextChoices):
    OPEN = "open", "Waiting for an answer"
    ANSWERED = "answered", "Answered"
    CLOSED = "closed", "Closed"


CONCERN_MOVES: dict[str, frozenset[str]] = {
    ConcernState.OPEN: frozenset({ConcernState.ANSWERED}),
    ConcernState.ANSWERED: frozenset({ConcernState.OPEN, ConcernState.CLOSED}),
    ConcernState.CLOSED: frozenset({ConcernState.OPEN}),
}


class ConcernUrgency(models.TextChoices):
    NOW = "now", "Somebody must answer now"
    TODAY = "today", "Today"
    SOON = "soon", "In the next days"


class CannotMoveError(RefusedError):
    """A delegation or a concern is not in a state from which this can happen."""
