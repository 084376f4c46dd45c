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
    # called off while somebody was away, and wanted again
    VisitState.CANCELLED: frozenset({VisitState.NEEDED}),
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


class Decision(models.TextChoices):
    """What somebody decides about a response, kept as an event of its episode under this very kind."""

    SCENE_SAFE = "scene_confirmed_safe", "It is safe: I have asked"
    SCENE_UNSAFE = "scene_said_unsafe", "It is not safe"
    GO_WITH_POLICE = "scene_unsafe_go_with_police", "Go with the police"
    GO_WITH_AMBULANCE = "scene_unsafe_go_with_ambulance", "Go with the ambulance service"
    DO_NOT_GO = "scene_unsafe_do_not_go", "Do not go"
    AREA_ACCEPTED = "out_of_area_accepted", "Go anyway"
    AREA_PASSED_ON = "out_of_area_passed_on", "Pass to the neighbouring service"
    LATE_SENT = "nobody_in_time_send_later", "Send whoever can come first, though late"
    LATE_ASKED_OTHERS = "nobody_in_time_ask_others", "Ask a neighbouring team or whoever is on call"
    LATE_CALLED_999 = "nobody_in_time_call_999", "Call 999"
    LATE_ESCALATED = "nobody_in_time_escalate", "Ask a manager to decide"


SCENE_DECISIONS = (Decision.GO_WITH_POLICE, Decision.GO_WITH_AMBULANCE, Decision.DO_NOT_GO)
AREA_DECISIONS = (Decision.AREA_ACCEPTED, Decision.AREA_PASSED_ON)
LATE_DECISIONS = (
    Decision.LATE_SENT,
    Decision.LATE_ASKED_OTHERS,
    Decision.LATE_CALLED_999,
    Decision.LATE_ESCALATED,
)


class StepUp(models.TextChoices):
    """The person needs more than the service gives: kept as an event of the episode under this very kind."""

    AMBULANCE = "ambulance_called", "Ambulance called"
    ADMITTED = "admitted_to_hospital", "Admitted to hospital"


OVERRUN = "overrun_explained"


class JoinState(models.TextChoices):
    """What became of a proposal to make one visit of two."""

    PROPOSED = "proposed", "Waiting for a decision"
    AGREED = "agreed", "One visit"
    DECLINED = "declined", "Stay two"
    ENDED = "ended", "Two again"


JOIN_MOVES: dict[str, frozenset[str]] = {
    JoinState.PROPOSED: frozenset({JoinState.AGREED, JoinState.DECLINED, JoinState.ENDED}),
    JoinState.AGREED: frozenset({JoinState.ENDED}),
    JoinState.DECLINED: frozenset({JoinState.AGREED}),
    JoinState.ENDED: frozenset(),
}


class CoverKind(models.TextChoices):
    """How a lost day is covered."""

    SPREAD = "spread", "Spread over who is on shift"
    CALL_IN = "call_in", "Somebody comes in"
    LEAVE = "leave", "Nobody is found"


class Side(models.TextChoices):
    """Whose word it is on a statement."""

    SERVICE = "service", "The service"
    EMPLOYER = "employer", "The employer"


class StatementEntryKind(models.TextChoices):
    QUERY = "query", "Query"
    ANSWER = "answer", "Answer"
    AGREEMENT = "agreement", "Agreed"


class SessionState(models.TextChoices):
    """What becomes of one date of a group clinic."""

    SET = "set", "Set"
    CANCELLED = "cancelled", "Cancelled"


class BookingState(models.TextChoices):
    """What somebody answered when they were asked to a group clinic, and what became of it."""

    AGREED = "agreed", "Goes there"
    DECLINED = "declined", "Would rather be visited at home"
    ENDED = "ended", "No longer goes"


BOOKING_MOVES: dict[str, frozenset[str]] = {
    BookingState.AGREED: frozenset({BookingState.ENDED}),
    BookingState.DECLINED: frozenset(),
    BookingState.ENDED: frozenset(),
}


class Transport(models.TextChoices):
    """How somebody gets to a session."""

    OWN = "own", "Makes their own way"
    FAMILY = "family", "A lift from family or friends"
    ARRANGE = "arrange", "Transport to arrange"


class Attendance(models.TextChoices):
    """Whether somebody came to a session."""

    CAME = "came", "Came"
    LEFT_EARLY = "left_early", "Left early"
    DID_NOT_COME = "did_not_come", "Did not come"


class MissedStep(models.TextChoices):
    """What was decided for somebody who did not come to a session."""

    NEXT_SESSION = "next_session", "They come to the next session"
    HOME_VISIT = "home_visit", "Somebody visits them at home"
    NOT_WANTED = "not_wanted", "They no longer want to go"
