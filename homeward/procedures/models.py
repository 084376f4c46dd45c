"""Published procedures."""

from django.db import models


class Procedure(models.Model):
    """One version of one pathway, form or activity, as published. Never changed: a new version is a new row."""

    class Kind(models.TextChoices):
        PATHWAY = "pathway", "Pathway"
        FORM = "form", "Form"
        ACTIVITY = "activity", "Activity"

    kind = models.CharField(max_length=10, choices=Kind)
    code = models.SlugField(max_length=80)
    version = models.PositiveIntegerField()
    title = models.CharField(max_length=160)
    definition = models.JSONField()
    content_hash = models.CharField(max_length=64)
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "code", "version"], name="procedure_version_once")]
        indexes = [models.Index(fields=["kind", "code", "-version"], name="procedure_newest")]

    def __str__(self) -> str:
        return f"{self.title}, version {self.version}"
