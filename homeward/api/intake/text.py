"""Bytes as text, whatever encoding they say or were written in."""

import codecs
import re

from homeward.api.intake.notes import NotUnderstood

LARGEST_MESSAGE = 10 * 1024 * 1024  # bytes; ten times the largest published BaRS message with a letter attached
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
PADDING = " \t\r\n\x00\x1a\ufeff"  # what editors, mainframes and mail gateways leave around a message
_DECLARED_ENCODING = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")


class UnreadableMessageError(Exception):
    """The bytes are not a message that can be read.

    `issue_code`: of FHIR's IssueType. `status`: the HTTP status that says it best. The text says what to do and
    repeats nothing of the content.
    """

    def __init__(self, text: str, *, issue_code: str = "structure", status: int = 400):
        super().__init__(text)
        self.issue_code = issue_code
        self.status = status


def decoded(content: bytes, content_type: str | None, notes: list[NotUnderstood]) -> str:
    """The text in `content`; what did not fit its declared encoding is added to `notes`."""
    for mark, encoding in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return _decoded_as(content[len(mark) :], encoding, notes)
    declared = _DECLARED_ENCODING.match(content[:400])
    charset = re.search(r"charset\s*=\s*\"?([A-Za-z0-9._-]{1,40})", content_type or "", re.IGNORECASE)
    if content[:4].count(0) >= 2 or (len(content) == 2 and 0 in content):  # UTF-16 or 32 without a mark
        return _decoded_as(content, _wide_encoding(content), notes)
    name = declared.group(1).decode("ascii") if declared else charset.group(1) if charset else "utf-8"
    if declared and name.lower().replace("-", "").startswith(("utf16", "utf32", "ucs")):
        name = "utf-8"  # the declaration was readable one byte a character, so it cannot be true
    return _decoded_as(content, name, notes)


def _wide_encoding(content: bytes) -> str:
    first = content[:4]
    if first[:3] == b"\x00\x00\x00":
        return "utf-32-be"
    if first[1:4] == b"\x00\x00\x00":
        return "utf-32-le"
    return "utf-16-be" if first[0] == 0 else "utf-16-le"


def _decoded_as(content: bytes, encoding: str, notes: list[NotUnderstood]) -> str:
    try:
        codec = codecs.lookup(encoding)
        if codec._is_text_encoding:  # "hex", "zip" and the like are codecs too
            return content.decode(encoding)
    except (LookupError, UnicodeDecodeError, ValueError):
        pass
    try:
        text = content.decode("utf-8")
        tried = "UTF-8"
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")  # what UK desktop systems write when they forget
        tried = "Windows-1252"
    notes.append(
        NotUnderstood(
            "",
            f"Its characters are not written as it says ({encoding[:40]}); it was read as {tried}. "
            "Check names and addresses.",
        )
    )
    return text
