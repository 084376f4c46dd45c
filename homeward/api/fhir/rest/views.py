"""Reading, searching and creating over HTTP."""

import logging
from collections.abc import Callable
from urllib.parse import parse_qsl

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.middleware.csrf import CsrfViewMiddleware
from django.utils import timezone
from django.utils.http import http_date
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from homeward.access.rules import Actor, NotAllowedError
from homeward.api.door import NOT_WRITTEN, TOO_LARGE, answer_format, bearer_token, refused, written
from homeward.api.fhir.rest.answering import NoSuchResourceError, Reader
from homeward.api.fhir.rest.asking import MOST_COUNT, Question, read_count, read_question
from homeward.api.fhir.rest.bundle import searchset
from homeward.api.fhir.rest.caller import Caller
from homeward.api.fhir.rest.capability import interactions
from homeward.api.fhir.rest.parameters import NotAskableError, asked_span
from homeward.api.fhir.rest.table import KINDS
from homeward.api.fhir.rest.writing import create
from homeward.api.fhir.wire import JSON, read_message
from homeward.api.intake.text import UnreadableMessageError
from homeward.assessments.services import AnswersMissingError
from homeward.kernel.rules import RefusedError
from homeward.people.selectors import NoRelationshipError, PersonNotFoundError
from homeward.teams.selectors import machine_with_token

logger = logging.getLogger(__name__)

NOT_SIGNED_IN = (
    "Show the token of a system that is connected for reading, as Authorization: Bearer, or sign in first. "
    "An administrator connects one by: homeward connect NAME --read PURPOSE."
)
TOO_FAR = "Nothing on record says that you, or the services this system is connected to, care for this person."
EVERYTHING_PARAMETERS = ("_count", "_cursor", "_type", "_since", "_format", "_pretty")
Answering = Callable[[HttpRequest, Caller], HttpResponse]


@csrf_exempt
@never_cache
def of_type(request: HttpRequest, kind_name: str) -> HttpResponse:
    """Search a kind with GET, create one with POST."""
    kind = KINDS.get(kind_name)
    if kind is None:
        return _no_such_kind(request, kind_name)
    able = interactions(kind)
    if request.method in ("GET", "HEAD"):
        if "search-type" not in able:
            return _not_done(request, f"{kind_name} is read by its address, and not searched.", "")
        return _answer(
            request, lambda request, caller: _search(request, caller, kind_name, request.META["QUERY_STRING"])
        )
    if request.method == "POST" and "create" in able:
        return _answer(request, lambda request, caller: _create(request, caller, kind_name))
    allowed = "GET, HEAD, POST" if "create" in able else "GET, HEAD"
    return _not_done(request, f"{kind_name} is not created or changed over FHIR." if request.method == "POST"
                     else "Nothing is changed or deleted over FHIR.", allowed)  # fmt: skip


@csrf_exempt
@never_cache
def posted_search(request: HttpRequest, kind_name: str) -> HttpResponse:
    """Search a kind with the parameters in the body, where no log of addresses can keep them."""
    kind = KINDS.get(kind_name)
    if kind is None:
        return _no_such_kind(request, kind_name)
    if request.method != "POST" or "search-type" not in interactions(kind):
        return _not_done(request, "Post the search as application/x-www-form-urlencoded.", "POST")

    def search(request: HttpRequest, caller: Caller) -> HttpResponse:
        media_type = (request.content_type or "").lower()
        if media_type not in ("application/x-www-form-urlencoded", ""):
            return refused(request, answer_format(request), 415, "not-supported", "Post the search as a form.")
        body = request.body.decode("utf-8", "replace")
        return _search(request, caller, kind_name, body, is_posted=True)

    return _answer(request, search)


