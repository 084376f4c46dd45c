"""What is answered in a round, and why and how a huddle speaks of somebody."""

from django.db import models


class AnswerKind(models.TextChoices):
    """What is said of an action when a round puts it to somebody."""

    DONE = "done", "Done"
    ON_TIME = "on_time", "On time"
    DELAYED = "delayed", "Delayed"
    NOT_MINE = "not_mine", "Not mine"
    BLOCKED = "blocked", "Blocked"


class HuddleNeed(models.TextChoices):
    """Why a huddle speaks of somebody, in the order in which it does."""

    READY = "ready", "Ready to leave"
    BLOCKED = "blocked", "Held up"
    EXPECTED = "expected", "Expected to leave by today"
    NEW = "new", "Newly in hospital, and known to us"
    UNANSWERED = "unanswered", "Not answered in the last round"
    ADDED = "added", "Added in the meeting"


class HuddleItemState(models.TextChoices):
    WAITING = "waiting", "To speak of"
    LATER = "later", "Come back to"
    SPOKEN = "spoken", "Spoken of"
    GONE = "gone", "Stay ended before it came to them"


# Of whom a huddle still has to speak
TO_SPEAK_OF = (HuddleItemState.WAITING, HuddleItemState.LATER)
# What the meeting says of somebody it turns away from
HUDDLE_ANSWERS = (HuddleItemState.WAITING, HuddleItemState.LATER, HuddleItemState.SPOKEN)
