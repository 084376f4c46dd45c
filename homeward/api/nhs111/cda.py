"""One CDA document of NHS 111 as a report."""

import base64
import binascii
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from html import unescape

from lxml import etree

from homeward.api.fhir.datatypes import whole_day
from homeward.api.fhir.location import EAST, NORTH, SOUTH, WEST
from homeward.api.intake.notes import NotUnderstood, shortened
from homeward.api.intake.safe_xml import XmlNotReadableError, parsed
from homeward.api.nhs111.envelope import Envelope, local_name
from homeward.api.nhs111.report import (
    Attachment,
    CallReport,
    NhsNumber,
    Party,
    Place,
    Section,
    Subject,
    Telephone,
)
from homeward.kernel.rules import LONDON, is_valid_nhs_number, tidy_nhs_number

# Roots of the identifiers in the published documents of the national 111 adaptor.
VERIFIED_NHS_NUMBER = "2.16.840.1.113883.2.1.4.1"
UNVERIFIED_NHS_NUMBER = "2.16.840.1.113883.2.1.3.2.4.18.23"
ODS_CODES = ("2.16.840.1.113883.2.1.3.2.4.19.1", "2.16.840.1.113883.2.1.3.2.4.19.2")  # organisation, site
# HL7 telecommunication and address uses, in words.
USES = {
    "H": "home",
    "HP": "home",
    "HV": "holiday home",
    "WP": "work",
    "MC": "mobile",
    "PG": "pager",
    "EC": "emergency contact",
    "TMP": "temporary",
    "PHYS": "visiting",
    "PST": "postal",
    "BAD": "no longer in use",
}
PARTS = {"REFT": "Referred to", "CALLBCK": "Call back", "PRCP": "Sent to", "TRC": "Copy to"}
GENDERS = {"1": "male", "2": "female", "9": "other"}  # NHS Data Dictionary person stated gender code
LANGUAGES = {"en": "English", "eng": "English"}
# What this module reads, element by element: the rest is listed.
READ_IN_DOCUMENT = {
    *("typeId", "messageType", "id", "code", "title", "effectiveTime", "confidentialityCode", "setId"),
    *("versionNumber", "recordTarget", "author", "informant", "custodian", "informationRecipient", "participant"),
    *("authorization", "componentOf", "component", "templateId"),
}
READ_IN_PERSON = {
    *("templateId", "contentId", "id", "addr", "telecom", "patient", "providerOrganization"),
    *("name", "administrativeGenderCode", "birthTime", "languageCommunication"),
}
READ_IN_ENCOUNTER = {
    *("templateId", "id", "code", "effectiveTime", "dischargeDispositionCode", "responsibleParty", "location"),
    *("contentId", "encounterParticipant"),
}
_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(?:\.\d+)?(Z|[+-]\d\d(?:\d\d)?)?")
_POSITION = re.compile(r"([+-]\d{1,2}\.\d+)([+-]\d{1,3}\.\d+)")  # ISO 6709 latitude and longitude, degrees
_BREAKS = {"br", "paragraph", "tr", "item", "caption", "list", "table", "content", "p", "div", "li"}
_CELLS = {"td", "th"}