@csrf_exempt
@never_cache
def one(request: HttpRequest, kind_name: str, identifier: str) -> HttpResponse:
    """Read one resource; 304 where the caller has it as it is."""
    if kind_name not in KINDS:
        return _no_such_kind(request, kind_name)
    if request.method not in ("GET", "HEAD"):
        return _not_done(request, "Nothing is changed or deleted over FHIR: read this address with GET.", "GET, HEAD")

    def read(request: HttpRequest, caller: Caller) -> HttpResponse:
        resource = Reader(caller, base_of(request)).read(KINDS[kind_name], identifier)
        return _resource(request, resource)

    return _answer(request, read)


@csrf_exempt
@never_cache
def everything(request: HttpRequest, identifier: str) -> HttpResponse:
    """All that the caller may see about one person, in pages."""
    if request.method not in ("GET", "HEAD"):
        return _not_done(request, "Ask for everything with GET.", "GET, HEAD")

    def all_of_it(request: HttpRequest, caller: Caller) -> HttpResponse:
        pairs = parse_qsl(request.META["QUERY_STRING"], keep_blank_values=True)
        unknown = [name for name, _ in pairs if name not in EVERYTHING_PARAMETERS]
        question = Question(count=MOST_COUNT, written=[pair for pair in pairs if pair[0] != "_cursor"])
        if unknown and not _is_lenient(request):
            raise NotAskableError(f"$everything takes {', '.join(EVERYTHING_PARAMETERS)}, and not “{unknown[0][:40]}”.")
        question.ignored = unknown
        asked = dict(pairs)
        if asked.get("_count", ""):
            question.count = read_count(asked["_count"], 1)
        since = asked.get("_since", "").replace(" ", "+")
        if since:
            asked_span(since)
        names = [name for name in asked.get("_type", "").split(",") if name]
        wrong = [name for name in names if name not in KINDS or not KINDS[name].is_of_a_person]
        if wrong:
            raise NotAskableError(f"“{wrong[0][:40]}” is not a kind that belongs to a person.")
        of_a_person = [kind for kind in KINDS.values() if kind.is_of_a_person and kind.is_searched]
        kinds = [kind for kind in of_a_person if not names or kind.name in names]
        reader = Reader(caller, base_of(request))
        answer = reader.everything(identifier, question, kinds, since, asked.get("_cursor", ""))
        question.cursor = asked.get("_cursor", "")
        path = f"Patient/{identifier}/$everything"
        return _written(request, 200, searchset(answer, question, reader.base, path, caller.now))

    return _answer(request, all_of_it)


def _search(
    request: HttpRequest, caller: Caller, kind_name: str, parameters: str, *, is_posted: bool = False
) -> HttpResponse:
    kind = KINDS[kind_name]
    pairs = parse_qsl(parameters, keep_blank_values=True, max_num_fields=100)
    if is_posted:
        # where the page begins stands in the link, and not in the body that is posted again
        pairs += [pair for pair in parse_qsl(request.META["QUERY_STRING"]) if pair[0] in ("_cursor", "_count")]
    question = read_question(kind, pairs, KINDS, _is_lenient(request))
    reader = Reader(caller, base_of(request))
    answer = reader.search(kind, question)
    path = f"{kind_name}/_search" if is_posted else kind_name
    return _written(request, 200, searchset(answer, question, reader.base, path, caller.now, is_posted=is_posted))


def _create(request: HttpRequest, caller: Caller, kind_name: str) -> HttpResponse:
    if request.headers.get("If-None-Exist"):
        raise RefusedError("Conditional create is not offered. Search first, then create.")
    sent = read_message(request.body, request.headers.get("Content-Type")).resource
    with transaction.atomic():
        number = create(caller, kind_name, sent)
        resource = Reader(caller, base_of(request)).read(KINDS[kind_name], number)
    response = _resource(request, resource, status=201)
    response["Location"] = f"{base_of(request)}/{kind_name}/{number}"
    return response


def base_of(request: HttpRequest) -> str:
    """The address of this FHIR door, without a slash at the end."""
    return request.build_absolute_uri("/fhir")


