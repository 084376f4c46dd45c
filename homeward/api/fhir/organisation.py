"""Organization and HealthcareService: the services that send, receive and know the person."""

from dataclasses import dataclass

from homeward.api.fhir.bundle import MessageBundle
from homeward.api.fhir.datatypes import (
    ContactMethod,
    identifier_in,
    read_address,
    read_concepts,
    read_contact_methods,
    read_identifiers,
)
from homeward.api.fhir.node import Node

ODS_ORGANISATION = "/id/ods-organization-code"  # https://fhir.nhs.uk/Id/ods-organization-code, seen in either case
ODS_SITE = "/id/ods-site-code"
DIRECTORY_OF_SERVICES = "/id/dos-service-id"


@dataclass(frozen=True)
class Organisation:
    """An organisation or one of its services. `ods_code`: its national code, "" when not sent."""

    name: str
    ods_code: str
    service_name: str
    service_id: str
    telephones: tuple[ContactMethod, ...]
    address: str

    def __bool__(self) -> bool:
        return bool(self.name or self.ods_code or self.service_name or self.service_id)


NOBODY = Organisation("", "", "", "", (), "")


def read_organisation(bundle: MessageBundle, node: Node) -> Organisation:
    """The organisation in an Organization, or the service and its organisation in a HealthcareService."""
    if not node:
        return NOBODY
    if bundle.resource_type(node) == "HealthcareService":
        return _service(bundle, node)
    identifiers = read_identifiers(node)
    addresses = [read_address(address).words() for address in node.nodes("address")]
    read_concepts(node, "type")
    node.pass_over("active")
    return Organisation(
        name=node.text("name"),
        ods_code=identifier_in(identifiers, ODS_ORGANISATION) or identifier_in(identifiers, ODS_SITE),
        service_name="",
        service_id=identifier_in(identifiers, DIRECTORY_OF_SERVICES),
        telephones=read_contact_methods(node),
        address=addresses[0] if addresses else "",
    )


def _service(bundle: MessageBundle, node: Node) -> Organisation:
    identifiers = read_identifiers(node)
    providing = bundle.follow(node.node("providedBy"), node)
    is_organisation = bundle.resource_type(providing) == "Organization"  # a service that provides itself never ends
    provider = read_organisation(bundle, providing) if is_organisation else NOBODY
    node.pass_over("active")
    return Organisation(
        name=provider.name,
        ods_code=provider.ods_code,
        service_name=node.text("name"),
        service_id=identifier_in(identifiers, DIRECTORY_OF_SERVICES) or (identifiers[0].value if identifiers else ""),
        telephones=read_contact_methods(node) or provider.telephones,
        address=provider.address,
    )
