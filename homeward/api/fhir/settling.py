"""Gives plain FHIR JSON the shape the standard promises, and lists everything that did not have it.

Afterwards every element is known to the standard, lists are lists, objects are objects, numbers are numbers. What
could not be settled is taken out and listed with its value, so that nothing is lost without a word.
"""

import re
from decimal import Decimal, InvalidOperation

from homeward.api.fhir.shape import RESOURCE, ElementShape, elements_of, is_resource
from homeward.api.intake.notes import NotUnderstood, shortened

# FHIR R4 datatypes, https://hl7.org/fhir/R4/datatypes.html
_YEAR = r"\d{4}"
_DAY = rf"{_YEAR}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?"
_CLOCK = r"([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?"
_ZONE = r"(Z|[+-]((0\d|1[0-3]):[0-5]\d|14:00))"
_WRITTEN_AS = {
    "date": re.compile(_DAY),
    "dateTime": re.compile(rf"{_YEAR}|{_YEAR}-(0[1-9]|1[0-2])|{_YEAR}-(0[1-9]|1[0-2])-\d\d(T{_CLOCK}{_ZONE})?"),
    "instant": re.compile(rf"{_YEAR}-(0[1-9]|1[0-2])-\d\dT{_CLOCK}{_ZONE}"),
    "time": re.compile(_CLOCK),
}
_SMALLEST = {"positiveInt": 1, "unsignedInt": 0}
_INTEGERS = {"integer", "positiveInt", "unsignedInt", "integer64"}


def settle(resource: dict, path: str = "") -> tuple[dict, list[NotUnderstood]]:
    """The resource in the shape of the standard, and a note for each part that was not.

    A resource of a type the standard does not know comes back with only its type and id, and a note.
    """
    notes: list[NotUnderstood] = []
    return _settled_resource(resource, path, notes), notes


def _settled_resource(resource: dict, path: str, notes: list[NotUnderstood]) -> dict:
    resource_type = resource.get("resourceType")
    if not isinstance(resource_type, str) or not is_resource(resource_type):
        named = resource_type if isinstance(resource_type, str) else ""
        notes.append(NotUnderstood(path, f"There is no such resource in FHIR R4: “{named[:60]}”."))
        return {"resourceType": named}
    inner_path = f"{path} {resource_type}" if path else resource_type
    return {"resourceType": resource_type, **_settled_object(resource, resource_type, inner_path, notes)}


def _settled_object(content: dict, type_name: str, path: str, notes: list[NotUnderstood]) -> dict:
    shapes = elements_of(type_name)
    if shapes is None:
        return {}
    settled: dict = {}
    for name, value in content.items():
        if name == "resourceType":
            continue
        shape = shapes.get(name.removeprefix("_"))
        if shape is None or (name.startswith("_") and not shape.is_primitive):
            notes.append(NotUnderstood(f"{path}.{name}", f"FHIR R4 has no such element here: {shortened(value)}"))
        elif name.startswith("_"):
            _add_beside(settled, name, value, shape, f"{path}.{name[1:]}", notes)
        else:
            _add(settled, value, shape, f"{path}.{name}", notes)
    _note_missing(content, shapes, path, notes)
    return settled


def _note_missing(content: dict, shapes: dict[str, ElementShape], path: str, notes: list[NotUnderstood]) -> None:
    chosen: dict[str, list[str]] = {}
    for name, shape in shapes.items():
        if shape.is_required and name not in content and f"_{name}" not in content:
            notes.append(NotUnderstood(f"{path}.{name}", "FHIR R4 requires this element; it is missing."))
        if shape.choice and name in content:
            chosen.setdefault(shape.choice, []).append(name)
    for choice, names in chosen.items():
        if len(names) > 1:
            notes.append(NotUnderstood(f"{path}.{choice}[x]", f"Only one of these may be given: {', '.join(names)}."))


def _add(settled: dict, value: object, shape: ElementShape, path: str, notes: list[NotUnderstood]) -> None:
    if shape.repeats:
        if not isinstance(value, list):
            notes.append(NotUnderstood(path, "It should be a list; it was read as a list of one."))
            value = [value]
        kept = []
        for place, item in enumerate(value):
            one = _settled_value(item, shape, f"{path}[{place}]", notes)
            if one is not None:
                kept.append(one)
            elif shape.is_primitive:
                kept.append(None)  # `_name` beside it is lined up by place
        if any(item is not None for item in kept):
            settled[shape.name] = kept
        return
    if isinstance(value, list):
        notes.append(NotUnderstood(path, f"It should be there once; it is there {len(value)} times."))
        for place, item in enumerate(value[1:], start=1):
            notes.append(NotUnderstood(f"{path}[{place}]", f"Not used: {shortened(item)}"))
        value = value[0] if value else None
    one = _settled_value(value, shape, path, notes)
    if one is not None:
        settled[shape.name] = one


