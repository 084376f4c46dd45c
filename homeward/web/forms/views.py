"""Forms: begin, fill in and save as you go, check, complete, read, put right, print."""

from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from homeward.access.rules import Permission
from homeward.assessments.selectors import (
    FormNotFoundError,
    changes_of,
    earlier_answers,
    followed_by,
    form_for,
    form_to_save,
    owed_and_told,
)
from homeward.assessments.services import (
    AnswersMissingError,
    FormCompleteError,
    carry_forward,
    complete_form,
    confirm_answers,
    correct_form,
    note_form_printing,
    save_answers,
    start_form,
)
from homeward.kernel.rules import RefusedError, london_day, whole_number
from homeward.people.selectors import current_addresses
from homeward.procedures.rules import Form, check_answers
from homeward.procedures.selectors import NoSuchProcedureError, built
from homeward.procedures.selectors import form as published_form
from homeward.web.forms import presenters
from homeward.web.forms.reading import UNFIT, answers_posted, open_clashes, revision_posted, unfit_clashes
from homeward.web.forms.subjects import subject_for, way_back
from homeward.web.gate import page


@page(Permission.SEE_PEOPLE)
def start(request: HttpRequest) -> HttpResponse:
    """Begin a form, or go on with the draft of it."""
    if request.method != "POST":
        return redirect("home")
    now, number = timezone.now(), whole_number(request.POST.get("subject", ""))
    if number is None:
        raise Http404
    subject = subject_for(request.actor, request.POST.get("kind", ""), number, now)
    code = request.POST.get("form", "")
    try:
        filled = start_form(
            actor=request.actor,
            service_id=subject.service_id,
            form_code=code,
            subject=subject.pair,
            stage=request.POST.get("stage", ""),
            person=subject.person,
            answers={question: told for (form, question), told in subject.known.items() if form == code},
            now=now,
        )
    except NoSuchProcedureError as error:
        raise Http404 from error
    return redirect("forms:form", filled.pk)


@page(Permission.SEE_PEOPLE)
def form(request: HttpRequest, form_id: int) -> HttpResponse:
    """A draft to fill in, or a complete form to read."""
    now = timezone.now()
    filled, definition = _get(request, form_id, now)
    if filled.is_complete:
        return _read(request, filled, definition, now)
    return _edit(request, filled, definition, is_missing_shown=request.GET.get("show") == "missing")


@page(Permission.SEE_PEOPLE)
def save(request: HttpRequest, form_id: int) -> HttpResponse:
    """Keep what is typed, finished or not; live, answer with what changed on the page because of it."""
    if request.method != "POST":
        return redirect("forms:form", form_id)
    now, is_live = timezone.now(), bool(request.headers.get("HX-Request"))
    try:
        filled = form_to_save(request.actor, form_id, now)
    except FormNotFoundError as error:
        raise Http404 from error
    definition = built(filled.form)
    told = answers_posted(definition, request.POST, filled.answers)
    try:
        saved = save_answers(
            actor=request.actor, filled=filled, answers=told, revision=revision_posted(request.POST), now=now
        )
    except FormCompleteError as error:
        if is_live:
            return render(request, "forms/closed.jinja", {"why": str(error), "form_id": form_id})
        messages.error(request, str(error))
        return redirect("forms:form", form_id)
    unfit = unfit_clashes(request.POST, told)
    clashing = {clash.question for clash in saved.clashes} | {*open_clashes(request.POST), *unfit}
    if is_live:
        changes = changes_of(request.actor, saved.filled)
        earlier = earlier_answers(request.actor, saved.filled)
        shown = presenters.form_page(saved.filled, definition, changes, earlier=earlier)
        since = [presenters.field_of(shown, code) for code in _changed_since(changes, revision_posted(request.POST))]
        stale = [
            field
            for field in since
            if field.code not in clashing and saved.filled.answers.get(field.code) != told.get(field.code)
        ]
        kept = presenters.open_boxes(definition, request.POST, (*open_clashes(request.POST), *unfit))
        return render(
            request,
            "forms/saved.jinja",
            {
                "page": shown,
                "stale": stale,
                # where an answer came from is no longer so once somebody typed another
                "typed": [field for field in since if field not in stale],
                "clashes": (*kept, *presenters.clash_boxes(definition, saved.clashes, now)),
                "saved": UNFIT if unfit else presenters.saved_words(now),
            },
            status=422 if unfit else 200,
        )
    if unfit:
        messages.error(request, UNFIT)
        boxes = presenters.clash_boxes(definition, saved.clashes, now)
        kept = presenters.open_boxes(definition, request.POST, (*open_clashes(request.POST), *unfit))
        return _edit(request, saved.filled, definition, clashes=(*kept, *boxes), status=422)
    if saved.clashes:
        return _edit(request, saved.filled, definition, clashes=presenters.clash_boxes(definition, saved.clashes, now))
    then = request.POST.get("then", "")
    if then.startswith(("carry ", "carry-part ", "confirm ")):
        return _carry_or_confirm(request, saved.filled, definition, then, now)
    if then == "check":
        return redirect("forms:check", form_id)
    if then == "leave":
        messages.success(request, "Saved. The form stays a draft until you complete it.")
        return redirect(way_back(request.actor, filled)[0])
    messages.success(request, presenters.saved_words(now))
    return redirect("forms:form", form_id)


