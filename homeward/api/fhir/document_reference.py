"""DocumentReference and attachments: letters and pictures that came with the message."""

from dataclasses import dataclass

from homeward.api.fhir.bundle import MessageBundle
from homeward.api.fhir.datatypes import read_concept
from homeward.api.fhir.node import Node


@dataclass(frozen=True)
class Document:
    """A document of the message. `characters_inside`: length of its base64 text kept inside the message, 0 for none.

    The bytes stay in the kept message; `address` is where the sender keeps it, never fetched by us.
    """

    title: str
    content_type: str
    address: str
    characters_inside: int

    def words(self) -> str:
        parts = [self.title or "Document", self.content_type]
        parts.append("inside the message" if self.characters_inside else self.address or "not in the message")
        return ", ".join(part for part in parts if part)


def read_documents(bundle: MessageBundle, reference: Node) -> tuple[Document, ...]:
    kind = read_concept(reference.node("type")).words()
    described = reference.text("description")
    reference.pass_over("status", "docStatus", "date", "author", "custodian", "masterIdentifier", "identifier")
    reference.node("subject").pass_over("reference", "display", "type")
    documents = []
    for content in reference.nodes("content"):
        content.node("format").pass_over("system", "code", "display")
        documents.append(read_attachment(content.node("attachment"), described or kind))
    return tuple(documents)


def read_attachment(attachment: Node, title: str = "") -> Document:
    data = attachment.content.get("data")
    attachment.pass_over("data", "hash", "size", "language")
    return Document(
        title=attachment.text("title") or title,
        content_type=attachment.text("contentType"),
        address=attachment.text("url"),
        characters_inside=len(data) if isinstance(data, str) else 0,
    )