def read_report(envelope: Envelope, document: etree._Element, earlier: tuple[str, ...] = ()) -> CallReport:
    """Everything one document says. `earlier`: lines about the earlier calls sent with it."""
    notes: list[NotUnderstood] = []
    role = _path(document, "recordTarget", "patientRole")
    encounter = _path(document, "componentOf", "encompassingEncounter")
    _note_unread(document, READ_IN_DOCUMENT, "ClinicalDocument", notes)
    for element in (role, _path(role, "patient")):
        _note_unread(element, READ_IN_PERSON, "patientRole", notes)
    _note_unread(encounter, READ_IN_ENCOUNTER, "encompassingEncounter", notes)
    disposition = _child(encounter, "dischargeDispositionCode")
    period = _child(encounter, "effectiveTime")
    attachments: list[Attachment] = []
    findings: list[str] = []
    body = [one for one in document.iter() if local_name(one) in ("structuredBody", "nonXMLBody")]
    for part in body:
        _read_entries(part, attachments, findings, notes)
    version = _attribute(_child(document, "versionNumber"), "value")
    consents = [
        _attribute(_path(one, "consent", "code"), "displayName") for one in _children(document, "authorization")
    ]
    return CallReport(
        document_id=_identifier(_child(document, "id")),
        set_id=_identifier(_child(document, "setId")),
        version=int(version) if version.isascii() and version.isdigit() and len(version) < 9 else None,
        title=_text(_child(document, "title")),
        written_at=_moment(
            _attribute(_child(document, "effectiveTime"), "value"), "ClinicalDocument.effectiveTime", notes
        ),
        started_at=_moment(
            _attribute(_child(period, "low"), "value"), "encompassingEncounter.effectiveTime.low", notes
        ),
        ended_at=_moment(
            _attribute(_child(period, "high"), "value"), "encompassingEncounter.effectiveTime.high", notes
        ),
        disposition_code=_attribute(disposition, "code"),
        disposition=" ".join(_attribute(disposition, "displayName").split()),
        subject=_subject(role, notes),
        author=_author(document),
        callers=tuple(_callers(document)),
        parties=tuple(one for one in _parties(document, encounter) if one.words()),
        scene=_scene(encounter, notes),
        case_numbers=tuple(
            dict.fromkeys(one.get("extension", "") for one in _children(encounter, "id") if one.get("extension"))
        ),
        consent="; ".join(dict.fromkeys(one for one in consents if one)),
        findings=tuple(dict.fromkeys(findings)),
        sections=tuple(_sections(document)),
        attachments=tuple(attachments),
        is_copy=envelope.is_copy,
        addressed_to=envelope.addressed_to,
        earlier=earlier,
        notes=tuple(dict.fromkeys([*envelope.notes, *notes])),
    )


def moment_of(text: str) -> datetime | None:
    """An HL7 time with at least hours and minutes as an aware moment in UTC; without a zone it is UK time."""
    match = _TIME.fullmatch(text.strip())
    if match is None:
        return None
    year, month, day, hour, minute = (int(match[place]) for place in range(1, 6))
    try:
        wall = datetime(year, month, day, hour, minute, int(match[6] or 0), tzinfo=_zone(match[7]))
        return wall.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def narrative(element: etree._Element | None) -> str:
    """The text of a narrative block, a line for each line break, paragraph or row."""
    if element is None:
        return ""
    pieces: list[str] = []

    def walk(one: etree._Element) -> None:
        name = local_name(one)
        if name in _BREAKS:
            pieces.append("\n")
        pieces.append(_squeezed(one.text))
        for inner in one:
            walk(inner)
            pieces.append(_squeezed(inner.tail))
        pieces.append("\n" if name in _BREAKS else ": " if name == "th" else "  " if name in _CELLS else "")

    walk(element)
    lines = (" ".join(line.split()).strip() for line in "".join(pieces).split("\n"))
    return "\n".join(line for line in lines if line)


def narrative_of_escaped(text: str) -> str:
    """Narrative that was put into a text with its mark-up escaped, as the 111 adaptor does."""
    try:
        return narrative(parsed(f"<text>{text}</text>", []))
    except XmlNotReadableError:
        return "\n".join(
            line.strip() for line in unescape(re.sub(r"<[^>]{0,200}>", "\n", text)).split("\n") if line.strip()
        )


def nhs_number_of(text: str, is_said_verified: bool) -> NhsNumber:
    """An NHS number as sent, and whether it may be used to find somebody."""
    digits = tidy_nhs_number(text)
    passes = is_valid_nhs_number(digits)
    return NhsNumber(digits, passes, passes and is_said_verified)


def telephone_of(value: str, use: str) -> Telephone:
    """A telecommunication address such as `tel:07700 900123` or `mailto:`."""
    scheme, separator, rest = value.partition(":")
    kind = "email" if scheme.lower() == "mailto" else "phone"
    return Telephone(kind, rest.strip() if separator else value.strip(), use)


def _squeezed(text: str | None) -> str:
    """A text with each run of white space as one space."""
    return re.sub(r"\s+", " ", text or "")


