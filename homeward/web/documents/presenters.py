"""Documents as their pages print them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from homeward.documents.rules import ENDINGS, PDF, size_words
from homeward.documents.states import DocumentKind, Source
from homeward.kernel.rules import london_day
from homeward.people.states import Sensitivity
from homeward.web.people.presenters.words import near_moment
from homeward.web.persons import short_day

# What each kind of file is called on a page
FILE_WORDS = {
    PDF: "PDF",
    "image/jpeg": "picture",
    "image/png": "picture",
    "image/gif": "picture",
    "image/webp": "picture",
    "image/tiff": "TIFF picture",
    "image/heic": "HEIC picture",
    "text/plain": "text",
    "application/rtf": "RTF text",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "Word document",
    "application/vnd.oasis.opendocument.text": "OpenDocument text",
}
LONGEST_PREVIEW = 60_000  # characters of a text on the page; the whole of it can be saved


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """One document in the list."""

    id: int
    title: str
    kind: str
    dated: str
    file: str
    came: str
    added: str
    versions: str
    sensitivity: str
    withdrawn: str
    reason: str


@dataclass(frozen=True, slots=True)
class InMessage:
    """A document inside a kept message. `filed_as` is its number in the record once it is filed."""

    message_id: int
    place: int
    title: str
    file: str
    came: str
    filed_as: int | None


@dataclass(frozen=True, slots=True)
class ShelfPage:
    """The list of a person's documents."""

    documents: tuple[DocumentRow, ...]
    withdrawn: tuple[DocumentRow, ...]
    in_messages: tuple[InMessage, ...]
    kept_back: str
    counted: str


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version of a document."""

    number: int
    file: str
    added: str
    changed: str
    is_shown: bool
    is_newest: bool


@dataclass(frozen=True, slots=True)
class DocumentPage:
    """One document with one of its versions shown: as a picture, a PDF or text, or only to be saved."""

    row: DocumentRow
    versions: tuple[VersionRow, ...]
    number: int
    shows_as: str
    text: str
    is_cut: bool
    is_newest: bool
    may_change: bool
    sha256: str


def present_shelf(shelf, in_messages: Sequence[InMessage], now: datetime) -> ShelfPage:
    """A person's documents as listed at a moment."""
    count = len(shelf.documents)
    return ShelfPage(
        documents=tuple(_row(one, now) for one in shelf.documents),
        withdrawn=tuple(_row(one, now) for one in shelf.withdrawn),
        in_messages=tuple(in_messages),
        kept_back=_kept_back(shelf.kept_back),
        counted=("1 document" if count == 1 else f"{count:,} documents") if count else "",
    )


def present_in_message(message, place: int, inside, filed_as: int | None) -> InMessage:
    """A document inside a kept message; `place` counts from 1."""
    kind = inside.media_type.split(";")[0].strip().lower()
    return InMessage(
        message_id=message.pk,
        place=place,
        title=inside.title[:120],
        file=f"{FILE_WORDS.get(kind, kind[:60])}, {size_words(inside.size)}",
        came=f"Message {message.pk}, which came on {short_day(london_day(message.received_at))}",
        filed_as=filed_as,
    )


def present_document(document, version, text: str, now: datetime) -> DocumentPage:
    """One document with a version shown; `text`: what a text says, empty for others."""
    newest = document.current
    shows_as = "text" if version.is_text else "picture" if version.is_picture else "pdf" if version.is_pdf else ""
    versions = sorted(document.versions.all(), key=lambda one: -one.number)
    return DocumentPage(
        row=_row(document, now),
        versions=tuple(
            VersionRow(
                one.number,
                _file(one),
                f"{_by(one)}, {near_moment(one.added_at, london_day(now))}",
                one.changed,
                one.number == version.number,
                one.number == newest.number,
            )
            for one in versions
        ),
        number=version.number,
        shows_as=shows_as,
        text=text[:LONGEST_PREVIEW],
        is_cut=len(text) > LONGEST_PREVIEW,
        is_newest=version.number == newest.number,
        may_change=not document.is_withdrawn,
        sha256=version.sha256,
    )


def file_name(document, version) -> str:
    """What a saved file is called: it names nobody."""
    return f"document-{document.pk}-version-{version.number}.{ENDINGS[version.media_type]}"


def _row(document, now: datetime) -> DocumentRow:
    newest = document.current
    today = london_day(now)
    withdrawn = ""
    if document.is_withdrawn:
        withdrawn = f"Withdrawn by {document.withdrawn_by}, {near_moment(document.withdrawn_at, today)}"
    return DocumentRow(
        id=document.pk,
        title=document.title,
        kind=DocumentKind(document.kind).label,
        dated=short_day(document.happened_on),
        file=_file(newest),
        came=Source(document.source).label,
        added=f"Added by {_by(document)}, {near_moment(document.added_at, today)}",
        versions=f"{newest.number} versions" if newest.number > 1 else "",
        sensitivity=Sensitivity(document.sensitivity).label if document.sensitivity else "",
        withdrawn=withdrawn,
        reason=document.withdrawn_reason,
    )


def _file(version) -> str:
    return f"{FILE_WORDS.get(version.media_type, 'file')}, {size_words(version.size)}"


def _by(one) -> str:
    return ", ".join(part for part in (one.added_by, one.added_by_role, one.employer) if part)


def _kept_back(count: int) -> str:
    if not count:
        return ""
    what = "1 document is" if count == 1 else f"{count:,} documents are"
    return f"{what} kept back and not shown here: your role does not include them."
