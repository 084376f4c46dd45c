"""When an alert must be answered, what counts as the same call, and when a device has gone quiet."""

from datetime import datetime, timedelta

# What a call asks the crisis team for, in the words of the procedures; anything else is for triage to name.
NEEDS = {"fall": "fall", "not_moving": "fall"}
ANY_NEED = "other_crisis"


def answer_minutes(*, is_technical: bool, of_kind: int | None, usual: int, technical: int) -> int:
    """How soon somebody must answer, in minutes: as the kind in the catalogue says, or as the service does."""
    return technical if is_technical else of_kind or usual


def is_same_call(last_called_at: datetime, raised_at: datetime, window: timedelta) -> bool:
    """Whether a device calling again belongs to the response that is open."""
    return abs(raised_at - last_called_at) <= window


def is_silent(last_heard_at: datetime | None, installed_at: datetime | None, hours: int | None, now: datetime) -> bool:
    """Whether a device that checks in by itself has not been heard of for longer than its kind allows."""
    since = max((at for at in (last_heard_at, installed_at) if at is not None), default=None)
    return hours is not None and since is not None and now - since > timedelta(hours=hours)


def need_of(call: str) -> str:
    """The need of the procedures that a call points to, to begin triage with."""
    return NEEDS.get(call, ANY_NEED)
