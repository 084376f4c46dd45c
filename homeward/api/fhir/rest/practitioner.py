"""Practitioner and PractitionerRole: everybody on the roster, of every employer."""

from django.db.models import QuerySet

from homeward.access.rules import Actor, Sight
from homeward.api.fhir.rest.elements import LOCAL, UK_CORE, coding, reference, said
from homeward.api.fhir.rest.kind import Kind, Source, Told
from homeward.api.fhir.rest.parameters import link, string, token
from homeward.procedures.selectors import skill_title
from homeward.teams.models import Worker

REFERENCE = LOCAL + "worker-reference"


def _rows(actor: Actor) -> QuerySet:
    return Worker.objects.filter(service_id__in=actor.service_ids).select_related("organisation", "team", "service")


def _identifier(worker: Worker) -> list[dict]:
    # what an employer calls a worker is that employer's: two may use one number
    return [{"system": f"{REFERENCE}:{worker.service.code}", "value": worker.local_reference}]


def _practitioner(worker: Worker, told: Told) -> list[dict]:
    return [
        {
            "resourceType": "Practitioner",
            "id": str(worker.pk),
            "identifier": _identifier(worker),
            "active": worker.is_active,
            "name": [{"text": worker.label}],
        }
    ]


def _role(worker: Worker, told: Told) -> list[dict]:
    skills = [{"coding": [coding(LOCAL + "skill", skill, skill_title(skill))]} for skill in worker.skills]
    return [
        {
            "resourceType": "PractitionerRole",
            "id": str(worker.pk),
            "identifier": _identifier(worker),
            "active": worker.is_active,
            "practitioner": reference("Practitioner", worker.pk, worker.label),
            "organization": reference("Organization", worker.organisation_id, worker.organisation.name),
            "code": [*([said(worker.job_title)] if worker.job_title else []), *skills],
        }
    ]


PRACTITIONER = Kind(
    name="Practitioner",
    about="Everybody on the roster, of every employer",
    profile=UK_CORE + "Practitioner",
    sources=(Source(rows=_rows, made=_practitioner),),
    needs=Sight.NOTHING,
    is_of_a_person=False,
    parameters=(
        token("identifier", "identifier", "what the service calls them"),
        string("name", "name", "name"),
        token("active", "active", "whether they work here now"),
    ),
)
ROLE = Kind(
    name="PractitionerRole",
    about="What somebody on the roster does, and for whom",
    profile=UK_CORE + "PractitionerRole",
    sources=(Source(rows=_rows, made=_role),),
    needs=Sight.NOTHING,
    is_of_a_person=False,
    parameters=(
        token("identifier", "identifier", "what the service calls them"),
        link("practitioner", "practitioner", "Practitioner", "who it is"),
        link("organization", "organization", "Organization", "their employer"),
        token("role", "code", "a skill of the procedures"),
        token("active", "active", "whether they work here now"),
    ),
)
