"""Reads of filled forms. Opening one leaves an audit event."""

from dataclasses import dataclass
from datetime import datetime

from homeward.access.rules import Actor, Permission, require
from homeward.assessments.models import AnswerChange, FilledForm
from homeward.assessments.rules import FormAsked, forms_asked, needed_to_close, needed_to_leave
from homeward.assessments.states import FilledState
from homeward.audit.services import record
from homeward.people.models import Person
from homeward.procedures.rules import Pathway
from homeward.procedures.selectors import form as published_form

# Subjects that forms hang on: ("referral", 12), ("episode", 7), ("person", 3)
Subject = tuple[str, int]


class FormNotFoundError(Exception):
    """There is no such filled form in the actor's services."""


@dataclass(frozen=True, slots=True)
class NeededForm:
    """A form that a pathway asks for, and the newest filled one of it, a complete one before a draft; None if none."""

    asked: FormAsked
    title: str
    filled: FilledForm | None
    # A draft begun since the complete one, or that corrects it
    draft: FilledForm | None

    @property
    def is_complete(self) -> bool:
        return self.filled is not None and self.filled.is_complete


def form_for(actor: Actor, form_id: int, now: datetime) -> FilledForm:
    """A filled form with the form it is on and its person; the opening is audited.

    Raises: NotAllowedError; FormNotFoundError.
    """
    require(actor, Permission.SEE_PEOPLE)
    filled = form_to_save(actor, form_id)
    record(
        actor=actor,
        action="open form",
        subject=("filled form", filled.pk),
        person_id=filled.person_id,
        now=now,
        service_id=filled.service_id,
    )
    return filled


def form_to_save(actor: Actor, form_id: int) -> FilledForm:
    """A filled form for a page that goes on writing in it: `form_for` audited the opening, and saving is audited.

    Raises: NotAllowedError; FormNotFoundError.
    """
    require(actor, Permission.SEE_PEOPLE)
    filled = (
        FilledForm.objects.filter(pk=form_id, service_id__in=actor.service_ids)
        .select_related("form", "person", "service", "corrects", "corrected_by")
        .first()
    )
    if filled is None:
        raise FormNotFoundError("There is no such form in your service.")
    return filled


def forms_of(actor: Actor, service_id: int, *subjects: Subject) -> list[FilledForm]:
    """The filled forms of these subjects, oldest first. The page they stand on audited its own opening.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE, service_id)
    found: list[FilledForm] = []
    for kind, number in subjects:
        rows = FilledForm.objects.filter(service_id=service_id, subject_kind=kind, subject_id=number)
        found += rows.select_related("form", "corrected_by").defer("form__definition").order_by("id")
    return sorted(found, key=lambda one: one.pk)


def forms_of_person(actor: Actor, person: Person, limit: int = 50) -> list[FilledForm]:
    """A person's filled forms, newest first. `person` comes from `people.selectors.person_for`, which audited it.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE, person.service_id)
    rows = FilledForm.objects.filter(person=person).select_related("form", "corrected_by")
    return list(rows.defer("form__definition").order_by("-started_at", "-id")[:limit])


def changes_of(actor: Actor, filled: FilledForm) -> list[AnswerChange]:
    """Every answer of a filled form as it was given, oldest first. `filled` comes from `form_for`, which audited it.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE, filled.service_id)
    return list(filled.changes.order_by("id"))


def needed_forms(
    actor: Actor, service_id: int, pathway: Pathway, *subjects: Subject, stage: str = ""
) -> list[NeededForm]:
    """What a pathway asks for, all of it or of one stage, with what is filled in for these subjects.

    Raises: NotAllowedError; procedures.selectors.NoSuchProcedureError.
    """
    require(actor, Permission.SEE_PEOPLE, service_id)
    filled: dict[str, list[FilledForm]] = {}
    for one in forms_of(actor, service_id, *subjects):
        filled.setdefault(one.form.code, []).append(one)
    return [
        NeededForm(asked, _title(asked.form), *_newest(filled.get(asked.form, [])))
        for asked in forms_asked(pathway)
        if not stage or asked.stage == stage
    ]


def missing_to_leave(actor: Actor, service_id: int, pathway: Pathway, stage: str, *subjects: Subject) -> list[str]:
    """The titles of the forms that must be complete before a stage is left, and are not.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE, service_id)
    return [_title(code) for code in needed_to_leave(pathway, stage, _complete(service_id, subjects))]


def missing_to_close(
    actor: Actor, service_id: int, pathway: Pathway, been_at: set[str], outcome: str, *subjects: Subject
) -> list[str]:
    """The titles of the forms that must be complete before an episode ends so, and are not.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE, service_id)
    return [_title(code) for code in needed_to_close(pathway, been_at, _complete(service_id, subjects), outcome)]


def _complete(service_id: int, subjects: tuple[Subject, ...]) -> set[str]:
    codes: set[str] = set()
    for kind, number in subjects:
        rows = FilledForm.objects.filter(service_id=service_id, subject_kind=kind, subject_id=number)
        codes.update(rows.filter(state=FilledState.COMPLETE).values_list("form__code", flat=True))
    return codes


def _newest(filled: list[FilledForm]) -> tuple[FilledForm | None, FilledForm | None]:
    complete = [one for one in filled if one.is_complete]
    drafts = [one for one in filled if not one.is_complete]
    newest = complete[-1] if complete else drafts[-1] if drafts else None
    return newest, drafts[-1] if drafts else None


def _title(code: str) -> str:
    return published_form(code).title
