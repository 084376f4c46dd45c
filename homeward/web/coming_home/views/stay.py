"""One stay: everything about it, and everything that is done to it on its page."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from homeward.access.rules import Permission
from homeward.discharge.selectors import (
    ActionNotFoundError,
    StayNotFoundError,
    action_for,
    choice_of,
    community_of,
    owners_to_choose,
    stay_for,
    stay_record,
    transport_of,
)
from homeward.discharge.services import (
    StayGiven,
    add_action,
    answer_choice,
    change_action,
    drop_action,
    end_stay,
    finish_action,
    pause_usual_care,
    receive_stay,
    record_criteria,
    reopen_action,
    restart_usual_care,
    resume_stay,
    set_blocker,
    set_expected,
)
from homeward.discharge.states import ChoiceAnswer, Criterion, EndedAs, OwnerKind, StaySource, TransportState
from homeward.kernel.rules import LONDON, RefusedError
from homeward.web.coming_home.forms import (
    NOT_MET,
    ActForm,
    ActionForm,
    AnswerForm,
    BlockForm,
    CriteriaForm,
    ExpectedForm,
    FirstDayForm,
    LeavingForm,
    PauseForm,
    ReopenForm,
    WardForm,
    WordsForm,
    due_starts,
    today_and_time,
)
from homeward.web.coming_home.presenters.stay import present_stay
from homeward.web.coming_home.presenters.words import delay_groups, destination_groups
from homeward.web.gate import page

OWNER_GROUPS = {
    OwnerKind.TEAM: "Teams",
    OwnerKind.ACCOUNT: "People",
    OwnerKind.WORKER: "People on the roster",
    OwnerKind.ORGANISATION: "Organisations",
}


@dataclass(frozen=True, slots=True)
class Act:
    """Something done to a stay, or to one of its actions: what is typed, what it calls, and what is said then."""

    form: type[ActForm]
    do: Callable[..., Any]
    done: str
    is_of_action: bool = False


def _move(*, actor, stay, form: WardForm, now: datetime) -> None:
    told = form.cleaned_data
    given = StayGiven(
        admitted_at=stay.admitted_at,
        source=StaySource.FORM,
        hospital=stay.hospital,
        hospital_name=stay.hospital_name,
        ward=told["ward"],
        bed=told["bed"],
        consultant=told["consultant"],
    )
    receive_stay(actor=actor, person=stay.person, given=given, now=now)


def _answer(*, actor, stay, form: AnswerForm, now: datetime) -> None:
    told = form.cleaned_data
    try:
        choice = choice_of(actor, stay, told["choice"])
    except StayNotFoundError as error:
        raise RefusedError("Choose which of them.") from error
    answer_choice(
        actor=actor, choice=choice, answer=told["answer"], answered_by=told["answered_by"], answered_on=told["day"],
        reason=told["reason"], now=now,
    )  # fmt: skip


ACTS: dict[str, Act] = {
    "answer": Act(AnswerForm, _answer, "Answer recorded"),
    "criteria": Act(
        CriteriaForm,
        lambda *, actor, stay, form, now: record_criteria(actor=actor, stay=stay, given=form.given(), now=now),
        "Criteria to reside recorded",
    ),
    "expected": Act(
        ExpectedForm,
        lambda *, actor, stay, form, now: set_expected(
            actor=actor, stay=stay, day=form.cleaned_data["day"], reason=form.cleaned_data["reason"], now=now
        ),
        "Expected day set",
    ),
    "add": Act(
        ActionForm,
        lambda *, actor, stay, form, now: add_action(
            actor=actor,
            stay=stay,
            text=form.cleaned_data["text"],
            owner=form.owner_given(),
            due_at=form.cleaned_data["due_at"],
            blocker=form.cleaned_data["blocker"],
            now=now,
        ),
        "Added. Whoever it is for has been told",
    ),
    "pause": Act(
        PauseForm,
        lambda *, actor, stay, form, now: pause_usual_care(actor=actor, stay=stay, now=now),
        "Usual care is paused. Nobody is sent until you begin it again",
    ),
    "restart": Act(
        FirstDayForm,
        lambda *, actor, stay, form, now: restart_usual_care(
            actor=actor, stay=stay, first_day=form.cleaned_data["day"], now=now
        ),
        "Usual care begins again. Plan the day so that somebody comes",
    ),
    "move": Act(WardForm, _move, "Ward changed"),
    "leave": Act(
        LeavingForm,
        lambda *, actor, stay, form, now: end_stay(actor=actor, stay=stay, leaving=form.given(), now=now),
        "Recorded. They are no longer on the board",
    ),
    "resume": Act(
        WordsForm,
        lambda *, actor, stay, form, now: resume_stay(
            actor=actor, stay=stay, reason=form.cleaned_data["text"], now=now
        ),
        "The stay goes on",
    ),
    "done": Act(
        WordsForm,
        lambda *, actor, action, form, now: finish_action(
            actor=actor, action=action, note=form.cleaned_data["text"], now=now
        ),
        "Done",
        is_of_action=True,
    ),
    "drop": Act(
        WordsForm,
        lambda *, actor, action, form, now: drop_action(
            actor=actor, action=action, reason=form.cleaned_data["text"], now=now
        ),
        "Taken off the list",
        is_of_action=True,
    ),
    "block": Act(
        BlockForm,
        lambda *, actor, action, form, now: set_blocker(
            actor=actor, action=action, blocker=form.cleaned_data["blocker"], text=form.cleaned_data["text"], now=now
        ),
        "Recorded what holds it up",
        is_of_action=True,
    ),
    "reopen": Act(
        ReopenForm,
        lambda *, actor, action, form, now: reopen_action(
            actor=actor,
            action=action,
            reason=form.cleaned_data["text"],
            due_at=form.cleaned_data["due_at"],
            now=now,
        ),
        "Opened again",
        is_of_action=True,
    ),
}


@page(Permission.SEE_STAYS)
def stay(request: HttpRequest, stay_id: int) -> HttpResponse:
    """One stay with everything about it."""
    now = timezone.now()
    return _show(request, _stay(request, stay_id, now), now)


@page(Permission.SEE_STAYS)
@require_POST
def act(request: HttpRequest, stay_id: int, act: str, action_id: int | None = None) -> HttpResponse:
    """Do one thing to a stay or one of its actions; what is refused is shown again as it was typed."""
    found = ACTS.get(act)
    if found is None or found.is_of_action != (action_id is not None):
        raise Http404
    now = timezone.now()
    stay = _stay(request, stay_id, now)
    form = found.form(request.POST, now=now, place=act if action_id is None else f"{act}-{action_id}")
    subject: dict[str, Any] = {"stay": stay}
    if action_id is not None:
        subject = {"action": _action(request, stay, action_id, now)}
    if form.is_valid():
        try:
            found.do(actor=request.actor, form=form, now=now, **subject)
        except RefusedError as error:
            form.add_error(next(iter(form.fields)), str(error))
        else:
            messages.success(request, found.done)
            if act == "leave" and form.cleaned_data["ended_as"] != EndedAs.LEFT:
                _remind_of_transport(request, stay)
            return redirect("coming_home:board" if act == "leave" else _back(stay.pk, action_id, act))
    return _show(request, stay, now, form, status=422)


def _remind_of_transport(request: HttpRequest, stay) -> None:
    """Say that what was booked for somebody who does not go home is to be called off."""
    row = transport_of(request.actor, stay)
    if row is not None and row.state == TransportState.BOOKED:
        who = ", ".join(filter(None, (row.provider, row.reference))) or row.get_mode_display().lower()
        messages.warning(request, f"Transport was booked for them ({who}). Call it off")


@page(Permission.SEE_STAYS)
def action(request: HttpRequest, stay_id: int, action_id: int) -> HttpResponse:
    """Change what an action says, whose it is or by when."""
    now = timezone.now()
    stay = _stay(request, stay_id, now)
    action = _action(request, stay, action_id, now)
    if action.closed_at is not None:
        messages.info(request, "This is done or no longer needed. Open it again first.")
        return redirect("coming_home:stay", stay.pk)
    local = action.due_at.astimezone(LONDON)
    form = ActionForm(
        request.POST if request.method == "POST" else None,
        now=now,
        place="change",
        initial={
            "text": action.text,
            "owner": f"{action.owner_kind}-{action.owner.pk}",
            "due_day": local.date().isoformat(),
            "due_time": f"{local:%H:%M}",
        },
    )
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            change_action(
                actor=request.actor, action=action, text=told["text"], owner=form.owner_given(),
                due_at=told["due_at"], reason=told["reason"], now=now,
            )  # fmt: skip
        except RefusedError as error:
            form.add_error("due_day" if "time" in str(error) else "text", str(error))
        else:
            messages.success(request, "Changed")
            return redirect(_back(stay.pk, action.pk, "change"))
    return render(
        request,
        "coming_home/action.jinja",
        {
            "service": stay.service,
            "form": form,
            "stay_id": stay.pk,
            "name": stay.person.label,
            "action_id": action.pk,
            "owners": _owners(request, stay),
        },
        status=422 if form.errors else 200,
    )


def _stay(request: HttpRequest, stay_id: int, now: datetime):
    try:
        return stay_for(request.actor, stay_id, now)
    except StayNotFoundError as error:
        raise Http404 from error


def _action(request: HttpRequest, stay, action_id: int, now: datetime):
    try:
        action = action_for(request.actor, action_id, now)
    except ActionNotFoundError as error:
        raise Http404 from error
    if action.stay_id != stay.pk:
        raise Http404
    return action


def _back(stay_id: int, action_id: int | None, act: str) -> str:
    """Where somebody goes on: the action they changed, or the top of the page."""
    place = f"#action-{action_id}" if action_id is not None and act in ("block", "change", "reopen") else ""
    return reverse("coming_home:stay", args=[stay_id]) + place


def _owners(request: HttpRequest, stay) -> list[tuple[str, list[tuple[str, str]]]]:
    choose = owners_to_choose(request.actor, stay.service_id)
    return [
        (title, [(f"{kind}-{number}", words) for number, words in choose[kind]]) for kind, title in OWNER_GROUPS.items()
    ]


def _show(request: HttpRequest, stay, now: datetime, refused: ActForm | None = None, status: int = 200) -> HttpResponse:
    record = stay_record(request.actor, stay, now)
    starts: dict[str, dict[str, str]] = {
        "criteria": {"day": today_and_time(now)["day"]},
        "expected": {"day": stay.expected_on.isoformat() if stay.expected_on else ""},
        "add": due_starts(now),
        "move": {"ward": stay.ward, "bed": stay.bed, "consultant": stay.consultant},
        "answer": {"day": today_and_time(now)["day"]},
        "leave": today_and_time(now) | {"ended_as": EndedAs.LEFT},
        "reopen": due_starts(now),
    }

    def form_at(act: str, action_id: int | None = None, **more: str) -> ActForm:
        """The form of one thing to do, as it was typed where it was refused."""
        place = act if action_id is None else f"{act}-{action_id}"
        if refused is not None and refused.place == place:
            return refused
        return ACTS[act].form(now=now, place=place, initial=starts.get(act, {}) | more)

    return render(
        request,
        "coming_home/stay.jinja",
        {
            "service": stay.service,
            "page": present_stay(record, community_of(request.actor, record.person, now), request.actor, now),
            "refused": refused,
            "form_at": form_at,
            "owners": _owners(request, stay) if request.actor.may(Permission.CHASE) and stay.is_open else [],
            "delays": delay_groups(),
            "destinations": destination_groups(),
            "criteria": [
                ("They meet none of them", [(NOT_MET, "Meets none: no longer needs an acute hospital")]),
                ("They meet one of them", [(one.value, f"{one.value} {one.label}") for one in Criterion]),
            ],
            "endings": [("", EndedAs.choices)],
            "answers": [(one.value, one.label, "") for one in (ChoiceAnswer.CHOSEN, ChoiceAnswer.REFUSED)],
        },
        status=status,
    )
