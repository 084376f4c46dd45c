"""Handing in another system's record about somebody, as a Bundle at the address of the FHIR door itself."""

import logging
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from homeward.access.rules import NotAllowedError
from homeward.api.door import NOT_WRITTEN, answer_format, handed_in, refused, written
from homeward.api.fhir.importing.filing import NobodyMeantError, file_record
from homeward.api.fhir.wire import JSON
from homeward.api.intake.operation_outcome import acceptance
from homeward.api.intake.text import UnreadableMessageError
from homeward.kernel.rules import RefusedError

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
    handed = handed_in(request, answer_in, "record")
    if isinstance(handed, HttpResponse):
        return handed
    try:
        filed = file_record(
            actor=handed.actor,
            service_id=handed.service_id,
            content=handed.content,
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
