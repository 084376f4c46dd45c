"""Reading what workers ask, and the shifts nobody has."""

from datetime import date

from django.db.models import Q

from homeward.access.rules import Actor, NotAllowedError, Permission, require
from homeward.roster.models import OpenShift, RosterRequest
from homeward.roster.states import OPEN_REQUESTS, RequestKind, RequestState
from homeward.teams.models import Worker

# Decided ones that the lead's page still shows
LATELY = 30


def requests_to_decide(actor: Actor, service_id: int) -> list[RosterRequest]:
    """What waits for a lead, the earliest day first.

    Raises: NotAllowedError.
    """
    require(actor, Permission.MANAGE_ROSTER, service_id)
    return list(_of(service_id).filter(state=RequestState.ASKED).order_by("starts_on", "asked_at"))


def requests_waiting_for_others(actor: Actor, service_id: int) -> list[RosterRequest]:
    """Swaps and offers that nobody has taken up yet.

    Raises: NotAllowedError.
    """
    require(actor, Permission.MANAGE_ROSTER, service_id)
    return list(_of(service_id).filter(state=RequestState.WAITS_FOR_OTHER).order_by("starts_on", "asked_at"))


def requests_decided(actor: Actor, service_id: int) -> list[RosterRequest]:
    """What was decided or withdrawn last.

    Raises: NotAllowedError.
    """
    require(actor, Permission.MANAGE_ROSTER, service_id)
    return list(_of(service_id).exclude(state__in=OPEN_REQUESTS).order_by("-decided_at", "-id")[:LATELY])


def request_for(actor: Actor, request_id: int) -> RosterRequest:
    """A request that the actor may see: their own, one asked of them, or any where they decide.

    Raises: NotAllowedError, the same where there is none.
    """
    require(actor, Permission.ASK_ROSTER)
    row = RosterRequest.objects.filter(pk=request_id, worker__service_id__in=actor.service_ids)
    row = row.select_related("worker__organisation", "other_worker", "shift", "other_shift", "open_shift").first()
    is_mine = (
        row
        and actor.worker_id
        and (
            actor.worker_id in (row.worker_id, row.other_worker_id)
            or (row.kind == RequestKind.OFFER and row.other_worker_id is None)
        )
    )
    if row is None or not (is_mine or actor.may(Permission.MANAGE_ROSTER)):
        raise NotAllowedError("There is no such request for you.")
    return row


def my_requests(actor: Actor, today: date) -> list[RosterRequest]:
    """What the actor asked that is open or for days to come, the newest first.

    Raises: NotAllowedError.
    """
    require(actor, Permission.ASK_ROSTER)
    rows = RosterRequest.objects.filter(worker_id=actor.worker_id or 0)
    rows = rows.filter(Q(state__in=OPEN_REQUESTS) | Q(ends_on__gte=today))
    return list(rows.select_related("other_worker").order_by("-asked_at", "-id"))


def asked_of_me(actor: Actor, today: date) -> list[RosterRequest]:
    """Swaps asked of the actor, and shifts that colleagues offer to them or to all, by day.

    Raises: NotAllowedError.
    """
    require(actor, Permission.ASK_ROSTER)
    me = Worker.objects.filter(pk=actor.worker_id or 0).first()
    if me is None:
        return []
    rows = _of(me.service_id).filter(state=RequestState.WAITS_FOR_OTHER, starts_on__gte=today).exclude(worker=me)
    rows = rows.filter(Q(other_worker=me) | Q(kind=RequestKind.OFFER, other_worker__isnull=True))
    return list(rows.order_by("starts_on", "id"))


def open_shifts(actor: Actor, service_id: int, today: date, *, mine: bool = False) -> list[OpenShift]:
    """The shifts that nobody has from today on; with `mine`, those the actor has the skill for.

    Raises: NotAllowedError.
    """
    require(actor, Permission.ASK_ROSTER, service_id)
    rows = list(
        OpenShift.objects.filter(service_id=service_id, closed_at__isnull=True, day__gte=today).order_by(
            "day", "starts_at", "id"
        )
    )
    if not mine:
        return rows
    me = Worker.objects.filter(pk=actor.worker_id or 0).first()
    return [row for row in rows if me and (not row.skill or row.skill in me.skills)]


def open_shift_for(actor: Actor, service_id: int, open_shift_id: int) -> OpenShift | None:
    """An open shift of a service by its number, or None.

    Raises: NotAllowedError.
    """
    require(actor, Permission.ASK_ROSTER, service_id)
    return OpenShift.objects.filter(pk=open_shift_id, service_id=service_id).first()


def _of(service_id: int):
    return RosterRequest.objects.filter(worker__service_id=service_id).select_related(
        "worker__organisation", "other_worker__organisation"
    )
