"""What the FHIR door offers, in the CapabilityStatement and in words, made from the table that the router reads."""

from homeward.access.rules import Permission, Sight
from homeward.api.fhir.rest.asking import ALWAYS, MOST_COUNT, USUAL_COUNT
from homeward.api.fhir.rest.kind import Kind
from homeward.api.fhir.rest.parameters import ParameterType
from homeward.api.fhir.rest.table import KINDS
from homeward.api.fhir.rest.writing import CREATED_BY

DOCUMENTATION = (
    "Reads need a bearer token of a system connected for reading, or somebody signed in. What each sees is what the "
    "pages would show them: by role, and by what ties them to the person. Every read is audited. A search parameter "
    "that is not known is refused, unless Prefer: handling=lenient is sent; then it is named in the answer."
)
SEES = {
    Sight.NOTHING: "not about a person",
    Sight.CARD: "the card",
    Sight.VISIT: "what a visit needs",
    Sight.RECORD: "the record",
}


def rest_resources() -> list[dict]:
    """The resources of the CapabilityStatement."""
    return [_resource(kind) for kind in KINDS.values()]


def interactions(kind: Kind) -> list[str]:
    """What can be done with a kind: the router asks here too."""
    done = ["read"]
    if kind.is_searched:
        done.append("search-type")
    if kind.name in CREATED_BY:
        done.append("create")
    return done


def included(kind: Kind) -> list[str]:
    """What a search can bring along from this kind."""
    return [f"{kind.name}:{one.name}" for one in kind.parameters if one.type is ParameterType.REFERENCE]


def led_from(kind: Kind) -> list[str]:
    """What a search of this kind can bring along that refers to what it finds."""
    return [
        f"{other.name}:{one.name}"
        for other in KINDS.values()
        if other.is_searched
        for one in other.parameters
        if one.type is ParameterType.REFERENCE and kind.name in one.targets
    ]


def _resource(kind: Kind) -> dict:
    said: dict = {"type": kind.name, "documentation": kind.about}
    if kind.profile:
        said["supportedProfile"] = [kind.profile]
    said["interaction"] = [{"code": code} for code in interactions(kind)]
    said["versioning"] = "versioned"
    said["readHistory"] = False
    said["updateCreate"] = False
    said["conditionalCreate"] = False
    said["conditionalRead"] = "full-support"
    if kind.is_searched:
        if included(kind):
            said["searchInclude"] = included(kind)
        if led_from(kind):
            said["searchRevInclude"] = led_from(kind)
        said["searchParam"] = [
            {"name": one.name, "type": one.type.value, "documentation": one.about}
            for one in (*ALWAYS, *kind.parameters)
        ]
    if kind.name == "Patient":
        said["operation"] = [
            {"name": "everything", "definition": "http://hl7.org/fhir/OperationDefinition/Patient-everything"}
        ]
    return said


def conformance_table() -> str:
    """The table of docs/guides/fhir.md: every kind, what can be done, what is needed to see it, what finds it."""
    lines = [
        "| Resource | What it is here | Done by | Seen by whoever sees | Searched by | Brings along |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for kind in KINDS.values():
        done = ", ".join(interactions(kind)) + (", $everything" if kind.name == "Patient" else "")
        sees = "the audit trail" if kind.permission is Permission.SEE_AUDIT else SEES[kind.needs]
        names = ", ".join(f"`{one.name}`" for one in kind.parameters) or "not searched"
        along = ", ".join(f"`{name.partition(':')[2]}`" for name in included(kind)) or "nothing"
        lines.append(f"| {kind.name} | {kind.about} | {done} | {sees} | {names} | {along} |")
    lines += [
        "",
        f"Every kind that is searched also takes `_id`, `_lastUpdated`, `_count` (at most {MOST_COUNT}; {USUAL_COUNT} "
        "where it is not said), `_include`, `_revinclude`, `_elements`, `_total` and `_summary` (count or false).",
    ]
    return "\n".join(lines)
