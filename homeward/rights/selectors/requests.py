"""The register of requests."""

from homeward.access.rules import Actor, Permission, require
from homeward.rights.models import RightsRequest
from homeward.rights.states import RequestState


class RequestNotFoundError(Exception):
    """There is no such row in the actor's services."""


def open_requests(actor: Actor) -> list[RightsRequest]:
    """Requests to answer in the actor's services, the one due first first.

    Raises: NotAllowedError.
    """
    require(actor, Permission.ANSWER_RIGHTS)
    rows = RightsRequest.objects.filter(service_id__in=actor.service_ids, state=RequestState.OPEN)
    return list(rows.select_related("person", "service").order_by("due_on", "pk"))


def requests_of(actor: Actor, limit: int = 100) -> list[RightsRequest]:
    """The newest closed requests of the actor's services.

    Raises: NotAllowedError.
    """
    require(actor, Permission.ANSWER_RIGHTS)
    rows = RightsRequest.objects.filter(service_id__in=actor.service_ids).exclude(state=RequestState.OPEN)
    return list(rows.select_related("person").order_by("-received_on", "-pk")[:limit])


def request_for(actor: Actor, request_id: int) -> RightsRequest:
    """One request with its events.

    Raises: NotAllowedError; RequestNotFoundError.
    """
    require(actor, Permission.ANSWER_RIGHTS)
    rows = RightsRequest.objects.filter(service_id__in=actor.service_ids, pk=request_id)
    request = rows.select_related("person", "service").prefetch_related("events").first()
    if request is None:
        raise RequestNotFoundError("There is no such request in your service.")
    return request
