"""Finding somebody, and saying who is already known."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from homeward.access.rules import Actor, Permission, Sight, require
from homeward.audit.services import record, record_reads
from homeward.kernel.rules import LONDON
from homeward.people.models import Address, Person
from homeward.people.rules import Identity, Likeness, likeness
from homeward.people.searching.finding import candidates_like, ranked_people
from homeward.people.selectors.home import current_addresses
from homeward.people.selectors.sight import sights
from homeward.people.states import NhsNumberStatus


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """Somebody already on record who may be the one meant, and why we think so."""

    person: Person
    address: Address | None
    likeness: Likeness


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """Somebody found, where they are now, and why they match what was typed, the surest reason first.

    `sight` is how much of their record whoever looked may see: a list shows no more of anybody than a card.
    """

    person: Person
    address: Address | None
    reasons: tuple[str, ...]
    sight: Sight = Sight.CARD


def people_like(actor: Actor, service_id: int, wanted: Identity, now: datetime, limit: int = 5) -> list[KnownPerson]:
    """People already known who may be the one meant, likeliest first, each with the reasons.

    Only verified NHS numbers match; showing somebody here is audited.

    Raises: NotAllowedError.
    """
    if not actor.may(Permission.RECEIVE_MESSAGES):
        require(actor, Permission.SEE_PEOPLE, service_id)
    candidates = _people_with(candidates_like(wanted, service_id), service_id).prefetch_related("merged_from")
    day = now.astimezone(LONDON).date()
    found = []
    for person in candidates:
        address = next(iter(current_addresses(person, day)), None)
        # somebody recorded twice, and joined since, is known by what either record says
        identities = [identity_of(person, address), *(identity_of(one, address) for one in person.merged_from.all())]
        alike = max((likeness(wanted, one) for one in identities), key=lambda one: one.points)
        if alike.is_possible:
            found.append(KnownPerson(person, address, alike))
    found.sort(key=lambda known: (-known.likeness.points, known.person.pk))
    for known in found[:limit]:
        record(
            actor=actor,
            action="see possible match",
            subject=("person", known.person.pk),
            person_id=known.person.pk,
            now=now,
            service_id=service_id,
        )
    return found[:limit]


def holder_of_number(actor: Actor, service_id: int, wanted: Identity, now: datetime) -> Person | None:
    """Whose verified NHS number `wanted` gives, whatever else it says of them; None where it is nobody's here.

    Whether they are the one meant, the caller decides by `people.rules`. Finding somebody here is audited.

    Raises: NotAllowedError.
    """
    if not actor.may(Permission.RECEIVE_MESSAGES):
        require(actor, Permission.SEE_PEOPLE, service_id)
    if not wanted.is_nhs_number_verified:
        return None
    for known in people_like(actor, service_id, wanted, now):
        person = known.person
        if person.nhs_number_status == NhsNumberStatus.VERIFIED and person.nhs_number == wanted.nhs_number:
            return person
    return None


def identity_of(person: Person, address: Address | None) -> Identity:
    """What a record says of who somebody is, for comparing."""
    return Identity(
        given_name=person.given_name,
        family_name=person.family_name,
        birth_date=person.birth_date,
        nhs_number=person.nhs_number,
        is_nhs_number_verified=person.nhs_number_status == NhsNumberStatus.VERIFIED,
        postcode=address.postcode if address else "",
        phone=person.phone,
    )


def find_people(actor: Actor, text: str, now: datetime, limit: int = 20) -> list[Person]:
    """The people `search_people` finds, without the reasons.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE)
    return [found.person for found in search_people(actor, text, now, limit)]


def search_people(actor: Actor, typed: str, now: datetime, limit: int = 20) -> list[FoundPerson]:
    """People of the actor's services who match what was typed, the best first; the list shown is audited once.

    Typed may be names in any order, begun, misspelt, by sound, short or former; a birth date in any usual form, its
    month or year; an NHS number, phone or reference or its beginning, or a number's last digits; a postcode or its
    beginning; and any of them together. Who sees no card of somebody does not find them.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE)
    day = now.astimezone(LONDON).date()
    ranked = ranked_people(typed, sorted(actor.service_ids), day, limit)
    matches = dict(ranked)
    people = {person.pk: person for person in _people_with(list(matches), *actor.service_ids)}
    seen = sights(actor, list(people.values()), now)
    found = [
        FoundPerson(
            people[number], next(iter(current_addresses(people[number], day)), None), match.reasons, seen[number]
        )
        for number, match in ranked
        if number in people and seen[number] >= Sight.CARD
    ]
    for service_id in sorted({one.person.service_id for one in found}):
        shown = [one.person.pk for one in found if one.person.service_id == service_id]
        record_reads(
            actor=actor,
            action="see in search",
            subject_kind="person",
            person_ids=shown,
            now=now,
            service_id=service_id,
        )
    return found


def _people_with(numbers: list[int], *service_ids: int) -> QuerySet[Person]:
    """These people with what lists of them show."""
    people = Person.objects.filter(pk__in=numbers, service_id__in=service_ids, merged_into__isnull=True)
    return people.select_related("service").prefetch_related("addresses").order_by("pk")
