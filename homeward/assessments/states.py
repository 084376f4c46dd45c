"""Fixed lists of filled forms."""

from django.db import models


class FilledState(models.TextChoices):
    """A draft may be changed by anyone in the team; a complete form by nobody."""

    DRAFT = "draft"
    COMPLETE = "complete"


class SubjectKind(models.TextChoices):
    """What a form was filled in for."""

    REFERRAL = "referral"
    EPISODE = "episode"
    PERSON = "person"
