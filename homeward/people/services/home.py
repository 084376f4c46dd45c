"""Where somebody is."""

from datetime import datetime

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.kernel.rules import london_day
from homeward.people.models import (
    Address,
    Person,
)
from homeward.people.searching.index import index_people
from homeward.people.services.registering import NewAddress, _address
from homeward.people.services.timeline import add_to_timeline
from homeward.people.states import AddressKind


@transaction.atomic
def add_address(*, actor: Actor, person: Person, new: NewAddress, now: datetime) -> Address:
    """Record where somebody lives or is staying from today. A stay elsewhere comes before home until it ends.

    A second address of the same kind ends the first; the same address told again is left as it is.

    Raises: NotAllowedError.
    """
    require(actor, Permission.TAKE_REFERRALS, person.service_id)
    today = london_day(now)
    address = _address(person, new, today)
    standing = list(person.addresses.filter(kind=address.kind, ends_on__isnull=True).order_by("id"))
    for before in standing:
        if (before.lines, before.postcode) == (address.lines, address.postcode):
            return before
    for before in standing:
        before.ends_on = max(today, before.starts_on)
        before.save(update_fields=["ends_on"])
    address.save()
    index_people([person.pk])
    add_to_timeline(
        actor=actor,
        person=person,
        kind="address",
        title=f"{AddressKind(address.kind).label}: {address.lines or address.postcode}"[:200],
        happened_at=now,
        now=now,
        subject=("address", address.pk),
    )
    return address
