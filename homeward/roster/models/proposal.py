"""A rota that was built and waits for somebody to take it, or leave it."""

from django.db import models
from django.db.models import Q

from homeward.roster.states import ProposalState
from homeward.teams.models import Service


class RotaProposal(models.Model):
    """Shifts for some weeks as the rota builder would give them. Nobody works them until somebody accepts them as
    drafts.

    `shifts` are [[worker id, "2026-12-07", [["07:00", "14:00"], ...]], ...]: the day and the wall clock, into the next
    day where a time does not end later. `findings` are what the page shows of it, `accepted` the ids of the employers
    whose part was taken.
    """

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="rota_proposals")
    first_day = models.DateField()
    days = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=ProposalState, default=ProposalState.ASKED)
    asked_by = models.CharField(max_length=200)
    asked_at = models.DateTimeField()
    # Taken to be built by one process at a time; after a while without an answer, another may
    taken_at = models.DateTimeField(null=True)
    built_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=200, blank=True)
    why_failed = models.CharField(max_length=500, blank=True)
    shifts = models.JSONField(default=list)
    findings = models.JSONField(default=dict)
    accepted = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["service"],
                condition=Q(state__in=[ProposalState.ASKED, ProposalState.READY]),
                name="one_rota_proposal_open",
            )
        ]
