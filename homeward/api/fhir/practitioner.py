"""Practitioner and PractitionerRole: the professional who asks, or who knows the person."""

from dataclasses import dataclass

from homeward.api.fhir.bundle import MessageBundle
from homeward.api.fhir.datatypes import (
    ContactMethod,
    Identifier,
    read_concepts,
    read_contact_methods,
    read_identifiers,
    read_name,
)
from homeward.api.fhir.node import Node
from homeward.api.fhir.organisation import NOBODY, Organisation, read_organisation


@dataclass(frozen=True)
class Professional:
    """Someone acting in a professional role, and for whom. Any part may be empty."""

    name: str
    role: str
    organisation: Organisation
    telephones: tuple[ContactMethod, ...]
    identifiers: tuple[Identifier, ...]

    def __bool__(self) -> bool:
        return bool(self.name or self.organisation)


NO_PROFESSIONAL = Professional("", "", NOBODY, (), ())


def read_professional(bundle: MessageBundle, node: Node) -> Professional:
    """The professional in a Practitioner, PractitionerRole, Organization or HealthcareService.

    A Practitioner is completed from the PractitionerRole in the message that names them.
    """
    resource_type = bundle.resource_type(node)
    if resource_type in ("Organization", "HealthcareService"):
        organisation = read_organisation(bundle, node)
        return Professional(organisation.name, "", organisation, organisation.telephones, ())
    if resource_type == "PractitionerRole":
        return _in_role(bundle, node, bundle.follow(node.node("practitioner"), node))
    if resource_type == "Practitioner":
        return _in_role(bundle, bundle.role_of(node), node)
    return NO_PROFESSIONAL


def _in_role(bundle: MessageBundle, role: Node, practitioner: Node) -> Professional:
    names = [read_name(name).words() for name in practitioner.nodes("name")]
    titles = [concept.words() for concept in (*read_concepts(role, "code"), *read_concepts(role, "specialty"))]
    for part in (role, practitioner):
        part.pass_over("active", "gender")
    return Professional(
        name=next((name for name in names if name), ""),
        role=", ".join(dict.fromkeys(title for title in titles if title)),
        organisation=read_organisation(bundle, bundle.follow(role.node("organization"), role)),
        telephones=(*read_contact_methods(practitioner), *read_contact_methods(role)),
        identifiers=(*read_identifiers(practitioner), *read_identifiers(role)),
    )
