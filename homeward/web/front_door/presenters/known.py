"""What a form is told about who has been typed."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from homeward.kernel.rules import spaced_nhs_number
from homeward.people.selectors import KnownPerson, PostcodePlace
from homeward.web.clocks import ago_words
from homeward.web.front_door.presenters.words import Tag
from homeward.web.persons import address_words, nhs_number_and_trust, short_day


@dataclass(frozen=True, slots=True)
class Match:
    """Somebody already known who may be the one meant."""

    id: int
    name: str
    facts: str
    strength: Tag
    reasons: str
    waiting: str
    waiting_url: str


@dataclass(frozen=True, slots=True)
class Known:
    """What the service makes of who has been typed so far."""

    matches: tuple[Match, ...]
    choice: str
    number_warning: str
    place: str


def present_known(
    matches: list[KnownPerson],
    waiting: dict,
    choice: str,
    number: str,
    is_number_valid: bool,
    place: str,
    now: datetime,
) -> Known:
    """What a form is told about who has been typed."""
    warning = ""
    if number and not is_number_valid:
        warning = (
            f"{spaced_nhs_number(number)} does not pass the NHS number check. Read it back to the caller."
            " You can go on: it is kept as not verified."
        )
    return Known(tuple(_match(one, waiting.get(one.person.pk), now) for one in matches), choice, warning, place)


def _match(one: KnownPerson, waiting, now: datetime) -> Match:
    person = one.person
    facts = [f"born {short_day(person.birth_date)}" if person.birth_date else ""]
    facts.append(f"NHS number {nhs_number_and_trust(person)}" if person.nhs_number else "")
    facts.append(address_words(one.address))
    facts.append(person.phone)
    if not one.likeness.reasons:
        strength = Tag("Chosen", "blue")
    elif one.likeness.is_likely:
        strength = Tag("Very likely", "green")
    else:
        strength = Tag("Possible", "yellow")
    said = f"{'; '.join(one.likeness.reasons)}".capitalize()
    return Match(
        id=person.pk,
        name=person.label,
        facts=" · ".join(fact for fact in facts if fact),
        strength=strength,
        reasons=said,
        waiting=f"Referral {waiting.reference} is already waiting. It came {ago_words(waiting.received_at, now)}."
        if waiting
        else "",
        waiting_url=reverse("front_door:referral", args=[waiting.pk]) if waiting else "",
    )


def place_words(postcode: str, place: PostcodePlace | None) -> str:
    """How exactly the map knows where a postcode is."""
    if not postcode:
        return ""
    if place is None:
        return f"The map does not know {postcode} yet. You can go on. A planner must place the address before a visit."
    if place.is_exact:
        return f"{postcode} is on the map, to within a few doors."
    return f"{postcode} is on the map roughly: the middle of the homes we know in {place.around}."


def differences(person, address, form) -> list[dict]:
    """What the caller said of somebody known that differs from the record, for a person to look at."""
    told = form.cleaned_data
    name = f"{told['given_name']} {told['family_name']}".strip()
    pairs = [
        ("Name", name, person.label),
        ("Phone", told["phone"], person.phone),
        ("Address", told["address_lines"], address.lines if address else ""),
        ("Postcode", told["postcode"], address.postcode if address else ""),
        ("NHS number", told["nhs_number"].replace(" ", ""), person.nhs_number),
    ]
    if told["birth_date"] and told["birth_date"] != person.birth_date:
        born = told["birth_date"]
        pairs.append(("Date of birth", short_day(born), ""))
    return [
        {"title": f"{title} as the caller gave it", "text": f"{said} (our record: {held or 'empty'})"}
        for title, said, held in pairs
        if said and said.casefold() != (held or "").casefold()
    ]
