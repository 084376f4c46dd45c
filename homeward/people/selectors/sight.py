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
from homeward.audit.services import record
from homeward.people.models import BrokenGlass, Person


class NoRelationshipError(NotAllowedError):
    """Nothing ties the actor to this person closely enough. `person_id` is whose record it was."""

    def __init__(self, person_id: int, sight: Sight) -> None:
        super().__init__("Nothing on record says that you care for this person.")
        self.person_id = person_id
        self.sight = sight


class RecordRestrictedError(NotAllowedError):
    """The record is kept, and may not be changed (UK GDPR article 18). `person` is whose it is."""

    def __init__(self, person: Person) -> None:
        super().__init__(
            "This record is restricted: it is kept, and nothing in it may be changed until the privacy officer lifts "
            "that. Only to keep somebody safe may it be changed before."
        )
        self.person = person


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


def sight_of(actor: Actor, person: Person, now: datetime, at_least: Sight) -> Sight:
    """How much the actor sees of one person whose record is opened now, for which they need `at_least`.

    Raises: NotAllowedError; RecordRestrictedError as `refuse_restricted` does, where the opening is for a change.
    """
    require(actor, Permission.SEE_PEOPLE)
    sight = sights(actor, [person], now)[person.pk]
    if actor.is_changing and sight >= at_least > Sight.CARD:
        refuse_restricted(actor, person, now)
    return sight


def refuse_restricted(actor: Actor, person: Person, now: datetime) -> None:
    """Stop here where a record is restricted, unless the actor said who could come to harm (`use_restricted`).

    What the service does by itself goes on: visits that were agreed, clocks, what a sender is told.

    Raises: RecordRestrictedError, and the trail says that it was refused.
    """
    require(actor, Permission.SEE_PEOPLE, person.service_id)
    since = person.restricted_since
    if since is None or actor.is_system:
        return
    said_why = BrokenGlass.objects.filter(
        account_id=actor.account_id, person=person, at__gte=since, at__lte=now, until__gt=now, ended_at__isnull=True
    )
    if actor.account_id is None or not said_why.exists():
        record(
            actor=actor,
            action="refused change",
            subject=("person", person.pk),
            person_id=person.pk,
            now=now,
            service_id=person.service_id,
        )
        raise RecordRestrictedError(person)


@cache
def _sources() -> list:
    return [import_string(path) for path in settings.TIES]
