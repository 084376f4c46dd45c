"""Whose clock it is."""

from django.db import models


class SubjectKind(models.TextChoices):
    REFERRAL = "referral", "Referral"
    EPISODE = "episode", "Episode"
    CALL = "call", "Call back"
    CONCERN = "concern", "Concern"
    DEVICE = "device", "Device alert"
    ROUND = "round", "Chasing round"
