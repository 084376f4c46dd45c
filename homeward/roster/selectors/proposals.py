"""Reading the rotas that were built."""

from datetime import datetime, timedelta

from django.db.models import Q

from homeward.access.rules import Actor, Permission, require
from homeward.roster.models import RotaProposal
from homeward.roster.states import ProposalState

# Somebody who was to build it and has not answered for so long was stopped: another may
LEASE = timedelta(minutes=15)


def newest_proposal(actor: Actor, service_id: int) -> RotaProposal | None:
    """The rota that was asked for last, whatever became of it.

    Raises: NotAllowedError.
    """
    require(actor, Permission.MANAGE_ROSTER, service_id)
    return RotaProposal.objects.filter(service_id=service_id).order_by("-asked_at", "-id").first()


def is_rota_asked_for(actor: Actor, now: datetime) -> bool:
    """Whether a rota waits to be built that nobody is building, in any of the actor's services.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RUN_SCHEDULE)
    free = Q(taken_at__isnull=True) | Q(taken_at__lt=now - LEASE)
    rows = RotaProposal.objects.filter(free, state=ProposalState.ASKED, service_id__in=actor.service_ids)
    return rows.exists()
