"""Reads about records that may be of one person."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record, record_reads
from homeward.kernel.rules import london_day
from homeward.people.linking.pairs import Compared, Pair
from homeward.people.linking.services import _relations
from homeward.people.models import Address, Person, PersonMerge, PossibleDuplicate
from homeward.people.states import DuplicateState, NhsNumberStatus


class DuplicateNotFoundError(Exception):
    """There is no such pair, or no such merge, in the actor's services."""


@dataclass(frozen=True, slots=True)
class SideBySide:
    """A pair to decide on: each record, and how many rows of each kind hang on it."""

    duplicate: PossibleDuplicate
    first: Person
    second: Person
    first_has: dict[str, int]
    second_has: dict[str, int]


def alike_records(actor: Actor, service_id: int, now: datetime, likelihood: float) -> list[Pair]:
    """Every pair of a service's records at least this likely (0 to 1) to be of one person, by comparing them all.

    It takes seconds for thousands of records: for a command or a schedule, not for a page.

    Raises: NotAllowedError.
    """
    from homeward.people.linking.comparing import alike_pairs  # slow to load, and no page needs it

    require(actor, Permission.MERGE_PEOPLE, service_id)
    today = london_day(now)
    standing = Address.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=today), person__service_id=service_id, kind="home"
    )
    postcodes = dict(standing.order_by("starts_on", "id").values_list("person_id", "postcode"))
    people = Person.objects.filter(service_id=service_id, merged_into__isnull=True).values_list(
        "pk", "given_name", "family_name", "birth_date", "phone", "nhs_number", "nhs_number_status", "gender"
    )
    return alike_pairs(
        [
            Compared(
                number=number,
                given_name=given,
                family_name=family,
                birth_date=birth,
                postcode=postcodes.get(number, ""),
                phone=phone,
                nhs_number=nhs_number,
                is_nhs_number_verified=status == NhsNumberStatus.VERIFIED,
                gender=gender,
            )
            for number, given, family, birth, phone, nhs_number, status, gender in people.iterator()
        ],
        likelihood,
    )


def possible_duplicates(actor: Actor, now: datetime, limit: int = 100) -> list[PossibleDuplicate]:
    """The pairs to decide on in the actor's services: those nobody has looked at, then those not sure, likeliest first.

    Raises: NotAllowedError.
    """
    require(actor, Permission.MERGE_PEOPLE)
    pairs = PossibleDuplicate.objects.filter(
        service_id__in=actor.service_ids,
        state__in=[DuplicateState.OPEN, DuplicateState.UNSURE],
        first__merged_into__isnull=True,
        second__merged_into__isnull=True,
    )
    found = list(pairs.select_related("first", "second").order_by("state", "-likelihood", "id")[:limit])
    for service_id in sorted({pair.service_id for pair in found}):
        record_reads(
            actor=actor,
            action="see possible duplicates",
            subject_kind="possible duplicate",
            person_ids=[
                number for pair in found if pair.service_id == service_id for number in (pair.first_id, pair.second_id)
            ],
            now=now,
            service_id=service_id,
        )
    return found


def count_duplicates(actor: Actor) -> int:
    """How many pairs nobody has decided on yet.

    Raises: NotAllowedError.
    """
    require(actor, Permission.MERGE_PEOPLE)
    return PossibleDuplicate.objects.filter(
        service_id__in=actor.service_ids,
        state=DuplicateState.OPEN,
        first__merged_into__isnull=True,
        second__merged_into__isnull=True,
    ).count()


def side_by_side(actor: Actor, duplicate_id: int, now: datetime) -> SideBySide:
    """A pair with both records, opened to be compared; the opening is audited for both.

    Raises: NotAllowedError; DuplicateNotFoundError.
    """
    require(actor, Permission.MERGE_PEOPLE)
    duplicate = PossibleDuplicate.objects.filter(pk=duplicate_id, service_id__in=actor.service_ids).first()
    if duplicate is None:
        raise DuplicateNotFoundError("There is no such pair in your service.")
    people = Person.objects.select_related("service", "gp_practice").prefetch_related("addresses")
    both = people.in_bulk([duplicate.first_id, duplicate.second_id])
    for person in both.values():
        record(
            actor=actor,
            action="compare records",
            subject=("possible duplicate", duplicate.pk),
            person_id=person.pk,
            now=now,
            service_id=person.service_id,
        )
    first, second = both[duplicate.first_id], both[duplicate.second_id]
    return SideBySide(duplicate, first, second, _has(first), _has(second))


def merges_of(actor: Actor, person: Person) -> list[PersonMerge]:
    """The merges into a record that stand, the newest first. `person` comes from `person_for`, which audited it.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE, person.service_id)
    standing = PersonMerge.objects.filter(kept=person, undone_at__isnull=True)
    return list(standing.select_related("merged", "kept").order_by("-merged_at", "-id"))


def merge_for(actor: Actor, merge_id: int) -> PersonMerge:
    """One merge, to be undone.

    Raises: NotAllowedError; DuplicateNotFoundError.
    """
    require(actor, Permission.MERGE_PEOPLE)
    merges = PersonMerge.objects.select_related("kept", "merged").filter(kept__service_id__in=actor.service_ids)
    merge = merges.filter(pk=merge_id).first()
    if merge is None:
        raise DuplicateNotFoundError("There is no such merge in your service.")
    return merge


def _has(person: Person) -> dict[str, int]:
    counted = {
        model._meta.verbose_name_plural: model._default_manager.filter(**{column: person.pk}).count()
        for model, column in _relations()
    }
    counted["timeline entries"] = person.timeline.count()
    return {name: count for name, count in counted.items() if count}