def _zone(text: str | None):
    if text is None:
        return LONDON
    if text == "Z":
        return UTC
    sign = -1 if text[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(text[1:3]), minutes=int(text[3:] or 0)))


def _moment(text: str, path: str, notes: list[NotUnderstood]) -> datetime | None:
    moment = moment_of(text) if text else None
    if text and moment is None:
        notes.append(NotUnderstood(path, f"Not used as a time: {shortened(text)}"))
    elif text and not re.search(r"[Z+-]", text):
        notes.append(NotUnderstood(path, f"It has no time zone; it was read as UK time: {shortened(text)}"))
    return moment


def _children(element: etree._Element | None, name: str) -> list[etree._Element]:
    return [] if element is None else [one for one in element if local_name(one) == name]


def _child(element: etree._Element | None, name: str) -> etree._Element | None:
    return next(iter(_children(element, name)), None)


def _path(element: etree._Element | None, *names: str) -> etree._Element | None:
    for name in names:
        element = _child(element, name)
    return element


def _attribute(element: etree._Element | None, name: str) -> str:
    return "" if element is None else (element.get(name) or "").strip()


def _text(element: etree._Element | None) -> str:
    return "" if element is None else " ".join("".join(element.itertext()).split())


def _identifier(element: etree._Element | None) -> str:
    """`extension`, or `root` where it stands alone, as for a UUID."""
    return _attribute(element, "extension") or _attribute(element, "root")


def _note_unread(element: etree._Element | None, read: set[str], path: str, notes: list[NotUnderstood]) -> None:
    for one in element if element is not None else ():
        name = local_name(one)
        if name and name not in read:
            words = " ".join([_text(one), *(value for inner in one.iter() for value in inner.attrib.values())])
            notes.append(NotUnderstood(f"{path}.{name}", f"Not carried over: {shortened(words)}"))


def _telephones(element: etree._Element | None) -> tuple[Telephone, ...]:
    found = []
    for one in _children(element, "telecom"):
        value = _attribute(one, "value")
        if value:
            found.append(telephone_of(value, USES.get(_attribute(one, "use"), _attribute(one, "use"))))
    return tuple(dict.fromkeys(found))


def _place(address: etree._Element | None, name: str = "", notes: list[NotUnderstood] | None = None) -> Place | None:
    if address is None:
        return None
    lines = [
        _text(one)
        for part in ("streetAddressLine", "houseNumber", "city", "county")
        for one in _children(address, part)
    ]
    latitude = longitude = None
    for locator in _children(address, "additionalLocator"):
        match = _POSITION.fullmatch(_text(locator))
        if match is None:
            continue
        latitude, longitude = float(match[1]), float(match[2])
        if not (SOUTH <= latitude <= NORTH and WEST <= longitude <= EAST):
            if notes is not None:
                text = f"{_text(locator)} is not used as the place: it is not in the United Kingdom. Use the address."
                notes.append(NotUnderstood("location.addr.additionalLocator", text))
            latitude = longitude = None
    place = Place(
        use=_attribute(address, "use"),
        lines=tuple(dict.fromkeys(line for line in (*lines, "" if len(address) else _text(address)) if line)),
        postcode=_text(_child(address, "postalCode")).upper(),
        directions="; ".join(_text(one) for one in _children(address, "desc") if _text(one)),
        name=name,
        latitude=latitude,
        longitude=longitude,
    )
    return place if place.words() else None


def _name(element: etree._Element | None) -> tuple[str, str]:
    """Given and family name; a name in one piece is parted at its last space."""
    if element is None:
        return "", ""
    given = " ".join(_text(one) for one in _children(element, "given") if _text(one))
    family = " ".join(_text(one) for one in _children(element, "family") if _text(one))
    if not given and not family:
        given, _, family = _text(element).rpartition(" ")
    return given, family


def _full_name(holder: etree._Element | None) -> str:
    name = _child(holder, "name")
    prefix = " ".join(_text(one) for one in _children(name, "prefix"))
    return " ".join(part for part in (prefix, *_name(name)) if part)