def caller_of(request: HttpRequest) -> Caller | HttpResponse:
    """Who asks: a connected system by its token, else whoever is signed in; an answer that refuses where it is nobody.

    Somebody signed in must show, for anything but reading, that the request came from our own pages.
    """
    actor: Actor | None
    token = bearer_token(request)
    if token:
        actor = machine_with_token(token)
    else:
        actor = getattr(request, "actor", None)
        if actor is not None and request.method not in ("GET", "HEAD") and _is_forged(request):
            text = "The request did not come from a page of this service. Send the token of the page with it."
            return refused(request, answer_format(request), 403, "security", text)
    if actor is None:
        response = refused(request, answer_format(request), 401, "login", NOT_SIGNED_IN)
        response["WWW-Authenticate"] = 'Bearer realm="Homeward"'
        return response
    return Caller(actor, timezone.now())


def _is_forged(request: HttpRequest) -> bool:
    def posted(request: HttpRequest) -> None:
        return None

    check = CsrfViewMiddleware(lambda request: HttpResponse())
    check.process_request(request)
    return check.process_view(request, posted, (), {}) is not None


def _answer(request: HttpRequest, answering: Answering) -> HttpResponse:
    """What was asked, or why not, as an OperationOutcome. Nothing of the question is said back or logged."""
    answer_in = answer_format(request)
    if answer_in is None:
        return refused(request, JSON, 406, "not-supported", NOT_WRITTEN)
    caller = caller_of(request)
    if isinstance(caller, HttpResponse):
        return caller
    try:
        return answering(request, caller)
    except NoRelationshipError:
        return refused(request, answer_in, 403, "forbidden", TOO_FAR)
    except NotAllowedError as error:
        return refused(request, answer_in, 403, "forbidden", str(error))
    except (NoSuchResourceError, PersonNotFoundError) as error:
        return refused(request, answer_in, 404, "not-found", str(error))
    except NotAskableError as error:
        return refused(request, answer_in, 400, "invalid", str(error))
    except AnswersMissingError as error:
        return refused(request, answer_in, 422, "business-rule", str(error))
    except RefusedError as error:
        return refused(request, answer_in, 422, "business-rule", str(error))
    except UnreadableMessageError as error:
        return refused(request, answer_in, error.status, error.issue_code, str(error))
    except RequestDataTooBig:
        return refused(request, answer_in, 413, "too-long", TOO_LARGE)
    except (UnreadablePostError, OSError):
        return refused(request, answer_in, 400, "incomplete", "The request broke off on the way. Send it again.")
    except Exception as error:
        if settings.DEBUG:
            raise
        # No traceback and no address: both may hold what somebody's record says
        logger.error("a FHIR request failed: %s", type(error).__name__)
        text = "We could not answer; the fault is ours. Ask again in a minute."
        return refused(request, answer_in, 500, "exception", text)


def _is_lenient(request: HttpRequest) -> bool:
    return "handling=lenient" in request.headers.get("Prefer", "").replace(" ", "").lower()


def _resource(request: HttpRequest, resource: dict, status: int = 200) -> HttpResponse:
    version = f'W/"{resource["meta"]["versionId"]}"'
    changed = resource["meta"].get("lastUpdated")
    asked = [one.strip() for one in request.headers.get("If-None-Match", "").split(",")]
    if status == 200 and (version in asked or version.removeprefix("W/") in asked or "*" in asked):
        response = HttpResponse(status=304)
    else:
        response = _written(request, status, resource)
    response["ETag"] = version
    if changed:
        from datetime import datetime

        response["Last-Modified"] = http_date(datetime.fromisoformat(changed.replace("Z", "+00:00")).timestamp())
    return response


def _written(request: HttpRequest, status: int, resource: dict) -> HttpResponse:
    return written(request, answer_format(request), status, resource)


def _no_such_kind(request: HttpRequest, kind_name: str) -> HttpResponse:
    text = f"“{kind_name[:40]}” is not offered here. GET metadata lists what is."
    return refused(request, answer_format(request), 404, "not-supported", text)


def _not_done(request: HttpRequest, text: str, allowed: str) -> HttpResponse:
    response = refused(request, answer_format(request), 405, "not-supported", text)
    if allowed:
        response["Allow"] = allowed
    return response
