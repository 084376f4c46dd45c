"""Reads about the people we support. Every read of somebody's record leaves an audit event."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Avg, Count, Q, QuerySet

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record, record_reads
from homeward.kernel.rules import LONDON, is_postcode, tidy_postcode
from homeward.people.models import Address, Alert, Person, TimelineEntry
from homeward.people.rules import Identity, Likeness, likeness
from homeward.people.searching.finding import candidates_like, ranked_people
from homeward.people.searching.index import everybody_in
from homeward.people.states import AddressKind, NhsNumberStatus


class PersonNotFoundError(Exception):
    """There is no such person in the actor's services."""


class TimelineEntryNotFoundError(Exception):
    """There is no such entry on this person's timeline."""


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """Somebody already on record who may be the one meant, and why we think so."""

    person: Person
    address: Address | None
    likeness: Likeness


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """Somebody found, where they are now, and why they match what was typed, the surest reason first."""

    person: Person
    address: Address | None
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PostcodePlace:
    """Where a postcode is, in degrees, learnt from the homes a service knows there; `around` is what they share."""

    latitude: float
    longitude: float
    around: str
    homes: int

    @property
    def is_exact(self) -> bool:
        """Whether they share the whole postcode, which is a few doors, and not only its sector."""
        return is_postcode(self.around)


def person_for(actor: Actor, person_id: int, now: datetime) -> Person:
    """One person's record, opened; the opening is audited. A record merged into another opens as that other one.

    Raises: NotAllowedError; PersonNotFoundError, the same whether the person does not exist or is not theirs to see.
    """
    require(actor, Permission.SEE_PEOPLE)
    mine = (
        Person.objects.filter(service_id__in=actor.service_ids)
        .select_related("service", "gp_practice")
        .prefetch_related("contacts", "communication_needs", "identifiers", "addresses")
    )
    person = mine.filter(pk=person_id).first()
    while person is not None and person.merged_into_id is not None:
        person = mine.filter(pk=person.merged_into_id).first()
    if person is None:
        raise PersonNotFoundError("There is no such person in your service.")
    record(
        actor=actor,
        action="open record",
        subject=("person", person.pk),
        person_id=person.pk,
        now=now,
        service_id=person.service_id,
    )
    return person


def person_ids_of(person: Person) -> list[int]:
    """The numbers of a record and of all records merged into it: what only grows is read from all of them."""
    return everybody_in([person.pk])[person.pk]


def key_safe_of(actor: Actor, person: Person, now: datetime) -> list[tuple[str, str]]:
    """How to get in: (address, key safe code) for each current address; each showing is audited by itself.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_KEY_SAFES, person.service_id)
    record(
        actor=actor,
        action="see key safe",
        subject=("person", person.pk),
        person_id=person.pk,
        now=now,
        service_id=person.service_id,
    )
    day = now.astimezone(LONDON).date()
    return [(a.lines, a.key_safe) for a in current_addresses(person, day) if a.key_safe]


def current_addresses(person: Person, day: date) -> list[Address]:
    """Where the person is on a day, a temporary place before the permanent one."""
    standing = [a for a in person.addresses.all() if a.starts_on <= day and (a.ends_on is None or a.ends_on >= day)]
    return sorted(standing, key=lambda a: (a.kind == "home", -a.starts_on.toordinal()))


def areas_of(actor: Actor, service_id: int, person_ids: Collection[int], day: date) -> dict[int, str]:
    """The first half of the postcode where each of several people is on a day, DE1, for who counts and sorts by it.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_FRONT_DOOR, service_id)
    standing = Address.objects.filter(person__service_id=service_id, person_id__in=person_ids, starts_on__lte=day)
    standing = standing.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day))
    rows = standing.values_list("person_id", "kind", "starts_on", "postcode")
    # the last one written for a person stands: a temporary place before the permanent one, as in current_addresses
    rows = sorted(rows, key=lambda row: (row[1] != AddressKind.HOME, row[2]))
    return {person_id: postcode.split(" ")[0] for person_id, _, _, postcode in rows}


def place_of_postcode(actor: Actor, service_id: int, postcode: str) -> PostcodePlace | None:
    """The middle of the homes a service knows at a postcode, else in its sector; None when it knows none.

    Raises: NotAllowedError.
    """
    require(actor, Permission.TAKE_REFERRALS, service_id)
    whole = tidy_postcode(postcode)
    if not is_postcode(whole):
        return None
    placed = Address.objects.filter(person__service_id=service_id, latitude__isnull=False, longitude__isnull=False)
    for around, homes in (
        (whole, placed.filter(postcode=whole)),
        (whole[:-2], placed.filter(postcode__startswith=whole[:-2])),
    ):
        found = homes.aggregate(latitude=Avg("latitude"), longitude=Avg("longitude"), homes=Count("id"))
        if found["homes"]:
            return PostcodePlace(found["latitude"], found["longitude"], around, found["homes"])
    return None


