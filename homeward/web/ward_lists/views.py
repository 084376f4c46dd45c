"""Ward lists: hand one in, look at what it would change, take it in or set it aside; and answer what is open."""

from django.contrib import messages as told
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from homeward.access.rules import Permission
from homeward.discharge.rules.ward_list import ward_list_template
from homeward.discharge.selectors.ward_lists import (
    QuestionNotFoundError,
    WardListNotFoundError,
    open_questions,
    preview_of,
    question_for,
    rows_sent_back,
    ward_list_for,
    ward_lists_of,
)
from homeward.discharge.services.ward_lists import (
    ListHandedIn,
    answer_stay_question,
    hand_in_ward_list,
    set_aside_ward_list,
    take_in_ward_list,
)
from homeward.discharge.states.ward_lists import ListCovers, ListState, QuestionAnswer
from homeward.kernel.rules import LONDON, RefusedError
from homeward.web.front_door.views.messages import saved
from homeward.web.gate import page
from homeward.web.service_choice import service_here
from homeward.web.ward_lists.forms import WardListForm
from homeward.web.ward_lists.presenters import column_rows, list_rows, present_list, present_preview, question_rows

CSV = "text/csv; charset=utf-8"
MARK = "\ufeff"  # without it a spreadsheet takes UTF-8 for Windows-1252


@page(Permission.CHASE)
def lists(request: HttpRequest) -> HttpResponse:
    """Hand in a list; what is open from earlier ones, and which came before."""
    if request.method != "POST":
        now = timezone.now().astimezone(LONDON)
        newest = next(iter(ward_lists_of(request.actor, service_here(request).pk, limit=1)), None)
        begun = {
            "hospital": newest.hospital_name if newest else "",
            "made_on": now.date().isoformat(),
            "made_at_time": f"{now:%H:%M}",
            "covers": newest.covers if newest else ListCovers.HOSPITAL,
        }
        return _show(request, WardListForm(initial=begun))
    form = WardListForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show(request, form, status=422)
    given = ListHandedIn(
        content=form.cleaned_data["file"].read(),
        hospital_name=form.cleaned_data["hospital"],
        made_at=form.made_at,
        covers=form.cleaned_data["covers"],
    )
    try:
        handed_in = hand_in_ward_list(
            actor=request.actor, service_id=service_here(request).pk, given=given, now=timezone.now()
        )
    except RefusedError as error:
        form.add_error("made_on", str(error))
        return _show(request, form, status=422)
    return redirect("ward_lists:list", ward_list_id=handed_in.pk)


@page(Permission.CHASE)
def ward_list(request: HttpRequest, ward_list_id: int) -> HttpResponse:
    """One list: before it is taken in, what it would change; afterwards, what it came to."""
    found = _list(request, ward_list_id)
    if found.state == ListState.WAITING:
        shown = present_preview(found, preview_of(request.actor, found, timezone.now()))
        return render(request, "ward_lists/preview.jinja", {"shown": shown})
    return render(request, "ward_lists/list.jinja", {"shown": present_list(found)})


@require_POST
@page(Permission.CHASE)
def take_in(request: HttpRequest, ward_list_id: int) -> HttpResponse:
    """Take in a list that somebody looked at."""
    try:
        take_in_ward_list(actor=request.actor, ward_list=_list(request, ward_list_id), now=timezone.now())
    except RefusedError as error:
        told.error(request, str(error))
    else:
        told.success(request, "The list is taken in.")
    return redirect("ward_lists:list", ward_list_id=ward_list_id)


@require_POST
@page(Permission.CHASE)
def set_aside(request: HttpRequest, ward_list_id: int) -> HttpResponse:
    """Set aside a list that is not to be taken in."""
    try:
        set_aside_ward_list(actor=request.actor, ward_list=_list(request, ward_list_id), now=timezone.now())
    except RefusedError as error:
        told.error(request, str(error))
        return redirect("ward_lists:list", ward_list_id=ward_list_id)
    told.success(request, "The list is set aside. It changed nothing.")
    return redirect("ward_lists:lists")


@page(Permission.CHASE)
def sent_back(request: HttpRequest, ward_list_id: int) -> HttpResponse:
    """The rows with a fault, with why, to correct and hand in."""
    found = _list(request, ward_list_id)
    text = MARK + rows_sent_back(request.actor, found)
    return saved(text.encode(), CSV, f"ward-list-{found.pk}-rows-sent-back.csv")


@page(Permission.CHASE)
def template(request: HttpRequest) -> HttpResponse:
    """An empty list with every column, and one made-up row."""
    return saved((MARK + ward_list_template()).encode(), CSV, "ward-list-template.csv")


@require_POST
@page(Permission.CHASE)
def still_there(request: HttpRequest, question_id: int) -> HttpResponse:
    """Say that somebody whom a list left out is still in hospital."""
    try:
        question = question_for(request.actor, question_id)
    except QuestionNotFoundError as error:
        raise Http404 from error
    try:
        answer_stay_question(
            actor=request.actor, question=question, answer=QuestionAnswer.STILL_THERE, now=timezone.now()
        )
    except RefusedError as error:
        told.error(request, str(error))
    else:
        told.success(request, "Noted: still in hospital.")
    return redirect("ward_lists:lists")


def _list(request: HttpRequest, ward_list_id: int):
    try:
        return ward_list_for(request.actor, ward_list_id, timezone.now())
    except WardListNotFoundError as error:
        raise Http404 from error


def _show(request: HttpRequest, form: WardListForm, status: int = 200) -> HttpResponse:
    service = service_here(request)
    now = timezone.now()
    shown = {
        "service": service,
        "form": form,
        "columns": column_rows(),
        "covers": [(value, label, "") for value, label in ListCovers.choices],
        "questions": question_rows(open_questions(request.actor, service.pk, now), now),
        "before": list_rows(ward_lists_of(request.actor, service.pk)),
    }
    return render(request, "ward_lists/lists.jinja", shown, status=status)
