"""One worker's competences: what each asks, what is there, and signing."""

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from homeward.access.rules import Permission
from homeward.delegation.selectors import (
    DelegationNotFoundError,
    delegations_in,
    evidence_of,
    named_to,
    open_spot_checks,
    people_in_the_hands_of,
    published_frameworks,
    sign_off_for,
    spot_check_for,
)
from homeward.delegation.services import (
    declare,
    record_practice,
    record_spot_check,
    record_test,
    sign_off,
    withdraw_sign_off,
)
from homeward.delegation.states import DeclarationKind, PracticeResult
from homeward.kernel.rules import RefusedError, london_day, whole_number
from homeward.people.selectors import PersonNotFoundError, person_for
from homeward.teams.selectors import WorkerNotFoundError, worker_for
from homeward.teams.services import record_training
from homeward.web.delegation import presenters
from homeward.web.delegation.following import follow
from homeward.web.delegation.forms import (
    DeclareForm,
    KnowledgeTestForm,
    PracticeForm,
    ReasonForm,
    SignForm,
    SpotCheckForm,
    TrainingForm,
)
from homeward.web.front_door.forms.fields import FrontDoorForm
from homeward.web.gate import page

FORMS = {
    "course": TrainingForm,
    "test": KnowledgeTestForm,
    "practice": PracticeForm,
    "declare": DeclareForm,
    "sign": SignForm,
}
DONE = {
    "course": "The course is recorded.",
    "test": "The test is recorded.",
    "practice": "The practice is recorded.",
    "declare": "The declaration is recorded.",
    "sign": "Signed off.",
}
# After these the worker may, or may no longer: visits to come follow at once
MOVES_VISITS = ("declare", "sign")
ENDED = "The sign-off ended at once. The worker is told."


@page(Permission.SEE_DELEGATION)
def worker(request: HttpRequest, worker_id: int) -> HttpResponse:
    """Every competence of one worker and how far they are with it."""
    now = timezone.now()
    who, today = _worker(request, worker_id), london_day(now)
    frameworks = published_frameworks()
    evidence = evidence_of(request.actor, who.service_id, [who.pk], list(frameworks), today)
    shown = named_to(request.actor, who.service_id, presenters.people_in(evidence.values()), now)
    lines = [
        presenters.present_competence(who.pk, framework, evidence.get((who.pk, code)), today, shown)
        for code, framework in frameworks.items()
    ]
    lines.sort(key=lambda one: (one.state.words == "Not begun", one.title))
    return render(request, "delegation/worker.jinja", {"who": who, "competences": lines, "service": who.service})


@page(Permission.SEE_DELEGATION)
def competence(request: HttpRequest, worker_id: int, competence: str) -> HttpResponse:
    """One competence of one worker, whole, with everything that can be recorded on it."""
    return _show(request, worker_id, competence)


def _show(
    request: HttpRequest, worker_id: int, code: str, forms: dict[str, FrontDoorForm] | None = None
) -> HttpResponse:
    now = timezone.now()
    who, today = _worker(request, worker_id), london_day(now)
    framework = published_frameworks().get(code)
    if framework is None:
        raise Http404("No activity asks for this competence.")
    evidence = evidence_of(request.actor, who.service_id, [who.pk], [code], today).get((who.pk, code))
    person_id = whole_number(request.GET.get("person", ""))
    people = _people(request, who.service_id, framework)
    if person_id not in people:
        person_id = None
    checks = list(open_spot_checks(request.actor, who, code))
    in_it = presenters.people_in([evidence] if evidence else [], checks)
    shown = named_to(request.actor, who.service_id, in_it, now)
    bad = next((one for one in (forms or {}).values() if one.errors), None)
    empty = {name: form() for name, form in FORMS.items()} | {"withdraw": ReasonForm(), "check": SpotCheckForm()}
    context = {
        "who": who,
        "service": who.service,
        "one": presenters.present_competence(who.pk, framework, evidence, today, shown, person_id),
        "kept_back": len({one.pk for one in in_it} - shown),
        "people": [presenters.Choice(str(pk), name, pk == person_id) for pk, name in people.items()],
        "checks": presenters.check_lines(checks, today, shown),
        "forms": empty | (forms or {}),
        "bad_form": bad,
        "results": [(one.value, presenters.RESULTS[one].words, "") for one in PracticeResult],
        "declared": [
            (one.value, presenters.DECLARED[one], "")
            for one in DeclarationKind
            if request.actor.may(
                Permission.DELEGATE if one.value.startswith("worker") else Permission.ANSWER_FOR_WORKERS
            )
            and not (one.value.startswith("worker") and who.account_id)
        ],
        "today": today.isoformat(),
    }
    return render(request, "delegation/competence.jinja", context, status=422 if bad else 200)