@page(Permission.SEE_PEOPLE)
def carry(request: HttpRequest, form_id: int) -> HttpResponse:
    """Answer as before whatever has no answer yet, from every earlier form of the person."""
    now = timezone.now()
    filled, _ = _get(request, form_id, now)
    if request.method == "POST":
        try:
            carry_forward(actor=request.actor, filled=filled, now=now)
            messages.success(request, "Answers carried forward. Each says where it came from, until you confirm it.")
        except RefusedError as error:
            messages.error(request, str(error))
    return redirect("forms:form", form_id)


@page(Permission.SEE_PEOPLE)
def confirm(request: HttpRequest, form_id: int) -> HttpResponse:
    """Say that every answer carried forward is so."""
    now = timezone.now()
    filled, _ = _get(request, form_id, now)
    if request.method == "POST":
        try:
            confirm_answers(actor=request.actor, filled=filled, now=now)
            messages.success(request, "Confirmed under your name.")
        except RefusedError as error:
            messages.error(request, str(error))
    return redirect("forms:form", form_id)


@page(Permission.SEE_PEOPLE)
def check(request: HttpRequest, form_id: int) -> HttpResponse:
    """Every answer in words, what is missing, and the button that completes the form."""
    filled, definition = _get(request, form_id, timezone.now())
    if filled.is_complete:
        return redirect("forms:form", form_id)
    return _check(request, filled, definition)


@page(Permission.SEE_PEOPLE)
def complete(request: HttpRequest, form_id: int) -> HttpResponse:
    """Complete a form, or say what is missing."""
    if request.method != "POST":
        return redirect("forms:check", form_id)
    now = timezone.now()
    filled, definition = _get(request, form_id, now)
    try:
        done = complete_form(actor=request.actor, filled=filled, now=now)
    except AnswersMissingError:
        return _check(request, filled, definition, status=422)
    except RefusedError as error:
        messages.error(request, str(error))
        return redirect("forms:form", form_id)
    numbers = " ".join(one["because"] for one in done.scores if one["total"] is not None)
    messages.success(request, f"{definition.title}: complete. {numbers}".strip())
    owed = next((one for one, told in owed_and_told(request.actor, done) if told is None), None)
    if owed is not None:
        return redirect("forms:tell", owed.pk)
    return redirect(way_back(request.actor, done)[0])


@page(Permission.SEE_PEOPLE)
def correct(request: HttpRequest, form_id: int) -> HttpResponse:
    """Begin a form that puts a complete one right."""
    now = timezone.now()
    filled, _ = _get(request, form_id, now)
    if request.method != "POST":
        return redirect("forms:form", form_id)
    try:
        begun = correct_form(
            actor=request.actor, filled=filled, reason=request.POST.get("reason", "").replace("\0", ""), now=now
        )
    except RefusedError as error:
        messages.error(request, str(error))
        return redirect("forms:form", form_id)
    return redirect("forms:form", begun.pk)


