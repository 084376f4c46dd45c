"""Which kind of message some bytes are, by what they say and not by what they are labelled."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from django.conf import settings

from homeward.access.rules import Actor
from homeward.api.ers.intake import is_ers, read_ers
from homeward.api.fhir.deciding import decide_resource
from homeward.api.fhir.intake import brought_by
from homeward.api.fhir.wire import read_message
from homeward.api.hospital.receiving import judge_again as judge_stay_again
from homeward.api.intake.asked import Brought, Refusal
from homeward.api.intake.receiving import judge_again
from homeward.api.intake.text import UnreadableMessageError
from homeward.api.nhs111.adaptor_bundle import is_adaptor_bundle
from homeward.api.nhs111.envelope import looks_like_cda
from homeward.api.nhs111.intake import read_bundle, read_cda
from homeward.referrals.models import KeptMessage
from homeward.referrals.states import MessageKind

XML_TYPES = ("text/xml", "application/xml", "application/soap+xml", "multipart/related", "multipart/mixed")


def read_any(content: bytes, content_type: str | None = None) -> Brought | Refusal:
    """What a message of any kind brings, or why it is refused: NHS 111 in CDA or FHIR, e-RS, or BaRS.

    What a place has decided comes from its settings: `FHIR_RECEIVES_FOR`, `NHS_111_URGENCIES`.
    """
    receives_for: Collection[str] = getattr(settings, "FHIR_RECEIVES_FOR", ())
    urgencies = getattr(settings, "NHS_111_URGENCIES", {})
    if looks_like_cda(content, content_type):
        return _named(read_cda(content, content_type, receives_for, urgencies), MessageKind.NHS_111_CDA)
    said = (content_type or "").split(";")[0].strip().lower()
    try:
        wire = read_message(content, None if said in XML_TYPES else content_type)
    except UnreadableMessageError as error:
        return Refusal(error.status, error.issue_code, str(error))
    if is_adaptor_bundle(wire.resource):
        return _named(read_bundle(wire.resource, wire.notes, receives_for, urgencies), MessageKind.NHS_111_FHIR)
    if is_ers(wire.resource):
        return _named(read_ers(wire.resource, wire.notes), MessageKind.ERS)
    decision = decide_resource(wire, receives_for)
    return decision if isinstance(decision, Refusal) else brought_by(decision)


def _named(read: Brought | Refusal, kind: MessageKind) -> Brought | Refusal:
    return replace(read, kind=kind) if isinstance(read, Refusal) else read


def read_111(content: bytes, content_type: str | None = None) -> Brought | Refusal:
    """What an NHS 111 report brings, or why it is refused; anything else is refused with where to send it."""
    read = read_any(content, content_type)
    if isinstance(read, Brought) and not read.kind.startswith("nhs111"):
        text = "This address takes NHS 111 reports. Send this message to /api/referrals/messages."
        return Refusal(422, "not-supported", text, read.message_id)
    return read


def judge_kept(*, actor: Actor, message: KeptMessage, now: datetime) -> KeptMessage:
    """Judge a kept message again as it would be judged if it came in now; `settings.MESSAGE_READER`.

    Raises: NotAllowedError when the actor may not hand in messages.
    """
    if message.kind == MessageKind.HOSPITAL:
        judge_stay_again(actor=actor, message=message, now=now)
    else:
        judge_again(actor=actor, message=message, read=read_any, now=now)
    return message
