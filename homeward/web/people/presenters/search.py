"""People found."""

from dataclasses import dataclass
from datetime import date

from homeward.people.selectors import current_addresses
from homeward.web.people.presenters.words import born_words, nhs_number_words

MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """One person in a list, with enough to tell them from others of the same name."""

    id: int
    name: str
    known_as: str
    born: str
    age: str
    nhs_number: str
    address: str
    reference: str
    service: str
    has_died: bool


@dataclass(frozen=True, slots=True)
class FoundPeople:
    """Who was found, and what to say about it. `said` is empty before anybody was looked for."""

    said: str
    people: tuple[FoundPerson, ...]


def present_found(people: list, sought: str, day: date, *, has_several_services: bool) -> FoundPeople:
    """The people found for what was typed; `people` may be one more than are shown.

    Those who work in several services are told whose person each is.
    """
    if not sought:
        return FoundPeople("", ())
    shown = tuple(_found(person, day, has_several_services) for person in people[:MOST_SHOWN])
    if not shown:
        said = "Nobody found. Try fewer letters, or another spelling."
        if len(sought) < 2:
            said = "Type at least 2 letters or numbers."
    elif len(people) > MOST_SHOWN:
        said = f"More than {MOST_SHOWN} people found. These are the first {MOST_SHOWN}: type more to find fewer."
    else:
        said = f"{len(shown)} {'person' if len(shown) == 1 else 'people'} found"
    return FoundPeople(said, shown)


def _found(person, day: date, has_several_services: bool) -> FoundPerson:
    address = next(iter(current_addresses(person, day)), None)
    born, age = born_words(person, day)
    return FoundPerson(
        id=person.pk,
        name=person.label,
        known_as=person.preferred_name if person.preferred_name != person.given_name else "",
        born=born,
        age=age,
        nhs_number=nhs_number_words(person),
        address=", ".join(part for part in (address.lines, address.postcode) if part) if address else "",
        reference=person.reference,
        service=person.service.name if has_several_services else "",
        has_died=person.died_on is not None,
    )