@page(Permission.SEE_PEOPLE)
def print_filled(request: HttpRequest, form_id: int) -> HttpResponse:
    """A form with its answers, for paper."""
    now = timezone.now()
    filled, definition = _get(request, form_id, now)
    note_form_printing(actor=request.actor, filled=filled, now=now)
    about = None
    if filled.person is not None:
        address = next(iter(current_addresses(filled.person, london_day(now))), None)
        about = presenters.paper(filled.person, address, london_day(now))
    shown = presenters.form_page(filled, definition)
    return render(
        request,
        "forms/paper.jinja",
        {"page": shown, "about": about, "is_blank": False, "back": way_back(request.actor, filled), "printed": now},
    )


@page(Permission.SEE_PROCEDURES)
def print_blank(request: HttpRequest, code: str) -> HttpResponse:
    """A form to fill in by hand: every question, with when it is to be answered."""
    version = whole_number(request.GET.get("version", ""))
    try:
        definition = published_form(code, version)
    except NoSuchProcedureError as error:
        raise Http404 from error
    return render(
        request,
        "forms/paper.jinja",
        {"page": presenters.blank_page(definition), "about": None, "is_blank": True, "printed": timezone.now()},
    )


def _get(request: HttpRequest, form_id: int, now: datetime):
    try:
        filled = form_for(request.actor, form_id, now)
    except FormNotFoundError as error:
        raise Http404 from error
    return filled, built(filled.form)


def _carry_or_confirm(request: HttpRequest, filled, definition: Form, then: str, now: datetime) -> HttpResponse:
    """Answer one question or one section as before, or confirm an answer, and go back to where it stands."""
    what, _, code = then.partition(" ")
    questions, here = {code}, f"field-{code}"
    if what == "carry-part":
        parts = [section for section in definition.sections if section.code == code]
        questions, here = {one.code for part in parts for one in part.questions}, f"section-{code}"
    do = confirm_answers if what == "confirm" else carry_forward
    try:
        do(actor=request.actor, filled=filled, questions=questions, now=now)
    except RefusedError as error:
        messages.error(request, str(error))
    return redirect(f"{reverse('forms:form', args=[filled.pk])}#{here}")


def _changed_since(changes, revision: int) -> list[str]:
    return list(dict.fromkeys(one.question for one in changes if one.revision > revision))


def _context(request: HttpRequest, filled) -> dict:
    back, words = way_back(request.actor, filled)
    name = filled.person.label if filled.person else ""
    if not name:
        name = subject_for(request.actor, filled.subject_kind, filled.subject_id, timezone.now()).label
    return {"service": filled.service, "filled": filled, "name": name, "back": back, "back_words": words}


def _edit(
    request: HttpRequest, filled, definition: Form, *, clashes=(), is_missing_shown: bool = False, status: int = 0
) -> HttpResponse:
    changes = changes_of(request.actor, filled)
    problems = check_answers(definition, filled.answers) if is_missing_shown else ()
    earlier = earlier_answers(request.actor, filled)
    return render(
        request,
        "forms/edit.jinja",
        {
            **_context(request, filled),
            "page": presenters.form_page(
                filled, definition, changes, problems, is_missing_shown=is_missing_shown, earlier=earlier
            ),
            "clashes": clashes,
            "saved": presenters.saved_words(changes[-1].at) if changes else "",
        },
        status=status or (409 if clashes else 200),
    )


def _check(request: HttpRequest, filled, definition: Form, status: int = 200) -> HttpResponse:
    problems = check_answers(definition, filled.answers)
    shown = presenters.form_page(filled, definition, changes_of(request.actor, filled), problems)
    return render(request, "forms/check.jinja", {**_context(request, filled), "page": shown}, status=status)


def _read(request: HttpRequest, filled, definition: Form, now: datetime) -> HttpResponse:
    changes = changes_of(request.actor, filled)
    newer = getattr(filled, "corrected_by", None)
    scores = owed_and_told(request.actor, filled)
    return render(
        request,
        "forms/read.jinja",
        {
            **_context(request, filled),
            "page": presenters.form_page(filled, definition, changes),
            "history": presenters.history(definition, changes, now),
            "newer": newer,
            "owed": presenters.owed_lines([one for one, told in scores if told is None], now),
            "told": presenters.told_lines(scores),
            "following": followed_by(request.actor, filled),
        },
    )
