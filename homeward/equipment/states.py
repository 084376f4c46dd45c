"""Fixed lists of equipment, and the tables of allowed moves."""

from django.db import models

from homeward.kernel.rules import RefusedError


class CannotMoveError(RefusedError):
    """An item, request or alert is not in a state from which this can happen."""


class Tracking(models.TextChoices):
    """How a kind is kept track of."""

    SERIALISED = "serialised", "Each one has its own number"
    COUNTED = "counted", "Only counted"


class ItemState(models.TextChoices):
    IN_STORE = "in_store", "In store"
    RESERVED = "reserved", "Reserved"
    WITH_PERSON = "with_person", "With a person"
    TO_CLEAN = "to_clean", "Came back, to clean and check"
    SET_ASIDE = "set_aside", "Set aside: not to be used"
    LOST = "lost", "Lost"
    SCRAPPED = "scrapped", "Scrapped"


# Where it can be laid hands on without going to anybody's home
IN_STORES = (ItemState.IN_STORE, ItemState.RESERVED, ItemState.TO_CLEAN, ItemState.SET_ASIDE)
ITEM_MOVES: dict[str, frozenset[str]] = {
    ItemState.IN_STORE: frozenset(
        {ItemState.RESERVED, ItemState.WITH_PERSON, ItemState.SET_ASIDE, ItemState.LOST, ItemState.SCRAPPED}
    ),
    ItemState.RESERVED: frozenset({ItemState.IN_STORE, ItemState.WITH_PERSON, ItemState.SET_ASIDE, ItemState.LOST}),
    ItemState.WITH_PERSON: frozenset({ItemState.TO_CLEAN, ItemState.LOST}),
    ItemState.TO_CLEAN: frozenset({ItemState.IN_STORE, ItemState.SET_ASIDE, ItemState.SCRAPPED, ItemState.LOST}),
    ItemState.SET_ASIDE: frozenset({ItemState.IN_STORE, ItemState.SCRAPPED, ItemState.LOST}),
    ItemState.LOST: frozenset({ItemState.TO_CLEAN, ItemState.SCRAPPED}),
    ItemState.SCRAPPED: frozenset(),
}


class MovementKind(models.TextChoices):
    """Why stock is no longer what it was."""

    RECEIVED = "received", "Came into stock"
    MOVED = "moved", "Moved to another store"
    RESERVED = "reserved", "Reserved"
    RELEASED = "released", "No longer reserved"
    HANDED_OVER = "handed_over", "Handed over"
    RETURNED = "returned", "Came back"
    READY = "ready", "Cleaned and ready"
    SET_ASIDE = "set_aside", "Set aside"
    SCRAPPED = "scrapped", "Scrapped"
    LOST = "lost", "Lost"
    FOUND = "found", "Found again"
    COUNTED = "counted", "Put right after counting"


class RequestState(models.TextChoices):
    TO_APPROVE = "to_approve", "Waits for approval"
    TO_FILL = "to_fill", "To fill from stock"
    RESERVED = "reserved", "Reserved"
    HANDED_OVER = "handed_over", "Handed over"
    REFUSED = "refused", "Not approved"
    CANCELLED = "cancelled", "Not needed any more"


OPEN_REQUESTS = (RequestState.TO_APPROVE, RequestState.TO_FILL, RequestState.RESERVED)
REQUEST_MOVES: dict[str, frozenset[str]] = {
    RequestState.TO_APPROVE: frozenset({RequestState.TO_FILL, RequestState.REFUSED, RequestState.CANCELLED}),
    RequestState.TO_FILL: frozenset({RequestState.RESERVED, RequestState.CANCELLED}),
    RequestState.RESERVED: frozenset({RequestState.TO_FILL, RequestState.HANDED_OVER, RequestState.CANCELLED}),
    RequestState.HANDED_OVER: frozenset(),
    RequestState.REFUSED: frozenset(),
    RequestState.CANCELLED: frozenset(),
}


class VisitPurpose(models.TextChoices):
    """What somebody comes to a home for, about equipment."""

    DELIVER = "deliver", "Deliver and fit"
    CHECK = "check", "Check"
    REVIEW = "review", "Does it still help"
    COLLECT = "collect", "Collect"


