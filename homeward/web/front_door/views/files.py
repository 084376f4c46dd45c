"""Files of referrals: hand one in, see what became of its rows, and get back those with a fault."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from homeward.access.rules import Permission
from homeward.people.states import EthnicCategory, Gender
from homeward.procedures.selectors import library
from homeward.referrals.rules import template_file
from homeward.referrals.selectors import MessageNotFoundError, faults_of_file, message_for
from homeward.referrals.services import receive_file
from homeward.referrals.states import MessageKind, Source, Urgency
from homeward.web.front_door.forms.files import FileForm
from homeward.web.front_door.presenters.messages import column_rows, message_page
from homeward.web.front_door.views.messages import saved
from homeward.web.gate import page
from homeward.web.service_choice import service_here

CSV = "text/csv; charset=utf-8"
MARK = "\ufeff"  # without it a spreadsheet takes UTF-8 for Windows-1252


@page(Permission.SEE_MESSAGES)
def files(request: HttpRequest) -> HttpResponse:
    """Hand in a file of referrals."""
    if request.method != "POST":
        return _show(request, FileForm(initial={"sent_by": request.actor.employer}))
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show(request, form, status=422)
    taken = receive_file(
        actor=request.actor,
        service_id=service_here(request).pk,
        content=form.cleaned_data["file"].read(),
        sent_by=form.cleaned_data["sent_by"],
        now=timezone.now(),
    )
    return redirect("front_door:file", message_id=taken.message.pk)


@page(Permission.SEE_MESSAGES)
def file(request: HttpRequest, message_id: int) -> HttpResponse:
    """What became of a file of referrals, and of each row with a fault."""
    return render(request, "front_door/file.jinja", {"shown": message_page(_file(request, message_id), ())})


@page(Permission.SEE_MESSAGES)
def faults(request: HttpRequest, message_id: int) -> HttpResponse:
    """The rows of a file that were sent back, with why, to correct and hand in."""
    kept = _file(request, message_id)
    text = MARK + faults_of_file(request.actor, kept)
    return saved(text.encode(), CSV, f"file-{kept.pk}-rows-sent-back.csv")


@page(Permission.SEE_MESSAGES)
def template(request: HttpRequest) -> HttpResponse:
    """An empty file with every column, and one made-up row."""
    return saved((MARK + template_file()).encode(), CSV, "referrals-template.csv")


def _file(request: HttpRequest, message_id: int):
    try:
        kept = message_for(request.actor, message_id, timezone.now())
    except MessageNotFoundError as error:
        raise Http404 from error
    if kept.kind != MessageKind.FILE:
        raise Http404("This message is not a file of referrals.")
    return kept


def _show(request: HttpRequest, form: FileForm, status: int = 200) -> HttpResponse:
    words = {
        "source": Source.values,
        "urgency": Urgency.values,
        "gender": Gender.values,
        "ethnic_group": [f"{code} {label}" for code, label in EthnicCategory.choices],
        "need": [need.code for need in library().needs],
    }
    return render(
        request,
        "front_door/files.jinja",
        {"service": service_here(request), "form": form, "columns": column_rows(words)},
        status=status,
    )
