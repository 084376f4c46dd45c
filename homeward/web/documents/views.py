"""A person's documents: the list, adding, opening, newer versions, withdrawing, and filing what a message brought."""

from datetime import datetime

from csp.decorators import csp_update
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from homeward.access.rules import Permission, Sight
from homeward.documents.rules import PDF, PICTURES, TEXT, WHAT_IS_TAKEN, text_of
from homeward.documents.selectors import (
    DocumentNotFoundError,
    bytes_of,
    document_for,
    documents_of,
    filed_from_messages,
    version_of,
)
from homeward.documents.services import NewDocument, add_documents, add_version, withdraw_document
from homeward.documents.states import DocumentKind, Source
from homeward.documents.storage import FileAlteredError, FileMissingError, KeptFile, keep
from homeward.kernel.rules import RefusedError, london_day, whole_number
from homeward.people.selectors import current_alerts
from homeward.referrals.selectors import MessageNotFoundError, message_for, messages_about
from homeward.referrals.selectors import documents_of as documents_in
from homeward.web.documents.forms import AddDocumentForm, VersionForm, WithdrawForm, WriteDocumentForm
from homeward.web.documents.presenters import (
    InMessage,
    file_name,
    present_document,
    present_in_message,
    present_shelf,
)
from homeward.web.gate import page
from homeward.web.people.opening import opened
from homeward.web.people.presenters.banner import present_banner

# For the person's own browser, never for a page of somebody else; nothing in it runs
FILE_POLICY = "sandbox; default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"
SHOWN_BY_BROWSERS = (PDF, TEXT, *PICTURES)
MESSAGES_READ = 20  # of the newest about a person: what is older was filed, or is found under its referral


@page(Permission.SEE_PEOPLE)
def documents(request: HttpRequest, person_id: int) -> HttpResponse:
    """Every document of a person, and those inside messages about them that are not filed yet."""
    now = timezone.now()
    one = opened(request, person_id, now)
    if one.pk != person_id:
        return redirect("documents:list", person_id=one.pk)
    shown = present_shelf(documents_of(request.actor, one), _in_messages(request, one, now), now)
    return render(request, "documents/list.jinja", _about(request, one, now) | {"shown": shown})


@page(Permission.SEE_PEOPLE)
def add(request: HttpRequest, person_id: int) -> HttpResponse:
    """Add files: scanned, photographed, or sent to us."""
    now = timezone.now()
    one = opened(request, person_id, now, Sight.VISIT)
    today = london_day(now)
    chosen = _chosen(request)
    form = AddDocumentForm(
        request.POST if request.method == "POST" else None,
        today=today,
        born=one.birth_date,
        chosen=chosen,
        initial={"happened_on": today.isoformat(), "kind": DocumentKind.LETTER, "source": Source.SCANNED},
    )
    if form.is_valid():
        told = form.cleaned_data
        kept = _keep_all(chosen, form)
        if kept:
            named = _titles(told["title"], len(kept))
            new = [
                NewDocument(title, told["kind"], told["source"], told["happened_on"], file, told["sensitivity"])
                for title, file in zip(named, kept)
            ]
            return _added(request, one, new, now)
    context = _about(request, one, now) | {"form": form, "what_is_taken": WHAT_IS_TAKEN}
    return render(request, "documents/add.jinja", context, status=422 if form.is_bound else 200)


@page(Permission.SEE_PEOPLE)
def write(request: HttpRequest, person_id: int) -> HttpResponse:
    """Write a document here."""
    now = timezone.now()
    one = opened(request, person_id, now, Sight.VISIT)
    today = london_day(now)
    form = WriteDocumentForm(
        request.POST if request.method == "POST" else None,
        today=today,
        born=one.birth_date,
        initial={"happened_on": today.isoformat(), "kind": DocumentKind.LETTER},
    )
    if form.is_valid():
        told = form.cleaned_data
        try:
            kept = keep(told["text"].encode())
        except RefusedError as error:
            form.add_error("text", str(error))
        else:
            new = NewDocument(told["title"], told["kind"], Source.TYPED, told["happened_on"], kept, told["sensitivity"])
            return _added(request, one, [new], now)
    context = _about(request, one, now) | {"form": form}
    return render(request, "documents/write.jinja", context, status=422 if form.is_bound else 200)


