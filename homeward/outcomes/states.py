"""What can be noted on results."""

from django.db import models


class NoteKind(models.TextChoices):
    NOTE = "note", "Note"
    CHANGE = "change", "Something changed"


class HowOften(models.TextChoices):
    """How often somebody is sent a pack."""

    WEEKLY = "weekly", "Every week"
    MONTHLY = "monthly", "Every month"
    QUARTERLY = "quarterly", "Every quarter"
