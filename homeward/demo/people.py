"""The people: who they are, where they live, who to ring, how to speak with them, what to know at the door."""

import random
from dataclasses import dataclass
from datetime import date, timedelta

import nhs_number

from homeward.demo.lives import PHONE_NOTES, PROPERTY, Drawn, add_lives, title_of
from homeward.demo.making import Making, made_up_name, made_up_phone, somewhere
from homeward.demo.points import points
from homeward.demo.staff import Staff
from homeward.demo.words import ALERTS, COME_IN, LANGUAGES, NEEDS, RELATIONS, STREETS, TOWN, WHAT_MATTERS
from homeward.people.models import Address, Alert, Person
from homeward.people.services import NewAddress, NewPerson, raise_alerts, register_people

FIRST_NUMBERS = 999_000_000  # the nine digits before the check digit: 999 is never given to anyone
NUMBERS = 1_000_000

# Who somebody is to a person, where that says whether they are a woman
IS_WOMAN = {
    "Daughter": True, "Wife": True, "Niece": True, "Sister": True, "Son": False, "Husband": False, "Grandson": False,
}  # fmt: skip

# Made-up shares of ethnic categories, a hundredth each: of no real place, and drawn beside names and languages, which
# say nothing of them. The last: nobody asked.
MADE_UP_ETHNICITIES = {
    "A": 62, "B": 2, "C": 3, "D": 1, "E": 1, "F": 1, "G": 1, "H": 5, "J": 5, "K": 1, "L": 1, "M": 3, "N": 2, "P": 1,
    "R": 1, "S": 1, "Z": 3, "99": 2, "": 4,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Resident:
    """Somebody on record with where they live."""

    person: Person
    address: Address


def made_up_nhs_numbers(luck: random.Random, how_many: int) -> list[str]:
    """Different NHS numbers that begin 999 and agree with their check digit."""
    found: list[str] = []
    for nine in luck.sample(range(NUMBERS), min(NUMBERS, how_many * 2 + 20)):
        digits = str(FIRST_NUMBERS + nine)
        check = nhs_number.calculate_checksum(digits)
        if check is not None and nhs_number.is_valid(f"{digits}{check}"):
            found.append(f"{digits}{check}")
            if len(found) == how_many:
                break
    return found


def born(luck: random.Random, today: date) -> date:
    """A day of birth: most are over 75, a few under 50."""
    drawn = luck.random()
    if drawn < 0.04:
        age = luck.uniform(24, 50)
    elif drawn < 0.16:
        age = luck.uniform(50, 70)
    else:
        age = luck.triangular(66, 102, 84)
    return today - timedelta(days=round(age * 365.25))


def make_people(making: Making, staff: Staff) -> list[Resident]:
    """Put everyone on record, with their homes on the postcode points."""
    groups = making.luck("ethnic groups")
    luck = making.luck("people")
    practices = staff.kind("gp_practice")
    streets = {point.postcode: STREETS[luck.randrange(len(STREETS))] for point in points()}
    numbers = made_up_nhs_numbers(luck, making.size.people)
    more = making.luck("more of people")
    contacts: dict[str, list[Drawn]] = {}
    everyone = []
    drawn_groups = groups.choices(tuple(MADE_UP_ETHNICITIES), tuple(MADE_UP_ETHNICITIES.values()), k=making.size.people)
    for place in range(making.size.people):
        is_woman = luck.random() < 0.61
        given, family, row = made_up_name(luck, is_woman, is_older=True)
        point = somewhere(luck)
        lives_alone = luck.random() < 0.58
        reference = f"M{place + 1:05d}"
        contacts[reference] = []
        for relationship, is_family in luck.sample(RELATIONS, luck.choice((0, 1, 1, 1, 2, 2))):
            drawn = luck.random() < 0.5
            theirs, other, _ = made_up_name(luck, IS_WOMAN.get(relationship, drawn), is_older=False)
            called = f"{theirs} {family if is_family else other}"
            contacts[reference].append(Drawn(called, relationship, made_up_phone(luck), is_family))
        language = LANGUAGES[row] if row in LANGUAGES and luck.random() < 0.35 else "English"
        everyone.append(
            NewPerson(
                given_name=given,
                family_name=family,
                preferred_name=given[:3] if len(given) > 6 and luck.random() < 0.08 else "",
                birth_date=born(luck, making.today),
                gender="female" if is_woman else "male",
                nhs_number=numbers[place],
                phone=made_up_phone(luck),
                language=language,
                needs_interpreter=language != "English" and luck.random() < 0.6,
                lives_alone=lives_alone,
                what_matters=luck.choice(WHAT_MATTERS) if luck.random() < 0.5 else "",
                gp_practice=luck.choice(practices),
                reference=reference,
                title=title_of(more, is_woman),
                pronouns=("she/her" if is_woman else "he/him") if more.random() < 0.1 else "",
                ethnic_category=drawn_groups[place],
                ethnic_category_by="self" if groups.random() < 0.85 else "other",
                phone_notes=more.choice(PHONE_NOTES) if more.random() < 0.12 else "",
                reads_in="English" if language != "English" and more.random() < 0.3 else "",
                identifiers=(("Merrow Council case number", f"MC-{20000 + place}"),) if more.random() < 0.4 else (),
                address=NewAddress(
                    lines=f"{luck.randint(1, 120)} {streets[point.postcode]}, {TOWN}",
                    postcode=point.postcode,
                    latitude=point.latitude,
                    longitude=point.longitude,
                    access_notes=luck.choice(COME_IN) if luck.random() < 0.35 else "",
                    key_safe=f"{luck.randrange(10000):04d}" if luck.random() < 0.5 else "",
                    property_notes=more.choice(PROPERTY) if more.random() < 0.4 else "",
                ),
                needs=tuple(luck.sample(NEEDS, luck.choice((0, 0, 0, 1, 1, 2)))),
            )
        )
    since = making.today - timedelta(days=making.size.history_days + 30)
    people = register_people(
        actor=making.actor, service_id=making.service.pk, people=everyone, since=since, now=making.now
    )
    homes = {
        address.person_id: address
        for address in Address.objects.filter(person__service=making.service).order_by("person_id", "id")
    }
    alerts = []
    raiser = staff.doing("Community nurse")[0]
    for person in people:
        for kind, text in luck.sample(ALERTS, luck.choices((0, 1, 2), (72, 23, 5))[0]):
            began = making.today - timedelta(days=luck.randint(1, making.size.history_days))
            kept = "safeguarding" if kind == "safeguarding" and more.random() < 0.5 else ""
            alerts.append(
                Alert(person=person, kind=kind, text=text, starts_on=began, raised_by=raiser.name, sensitivity=kept)
            )
    raise_alerts(actor=making.actor, service_id=making.service.pk, alerts=alerts, now=making.now)
    add_lives(making, staff, people, contacts)
    return [Resident(person, homes[person.pk]) for person in people]