@csp_update({"frame-src": ["'self'"]})
@page(Permission.SEE_PEOPLE)
def document(request: HttpRequest, person_id: int, document_id: int, number: int | None = None) -> HttpResponse:
    """One document: its newest version, or an older one, as a picture, a PDF or text."""
    now = timezone.now()
    one = opened(request, person_id, now)
    found, version = _found(request, one, document_id, number)
    text = ""
    if version.is_text:
        try:
            text = text_of(bytes_of(request.actor, found, version, now))
        except (FileMissingError, FileAlteredError) as error:
            return _not_as_kept(request, one, error, now)
    context = _about(request, one, now) | {"shown": present_document(found, version, text, now)}
    return render(request, "documents/document.jinja", context)


@page(Permission.SEE_PEOPLE)
def file(request: HttpRequest, person_id: int, document_id: int, number: int) -> HttpResponse:
    """The bytes of a version, for the browser to show where nothing can run, or to save (`?save=1`)."""
    now = timezone.now()
    one = opened(request, person_id, now)
    found, version = _found(request, one, document_id, number)
    try:
        content = bytes_of(request.actor, found, version, now)
    except (FileMissingError, FileAlteredError) as error:
        return _not_as_kept(request, one, error, now)
    is_shown = version.media_type in SHOWN_BY_BROWSERS and "save" not in request.GET
    media_type = f"{TEXT}; charset=utf-8" if version.is_text else version.media_type
    answer = HttpResponse(text_of(content).encode() if version.is_text and is_shown else content, media_type)
    answer["Content-Disposition"] = f'{"inline" if is_shown else "attachment"}; filename="{file_name(found, version)}"'
    answer["Content-Security-Policy"] = FILE_POLICY
    answer["X-Content-Type-Options"] = "nosniff"
    answer["X-Frame-Options"] = "SAMEORIGIN"
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    answer["Cache-Control"] = "private, no-store"
    return answer


@page(Permission.SEE_PEOPLE)
def add_version_of(request: HttpRequest, person_id: int, document_id: int) -> HttpResponse:
    """Add a newer version of a document: another file, or the text as it should be now."""
    now = timezone.now()
    one = opened(request, person_id, now)
    found, newest = _found(request, one, document_id, None)
    is_written = found.source == Source.TYPED and newest.is_text
    initial = {}
    if is_written and request.method != "POST":
        try:
            initial["text"] = text_of(bytes_of(request.actor, found, newest, now))
        except (FileMissingError, FileAlteredError) as error:
            return _not_as_kept(request, one, error, now)
    chosen = _chosen(request)
    form = VersionForm(
        request.POST if request.method == "POST" else None, chosen=chosen, is_written=is_written, initial=initial
    )
    if form.is_valid():
        field = "text" if is_written else "files"
        try:
            kept = keep(form.cleaned_data["text"].encode() if is_written else chosen[0].read())
            add_version(actor=request.actor, document=found, file=kept, changed=form.cleaned_data["changed"], now=now)
        except RefusedError as error:
            form.add_error(field, str(error))
        else:
            messages.success(request, "The new version is kept. Those before it can still be opened.")
            return redirect("documents:open", person_id=one.pk, document_id=found.pk)
    context = _about(request, one, now) | {
        "form": form,
        "shown": present_document(found, newest, "", now),
        "is_written": is_written,
        "what_is_taken": WHAT_IS_TAKEN,
    }
    return render(request, "documents/add_version.jinja", context, status=422 if form.is_bound else 200)


@page(Permission.SEE_PEOPLE)
def withdraw(request: HttpRequest, person_id: int, document_id: int) -> HttpResponse:
    """Take a document out of use, for a reason."""
    now = timezone.now()
    one = opened(request, person_id, now)
    found, newest = _found(request, one, document_id, None)
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            withdraw_document(actor=request.actor, document=found, reason=form.cleaned_data["reason"], now=now)
        except RefusedError as error:
            form.add_error("reason", str(error))
        else:
            messages.success(request, "The document is withdrawn. It stays at the end of the list, with the reason.")
            return redirect("documents:list", person_id=one.pk)
    context = _about(request, one, now) | {"form": form, "shown": present_document(found, newest, "", now)}
    return render(request, "documents/withdraw.jinja", context, status=422 if form.is_bound else 200)


