"""Reads of filled forms. Opening one leaves an audit event."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from homeward.access.rules import Actor, NotAllowedError, Permission, Sight, may_see_sensitive, require
from homeward.assessments.models import AnswerChange, FilledForm
from homeward.assessments.rules import carried
from homeward.assessments.states import FilledState
from homeward.audit.services import record
from homeward.people.selectors import NoRelationshipError, person_for, person_ids_of, sight_of
from homeward.procedures.rules import FormUse
from homeward.procedures.selectors import built

# Subjects that forms hang on: ("referral", 12), ("episode", 7), ("person", 3)
Subject = tuple[str, int]
KEPT = "This form is kept from your role because of what it is about."
# Earlier forms looked through for answers to carry forward; older ones are too old to begin with
EARLIER_FORMS = 40


class FormNotFoundError(Exception):
    """There is no such filled form in the actor's services."""


@dataclass(frozen=True, slots=True)
class EarlierAnswer:
    """An answer to the same question in an earlier form, and where it stands: "Falls assessment, 3 November 2026"."""

    answer: Any
    came_from: str


def form_for(actor: Actor, form_id: int, now: datetime) -> FilledForm:
    """A filled form with the form it is on and its person; the opening is audited.

    Only whoever sees the whole record opens it; a note of a visit opens to whoever makes the visit.

    Raises: NotAllowedError; NoRelationshipError where nothing ties the actor to its person; FormNotFoundError.
    """
    require(actor, Permission.SEE_PEOPLE)
    filled = _of_service(actor, form_id)
    if filled.person_id is not None:
        person_for(actor, filled.person_id, now, _at_least(filled))
    _keep_sensitive(actor, filled)
    record(
        actor=actor,
        action="open form",
        subject=("filled form", filled.pk),
        person_id=filled.person_id,
        now=now,
        service_id=filled.service_id,
    )
    return filled


def form_to_save(actor: Actor, form_id: int, now: datetime) -> FilledForm:
    """A filled form for a page that goes on writing in it: `form_for` audited the opening, and saving is audited.

    Raises: NotAllowedError; NoRelationshipError; FormNotFoundError.
    """
    require(actor, Permission.SEE_PEOPLE)
    filled = _of_service(actor, form_id)
    if filled.person is not None:
        sight = sight_of(actor, filled.person, now, _at_least(filled))
        if sight < _at_least(filled):
            raise NoRelationshipError(filled.person_id, sight)
    _keep_sensitive(actor, filled)
    return filled


def forms_of(actor: Actor, service_id: int, *subjects: Subject) -> list[FilledForm]:
    """The filled forms of these subjects that the actor may see, oldest first. Their page audited its own opening.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE, service_id)
    found: list[FilledForm] = []
    for kind, number in subjects:
        rows = FilledForm.objects.filter(service_id=service_id, subject_kind=kind, subject_id=number)
        found += rows.select_related("form", "corrected_by").defer("form__definition").order_by("id")
    return sorted((one for one in found if may_see_sensitive(actor, one.sensitivity)), key=lambda one: one.pk)


def changes_of(actor: Actor, filled: FilledForm) -> list[AnswerChange]:
    """Every answer of a filled form as it was given, oldest first. `filled` comes from `form_for`, which audited it.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE, filled.service_id)
    _keep_sensitive(actor, filled)
    return list(filled.changes.order_by("id"))


def earlier_answers(actor: Actor, filled: FilledForm) -> dict[str, EarlierAnswer]:
    """By question of a draft without an answer, the newest one in a complete form of the same person.

    Of forms that are kept from the actor, none. `filled` comes from `form_for`, which audited it.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE, filled.service_id)
    if filled.person is None:
        return {}
    rows = (
        FilledForm.objects.filter(person_id__in=person_ids_of(filled.person), state=FilledState.COMPLETE)
        .exclude(pk=filled.pk)
        .exclude(corrected_by__state=FilledState.COMPLETE)
        .select_related("form")
        .defer("form__definition")
        .order_by("-completed_at", "-id")
    )
    found: dict[str, EarlierAnswer] = {}
    form = built(filled.form)
    for earlier in rows[:EARLIER_FORMS]:
        if not may_see_sensitive(actor, earlier.sensitivity):
            continue
        before = built(earlier.form)
        day = f"{earlier.completed_at:%d %B %Y}".lstrip("0")
        for code, answer in carried(form, earlier.answers, before).items():
            if code not in found and filled.answers.get(code) in (None, "", []):
                found[code] = EarlierAnswer(answer, f"{before.title}, {day}"[:200])
    return found


def _of_service(actor: Actor, form_id: int) -> FilledForm:
    filled = (
        FilledForm.objects.filter(pk=form_id, service_id__in=actor.service_ids)
        .select_related("form", "person", "service", "corrects", "corrected_by", "follows__form")
        .first()
    )
    if filled is None:
        raise FormNotFoundError("There is no such form in your service.")
    return filled


def _at_least(filled: FilledForm) -> Sight:
    return Sight.VISIT if built(filled.form).use is FormUse.VISIT else Sight.RECORD


def _keep_sensitive(actor: Actor, filled: FilledForm) -> None:
    if not may_see_sensitive(actor, filled.sensitivity):
        raise NotAllowedError(KEPT)