class CheckSort(models.TextChoices):
    SAFETY = "safety", "Safety check"
    SERVICE = "service", "Service"


class Condition(models.TextChoices):
    """What an item that came back is like, and so what becomes of it."""

    REUSE = "reuse", "Cleaned and safe: use it again"
    REPAIR = "repair", "Needs repair: set it aside"
    SCRAP = "scrap", "Cannot be used again: scrap it"


class Helps(models.TextChoices):
    """What a review found."""

    HELPS = "helps", "It helps"
    PARTLY = "partly", "It helps a little"
    NOT = "not", "It does not help"
    NOT_USED = "not_used", "It is not used"


class CallKind(models.TextChoices):
    """What a device calls about."""

    PRESSED = "pressed", "Pressed for help"
    FALL = "fall", "Fall"
    SMOKE = "smoke", "Smoke"
    GAS = "gas", "Gas or carbon monoxide"
    FLOOD = "flood", "Water"
    DOOR = "door", "Door"
    BED_OR_CHAIR = "bed_or_chair", "Left bed or chair"
    NOT_MOVING = "not_moving", "No movement"
    MEDICINE = "medicine", "Medicine not taken"
    OUTSIDE = "outside", "Outside the agreed area"
    BATTERY = "battery", "Battery low"
    FAULT = "fault", "Fault or line lost"
    OTHER = "other", "Something else"
    CHECK_IN = "check_in", "Checked in by itself"


# These ask for a technician within a day or so, not for somebody at once.
TECHNICAL = (CallKind.BATTERY, CallKind.FAULT)


class AlertState(models.TextChoices):
    OPEN = "open", "Nobody has answered"
    ANSWERING = "answering", "Somebody is answering"
    CLOSED = "closed", "Closed"


ALERT_MOVES: dict[str, frozenset[str]] = {
    AlertState.OPEN: frozenset({AlertState.ANSWERING, AlertState.CLOSED}),
    AlertState.ANSWERING: frozenset({AlertState.ANSWERING, AlertState.CLOSED}),
    AlertState.CLOSED: frozenset(),
}


class AlertOutcome(models.TextChoices):
    SPOKE = "spoke", "Spoke to them: they are all right"
    VISITED = "visited", "Somebody went there and helped"
    CONTACT = "contact", "Family or a neighbour went"
    CRISIS = "crisis", "Became a crisis referral"
    CALLED_999 = "called_999", "999 was called"
    FALSE_ALARM = "false_alarm", "False alarm"
    TECHNICAL = "technical", "The device was put right"
    NOT_OURS = "not_ours", "Not about anybody we know"


class MessageOutcome(models.TextChoices):
    """What became of one message of a sending system."""

    OPENED = "opened", "Opened a response"
    JOINED = "joined", "Joined the response that is open"
    REPEATED = "repeated", "Sent before, nothing changed"
    TEST = "test", "Test alarm"
    CHECK_IN = "check_in", "Checked in"
    REFUSED = "refused", "Could not be read"
    FAILED = "failed", "Our fault: kept, to be sent again"


def check_item_move(before: str, after: str) -> None:
    """Stop an item going from one state to another that does not follow.

    Raises: CannotMoveError.
    """
    if after not in ITEM_MOVES[before]:
        raise CannotMoveError(
            f"This item is “{ItemState(before).label.lower()}”, so it cannot become “{ItemState(after).label.lower()}”."
        )


def check_request_move(before: str, after: str) -> None:
    """Stop a request going from one state to another that does not follow.

    Raises: CannotMoveError.
    """
    if after not in REQUEST_MOVES[before]:
        raise CannotMoveError(
            f"This request is “{RequestState(before).label.lower()}”, so it cannot become"
            f" “{RequestState(after).label.lower()}”. Open it again to see who did what."
        )


def check_alert_move(before: str, after: str) -> None:
    """Stop an alert going from one state to another that does not follow.

    Raises: CannotMoveError.
    """
    if after not in ALERT_MOVES[before]:
        raise CannotMoveError("This alert is closed. Open it again to see who closed it and why.")
