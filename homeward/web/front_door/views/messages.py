"""Messages as they came: what became of each, its original, the documents in it, and judging it again."""

from django.contrib import messages as told
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from homeward.access.rules import Permission
from homeward.kernel.rules import RefusedError
from homeward.referrals.rules import SAFE_TYPES
from homeward.referrals.selectors import MessageNotFoundError, documents_of, kept_messages, message_for
from homeward.referrals.services import replay_message
from homeward.referrals.states import MessageOutcome
from homeward.web.front_door.presenters.messages import message_page, message_rows, outcome_choices
from homeward.web.gate import page
from homeward.web.service_choice import service_here

PLAIN_BYTES = "application/octet-stream"


@page(Permission.SEE_MESSAGES)
def messages(request: HttpRequest) -> HttpResponse:
    """The newest messages of a service, or those of one outcome."""
    wanted = request.GET.get("outcome", "")
    outcome = wanted if wanted in MessageOutcome.values else ""
    service = service_here(request)
    rows = kept_messages(request.actor, service.pk, timezone.now(), outcome)
    return render(
        request,
        "front_door/messages.jinja",
        {"service": service, "messages": message_rows(rows), "outcome": outcome, "outcomes": outcome_choices()},
    )


@page(Permission.SEE_MESSAGES)
def message(request: HttpRequest, message_id: int) -> HttpResponse:
    """One message: what it said, what was not understood, and its original."""
    kept = _message(request, message_id)
    shown = message_page(kept, documents_of(request.actor, kept))
    return render(request, "front_door/message.jinja", {"shown": shown})


@page(Permission.SEE_MESSAGES)
def original(request: HttpRequest, message_id: int) -> HttpResponse:
    """The bytes of a message exactly as they came, to save."""
    kept = _message(request, message_id)
    return saved(bytes(kept.content), PLAIN_BYTES, f"message-{kept.pk}.txt")


@page(Permission.SEE_MESSAGES)
def document(request: HttpRequest, message_id: int, number: int) -> HttpResponse:
    """One document inside a message, to save."""
    kept = _message(request, message_id)
    documents = documents_of(request.actor, kept)
    if not 1 <= number <= len(documents):
        raise Http404("There is no such document in this message.")
    one = documents[number - 1]
    media_type = one.media_type.split(";")[0].strip().lower()
    name = f"message-{kept.pk}-document-{number}.{one.ending}"
    return saved(one.content, media_type if media_type in SAFE_TYPES else PLAIN_BYTES, name)


@require_POST
@page(Permission.SEE_MESSAGES)
def judge_again(request: HttpRequest, message_id: int) -> HttpResponse:
    """Judge a refused message again, once what was wrong is put right."""
    kept = _message(request, message_id)
    try:
        judged = replay_message(actor=request.actor, message=kept, now=timezone.now())
    except RefusedError as error:
        told.error(request, str(error))
    else:
        if judged.outcome == MessageOutcome.REFUSED:
            told.error(request, f"It is refused again: {judged.reason}")
        else:
            told.success(request, f"Judged again: {MessageOutcome(judged.outcome).label.lower()}.")
    return redirect("front_door:message", message_id=message_id)


def saved(content: bytes, media_type: str, name: str) -> HttpResponse:
    """Bytes for the browser to save and never to show or run."""
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "no-store"
    return response


def _message(request: HttpRequest, message_id: int):
    try:
        return message_for(request.actor, message_id, timezone.now())
    except MessageNotFoundError as error:
        raise Http404 from error
