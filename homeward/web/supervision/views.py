"""What came of every delegated task, and looking at each."""

from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from homeward.access.rules import Permission
from homeward.kernel.rules import RefusedError, london_day
from homeward.teams.selectors import service_for
from homeward.visits.selectors import VisitNotFoundError
from homeward.visits.selectors.practice import practice_opportunities
from homeward.visits.selectors.supervision import supervised_visit, supervision_of
from homeward.visits.services import check_outcome
from homeward.web.gate import page
from homeward.web.supervision.presenters import practice_lines, supervision_page, task_line

DAYS = (7, 28)


@page(Permission.SEE_DELEGATION)
def supervision(request: HttpRequest) -> HttpResponse:
    """Every delegated task of the last days by person and worker, what asks for a look, and what is due."""
    now = timezone.now()
    today = london_day(now)
    service = service_for(request.actor, request.GET.get("service"))
    days = 28 if request.GET.get("days") == "28" else 7
    may_own = request.actor.may(Permission.DELEGATE) and request.actor.worker_id is not None
    own = may_own and request.GET.get("whose") == "mine"
    found = supervision_of(request.actor, service.pk, today - timedelta(days=days - 1), today, now, own=own)
    return render(
        request,
        "supervision/home.jinja",
        {
            "service": service,
            "page": supervision_page(found, today),
            "days": days,
            "choices": DAYS,
            "own": own,
            "may_own": may_own,
        },
    )


@page(Permission.SEE_DELEGATION)
def visit(request: HttpRequest, visit_id: int, problem: str = "", task_id: int = 0, typed: str = "") -> HttpResponse:
    """The delegated tasks of one visit, to look at and to check against the standard."""
    try:
        found, tasks = supervised_visit(request.actor, visit_id, timezone.now())
    except VisitNotFoundError as error:
        raise Http404 from error
    told = {
        "service": found.service,
        "visit": found,
        "tasks": [task_line(task, came) for task, came in tasks],
        "problem": problem,
        "problem_at": task_id,
        "typed": typed,
    }
    return render(request, "supervision/visit.jinja", told)


@page(Permission.SEE_DELEGATION)
def practice(request: HttpRequest) -> HttpResponse:
    """Visits of the coming fortnight at which workers who are learning could be observed while an assessor is near."""
    service = service_for(request.actor, request.GET.get("service"))
    found = practice_opportunities(request.actor, service.pk, timezone.now())
    return render(request, "supervision/practice.jinja", {
        "service": service, "groups": practice_lines(found.rows), "kept_back": found.kept_back,
    })  # fmt: skip


@page(Permission.DELEGATE)
@require_POST
def check(request: HttpRequest, visit_id: int, task_id: int) -> HttpResponse:
    """Record whether what came of a delegated task meets the standard."""
    now = timezone.now()
    try:
        _, tasks = supervised_visit(request.actor, visit_id, now)
    except VisitNotFoundError as error:
        raise Http404 from error
    task = next((one for one, _ in tasks if one.pk == task_id), None)
    if task is None:
        raise Http404
    words = request.POST.get("text", "").replace("\0", "").strip()[:2000]
    answer = request.POST.get("met", "")
    try:
        if answer not in ("yes", "no"):
            raise RefusedError("Say whether it meets the standard.")
        check_outcome(actor=request.actor, task=task, is_met=answer == "yes", text=words, now=now)
    except RefusedError as error:
        return visit(request, visit_id, str(error), task_id, words)
    messages.success(request, "Checked")
    return redirect("supervision:home" if request.POST.get("from") == "home" else request.path.rsplit("/tasks/", 1)[0])
