"""Reads of surveys."""

from homeward.surveys.selectors.asking import (
    Queue,
    SurveyEndedError,
    invitation_for,
    invitation_opened,
    my_invitation,
    survey_queue,
)
from homeward.surveys.selectors.results import SurveyResults, rules_of, survey_forms, survey_results

__all__ = [
    "Queue",
    "SurveyEndedError",
    "SurveyResults",
    "invitation_for",
    "invitation_opened",
    "my_invitation",
    "rules_of",
    "survey_forms",
    "survey_queue",
    "survey_results",
]
