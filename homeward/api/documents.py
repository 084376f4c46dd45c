"""The documents inside a message of any kind, as files; `settings.MESSAGE_DOCUMENTS`."""

import base64
import binascii
from collections.abc import Iterator

from lxml import etree

from homeward.api.fhir.wire import read_message
from homeward.api.intake.text import UnreadableMessageError
from homeward.api.nhs111.envelope import local_name, looks_like_cda, open_envelope
from homeward.referrals.rules import MessageDocument

MOST_DOCUMENTS = 200
PLAIN = "text/plain"


def documents_in(content: bytes, content_type: str | None = None) -> list[MessageDocument]:
    """Every document in a message, in order; none where the message cannot be read."""
    try:
        if looks_like_cda(content, content_type):
            found = _in_cda(open_envelope(content, content_type).documents)
        else:
            found = _in_fhir(read_message(content).resource, "Document")
        return [document for _, document in zip(range(MOST_DOCUMENTS), found)]
    except UnreadableMessageError:
        return []


def _in_cda(documents: tuple[etree._Element, ...]) -> Iterator[MessageDocument]:
    for document in documents:
        for element in document.iter():
            outer = local_name(element.getparent()) if element.getparent() is not None else ""
            if outer not in ("nonXMLBody", "observationMedia") or local_name(element) not in ("text", "value"):
                continue
            text = "".join(element.itertext())
            is_base64 = element.get("representation") == "B64"
            body = _decoded(text) if is_base64 else text.encode()
            if body:
                title = "The report" if outer == "nonXMLBody" else "Triage record"
                yield MessageDocument(title, element.get("mediaType") or PLAIN, body)


def _in_fhir(value: object, title: str) -> Iterator[MessageDocument]:
    if isinstance(value, list):
        for one in value:
            yield from _in_fhir(one, title)
    if not isinstance(value, dict):
        return
    named = value.get("title") or value.get("description")
    title = named if isinstance(named, str) else title
    body = value.get("data") if isinstance(value.get("data"), str) else value.get("content")
    media_type = value.get("contentType")
    if isinstance(media_type, str) and isinstance(body, str):
        decoded = _decoded(body)
        if decoded:
            yield MessageDocument(title, media_type, decoded)
    for one in value.values():
        if isinstance(one, dict | list):
            yield from _in_fhir(one, title)


def _decoded(text: str) -> bytes:
    """The bytes that base64 stands for; nothing where it is not base64."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return b""
