"""Writes of filled forms."""

from homeward.assessments.services.carrying import carry_forward, confirm_answers
from homeward.assessments.services.choosing import choose_form
from homeward.assessments.services.filling import (
    AnswersMissingError,
    Clash,
    FormCompleteError,
    Saved,
    complete_form,
    correct_form,
    save_answers,
    start_form,
)
from homeward.assessments.services.printing import note_form_printing
from homeward.assessments.services.telling import tell_of_score

__all__ = [
    "AnswersMissingError",
    "Clash",
    "FormCompleteError",
    "Saved",
    "carry_forward",
    "choose_form",
    "complete_form",
    "confirm_answers",
    "correct_form",
    "note_form_printing",
    "save_answers",
    "start_form",
    "tell_of_score",
]
