"""Everything that happened to somebody: the stream, adding to it, correcting it, and printing it."""

from datetime import date, datetime, timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from homeward.access.rules import Actor, Permission, Sight, may_see_sensitive
from homeward.episodes.selectors import episodes_of
from homeward.kernel.rules import LONDON, RefusedError, london_day, whole_number
from homeward.people.selectors import (
    Narrowing,
    TimelineEntryNotFoundError,
    current_alerts,
    timeline_employers,
    timeline_entry,
    timeline_kept_back,
    timeline_of,
    timeline_page,
)
from homeward.people.services import add_note as keep_note
from homeward.people.services import correct_timeline, note_printing
from homeward.web.gate import page
from homeward.web.people.opening import opened, typed
from homeward.web.people.presenters.banner import Banner, present_banner
from homeward.web.people.presenters.timeline import (
    ENTRIES_A_PAGE,
    NEWEST_SHOWN,
    Timeline,
    narrowed_words,
    present_entry,
    present_newest,
    present_printed,
    present_timeline,
)
from homeward.web.people.timeline_forms import CorrectionForm, NoteForm, PrintForm
from homeward.web.persons import short_day

# Kept in the reader's own session, which ends when they sign out, so that addresses and histories hold none of it.
NARROWED = "timeline_narrowed"
# More than this is a book: it is printed in parts, each by its days
MOST_PRINTED = 3_000
FIRST_YEAR, LAST_YEAR = 1, 9998  # any that an entry may have, mistyped or not
PRINTED_AT_FIRST = timedelta(days=91)  # a review looks back a quarter of a year; anything else may be asked for


def newest_of(actor: Actor, one, now: datetime) -> Timeline:
    """The newest entries about an opened person, for the page of their record (timeline_part.jinja prints it)."""
    return present_newest(
        timeline_of(actor, one, limit=NEWEST_SHOWN + 1),
        person_id=one.pk,
        employers=timeline_employers(actor, one),
        kept_back=timeline_kept_back(actor, one),
        now=now,
    )


@page(Permission.SEE_PEOPLE)
def timeline(request: HttpRequest, person_id: int) -> HttpResponse:
    """Everything any employer did for one person, newest first."""
    now = timezone.now()
    one = opened(request, person_id, now)
    if one.pk != person_id:
        return redirect("people:timeline", person_id=one.pk)
    narrowing = _narrowing(request, person_id)
    year = whole_number(request.GET.get("year", ""))
    found = timeline_page(
        request.actor,
        one,
        narrowing,
        limit=ENTRIES_A_PAGE,
        older_than=whole_number(request.GET.get("older", "")),
        newer_than=whole_number(request.GET.get("newer", "")),
        year=year if year and FIRST_YEAR <= year <= LAST_YEAR else None,
    )
    context = {
        "service": one.service,
        "banner": _banner(request, one, now),
        "timeline": present_timeline(found, person_id=one.pk, narrowing=narrowing, now=now),
    }
    return render(request, "people/timeline.jinja", context)


@page(Permission.SEE_PEOPLE, reads=True)
def narrow(request: HttpRequest, person_id: int) -> HttpResponse:
    """Show only part of a timeline, or all of it again."""
    if request.method == "POST":
        asked = {name: typed(request, name) for name in ("employer", "kind", "role", "text")}
        asked |= {name: _day_text(typed(request, name)) for name in ("first_day", "last_day")}
        if asked["first_day"] and asked["last_day"] and asked["last_day"] < asked["first_day"]:
            asked["first_day"], asked["last_day"] = asked["last_day"], asked["first_day"]
        request.session.pop(NARROWED, None)
        if any(asked.values()) and "all" not in request.POST:
            request.session[NARROWED] = {"person": person_id, **asked}
    return redirect("people:timeline", person_id=person_id)


