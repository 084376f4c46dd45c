"""What can be noted on results."""

from django.db import models


class NoteKind(models.TextChoices):
    NOTE = "note", "Note"
    CHANGE = "change", "Something changed"
