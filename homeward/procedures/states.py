"""States of a draft, where a published version came from, and the moves between states."""

from django.db import models

from homeward.kernel.rules import RefusedError


class Origin(models.TextChoices):
    """Who wrote a published version: it ships with Homeward, or this place made it its own."""

    SHIPPED = "shipped", "Ships with Homeward"
    LOCAL = "local", "Written here"


class DraftState(models.TextChoices):
    DRAFT = "draft", "Being written"
    SENT = "sent", "Waiting for approval"
    RETURNED = "returned", "Returned for changes"
    PUBLISHED = "published", "Approved and published"
    DISCARDED = "discarded", "Discarded"


OPEN_STATES = (DraftState.DRAFT, DraftState.SENT, DraftState.RETURNED)
# What waits for approval is not written in: whoever approves must publish exactly what they read.
WRITABLE_STATES = (DraftState.DRAFT, DraftState.RETURNED)
MOVES: dict[str, frozenset[str]] = {
    DraftState.DRAFT: frozenset({DraftState.SENT, DraftState.DISCARDED}),
    DraftState.SENT: frozenset({DraftState.DRAFT, DraftState.RETURNED, DraftState.PUBLISHED, DraftState.DISCARDED}),
    DraftState.RETURNED: frozenset({DraftState.DRAFT, DraftState.SENT, DraftState.DISCARDED}),
    DraftState.PUBLISHED: frozenset(),
    DraftState.DISCARDED: frozenset(),
}


class DraftEventKind(models.TextChoices):
    STARTED = "started", "Started"
    SAVED = "saved", "Changed"
    SENT = "sent", "Sent for approval"
    TAKEN_BACK = "taken_back", "Taken back to change"
    RETURNED = "returned", "Returned for changes"
    PUBLISHED = "published", "Approved and published"
    DISCARDED = "discarded", "Discarded"
    COMMENTED = "commented", "Comment"


class DraftMovedOnError(RefusedError):
    """The draft is no longer where the person who asked thought it was."""


def check_move(before: str, after: str) -> None:
    """Stop a draft going from one state to another that does not follow.

    Raises: DraftMovedOnError.
    """
    if after not in MOVES[before]:
        raise DraftMovedOnError(
            f"This draft is now: {DraftState(before).label.lower()}. Open it again to see who did that and when."
        )
