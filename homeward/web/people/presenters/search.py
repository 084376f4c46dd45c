"""People found."""

from dataclasses import dataclass
from datetime import date

from homeward.people.searching.asking import is_too_little
from homeward.people.selectors import FoundPerson
from homeward.web.persons import address_words, born_words, nhs_number_words

MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class FoundRow:
    """One person in a list, with enough to tell them from others of the same name, and why they were found."""

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
    why: str


@dataclass(frozen=True, slots=True)
class FoundPeople:
    """Who was found, and what to say about it. `said` is empty before anybody was looked for."""

    said: str
    people: tuple[FoundRow, ...]


def present_found(people: list[FoundPerson], sought: str, day: date, *, has_several_services: bool) -> FoundPeople:
    """The people found for what was typed; `people` may be one more than are shown.

    Those who work in several services are told whose person each is.
    """
    if not sought:
        return FoundPeople("", ())
    shown = tuple(_found(one, day, has_several_services) for one in people[:MOST_SHOWN])
    if not shown:
        said = "Nobody found. Try fewer letters, or something else you know of them."
        if is_too_little(sought):
            said = "Type at least 2 letters or numbers."
    elif len(people) > MOST_SHOWN:
        said = f"More than {MOST_SHOWN} people found. These match best: type more to find fewer."
    else:
        said = f"{len(shown)} {'person' if len(shown) == 1 else 'people'} found"
    return FoundPeople(said, shown)


def _found(found: FoundPerson, day: date, has_several_services: bool) -> FoundRow:
    person, address = found.person, found.address
    why = "; ".join(found.reasons)
    born, age = born_words(person, day)
    return FoundRow(
        id=person.pk,
        name=person.label,
        known_as=person.preferred_name if person.preferred_name != person.given_name else "",
        born=born,
        age=age,
        nhs_number=nhs_number_words(person),
        address=address_words(address),
        reference=person.reference,
        service=person.service.name if has_several_services else "",
        has_died=person.died_on is not None,
        why=why[:1].upper() + why[1:],
    )
