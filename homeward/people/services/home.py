"""Where somebody is, how to get in, and where they go for a while."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.kernel.rules import RefusedError, is_postcode, london_day, tidy_postcode
from homeward.people.models import Address, Person
from homeward.people.searching.index import index_people
from homeward.people.selectors.home import place_of_postcode
from homeward.people.services.registering import NewAddress, _address
from homeward.people.services.remembering import CHANGES_RECORDS, _change, _check, _done, _held, _may_change, _remember
from homeward.people.services.timeline import add_to_timeline
from homeward.people.states import AddressKind

# What `change_address` may set; a key safe's code has a service of its own.
PROPERTY_FACTS = ("lines", "postcode", "property_notes", "access_notes", "staying_with", "phone", "ends_on")
# How far ahead or behind a move is told: beyond it a year was mistyped.
FARTHEST = timedelta(days=366)
STAYS = (AddressKind.TEMPORARY, AddressKind.BED, AddressKind.INCIDENT)


@transaction.atomic
def add_address(*, actor: Actor, person: Person, new: NewAddress, now: datetime) -> Address:
    """Record where somebody lives or is staying from today. A stay elsewhere comes before home until it ends.

    A second address of the same kind ends the first; the same address told again is left as it is.

    Raises: NotAllowedError.
    """
    require(actor, CHANGES_RECORDS, person.service_id)
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
    _remember(actor, person, "address", address.pk, "starts", "", _in_words(address), "", now)
    index_people([person.pk])
    _say_where(actor, person, address, now)
    return address


@transaction.atomic
def move_home(
    *, actor: Actor, person: Person, new: NewAddress, from_day: date, reason: str = "", now: datetime
) -> Address:
    """Somebody moves for good: the new home stands from `from_day`, the one before until the day before.

    It is put on the map where the service knows the postcode; with no place (`latitude` None) no travel to it can be
    planned. What visits follow from it, `visits.services.follow_person` does.

    Raises: NotAllowedError; RefusedError when there is no address, the day is more than a year away, or they live there
    from that day already.
    """
    held = _may_change(actor, person)
    address = _new_address(actor, held, replace(new, kind=AddressKind.HOME), from_day, now)
    _refuse_the_same(held, address, "This home is on record already from that day.")
    for before in held.addresses.select_for_update().filter(kind=AddressKind.HOME).order_by("starts_on", "id"):
        if before.ends_on is not None and before.ends_on < from_day:
            continue
        # a home that was to begin later never does: it ends on the day it was to begin, before this one in order
        ends_on = max(before.starts_on, from_day - timedelta(days=1))
        _change(
            actor=actor, person=held, part="address", row=before, values={"ends_on": ends_on}, now=now, reason=reason
        )
    address.save()
    _remember(actor, held, "address", address.pk, "moved home", "", _in_words(address), reason, now)
    _say_where(actor, held, address, now)
    _done(actor, held, "move home", ("address", address.pk), now)
    return address


@transaction.atomic
def stay_elsewhere(
    *,
    actor: Actor,
    person: Person,
    new: NewAddress,
    from_day: date,
    until: date | None,
    reason: str = "",
    now: datetime,
) -> Address:
    """Somebody stays at a relative's, in a step-down bed or elsewhere for a while; home stays their home.

    `new.kind` is one of STAYS; `until` is the last day, None where nobody knows yet. A stay that stands on those days
    ends the day before.

    Raises: NotAllowedError; RefusedError when it is no stay, has no address, its days cannot be right, or it is on
    record already.
    """
    held = _may_change(actor, person)
    if new.kind not in STAYS:
        raise RefusedError("Say what sort of stay it is.")
    if until is not None and until < from_day:
        raise RefusedError("The last day is before the first. Check the days.")
    address = _new_address(actor, held, new, from_day, now)
    address.ends_on = until
    _refuse_the_same(held, address, "This stay is on record already from that day.")
    for before in held.addresses.select_for_update().exclude(kind=AddressKind.HOME).order_by("id"):
        is_over = before.ends_on is not None and before.ends_on < from_day
        is_later = until is not None and before.starts_on > until
        if is_over or is_later:
            continue
        ends_on = max(before.starts_on, from_day - timedelta(days=1))
        _change(
            actor=actor, person=held, part="address", row=before, values={"ends_on": ends_on}, now=now, reason=reason
        )
    address.save()
    _remember(actor, held, "address", address.pk, "stay", "", _in_words(address), reason, now)
    _say_where(actor, held, address, now)
    _done(actor, held, "stay elsewhere", ("address", address.pk), now)
    return address


@transaction.atomic
def end_stay(*, actor: Actor, address: Address, last_day: date, reason: str = "", now: datetime) -> Address:
    """Somebody comes home from a stay: `last_day` is the last they are there.

    Raises: NotAllowedError; RefusedError when it is their home, is over, or the day is before it began or a year away.
    """
    held = _may_change(actor, address.person)
    address = _held(address)
    if address.kind == AddressKind.HOME:
        raise RefusedError("This is their home. Record where they move to instead.")
    if address.ends_on is not None and address.ends_on < london_day(now):
        raise RefusedError("This stay is over. Open the record again and look.")
    if last_day < address.starts_on:
        raise RefusedError("The last day is before the stay began. Check it.")
    _refuse_far(last_day, now)
    _change(actor=actor, person=held, part="address", row=address, values={"ends_on": last_day}, now=now, reason=reason)
    add_to_timeline(
        actor=actor,
        person=held,
        kind="address",
        title=f"{AddressKind(address.kind).label} until {last_day:%-d %B %Y}: {_in_words(address)}"[:200],
        text=reason,
        happened_at=now,
        now=now,
        subject=("address", address.pk),
    )
    _done(actor, held, "end stay", ("address", address.pk), now)
    return address


@transaction.atomic
def change_address(
    *,
    actor: Actor,
    address: Address,
    values: Mapping[str, object],
    now: datetime,
    reason: str = "",
    seen: int | None = None,
) -> Address:
    """Correct an address, or say more of it: any of PROPERTY_FACTS. For a move, see `move_home`.

    A postcode that is corrected puts the address where the service knows that postcode.

    Raises: NotAllowedError; ChangedMeanwhileError; RefusedError when a value cannot be right.
    """
    if not set(values) <= set(PROPERTY_FACTS):
        raise RefusedError("Some of these facts are changed elsewhere.")
    held = _may_change(actor, address.person)
    address = _held(address)
    values = {name: value.strip() if isinstance(value, str) else value for name, value in values.items()}
    if "postcode" in values:
        values["postcode"] = _postcode(str(values["postcode"]))
    if not values.get("lines", address.lines) and not values.get("postcode", address.postcode):
        raise RefusedError("Give the first line of the address or its postcode.")
    ends_on = values.get("ends_on", address.ends_on)
    if isinstance(ends_on, date) and ends_on < address.starts_on:
        raise RefusedError("The last day is before the first. Check the days.")
    # looked up first: afterwards this address itself would be found there
    place = place_of_postcode(actor, held.service_id, str(values.get("postcode", "")))
    changed = _change(
        actor=actor, person=held, part="address", row=address, values=values, now=now, reason=reason, seen=seen
    )
    if "postcode" in changed:
        address.latitude, address.longitude = (place.latitude, place.longitude) if place else (None, None)
        address.uprn = ""
        address.save(update_fields=["latitude", "longitude", "uprn"])
    if changed:
        _done(actor, held, "change address", ("address", address.pk), now)
    return address


@transaction.atomic
def change_key_safe(*, actor: Actor, address: Address, code: str, reason: str, now: datetime) -> Address:
    """Change the code of a key safe, or "" where there is none any more. No history and no page says what it was.

    Raises: NotAllowedError without the permission to see key safes; RefusedError without a reason.
    """
    require(actor, Permission.SEE_KEY_SAFES, address.person.service_id)
    # whoever may see the code stands at the door and may say that it is another: no other permission is asked
    held = Person.objects.select_for_update(of=("self",)).get(pk=address.person_id)
    address = _held(address)
    code = code.strip()
    if not reason.strip():
        raise RefusedError("Say why the code is changed, for example who asked for it.")
    if len(code) > 20 or "\0" in code:
        raise RefusedError("Use 20 characters or fewer for the code.")
    changed = _change(
        actor=actor, person=held, part="address", row=address, values={"key_safe": code}, now=now, reason=reason
    )
    if changed:
        _done(actor, held, "change key safe", ("address", address.pk), now)
    return address


def _new_address(actor: Actor, person: Person, new: NewAddress, from_day: date, now: datetime) -> Address:
    _refuse_far(from_day, now)
    postcode = _postcode(new.postcode)
    if not new.lines.strip() and not postcode:
        raise RefusedError("Give the first line of the address or its postcode.")
    new = replace(new, lines=new.lines.strip(), postcode=postcode)
    if new.latitude is None and not new.place_key:
        place = place_of_postcode(actor, person.service_id, postcode)
        if place is not None:
            new = replace(new, latitude=place.latitude, longitude=place.longitude)
    address = _address(person, new, from_day)
    _check(address, ["lines", "access_notes", "staying_with", "phone", "key_safe"])
    return address


def _refuse_the_same(person: Person, address: Address, said: str) -> None:
    """Refuse an address that stands from the same day: the page was sent twice, or again by the back button."""
    kinds = [AddressKind.HOME] if address.kind == AddressKind.HOME else STAYS
    for one in person.addresses.filter(kind__in=kinds, starts_on=address.starts_on, lines__iexact=address.lines):
        # one that ended as it began made way for another told later, and may be told again
        stands = one.ends_on is None or one.ends_on > one.starts_on or one.ends_on == address.ends_on
        if stands and one.postcode == address.postcode:
            raise RefusedError(f"{said} Change the address there if something about it is different.")


def _postcode(text: str) -> str:
    postcode = tidy_postcode(text)
    if postcode and not is_postcode(postcode):
        raise RefusedError("This is not a full postcode. Check it, or leave it empty.")
    return postcode


def _refuse_far(day: date, now: datetime) -> None:
    if abs(day - london_day(now)) > FARTHEST:
        raise RefusedError("The day is more than a year away. Check the year.")


def _in_words(address: Address) -> str:
    return ", ".join(part for part in (address.lines, address.postcode) if part)


def _say_where(actor: Actor, person: Person, address: Address, now: datetime) -> None:
    until = f", until {address.ends_on:%-d %B %Y}" if address.ends_on else ""
    since = f" from {address.starts_on:%-d %B %Y}" if address.starts_on != london_day(now) else ""
    add_to_timeline(
        actor=actor,
        person=person,
        kind="address",
        title=f"{AddressKind(address.kind).label}{since}: {address.lines or address.postcode}{until}"[:200],
        happened_at=now,
        now=now,
        subject=("address", address.pk),
    )
