"""Encounter: the sender's case, and the journey it belongs to."""

from dataclasses import dataclass
from datetime import datetime

from homeward.api.fhir.bundle import MessageBundle
from homeward.api.fhir.datatypes import (
    Identifier,
    read_coding,
    read_concepts,
    read_identifiers,
    read_time_span,
)
from homeward.api.fhir.node import Node


@dataclass(frozen=True)
class SendersCase:
    """The case as the sender keeps it. `contact_at`: when the call was connected or answered (BaRS T0 or T1).

    `journey_id` follows the person through every service, so that their route can be traced.
    """

    identifiers: tuple[Identifier, ...]
    journey_id: str
    status: str
    contact_at: datetime | None
    lines: tuple[str, ...]


NO_CASE = SendersCase((), "", "", None, ())


def read_case(bundle: MessageBundle, encounter: Node) -> SendersCase:
    if not encounter:
        return NO_CASE
    journeys = [episode.text("reference").rsplit("/", 1)[-1] for episode in encounter.nodes("episodeOfCare")]
    span = read_time_span(encounter.node("period"))
    read_coding(encounter.node("class"))
    encounter.node("subject").pass_over("reference", "display", "type")
    lines = [f"Case status: {status}" for status in (encounter.text("status"),) if status]
    for history in encounter.nodes("statusHistory"):
        period = read_time_span(history.node("period"))
        since = f" from {period.starts_at:%d %B %Y %H:%M} UTC" if period.starts_at else ""
        lines.append(f"Case was {history.text('status')}{since}")
    lines += [f"Reason: {reason.words()}" for reason in read_concepts(encounter, "reasonCode")]
    for place in encounter.nodes("location"):
        place.node("location").pass_over("reference", "display", "type")
        place.pass_over("status")
        read_time_span(place.node("period"))
    return SendersCase(
        identifiers=read_identifiers(encounter),
        journey_id=next((journey for journey in journeys if journey), ""),
        status=encounter.text("status"),
        contact_at=span.starts_at,
        lines=tuple(lines),
    )
