"""The CDA documents in what was sent: bare, in an ITK distribution envelope, in SOAP, or in a message in parts."""

import base64
import binascii
from dataclasses import dataclass
from email import message_from_bytes, policy

from lxml import etree

from homeward.api.intake.notes import NotUnderstood
from homeward.api.intake.safe_xml import XmlNotReadableError, is_deeper, parsed
from homeward.api.intake.text import LARGEST_MESSAGE, PADDING, UnreadableMessageError, decoded

DOCUMENT = "ClinicalDocument"
CDA_NAMES = ("ClinicalDocument", "DistributionEnvelope", "schemas.xmlsoap.org/soap/envelope", "urn:hl7-org:v3")
DEEPEST_NESTING = 160  # levels; the deepest published document has 40
ODS_ADDRESS = "urn:nhs-uk:addressing:ods:"
COPY_INTERACTION = "copyRecipient"  # ITK interaction of a document sent for information
NO_DOCUMENT = (
    "There is no ClinicalDocument in it. Send the NHS 111 report as an ITK CDA document, bare or in its ITK or SOAP "
    "envelope."
)


@dataclass(frozen=True)
class Envelope:
    """What was sent. `documents`: ClinicalDocument elements in order; `addressed_to`: ODS codes, capitals."""

    documents: tuple[etree._Element, ...]
    message_id: str
    addressed_to: tuple[str, ...]
    is_copy: bool
    notes: tuple[NotUnderstood, ...]


def local_name(element: etree._Element) -> str:
    """The element's name without its namespace; "" for what is not an element."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def open_envelope(content: bytes, content_type: str | None = None) -> Envelope:
    """The documents in `content`.

    Raises: UnreadableMessageError when there is none to be read; it says why.
    """
    if len(content) > LARGEST_MESSAGE:
        raise UnreadableMessageError(
            f"The message is larger than {LARGEST_MESSAGE // (1024 * 1024)} megabytes. Send what is attached apart.",
            issue_code="too-long",
            status=413,
        )
    notes: list[NotUnderstood] = []
    root = _root(
        _xml_part(content, content_type, notes), None if _is_parts(content, content_type) else content_type, notes
    )
    documents = _documents(root, notes)
    if not documents:
        raise UnreadableMessageError(NO_DOCUMENT, issue_code="not-supported", status=422)
    header = next((one for one in root.iter() if local_name(one) == "DistributionEnvelope"), None)
    addresses = [] if header is None else [one.get("uri", "") for one in header.iter() if local_name(one) == "address"]
    interactions = (
        [] if header is None else [one.get("value", "") for one in header.iter() if local_name(one) == "spec"]
    )
    message_ids = [(one.text or "").strip() for one in root.iter() if local_name(one) == "MessageID"]
    tracking_ids = [one.get("trackingid", "") for one in root.iter() if local_name(one) == "header"]
    return Envelope(
        documents=tuple(documents),
        message_id=next((one for one in (*tracking_ids, *message_ids) if one), ""),
        addressed_to=tuple(
            one.removeprefix(ODS_ADDRESS).split(":")[0].upper() for one in addresses if one.startswith(ODS_ADDRESS)
        ),
        is_copy=any(COPY_INTERACTION in one for one in interactions),
        notes=tuple(notes),
    )


def _root(content: bytes, content_type: str | None, notes: list[NotUnderstood]) -> etree._Element:
    text = decoded(content, content_type, notes).strip(PADDING)
    if not text:
        raise UnreadableMessageError("The message is empty. Send an NHS 111 report.", issue_code="required")
    try:
        root = parsed(text, notes)
    except XmlNotReadableError as error:
        raise UnreadableMessageError(str(error), issue_code=error.issue_code) from error
    if is_deeper(root, DEEPEST_NESTING):
        raise UnreadableMessageError(
            f"The XML is nested more than {DEEPEST_NESTING} levels deep.", issue_code="too-costly"
        )
    return root


def _is_parts(content: bytes, content_type: str | None) -> bool:
    start = content[:400].lstrip().lower()
    said = (content_type or "").strip().lower()
    return said.startswith("multipart/") or start.startswith((b"--", b"mime-version:", b"content-type: multipart/"))


def _xml_part(content: bytes, content_type: str | None, notes: list[NotUnderstood]) -> bytes:
    """The bytes of the XML in a message of several parts (MIME); the content itself where it is in one part."""
    if not _is_parts(content, content_type):
        return content
    start = content.lstrip()
    if start.startswith(b"--"):
        boundary = start[2:].split(b"\n", 1)[0].strip()
        content = b'Content-Type: multipart/related; boundary="' + boundary + b'"\r\n\r\n' + start
    elif (content_type or "").strip().lower().startswith("multipart/"):
        content = b"Content-Type: " + content_type.encode("ascii", "ignore") + b"\r\n\r\n" + content
    others = 0
    found = b""
    for part in message_from_bytes(content, policy=policy.compat32).walk():
        if part.is_multipart():
            continue
        body = part.get_payload(decode=True) or b""
        if not found and body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
            found = body
        elif body.strip():
            others += 1
    if not found:
        raise UnreadableMessageError(
            "The message has several parts and none of them is XML. Send the report as one of them.", status=422
        )
    if others:
        notes.append(NotUnderstood("", f"The message has {others} more parts; they are kept with it."))
    return found


def _documents(root: etree._Element, notes: list[NotUnderstood]) -> list[etree._Element]:
    documents = [
        one
        for one in root.iter()
        if local_name(one) == DOCUMENT and not any(local_name(outer) == DOCUMENT for outer in one.iterancestors())
    ]
    items = {one.get("id", ""): one for one in root.iter() if local_name(one) == "manifestitem"}
    for payload in (one for one in root.iter() if local_name(one) == "payload"):
        item = items.get(payload.get("id", ""))
        said = (
            {name: item.get(name, "").lower() == "true" for name in ("base64", "compressed", "encrypted")}
            if item is not None
            else {}
        )
        if said.get("compressed") or said.get("encrypted"):
            raise UnreadableMessageError(
                "A payload is compressed or encrypted. Send it as it is; the connection protects it.", status=422
            )
        if said.get("base64") and not len(payload):
            documents.extend(_from_base64(payload.text or "", notes))
    return documents


def _from_base64(text: str, notes: list[NotUnderstood]) -> list[etree._Element]:
    try:
        content = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise UnreadableMessageError("A payload says it is base64 and is not. Send it again.") from error
    root = _root(content, None, notes)
    return [root] if local_name(root) == DOCUMENT else []


def looks_like_cda(content: bytes, content_type: str | None = None) -> bool:
    """Whether bytes are a CDA document, bare or wrapped; a cheap look, not a check."""
    text = decoded(content[:200_000], content_type, []).strip(PADDING)
    is_parts = (content_type or "").lower().startswith("multipart/") or text[:30].lower().startswith(
        ("--", "mime-version", "content-type: multipart")
    )
    return is_parts or (text.startswith("<") and any(name in text for name in CDA_NAMES))
