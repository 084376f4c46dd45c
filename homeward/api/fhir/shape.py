"""The shape of FHIR R4 resources: which elements there are, which repeat, which codes each allows.

Taken from the R4B models of fhir.resources (there is no plain R4; for these resources the two agree). Only the
models' description of the standard is used, never their own reading: it cannot read message bundles in XML and
lets disallowed codes through.
"""

import types
import typing
from dataclasses import dataclass
from functools import cache

RESOURCE = "Resource"  # the type of an element that holds any resource: Bundle.entry.resource, contained


@dataclass(frozen=True)
class ElementShape:
    """One element of a resource or data type.

    `type_name`: a FHIR data type, resource or part (`HumanName`, `PatientContact`), `Resource` for any resource,
    or a primitive in its FHIR spelling (`boolean`, `dateTime`, `code`).
    """

    name: str
    type_name: str
    is_primitive: bool
    repeats: bool
    is_required: bool
    codes: tuple[str, ...]
    choice: str  # `deceased` for deceasedBoolean: elements of one choice exclude each other; "" for none


def _without_none(annotation):
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        kept = [part for part in typing.get_args(annotation) if part is not type(None)]
        if len(kept) == 1:
            return kept[0]
    return annotation


def _type_of(annotation) -> tuple[str, bool, bool]:
    """The type name, whether it is primitive, whether it repeats."""
    annotation = _without_none(annotation)
    if typing.get_origin(annotation) is list:
        inner, is_primitive, _ = _type_of(typing.get_args(annotation)[0])
        return inner, is_primitive, True
    if annotation is bool:
        return "boolean", True, False
    if typing.get_origin(annotation) is typing.Annotated:
        described = typing.get_args(annotation)[-1]
        name = type(described).__name__.removesuffix("Version")
        return name[0].lower() + name[1:], True, False
    return annotation.__name__.removesuffix("Type"), False, False


@cache
def elements_of(type_name: str) -> dict[str, ElementShape] | None:
    """The elements of a resource, data type or part by name, in the order of the standard.

    None when there is no such type in FHIR R4.
    """
    from fhir.resources.R4B import get_fhir_model_class  # slow to import, needed only when a message comes

    try:
        model = get_fhir_model_class(type_name)
    except (KeyError, LookupError, ValueError):
        return None
    shapes = {}
    for field_name, field in model.model_fields.items():
        extra = field.json_schema_extra
        described: dict[str, typing.Any] = dict(extra) if isinstance(extra, dict) else {}
        if field_name == "resource_type" or field_name.endswith("__ext") or not described.get("element_property"):
            continue
        name = field.alias or field_name
        type_of_element, is_primitive, repeats = _type_of(field.annotation)
        shapes[name] = ElementShape(
            name=name,
            type_name=type_of_element,
            is_primitive=is_primitive,
            repeats=repeats,
            is_required=field.is_required() or bool(described.get("element_required")),
            # "+" says that the list goes on, so nothing can be said to be outside it
            codes=() if "+" in described.get("enum_values", ()) else tuple(described.get("enum_values", ())),
            choice=described.get("one_of_many", ""),
        )
    order = {name: place for place, name in enumerate(model.elements_sequence())}
    return dict(sorted(shapes.items(), key=lambda item: order.get(item[0], len(order))))


@cache
def is_resource(type_name: str) -> bool:
    """Whether FHIR R4 has a resource of this name."""
    return {"meta", "implicitRules"} <= set(elements_of(type_name) or {})
