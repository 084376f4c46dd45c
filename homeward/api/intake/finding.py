"""Whom a message is about: the person on record whom a verified NHS number names, else a new record.

Names and birth dates alone never choose a record: whoever looks for people recorded twice decides that later.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from homeward.access.rules import Actor, Permission
from homeward.api.intake.notes import NotUnderstood
from homeward.kernel.rules import RefusedError
from homeward.people.models import Person
from homeward.people.rules import Identity, rest_disagrees
from homeward.people.selectors import holder_of_number, identity_of
from homeward.people.services import NewPerson, register_person
from homeward.teams.models import Organisation

BY_NUMBER_ALONE = (
    "The message names the person by their NHS number alone; it is the number of this record. Check with them."
)


class PersonNotDescribedError(RefusedError):
    """A message names somebody by a number that is nobody's here, and says nothing else of them."""


def as_front_desk(actor: Actor) -> Actor:
    """The connected system, allowed for this one message to look for the person it is about and to start a record.

    It is told nothing of what it finds.
    """
    return actor.lent(Permission.SEE_PEOPLE, Permission.SEE_FRONT_DOOR, Permission.TAKE_REFERRALS)


def person_meant(
    actor: Actor,
    service_id: int,
    wanted: Identity,
    new: NewPerson | None,
    practice_code: str,
    organisations: Sequence[Organisation],
    now: datetime,
) -> tuple[Person, list[NotUnderstood]]:
    """The person on record, else a new record of `new`; and what to say about it.

    Raises: PersonNotDescribedError when the message describes nobody and the number is nobody's here.
    """
    front_desk = as_front_desk(actor)
    number_is_trusted = True
    notes: list[NotUnderstood] = []
    person = holder_of_number(front_desk, service_id, wanted, now)
    if person is not None and not rest_disagrees(identity_of(person, None), wanted):
        if new is None:
            notes.append(NotUnderstood("", BY_NUMBER_ALONE))
        return person, notes
    if person is not None:
        number_is_trusted = False
        notes.append(
            NotUnderstood(
                "Patient.identifier",
                f"The NHS number is on the record of {person.reference}, whose name and birth date are "
                "different. A new record was started; find out whose number it is.",
            )
        )
    if new is None:
        raise PersonNotDescribedError(
            "The message names the person by an NHS number alone, and nobody here has it as a verified number. Send "
            "their name, birth date and address too, or ask the front door to register them and judge this again."
        )
    new = replace(
        new,
        gp_practice=organisation_with((practice_code,), organisations),
        is_nhs_number_traced=new.is_nhs_number_traced and number_is_trusted,
    )
    return register_person(actor=front_desk, service_id=service_id, new=new, now=now), notes


def organisation_with(codes: Sequence[str], organisations: Sequence[Organisation]) -> Organisation | None:
    """The organisation with the first of these ODS codes that one has."""
    by_code = {one.ods_code.upper(): one for one in organisations if one.ods_code}
    return next((by_code[code.upper()] for code in codes if code and code.upper() in by_code), None)
