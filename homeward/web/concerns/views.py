"""Concerns: the list by when an answer is due, one with all that happened to it, and raising one."""

from collections.abc import Callable
from datetime import datetime
from hashlib import sha256

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils import timezone
from django.views.decorators.http import require_POST

from homeward.access.rules import Permission, Sight
from homeward.delegation.selectors.concerns import (
    ConcernNotFoundError,
    concern_for,
    concerns_to_answer,
    count_to_answer,
    own_concerns,
)
from homeward.delegation.services.concerns import (
    answer_concern,
    close_concern,
    open_again,
    see_answer,
    take_concern,
)
from homeward.delegation.states import ConcernState, ConcernUrgency
from homeward.kernel.rules import RefusedError
from homeward.teams.selectors import service_for, workers_of
from homeward.visits.selectors import VisitNotFoundError, visit_for
from homeward.visits.services import put_concern
from homeward.web.concerns.forms import ConcernForm
from homeward.web.concerns.presenters import concern_line, concern_page
from homeward.web.gate import page
from homeward.web.live import seen, unchanged
from homeward.web.people.opening import opened

TOPICS = ("concerns",)


@page(Permission.RAISE_CONCERNS)
def concerns(request: HttpRequest) -> HttpResponse:
    """Those that wait for an answer, for who answers; those one raised, for everybody."""
    return render(request, "concerns/list.jinja", _listed(request))


@page(Permission.RAISE_CONCERNS)
def live_concerns(request: HttpRequest) -> HttpResponse:
    """The part of the page that changes, or nothing when nothing has."""
    return unchanged(request, TOPICS) or render(request, "concerns/live_list.jinja", _listed(request))


def _listed(request: HttpRequest) -> dict:
    now, actor = timezone.now(), request.actor
    newest = seen(TOPICS)
    service = service_for(actor, request.GET.get("service"))
    answers = actor.may(Permission.ANSWER_CONCERNS)
    rows = concerns_to_answer(actor, service.pk, now) if answers else []
    kept_back = count_to_answer(actor, service.pk) - len(rows) if answers else 0
    return {
        "service": service,
        "seen": newest,
        "answers": answers,
        "kept_back": kept_back,
        "waiting": [concern_line(one, now) for one in rows if one.state == ConcernState.OPEN],
        "answered": [concern_line(one, now) for one in rows if one.state != ConcernState.OPEN],
        "mine": [concern_line(one, now) for one in own_concerns(actor, service.pk, now)],
    }


@page(Permission.RAISE_CONCERNS)
def concern(request: HttpRequest, concern_id: int, problem: str = "", typed: str = "", acted: str = "") -> HttpResponse:
    """One concern with all that happened to it."""
    now = timezone.now()
    found = _found(request, concern_id, now)
    told = {
        "service": found.service,
        "page": concern_page(found, request.actor, now),
        "problem": problem,
        "typed": typed,
        "acted": acted,
    }
    return render(request, "concerns/concern.jinja", told)


ACTS: dict[str, tuple[Callable, bool, str]] = {
    "answer": (answer_concern, True, "Answered. Whoever raised it has been told"),
    "close": (close_concern, True, "Closed"),
    "again": (open_again, True, "It waits for an answer again"),
    "take": (take_concern, False, "It is now yours to answer"),
    "seen": (see_answer, True, "Thank you. They know that it was seen"),
}


@page(Permission.RAISE_CONCERNS)
@require_POST
def act(request: HttpRequest, concern_id: int, act: str) -> HttpResponse:
    """Answer, take, close, open again, or say that the answer was seen."""
    if act not in ACTS:
        raise Http404
    now = timezone.now()
    found = _found(request, concern_id, now)
    service, takes_words, done = ACTS[act]
    words = request.POST.get("text", "").replace("\0", "")[:4000]
    try:
        service(actor=request.actor, concern=found, now=now, **({"text": words} if takes_words else {}))
    except RefusedError as error:
        return concern(request, concern_id, str(error), words, act)
    messages.success(request, done)
    return redirect("concerns:concern", concern_id)


