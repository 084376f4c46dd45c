"""Escalation, and who is told."""

from django.db import models

from homeward.access.rules import ROLE_TITLES
from homeward.escalation.states import SubjectKind
from homeward.teams.models import Service


class Escalation(models.Model):
    """One fraction of one run of one clock that was reached, once.

    `told_at` is empty where a later fraction had been reached by the time anybody looked: only the latest is told.
    """

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="escalations")
    subject_kind = models.CharField(max_length=10, choices=SubjectKind)
    subject_id = models.BigIntegerField()
    clock = models.SlugField(max_length=60)
    run = models.PositiveIntegerField()
    percent = models.PositiveIntegerField()
    found_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)
    told_count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "clock", "run", "percent"], name="escalated_once"
            ),
        ]
        indexes = [models.Index(fields=["service", "-found_at"], name="escalations_newest")]


class WhoIsTold(models.Model):
    """One role a service tells once this much of a clock is used. Without any rows, the defaults hold."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="who_is_told")
    percent = models.PositiveIntegerField()
    role = models.CharField(max_length=40, choices=[(role.value, title) for role, title in ROLE_TITLES.items()])

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service", "percent", "role"], name="role_told_once_a_fraction")]
