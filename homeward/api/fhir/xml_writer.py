"""Plain FHIR JSON to FHIR XML, for answers. Elements come in the order of the standard."""

from lxml import etree

from homeward.api.fhir.shape import RESOURCE, ElementShape, elements_of
from homeward.api.fhir.xml_reader import FHIR_NAMESPACE


def write_xml(resource: dict) -> bytes:
    """The resource as a UTF-8 XML document. Elements the standard does not know are left out: we write none."""
    root = _resource(resource)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _resource(resource: dict) -> etree._Element:
    name = resource["resourceType"]
    element = etree.Element(f"{{{FHIR_NAMESPACE}}}{name}", nsmap={None: FHIR_NAMESPACE})
    _fill(element, resource, name)
    return element


def _fill(element: etree._Element, content: dict, type_name: str) -> None:
    for name, shape in (elements_of(type_name) or {}).items():
        if name == "url" and type_name == "Extension":
            element.set("url", content["url"])
            continue
        value = content.get(name)
        for item in value if isinstance(value, list) else [value]:
            if item is not None:
                element.append(_element(name, item, shape))


def _element(name: str, value: object, shape: ElementShape) -> etree._Element:
    element = etree.Element(f"{{{FHIR_NAMESPACE}}}{name}", nsmap={None: FHIR_NAMESPACE})
    if shape.is_primitive:
        element.set("value", str(value).lower() if isinstance(value, bool) else str(value))
    elif shape.type_name == RESOURCE and isinstance(value, dict):
        element.append(_resource(value))
    elif isinstance(value, dict):
        _fill(element, value, shape.type_name)
    return element
