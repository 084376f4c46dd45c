"""The people in somebody's life: who to call, who cares for them, what they may be told and what they need."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import transaction

from homeward.access.rules import Actor
from homeward.kernel.rules import RefusedError, london_day, tidy_name
from homeward.people.models import Contact, Person
from homeward.people.rules import day_fault, digits_of
from homeward.people.services.remembering import _change, _check, _done, _held, _may_change, _remember

# What `add_contact` and `change_contact` may set.
CONTACT_FACTS = (
    "name", "relationship", "phone", "email", "address_text", "language", "lives_with", "is_next_of_kin",
    "is_emergency_contact", "holds_key", "is_unpaid_carer", "carer_needs", "carer_assessment_offered_on", "may_be_told",
)  # fmt: skip


@transaction.atomic
def add_contact(*, actor: Actor, person: Person, values: Mapping[str, object], now: datetime) -> Contact:
    """Add somebody to a person's life, called after those already there. `values` are any of CONTACT_FACTS.

    Raises: NotAllowedError; RefusedError without a name, when a value cannot be right, or when they are a contact
    already: the same name and phone number, or, without a number, the same name and relationship.
    """
    held = _may_change(actor, person)
    values = _tidy(values, now)
    contact = Contact(person=held, rank=_last_rank(held) + 1, **values)
    if not contact.name:
        raise RefusedError("Give the contact's name.")
    _check(contact, list(values))
    if any(_is_same(contact, one) for one in held.contacts.filter(ended_on__isnull=True)):
        raise RefusedError(f"{contact.name} is already a contact. Change them if something about them is different.")
    contact.save()
    _remember(actor, held, "contact", contact.pk, "added", "", _in_words(contact), "", now)
    _done(actor, held, "add contact", ("contact", contact.pk), now)
    return contact


@transaction.atomic
def change_contact(
    *,
    actor: Actor,
    contact: Contact,
    values: Mapping[str, object],
    now: datetime,
    reason: str = "",
    seen: int | None = None,
) -> Contact:
    """Change what is known of a contact: any of CONTACT_FACTS, a carer's own needs among them.

    Raises: NotAllowedError; ChangedMeanwhileError; RefusedError when they no longer are one, or a value is wrong.
    """
    held = _may_change(actor, contact.person)
    contact = _held(contact)
    if contact.ended_on is not None:
        raise RefusedError("This contact was ended a moment ago. Open the record again and look.")
    values = _tidy(values, now)
    if not values.get("name", contact.name):
        raise RefusedError("Give the contact's name.")
    changed = _change(
        actor=actor, person=held, part="contact", row=contact, values=values, now=now, reason=reason, seen=seen
    )
    if changed:
        _done(actor, held, "change contact", ("contact", contact.pk), now)
    return contact


@transaction.atomic
def end_contact(*, actor: Actor, contact: Contact, reason: str, now: datetime) -> Contact:
    """Somebody is no contact of the person any more: they stay on record, and nobody is told to call them.

    Raises: NotAllowedError; RefusedError without a reason.
    """
    held = _may_change(actor, contact.person)
    contact = _held(contact)
    reason = reason.strip()
    if not reason:
        raise RefusedError("Say why they are no longer a contact.")
    if len(reason) > 160:
        raise RefusedError("Use 160 characters or fewer for the reason.")
    if contact.ended_on is not None:
        return contact
    _change(
        actor=actor,
        person=held,
        part="contact",
        row=contact,
        values={"ended_on": london_day(now), "ended_reason": reason},
        now=now,
        reason=reason,
    )
    _done(actor, held, "end contact", ("contact", contact.pk), now)
    return contact


@transaction.atomic
def order_contacts(*, actor: Actor, person: Person, contact_ids: Sequence[int], now: datetime) -> None:
    """Set in which order a person's contacts are called: the numbers of all that stand, first called first.

    Raises: NotAllowedError; RefusedError when contacts were added or ended meanwhile.
    """
    held = _may_change(actor, person)
    standing = {contact.pk: contact for contact in held.contacts.select_for_update().filter(ended_on__isnull=True)}
    if sorted(contact_ids) != sorted(standing):
        raise RefusedError("The contacts have changed since you opened them. Look again.")
    before = [one.pk for one in sorted(standing.values(), key=lambda one: (one.rank, one.pk))]
    if list(contact_ids) == before:
        return
    for rank, contact_id in enumerate(contact_ids, 1):
        standing[contact_id].rank = rank
        standing[contact_id].save(update_fields=["rank"])
    names = [", ".join(standing[number].name for number in order) for order in (before, contact_ids)]
    _remember(actor, held, "contact", None, "order", *names, "", now)
    _done(actor, held, "order contacts", ("contact", None), now)


def _tidy(values: Mapping[str, object], now: datetime) -> dict[str, object]:
    if not set(values) <= set(CONTACT_FACTS):
        raise RefusedError("Some of these facts are changed elsewhere.")
    offered = values.get("carer_assessment_offered_on")
    if isinstance(offered, date) and (fault := day_fault(offered, london_day(now))):
        raise RefusedError(f"A carer's assessment was offered: {fault[0].lower()}{fault[1:]}")
    return {name: value.strip() if isinstance(value, str) else value for name, value in values.items()}


def _is_same(one: Contact, other: Contact) -> bool:
    if tidy_name(one.name) != tidy_name(other.name):
        return False
    phones = [(digits_of(side.phone) or side.phone) for side in (one, other)]
    if any(phones):
        return phones[0] == phones[1]
    return one.relationship.casefold() == other.relationship.casefold()


def _last_rank(person: Person) -> int:
    return max(person.contacts.filter(ended_on__isnull=True).values_list("rank", flat=True), default=0)


def _in_words(contact: Contact) -> str:
    return ", ".join(part for part in (contact.name, contact.relationship, contact.phone) if part)
