"""Everything that happened to somebody: the stream, adding to it, and correcting it."""

from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from homeward.access.rules import Actor, Permission
from homeward.kernel.rules import LONDON, RefusedError, london_day, whole_number
from homeward.people.selectors import (
    TimelineEntryNotFoundError,
    timeline_employers_and_kinds,
    timeline_entry,
    timeline_of,
)
from homeward.people.services import add_to_timeline, correct_timeline
from homeward.web.gate import page
from homeward.web.people.opening import opened, typed
from homeward.web.people.presenters.timeline import (
    ENTRIES_A_PAGE,
    NEWEST_SHOWN,
    Narrowing,
    Timeline,
    present_entry,
    present_timeline,
)
from homeward.web.people.timeline_forms import CorrectionForm, NoteForm

# Kept in the reader's own session, which ends when they sign out, so that addresses and histories hold none of it.
NARROWED = "timeline_narrowed"


def newest_of(actor: Actor, one, now: datetime) -> Timeline:
    """The newest entries about an opened person, for the page of their record (timeline_part.jinja prints it)."""
    return present_timeline(
        timeline_of(actor, one, limit=NEWEST_SHOWN + 1),
        person_id=one.pk,
        choices=timeline_employers_and_kinds(actor, one),
        narrowing=Narrowing(),
        now=now,
        a_page=NEWEST_SHOWN,
        is_newest_page=True,
    )


@page(Permission.SEE_PEOPLE)
def timeline(request: HttpRequest, person_id: int) -> HttpResponse:
    """Everything any employer did for one person, newest first."""
    now = timezone.now()
    one = opened(request, person_id, now)
    if one.pk != person_id:
        return redirect("people:timeline", person_id=one.pk)
    narrowing = _narrowing(request, person_id)
    older_than = whole_number(request.GET.get("older", ""))
    entries = timeline_of(
        request.actor,
        one,
        limit=ENTRIES_A_PAGE + 1,
        older_than=older_than,
        employer=narrowing.employer,
        kind=narrowing.kind,
        text=narrowing.text,
    )
    shown = present_timeline(
        entries,
        person_id=one.pk,
        choices=timeline_employers_and_kinds(request.actor, one),
        narrowing=narrowing,
        now=now,
        is_newest_page=older_than is None,
    )
    context = {"service": one.service, "person_id": one.pk, "name": one.label, "timeline": shown}
    return render(request, "people/timeline.jinja", context | {"reference": one.reference})


@page(Permission.SEE_PEOPLE)
def narrow(request: HttpRequest, person_id: int) -> HttpResponse:
    """Show only part of a timeline, or all of it again."""
    if request.method == "POST":
        asked = {name: typed(request, name) for name in ("employer", "kind", "text")}
        request.session.pop(NARROWED, None)
        if any(asked.values()) and "all" not in request.POST:
            request.session[NARROWED] = {"person": person_id, **asked}
    return redirect("people:timeline", person_id=person_id)


@page(Permission.SEE_PEOPLE)
def add_note(request: HttpRequest, person_id: int) -> HttpResponse:
    """Add something that happened to the timeline."""
    now = timezone.now()
    one = opened(request, person_id, now)
    local = now.astimezone(LONDON)
    form = NoteForm(
        request.POST if request.method == "POST" else None,
        now=now,
        initial={"day": local.date().isoformat(), "time": f"{local:%H:%M}"},
    )
    if form.is_valid():
        add_to_timeline(
            actor=request.actor,
            person=one,
            kind="note",
            title=form.cleaned_data["title"],
            text=form.cleaned_data["text"],
            happened_at=form.cleaned_data["happened_at"],
            now=now,
        )
        messages.success(request, "Your note is on the timeline.")
        return redirect("people:timeline", person_id=person_id)
    status = 422 if form.is_bound else 200
    context = {"service": one.service, "person_id": one.pk, "name": one.label, "form": form}
    return render(request, "people/timeline_add_note.jinja", context, status=status)


@page(Permission.SEE_PEOPLE)
def correct(request: HttpRequest, person_id: int, entry_id: int) -> HttpResponse:
    """Correct an entry of the timeline: the old one stays, with the new one beside it."""
    now = timezone.now()
    one = opened(request, person_id, now)
    try:
        entry = timeline_entry(request.actor, one, entry_id)
    except TimelineEntryNotFoundError as error:
        raise Http404 from error
    form = CorrectionForm(
        request.POST if request.method == "POST" else None, initial={"text": entry.text or entry.title}
    )
    if form.is_valid():
        try:
            correct_timeline(actor=request.actor, entry=entry, text=form.cleaned_data["text"], now=now)
        except RefusedError as error:
            form.add_error("text", str(error))
        else:
            messages.success(request, "The entry is corrected. What it said before is kept with it.")
            return redirect("people:timeline", person_id=person_id)
    context = {
        "service": one.service,
        "person_id": one.pk,
        "name": one.label,
        "entry": present_entry(entry, london_day(now)),
        "form": form,
    }
    return render(request, "people/timeline_correct.jinja", context, status=422 if form.is_bound else 200)


def _narrowing(request: HttpRequest, person_id: int) -> Narrowing:
    asked = request.session.get(NARROWED) or {}
    if asked.get("person") != person_id:
        return Narrowing()
    return Narrowing(asked["employer"], asked["kind"], asked["text"])
