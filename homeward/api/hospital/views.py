"""The doors for stays in hospital: payloads about one person, and lists of a ward or a hospital."""

import logging
from datetime import datetime
from hashlib import sha256

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from homeward.access.rules import NotAllowedError
from homeward.api.door import answer_format, handed_in, refused, written
from homeward.api.hospital.receiving import receive_payload
from homeward.api.hospital.ward_lists import list_outcome
from homeward.discharge.services.ward_lists import ListHandedIn, hand_in_ward_list, take_in_ward_list
from homeward.discharge.states.ward_lists import ListCovers, ListState
from homeward.kernel.rules import LONDON, RefusedError

logger = logging.getLogger(__name__)

OUR_FAULT = "We could not take it in; the fault is ours. It is kept. Send it again in a minute, or phone."
NO_SUCH_TIME = "made_at is not a moment. Write it as 2026-11-24T09:00."


@csrf_exempt
@never_cache
def stay_payload(request: HttpRequest) -> HttpResponse:
    """Take in one payload about a stay: an Encounter, or a discharge document."""
    answer_in = answer_format(request)
    if request.method != "POST":
        return _only_post(request, answer_in)
    handed = handed_in(request, answer_in, "payload")
    if isinstance(handed, HttpResponse):
        return handed
    try:
        answer = receive_payload(
            actor=handed.actor,
            service_id=handed.service_id,
            content=handed.content,
            content_type=request.headers.get("Content-Type"),
            now=timezone.now(),
        )
    except NotAllowedError as error:
        return refused(request, answer_in, 403, "forbidden", str(error))
    except Exception as error:
        return _our_fault(request, answer_in, handed.content, error)
    return written(request, answer_in, answer.status, answer.resource)


@csrf_exempt
@never_cache
def ward_list(request: HttpRequest) -> HttpResponse:
    """Take in a ward list (CSV): `hospital`, `made_at` and `covers` stand in the address.

    Systems hand in what was checked before: it is taken in at once.
    """
    answer_in = answer_format(request)
    if request.method != "POST":
        return _only_post(request, answer_in)
    handed = handed_in(request, answer_in, "list")
    if isinstance(handed, HttpResponse):
        return handed
    now = timezone.now()
    made_at = _moment(request.GET.get("made_at", ""), now)
    if made_at is None:
        return refused(request, answer_in, 400, "value", NO_SUCH_TIME)
    given = ListHandedIn(
        content=handed.content,
        hospital_name=request.GET.get("hospital", "") or handed.actor.name,
        made_at=made_at,
        covers=request.GET.get("covers", "") or ListCovers.HOSPITAL,
    )
    try:
        kept = hand_in_ward_list(actor=handed.actor, service_id=handed.service_id, given=given, now=now)
        taken = take_in_ward_list(actor=handed.actor, ward_list=kept, now=now)
    except NotAllowedError as error:
        return refused(request, answer_in, 403, "forbidden", str(error))
    except RefusedError as error:
        return refused(request, answer_in, 422, "business-rule", str(error))
    except Exception as error:
        return _our_fault(request, answer_in, handed.content, error)
    if taken.state == ListState.SET_ASIDE:
        return refused(request, answer_in, 422, "structure", taken.message.reason)
    return written(request, answer_in, 200, list_outcome(taken))


def _only_post(request: HttpRequest, answer_in: str | None) -> HttpResponse:
    response = refused(request, answer_in, 405, "not-supported", "Send it with POST.")
    response["Allow"] = "POST"
    return response


def _our_fault(request: HttpRequest, answer_in: str | None, content: bytes, error: Exception) -> HttpResponse:
    # No traceback: the values in it are somebody's record. The bytes are kept, so it can be repeated.
    logger.error("payload %s failed: %s", sha256(content).hexdigest()[:12], type(error).__name__)
    return refused(request, answer_in, 500, "exception", OUR_FAULT)


def _moment(text: str, now: datetime) -> datetime | None:
    """A moment as written, of the clocks here where it does not say; now where nothing is."""
    if not text:
        return now
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=LONDON)