@page(Permission.SEE_PEOPLE)
def add_note(request: HttpRequest, person_id: int) -> HttpResponse:
    """Add something that happened to the timeline."""
    now = timezone.now()
    one = opened(request, person_id, now, Sight.VISIT)
    local = now.astimezone(LONDON)
    episodes = {str(running.episode.pk): running for running in episodes_of(request.actor, one, now)[:10]}
    about = [(number, _episode_words(running)) for number, running in episodes.items()]
    form = NoteForm(
        request.POST if request.method == "POST" else None,
        now=now,
        about=about,
        born=one.birth_date,
        initial={"kind": "note", "day": local.date().isoformat(), "time": f"{local:%H:%M}"},
    )
    if form.is_valid():
        told = form.cleaned_data
        keep_note(
            actor=request.actor,
            person=one,
            kind=told["kind"],
            title=told["title"],
            text=told["text"],
            happened_at=told["happened_at"],
            now=now,
            subject=("episode", int(told["about"])) if told["about"] else ("", None),
            sensitivity=told["sensitivity"],
        )
        messages.success(request, f"Your note is on the timeline.{_kept_from(request.actor, told['sensitivity'])}")
        return _back(one)
    context = {"service": one.service, "banner": _banner(request, one, now), "form": form, "about": about}
    return render(request, "people/timeline_add_note.jinja", context, status=422 if form.is_bound else 200)


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
        request.POST if request.method == "POST" else None,
        initial={"text": entry.text or entry.title, "sensitivity": entry.sensitivity},
    )
    if form.is_valid():
        told = form.cleaned_data
        try:
            correct_timeline(
                actor=request.actor, entry=entry, text=told["text"], now=now, sensitivity=told["sensitivity"]
            )
        except RefusedError as error:
            form.add_error("text", str(error))
        else:
            kept = _kept_from(request.actor, told["sensitivity"])
            messages.success(request, f"The entry is corrected. What it said before is kept with it.{kept}")
            return redirect("people:timeline", person_id=one.pk)
    context = {
        "service": one.service,
        "banner": _banner(request, one, now),
        "entry": present_entry(entry, london_day(now)),
        "form": form,
    }
    return render(request, "people/timeline_correct.jinja", context, status=422 if form.is_bound else 200)


@page(Permission.SEE_PEOPLE, reads=True)
def print_timeline(request: HttpRequest, person_id: int) -> HttpResponse:
    """Ask what a print is for; then the timeline for paper, with who printed it, when and what for."""
    now = timezone.now()
    one = opened(request, person_id, now)
    narrowing = _narrowing(request, person_id)
    today = london_day(now)
    first = narrowing.first_day or (today - PRINTED_AT_FIRST)
    form = PrintForm(
        request.POST if request.method == "POST" else None,
        initial={
            "first_day": first.isoformat(),
            "last_day": (narrowing.last_day or today).isoformat(),
            "narrowed": "yes",
        },
    )
    narrowed = narrowed_words(narrowing, with_days=False)
    if form.is_valid():
        told = form.cleaned_data
        asked = narrowing if narrowed and told["narrowed"] else Narrowing()
        asked = Narrowing(asked.employer, asked.kind, asked.role, asked.text, told["first_day"], told["last_day"])
        entries = timeline_of(request.actor, one, asked, limit=MOST_PRINTED + 1)
        if len(entries) > MOST_PRINTED:
            form.add_error(
                "first_day", f"That is more than {MOST_PRINTED:,} entries. Print it in parts: fewer days each"
            )
        else:
            return _printed(request, one, asked, entries, told["purpose"], now)
    context = {"service": one.service, "banner": _banner(request, one, now), "form": form, "narrowed": narrowed}
    return render(request, "people/timeline_print.jinja", context, status=422 if form.is_bound else 200)


def _printed(request: HttpRequest, one, asked: Narrowing, entries: list, purpose: str, now: datetime) -> HttpResponse:
    actor = request.actor
    note_printing(actor=actor, person=one, purpose=purpose, count=len(entries), now=now)
    shown = present_printed(
        entries,
        person_id=one.pk,
        narrowing=asked,
        kept_back=timeline_kept_back(actor, one),
        by=", ".join(part for part in (actor.name, actor.title, actor.employer) if part),
        purpose=purpose,
        now=now,
    )
    context = {"service": one.service, "banner": _banner(request, one, now), "shown": shown}
    answer = render(request, "people/timeline_paper.jinja", context)
    answer["Cache-Control"] = "no-store"
    return answer


def _banner(request: HttpRequest, one, now: datetime) -> Banner:
    alerts = current_alerts(request.actor, [one.pk], london_day(now)).get(one.pk, [])
    return present_banner(request.actor, one, alerts, now)


def _back(one) -> HttpResponse:
    """To the timeline, or to what those see who see less of the record."""
    return redirect("people:timeline" if one.sight >= Sight.RECORD else "people:person", person_id=one.pk)


def _episode_words(running) -> str:
    since = short_day(london_day(running.episode.started_at))
    return f"{running.pathway.title}, since {since}"


def _kept_from(actor: Actor, sensitivity: str) -> str:
    if not sensitivity or may_see_sensitive(actor, sensitivity):
        return ""
    return " It is marked, and kept from your role: you will not see it again yourself."


def _day_text(text: str) -> str:
    """A day as it was asked for, or nothing where it is none."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


def _narrowing(request: HttpRequest, person_id: int) -> Narrowing:
    asked = request.session.get(NARROWED) or {}
    if asked.get("person") != person_id:
        return Narrowing()
    days = {name: date.fromisoformat(asked[name]) if asked[name] else None for name in ("first_day", "last_day")}
    return Narrowing(asked["employer"], asked["kind"], asked["role"], asked["text"], **days)
