"""What is still missing for the way home: transport and medicines. Pure Python.

When each must be arranged is a local decision, docs/rules/coming-home.md: transport from the day before somebody is
expected to leave, medicines ordered from then or once they are ready to leave.
"""

from collections.abc import Collection
from datetime import date, datetime, timedelta

BEFOREHAND = timedelta(days=1)
ARRANGED = frozenset({"booked", "collected", "not_needed"})


def is_leaving_soon(expected_on: date | None, today: date) -> bool:
    """Whether somebody is expected to leave by tomorrow, or was to leave before."""
    return expected_on is not None and expected_on <= today + BEFOREHAND


def not_arranged(
    *,
    expected_on: date | None,
    is_ready: bool,
    transport: str,
    collect_at: datetime | None,
    medicines: str,
    medicines_ready_at: datetime | None,
    now: datetime,
    today: date,
) -> tuple[str, ...]:
    """What is missing of transport and medicines, in a few words; states are codes, "" where nothing is recorded."""
    missing = []
    soon = is_leaving_soon(expected_on, today)
    if soon and transport not in ARRANGED:
        missing.append("Transport not booked")
    elif transport == "booked" and collect_at is not None and collect_at < now:
        missing.append("Transport late")
    if (soon or is_ready) and medicines in ("", "to_order"):
        missing.append("Medicines not ordered")
    elif medicines == "ordered" and (soon or (medicines_ready_at is not None and medicines_ready_at < now)):
        missing.append("Medicines not ready")
    elif medicines == "ready" and soon:
        missing.append("Medicines not checked")
    return tuple(missing)


def transport_faults(
    state: str, mode: str, travels_by: str, *, has_time: bool, reference: str, note: str, free: Collection[str]
) -> dict[str, str]:
    """What a record of transport lacks; `free` are the modes whose booking has no reference."""
    faults = {}
    if state in ("booked", "collected"):
        if not mode:
            faults["mode"] = "Choose what they go in."
        if not travels_by:
            faults["travels_by"] = "Say how they are moved."
        if not has_time:
            faults["collect_day"] = "Enter the day and time they are collected."
        if mode and mode not in free and not reference:
            faults["reference"] = "Enter the reference of the booking."
    if state == "not_needed" and not note:
        faults["note"] = "Say why it is not needed."
    return faults


def medicines_faults(
    state: str, *, has_time: bool, checked_by: str, handed_to: str, changes_told_to: str, note: str
) -> dict[str, str]:
    """What a record of the medicines lacks for the step it is at."""
    faults = {}
    if state in ("ordered", "ready") and not has_time:
        faults["ready_day"] = "Enter when they are to be ready, or were."
    if state in ("checked", "handed_over") and not checked_by:
        faults["checked_by"] = "Say who checked them."
    if state == "handed_over":
        if not handed_to:
            faults["handed_to"] = "Say who was given them."
        if not changes_told_to:
            faults["changes_told_to"] = "Say to whom the changes were explained, or that nothing changed."
    if state == "not_needed" and not note:
        faults["note"] = "Say why they are not needed."
    return faults