@require_POST
@page(Permission.SEE_MESSAGES)
def file_from_message(request: HttpRequest, person_id: int) -> HttpResponse:
    """File a document that a message about this person brought into their record."""
    now = timezone.now()
    one = opened(request, person_id, now)
    message_id = whole_number(request.POST.get("message", ""))
    place = whole_number(request.POST.get("place", ""))
    if not message_id or not place:
        raise Http404("No document of a message was named.")
    try:
        message = message_for(request.actor, message_id, now)
    except MessageNotFoundError as error:
        raise Http404 from error
    if message.referral is None or message.referral.person_id != one.pk:
        raise Http404("This message is not about this person.")
    inside = documents_in(request.actor, message)
    if place > len(inside):
        raise Http404("There is no such document in this message.")
    wanted = inside[place - 1]
    try:
        new = NewDocument(
            title=wanted.title,
            kind=DocumentKind.LETTER,
            source=Source.MESSAGE,
            happened_on=london_day(message.received_at),
            file=keep(wanted.content),
            message=(message.pk, place),
        )
        made = add_documents(actor=request.actor, person=one, new=[new], now=now)[0]
    except RefusedError as error:
        messages.error(request, f"It was not filed. {error}")
        return redirect("documents:list", person_id=one.pk)
    messages.success(request, "The document is in the record, and on the timeline.")
    return redirect("documents:open", person_id=one.pk, document_id=made.pk)


def _about(request: HttpRequest, one, now: datetime) -> dict:
    alerts = current_alerts(request.actor, [one.pk], london_day(now)).get(one.pk, [])
    return {"service": one.service, "banner": present_banner(request.actor, one, alerts, now)}


def _found(request: HttpRequest, one, document_id: int, number: int | None):
    try:
        found = document_for(request.actor, one, document_id)
        return found, version_of(request.actor, found, number)
    except DocumentNotFoundError as error:
        raise Http404 from error


def _chosen(request: HttpRequest) -> list:
    """The files chosen in any of the inputs; one left empty sends nothing."""
    return [file for name in ("files", "photo") for file in request.FILES.getlist(name)]


def _keep_all(chosen: list, form: AddDocumentForm) -> list[KeptFile]:
    kept = []
    for place, one in enumerate(chosen, 1):
        try:
            kept.append(keep(one.read()))
        except RefusedError as error:
            which = f"File {place} of {len(chosen)}: " if len(chosen) > 1 else ""
            form.add_error("files", f"{which}{error}")
            return []
    return kept


def _titles(title: str, count: int) -> list[str]:
    if count == 1:
        return [title]
    return [f"{title[:180]}, {place} of {count}" for place in range(1, count + 1)]


def _added(request: HttpRequest, one, new: list[NewDocument], now: datetime) -> HttpResponse:
    made = add_documents(actor=request.actor, person=one, new=new, now=now)
    said = "The document is" if len(made) == 1 else f"{len(made)} documents are"
    messages.success(request, f"{said} in the record, and on the timeline.")
    if one.sight < Sight.RECORD:
        return redirect("people:person", person_id=one.pk)
    return redirect("documents:list", person_id=one.pk)


def _in_messages(request: HttpRequest, one, now: datetime) -> list[InMessage]:
    """What messages about the person brought, for those who may see messages; filed ones lead to where they are."""
    if not request.actor.may(Permission.SEE_MESSAGES):
        return []
    brought = messages_about(request.actor, one, MESSAGES_READ)
    filed = filed_from_messages(request.actor, one, [message.pk for message in brought])
    return [
        present_in_message(message, place, inside, filed.get((message.pk, place)))
        for message in brought
        for place, inside in enumerate(documents_in(request.actor, message), 1)
        if (message.pk, place) not in filed
    ]


def _not_as_kept(request: HttpRequest, one, error: Exception, now: datetime) -> HttpResponse:
    context = _about(request, one, now) | {"why": str(error)}
    return render(request, "documents/not_as_kept.jinja", context, status=410)
