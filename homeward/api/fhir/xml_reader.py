"""FHIR XML to plain FHIR JSON.

Which elements repeat and which are numbers is looked up in `shape`; an element the standard does not know is
carried over as text and objects, for `settling` to list. No entity is expanded and nothing is fetched.
"""

import re
from decimal import Decimal, InvalidOperation

from lxml import etree

from homeward.api.fhir.shape import RESOURCE, ElementShape, elements_of, is_resource
from homeward.api.intake.notes import NotUnderstood, shortened
from homeward.api.intake.safe_xml import XmlNotReadableError, is_deeper, parsed

FHIR_NAMESPACE = "http://hl7.org/fhir"
XHTML_NAMESPACE = "http://www.w3.org/1999/xhtml"

_INTEGERS = {"integer", "positiveInt", "unsignedInt", "integer64"}
_WHOLE_NUMBER = re.compile(r"[+-]?\d{1,18}")


def read_xml(text: str, deepest: int) -> tuple[dict, list[NotUnderstood]]:
    """The resource in `text` as plain FHIR JSON, and what did not fit.

    Raises: XmlNotReadableError for broken XML, a document type (entities), nesting over `deepest`, or XML that is
    not FHIR.
    """
    notes: list[NotUnderstood] = []
    root = parsed(text, notes)
    if is_deeper(root, 2 * deepest):
        raise XmlNotReadableError(f"The XML is nested more than {2 * deepest} levels deep.", "too-costly")
    name = etree.QName(root)
    if not is_resource(name.localname):
        raise XmlNotReadableError(
            f"The XML is a “{name.localname[:60]}” and not a FHIR R4 resource. Send a FHIR message Bundle."
        )
    if name.namespace != FHIR_NAMESPACE:
        notes.append(NotUnderstood(name.localname, "The XML does not say it is FHIR (its namespace is missing)."))
    return _resource(root, name.localname, notes), notes


def _resource(element: etree._Element, resource_type: str, notes: list[NotUnderstood]) -> dict:
    return {"resourceType": resource_type, **_object(element, resource_type, resource_type, notes)}


def _object(element: etree._Element, type_name: str, path: str, notes: list[NotUnderstood]) -> dict:
    shapes = elements_of(type_name) or {}
    content: dict = {}
    for attribute, value in element.attrib.items():
        name = etree.QName(attribute).localname
        if name in ("id", "url"):
            content[name] = value
        elif name != "schemaLocation":
            notes.append(NotUnderstood(path, f"It has an attribute “{name[:60]}”: {shortened(value)}"))
    if element.text and element.text.strip():
        notes.append(NotUnderstood(path, f"There is text outside any element: {shortened(element.text)}"))
    for child in element:
        if not isinstance(child.tag, str):
            continue  # an entity reference that was not resolved
        name = etree.QName(child).localname
        inner_path = f"{path}.{name}"
        if child.tail and child.tail.strip():
            notes.append(NotUnderstood(path, f"There is text outside any element: {shortened(child.tail)}"))
        _add(content, name, child, shapes.get(name), inner_path, notes)
    return content


def _add(
    content: dict, name: str, child: etree._Element, shape: ElementShape | None, path: str, notes: list[NotUnderstood]
) -> None:
    value, beside = _value(child, shape, path, notes)
    repeats = shape is not None and shape.repeats
    if name in content and not isinstance(content[name], list):
        content[name] = [content[name]]
    if repeats or name in content:
        content.setdefault(name, []).append(value)
        if beside or f"_{name}" in content:
            extensions = content.setdefault(f"_{name}", [])
            extensions = extensions if isinstance(extensions, list) else [extensions]
            extensions.extend([None] * (len(content[name]) - 1 - len(extensions)))
            extensions.append(beside or None)
            content[f"_{name}"] = extensions
        return
    if value is not None or not beside:
        content[name] = value
    if beside:
        content[f"_{name}"] = beside


def _value(
    child: etree._Element, shape: ElementShape | None, path: str, notes: list[NotUnderstood]
) -> tuple[object, dict]:
    """The JSON value of an element, and the id and extensions that stand beside a primitive one."""
    namespace = etree.QName(child).namespace
    if namespace == XHTML_NAMESPACE:
        return etree.tostring(child, encoding="unicode", with_tail=False), {}
    if shape is not None and shape.type_name == RESOURCE:
        return _contained(child, path, notes), {}
    if shape is not None and not shape.is_primitive:
        if "value" in child.attrib and not len(child):
            return child.attrib["value"], {}  # text where an object belongs: listed by `settling`
        return _object(child, shape.type_name, path, notes), {}
    if "value" in child.attrib or shape is not None:
        content = _object_beside(child, path, notes)
        return _primitive(child.attrib.get("value"), shape), content
    return _object(child, "", path, notes), {}


def _object_beside(child: etree._Element, path: str, notes: list[NotUnderstood]) -> dict:
    beside: dict = {}
    if child.text and child.text.strip():
        notes.append(NotUnderstood(path, f"There is text outside any element: {shortened(child.text)}"))
    for attribute, value in child.attrib.items():
        name = etree.QName(attribute).localname
        if name == "id":
            beside["id"] = value
        elif name != "value":
            notes.append(NotUnderstood(path, f"It has an attribute “{name[:60]}”: {shortened(value)}"))
    for inner in child:
        if not isinstance(inner.tag, str):
            continue
        name = etree.QName(inner).localname
        if name == "extension":
            beside.setdefault("extension", []).append(_object(inner, "Extension", f"{path}.extension", notes))
        else:
            text = shortened(etree.tostring(inner, encoding="unicode", with_tail=False))
            notes.append(NotUnderstood(f"{path}.{name}", f"This does not belong here: {text}"))
    return beside


def _contained(child: etree._Element, path: str, notes: list[NotUnderstood]) -> dict:
    resources = [inner for inner in child if isinstance(inner.tag, str)]
    if not resources:
        return {}
    notes.extend(
        NotUnderstood(path, f"Only the first resource here is read; there is also a {_local(extra)}.")
        for extra in resources[1:]
    )
    return _resource(resources[0], _local(resources[0]), notes)


def _local(element: etree._Element) -> str:
    return etree.QName(element).localname


def _primitive(value: str | None, shape: ElementShape | None) -> object:
    if value is None or shape is None:
        return value
    text = value.strip()
    if shape.type_name == "boolean" and text in ("true", "false"):
        return text == "true"
    if shape.type_name in _INTEGERS and _WHOLE_NUMBER.fullmatch(text):
        return int(text)
    if shape.type_name == "decimal":
        try:
            number = Decimal(text)
        except InvalidOperation:
            return value
        return number if number.is_finite() and abs(number.adjusted()) < 40 else value
    return value
