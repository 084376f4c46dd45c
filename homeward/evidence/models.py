"""A service's own studies. None is about an identifiable person: the form says so, and no field is for one."""

from django.db import models
from django.db.models import Q

from homeward.evidence.states import About
from homeward.teams.models import Service


class LocalStudy(models.Model):
    """A study of a service's own, in versions. Withdrawn it is kept, with who withdrew it and why."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="local_studies")
    begun_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=160, blank=True)
    withdrawn_why = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_why="")
                | (Q(withdrawn_at__isnull=False) & ~Q(withdrawn_why="")),
                name="local_study_withdrawn_with_a_reason",
            )
        ]


class LocalStudyVersion(models.Model):
    """What a study says since somebody wrote it so. Append-only."""

    study = models.ForeignKey(LocalStudy, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=160)
    organisation = models.CharField(max_length=200)
    place = models.CharField(max_length=120)
    period = models.CharField(max_length=120)
    who_for = models.TextField()
    did = models.TextField()
    workforce = models.TextField()
    # Codes: of rules.study.Impact, of the library's topics, of pathways
    impacts = models.JSONField()
    topics = models.JSONField()
    pathways = models.JSONField()
    lessons = models.JSONField()
    written_at = models.DateTimeField()
    written_by = models.CharField(max_length=160)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["study", "number"], name="local_study_version_once")]
        ordering = ["-number"]


class LocalFinding(models.Model):
    """One thing that a version reports: a number with its unit, or words alone. Append-only."""

    version = models.ForeignKey(LocalStudyVersion, on_delete=models.PROTECT, related_name="findings")
    position = models.PositiveSmallIntegerField()
    says = models.CharField(max_length=250)
    value = models.FloatField(null=True)
    to = models.FloatField(null=True)
    about = models.CharField(max_length=10, choices=About, blank=True)
    unit = models.CharField(max_length=60, blank=True)
    place = models.CharField(max_length=120)
    period = models.CharField(max_length=120)
    measure = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "position"], name="local_finding_once"),
            models.CheckConstraint(
                condition=Q(value__isnull=True, unit="", to__isnull=True, about="")
                | (Q(value__isnull=False) & ~Q(unit="")),
                name="local_finding_number_has_a_unit",
            ),
        ]
        ordering = ["position"]
