"""Messages of devices: JSON from a monitoring centre, read strictly and answered so that a sender knows what became of
it."""

import json
import logging
from datetime import datetime
from hashlib import sha256

from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from homeward.access.rules import NotAllowedError
from homeward.api.door import HandedIn, handed_in, refused
from homeward.api.fhir.wire import JSON
from homeward.equipment.services import NewCall, keep_refused, receive_call
from homeward.equipment.states import CallKind, MessageOutcome
from homeward.kernel.rules import RefusedError

logger = logging.getLogger(__name__)
LONGEST_ID, LONGEST_DEVICE, LONGEST_TEXT = 120, 80, 2000
OUR_FAULT = "We could not take the message in; the fault is ours. It is kept. Send it again in a minute, or phone."


class UnreadableCallError(Exception):
    """What is wrong with a message, and its id where that could be read."""

    def __init__(self, problem: str, sender_id: str = "") -> None:
        super().__init__(problem)
        self.sender_id = sender_id


@csrf_exempt
@never_cache
def device_message(request: HttpRequest) -> HttpResponse:
    """Take in one message of a device: an alert, a test alarm or a check-in. Sent again, it changes nothing."""
    if request.method != "POST":
        response = refused(request, JSON, 405, "not-supported", "Send the message with POST.")
        response["Allow"] = "POST"
        return response
    handed = handed_in(request, JSON, "message")
    if isinstance(handed, HttpResponse):
        return handed
    now = timezone.now()
    told = {"actor": handed.actor, "service_id": handed.service_id, "content": handed.content, "now": now}
    try:
        return _taken(handed, now)
    except NotAllowedError as error:
        return refused(request, JSON, 403, "forbidden", str(error))
    except UnreadableCallError as error:
        keep_refused(**told, problem=str(error), sender_id=error.sender_id)
        return JsonResponse({"outcome": "refused", "problem": str(error)}, status=422)
    except Exception as error:
        # No traceback: the values in it are somebody's record
        logger.error("device message %s failed: %s", sha256(handed.content).hexdigest()[:12], type(error).__name__)
        keep_refused(**told, problem=OUR_FAULT, is_our_fault=True)
        return JsonResponse({"outcome": "failed", "problem": OUR_FAULT}, status=500)


def _taken(handed: HandedIn, now: datetime) -> JsonResponse:
    call = read_call(handed.content, now)
    told = {"actor": handed.actor, "service_id": handed.service_id, "content": handed.content, "now": now}
    try:
        try:
            kept = receive_call(call=call, **told)
        except IntegrityError:  # the same message twice at one moment: the other came first
            kept = receive_call(call=call, **told)
    except RefusedError as error:
        raise UnreadableCallError(str(error), call.sender_id) from error
    said = {
        "outcome": kept.outcome,
        "device_known": kept.device_id is not None,
        "response": f"A{kept.alert_id}" if kept.alert_id else None,
        "answer_by": kept.alert.answer_due_at.isoformat() if kept.alert else None,
        "note": kept.problem,
    }
    return JsonResponse(said, status=201 if kept.outcome == MessageOutcome.OPENED else 200)


def read_call(content: bytes, now: datetime) -> NewCall:
    """What a message of a device says.

    `{"id", "device", "kind", "raised_at", "text", "test"}`. A kind that is not known becomes "other" and keeps its
    name in the text, and a call without a time counts from now: neither is a reason not to answer somebody.

    Raises: UnreadableCallError with what to send instead.
    """
    try:
        said = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise UnreadableCallError("This is not JSON. Send one JSON object.") from error
    if not isinstance(said, dict):
        raise UnreadableCallError("Send one JSON object, with id, device and kind.")
    sender_id = _text(said, "id", LONGEST_ID)
    identifier = _text(said, "device", LONGEST_DEVICE, sender_id)
    kind = _text(said, "kind", LONGEST_DEVICE, sender_id)
    text = said.get("text") or ""
    if not isinstance(text, str):
        raise UnreadableCallError("text must be text.", sender_id)
    is_test = said.get("test", False)
    if not isinstance(is_test, bool):
        raise UnreadableCallError("test must be true or false.", sender_id)
    known = kind in CallKind.values
    return NewCall(
        sender_id=sender_id,
        identifier=identifier,
        kind=CallKind(kind) if known else CallKind.OTHER,
        raised_at=_moment(said, now, sender_id),
        text="".join((("" if known else f"Sent as “{kind}”. "), text.replace("\0", "")))[:LONGEST_TEXT],
        is_test=is_test,
    )


def _text(said: dict, name: str, longest: int, sender_id: str = "") -> str:
    value = said.get(name)
    value = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(value, str) or not value.strip() or "\0" in value or len(value.strip()) > longest:
        raise UnreadableCallError(f"{name} is missing, or is no text of 1 to {longest} characters.", sender_id)
    return value.strip()


def _moment(said: dict, now: datetime, sender_id: str) -> datetime:
    value = said.get("raised_at")
    if value is None:
        return now
    try:
        moment = parse_datetime(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None or timezone.is_naive(moment):
        raise UnreadableCallError("raised_at must be a time with its offset, like 2026-11-24T09:00:00Z.", sender_id)
    return moment
