"""Pools of money, their lines, and what is spent from them that is not on an invoice."""

from django.db import models
from django.db.models import F, Q

from homeward.commissioning.states import PoolKind
from homeward.teams.models import Service


class Pool(models.Model):
    """A budget between two days; `council_percent` is what the council puts in, the NHS the rest."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="pools")
    name = models.CharField(max_length=160)
    kind = models.CharField(max_length=20, choices=PoolKind)
    starts_on = models.DateField()
    ends_on = models.DateField()
    council_percent = models.PositiveSmallIntegerField()
    agreement = models.CharField(max_length=250, blank=True, help_text="The agreement it stands on, and where it is")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service", "name", "starts_on"], name="pool_once"),
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="pool_in_order"),
            models.CheckConstraint(condition=Q(council_percent__lte=100), name="pool_percent"),
        ]


class PoolLine(models.Model):
    """What a part of a pool is for, and how much of it was planned."""

    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="lines")
    title = models.CharField(max_length=160)
    planned_pence = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pool", "title"], name="pool_line_once"),
            models.CheckConstraint(condition=Q(planned_pence__gte=0), name="pool_line_planned_not_below_0"),
        ]


class PoolEntry(models.Model):
    """Money spent from a line that is on no invoice here, or put right. Rows are added, never changed."""

    line = models.ForeignKey(PoolLine, on_delete=models.PROTECT, related_name="entries")
    day = models.DateField()
    pence = models.BigIntegerField(help_text="Below nothing where money comes back")
    text = models.CharField(max_length=250)
    written_at = models.DateTimeField()
    written_by = models.CharField(max_length=200)
