"""Writing down, at a visit, what was done, what was not and why, and what was read."""

from decimal import Decimal, InvalidOperation

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from homeward.access.rules import Permission
from homeward.kernel.rules import RefusedError, london_day
from homeward.visits import planning, services
from homeward.visits.selectors import VisitNotFoundError, visit_for
from homeward.visits.selectors.recording import TaskToRecord, tasks_to_record
from homeward.visits.states import VisitState
from homeward.web.gate import page
from homeward.web.persons import age_words
from homeward.web.today.presenters.tasks import present_tasks

LONGEST = 250


@page(Permission.SEE_TODAY)
def tasks(request: HttpRequest, visit_id: int) -> HttpResponse:
    """The tasks of one visit, to write down what came of them; works on a phone and without JavaScript."""
    now = timezone.now()
    try:
        found = visit_for(request.actor, visit_id, now)
    except VisitNotFoundError as error:
        raise Http404 from error
    if found.person_id is None:  # a session of a clinic: what was done there is kept with who came
        raise Http404
    to_record = tasks_to_record(request.actor, found)
    errors: dict[int, str] = {}
    refused = ""
    typed: dict[str, str] = {}
    if request.method == "POST":
        typed = {name: value.replace("\0", "").strip()[:LONGEST] for name, value in request.POST.items()}
        entries = [entry for one in to_record if (entry := _entry(one, typed, errors)) is not None]
        if not entries and not errors:
            refused = "Nothing is new here. Say for at least one task whether it was done."
        if not errors and not refused:
            try:
                done = services.record_tasks(actor=request.actor, visit=found, entries=entries, at=now, now=now)
            except RefusedError as error:
                refused = str(error)
            else:
                if done.suspended:
                    planning.follow_delegations(
                        actor=request.actor, service_id=found.service_id, now=now, person_ids=[found.person_id]
                    )
                if done.outside:
                    messages.error(request, "A reading is out of range. Do what it says below now")
                else:
                    messages.success(request, "Written down")
                return redirect("today:tasks", visit_id)
    shown = present_tasks(to_record, typed, errors)
    told = {
        "service": found.service,
        "visit": found,
        "about": age_words(found.person, found.day),
        "page": shown,
        "refused": refused,
        "errors": [(f"task-{pk}", text) for pk, text in errors.items()],
        "may_record": _may_record(request, found) and found.day <= london_day(now),
    }
    return render(request, "today/tasks.jinja", told)


def _may_record(request: HttpRequest, found) -> bool:
    if found.state in (VisitState.CANCELLED, VisitState.MISSED):
        return False
    actor = request.actor
    goes = actor.worker_id is not None and any(row.worker_id == actor.worker_id for row in found.assignments.all())
    return goes or actor.may(Permission.RESPOND) or actor.may(Permission.PLAN_DAY)


def _entry(one: TaskToRecord, typed: dict[str, str], errors: dict[int, str]) -> services.NewEntry | None:
    """What the form says of one task; None where it says nothing, with what is wrong in `errors`."""
    pk = one.task.pk
    answer = typed.get(f"task-{pk}", "")
    if answer not in ("done", "not_done"):
        if any(typed.get(f"limit-{pk}-{limit.pk}") for limit in one.limits):
            errors[pk] = "Say whether it was done"
        return None
    kept = "done" if one.task.done_at else "not_done" if one.task.not_done_reason else ""
    is_read = any(typed.get(f"limit-{pk}-{limit.pk}") for limit in one.limits) or typed.get(f"value-{pk}")
    if answer == kept and not is_read and (kept == "done" or typed.get(f"reason-{pk}") == one.task.not_done_reason):
        return None  # as it was written down before, perhaps by somebody else: it stays theirs
    readings = []
    for limit in one.limits:
        text = typed.get(f"limit-{pk}-{limit.pk}", "").replace(",", ".")
        if not text:
            continue
        try:
            readings.append(services.NewReading(Decimal(text), limit.pk))
        except InvalidOperation:
            errors[pk] = f"{limit.reading.capitalize()} must be a number, like 7.5"
    name, value = typed.get(f"reading-{pk}", ""), typed.get(f"value-{pk}", "").replace(",", ".")
    if name or value:
        try:
            readings.append(services.NewReading(Decimal(value), None, name, typed.get(f"unit-{pk}", "")))
        except InvalidOperation:
            errors[pk] = "Give the reading as a number, like 7.5"
    if answer == "not_done" and not typed.get(f"reason-{pk}"):
        errors[pk] = "Say why it was not done"
    given = {reading.limit_id for reading in readings}
    missing = [limit.reading for limit in one.limits if limit.pk not in given]
    if answer == "done" and missing and pk not in errors:
        errors[pk] = f"Give the reading: {missing[0]}"
    if pk in errors:
        return None
    return services.NewEntry(pk, answer == "done", typed.get(f"reason-{pk}", ""), tuple(readings))
