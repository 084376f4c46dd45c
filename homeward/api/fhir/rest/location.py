"""Location: where people live or are staying, as the place of a visit. How to get in is never sent."""

from django.db.models import QuerySet

from homeward.access.rules import Actor, Sight
from homeward.api.fhir.rest.elements import LOCAL, TERMINOLOGY, UK_CORE, coding, concept, telephone
from homeward.api.fhir.rest.kind import Kind, Source, Told
from homeward.api.fhir.rest.parameters import string, token
from homeward.people.models import Address
from homeward.people.states import AddressKind


def _rows(actor: Actor) -> QuerySet:
    return Address.objects.filter(person__service_id__in=actor.service_ids)


def _made(address: Address, told: Told) -> list[dict]:
    is_standing = address.ends_on is None or address.ends_on >= told.today
    place = None
    if address.latitude is not None and address.longitude is not None:
        place = {"longitude": address.longitude, "latitude": address.latitude}
    return [
        {
            "resourceType": "Location",
            "id": str(address.pk),
            "status": "active" if is_standing else "inactive",
            "mode": "instance",
            "type": [
                {
                    "coding": [
                        coding(TERMINOLOGY + "v3-RoleCode", "PTRES", "Patient's Residence"),
                        coding(LOCAL + "address-kind", address.kind, AddressKind(address.kind).label),
                    ]
                }
            ],
            "telecom": [telephone(address.phone)],
            "address": {"line": [one.strip() for one in address.lines.split(",")], "postalCode": address.postcode},
            "physicalType": concept(TERMINOLOGY + "location-physical-type", "ho", "House"),
            "position": place,
        }
    ]


KIND = Kind(
    name="Location",
    about="Where people live or are staying; never how to get in",
    profile=UK_CORE + "Location",
    sources=(Source(rows=_rows, made=_made, person="person_id"),),
    needs=Sight.VISIT,
    parameters=(
        string("address", "address", "any part of the address"),
        string("address-postalcode", "address.postalCode", "postcode"),
        token("status", "status", "active while somebody is there"),
        token("type", "type", "home, temporary, bed or incident"),
    ),
)
