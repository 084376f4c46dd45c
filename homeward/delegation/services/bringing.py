"""Bringing in what was signed and delegated elsewhere, many rows at once: for an import or a fictitious place."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.delegation.models import (
    Declaration,
    Delegation,
    DelegationEvent,
    DelegationLimit,
    DelegationWorker,
    KnowledgeTest,
    ObservedPractice,
    SignOff,
    SpotCheck,
)
from homeward.kernel.rules import RefusedError
from homeward.kernel.services import tell
from homeward.teams.models import Worker


@dataclass
class Signing:
    """Unsaved rows of one service, each after those it points to."""

    tests: list[KnowledgeTest] = field(default_factory=list)
    practices: list[ObservedPractice] = field(default_factory=list)
    declarations: list[Declaration] = field(default_factory=list)
    sign_offs: list[SignOff] = field(default_factory=list)
    checks: list[SpotCheck] = field(default_factory=list)
    delegations: list[Delegation] = field(default_factory=list)
    limits: list[DelegationLimit] = field(default_factory=list)
    workers: list[DelegationWorker] = field(default_factory=list)
    events: list[DelegationEvent] = field(default_factory=list)

    def parts(self) -> tuple[tuple[type, Sequence], ...]:
        """Every list with the model of its rows, in the order in which they can be saved."""
        return (
            (KnowledgeTest, self.tests),
            (ObservedPractice, self.practices),
            (Declaration, self.declarations),
            (SignOff, self.sign_offs),
            (SpotCheck, self.checks),
            (Delegation, self.delegations),
            (DelegationLimit, self.limits),
            (DelegationWorker, self.workers),
            (DelegationEvent, self.events),
        )


@transaction.atomic
def bring_in(*, actor: Actor, service_id: int, signing: Signing, now: datetime) -> Signing:
    """Add what was signed and delegated elsewhere, as it was: nothing is asked of it but what the database asks.

    Raises: NotAllowedError; RefusedError when a worker is of another service.
    """
    require(actor, Permission.IMPORT_SERVICE, service_id)
    numbers = {
        row.worker_id
        for rows in (signing.tests, signing.practices, signing.declarations, signing.sign_offs, signing.workers)
        for row in rows
    }
    if Worker.objects.filter(pk__in=numbers).exclude(service_id=service_id).exists():
        raise RefusedError("One of these workers is of another service. Bring in each service by itself.")
    for model, rows in signing.parts():
        model.objects.bulk_create(rows, batch_size=500)
        if rows:
            record(
                actor=actor,
                action="bring in signing",
                subject=(str(model._meta.verbose_name), None),
                now=now,
                service_id=service_id,
                count=len(rows),
            )
    tell(topic="delegation", service_id=service_id, subject=("service", service_id), now=now)
    return signing
