"""DocumentReference and Binary: documents that came with messages about somebody, and what is in them."""

import base64
from hashlib import sha1

from django.db.models import QuerySet

from homeward.access.rules import Actor
from homeward.api.documents import documents_in
from homeward.api.fhir.rest.elements import UK_CORE, moment, reference, said
from homeward.api.fhir.rest.kind import Kind, Source, Told, by_days
from homeward.api.fhir.rest.parameters import date_of, link, token
from homeward.api.fhir.rest.people_words import patient
from homeward.referrals.models import KeptMessage
from homeward.referrals.rules import MessageDocument

MESSAGE = "message-"


def _messages(actor: Actor) -> QuerySet:
    rows = KeptMessage.objects.filter(service_id__in=actor.service_ids, referral__person__isnull=False)
    return rows.select_related("referral", "service")


def _documents(message: KeptMessage) -> list[tuple[str, MessageDocument]]:
    found = documents_in(bytes(message.content), message.media_type)
    return [(f"{MESSAGE}{message.pk}-{place}", document) for place, document in enumerate(found, 1)]


def _references(message: KeptMessage, told: Told) -> list[dict]:
    return [
        {
            "resourceType": "DocumentReference",
            "id": number,
            "meta": {"lastUpdated": moment(message.received_at)},
            "status": "current",
            "docStatus": "final",
            "type": said(document.title or "Document"),
            "subject": patient(told.person),
            "date": moment(message.received_at),
            "author": [{"display": message.received_from}],
            "custodian": reference("Organization", f"service-{message.service_id}", message.service.name),
            "content": [
                {
                    "attachment": {
                        "contentType": document.media_type,
                        "url": f"{told.base}/Binary/{number}",
                        "size": len(document.content),
                        # FHIR R4 asks for SHA-1 here: it says whether bytes arrived whole, and protects nothing
                        "hash": base64.b64encode(sha1(document.content, usedforsecurity=False).digest()).decode(),
                        "title": document.title,
                        "creation": moment(message.received_at),
                    }
                }
            ],
            "context": {"related": [reference("ServiceRequest", message.referral_id)]},
        }
        for number, document in _documents(message)
    ]


def _binaries(message: KeptMessage, told: Told) -> list[dict]:
    return [
        {
            "resourceType": "Binary",
            "id": number,
            "meta": {"lastUpdated": moment(message.received_at)},
            "contentType": document.media_type,
            "securityContext": patient(told.person),
            "data": base64.b64encode(document.content).decode(),
        }
        for number, document in _documents(message)
    ]


KIND = Kind(
    name="DocumentReference",
    about="Documents about somebody: letters, reports and pictures that were kept",
    profile=UK_CORE + "DocumentReference",
    sources=(
        Source(
            rows=_messages,
            made=_references,
            person="referral__person_id",
            prefix=MESSAGE,
            narrow={"date": by_days("received_at__date")},
        ),
    ),
    parameters=(
        link("patient", "subject", "Patient", "whom it is about"),
        link("subject", "subject", "Patient", "whom it is about"),
        token("status", "status", "always current"),
        token("type", "type", "what sort of document, with :text"),
        token("contenttype", "content.attachment.contentType", "media type"),
        date_of("date", "date", "when we got it"),
        link("related", "context.related", "ServiceRequest", "the referral it came with"),
    ),
)
BINARY = Kind(
    name="Binary",
    about="What is in a document; read by the address that its DocumentReference gives",
    sources=(Source(rows=_messages, made=_binaries, person="referral__person_id", prefix=MESSAGE),),
    is_searched=False,
)
