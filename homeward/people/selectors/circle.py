"""Who is in somebody's life."""

from homeward.access.rules import Actor, Permission, require
from homeward.people.models import Contact, Person


class ContactNotFoundError(Exception):
    """There is no such contact in this record."""


def current_contacts(person: Person) -> list[Contact]:
    """The contacts that stand, in the order they are to be called."""
    standing = [contact for contact in person.contacts.all() if contact.ended_on is None]
    return sorted(standing, key=lambda contact: (contact.rank, contact.pk))


def former_contacts(actor: Actor, person: Person) -> list[Contact]:
    """The contacts that have ended, the latest first. `person` comes from `person_for`, which audited the opening.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE, person.service_id)
    return list(Contact.objects.filter(person=person, ended_on__isnull=False).order_by("-ended_on", "-id"))


def contact_of(actor: Actor, person: Person, contact_id: int) -> Contact:
    """One standing contact of a person. `person` comes from `person_for`, which checked and audited the opening.

    Raises: NotAllowedError; ContactNotFoundError.
    """
    require(actor, Permission.SEE_PEOPLE, person.service_id)
    contact = (
        Contact.objects.filter(person=person, pk=contact_id, ended_on__isnull=True).select_related("person").first()
    )
    if contact is None:
        raise ContactNotFoundError("There is no such contact in this record.")
    return contact
