"""XML text as elements: no entity is expanded and nothing is fetched."""

import re

from lxml import etree

from homeward.api.intake.notes import NotUnderstood

_DECLARATION = re.compile(r"^\s*<\?xml\b[^>]*\?>")
_NOT_XML_CHARACTERS = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NOT_XML_REFERENCE = re.compile(r"&#(?:x0*(?:[0-8bcefBCEF]|1[0-9a-fA-F])|0*(?:[0-8]|1[124-9]|2[0-9]|3[01]));")


class XmlNotReadableError(Exception):
    """The text is not XML that can be read; says why, repeats nothing of it."""

    def __init__(self, text: str, issue_code: str = "structure"):
        super().__init__(text)
        self.issue_code = issue_code


def parsed(text: str, notes: list[NotUnderstood]) -> etree._Element:
    """The first element of XML text; control characters and what follows the end are listed in `notes`.

    Raises: XmlNotReadableError for broken XML, or a document type (entities).
    """
    text = _DECLARATION.sub("", text, count=1)
    text, replaced = _NOT_XML_CHARACTERS.subn(" ", text)
    text, referenced = _NOT_XML_REFERENCE.subn(" ", text)
    if replaced or referenced:
        text_of_note = "It has control characters, which XML does not allow; each was read as a space."
        notes.append(NotUnderstood("", text_of_note))
    if _has_document_type(text):
        raise XmlNotReadableError(
            "The XML has a document type, which is not allowed here. Send it without DOCTYPE and entities."
        )
    try:
        return etree.fromstring(text.encode(), _parser())
    except etree.XMLSyntaxError as error:
        cut = _without_what_follows(text)
        if cut is not None and cut != text:
            try:
                root = etree.fromstring(cut.encode(), _parser())
            except etree.XMLSyntaxError:
                pass
            else:
                notes.append(
                    NotUnderstood("", f"After the end of the message there are {len(text) - len(cut)} more characters.")
                )
                return root
        line = error.position[0] if error.position else 0
        raise XmlNotReadableError(
            f"The XML is broken at line {line}. Correct it, or send it again if it was cut short."
        ) from error


def _has_document_type(text: str) -> bool:
    """Whether anything but comments and instructions stands before the first element."""
    place = 0
    while True:
        while place < len(text) and text[place].isspace():
            place += 1
        ending = "-->" if text.startswith("<!--", place) else "?>" if text.startswith("<?", place) else ""
        if not ending:
            return text.startswith("<!", place)
        end = text.find(ending, place)
        if end < 0:
            return False
        place = end + len(ending)


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        encoding="utf-8",
    )


def _without_what_follows(text: str) -> str | None:
    """`text` up to the last end tag of its first element."""
    first = re.search(r"<([A-Za-z_][\w.:-]*)", text)
    if not first:
        return None
    end = text.rfind(f"</{first.group(1)}>")
    return text[: end + len(first.group(1)) + 3] if end > 0 else None


def is_deeper(root: etree._Element, limit: int) -> bool:
    """Whether elements are nested more than `limit` levels deep."""
    level = [root]
    for _ in range(limit):
        level = [child for element in level for child in element]
        if not level:
            return False
    return True
