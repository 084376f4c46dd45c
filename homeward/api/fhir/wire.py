"""Bytes to plain FHIR JSON: whatever the encoding, JSON or XML, and whatever stands before or after it."""

import json
import re
from dataclasses import dataclass
from decimal import Decimal

from homeward.api.fhir.xml_reader import XmlNotReadableError, read_xml
from homeward.api.intake.notes import NotUnderstood
from homeward.api.intake.text import LARGEST_MESSAGE, PADDING, UnreadableMessageError, decoded

DEEPEST_NESTING = 80  # levels; the deepest published message has 20
JSON = "application/fhir+json"
XML = "application/fhir+xml"

_FORMATS = {
    "application/fhir+json": JSON,
    "application/json+fhir": JSON,
    "application/json": JSON,
    "text/json": JSON,
    "application/fhir+xml": XML,
    "application/xml+fhir": XML,
    "application/xml": XML,
    "text/xml": XML,
}
_UNSAID = {"", "application/octet-stream", "text/plain", "application/x-www-form-urlencoded"}
_NOT_STORABLE = re.compile("[\x00\ud800-\udfff]")  # no database keeps these


@dataclass(frozen=True)
class WireMessage:
    """One resource as plain FHIR JSON (numbers with a fraction are `Decimal`), and what did not fit on the way."""

    resource: dict
    written_in: str
    notes: tuple[NotUnderstood, ...]


def format_named(content_type: str | None) -> str | None:
    """`JSON` or `XML` for a content type; None when it does not say.

    Raises: UnreadableMessageError (415) for a content type that is neither.
    """
    media_type = (content_type or "").split(";")[0].strip().lower()
    if media_type in _UNSAID:
        return None
    try:
        return _FORMATS[media_type]
    except KeyError:
        raise UnreadableMessageError(
            "This address takes FHIR R4 messages as application/fhir+json or application/fhir+xml. "
            "Send the message with one of these content types.",
            issue_code="not-supported",
            status=415,
        ) from None


def read_message(content: bytes, content_type: str | None = None) -> WireMessage:
    """The resource in `content`. The content itself decides between JSON and XML, not its label.

    Raises: UnreadableMessageError when there is no resource to be read; it says why.
    """
    named = format_named(content_type)
    if len(content) > LARGEST_MESSAGE:
        raise UnreadableMessageError(
            f"The message is larger than {LARGEST_MESSAGE // (1024 * 1024)} megabytes. "
            "Send attachments as DocumentReference addresses instead of inside the message.",
            issue_code="too-long",
            status=413,
        )
    notes: list[NotUnderstood] = []
    text = decoded(content, content_type, notes).strip(PADDING)
    if not text:
        raise UnreadableMessageError("The message is empty. Send a FHIR message bundle.", issue_code="required")
    written_in = XML if text.startswith("<") else JSON if text.startswith(("{", "[")) else None
    if written_in is None:
        raise UnreadableMessageError(
            "The message is neither JSON nor XML: it begins with neither a brace nor a tag. "
            "Send a FHIR message bundle as it is, without wrapping, signing or compressing it."
        )
    if named and named != written_in:
        notes.append(NotUnderstood("", f"It was labelled {named} and is {written_in}; it was read as what it is."))
    resource = _from_xml(text, notes) if written_in == XML else _from_json(text, notes)
    if _depth_over(resource, DEEPEST_NESTING):
        raise UnreadableMessageError(
            f"The message is nested more than {DEEPEST_NESTING} levels deep. No FHIR message needs that; check "
            "the system that wrote it.",
            issue_code="too-costly",
        )
    return WireMessage(_storable(resource, notes), written_in, tuple(notes))


def _from_json(text: str, notes: list[NotUnderstood]) -> dict:
    repeated: list[str] = []

    def without_doubles(pairs: list[tuple[str, object]]) -> dict:
        members: dict = {}
        for name, value in pairs:
            if name in members and members[name] != value:
                repeated.append(name)
                earlier = members[name] if isinstance(members[name], list) else [members[name]]
                value = [*earlier, *(value if isinstance(value, list) else [value])]
            members[name] = value
        return members

    decoder = json.JSONDecoder(
        object_pairs_hook=without_doubles,
        parse_float=_decimal,
        parse_constant=lambda name: name,  # NaN and Infinity are not JSON: kept as text, listed by `settling`
        strict=False,
    )
    try:
        value, end = decoder.raw_decode(text)
    except json.JSONDecodeError as error:
        raise UnreadableMessageError(
            f"The JSON is broken at line {error.lineno}, column {error.colno}: {error.msg}. "
            "Correct it, or send it again if it was cut short."
        ) from error
    except RecursionError:
        raise UnreadableMessageError("The JSON is nested too deeply to read.", issue_code="too-costly") from None
    except ValueError:
        raise UnreadableMessageError("The JSON has a number too long to read.", issue_code="value") from None
    if text[end:].strip(PADDING):
        notes.append(NotUnderstood("", f"After the end of the message there are {len(text) - end} more characters."))
    notes.extend(
        NotUnderstood("", f"An element is there twice in one place: “{name[:60]}”. Both were kept.")
        for name in dict.fromkeys(repeated)
    )
    if not isinstance(value, dict):
        raise UnreadableMessageError("The JSON is not an object. Send one FHIR message bundle.")
    return value


def _decimal(text: str) -> Decimal | str:
    value = Decimal(text)
    return value if value.is_finite() and abs(value.adjusted()) < 40 else text


def _from_xml(text: str, notes: list[NotUnderstood]) -> dict:
    try:
        resource, xml_notes = read_xml(text, DEEPEST_NESTING)
    except XmlNotReadableError as error:
        raise UnreadableMessageError(str(error), issue_code=error.issue_code) from error
    notes.extend(xml_notes)
    return resource


def _depth_over(value: object, limit: int) -> bool:
    level = [value]
    for _ in range(limit):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return False
    return any(isinstance(value, dict | list) for value in level)


def _storable(resource: dict, notes: list[NotUnderstood]) -> dict:
    """The resource without characters that no database keeps (NUL, half a surrogate pair)."""
    found = False

    def clean(value):
        nonlocal found
        if isinstance(value, dict):
            return {clean(name): clean(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [clean(inner) for inner in value]
        if isinstance(value, str) and _NOT_STORABLE.search(value):
            found = True
            return _NOT_STORABLE.sub("�", value)
        return value

    cleaned = clean(resource)
    if found:
        notes.append(NotUnderstood("", "It has characters that cannot be kept; each is shown as �."))
    return cleaned
