"""The FHIR door over HTTP."""

from datetime import UTC, datetime
from functools import partial

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from homeward.api.door import NOT_WRITTEN, answer_format, refused, take_in, written
from homeward.api.fhir.capability_statement import capability_statement
from homeward.api.fhir.intake import read_bars
from homeward.api.fhir.wire import JSON

PUBLISHED_AT = datetime(2026, 11, 22, tzinfo=UTC)  # when what this door takes last changed


@csrf_exempt
@never_cache
def process_message(request: HttpRequest) -> HttpResponse:
    """Take in one BaRS message."""
    return take_in(request, partial(read_bars, receives_for=getattr(settings, "FHIR_RECEIVES_FOR", ())))


@never_cache
def metadata(request: HttpRequest) -> HttpResponse:
    """What this door takes; anybody may ask."""
    answer_in = answer_format(request)
    if request.method not in ("GET", "HEAD"):
        response = refused(request, answer_in, 405, "not-supported", "Read this address with GET.")
        response["Allow"] = "GET, HEAD"
        return response
    if answer_in is None:
        return refused(request, JSON, 406, "processing", NOT_WRITTEN)
    address = request.build_absolute_uri("/fhir")
    return written(request, answer_in, 200, capability_statement(PUBLISHED_AT, address))
