"""Somebody new."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import uuid4

from django.db import transaction
from django.db.models import Model

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.kernel.rules import RefusedError, london_day, tidy_name, tidy_postcode
from homeward.kernel.services import tell
from homeward.people.models import (
    AboutMe,
    Address,
    CommunicationNeed,
    Contact,
    Identifier,
    LegalStatus,
    Person,
    PersonChange,
    SharingChoice,
)
from homeward.people.rules import ethnicity_source, read_nhs_number
from homeward.people.searching.index import index_people
from homeward.people.states import AddressKind, Gender, NhsNumberStatus
from homeward.teams.models import Organisation, Service

# What `add_parts` takes: more of a record than one registers somebody with
PARTS = (AboutMe, Address, CommunicationNeed, Contact, LegalStatus, PersonChange, SharingChoice)


@dataclass(frozen=True, slots=True)
class NewAddress:
    """Where somebody is, as first told. `place_key` is a row of a service's travel table."""

    lines: str = ""
    postcode: str = ""
    latitude: float | None = None
    longitude: float | None = None
    uprn: str = ""
    place_key: str = ""
    access_notes: str = ""
    key_safe: str = ""
    kind: str = AddressKind.HOME
    property_notes: str = ""
    staying_with: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Who somebody is, as first told: what a form, a message or an import knows."""

    given_name: str = ""
    family_name: str = ""
    preferred_name: str = ""
    other_names: tuple[str, ...] = ()
    birth_date: date | None = None
    birth_text: str = ""
    gender: str = Gender.UNKNOWN
    nhs_number: str = ""
    # False where the sender says the number was not traced, whatever its check digit says
    is_nhs_number_traced: bool = True
    phone: str = ""
    email: str = ""
    language: str = "English"
    needs_interpreter: bool = False
    lives_alone: bool | None = None
    what_matters: str = ""
    title: str = ""
    pronouns: str = ""
    ethnic_category: str = ""
    ethnic_category_by: str = ""
    reads_in: str = ""
    phone_notes: str = ""
    gp_practice: Organisation | None = None
    reference: str = ""
    address: NewAddress | None = None
    identifiers: tuple[tuple[str, str], ...] = ()
    contacts: tuple[tuple[str, str, str], ...] = field(default=(), metadata={"each": "name, relationship, phone"})
    needs: tuple[tuple[str, str], ...] = field(default=(), metadata={"each": "kind, text"})


def _row(service_id: int, new: NewPerson, fallback_reference: str) -> Person:
    digits, is_valid = read_nhs_number(new.nhs_number)
    status = NhsNumberStatus.NONE
    if digits:
        status = NhsNumberStatus.VERIFIED if is_valid and new.is_nhs_number_traced else NhsNumberStatus.UNVERIFIED
    return Person(
        service_id=service_id,
        reference=new.reference or fallback_reference,
        given_name=new.given_name.strip(),
        family_name=new.family_name.strip(),
        preferred_name=new.preferred_name.strip(),
        other_names="\n".join(name.strip() for name in new.other_names if name.strip()),
        name_key=tidy_name(f"{new.given_name} {new.family_name}"),
        birth_date=new.birth_date,
        birth_text=new.birth_text,
        gender=new.gender,
        nhs_number=digits[:20],
        nhs_number_status=status,
        phone=new.phone,
        email=new.email,
        language=new.language,
        needs_interpreter=new.needs_interpreter,
        lives_alone=new.lives_alone,
        what_matters=new.what_matters,
        title=new.title,
        pronouns=new.pronouns,
        ethnic_category=new.ethnic_category,
        ethnic_category_by=ethnicity_source(new.ethnic_category, new.ethnic_category_by),
        reads_in=new.reads_in,
        phone_notes=new.phone_notes,
        gp_practice=new.gp_practice,
    )


def _address(person: Person, place: NewAddress, since: date) -> Address:
    return Address(
        person=person,
        kind=place.kind,
        lines=place.lines,
        postcode=tidy_postcode(place.postcode)[:10],
        uprn=place.uprn[:12],
        latitude=place.latitude,
        longitude=place.longitude,
        place_key=place.place_key,
        access_notes=place.access_notes,
        key_safe=place.key_safe,
        property_notes=place.property_notes,
        staying_with=place.staying_with,
        phone=place.phone,
        starts_on=since,
    )


def _parts(person: Person, new: NewPerson, since: date) -> list:
    rows: list = []
    if new.address:
        rows.append(_address(person, new.address, since))
    rows += [Identifier(person=person, system=system, value=value) for system, value in dict.fromkeys(new.identifiers)]
    rows += [
        Contact(person=person, name=name, relationship=relationship, phone=phone, rank=rank)
        for rank, (name, relationship, phone) in enumerate(new.contacts, 1)
    ]
    rows += [CommunicationNeed(person=person, kind=kind, text=text) for kind, text in new.needs]
    return rows


@transaction.atomic
def register_person(*, actor: Actor, service_id: int, new: NewPerson, now: datetime) -> Person:
    """Start a record for somebody the service has not met.

    Look for them first with `selectors.people_like`: a second record for one person is a risk to them.

    Raises: NotAllowedError; RefusedError when a verified NHS number already belongs to a record here.
    """
    require(actor, Permission.TAKE_REFERRALS, service_id)
    person = _row(service_id, new, "")
    # two who register somebody at once do so in turn, so that the second is told
    Service.objects.select_for_update(no_key=True).get(pk=service_id)
    if (
        person.nhs_number_status == NhsNumberStatus.VERIFIED
        and Person.objects.filter(
            service_id=service_id, nhs_number=person.nhs_number, nhs_number_status=NhsNumberStatus.VERIFIED
        ).exists()
    ):
        raise RefusedError("Somebody with this NHS number is already known. Choose them instead of adding them again.")
    if not person.reference:
        # numbered after the row has its own number, which no two requests can share
        person.reference = uuid4().hex
        person.save()
        person.reference = f"P{person.pk:06d}"
        person.save(update_fields=["reference"])
    else:
        person.save()
    for part in _parts(person, new, london_day(now)):
        part.save()
    index_people([person.pk])
    record(
        actor=actor,
        action="register person",
        subject=("person", person.pk),
        person_id=person.pk,
        now=now,
        service_id=service_id,
    )
    tell(topic="people", service_id=service_id, subject=("person", person.pk), now=now)
    return person


@transaction.atomic
def register_people(
    *, actor: Actor, service_id: int, people: list[NewPerson], since: date, now: datetime
) -> list[Person]:
    """Start many records at once, for an import or a fictitious place; each needs its own `reference`.

    Raises: NotAllowedError; RefusedError when two have one reference or one verified NHS number.
    """
    require(actor, Permission.IMPORT_SERVICE, service_id)
    if len({new.reference for new in people}) != len(people):
        raise RefusedError("Two people have the same reference. Give each their own.")
    rows = [_row(service_id, new, "") for new in people]
    verified = [row.nhs_number for row in rows if row.nhs_number_status == NhsNumberStatus.VERIFIED]
    if len(set(verified)) != len(verified):
        raise RefusedError("Two people have the same NHS number. Correct one, or leave it empty.")
    Person.objects.bulk_create(rows, batch_size=500)
    by_kind: dict[type, list] = {}
    for person, new in zip(rows, people):
        for part in _parts(person, new, since):
            by_kind.setdefault(type(part), []).append(part)
    for kind, parts in by_kind.items():
        kind.objects.bulk_create(parts, batch_size=500)
    index_people(row.pk for row in rows)
    record(
        actor=actor, action="register people", subject=("person", None), now=now, service_id=service_id, count=len(rows)
    )
    return rows


@transaction.atomic
def add_parts(*, actor: Actor, service_id: int, parts: list[Model], now: datetime) -> int:
    """Add many past parts of records (unsaved rows of this room, each with who noted it) at once, for an import or a
    fictitious place; gives how many.

    Raises: NotAllowedError; RefusedError when one is not a part of a record, or of a record of another service.
    """
    require(actor, Permission.IMPORT_SERVICE, service_id)
    by_kind: dict[type[Model], list[Model]] = {}
    for part in parts:
        if not isinstance(part, PARTS) or part.person.service_id != service_id:
            raise RefusedError("Only parts of this service's records can be added together.")
        by_kind.setdefault(type(part), []).append(part)
    for kind, rows in by_kind.items():
        kind._default_manager.bulk_create(rows, batch_size=500)
    record(
        actor=actor, action="add past parts", subject=("person", None), now=now, service_id=service_id, count=len(parts)
    )
    return len(parts)


@transaction.atomic
def record_deaths(*, actor: Actor, service_id: int, deaths: list[tuple[Person, date | None]], now: datetime) -> int:
    """Record that people died, each with the day, or with None that it was a mistake; gives how many.

    Raises: NotAllowedError; RefusedError when a day is in the future or before the person was born.
    """
    require(actor, Permission.IMPORT_SERVICE, service_id)
    for person, died_on in deaths:
        if died_on and (died_on > london_day(now) or (person.birth_date and died_on < person.birth_date)):
            raise RefusedError("The day of death is in the future, or before the day of birth. Check it.")
        person.died_on = died_on
    Person.objects.bulk_update([person for person, _ in deaths], ["died_on"], batch_size=300)
    record(
        actor=actor, action="record deaths", subject=("person", None), now=now, service_id=service_id, count=len(deaths)
    )
    return len(deaths)
