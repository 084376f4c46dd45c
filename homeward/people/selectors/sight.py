"""How much of whose record somebody may see: their role and what ties them to the person (access.rules)."""

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from homeward.access.rules import (
    Actor,
    NotAllowedError,
    Permission,
    Relationship,
    Sight,
    may_see_sensitive,
    require,
    sight_with,
)
from homeward.people.models import BrokenGlass, Person


class NoRelationshipError(NotAllowedError):
    """Nothing ties the actor to this person closely enough. `person_id` is whose record it was."""

    def __init__(self, person_id: int, sight: Sight) -> None:
        super().__init__("Nothing on record says that you care for this person.")
        self.person_id = person_id
        self.sight = sight


def ties_to(actor: Actor, person_ids: Collection[int], now: datetime) -> dict[int, set[Relationship]]:
    """What ties the actor to each of these people now. Rooms above say so, those that settings.TIES names.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE)
    ties: dict[int, set[Relationship]] = {person_id: set() for person_id in person_ids}
    told: list[Mapping[int, Relationship]] = [tie(actor, person_ids, now) for tie in _sources()]
    for source in told:
        for person_id, relationship in source.items():
            ties[person_id].add(relationship)
    if actor.account_id is not None:
        broken = BrokenGlass.objects.filter(
            account_id=actor.account_id, person_id__in=person_ids, at__lte=now, until__gt=now, ended_at__isnull=True
        )
        for person_id in broken.values_list("person_id", flat=True):
            ties[person_id].add(Relationship.BROKEN_GLASS)
    return ties


def sights(actor: Actor, people: Collection[Person], now: datetime) -> dict[int, Sight]:
    """How much the actor sees of each of these people.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE)
    if actor.is_system:
        return {person.pk: Sight.RECORD for person in people}
    ties = ties_to(actor, [person.pk for person in people], now)
    seen = {}
    for person in people:
        sight = sight_with(actor.role, ties[person.pk])
        is_kept = Relationship.BROKEN_GLASS not in ties[person.pk] and not may_see_sensitive(actor, person.sensitivity)
        seen[person.pk] = min(sight, Sight.CARD) if is_kept else sight
    return seen


@cache
def _sources() -> list:
    return [import_string(path) for path in settings.TIES]
