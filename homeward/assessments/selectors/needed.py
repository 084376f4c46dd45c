"""What pathways ask for, and what of it is there."""

from dataclasses import dataclass

from homeward.access.rules import Actor, Permission, require
from homeward.assessments.models import FilledForm
from homeward.assessments.rules import FormAsked, forms_asked, needed_to_close, needed_to_leave
from homeward.assessments.selectors.filled import Subject, forms_of
from homeward.assessments.states import FilledState
from homeward.procedures.rules import Pathway
from homeward.procedures.selectors import form as published_form


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
