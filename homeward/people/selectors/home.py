"""Where people are, and how to get in."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Avg, Count, Q

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.kernel.rules import LONDON, is_postcode, tidy_postcode
from homeward.people.models import Address, Person
from homeward.people.states import AddressKind


class AddressNotFoundError(Exception):
    """There is no such address in this record."""


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
    return sorted(standing, key=lambda a: (a.kind == "home", -a.starts_on.toordinal(), -a.pk))


def address_of(actor: Actor, person: Person, address_id: int) -> Address:
    """One address of a person, whether it stands or not. `person` comes from `person_for`, which audited the opening.

    Raises: NotAllowedError; AddressNotFoundError.
    """
    require(actor, Permission.SEE_PEOPLE, person.service_id)
    address = Address.objects.filter(person=person, pk=address_id).select_related("person").first()
    if address is None:
        raise AddressNotFoundError("There is no such address in this record.")
    return address


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