@page(Permission.SEE_DELEGATION)
def add(request: HttpRequest, worker_id: int, competence: str, what: str) -> HttpResponse:
    """Record a course, a test, a practice or a declaration, or sign."""
    if request.method != "POST" or what not in FORMS:
        return redirect("delegation:competence", worker_id, competence)
    form = FORMS[what](request.POST)
    if form.is_valid():
        try:
            _do(request, worker_id, competence, what, form)
        except (RefusedError, PersonNotFoundError) as error:
            form.add_error(next(iter(form.fields)), str(error))
        else:
            became = _follow(request, _worker(request, worker_id)) if what in MOVES_VISITS else ""
            messages.success(request, DONE[what] + became)
            return redirect("delegation:competence", worker_id, competence)
    return _show(request, worker_id, competence, {what: form})


def _do(request: HttpRequest, worker_id: int, code: str, what: str, form: FrontDoorForm) -> None:
    now, told = timezone.now(), form.cleaned_data
    who = _worker(request, worker_id)
    own = {"actor": request.actor, "worker": who, "competence": code, "now": now}
    if what == "course":
        record_training(
            code=told["code"], title=presenters.course_words(told["code"]), done_on=told["done_on"],
            expires_on=told["expires_on"], **own,
        )  # fmt: skip
    elif what == "test":
        record_test(
            taken_on=told["taken_on"], score=told["score"], out_of=told["out_of"], is_passed=told["is_passed"], **own
        )
    elif what == "practice":
        record_practice(
            activity_code=told["activity"], setting=told["setting"], observed_at=told["observed_at"],
            result=told["result"], feedback=told["feedback"], reflection=told["reflection"],
            person=_person(request, told["person"]), **own,
        )  # fmt: skip
    elif what == "declare":
        if told["kind"] not in DeclarationKind.values:
            raise RefusedError("Choose what was declared.")
        declare(kind=told["kind"], said_by=told["said_by"], text=told["text"], **own)
    else:
        ends_on: date | None = told["ends_on"]
        sign_off(person=_person(request, told["person"]), ends_on=ends_on, **own)


@page(Permission.DELEGATE)
def spot_check(request: HttpRequest, check_id: int) -> HttpResponse:
    """Record a look again at how a worker does what they are signed off for."""
    try:
        row = spot_check_for(request.actor, check_id)
    except DelegationNotFoundError as error:
        raise Http404(str(error)) from error
    held = row.sign_off
    if request.method != "POST":
        return redirect("delegation:competence", held.worker_id, held.competence)
    form = SpotCheckForm(request.POST)
    if form.is_valid():
        told = form.cleaned_data
        try:
            record_spot_check(
                actor=request.actor, check=row, result=PracticeResult(told["result"]), text=told["text"],
                now=timezone.now(),
            )  # fmt: skip
        except RefusedError as error:
            form.add_error("text", str(error))
        else:
            ended = told["result"] == PracticeResult.NOT_YET
            words = ENDED + _follow(request, held.worker) if ended else "The spot check is recorded."
            messages.success(request, words)
            return redirect("delegation:competence", held.worker_id, held.competence)
    return _show(request, held.worker_id, held.competence, {"check": form})


@page(Permission.DELEGATE)
def withdraw(request: HttpRequest, sign_off_id: int) -> HttpResponse:
    """End a sign-off at once."""
    try:
        row = sign_off_for(request.actor, sign_off_id)
    except DelegationNotFoundError as error:
        raise Http404(str(error)) from error
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            withdraw_sign_off(actor=request.actor, sign_off=row, reason=form.cleaned_data["why"], now=timezone.now())
        except RefusedError as error:
            form.add_error("why", str(error))
        else:
            messages.success(request, ENDED + _follow(request, row.worker))
            return redirect("delegation:competence", row.worker_id, row.competence)
    return _show(request, row.worker_id, row.competence, {"withdraw": form} if request.method == "POST" else None)


def _follow(request: HttpRequest, who) -> str:
    """What became of the visits to everybody whom a worker may no longer do something for."""
    return follow(request, who.service_id, people_in_the_hands_of(request.actor, who), timezone.now())


def _worker(request: HttpRequest, worker_id: int):
    try:
        return worker_for(request.actor, worker_id)
    except WorkerNotFoundError as error:
        raise Http404(str(error)) from error


def _person(request: HttpRequest, typed: str):
    number = whole_number(typed)
    return person_for(request.actor, number, timezone.now()) if number is not None else None


def _people(request: HttpRequest, service_id: int, framework) -> dict[int, str]:
    """Whom somebody could be signed off for by name: the people it is delegated for."""
    if not framework.is_person_specific:
        return {}
    codes = {one.code for one in framework.activities}
    rows = delegations_in(request.actor, service_id, timezone.now())
    return {row.person_id: row.person.label for row in rows if row.activity_code in codes}
