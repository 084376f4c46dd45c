"""A FHIR document about a stay, such as an ITK3 eDischarge: its sections as one letter to read."""

from collections.abc import Iterator

from lxml import etree

from homeward.api.fhir.bundle import MessageBundle
from homeward.api.fhir.datatypes import read_concept, whole_day
from homeward.api.fhir.node import Node
from homeward.api.hospital.said import Letter
from homeward.api.intake.safe_xml import XmlNotReadableError, parsed

MOST_CHARACTERS = 200_000  # of a letter; the longest published has 12,000
_BLOCKS = {"p", "div", "li", "tr", "table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "br", "caption", "dt", "dd"}
_CELLS = {"td", "th"}


def read_letter(bundle: MessageBundle, composition: Node) -> Letter:
    """The document that a Composition makes of its sections, as plain text."""
    title = composition.text("title") or read_concept(composition.node("type")).words() or "Discharge document"
    lines = [title, ""]
    for section, depth in _sections(composition, 0):
        heading = section.text("title") or read_concept(section.node("code")).words()
        read_concept(section.node("code"))
        narrative = section.node("text")
        text = plain(narrative.text("div"))
        narrative.pass_over("status")
        for entry in section.nodes("entry"):
            entry.pass_over("reference", "display", "type")
        if heading or text:
            lines += [f"{'  ' * depth}{heading}".rstrip(), text, ""]
    text = "\n".join(lines).strip()
    dated = composition.text("date")
    composition.pass_over("identifier", "status", "confidentiality")
    return Letter(title[:200], text[:MOST_CHARACTERS], whole_day(dated))


def _sections(holder: Node, depth: int) -> Iterator[tuple[Node, int]]:
    for section in holder.nodes("section"):
        yield section, depth
        yield from _sections(section, depth + 1)


def plain(narrative: str) -> str:
    """XHTML as plain text: a row of a table is a line, its heading before its value. Nothing is run or fetched."""
    if not narrative.strip():
        return ""
    try:
        root = parsed(narrative, [])
    except XmlNotReadableError:
        return ""
    words: list[str] = []
    _write(root, words)
    lines = [" ".join(line.split()) for line in "".join(words).split("\n")]
    return "\n".join(line.strip(" |") for line in lines if line.strip(" |"))


def _write(element: etree._Element, words: list[str]) -> None:
    name = etree.QName(element).localname.lower() if isinstance(element.tag, str) else ""
    if name in ("script", "style"):
        return
    if name in _BLOCKS and not _is_in_a_cell(element):
        words.append("\n")
    if element.text:
        words.append(element.text.replace("\n", " "))
    for child in element:
        _write(child, words)
        if child.tail:
            words.append(child.tail.replace("\n", " "))
    if name == "th" and element.getnext() is not None and etree.QName(element.getnext()).localname == "td":
        words.append(": ")
    elif name in _CELLS:
        words.append(" | ")
    elif name in _BLOCKS:
        is_last = element.getnext() is None
        words.append("\n" if not _is_in_a_cell(element) else "" if is_last else ", ")


def _is_in_a_cell(element: etree._Element) -> bool:
    parent = element.getparent()
    while parent is not None:
        if isinstance(parent.tag, str) and etree.QName(parent).localname in _CELLS:
            return True
        parent = parent.getparent()
    return False
