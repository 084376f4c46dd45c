"""Fixed lists of studies."""

from django.db import models


class About(models.TextChoices):
    """How exact a number is; the words are printed before it."""

    ABOUT = "about", "about"
    ALMOST = "almost", "almost"
    OVER = "over", "over"
    UP_TO = "up to", "up to"
