"""ServiceRequest: what is asked for, how soon, and by what name the sender knows it."""

import re
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from homeward.api.fhir.bundle import MessageBundle
from homeward.api.fhir.datatypes import (
    Concept,
    Identifier,
    read_concept,
    read_concepts,
    read_identifiers,
    read_moment,
    read_time_span,
)
from homeward.api.fhir.node import Node

USE_CASES = "usecases-categories-bars"  # BaRS code system: a4t3 is 999 to community services
KINDS = "message-category-servicerequest"  # BaRS code system: referral or validation
WITHDRAWN_STATUSES = {"revoked", "entered-in-error"}  # BaRS: cancelled, and sent to the wrong place

_LOGICAL_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")  # FHIR R4 id


@dataclass(frozen=True)
class ServiceRequest:
    """The request itself.

    `names`: every name the sender and we may know it by, the surest first: what an update or a withdrawal is
    matched on. `breach_at`: when the sender says it must be answered (BaRS validation breach time). `asked_from`:
    the start of that time, or when the service is asked to be given.
    """

    names: tuple[str, ...]
    identifiers: tuple[Identifier, ...]
    status: str
    intent: str
    priority: str
    kind: str
    use_case: str
    use_case_title: str
    categories: tuple[Concept, ...]
    asked_for: tuple[Concept, ...]
    asked_from: datetime | None
    breach_at: datetime | None
    authored_at: datetime | None
    reasons: tuple[Concept, ...]
    advice_given: str
    notes: tuple[str, ...]


def read_service_request(bundle: MessageBundle, request: Node) -> ServiceRequest:
    categories = read_concepts(request, "category")
    codings = [coding for category in categories for coding in category.codings]
    use_case = next((coding for coding in codings if coding.system.endswith(USE_CASES)), None)
    identifiers = read_identifiers(request)
    span = read_time_span(request.node("occurrencePeriod"))
    asked_from = span.starts_at or read_moment(request, "occurrenceDateTime")
    breach_at = span.ends_at
    if breach_at and asked_from and breach_at <= asked_from:
        request.note("occurrencePeriod", "It ends when it begins, so it gives no time to answer by.")
        breach_at = None
    request.pass_over("basedOn", "subject", "encounter", "performer", "requester", "locationReference")
    for name in ("subject", "encounter", "requester"):
        request.node(name).pass_over("reference", "type", "display")
    for name in ("basedOn", "performer", "locationReference"):
        for reference in request.nodes(name):
            reference.pass_over("reference", "type", "display")
    return ServiceRequest(
        names=_names(bundle.address_of(request), request.text("id"), identifiers),
        identifiers=identifiers,
        status=request.text("status"),
        intent=request.text("intent"),
        priority=request.text("priority"),
        kind=next((coding.code for coding in codings if coding.system.endswith(KINDS)), ""),
        use_case=use_case.code.lower() if use_case else "",
        use_case_title=use_case.words() if use_case else "",
        categories=categories,
        asked_for=tuple(
            concept
            for concept in (read_concept(request.node("code")), *read_concepts(request, "orderDetail"))
            if concept
        ),
        asked_from=asked_from,
        breach_at=breach_at,
        authored_at=read_moment(request, "authoredOn"),
        reasons=read_concepts(request, "reasonCode"),
        advice_given=request.text("patientInstruction"),
        notes=read_annotations(request),
    )


def read_annotations(node: Node) -> tuple[str, ...]:
    """The notes that go with a resource, each as text."""
    texts = []
    for note in node.nodes("note"):
        text = note.text("text")
        if text:
            texts.append(text)
    return tuple(texts)


def _names(address: str, own_id: str, identifiers: tuple[Identifier, ...]) -> tuple[str, ...]:
    """Identifiers first; then the id, which a receiver gives and a sender repeats; then the address in the message."""
    names = [f"{one.system}|{one.value}" for one in identifiers]
    names += [own_id, address.removeprefix("urn:uuid:").rsplit("/", 1)[-1]]
    return tuple(dict.fromkeys(as_logical_id(name) for name in names if name))


def as_logical_id(name: str) -> str:
    """`name` where it can be a FHIR id, else a digest of it that can."""
    return name if _LOGICAL_ID.fullmatch(name) else sha256(name.encode()).hexdigest()[:40]
