"""Writes about the people we support."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import uuid4

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.kernel.rules import RefusedError, london_day, tidy_name, tidy_postcode
from homeward.kernel.services import tell
from homeward.people.models import (
    Address,
    Alert,
    CommunicationNeed,
    Contact,
    Identifier,
    Person,
    TimelineEntry,
)
from homeward.people.rules import read_nhs_number
from homeward.people.searching.index import index_people
from homeward.people.states import AddressKind, AlertKind, Gender, NeedKind, NhsNumberStatus
from homeward.teams.models import Organisation, Service


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


@transaction.atomic
def raise_alert(*, actor: Actor, person: Person, kind: AlertKind | str, text: str, now: datetime) -> Alert:
    """Warn everyone who will visit. The same alert raised again while it stands is left as it is.

    Raises: NotAllowedError.
    """
    require(actor, Permission.TAKE_REFERRALS, person.service_id)
    standing = person.alerts.filter(kind=kind, text=text, ends_on__isnull=True).first()
    if standing:
        return standing
    alert = person.alerts.create(kind=kind, text=text, starts_on=london_day(now), raised_by=actor.name)
    add_to_timeline(
        actor=actor,
        person=person,
        kind="alert",
        title=f"Alert: {AlertKind(kind).label}",
        text=text,
        happened_at=now,
        now=now,
        subject=("alert", alert.pk),
    )
    return alert


@transaction.atomic
def raise_alerts(*, actor: Actor, service_id: int, alerts: list[Alert], now: datetime) -> list[Alert]:
    """Raise many standing alerts (unsaved rows) at once, for an import or a fictitious place.

    Raises: NotAllowedError; RefusedError when one starts in the future or is of no known kind.
    """
    require(actor, Permission.IMPORT_SERVICE, service_id)
    if any(alert.starts_on > london_day(now) or alert.kind not in AlertKind.values for alert in alerts):
        raise RefusedError("Every alert needs a kind from the list and a day it began that is not in the future.")
    Alert.objects.bulk_create(alerts, batch_size=500)
    record(
        actor=actor, action="raise alerts", subject=("alert", None), now=now, service_id=service_id, count=len(alerts)
    )
    return alerts


@transaction.atomic
def record_deaths(*, actor: Actor, service_id: int, deaths: list[tuple[Person, date]], now: datetime) -> int:
    """Record that people died, each with the day, for an import or a fictitious place; gives how many.

    Raises: NotAllowedError; RefusedError when a day is in the future or before the person was born.
    """
    require(actor, Permission.IMPORT_SERVICE, service_id)
    for person, died_on in deaths:
        if died_on > london_day(now) or (person.birth_date and died_on < person.birth_date):
            raise RefusedError("The day of death is in the future, or before the day of birth. Check it.")
        person.died_on = died_on
    Person.objects.bulk_update([person for person, _ in deaths], ["died_on"], batch_size=300)
    record(
        actor=actor, action="record deaths", subject=("person", None), now=now, service_id=service_id, count=len(deaths)
    )
    return len(deaths)


@transaction.atomic
def note_need(*, actor: Actor, person: Person, kind: NeedKind | str, text: str, now: datetime) -> CommunicationNeed:
    """Record how to speak with or write to somebody; the same need twice is one.

    Raises: NotAllowedError.
    """
    require(actor, Permission.TAKE_REFERRALS, person.service_id)
    need, is_new = person.communication_needs.get_or_create(kind=kind, text=text)
    if is_new:
        record(
            actor=actor,
            action="note communication need",
            subject=("need", need.pk),
            person_id=person.pk,
            now=now,
            service_id=person.service_id,
        )
    return need


@transaction.atomic
def add_to_timeline(
    *,
    actor: Actor,
    person: Person,
    kind: str,
    title: str,
    happened_at: datetime,
    now: datetime,
    text: str = "",
    subject: tuple[str, int | None] = ("", None),
) -> TimelineEntry:
    """Add one thing that happened to a person's timeline, under the actor's name, role and employer.

    Rooms above call it inside the service that did the thing.

    Raises: NotAllowedError when the actor is not part of the person's service.
    """
    require(
        actor,
        Permission.SEE_PEOPLE if actor.may(Permission.SEE_PEOPLE) else Permission.RECEIVE_MESSAGES,
        person.service_id,
    )
    entry = TimelineEntry.objects.create(
        person=person,
        happened_at=happened_at,
        recorded_at=now,
        kind=kind,
        title=title,
        text=text,
        author_name=actor.name,
        author_role=actor.title,
        employer=actor.employer,
        subject_kind=subject[0],
        subject_id=subject[1],
    )
    record(
        actor=actor,
        action="add to timeline",
        subject=("timeline entry", entry.pk),
        person_id=person.pk,
        now=now,
        service_id=person.service_id,
    )
    tell(topic="people", service_id=person.service_id, subject=("person", person.pk), now=now)
    return entry


@transaction.atomic
def correct_timeline(*, actor: Actor, entry: TimelineEntry, text: str, now: datetime) -> TimelineEntry:
    """Correct a wrong entry with a new one; both stay and point to each other.

    Raises: NotAllowedError; RefusedError when it was corrected before (correct the correction instead).
    """
    require(actor, Permission.SEE_PEOPLE, entry.person.service_id)
    TimelineEntry.objects.select_for_update().get(pk=entry.pk)  # two who correct it at once do so in turn
    if TimelineEntry.objects.filter(corrects=entry).exists():
        raise RefusedError("This entry was corrected before. Correct the newer entry instead.")
    correction = TimelineEntry.objects.create(
        person=entry.person,
        happened_at=entry.happened_at,
        recorded_at=now,
        kind=entry.kind,
        title=entry.title,
        text=text,
        author_name=actor.name,
        author_role=actor.title,
        employer=actor.employer,
        subject_kind=entry.subject_kind,
        subject_id=entry.subject_id,
        corrects=entry,
    )
    record(
        actor=actor,
        action="correct timeline",
        subject=("timeline entry", correction.pk),
        person_id=entry.person_id,
        now=now,
        service_id=entry.person.service_id,
    )
    tell(topic="people", service_id=entry.person.service_id, subject=("person", entry.person_id), now=now)
    return correction


@transaction.atomic
def add_many_to_timeline(*, actor: Actor, service_id: int, entries: list[TimelineEntry], now: datetime) -> int:
    """Add many past entries (unsaved rows, each with its own author) at once, for an import or a fictitious place.

    Raises: NotAllowedError.
    """
    require(actor, Permission.IMPORT_SERVICE, service_id)
    TimelineEntry.objects.bulk_create(entries, batch_size=500)
    record(
        actor=actor,
        action="add past timeline",
        subject=("timeline entry", None),
        now=now,
        service_id=service_id,
        count=len(entries),
    )
    return len(entries)
