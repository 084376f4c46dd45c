"""Handing in another system's record about somebody, as a Bundle at the address of the FHIR door itself."""

import logging
from uuid import uuid4

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from homeward.access.rules import NotAllowedError
from homeward.api.door import (
    NOT_WRITTEN,
    SENDER_NOT_KNOWN,
    TOO_LARGE,
    answer_format,
    bearer_token,
    body_of,
    refused,
    written,
)
from homeward.api.fhir.importing.filing import NobodyMeantError, file_record
from homeward.api.fhir.wire import JSON
from homeward.api.intake.operation_outcome import acceptance
from homeward.api.intake.text import UnreadableMessageError
from homeward.kernel.rules import RefusedError
from homeward.teams.selectors import machine_with_token, services_for

logger = logging.getLogger(__name__)


@csrf_exempt
@never_cache
def take_record(request: HttpRequest) -> HttpResponse:
    """File a record that a connected system hands in with the person whose verified NHS number it gives."""
    answer_in = answer_format(request)
    if request.method != "POST":
        response = refused(request, answer_in, 405, "not-supported", "GET metadata says what is offered here.")
        response["Allow"] = "POST"
        return response
    if answer_in is None:
        return refused(request, JSON, 406, "not-supported", NOT_WRITTEN)
    actor = machine_with_token(bearer_token(request))
    if actor is None:
        response = refused(request, answer_in, 401, "security", SENDER_NOT_KNOWN)
        response["WWW-Authenticate"] = 'Bearer realm="Homeward"'
        return response
    services = services_for(actor)
    if not services:
        return refused(request, answer_in, 403, "forbidden", "This system is not connected to any service here.")
    try:
        content = body_of(request)
    except RequestDataTooBig:
        return refused(request, answer_in, 413, "too-long", TOO_LARGE)
    except (UnreadablePostError, OSError):
        return refused(request, answer_in, 400, "incomplete", "The record broke off on the way. Send it again.")
    if content is None:
        return refused(request, answer_in, 411, "incomplete", "Say how long the record is, in Content-Length.")
    try:
        filed = file_record(
            actor=actor,
            service_id=services[0].pk,
            content=content,
            content_type=request.headers.get("Content-Type"),
            now=timezone.now(),
        )
    except UnreadableMessageError as error:
        return refused(request, answer_in, error.status, error.issue_code, str(error))
    except NobodyMeantError as error:
        return refused(request, answer_in, 422, "business-rule", str(error))
    except RefusedError as error:
        return refused(request, answer_in, 409, "conflict", str(error))
    except NotAllowedError as error:
        return refused(request, answer_in, 403, "forbidden", str(error))
    except Exception as error:
        # No traceback: the values in it are somebody's record. The bytes are kept, so it can be repeated.
        logger.error("a record could not be filed: %s", type(error).__name__)
        text = "We could not file the record; the fault is ours. It is kept. Send it again in a minute."
        return refused(request, answer_in, 500, "exception", text)
    outcome = acceptance(str(uuid4()), filed.words(), [note.path for note in filed.notes])
    return written(request, answer_in, 200, outcome)
