"""Noting something on a measure, that something changed, and putting either right."""

from datetime import date, timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from homeward.access.rules import Permission
from homeward.kernel.rules import RefusedError
from homeward.outcomes.measures.computing import periods_between
from homeward.outcomes.measures.definition import By
from homeward.outcomes.measures.library import MEASURES
from homeward.outcomes.selectors import NoteNotFoundError, note_for
from homeward.outcomes.services import correct_note, note_result
from homeward.outcomes.states import NoteKind
from homeward.web.gate import page
from homeward.web.plans.forms import Asked
from homeward.web.results.presenters import days_text
from homeward.web.results.reading import by_asked
from homeward.web.service_choice import service_here

EVERY = "every"
LONGER_THAN_TWO = timedelta(days=186)  # months or quarters


@page(Permission.SEE_RESULTS)
def note(request: HttpRequest, key: str) -> HttpResponse:
    """Note something on a period of a measure: the one that the address names, else any days."""
    first = request.GET.get("first", "")
    return _new(request, key, NoteKind.NOTE, {"first": first, "last": request.GET.get("last", first)})


@page(Permission.SEE_RESULTS)
def change(request: HttpRequest, key: str) -> HttpResponse:
    """Note that something changed from a day on, for the view of before and after."""
    return _new(request, key, NoteKind.CHANGE, {})


@page(Permission.SEE_RESULTS)
def correct(request: HttpRequest, key: str, note_id: int) -> HttpResponse:
    """Put other words in the place of a note, or take it back."""
    try:
        found = note_for(request.actor, note_id)
    except NoteNotFoundError as error:
        raise Http404 from error
    if key not in MEASURES or found.measure_key not in ("", key):
        raise Http404
    asked = Asked(request.POST if request.method == "POST" else None, {"text": found.text})
    if request.method == "POST":
        try:
            correct_note(
                actor=request.actor, note=found, text=asked.typed("text"), now=timezone.now(),
                is_taken_back=asked.typed("act") == "take-back",
            )  # fmt: skip
        except RefusedError as error:
            asked.errors["text"] = [str(error)]
        else:
            messages.success(request, "It is corrected. What it said first stays in the record")
            return redirect(f"{reverse('results:measure', args=[key])}?by={by_asked(request).value}")
    told = {
        "service": service_here(request), "key": key, "title": MEASURES[key].title, "asked": asked, "note": found,
        "days": days_text(found.first, found.last), "is_change": found.kind == NoteKind.CHANGE, "by": by_asked(request),
    }  # fmt: skip
    return render(request, "results/correct.jinja", told, status=422 if asked.errors else 200)


def _new(request: HttpRequest, key: str, kind: NoteKind, usual: dict[str, str]) -> HttpResponse:
    if key not in MEASURES:
        raise Http404
    is_change = kind is NoteKind.CHANGE
    asked = Asked(request.POST if request.method == "POST" else None, usual | {"which": "this"})
    by = by_asked(request)
    if request.method == "POST":
        first = asked.day("first", missing="Enter the day")
        last = first if is_change else asked.day("last") or first
        if first and last and last < first:
            asked.errors["last"] = ["Enter a day that is not before the first"]
        if first and last and not asked.errors:
            try:
                note_result(
                    actor=request.actor, service_id=service_here(request).pk, kind=kind, first=first, last=last,
                    measure_key="" if asked.typed("which") == EVERY else key, text=asked.typed("text"),
                    now=timezone.now(),
                )  # fmt: skip
            except RefusedError as error:
                asked.errors["text"] = [str(error)]
            else:
                messages.success(request, "It is noted")
                return redirect(f"{reverse('results:measure', args=[key])}?by={by.value}{_since(by, first, is_change)}")
    told = {
        "service": service_here(request), "key": key, "title": MEASURES[key].title, "asked": asked,
        "is_change": is_change, "by": by,
    }  # fmt: skip
    return render(request, "results/note.jinja", told, status=422 if asked.errors else 200)


def _since(by: By, first: date, is_change: bool) -> str:
    return f"&since={first_whole(by, first).isoformat()}" if is_change else ""


def first_whole(by: By, day: date) -> date:
    """The first day of the first whole period after something changed on a day: what is half of each tells neither."""
    if by is By.DAY:
        return day
    begins = day.replace(day=1, month=day.month - (day.month - 1) % 3 if by is By.QUARTER else day.month)
    if begins == day:
        return day
    return list(periods_between(begins, begins + LONGER_THAN_TWO, by))[1][0]