def _ods_code(organisation: etree._Element | None) -> str:
    codes = [_attribute(one, "extension") for one in _children(organisation, "id") if one.get("root") in ODS_CODES]
    return next((code for code in codes if code), "")


def _organisation(part: str, organisation: etree._Element | None) -> Party:
    return Party(
        part=part,
        organisation=_text(_child(organisation, "name")),
        ods_code=_ods_code(organisation),
        telephones=_telephones(organisation),
        place=_place(_child(organisation, "addr")),
    )


def _subject(role: etree._Element | None, notes: list[NotUnderstood]) -> Subject:
    patient = _child(role, "patient")
    names = [one for one in _children(patient, "name") if any(_name(one))]
    given, family = _name(names[0]) if names else ("", "")
    numbers = []
    local = []
    for one in _children(role, "id"):
        value, root = _attribute(one, "extension"), _attribute(one, "root")
        if not value:
            continue
        if root in (VERIFIED_NHS_NUMBER, UNVERIFIED_NHS_NUMBER):
            number = nhs_number_of(value, root == VERIFIED_NHS_NUMBER)
            numbers.append(number)
            if not number.passes_check:
                text = "It fails the check of an NHS number; it is kept, shown as unverified and finds nobody."
                notes.append(NotUnderstood("patientRole.id", text))
        else:
            local.append((_attribute(one, "assigningAuthorityName") or root, value))
    numbers.sort(key=lambda number: (not number.is_verified, not number.passes_check))
    birth = _attribute(_child(patient, "birthTime"), "value")
    day = whole_day(f"{birth[:4]}-{birth[4:6]}-{birth[6:8]}") if re.fullmatch(r"\d{8}.*", birth) else None
    gender = _child(patient, "administrativeGenderCode")
    said = _attribute(gender, "displayName").lower()
    languages = [_attribute(_child(one, "languageCode"), "code") for one in _children(patient, "languageCommunication")]
    practice = _organisation("General practice", _child(role, "providerOrganization"))
    return Subject(
        given_name=given,
        family_name=family,
        other_names=tuple(" ".join(part for part in _name(one) if part) for one in names[1:]),
        nhs_number=numbers[0] if numbers else None,
        local_identifiers=tuple(local),
        birth_date=day,
        birth_text="" if day else birth,
        gender=said if said in ("male", "female") else GENDERS.get(_attribute(gender, "code"), ""),
        telephones=_telephones(role),
        places=tuple(place for place in (_place(one) for one in _children(role, "addr")) if place),
        language=next((LANGUAGES.get(one.lower(), one) for one in languages if one), ""),
        practice=practice if practice.words() else None,
    )


def _author(document: etree._Element) -> Party:
    author = _path(document, "author", "assignedAuthor")
    return _assigned("Written by", author)


def _assigned(part: str, entity: etree._Element | None) -> Party:
    organisation = _child(entity, "representedOrganization")
    return Party(
        part=part,
        name=_full_name(_child(entity, "assignedPerson")),
        role=_attribute(_child(entity, "code"), "displayName"),
        organisation=_text(_child(organisation, "name")),
        ods_code=_ods_code(organisation),
        telephones=(*_telephones(entity), *_telephones(organisation)),
        place=_place(_child(entity, "addr")),
    )


def _callers(document: etree._Element) -> Iterator[Party]:
    for informant in _children(document, "informant"):
        related = _child(informant, "relatedEntity")
        if related is None:
            yield _assigned("Caller", _child(informant, "assignedEntity"))
            continue
        role = _attribute(_child(related, "code"), "displayName")
        yield Party(
            part="Caller",
            name=_full_name(_child(related, "relatedPerson")),
            role=role,
            telephones=_telephones(related),
            place=_place(_child(related, "addr")),
            is_the_person=role.lower() in ("self", "patient"),
        )


