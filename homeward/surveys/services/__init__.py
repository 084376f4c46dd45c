"""Writes of surveys."""

from homeward.surveys.services.answering import answer_by_link, answer_for
from homeward.surveys.services.asking import ask_after_care, ask_staff, remind
from homeward.surveys.services.calling import note_printed, note_said_no, note_survey_not_reached
from homeward.surveys.services.links import token_of
from homeward.surveys.services.ruling import set_survey_rule

__all__ = [
    "answer_by_link",
    "answer_for",
    "ask_after_care",
    "ask_staff",
    "note_printed",
    "note_said_no",
    "note_survey_not_reached",
    "remind",
    "set_survey_rule",
    "token_of",
]
