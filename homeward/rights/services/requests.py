"""The register of requests: each is due in a month and never lost."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.audit.states import Purpose
from homeward.kernel.rules import RefusedError, london_day
from homeward.people.models import Person
from homeward.rights.models import RequestEvent, RightsRequest
from homeward.rights.rules import answer_due
from homeward.rights.states import RequestState, RightKind


@dataclass(frozen=True, slots=True)
class NewRequest:
    """What somebody asked, and how we know who they are."""

    kind: str
    received_on: date
    identity_checked: str
    wanted: str = ""
    asked_by: str = ""
    authority: str = ""


def _note(actor: Actor, request: RightsRequest, kind: str, text: str, now: datetime) -> None:
    """Keep what happened to a request, and audit it."""
    RequestEvent.objects.create(
        request=request, kind=kind, at=now, by_account_id=actor.account_id, by_name=actor.name, text=text
    )
    record(
        actor=actor, action=f"{kind} rights request", subject=("rights_request", request.pk), now=now,
        person_id=request.person_id, service_id=request.service_id, purpose=Purpose.DATA_RIGHTS,
    )  # fmt: skip


def _open(actor: Actor, request: RightsRequest) -> RightsRequest:
    """The request as it is now, held until the transaction ends.

    Raises: NotAllowedError; RefusedError when it is closed.
    """
    require(actor, Permission.ANSWER_RIGHTS, request.service_id)
    request = RightsRequest.objects.select_for_update().get(pk=request.pk)
    if request.state != RequestState.OPEN:
        raise RefusedError("This request is closed. Take a new one if they ask again.")
    return request


@transaction.atomic
def take_request(*, actor: Actor, person: Person, new: NewRequest, now: datetime) -> RightsRequest:
    """Put a request on the register; it is due one calendar month after it came.

    Raises: NotAllowedError; RefusedError where it came in the future, or nobody checked who asks.
    """
    require(actor, Permission.ANSWER_RIGHTS, person.service_id)
    if new.kind not in RightKind.values:
        raise RefusedError("Choose what they ask.")
    if new.received_on > london_day(now):
        raise RefusedError("It cannot have come in the future. Check the day.")
    if not new.identity_checked.strip():
        raise RefusedError("Say how you know who they are: a record goes to nobody else.")
    if new.asked_by.strip() and not new.authority.strip():
        raise RefusedError("Say by what right they ask for the person.")
    request = RightsRequest.objects.create(
        service_id=person.service_id,
        person=person,
        kind=new.kind,
        asked_by=new.asked_by.strip(),
        authority=new.authority.strip(),
        identity_checked=new.identity_checked.strip(),
        wanted=new.wanted.strip(),
        received_on=new.received_on,
        due_on=answer_due(new.received_on),
    )
    _note(actor, request, "take", new.wanted.strip(), now)
    return request


@transaction.atomic
def extend_request(*, actor: Actor, request: RightsRequest, reason: str, now: datetime) -> RightsRequest:
    """Take two more months, once, for a reason the person is told within the first month (article 12(3)).

    Raises: NotAllowedError; RefusedError when it is closed, was extended, is late already, or no reason is given.
    """
    request = _open(actor, request)
    if request.is_extended:
        raise RefusedError("It was extended once already, and cannot be again.")
    if london_day(now) > request.due_on:
        raise RefusedError("It is past the month in which the person must be told. Answer it now.")
    if not reason.strip():
        raise RefusedError("Say why it needs longer, as the person will be told.")
    request.is_extended, request.due_on = True, answer_due(request.received_on, is_extended=True)
    request.save(update_fields=["is_extended", "due_on"])
    _note(actor, request, "extend", reason.strip(), now)
    return request


@transaction.atomic
def keep_review(
    *,
    actor: Actor,
    request: RightsRequest,
    looked_at: Iterable[str],
    left_out: Iterable[str],
    reason: str,
    now: datetime,
) -> RightsRequest:
    """Keep what of other people's information was looked at before release, and what of it stays out, with the reason.

    Raises: NotAllowedError; RefusedError when it is closed, or something stays out without a reason.
    """
    request = _open(actor, request)
    looked_at, left_out = sorted(set(looked_at)), sorted(set(left_out))
    if not set(left_out) <= set(looked_at):
        raise RefusedError("Something you left out is no longer there. Look again.")
    if left_out and not reason.strip():
        raise RefusedError("Say why this stays out: the person may ask.")
    request.reviewed, request.left_out, request.reviewed_at = looked_at, left_out, now
    request.save(update_fields=["reviewed", "left_out", "reviewed_at"])
    _note(actor, request, "review", f"{len(looked_at)} looked at, {len(left_out)} left out. {reason.strip()}", now)
    return request


@transaction.atomic
def answer_request(*, actor: Actor, request: RightsRequest, state: str, outcome: str, now: datetime) -> RightsRequest:
    """Close a request: answered, refused or withdrawn, and what the person was told.

    Raises: NotAllowedError; RefusedError when it is closed already or no outcome is given.
    """
    request = _open(actor, request)
    if state not in (RequestState.ANSWERED, RequestState.REFUSED, RequestState.WITHDRAWN):
        raise RefusedError("Say whether it was answered, refused or withdrawn.")
    if not outcome.strip():
        raise RefusedError("Say what the person was told.")
    request.state = state
    request.save(update_fields=["state"])
    _note(actor, request, {"answered": "answer", "refused": "refuse"}.get(state, "withdraw"), outcome.strip(), now)
    return request
