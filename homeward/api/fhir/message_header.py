"""MessageHeader: who sends what to whom, and through which software."""

from dataclasses import dataclass

from homeward.api.fhir.bundle import MessageBundle
from homeward.api.fhir.datatypes import ContactMethod, read_concept, read_contact_methods
from homeward.api.fhir.node import Node
from homeward.api.fhir.organisation import Organisation, read_organisation


@dataclass(frozen=True)
class Sender:
    """Who sent the message. `endpoint`: where an answer goes, as the sender wrote it."""

    organisation: Organisation
    endpoint: str
    software: str
    telephones: tuple[ContactMethod, ...]


@dataclass(frozen=True)
class Destination:
    organisation: Organisation
    endpoint: str


@dataclass(frozen=True)
class Envelope:
    """What the header says. `event`: servicerequest-request, …; `reason`: new, update or delete."""

    message_id: str
    event: str
    reason: str
    definition: str
    answers: str  # the message this one responds to; "" when none
    sender: Sender
    destinations: tuple[Destination, ...]


def read_envelope(bundle: MessageBundle, header: Node) -> Envelope:
    event = header.node("eventCoding")
    event.pass_over("system", "display")
    reason = read_concept(header.node("reason"))
    header.node("response").pass_over("identifier", "code")
    header.pass_over("focus", "eventUri")
    for focus in header.nodes("focus"):
        focus.pass_over("reference", "type", "display")
    return Envelope(
        message_id=header.text("id"),
        event=event.text("code") or header.text("eventUri").rsplit("/", 1)[-1],
        reason=reason.codings[0].code.lower() if reason.codings else reason.text.lower(),
        definition=header.text("definition"),
        answers=header.node("response").text("identifier"),
        sender=_sender(bundle, header),
        destinations=tuple(_destination(bundle, destination) for destination in header.nodes("destination")),
    )


def _sender(bundle: MessageBundle, header: Node) -> Sender:
    source = header.node("source")
    organisation = read_organisation(bundle, bundle.follow(header.node("sender"), header))
    contact = source.node("contact")
    value = contact.text("value")
    methods = [ContactMethod(contact.text("system"), value, contact.text("use"), contact.integer("rank"))]
    cdss = header.extension("CDSSExtension")
    assessed_with = [
        part
        for part in (
            cdss.extension("RequesterCDSSsoftware").text("valueString"),
            cdss.extension("RequesterCDSSversion").text("valueString"),
        )
        if part
    ]
    named = [part for part in (source.text("name"), source.text("software"), source.text("version")) if part]
    software = " ".join(dict.fromkeys(named))
    if assessed_with:
        software = f"{software}; assessed with {' '.join(assessed_with)}" if software else " ".join(assessed_with)
    return Sender(
        organisation=organisation,
        endpoint=source.text("endpoint"),
        software=software,
        telephones=tuple(methods) if value else read_contact_methods(source),
    )


def _destination(bundle: MessageBundle, destination: Node) -> Destination:
    destination.pass_over("name")
    return Destination(
        organisation=read_organisation(bundle, bundle.follow(destination.node("receiver"), destination)),
        endpoint=destination.text("endpoint"),
    )