@page(Permission.RAISE_CONCERNS)
def raise_at_visit(request: HttpRequest, visit_id: int) -> HttpResponse:
    """Raise a concern about the person of a visit: by whoever is there, or for them by whoever took their call."""
    now = timezone.now()
    try:
        found = visit_for(request.actor, visit_id, now)
    except VisitNotFoundError as error:
        raise Http404 from error
    if found.person_id is None:  # a concern is about one of those who came: it is raised from their record
        raise Http404
    going = [row.worker for row in found.assignments.all()]
    return _raise(request, found.person, found, going, now)


@page(Permission.RAISE_CONCERNS)
def raise_about(request: HttpRequest, person_id: int) -> HttpResponse:
    """Raise a concern about somebody, where it is not about one visit."""
    now = timezone.now()
    return _raise(request, opened(request, person_id, now, Sight.VISIT), None, [], now)


@page(Permission.RAISE_CONCERNS)
def keeper(request: HttpRequest) -> HttpResponse:
    """The script by which a browser opens the page without a signal."""
    told = {
        "files": [*_styles(), _script()],
        "version": sha256("".join([*_styles(), _script()]).encode()).hexdigest()[:12],
    }
    answer = render(request, "concerns/keeper.jinja", told, content_type="text/javascript")
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@page(Permission.RAISE_CONCERNS)
def without_signal(request: HttpRequest) -> HttpResponse:
    """Raising a concern where there is no signal: the same for everybody, so that a device may keep it."""
    told = {"styles": _styles(), "script": _script(), "urgencies": ConcernUrgency.choices}
    return render(request, "concerns/without_signal.jinja", told)


def _styles() -> list[str]:
    return [static(name) for name in ("vendor/nhsuk.css", "homeward/homeward.css", "homeward/field.css")]


def _script() -> str:
    return static("homeward/keeping.js")


def _raise(request: HttpRequest, person, visit, going: list, now: datetime) -> HttpResponse:
    actor = request.actor
    form = ConcernForm(request.POST if request.method == "POST" else None)
    staff = {worker.pk: worker for worker in workers_of(person.service_id)}
    is_own = actor.worker_id is not None and (visit is None or any(one.pk == actor.worker_id for one in going))
    if request.method == "POST" and form.is_valid():
        who = staff.get(actor.worker_id) if is_own else staff.get(form.worker() or 0)
        try:
            kept = put_concern(
                actor=actor,
                person=person,
                urgency=form.cleaned_data["urgency"],
                text=form.cleaned_data["text"],
                sent_key=form.cleaned_data["sent_key"],
                noticed_at=form.noticed_at(now),
                visit=visit,
                raised_by=who,
                came_by="app" if is_own or who is None else "phone",
                now=now,
            )
        except RefusedError as error:
            form.add_error("text", str(error))
        else:
            who_answers = kept.put_to.full_name if kept.put_to is not None else ""
            messages.success(request, f"Raised{f': {who_answers} has been told' if who_answers else ''}")
            return redirect("concerns:concern", kept.pk)
    others = sorted((one for one in staff.values() if one not in going), key=lambda one: one.label)
    told = {
        "service": person.service,
        "person": person,
        "visit": visit,
        "form": form,
        "is_own": is_own,
        "groups": [
            ("At this visit", [(str(one.pk), one.label) for one in going]),
            ("Everybody else", [(str(one.pk), f"{one.label}, {one.organisation}") for one in others]),
        ],
    }
    return render(request, "concerns/raise.jinja", told)


def _found(request: HttpRequest, concern_id: int, now: datetime):
    try:
        return concern_for(request.actor, concern_id, now)
    except ConcernNotFoundError as error:
        raise Http404 from error
