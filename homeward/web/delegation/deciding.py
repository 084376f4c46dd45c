"""Deciding for one person and one activity: what was assessed, what to do, who does it; and stopping it."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from homeward.access.rules import Permission
from homeward.delegation.rules import latest_review, questions_for
from homeward.delegation.selectors import DelegationNotFoundError, delegation_for, delegations_of, why_each
from homeward.delegation.services import (
    answer,
    ask_worker,
    change_instructions,
    delegate,
    end,
    remove_worker,
    review_delegation,
    suspend,
    take_up_again,
)
from homeward.delegation.states import DelegationState, WorkerAnswer
from homeward.kernel.rules import RefusedError, london_day, whole_number
from homeward.people.selectors import PersonNotFoundError, current_alerts, person_for
from homeward.plans.selectors import current_plans
from homeward.procedures.rules import Activity
from homeward.procedures.selectors import published_activities
from homeward.teams.selectors import WorkerNotFoundError, worker_for, workers_of
from homeward.web.delegation import presenters
from homeward.web.delegation.following import follow
from homeward.web.delegation.forms import LIMIT_ROWS, DecideForm, InstructionsForm, ReasonForm
from homeward.web.gate import page
from homeward.web.people.presenters.banner import present_banner
from homeward.web.words import either, skill_words

DONE = {
    "ask": "Asked. They see it in My competences.",
    "remove": "They do not do it any more.",
    "accept": "Their answer is recorded.",
    "suspend": "Suspended. Nobody does it until somebody has looked.",
    "take-up": "Taken up again.",
    "review": "Reviewed.",
    "end": "Ended.",
    "change": "The instructions are changed. The workers are told.",
}
# After these somebody may no longer do it, or may again: visits to come follow at once
MOVES_VISITS = ("remove", "accept", "suspend", "take-up", "end")


@page(Permission.SEE_PEOPLE)
def of_person(request: HttpRequest, person_id: int) -> HttpResponse:
    """What is and was delegated for a person, and what their plan leaves to somebody that nobody has decided on."""
    now = timezone.now()
    person = _person(request, person_id)
    rows = delegations_of(request.actor, person)
    standing = [row for row in rows if row.state != DelegationState.ENDED]
    decided = {row.activity_code for row in standing}
    activities = {code: one for code, one in published_activities().items() if one.delegable}
    planned = {
        task.get("code")
        for plan in current_plans(request.actor, person)
        for pattern in plan.patterns.all()
        for task in pattern.tasks
    }
    context = {
        "banner": _banner(request, person, now),
        "rows": presenters.task_rows(standing, london_day(now)),
        "past": presenters.task_rows([row for row in rows if row.state == DelegationState.ENDED], london_day(now)),
        "planned": [
            (code, activities[code].title) for code in sorted(planned & activities.keys()) if code not in decided
        ],
        "others": [
            (code, one.title)
            for code, one in sorted(activities.items(), key=lambda each: each[1].title)
            if code not in decided and code not in planned
        ],
        "may_decide": request.actor.may(Permission.DELEGATE),
        "may_open": request.actor.may(Permission.SEE_DELEGATION),
        "service": person.service,
    }
    return render(request, "delegation/of_person.jinja", context)


@page(Permission.DELEGATE)
def decide(request: HttpRequest, person_id: int, activity_code: str) -> HttpResponse:
    """Decide that an activity of a person may be done by care workers."""
    now = timezone.now()
    person, activity = _person(request, person_id), _activity(activity_code)
    questions = questions_for(activity)
    latest = latest_review(activity, london_day(now))
    form = DecideForm(questions, request.POST or None, initial={"review_on": latest.isoformat()})
    workers = workers_of(person.service_id)
    if request.method == "POST" and form.is_valid():
        chosen = set(form.chosen())
        try:
            row = delegate(
                actor=request.actor, person=person, activity_code=activity.code, assessed=form.assessed(),
                instructions=form.cleaned_data["instructions"], if_out_of_range=form.cleaned_data["if_out_of_range"],
                limits=form.cleaned_data["limits"], review_on=form.cleaned_data["review_on"], now=now,
                workers=[one for one in workers if one.pk in chosen],
            )  # fmt: skip
        except RefusedError as error:
            form.add_error("instructions", str(error))
        else:
            messages.success(request, "Delegated. The workers you chose are asked.")
            return redirect("delegation:decision", row.pk)
    context = {
        "banner": _banner(request, person, now),
        "activity": activity,
        "questions": questions,
        "choices_of": lambda question: [(value, words, "") for value, words in question.answers],
        "form": form,
        "limit_rows": range(1, LIMIT_ROWS + 1),
        "by": either([skill_words(code) for code in activity.delegable.by]),
        "candidates": _candidates(request, person, activity, workers, {}, now, is_being_decided=True),
        "chosen": form.chosen(),
        "latest": latest.isoformat(),
        "first": london_day(now).isoformat(),
        "service": person.service,
    }
    return render(request, "delegation/decide.jinja", context, status=422 if form.errors else 200)


@page(Permission.SEE_DELEGATION)
def decision(request: HttpRequest, delegation_id: int) -> HttpResponse:
    """One decision: what was assessed, what to do, who does it, and everything that happened to it."""
    return _show(request, delegation_id)


def _show(
    request: HttpRequest,
    delegation_id: int,
    reason: ReasonForm | None = None,
    instructions: InstructionsForm | None = None,
    what: str = "",
) -> HttpResponse:
    now = timezone.now()
    row = _delegation(request, delegation_id)
    activity = published_activities().get(row.activity_code)
    asked = {one.worker_id: WorkerAnswer(one.answer) for one in row.workers.all()}
    candidates = ()
    if activity is not None and activity.delegable is not None and row.state != DelegationState.ENDED:
        candidates = _candidates(request, row.person, activity, workers_of(row.service_id), asked, now)
    latest = latest_review(activity, london_day(now)) if activity else london_day(now)
    limits = [one for one in row.limits.all() if one.removed_at is None]
    initial = {"instructions": row.instructions, "if_out_of_range": row.if_out_of_range}
    for number, one in enumerate(limits[:LIMIT_ROWS], 1):
        initial |= {
            f"reading-{number}": one.reading, f"unit-{number}": one.unit, f"low-{number}": _typed(one.low),
            f"high-{number}": _typed(one.high), f"stops-{number}": "on" if one.stops else "",
        }  # fmt: skip
    bad = next((one for one in (reason, instructions) if one is not None and one.errors), None)
    context = {
        "banner": _banner(request, row.person, now),
        "one": presenters.present_decision(row, candidates, latest, now),
        "doing": [one for one in candidates if one.answer],
        "others": [one for one in candidates if not one.answer],
        "reason": reason or ReasonForm(initial={"review_on": latest.isoformat()}),
        "instructions": instructions or InstructionsForm(initial=initial),
        "what": what,
        "bad_form": bad,
        "limit_rows": range(1, LIMIT_ROWS + 1),
        "may_decide": request.actor.may(Permission.DELEGATE),
        "service": row.service,
    }
    return render(request, "delegation/decision.jinja", context, status=422 if bad else 200)


@page(Permission.DELEGATE)
def change(request: HttpRequest, delegation_id: int, what: str) -> HttpResponse:
    """Ask or remove a worker, suspend, take up again, review, change or end."""
    if request.method != "POST" or what not in DONE:
        return redirect("delegation:decision", delegation_id)
    row, now = _delegation(request, delegation_id), timezone.now()
    own = {"actor": request.actor, "delegation": row, "now": now}
    if what == "change":
        written = InstructionsForm(request.POST)
        if written.is_valid():
            told = written.cleaned_data
            try:
                change_instructions(
                    instructions=told["instructions"], if_out_of_range=told["if_out_of_range"],
                    limits=told["limits"], **own,
                )  # fmt: skip
            except RefusedError as error:
                written.add_error("instructions", str(error))
        if written.errors:
            return _show(request, delegation_id, instructions=written, what=what)
        messages.success(request, DONE[what])
        return redirect("delegation:decision", delegation_id)
    form = ReasonForm(request.POST)
    if what == "ask":
        form.fields["why"].required = False
    if form.is_valid():
        try:
            _do(request, what, form, own)
        except RefusedError as error:
            form.add_error("why", str(error))
    if form.errors:
        return _show(request, delegation_id, reason=form, what=what)
    followed = follow(request, row.service_id, [row.person_id], now) if what in MOVES_VISITS else ""
    messages.success(request, DONE[what] + followed)
    return redirect("delegation:decision", delegation_id)


def _do(request: HttpRequest, what: str, form: ReasonForm, own: dict) -> None:
    why, review_on = form.cleaned_data["why"], form.cleaned_data["review_on"]
    if what in ("ask", "remove", "accept"):
        number = whole_number(form.cleaned_data["worker"])
        try:
            who = worker_for(request.actor, number if number is not None else 0)
        except WorkerNotFoundError as error:
            raise RefusedError(str(error)) from error
        if what == "ask":
            ask_worker(worker=who, **own)
        elif what == "remove":
            remove_worker(worker=who, reason=why, **own)
        else:
            answer(worker=who, accepts=True, said_by=why, **own)
    elif what in ("suspend", "end"):
        {"suspend": suspend, "end": end}[what](why=why, **own)
    else:
        if review_on is None:
            raise RefusedError("Enter the day of the next review.")
        look = {"take-up": take_up_again, "review": review_delegation}[what]
        look(what_was_found=why, review_on=review_on, **own)


def _candidates(
    request: HttpRequest, person, activity: Activity, workers: list, asked: dict, now, *, is_being_decided: bool = False
) -> tuple:
    """Everybody it may be delegated to, with why or why not."""
    found = why_each(
        request.actor, person.service_id, [one.pk for one in workers], [(person.pk, activity.code)], london_day(now)
    )
    skip = {"own_profession", "registration_lapsed", "not_this_kind_of_worker", "never_delegated"}
    able = [one for one in workers if one.pk in asked or str(found[one.pk, person.pk, activity.code].why) not in skip]
    return presenters.present_candidates(able, found, person.pk, activity, asked, is_being_decided=is_being_decided)


def _banner(request: HttpRequest, person, now):
    alerts = current_alerts(request.actor, [person.pk], london_day(now)).get(person.pk, [])
    return present_banner(request.actor, person, alerts, now)


def _person(request: HttpRequest, person_id: int):
    try:
        return person_for(request.actor, person_id, timezone.now())
    except PersonNotFoundError as error:
        raise Http404(str(error)) from error


def _activity(code: str) -> Activity:
    activity = published_activities().get(code)
    if activity is None or activity.delegable is None:
        raise Http404("No procedure lets this be delegated.")
    return activity


def _delegation(request: HttpRequest, delegation_id: int):
    try:
        return delegation_for(request.actor, delegation_id, timezone.now())
    except (DelegationNotFoundError, PersonNotFoundError) as error:
        raise Http404(str(error)) from error


def _typed(number) -> str:
    return f"{number.normalize():f}" if number is not None else ""
