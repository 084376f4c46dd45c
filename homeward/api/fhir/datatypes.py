"""FHIR data types as small frozen values: codes, identifiers, names, ways to reach someone, addresses, moments."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from homeward.api.fhir.node import Node
from homeward.api.intake.notes import shortened

LONDON = ZoneInfo("Europe/London")
EARLIEST_YEAR, LATEST_YEAR = 1850, 2200  # outside these a date is a slip of the key

_MOMENT = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)[T ](?P<clock>\d\d:\d\d(:\d\d)?)(\.(?P<fraction>\d{1,30}))?(?P<zone>Z|[+-]\d\d:?\d\d)?"
)


@dataclass(frozen=True)
class Coding:
    code: str
    system: str
    display: str

    def words(self) -> str:
        return self.display or self.code


@dataclass(frozen=True)
class Concept:
    """A CodeableConcept: what was said in words, and the codes for it."""

    text: str
    codings: tuple[Coding, ...]

    def __bool__(self) -> bool:
        return bool(self.text or self.codings)

    def words(self) -> str:
        """The words a person would use for it; codes only where there are no words."""
        displayed = ", ".join(dict.fromkeys(coding.words() for coding in self.codings if coding.words()))
        if self.text and displayed and displayed.lower() not in self.text.lower():
            return f"{displayed} ({self.text})" if len(self.text) <= len(displayed) + 40 else self.text
        return self.text or displayed

    def code_in(self, system_ending: str) -> str:
        """The code of the first coding whose system ends with `system_ending`; "" when none."""
        return next((coding.code for coding in self.codings if coding.system.rstrip("/").endswith(system_ending)), "")


@dataclass(frozen=True)
class Identifier:
    system: str
    value: str


@dataclass(frozen=True)
class PersonName:
    family: str
    given: tuple[str, ...]
    prefix: str
    suffix: str
    text: str
    use: str

    def words(self) -> str:
        parts = [self.prefix, *self.given, self.family, self.suffix]
        return " ".join(part for part in parts if part) if self.family or self.given else self.text


@dataclass(frozen=True)
class ContactMethod:
    """A way to reach someone. `kind`: phone, email, sms, …; `rank`: 1 is tried first, None not said."""

    kind: str
    value: str
    use: str
    rank: int | None


@dataclass(frozen=True)
class PostalAddress:
    lines: tuple[str, ...]
    city: str
    district: str
    postcode: str
    country: str
    use: str
    text: str

    def words(self) -> str:
        parts = [*self.lines, self.city, self.district, self.postcode]
        return ", ".join(dict.fromkeys(part for part in parts if part)) or self.text


@dataclass(frozen=True)
class TimeSpan:
    starts_at: datetime | None
    ends_at: datetime | None


def read_coding(node: Node) -> Coding:
    coding = Coding(node.text("code"), node.text("system"), node.text("display"))
    node.pass_over("version", "userSelected")
    return coding


def read_concept(node: Node) -> Concept:
    codings = tuple(read_coding(coding) for coding in node.nodes("coding"))
    return Concept(node.text("text"), tuple(coding for coding in codings if coding.words() or coding.system))


def read_concepts(node: Node, name: str) -> tuple[Concept, ...]:
    return tuple(concept for concept in (read_concept(one) for one in node.nodes(name)) if concept)


def read_identifiers(node: Node) -> tuple[Identifier, ...]:
    read = []
    for identifier in node.nodes("identifier"):
        value = identifier.text("value")
        identifier.pass_over("use")
        if value:
            read.append(Identifier(identifier.text("system"), value))
    return tuple(read)


def identifier_in(identifiers: tuple[Identifier, ...], system_ending: str) -> str:
    """The value of the first identifier whose system ends with `system_ending`, whatever its case; "" when none."""
    ending = system_ending.lower()
    return next((one.value for one in identifiers if one.system.lower().endswith(ending)), "")


def read_name(node: Node) -> PersonName:
    return PersonName(
        family=node.text("family"),
        given=tuple(given for given in node.texts("given") if given),
        prefix=" ".join(node.texts("prefix")),
        suffix=" ".join(node.texts("suffix")),
        text=node.text("text"),
        use=node.text("use"),
    )


def read_contact_methods(node: Node) -> tuple[ContactMethod, ...]:
    """The ways to reach someone, best rank first, those without a rank last, otherwise in the order sent."""
    methods = []
    for telecom in node.nodes("telecom"):
        value = telecom.text("value")
        method = ContactMethod(telecom.text("system"), value, telecom.text("use"), telecom.integer("rank"))
        if value:
            methods.append(method)
    return tuple(sorted(methods, key=lambda method: method.rank if method.rank is not None else 10_000))


def read_address(node: Node) -> PostalAddress:
    address = PostalAddress(
        lines=tuple(line for line in node.texts("line") if line),
        city=node.text("city"),
        district=node.text("district"),
        postcode=node.text("postalCode").upper(),
        country=node.text("country"),
        use=node.text("use"),
        text=node.text("text"),
    )
    node.pass_over("type")  # postal or physical: BaRS sends both as one
    return address


def read_moment(node: Node, name: str) -> datetime | None:
    """An instant or dateTime with a time of day, as an aware moment in UTC; None, with a note, when it is not one.

    A time without a zone is taken as the time on the wall in the United Kingdom.
    """
    text = node.text(name)
    if not text:
        return None
    match = _MOMENT.fullmatch(text)
    if match is None:
        node.note(name, f"Not used as a time: {shortened(text)}")
        return None
    clock = match["clock"] if match[3] else f"{match['clock']}:00"
    fraction = (match["fraction"] or "0")[:6].ljust(6, "0")
    try:
        wall = datetime.fromisoformat(f"{match['day']}T{clock}.{fraction}")
        moment = wall.replace(tzinfo=_zone(match["zone"]))
        if not EARLIEST_YEAR <= moment.year <= LATEST_YEAR:
            raise ValueError
    except ValueError:
        node.note(name, f"There is no such time: {shortened(text)}")
        return None
    if not match["zone"]:
        node.note(name, f"It has no time zone; it was read as UK time: {shortened(text)}")
    return moment.astimezone(UTC)


def _zone(text: str | None):
    if text is None:
        return LONDON
    if text == "Z":
        return UTC
    sign = -1 if text[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(text[1:3]), minutes=int(text[-2:])))


def read_time_span(node: Node) -> TimeSpan:
    """A Period; an end before its start is listed and left as it was sent."""
    span = TimeSpan(read_moment(node, "start"), read_moment(node, "end"))
    if span.starts_at and span.ends_at and span.ends_at < span.starts_at:
        node.note("", "It ends before it starts.")
    return span


def whole_day(text: str) -> date | None:
    """The day of a FHIR date or dateTime that has one; None for a year, a month, or no such day."""
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        return None
    return day if EARLIEST_YEAR <= day.year <= LATEST_YEAR else None
