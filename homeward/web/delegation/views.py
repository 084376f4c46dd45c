"""What waits, what is delegated for whom, who is signed off for what, and a worker's own."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from homeward.access.rules import Permission
from homeward.delegation.selectors import (
    asked_of,
    delegations_in,
    evidence_of,
    named_to,
    published_frameworks,
    sign_offs_in,
    waiting,
    why_each,
)
from homeward.delegation.services import answer, declare
from homeward.delegation.states import DelegationState
from homeward.kernel.rules import RefusedError, london_day
from homeward.procedures.selectors import published_activities
from homeward.teams.selectors import workers_of
from homeward.web.delegation import presenters
from homeward.web.delegation.following import follow
from homeward.web.gate import page
from homeward.web.live import seen, unchanged
from homeward.web.service_choice import service_here, services_here

TOPICS = ("delegation",)
LONGEST_SAID = 2000


@page(Permission.SEE_DELEGATION)
def home(request: HttpRequest) -> HttpResponse:
    """What waits for somebody to decide or to look."""
    if request.GET.get("part") and (answer_none := unchanged(request, TOPICS)):
        return answer_none
    now, service = timezone.now(), service_here(request)
    newest = seen(TOPICS)
    context = {
        "parts": presenters.present_waiting(waiting(request.actor, service.pk, now), now),
        "service": service, "services": services_here(request), "seen": newest, "here": "home",
    }  # fmt: skip
    return render(request, "delegation/waiting.jinja" if request.GET.get("part") else "delegation/home.jinja", context)


@page(Permission.SEE_DELEGATION)
def tasks(request: HttpRequest) -> HttpResponse:
    """What is delegated: person, task, workers; narrowed to a task or a state."""
    now, service = timezone.now(), service_here(request)
    task, state = request.GET.get("task", ""), request.GET.get("state", "")
    activities = {code: one for code, one in published_activities().items() if one.delegable}
    state = state if state in DelegationState.values else ""
    task = task if task in activities else ""
    rows = delegations_in(request.actor, service.pk, now, activity_code=task, state=state)
    context = {
        "rows": presenters.task_rows(rows, london_day(now)),
        "tasks": [
            presenters.Choice(code, one.title, code == task)
            for code, one in sorted(activities.items(), key=lambda each: each[1].title)
        ],
        "states": [
            presenters.Choice(one.value, presenters.STATES[one].words, one == state)
            for one in DelegationState
            if one != DelegationState.DRAFT
        ],
        "service": service, "services": services_here(request), "here": "tasks",
    }  # fmt: skip
    return render(request, "delegation/tasks.jinja", context)


@page(Permission.SEE_DELEGATION)
def competences(request: HttpRequest) -> HttpResponse:
    """Workers down, competences across; and everybody else, to begin with."""
    now, service = timezone.now(), service_here(request)
    employer = request.GET.get("employer", "")
    workers = workers_of(service.pk)
    employers = sorted({str(one.organisation) for one in workers})
    employer = employer if employer in employers else ""
    rows = sign_offs_in(request.actor, service.pk, london_day(now))
    have = {row.worker_id for row in rows}
    context = {
        "grid": presenters.competence_grid(rows, london_day(now), employer),
        "employers": [presenters.Choice(one, one, one == employer) for one in employers],
        "others": [one for one in workers if one.pk not in have and employer in ("", str(one.organisation))],
        "service": service, "services": services_here(request), "here": "competences",
    }  # fmt: skip
    return render(request, "delegation/competences.jinja", context)


@page(Permission.SEE_TODAY)
def mine(request: HttpRequest) -> HttpResponse:
    """A worker's own: what they are asked, what they may do, until when, and what is missing."""
    return _show_mine(request)


def _show_mine(request: HttpRequest, problem: str = "") -> HttpResponse:
    actor, now, service = request.actor, timezone.now(), service_here(request)
    today = london_day(now)
    rows, lines, found = [], [], {}
    if actor.worker_id is not None:
        rows = asked_of(actor, now)
        published = published_activities()
        asked = [
            (one.delegation.person_id, one.delegation.activity_code)
            for one in rows
            if one.delegation.service_id == service.pk and one.delegation.activity_code in published
        ]
        found = why_each(actor, service.pk, [actor.worker_id], asked, today)
        frameworks = published_frameworks()
        evidence = evidence_of(actor, service.pk, [actor.worker_id], list(frameworks), today)
        shown = named_to(actor, service.pk, presenters.people_in(evidence.values()), now)
        lines = [
            presenters.present_competence(
                actor.worker_id, frameworks[code], evidence.get((actor.worker_id, code)), today, shown
            )
            for code in frameworks
            if (actor.worker_id, code) in evidence
        ]
    context = {
        "asked": presenters.present_mine(rows, found, today),
        "competences": lines, "service": service, "services": services_here(request), "problem": problem,
        "worker_id": actor.worker_id,
    }  # fmt: skip
    return render(request, "delegation/mine.jinja", context, status=422 if problem else 200)


@page(Permission.SEE_TODAY)
def give_answer(request: HttpRequest, delegation_id: int) -> HttpResponse:
    """Accept or decline what one is asked to do."""
    if request.method != "POST":
        return redirect("delegation:mine")
    row = _asked(request, delegation_id)
    accepts = request.POST.get("answer") == "accept"
    try:
        answer(
            actor=request.actor, delegation=row.delegation, worker=row.worker, accepts=accepts,
            reason=_said(request, "reason"), now=timezone.now(),
        )  # fmt: skip
    except RefusedError as error:
        return _show_mine(request, str(error))
    follow(request, row.delegation.service_id, [row.delegation.person_id], timezone.now())
    messages.success(request, "You accepted. Thank you." if accepts else "You declined. Whoever asked you is told.")
    return redirect("delegation:mine")


def _said(request: HttpRequest, name: str) -> str:
    """What was typed in a field; no database keeps a null character."""
    return request.POST.get(name, "").replace("\0", "").strip()[:LONGEST_SAID]


def _asked(request: HttpRequest, delegation_id: int):
    for row in asked_of(request.actor, timezone.now()):
        if row.delegation_id == delegation_id:
            return row
    raise Http404("You are not asked to do this.")


@page(Permission.SEE_TODAY)
def declare_mine(request: HttpRequest) -> HttpResponse:
    """Say whether one accepts doing what a competence covers."""
    if request.method != "POST":
        return redirect("delegation:mine")
    workers = [one for one in workers_of(service_here(request).pk) if one.pk == request.actor.worker_id]
    if not workers:
        raise Http404("You are not on the roster of this service.")
    accepts, now = request.POST.get("answer") == "accept", timezone.now()
    try:
        declare(
            actor=request.actor, worker=workers[0], competence=_said(request, "competence"),
            kind="worker_accepts" if accepts else "worker_declines", text=_said(request, "reason"),
            now=now,
        )  # fmt: skip
    except RefusedError as error:
        return _show_mine(request, str(error))
    people = {row.delegation.person_id for row in asked_of(request.actor, now)}
    follow(request, workers[0].service_id, people, now)
    messages.success(
        request, "You accept. You can decline at any time." if accepts else "You decline. It stops at once."
    )
    return redirect("delegation:mine")