def current_alerts(actor: Actor, person_ids: list[int], day: date) -> dict[int, list[Alert]]:
    """The standing alerts of several people, by person."""
    require(actor, Permission.SEE_PEOPLE)
    found: dict[int, list[Alert]] = {}
    standing = Alert.objects.filter(
        person_id__in=person_ids, starts_on__lte=day, person__service_id__in=actor.service_ids
    )
    for alert in standing.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day)).order_by("kind", "id"):
        found.setdefault(alert.person_id, []).append(alert)
    return found


def timeline_of(
    actor: Actor,
    person: Person,
    limit: int = 100,
    older_than: int | None = None,
    employer: str = "",
    kind: str = "",
    text: str = "",
) -> list[TimelineEntry]:
    """A person's timeline, newest first, any employer's entries; corrected entries carry their correction.

    `older_than` is the number of the last entry already shown; `text` is looked for in titles, texts and authors.
    `person` comes from `person_for`, which checked and audited the opening.
    """
    require(actor, Permission.SEE_PEOPLE, person.service_id)
    everything = TimelineEntry.objects.filter(person_id__in=person_ids_of(person))
    entries = everything.select_related("corrects", "corrected_by")
    last = everything.filter(pk=older_than).first() if older_than else None
    if last is not None:
        entries = entries.filter(Q(happened_at__lt=last.happened_at) | Q(happened_at=last.happened_at, pk__lt=last.pk))
    if employer:
        entries = entries.filter(employer=employer)
    if kind:
        entries = entries.filter(kind=kind)
    if text:
        entries = entries.filter(Q(title__icontains=text) | Q(text__icontains=text) | Q(author_name__icontains=text))
    return list(entries.order_by("-happened_at", "-id")[:limit])


def timeline_employers_and_kinds(actor: Actor, person: Person) -> tuple[list[str], list[str]]:
    """Whose entries and what kinds of entry a person's timeline has, to choose among.

    `person` comes from `person_for`, which checked and audited the opening.
    """
    require(actor, Permission.SEE_PEOPLE, person.service_id)
    everything = TimelineEntry.objects.filter(person_id__in=person_ids_of(person))
    pairs = everything.values_list("employer", "kind").distinct()
    pairs = list(pairs.order_by("employer", "kind"))
    return sorted({employer for employer, _ in pairs if employer}), sorted({kind for _, kind in pairs})


def timeline_entry(actor: Actor, person: Person, entry_id: int) -> TimelineEntry:
    """One entry of a person's timeline. `person` comes from `person_for`, which checked and audited the opening.

    Raises: NotAllowedError; TimelineEntryNotFoundError.
    """
    require(actor, Permission.SEE_PEOPLE, person.service_id)
    entries = TimelineEntry.objects.select_related("person", "corrects", "corrected_by")
    entry = entries.filter(person_id__in=person_ids_of(person), pk=entry_id).first()
    if entry is None:
        raise TimelineEntryNotFoundError("There is no such entry in this record.")
    return entry


def reference_of(actor: Actor, person_id: int) -> str:
    """What a person goes by to those who watch who looks at records but may not look themselves.

    Raises: NotAllowedError; PersonNotFoundError.
    """
    require(actor, Permission.SEE_AUDIT)
    person = Person.objects.filter(service_id__in=actor.service_ids, pk=person_id).only("reference").first()
    if person is None:
        raise PersonNotFoundError("There is no such person in your service.")
    return person.reference


def person_with_reference(actor: Actor, reference: str) -> int:
    """The number of the person with this reference, for those who watch who looks at records.

    Raises: NotAllowedError; PersonNotFoundError.
    """
    require(actor, Permission.SEE_AUDIT)
    people = Person.objects.filter(service_id__in=actor.service_ids, reference__iexact=reference.strip())
    person_id = people.order_by("id").values_list("pk", flat=True).first()
    if person_id is None:
        raise PersonNotFoundError("There is no such person in your service.")
    return person_id


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
    beginning; and any of them together.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE)
    day = now.astimezone(LONDON).date()
    ranked = ranked_people(typed, sorted(actor.service_ids), day, limit)
    matches = dict(ranked)
    people = {person.pk: person for person in _people_with(list(matches), *actor.service_ids)}
    found = [
        FoundPerson(people[number], next(iter(current_addresses(people[number], day)), None), match.reasons)
        for number, match in ranked
        if number in people
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
