"""Filling in forms. Every answer is added as it was given, and none is ever written over."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from homeward.access.rules import Actor, NotAllowedError, Permission, may_see_sensitive, require
from homeward.assessments.models import AnswerChange, FilledForm, ScoreOwed
from homeward.assessments.rules import merge
from homeward.assessments.states import FilledState, SubjectKind
from homeward.audit.services import record
from homeward.kernel.rules import RefusedError
from homeward.kernel.services import tell
from homeward.people.models import Person
from homeward.people.services import add_to_timeline
from homeward.procedures.rules import (
    AnswerProblem,
    Form,
    Question,
    ScoreReading,
    check_answers,
    required_to_close,
    scores,
)
from homeward.procedures.selectors import built, procedure

# Said to somebody whose role does not see forms of this kind
KEPT = "This form is kept from your role because of what it is about."


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
    answers to the form's own questions are left out. A form that follows another points to the newest complete one of
    the person that nothing follows yet.

    Raises: NotAllowedError, also where the form is kept from the actor; procedures.selectors.NoSuchProcedureError.
    """
    require(actor, Permission.SEE_PEOPLE, service_id)
    kind, number = SubjectKind(subject[0]), subject[1]
    same_form = FilledForm.objects.filter(
        service_id=service_id, subject_kind=kind, subject_id=number, stage=stage, form__code=form_code
    )
    draft = same_form.filter(state=FilledState.DRAFT, corrects=None).select_related("form", "person").first()
    if draft is not None:
        _may_open(actor, draft)
        return draft
    row = procedure("form", form_code)
    form = built(row)
    if not may_see_sensitive(actor, form.sensitivity or ""):
        raise NotAllowedError(KEPT)
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
                sensitivity=form.sensitivity or "",
                follows=_to_follow(form, person),
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
    filled = _locked(actor, filled)
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

    Answers that nobody typed are confirmed by it. A score that somebody must be told of is owed from now on.

    Raises: NotAllowedError; FormCompleteError; AnswersMissingError with what is missing or cannot be right.
    """
    filled = _locked(actor, filled)
    form = built(filled.form)
    missing, problems = required_to_close(form, filled.answers), check_answers(form, filled.answers)
    if missing or problems:
        raise AnswersMissingError(missing, problems)
    if unsure := _unconfirmed(filled):
        filled.revision += 1
        _add_changes(actor, filled, {code: filled.answers.get(code) for code in unsure}, now, unsure, confirms=True)
    readings = scores(form, filled.answers)
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
        for reading in readings
    ]
    filled.save()
    ScoreOwed.objects.bulk_create(_owed(filled, reading, now) for reading in readings if _within(reading))
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
            sensitivity=filled.sensitivity,
        )
    _done(actor, "complete form", filled, now)
    return filled


@transaction.atomic
def correct_form(*, actor: Actor, filled: FilledForm, reason: str, now: datetime) -> FilledForm:
    """Begin a form that puts a complete one right: a draft on the same version with the same answers. Both stay.

    Until it is complete, the old one counts. If somebody began to correct it before, theirs is given back.

    Raises: NotAllowedError; RefusedError when the form is not complete, was corrected before, or there is no reason.
    """
    _may_open(actor, filled)
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
        follows=filled.follows,
        sensitivity=filled.sensitivity,
    )
    source = "The form this one corrects"
    _add_changes(actor, corrected, corrected.answers, now, dict.fromkeys(corrected.answers, (None, source)))
    _done(actor, "correct form", corrected, now)
    return corrected


def _may_open(actor: Actor, filled: FilledForm) -> None:
    """Stop here unless the actor is of the form's service and it is not kept from their role.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE, filled.service_id)
    if not may_see_sensitive(actor, filled.sensitivity):
        raise NotAllowedError(KEPT)


def _locked(actor: Actor, filled: FilledForm) -> FilledForm:
    """A draft, read again and held until the transaction ends, for whoever may change it.

    Raises: NotAllowedError; FormCompleteError.
    """
    _may_open(actor, filled)
    filled = FilledForm.objects.select_for_update(of=("self",)).select_related("form", "person").get(pk=filled.pk)
    if filled.is_complete:
        raise FormCompleteError("This form is complete. If something in it is wrong, correct it.")
    return filled


def _unconfirmed(filled: FilledForm) -> dict[str, tuple[Any, str]]:
    """The answers in force that nobody typed and nobody confirmed, by question: (answer, where it came from)."""
    newest = {change.question: change for change in filled.changes.filter(is_in_force=True).order_by("id")}
    return {
        code: (one.answer, one.came_from) for code, one in newest.items() if one.came_from and not one.is_confirmation
    }


def _to_follow(form: Form, person: Person | None) -> FilledForm | None:
    if form.follows is None or person is None:
        return None
    complete = FilledForm.objects.filter(person=person, form__code=form.follows, state=FilledState.COMPLETE)
    return complete.filter(corrected_by=None, followed_by=None).order_by("-completed_at", "-id").first()


def _within(reading: ScoreReading) -> int | None:
    return reading.band.acknowledge_within_minutes if reading.band else None


def _owed(filled: FilledForm, reading: ScoreReading, now: datetime) -> ScoreOwed:
    return ScoreOwed(
        service_id=filled.service_id, person_id=filled.person_id, filled_form=filled, score=reading.score,
        band=reading.band.code, title=reading.title[:80], because=reading.because[:250], owed_since=now,
        owed_by=now + timedelta(minutes=_within(reading)),
    )  # fmt: skip


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
    confirms: bool = False,
) -> None:
    """Add answers to what was ever answered. `sources` are (anything, where each came from), where nobody typed it."""
    AnswerChange.objects.bulk_create(
        AnswerChange(
            filled_form=filled,
            question=code,
            answer=answer,
            is_in_force=is_in_force,
            revision=filled.revision,
            came_from=sources[code][1] if sources else "",
            is_confirmation=confirms,
            at=now,
            actor_name=actor.name,
            actor_role=actor.title,
            employer=actor.employer,
        )
        for code, answer in answers.items()
    )


def _done(actor: Actor, action: str, filled: FilledForm, now: datetime) -> None:
    """Leave the audit event of a change, and tell the pages that show the form."""
    record(
        actor=actor,
        action=action,
        subject=("filled form", filled.pk),
        person_id=filled.person_id,
        now=now,
        service_id=filled.service_id,
    )
    tell(topic="assessments", service_id=filled.service_id, subject=(filled.subject_kind, filled.subject_id), now=now)
