"""What becomes of each thing on the list before somebody leaves."""

from django.db import models


class ItemState(models.TextChoices):
    OPEN = "open", "To do"
    DONE = "done", "Done"
    NOT_NEEDED = "not_needed", "Not needed"
