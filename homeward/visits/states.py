"""States of a visit and of an assignment, and the moves between them."""

from django.db import models

from homeward.kernel.rules import RefusedError


class VisitState(models.TextChoices):
    NEEDED = "needed", "Not planned"
    PLANNED = "planned", "Planned"
    UNDER_WAY = "under_way", "Under way"
    DONE = "done", "Done"
    MISSED = "missed", "Missed"
    CANCELLED = "cancelled", "Cancelled"


VISIT_MOVES: dict[str, frozenset[str]] = {
    VisitState.NEEDED: frozenset({VisitState.PLANNED, VisitState.MISSED, VisitState.CANCELLED}),
    VisitState.PLANNED: frozenset(
        {VisitState.NEEDED, VisitState.PLANNED, VisitState.UNDER_WAY, VisitState.MISSED, VisitState.CANCELLED}
    ),
    VisitState.UNDER_WAY: frozenset({VisitState.DONE}),
    VisitState.DONE: frozenset(),
    VisitState.MISSED: frozenset(),
    VisitState.CANCELLED: frozenset(),
}


class AssignmentState(models.TextChoices):
    PROPOSED = "proposed", "Proposed"
    SENT = "sent", "Sent"
    ARRIVED = "arrived", "Arrived"
    LEFT = "left", "Done"


ASSIGNMENT_MOVES: dict[str, frozenset[str]] = {
    AssignmentState.PROPOSED: frozenset({AssignmentState.SENT, AssignmentState.ARRIVED}),
    AssignmentState.SENT: frozenset({AssignmentState.ARRIVED}),
    AssignmentState.ARRIVED: frozenset({AssignmentState.LEFT}),
    AssignmentState.LEFT: frozenset(),
}


class VisitCannotMoveError(RefusedError):
    """A visit or assignment is not in a state from which this can happen."""


def check_visit_move(before: str, after: str) -> None:
    """Stop a visit going from one state to another that does not follow.

    Raises: VisitCannotMoveError.
    """
    if after not in VISIT_MOVES[before]:
        raise VisitCannotMoveError(
            f"This visit is {VisitState(before).label.lower()}, so it cannot become {VisitState(after).label.lower()}."
        )


def check_assignment_move(before: str, after: str) -> None:
    """Stop an assignment going from one state to another that does not follow.

    Raises: VisitCannotMoveError.
    """
    if after not in ASSIGNMENT_MOVES[before]:
        raise VisitCannotMoveError(f"This worker is already recorded as {AssignmentState(before).label.lower()}.")
