"""Organization: the service itself, employers, practices and others who refer people."""

from django.db.models import QuerySet

from homeward.access.rules import Actor, Sight
from homeward.api.fhir.rest.elements import LOCAL, ODS_CODE, TERMINOLOGY, UK_CORE, coding, concept
from homeward.api.fhir.rest.kind import Kind, Source, Told
from homeward.api.fhir.rest.parameters import string, token
from homeward.teams.models import Organisation, Service

TYPES = TERMINOLOGY + "organization-type"
HEALTH = ("nhs_trust", "hospital", "gp_practice", "ambulance")


def _services(actor: Actor) -> QuerySet:
    return Service.objects.filter(pk__in=actor.service_ids)


def _service(service: Service, told: Told) -> list[dict]:
    return [
        {
            "resourceType": "Organization",
            "id": f"service-{service.pk}",
            "identifier": [{"system": LOCAL + "service", "value": service.code}],
            "active": True,
            "type": [concept(TYPES, "team", "Organizational team")],
            "name": service.name,
        }
    ]


def _organisations(actor: Actor) -> QuerySet:
    return Organisation.objects.filter(service_id__in=actor.service_ids)


def _organisation(organisation: Organisation, told: Told) -> list[dict]:
    standard = ("prov", "Healthcare Provider") if organisation.kind in HEALTH else ("other", "Other")
    return [
        {
            "resourceType": "Organization",
            "id": str(organisation.pk),
            "identifier": [{"system": ODS_CODE, "value": organisation.ods_code}] if organisation.ods_code else [],
            "active": True,
            "type": [
                {
                    "coding": [
                        coding(TYPES, *standard),
                        coding(LOCAL + "organisation-kind", organisation.kind, organisation.get_kind_display()),
                    ]
                }
            ],
            "name": organisation.name,
            "alias": [organisation.short_name] if organisation.short_name else [],
        }
    ]


KIND = Kind(
    name="Organization",
    about="The service itself, employers, practices, and others who refer people",
    profile=UK_CORE + "Organization",
    sources=(
        Source(rows=_organisations, made=_organisation),
        Source(rows=_services, made=_service, prefix="service-"),
    ),
    needs=Sight.NOTHING,
    is_of_a_person=False,
    parameters=(
        token("identifier", "identifier", "ODS code"),
        string("name", "name alias", "name"),
        token("type", "type", "kind of organisation"),
        token("active", "active", "always true"),
    ),
)
