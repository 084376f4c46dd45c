"""Fixed lists of the roster."""

from django.db import models


class CoverKind(models.TextChoices):
    DAY = "day", "Day"
    EVENING = "evening", "Evening"
    NIGHT = "night", "Night"
    ON_CALL = "on_call", "On call"
