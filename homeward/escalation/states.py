"""Whose clock it is."""

from django.db import models


class SubjectKind(models.TextChoices):
    REFERRAL = "referral", "Referral"
    EPISODE = "episode", "Episode"
    CALL = "call", "Call back"
    CONCERN = "concern", "Concern"
    ROUND = "round", "Chasing round"
