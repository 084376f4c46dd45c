"""DocumentReference and Binary: documents about somebody, those that came with messages too, and what is in them."""

import base64
from hashlib import sha1

from django.db.models import QuerySet

from homeward.access.rules import Actor
from homeward.api.documents import documents_in
from homeward.api.fhir.rest.elements import LOCAL, UK_CORE, concept, day, moment, newest, reference, said
from homeward.api.fhir.rest.kind import Kind, Source, Told, by_days
from homeward.api.fhir.rest.parameters import date_of, link, token
from homeward.api.fhir.rest.people_words import patient
from homeward.documents import storage
from homeward.documents.models import Document, DocumentVersion
from homeward.referrals.models import KeptMessage
from homeward.referrals.rules import MessageDocument

MESSAGE = "message-"


def _messages(actor: Actor) -> QuerySet:
    rows = KeptMessage.objects.filter(service_id__in=actor.service_ids, referral__person__isnull=False)
    return rows.select_related("referral", "service")


def _documents(message: KeptMessage) -> list[tuple[str, MessageDocument]]:
    """The documents of a message, except those that were filed: they are found as documents of the person."""
    found = documents_in(bytes(message.content), message.media_type)
    filed = Document.objects.filter(message_id=message.pk, withdrawn_at__isnull=True)
    places = set(filed.values_list("message_place", flat=True)) if found else set()
    return [
        (f"{MESSAGE}{message.pk}-{place}", document) for place, document in enumerate(found, 1) if place not in places
    ]


def _kept(actor: Actor) -> QuerySet:
    rows = Document.objects.filter(person__service_id__in=actor.service_ids)
    return rows.select_related("person__service").prefetch_related("versions")


def _kept_reference(document: Document, told: Told) -> list[dict]:
    version = document.current
    service = document.person.service
    author = ", ".join(filter(None, [version.added_by, version.added_by_role, version.employer]))
    return [
        {
            "resourceType": "DocumentReference",
            "id": str(document.pk),
            "meta": {"lastUpdated": moment(newest([version.added_at, document.withdrawn_at]))},
            "status": "entered-in-error" if document.is_withdrawn else "current",
            "docStatus": "amended" if version.number > 1 else "final",
            "type": concept(LOCAL + "document-kind", document.kind, document.get_kind_display(), document.title),
            "subject": patient(told.person),
            "date": moment(version.added_at),
            "author": [{"display": author}],
            "custodian": reference("Organization", f"service-{service.pk}", service.name),
            "description": document.withdrawn_reason,
            "content": [
                {
                    "attachment": {
                        "contentType": version.media_type,
                        "url": f"{told.base}/Binary/{document.pk}",
                        "size": version.size,
                        "title": document.title,
                        "creation": day(document.happened_on),
                    }
                }
            ],
        }
    ]


def _kept_binary(document: Document, told: Told) -> list[dict]:
    version: DocumentVersion = document.current
    return [
        {
            "resourceType": "Binary",
            "id": str(document.pk),
            "meta": {"lastUpdated": moment(version.added_at)},
            "contentType": version.media_type,
            "securityContext": patient(told.person),
            "data": base64.b64encode(storage.read(version.stored_as, version.sha256)).decode(),
        }
    ]


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
        Source(rows=_kept, made=_kept_reference, person="person_id"),
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
        token("status", "status", "current, or entered-in-error once withdrawn"),
        token("type", "type", "what sort of document, with :text"),
        token("contenttype", "content.attachment.contentType", "media type"),
        date_of("date", "date", "when we got it"),
        link("related", "context.related", "ServiceRequest", "the referral it came with"),
    ),
)
BINARY = Kind(
    name="Binary",
    about="What is in a document; read by the address that its DocumentReference gives",
    sources=(
        Source(rows=_kept, made=_kept_binary, person="person_id"),
        Source(rows=_messages, made=_binaries, person="referral__person_id", prefix=MESSAGE),
    ),
    is_searched=False,
)
