"""Of the people whom delegation and concerns are about, those whom the reader may see."""

from collections.abc import Iterable
from datetime import datetime

from homeward.access.rules import Actor, Permission, Sight, require
from homeward.audit.services import record_reads
from homeward.delegation.selectors.standing import kept_as
from homeward.people.models import Person
from homeward.people.selectors import sights


def shown_of(actor: Actor, people: Iterable[Person], now: datetime) -> frozenset[int]:
    """The numbers of those of whom the actor sees what a visit needs; as many queries for many as for one.

    A record that was merged is seen as the one it is kept as.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE)
    every = {person.pk: person for person in people}
    if not every:
        return frozenset()
    merged = [pk for pk, person in every.items() if person.merged_into_id]
    kept = kept_as(merged)
    whole = every | Person.objects.in_bulk({kept[pk] for pk in merged} - every.keys())
    seen = sights(actor, list(whole.values()), now)
    return frozenset(pk for pk in every if seen[kept.get(pk, pk)] >= Sight.VISIT)


def named_to(actor: Actor, service_id: int, people: Iterable[Person | None], now: datetime) -> frozenset[int]:
    """The numbers of those whom a page about a worker's competence may name, as `shown_of` says; audited. None are
    passed over.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_TODAY, service_id)
    shown = shown_of(actor, [one for one in people if one is not None], now)
    record_reads(
        actor=actor, action="see competence", subject_kind="competence", now=now, service_id=service_id,
        person_ids=shown,
    )  # fmt: skip
    return shown
