"""Who somebody is, above every page about them: name, born, NHS number, alerts, where they are, how to speak."""

from dataclasses import dataclass
from datetime import date, datetime

from django.urls import NoReverseMatch, reverse

from homeward.access.rules import Actor, Sight, may_see_sensitive
from homeward.kernel.rules import london_day
from homeward.people.selectors import current_addresses, current_needs
from homeward.people.states import AddressKind, AlertKind, NeedKind
from homeward.web.persons import NHS_NUMBER, address_words, born_words, nhs_number_words, short_day

# How loudly each kind of alert is told: stop, beware, know.
ALERT_TONES = {
    AlertKind.SAFEGUARDING: "stop",
    AlertKind.RISK: "stop",
    AlertKind.TWO_PERSON: "stop",
    AlertKind.ALLERGY: "beware",
    AlertKind.INFECTION: "beware",
    AlertKind.RESPECT: "beware",
    AlertKind.OXYGEN: "beware",
    AlertKind.PETS: "know",
    AlertKind.OTHER: "know",
}
LOUDEST_FIRST = ("stop", "beware", "know")
# The pages about a person, in the order of the row of links above them: (url name, words, how far the reader must see)
AREAS = (
    ("people:person", "Record", Sight.CARD),
    ("people:timeline", "Timeline", Sight.RECORD),
    ("plans:plan", "Plan", Sight.RECORD),
    ("delegation:of_person", "Delegated", Sight.RECORD),
    ("forms:of_person", "Assessments", Sight.RECORD),
    ("documents:list", "Documents", Sight.RECORD),
    ("equipment:of_person", "Equipment", Sight.RECORD),
    ("people:details", "Details", Sight.RECORD),
)


@dataclass(frozen=True, slots=True)
class AlertLine:
    """Something to know before knocking."""

    id: int
    tone: str
    title: str
    text: str
    since: str


@dataclass(frozen=True, slots=True)
class Fact:
    """A name and what stands beside it."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Area:
    """One page about the person: its url name, address and words."""

    name: str
    address: str
    words: str


@dataclass(frozen=True, slots=True)
class Banner:
    """Who this is, as every page about them begins. Print it with `people/areas.jinja`."""

    person_id: int
    reference: str
    name: str
    known_as: str
    pronouns: str
    died: str
    born: str
    age: str
    nhs_number: str
    nhs_words: str
    nhs_colour: str
    nhs_advice: str
    addresses: tuple[Fact, ...]
    phone: str
    phone_notes: str
    speaking: str
    alerts: tuple[AlertLine, ...]
    restricted: str
    areas: tuple[Area, ...]


def present_banner(actor: Actor, person, alerts: list, now: datetime) -> Banner:
    """Who a person is, for the top of a page, as far as `person.sight` and the reader's role let it be seen.

    `person` comes from `people.selectors.person_for`, `alerts` from `current_alerts(...)` for the same day. In a
    template: `{% from "people/areas.jinja" import person_banner, areas %}`, with `person.css` in the head, then
    `{{ person_banner(banner) }}{{ areas(banner, "plans:plan") }}`, naming the page it stands on.
    """
    today = london_day(now)
    born, age = born_words(person, today)
    words, colour, advice = NHS_NUMBER[person.nhs_number_status]
    addresses = [one for one in current_addresses(person, today) if one.lines or one.postcode]
    sees_visits = person.sight >= Sight.VISIT
    return Banner(
        person_id=person.pk,
        reference=person.reference,
        name=f"{person.title} {person.label}".strip(),
        known_as=_known_as(person),
        pronouns=person.pronouns,
        died=f"Died on {short_day(person.died_on)}" if person.died_on else "",
        born=born,
        age=age,
        nhs_number=nhs_number_words(person),
        nhs_words=words,
        nhs_colour=colour,
        nhs_advice=advice,
        addresses=tuple(_where(one) for one in addresses),
        phone=person.phone if sees_visits else "",
        phone_notes=person.phone_notes if sees_visits else "",
        speaking=speaking_words(person) if sees_visits else "",
        alerts=present_alerts(actor, alerts) if sees_visits else (),
        restricted="Restricted: kept, but not to be used" if person.restricted_since else "",
        areas=_areas(person),
    )


def present_alerts(actor: Actor, alerts: list) -> tuple[AlertLine, ...]:
    """Standing alerts, the loudest first, without those that are kept from this reader."""
    lines = [
        AlertLine(
            alert.pk,
            ALERT_TONES[alert.kind],
            AlertKind(alert.kind).label,
            alert.text,
            _dates(alert.starts_on, alert.ends_on),
        )
        for alert in alerts
        if may_see_sensitive(actor, alert.sensitivity)
    ]
    return tuple(sorted(lines, key=lambda line: LOUDEST_FIRST.index(line.tone)))


def speaking_words(person) -> str:
    """How to speak with somebody in one line: interpreter first, then their needs as the list words them."""
    parts = []
    if person.needs_interpreter:
        parts.append(f"{person.language or 'Language not known'} interpreter")
    parts += [
        need.text if need.kind == NeedKind.OTHER and need.text else NeedKind(need.kind).label
        for need in current_needs(person)
    ]
    return "; ".join(parts)


def _known_as(person) -> str:
    return person.preferred_name if person.preferred_name and person.preferred_name != person.given_name else ""


def _dates(starts_on: date, ends_on: date | None) -> str:
    return f"Since {short_day(starts_on)}" + (f", until {short_day(ends_on)}" if ends_on else "")


def _where(address) -> Fact:
    title = AddressKind(address.kind).label
    with_whom = "with " if address.staying_with and address.kind != AddressKind.BED else ""
    more = [part for part in (f"{with_whom}{address.staying_with}", _until(address)) if part]
    said = f" ({', '.join(more)})" if more else ""
    return Fact(title, f"{address_words(address)}{said}")


def _until(address) -> str:
    return f"until {short_day(address.ends_on)}" if address.ends_on else ""


def _areas(person) -> tuple[Area, ...]:
    found = []
    for name, words, sight in AREAS:
        if person.sight < sight:
            continue
        try:
            found.append(Area(name, reverse(name, args=[person.pk]), words))
        except NoReverseMatch:  # this page is not there yet
            continue
    return tuple(found)
