"""Handing in a message over HTTP, whatever its kind. A system shows a bearer token; TLS is ended in front of us."""

import json
import logging
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.utils import timezone

from homeward.access.rules import Actor, NotAllowedError
from homeward.api.fhir.wire import JSON, XML
from homeward.api.fhir.xml_writer import write_xml
from homeward.api.intake.asked import Refusal
from homeward.api.intake.operation_outcome import refusal
from homeward.api.intake.receiving import Read, receive_message
from homeward.api.intake.text import LARGEST_MESSAGE
from homeward.teams.selectors import machine_with_token, services_for

logger = logging.getLogger(__name__)

ECHOED = ("X-Request-Id", "X-Correlation-Id")  # BaRS: the sender follows its message by these
_JSON_TYPES = {"application/fhir+json", "application/json", "text/json", "application/*", "*/*", "json"}
_XML_TYPES = {"application/fhir+xml", "application/xml", "text/xml", "application/soap+xml", "xml"}
TOO_LARGE = (
    f"The message is larger than {LARGEST_MESSAGE // (1024 * 1024)} megabytes. "
    "Send attachments as DocumentReference addresses instead of inside the message."
)
SENDER_NOT_KNOWN = "Show the token this system was given, as Authorization: Bearer. If it is lost, ask for a new one."
NOT_WRITTEN = "We answer as application/fhir+json or application/fhir+xml. Ask for one of them in Accept."


def take_in(request: HttpRequest, read: Read) -> HttpResponse:
    """Take in one message from a connected system that may hand in messages; answer as FHIR JSON or XML.

    `read` says what the bytes ask, or why they are refused.
    """
    answer_in = answer_format(request)
    if request.method != "POST":
        response = refused(request, answer_in, 405, "not-supported", "Send the message with POST.")
        response["Allow"] = "POST"
        return response
    handed = handed_in(request, answer_in, "message")
    if isinstance(handed, HttpResponse):
        return handed
    now = timezone.now()
    try:
        answer = receive_message(
            actor=handed.actor,
            service_id=handed.service_id,
            content=handed.content,
            content_type=request.headers.get("Content-Type"),
            now=now,
            read=read,
            refused_because=_refused_at_the_door(request),
        )
    except NotAllowedError as error:
        return refused(request, answer_in, 403, "forbidden", str(error))
    except Exception as error:
        # No traceback: the values in it are somebody's record. The bytes are kept, so it can be repeated.
        logger.error("message %s failed: %s", sha256(handed.content).hexdigest()[:12], type(error).__name__)
        text = "We could not take the message in; the fault is ours. It is kept. Send it again in a minute, or phone."
        return refused(request, answer_in, 500, "exception", text)
    return written(request, answer_in, answer.status, answer.resource)


@dataclass(frozen=True, slots=True)
class HandedIn:
    """What a connected system hands in: who it is, the service it is connected to, and the bytes."""

    actor: Actor
    service_id: int
    content: bytes


def handed_in(request: HttpRequest, answer_in: str | None, what: str) -> HandedIn | HttpResponse:
    """What a connected system hands in, or the answer that says why it cannot be taken. `what` is the word for it."""
    actor = machine_with_token(bearer_token(request))
    if actor is None:
        response = refused(request, answer_in, 401, "security", SENDER_NOT_KNOWN)
        response["WWW-Authenticate"] = 'Bearer realm="Homeward"'
        return response
    services = services_for(actor)
    if not services:
        return refused(request, answer_in, 403, "forbidden", "This system is not connected to any service here.")
    try:
        content = _body_of(request)
    except RequestDataTooBig:
        return refused(request, answer_in, 413, "too-long", TOO_LARGE)
    except (UnreadablePostError, OSError):
        return refused(request, answer_in, 400, "incomplete", f"The {what} broke off on the way. Send it again.")
    if content is None:
        return refused(request, answer_in, 411, "incomplete", f"Say how long the {what} is, in Content-Length.")
    return HandedIn(actor, services[0].pk, content)


def _body_of(request: HttpRequest) -> bytes | None:
    """The bytes of the message; None when its length is not said and the server cannot tell where it ends.

    Django reads nothing of a chunked body, because WSGI does not promise where one ends; a server that does, says so.

    Raises: RequestDataTooBig; UnreadablePostError or OSError when it broke off.
    """
    is_chunked = request.headers.get("Transfer-Encoding", "").strip().lower() == "chunked"
    if not is_chunked or request.headers.get("Content-Length"):
        return request.body
    if not request.environ.get("wsgi.input_terminated"):
        return None
    content = bytearray()
    while part := request.environ["wsgi.input"].read(min(65536, LARGEST_MESSAGE + 1 - len(content))):
        content += part
        if len(content) > LARGEST_MESSAGE:
            raise RequestDataTooBig
    return bytes(content)


def _refused_at_the_door(request: HttpRequest) -> Refusal | None:
    if answer_format(request) is None:
        return Refusal(406, "processing", NOT_WRITTEN)
    if request.headers.get("Content-Encoding", "identity").strip().lower() not in ("", "identity"):
        text = "The message is compressed. Send it without Content-Encoding."
        return Refusal(415, "not-supported", text)
    return None


def bearer_token(request: HttpRequest) -> str:
    """The bearer token a request shows, "" when none."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def answer_format(request: HttpRequest) -> str | None:
    """`JSON` or `XML`, as the sender prefers; None when they accept neither."""
    wanted = request.GET.get("_format", "").strip().lower().replace(" ", "+") or request.headers.get("Accept", "")
    if not wanted.strip():
        return JSON
    best: tuple[float, str] | None = None
    for part in wanted.lower().split(","):
        media_type, *parameters = [piece.strip() for piece in part.split(";")]
        chosen = JSON if media_type in _JSON_TYPES else XML if media_type in _XML_TYPES else None
        weight = _weight(parameters)
        if chosen and weight > 0 and (best is None or weight > best[0]):
            best = (weight, chosen)
    return best[1] if best else None


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return float(parameter[2:])
            except ValueError:
                return 0.0
    return 1.0


def refused(request: HttpRequest, answer_in: str | None, status: int, issue_code: str, text: str) -> HttpResponse:
    """The answer that says why a message or a question was refused."""
    return written(request, answer_in, status, refusal(status, issue_code, text))


def written(request: HttpRequest, answer_in: str | None, status: int, resource: dict) -> HttpResponse:
    """A resource as the answer, in JSON unless XML was asked for."""
    if answer_in == XML:
        body = write_xml(resource)
    else:
        body = json.dumps(resource, ensure_ascii=False, default=_number).encode()
    response = HttpResponse(body, status=status, content_type=f"{answer_in or JSON}; charset=utf-8")
    for name in ECHOED:
        value = request.headers.get(name, "")
        if value and len(value) <= 100 and value.isascii() and value.isprintable():
            response[name] = value
    return response


def _number(value: object) -> float | str:
    return float(value) if isinstance(value, Decimal) else str(value)