def _parties(document: etree._Element, encounter: etree._Element | None) -> Iterator[Party]:
    for further in _children(document, "author")[1:]:
        yield _assigned("Also written by", _child(further, "assignedAuthor"))
    yield _organisation(
        "Kept by", _path(document, "custodian", "assignedCustodian", "representedCustodianOrganization")
    )
    for recipient in _children(document, "informationRecipient"):
        intended = _child(recipient, "intendedRecipient")
        organisation = _organisation("Sent to", _child(intended, "receivedOrganization"))
        yield Party(
            part=PARTS.get(_attribute(recipient, "typeCode"), "Sent to"),
            name=_full_name(_child(intended, "informationRecipient")),
            organisation=organisation.organisation,
            ods_code=organisation.ods_code,
            telephones=_telephones(intended),
            place=_place(_child(intended, "addr")),
        )
    for participant in _children(document, "participant"):
        entity = _child(participant, "associatedEntity")
        organisation = _child(entity, "scopingOrganization")
        yield Party(
            part=PARTS.get(_attribute(participant, "typeCode"), "Also named"),
            name=_full_name(_child(entity, "associatedPerson")),
            role=_attribute(_child(entity, "code"), "displayName"),
            organisation=_text(_child(organisation, "name")),
            ods_code=_ods_code(organisation),
            telephones=_telephones(entity),
            place=_place(_child(entity, "addr")),
        )
    yield _assigned("Responsible", _path(encounter, "responsibleParty", "assignedEntity"))


def _scene(encounter: etree._Element | None, notes: list[NotUnderstood]) -> Place | None:
    location = _path(encounter, "location", "healthCareFacility", "location")
    return _place(_child(location, "addr"), _text(_child(location, "name")), notes)


def _sections(document: etree._Element) -> Iterator[Section]:
    for element in document.iter():
        if local_name(element) == "section":
            text = narrative(_child(element, "text"))
            title = _text(_child(element, "title")) or _attribute(_child(element, "code"), "displayName")
            if text:
                yield Section(title or "More from the report", text)


def _size(value: etree._Element) -> int:
    text = "".join((value.text or "").split())
    if _attribute(value, "representation") != "B64":
        return len((value.text or "").encode())
    try:
        return len(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError):
        return len(text) * 3 // 4


def _read_entries(
    body: etree._Element, attachments: list[Attachment], findings: list[str], notes: list[NotUnderstood]
) -> None:
    if local_name(body) == "nonXMLBody":
        text = _child(body, "text")
        if text is not None:
            attachments.append(Attachment("The report", _attribute(text, "mediaType") or "text/plain", _size(text)))
        return
    for entry in (one for one in body.iter() if local_name(one) == "entry"):
        statement = next((one for one in entry if local_name(one) not in ("", "contentId", "templateId")), None)
        kind = local_name(statement) if statement is not None else ""
        title = _entry_title(entry)
        if kind == "observationMedia":
            value = _child(statement, "value")
            device = next((one for one in statement.iter() if local_name(one) == "manufacturerModelName"), None)
            if value is not None:
                name = f"{_attribute(device, 'displayName') or 'Triage'} record"
                attachments.append(Attachment(name, _attribute(value, "mediaType") or "text/plain", _size(value)))
        elif kind == "observation" and _attribute(_child(statement, "value"), "displayName"):
            value = _child(statement, "value")
            findings.append(f"{title}: {_attribute(value, 'displayName')} ({_attribute(value, 'code')})")
        elif kind == "encounter":
            when = moment_of(_attribute(_child(statement, "effectiveTime"), "value"))
            entity = next((one for one in statement.iter() if local_name(one) == "playingEntity"), None)
            parts = [
                _attribute(_child(statement, "code"), "displayName"),
                f"{when.astimezone(LONDON):%d %B %Y %H:%M}" if when else "",
                _text(_child(entity, "name")),
                _text(_child(entity, "desc")),
            ]
            findings.append(f"{title}: {', '.join(part for part in parts if part)}")
        elif kind:
            words = " ".join(value for one in statement.iter() for value in (_text(one), _attribute(one, "code")))
            notes.append(NotUnderstood(f"entry.{kind}", f"{title} is not carried over: {shortened(words)}"))


def _entry_title(entry: etree._Element) -> str:
    """What an entry is, from the name of its template: `…#ClinicalDiscriminator` is a clinical discriminator."""
    content = _child(entry, "contentId")
    name = _attribute(content, "extension").rpartition("#")[2] or "Entry"
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).capitalize()