def _settled_value(value: object, shape: ElementShape, path: str, notes: list[NotUnderstood]) -> object:
    if value is None:
        if not shape.is_primitive:
            notes.append(NotUnderstood(path, "It is empty."))
        return None
    if shape.is_primitive:
        return _settled_primitive(value, shape, path, notes)
    if not isinstance(value, dict):
        notes.append(NotUnderstood(path, f"It should be a {shape.type_name}, not a bare value: {shortened(value)}"))
        return None
    if shape.type_name == RESOURCE:
        return _settled_resource(value, path, notes)
    return _settled_object(value, shape.type_name, path, notes)


def _settled_primitive(value: object, shape: ElementShape, path: str, notes: list[NotUnderstood]) -> object:
    kind = shape.type_name
    if isinstance(value, dict | list):
        notes.append(NotUnderstood(path, f"It should be a single {kind}: {shortened(value)}"))
        return None
    if kind == "boolean":
        return _settled_boolean(value, path, notes)
    if kind == "decimal" or kind in _INTEGERS:
        return _settled_number(value, kind, path, notes)
    if isinstance(value, bool):
        value = "true" if value else "false"
    if not isinstance(value, str):
        notes.append(NotUnderstood(path, f"It should be text; it was a number: {shortened(value)}"))
        value = str(value)
    if not value.strip():
        notes.append(NotUnderstood(path, "It is empty."))
        return None
    if kind in _WRITTEN_AS and not _WRITTEN_AS[kind].fullmatch(value.strip()):
        notes.append(NotUnderstood(path, f"It is not written as a FHIR {kind}: {shortened(value)}"))
        return value  # the reader of dates decides what can be made of it
    if kind == "code":
        value = value.strip()
        if shape.codes and value not in shape.codes:
            notes.append(NotUnderstood(path, f"“{shortened(value)}” is not one of {', '.join(shape.codes)}."))
    return value


def _settled_boolean(value: object, path: str, notes: list[NotUnderstood]) -> bool | None:
    if isinstance(value, bool):
        return value
    said = str(value).strip().lower()
    meant = {"true": True, "false": False, "1": True, "0": False}.get(said)
    outcome = "it was not used" if meant is None else "it was read as " + ("yes" if meant else "no")
    notes.append(NotUnderstood(path, f"It should be true or false; {outcome}: {shortened(value)}"))
    return meant


def _settled_number(value: object, kind: str, path: str, notes: list[NotUnderstood]) -> int | Decimal | None:
    number: Decimal | None = None
    if not isinstance(value, bool):
        try:
            number = Decimal(str(value).strip())
        except InvalidOperation:
            number = None
    if number is None or not number.is_finite() or abs(number.adjusted()) >= 40:
        notes.append(NotUnderstood(path, f"It should be a number: {shortened(value)}"))
        return None
    if isinstance(value, str):
        notes.append(NotUnderstood(path, f"It should be a number, not text; it was read as {number}."))
    if kind == "decimal":
        return number
    if number != number.to_integral_value():
        notes.append(NotUnderstood(path, f"It should be a whole number: {shortened(value)}"))
        return None
    if number < _SMALLEST.get(kind, number):
        notes.append(NotUnderstood(path, f"It should be {_SMALLEST[kind]} or more: {shortened(value)}"))
        return None
    return int(number)


def _add_beside(settled: dict, name: str, value: object, shape: ElementShape, path: str, notes: list) -> None:
    """The id and extensions beside a primitive element: `_birthDate`."""
    items = value if isinstance(value, list) else [value]
    kept: list[dict | None] = []
    for item in items:
        if isinstance(item, dict):
            kept.append(_settled_object(item, "Element", path, notes))
        else:
            if item is not None:
                notes.append(NotUnderstood(path, f"Beside this element there should be an object: {shortened(item)}"))
            kept.append(None)
    if shape.repeats:
        settled[name] = kept
    elif kept and kept[0] is not None:
        settled[name] = kept[0]
