"""The chain as it stands, and what it holds in the order it was sealed."""

from dataclasses import dataclass
from datetime import datetime

from homeward.access.rules import Actor, Permission, require
from homeward.audit.models import Event, Seal
from homeward.audit.rules import unpacked_ids


@dataclass(frozen=True, slots=True)
class ChainState:
    """How far the audit trail is sealed. `head` stands for every event sealed so far: keep it somewhere else."""

    seal_number: int
    head: str
    sealed: int
    sealed_at: datetime | None
    waiting: int
    waiting_since: datetime | None


@dataclass(frozen=True, slots=True)
class SealedEvent:
    """One event and the seal it is in."""

    seal_number: int
    event: Event


def chain_state(actor: Actor) -> ChainState:
    """How far the audit trail is sealed, and how many events wait.

    Raises: NotAllowedError unless the actor may see the audit trail.
    """
    require(actor, Permission.SEE_AUDIT)
    last = Seal.objects.order_by("-number").defer("ids", "links").first()
    waiting = Event.objects.filter(pk__gt=last.up_to_id if last else 0)
    oldest = waiting.order_by("pk").values_list("at", flat=True).first()
    return ChainState(
        seal_number=last.number if last else 0,
        head=last.head if last else "",
        sealed=last.first_position + last.count - 1 if last else 0,
        sealed_at=last.sealed_at if last else None,
        waiting=waiting.count(),
        waiting_since=oldest,
    )


def sealed_after(actor: Actor, seal_number: int, seals: int = 10) -> list[SealedEvent]:
    """The events of the next seals after this one, each event exactly once over all calls, in the order of the chain.

    Raises: NotAllowedError unless the actor may see the audit trail.
    """
    require(actor, Permission.SEE_AUDIT)
    found = []
    for seal in Seal.objects.filter(number__gt=seal_number).order_by("number").defer("links")[:seals]:
        events = Event.objects.in_bulk(unpacked_ids(bytes(seal.ids)))
        found += [SealedEvent(seal.number, events[pk]) for pk in sorted(events)]
    return found
