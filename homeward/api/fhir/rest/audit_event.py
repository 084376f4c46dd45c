"""AuditEvent: who saw or changed what, for those who watch over it."""

from django.db.models import QuerySet

from homeward.access.rules import Actor, Permission, Sight
from homeward.api.fhir.rest.elements import LOCAL, TERMINOLOGY, coding, moment
from homeward.api.fhir.rest.kind import Kind, Source, Told, by_days
from homeward.api.fhir.rest.parameters import date_of, link, token
from homeward.audit.models import Event

# Begins of our words for an action, as FHIR's create, read, update, delete, execute
READS = ("see", "open", "read", "search", "print", "export", "refused", "look", "show", "download")
CREATES = ("add", "register", "raise", "start", "receive", "write", "connect", "note", "upload", "keep")


def _rows(actor: Actor) -> QuerySet:
    return Event.objects.filter(service_id__in=actor.service_ids)


def _did(action: str) -> str:
    first = action.split(" ")[0]
    return "R" if first in READS else "C" if first in CREATES else "U"


def _made(event: Event, told: Told) -> list[dict]:
    people = sorted({*event.people, *([event.person_id] if event.person_id else [])})
    person = {
        "type": coding(TERMINOLOGY + "audit-entity-type", "1", "Person"),
        "role": coding(TERMINOLOGY + "object-role", "1", "Patient"),
    }
    entities = [{"what": {"reference": f"Patient/{number}"}, **person} for number in people]
    entities.append(
        {
            "what": {"identifier": {"system": LOCAL + "subject", "value": f"{event.subject_kind}/{event.subject_id}"}},
            "type": coding(TERMINOLOGY + "audit-entity-type", "2", "System Object"),
        }
    )
    was_refused = event.action.startswith("refused")
    return [
        {
            "resourceType": "AuditEvent",
            "id": str(event.pk),
            "meta": {"lastUpdated": moment(event.at)},
            "type": coding(TERMINOLOGY + "audit-event-type", "rest", "RESTful Operation")
            if event.action.endswith("by FHIR")
            else coding("http://dicom.nema.org/resources/ontology/DCM", "110100", "Application Activity"),
            "subtype": [
                {"system": LOCAL + "audit-action", "code": event.action.replace(" ", "-"), "display": event.action}
            ],
            "action": _did(event.action),
            "recorded": moment(event.at),
            "outcome": "4" if was_refused else "0",
            "agent": [
                {
                    "role": [{"text": event.actor_role}],
                    "who": {
                        "identifier": {"system": LOCAL + "account", "value": str(event.actor_account_id or "")},
                        "display": ", ".join(filter(None, [event.actor_name, event.employer])),
                    },
                    "requestor": True,
                }
            ],
            "source": {"observer": {"display": "Homeward"}},
            "entity": entities,
        }
    ]


KIND = Kind(
    name="AuditEvent",
    about="Who saw or changed what; for those who watch over it, and for nobody else",
    sources=(Source(rows=_rows, made=_made, narrow={"date": by_days("at__date")}),),
    needs=Sight.NOTHING,
    permission=Permission.SEE_AUDIT,
    is_of_a_person=False,
    parameters=(
        link("patient", "entity.what", "Patient", "whose record was seen or changed"),
        link("entity", "entity.what", "Patient", "whose record was seen or changed"),
        token("action", "action", "C, R or U"),
        token("subtype", "subtype", "our words for it, with hyphens"),
        token("agent-identifier", "agent.who.identifier", "the account"),
        date_of("date", "recorded", "when"),
    ),
)
