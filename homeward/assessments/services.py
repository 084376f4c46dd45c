"""Writes of filled forms. Every answer is added as it was given, and none is ever written over."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from homeward.access.rules import Actor, Permission, require
from homeward.assessments.models import AnswerChange, FilledForm
from homeward.assessments.rules import carried, merge
from homeward.assessments.states import FilledState, SubjectKind
from homeward.audit.services import record
from homeward.kernel.rules import RefusedError
from homeward.kernel.services import tell
from homeward.people.models import Person
from homeward.people.services import add_to_timeline
from homeward.procedures.rules import AnswerProblem, Question, check_answers, required_to_close, scores
from homeward.procedures.selectors import built, procedure


class FormCompleteError(RefusedError):
    """The form was completed before, so its answers stay as they are."""


class AnswersMissingError(RefusedError):
    """The form cannot be completed yet: `missing` are the questions without an answer, `problems` the wrong ones."""

    def __init__(self, missing: tuple[Question, ...], problems: tuple[AnswerProblem, ...]) -> None:
        self.missing, self.problems = missing, problems
        number = len(missing) + len(problems)
        super().__init__(f"{number} {'answer is' if number == 1 else 'answers are'} missing or cannot be right.")


@dataclass(frozen=True, slots=True)
class Clash:
    """Two answers to one question. `standing` is in force, by somebody else; `told` was kept and is not."""

    question: str
    told: Any
    standing: Any
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Saved:
    """What a save came to: the form as it is now, and the questions that somebody else had answered meanwhile."""

    filled: FilledForm
    clashes: tuple[Clash, ...]


@transaction.atomic
def start_form(
    *,
    actor: Actor,
    service_id: int,
    form_code: str,
    subject: tuple[str, int],
    now: datetime,
    person: Person | None = None,
    stage: str = "",
    answers: Mapping[str, tuple[Any, str]] | None = None,
) -> FilledForm:
    """Begin a form on its newest version, or give back the draft of it that was begun before.

    `answers` are what is known already, by question: (answer, where it came from in words). Those that are not right
    answers to the form's own questions are left out.

    Raises: NotAllowedError; procedures.selectors.NoSuchProcedureError.
    """
    require(actor, Permission.SEE_PEOPLE, service_id)
    kind, number = SubjectKind(subject[0]), subject[1]
    same_form = FilledForm.objects.filter(
        service_id=service_id, subject_kind=kind, subject_id=number, stage=stage, form__code=form_code
    )
    draft = same_form.filter(state=FilledState.DRAFT, corrects=None).select_related("form", "person").first()
    if draft is not None:
        return draft
    row = procedure("form", form_code)
    form = built(row)
    known = {question.code for question in form.questions}
    wrong = {one.question for one in check_answers(form, {code: one for code, (one, _) in (answers or {}).items()})}
    given = {code: told for code, told in (answers or {}).items() if code in known - wrong}
    try:
        with transaction.atomic():
            filled = FilledForm.objects.create(
                service_id=service_id,
                person=person,
                form=row,
                subject_kind=kind,
                subject_id=number,
                stage=stage,
                answers={code: answer for code, (answer, _) in given.items()},
                revision=1 if given else 0,
                started_at=now,
                started_by=actor.name,
                started_role=actor.title,
                started_employer=actor.employer,
            )
    except IntegrityError:  # somebody else began it at the same moment
        return same_form.select_related("form", "person").get(state=FilledState.DRAFT, corrects=None)
    _add_changes(actor, filled, {code: answer for code, (answer, _) in given.items()}, now, given)
    _done(actor, "start form", filled, now)
    return filled


@transaction.atomic
def save_answers(
    *, actor: Actor, filled: FilledForm, answers: Mapping[str, Any], revision: int, now: datetime
) -> Saved:
    """Save what a page says, finished or not, right or not: a draft keeps what was typed.

    `revision` is the one of the form that the page was made from. Answers that the page left as they were then change
    nothing, so two people may fill in different questions at once. Where both changed one, the first stays in force
    and both are kept: the answer comes back as a clash, for a person to choose (save again with the new revision).

    Raises: NotAllowedError; FormCompleteError; RefusedError when an answer is to a question the form does not have.
    """
    require(actor, Permission.SEE_PEOPLE, filled.service_id)
    filled = _locked(filled)
    form = built(filled.form)
    unknown = set(answers) - {question.code for question in form.questions}
    if unknown:
        raise RefusedError(f"This form does not ask for {', '.join(sorted(unknown))}. Open it again.")
    merged = merge(answers, _as_shown(filled, revision), filled.answers)
    clashes = tuple(_clash(filled, code, told) for code, told in merged.clashing.items())
    if merged.changed or merged.clashing:
        filled.revision += 1
        filled.answers = {**filled.answers, **merged.changed}
        filled.save(update_fields=["revision", "answers"])
        _add_changes(actor, filled, merged.changed, now)
        _add_changes(actor, filled, merged.clashing, now, is_in_force=False)
        _done(actor, "save answers", filled, now)
    return Saved(filled, clashes)


@transaction.atomic
def complete_form(*, actor: Actor, filled: FilledForm, now: datetime) -> FilledForm:
    """Complete a form: its answers and scores stay as they are, and the person's timeline says so.

    Raises: NotAllowedError; FormCompleteError; AnswersMissingError with what is missing or cannot be right.
    """
    require(actor, Permission.SEE_PEOPLE, filled.service_id)
    filled = _locked(filled)
    form = built(filled.form)
    missing, problems = required_to_close(form, filled.answers), check_answers(form, filled.answers)
    if missing or problems:
        raise AnswersMissingError(missing, problems)
    filled.state = FilledState.COMPLETE
    filled.completed_at = now
    filled.completed_by, filled.completed_role, filled.completed_employer = actor.name, actor.title, actor.employer
    filled.scores = [
        {
            "score": reading.score,
            "title": reading.title,
            "total": reading.total,
            "band": reading.band.code if reading.band else None,
            "because": reading.because,
        }
        for reading in scores(form, filled.answers)
    ]
    filled.save()
    if filled.person is not None:
        told = [one["because"] for one in filled.scores if one["total"] is not None]
        add_to_timeline(
            actor=actor,
            person=filled.person,
            kind="form",
            happened_at=now,
            now=now,
            title=f"{form.title}{' put right' if filled.corrects_id else ' completed'}"[:200],
            text=" ".join([*told, filled.correction_reason]).strip(),
            subject=("filled form", filled.pk),
        )
    _done(actor, "complete form", filled, now)
    return filled


@transaction.atomic
def correct_form(*, actor: Actor, filled: FilledForm, reason: str, now: datetime) -> FilledForm:
    """Begin a form that puts a complete one right: a draft on the same version with the same answers. Both stay.

    Until it is complete, the old one counts. If somebody began to correct it before, theirs is given back.

    Raises: NotAllowedError; RefusedError when the form is not complete, was corrected before, or there is no reason.
    """
    require(actor, Permission.SEE_PEOPLE, filled.service_id)
    filled = FilledForm.objects.select_for_update(of=("self",)).select_related("form", "person").get(pk=filled.pk)
    if not filled.is_complete:
        raise RefusedError("This form is still a draft: change the answer in it.")
    begun = FilledForm.objects.filter(corrects=filled).select_related("form", "person").first()
    if begun is not None:
        if begun.is_complete:
            raise RefusedError("This form was put right before. Correct the newer one.")
        return begun
    if not reason.strip():
        raise RefusedError("Say what was wrong.")
    corrected = FilledForm.objects.create(
        service_id=filled.service_id,
        person=filled.person,
        form=filled.form,
        subject_kind=filled.subject_kind,
        subject_id=filled.subject_id,
        stage=filled.stage,
        answers=filled.answers,
        revision=1,
        started_at=now,
        started_by=actor.name,
        started_role=actor.title,
        started_employer=actor.employer,
        corrects=filled,
        correction_reason=reason.strip(),
    )
    source = "The form this one corrects"
    _add_changes(actor, corrected, corrected.answers, now, dict.fromkeys(corrected.answers, (None, source)))
    _done(actor, "correct form", corrected, now)
    return corrected


@transaction.atomic
def carry_forward(*, actor: Actor, filled: FilledForm, earlier: FilledForm, now: datetime) -> FilledForm:
    """Fill the questions of a draft that have no answer yet with those of an earlier complete form that asked the same.

    Each says where it came from. Raises: NotAllowedError; FormCompleteError; RefusedError when the earlier form is not
    complete, or is about somebody else.
    """
    require(actor, Permission.SEE_PEOPLE, filled.service_id)
    filled = _locked(filled)
    if not earlier.is_complete or earlier.service_id != filled.service_id or earlier.person_id != filled.person_id:
        raise RefusedError("Only a complete form about the same person can be carried forward.")
    found = carried(built(filled.form), earlier.answers, built(earlier.form))
    new = {code: answer for code, answer in found.items() if code not in filled.answers}
    if new:
        day = f"{earlier.completed_at:%d %B %Y}".lstrip("0")
        source = f"{earlier.form.title}, {day}"[:200]
        filled.revision += 1
        filled.answers = {**filled.answers, **new}
        filled.save(update_fields=["revision", "answers"])
        _add_changes(actor, filled, new, now, dict.fromkeys(new, (None, source)))
    _done(actor, "carry forward", filled, now)
    return filled


def _locked(filled: FilledForm) -> FilledForm:
    filled = FilledForm.objects.select_for_update(of=("self",)).select_related("form", "person").get(pk=filled.pk)
    if filled.is_complete:
        raise FormCompleteError("This form is complete. If something in it is wrong, correct it.")
    return filled


def _as_shown(filled: FilledForm, revision: int) -> dict[str, Any]:
    """The answers in force at an earlier revision."""
    rows = filled.changes.filter(revision__lte=revision, is_in_force=True).order_by("id")
    return dict(rows.values_list("question", "answer"))


def _clash(filled: FilledForm, code: str, told: Any) -> Clash:
    newest = filled.changes.filter(question=code, is_in_force=True).order_by("-id").first()
    return Clash(code, told, filled.answers.get(code), newest.actor_name, newest.at)


def _add_changes(
    actor: Actor,
    filled: FilledForm,
    answers: Mapping[str, Any],
    now: datetime,
    sources: Mapping[str, tuple[Any, str]] | None = None,
    *,
    is_in_force: bool = True,
) -> None:
    AnswerChange.objects.bulk_create(
        AnswerChange(
            filled_form=filled,
            question=code,
            answer=answer,
            is_in_force=is_in_force,
            revision=filled.revision,
            came_from=sources[code][1] if sources else "",
            at=now,
            actor_name=actor.name,
            actor_role=actor.title,
            employer=actor.employer,
        )
        for code, answer in answers.items()
    )


def _done(actor: Actor, action: str, filled: FilledForm, now: datetime) -> None:
    record(
        actor=actor,
        action=action,
        subject=("filled form", filled.pk),
        person_id=filled.person_id,
        now=now,
        service_id=filled.service_id,
    )
    tell(topic="assessments", service_id=filled.service_id, subject=(filled.subject_kind, filled.subject_id), now=now)
