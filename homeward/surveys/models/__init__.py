"""Surveys: rules, invitations and what came back."""

from homeward.surveys.models.survey import Invitation, InvitationStep, SurveyAnswer, SurveyRule

__all__ = ["Invitation", "InvitationStep", "SurveyAnswer", "SurveyRule"]
