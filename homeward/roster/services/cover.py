"""Saying which hours are to be covered, and who is on call."""

from datetime import datetime

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.kernel.rules import RefusedError
from homeward.kernel.services import tell
from homeward.roster.models import CoverHours, OnCall
from homeward.roster.rules import WALL_CLOCK
from homeward.roster.states import CoverKind

# More of one kind at once than any service of this size has: a slip of the keys
MOST_AT_ONCE = 50


@transaction.atomic
def cover_these_hours(
    *,
    actor: Actor,
    service_id: int,
    kind: str,
    weekdays: str,
    starts_at: str,
    ends_at: str,
    least_health: int,
    least_care: int,
    now: datetime,
    team_id: int | None = None,
) -> CoverHours:
    """Say that hours of the week must be covered, and by how many of each at least. The shift changes when they begin.

    Raises: NotAllowedError; RefusedError when a time, a day or a number cannot be right.
    """
    require(actor, Permission.MANAGE_ROSTER, service_id)
    if kind not in CoverKind.values:
        raise RefusedError("Choose day, evening, night or on call.")
    if not WALL_CLOCK.match(starts_at) or not WALL_CLOCK.match(ends_at) or starts_at == ends_at:
        raise RefusedError("Give two different times, such as 21:00 and 07:00.")
    if not weekdays or set(weekdays) - set("1234567"):
        raise RefusedError("Choose at least one day of the week.")
    if not (0 <= least_health <= MOST_AT_ONCE and 0 <= least_care <= MOST_AT_ONCE):
        raise RefusedError(f"Give how many are needed, from 0 to {MOST_AT_ONCE}.")
    if kind != CoverKind.ON_CALL and not least_health and not least_care:
        raise RefusedError("Say how many are needed: at least one, health or care.")
    hours = CoverHours.objects.create(
        service_id=service_id,
        team_id=team_id,
        kind=kind,
        weekdays="".join(sorted(set(weekdays))),
        starts_at=starts_at,
        ends_at=ends_at,
        least_health=least_health,
        least_care=least_care,
    )
    _cover_changed(actor, "cover hours", ("cover hours", hours.pk), service_id, now)
    return hours


@transaction.atomic
def stop_covering(*, actor: Actor, hours: CoverHours, now: datetime) -> CoverHours:
    """Say that hours need not be covered any more; they stay on record.

    Raises: NotAllowedError; RefusedError when they were taken out before.
    """
    require(actor, Permission.MANAGE_ROSTER, hours.service_id)
    hours = CoverHours.objects.select_for_update().get(pk=hours.pk)
    if hours.removed_at:
        raise RefusedError("These hours were taken out before.")
    hours.removed_at = now
    hours.save(update_fields=["removed_at"])
    _cover_changed(actor, "stop covering hours", ("cover hours", hours.pk), hours.service_id, now)
    return hours


@transaction.atomic
def put_on_call(
    *,
    actor: Actor,
    service_id: int,
    title: str,
    name: str,
    phone: str,
    starts_at: datetime,
    ends_at: datetime,
    now: datetime,
) -> OnCall:
    """Put somebody on the on-call list between two moments, on the roster or not.

    Raises: NotAllowedError; RefusedError when a name, a phone number or the order of the times is missing.
    """
    require(actor, Permission.MANAGE_ROSTER, service_id)
    if not title.strip() or not name.strip() or sum(letter.isdigit() for letter in phone) < 3:
        raise RefusedError("Say what they are on call as, their name, and the number to call.")
    if ends_at <= starts_at:
        raise RefusedError("It ends before it starts. Change one of the times.")
    row = OnCall.objects.create(
        service_id=service_id,
        title=title.strip(),
        name=name.strip(),
        phone=phone.strip(),
        starts_at=starts_at,
        ends_at=ends_at,
    )
    _cover_changed(actor, "put on call", ("on call", row.pk), service_id, now)
    return row


@transaction.atomic
def take_off_call(*, actor: Actor, row: OnCall, now: datetime) -> OnCall:
    """Take somebody off the on-call list; that they were on it stays on record.

    Raises: NotAllowedError; RefusedError when they were taken off before.
    """
    require(actor, Permission.MANAGE_ROSTER, row.service_id)
    row = OnCall.objects.select_for_update().get(pk=row.pk)
    if row.removed_at:
        raise RefusedError("They were taken off the list before.")
    row.removed_at = now
    row.save(update_fields=["removed_at"])
    _cover_changed(actor, "take off call", ("on call", row.pk), row.service_id, now)
    return row


def _cover_changed(actor: Actor, action: str, subject: tuple[str, int], service_id: int, now: datetime) -> None:
    record(actor=actor, action=action, subject=subject, now=now, service_id=service_id)
    tell(topic="cover", service_id=service_id, subject=subject, now=now)
