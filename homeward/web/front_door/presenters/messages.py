"""Kept messages as their pages print them."""

import contextlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from homeward.kernel.rules import LONDON
from homeward.referrals.rules import COLUMNS, MessageDocument
from homeward.referrals.states import MessageKind, MessageOutcome
from homeward.web.front_door.presenters.words import Line, Tag
from homeward.web.templating import moment_text

OUTCOMES = {
    MessageOutcome.RECEIVED: "yellow",
    MessageOutcome.REFERRAL: "green",
    MessageOutcome.UPDATED: "blue",
    MessageOutcome.WITHDRAWN: "grey",
    MessageOutcome.REPEATED: "grey",
    MessageOutcome.REFUSED: "red",
    MessageOutcome.FILED: "green",
}
# A file brings many referrals: the reason counts them.
OF_A_FILE = {
    MessageOutcome.REFERRAL: "Rows taken",
    MessageOutcome.UPDATED: "Rows taken",
    MessageOutcome.REFUSED: "Sent back",
}
FILES = (MessageKind.FILE, MessageKind.WARD_LIST)
NOT_TOLD = "Could not be told"
LONGEST_SHOWN = 60_000  # characters of the original on the page; the whole of it can be downloaded
MOST_NOTES_SHOWN = 200


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One message in the list."""

    message_id: int
    when: str
    kind: str
    sender: str
    outcome: Tag
    reason: str
    referral_id: int | None
    reference: str
    is_file: bool


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """One document inside a message; `number` is its place, from 1."""

    number: int
    title: str
    media_type: str
    size: str


@dataclass(frozen=True, slots=True)
class MessagePage:
    """One message. `original` is as much of it as is shown; `is_cut` when there is more."""

    row: MessageRow
    lines: tuple[Line, ...]
    notes: tuple[Line, ...]
    more_notes: int
    documents: tuple[DocumentRow, ...]
    original: str
    is_cut: bool
    is_file: bool
    can_be_judged_again: bool


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """A column of a file of referrals: what to write in it, with an example."""

    name: str
    hint: str
    example: str


def message_rows(messages: Sequence) -> tuple[MessageRow, ...]:
    """Messages as the list prints them."""
    return tuple(_row(message) for message in messages)


def message_page(message, documents: Sequence[MessageDocument]) -> MessagePage:
    """A message as its own page prints it."""
    content = bytes(message.content)
    text = _as_text(content)
    lines = [
        Line("Came", moment_text(message.received_at.astimezone(LONDON))),
        Line("Handed in by", message.received_from),
        Line("Kind", _kind(message)),
        Line("Labelled", message.media_type),
        Line("Size", _size(len(content))),
        Line("Its own number", message.message_id),
        Line("Version", str(message.version) if message.version else ""),
    ]
    notes = [Line(str(note.get("path", "")), str(note.get("text", ""))) for note in message.not_understood]
    is_file = message.kind == MessageKind.FILE
    return MessagePage(
        row=_row(message),
        lines=tuple(line for line in lines if line.text),
        notes=tuple(notes[:MOST_NOTES_SHOWN]),
        more_notes=max(0, len(notes) - MOST_NOTES_SHOWN),
        documents=tuple(
            DocumentRow(number, one.title[:120], one.media_type[:80], _size(one.size))
            for number, one in enumerate(documents, 1)
        ),
        original=text[:LONGEST_SHOWN],
        is_cut=len(text) > LONGEST_SHOWN,
        is_file=is_file,
        can_be_judged_again=message.outcome == MessageOutcome.REFUSED and message.kind not in FILES,
    )


def outcome_choices() -> list[tuple[str, str]]:
    """What may have become of a message, to choose from."""
    return [("", "All"), *MessageOutcome.choices]


def column_rows(words: dict[str, Sequence[str]]) -> tuple[ColumnRow, ...]:
    """The columns of a file of referrals. `words`: what a column chooses from, by its name."""
    return tuple(
        ColumnRow(
            column.name,
            " ".join(
                [column.hint, f"One of: {', '.join(words[column.name])}." if column.name in words else ""]
            ).strip(),
            column.example,
        )
        for column in COLUMNS
    )


def _row(message) -> MessageRow:
    outcome = MessageOutcome(message.outcome)
    words = OF_A_FILE.get(outcome, outcome.label) if message.kind == MessageKind.FILE else outcome.label
    return MessageRow(
        message_id=message.pk,
        when=moment_text(message.received_at.astimezone(LONDON)),
        kind=_kind(message),
        sender=message.received_from,
        outcome=Tag(words, OUTCOMES[outcome]),
        reason=message.reason,
        referral_id=message.referral_id,
        reference=message.referral.reference if message.referral else "",
        is_file=message.kind == MessageKind.FILE,
    )


def _kind(message) -> str:
    return MessageKind(message.kind).label if message.kind else NOT_TOLD


def _size(size: int) -> str:
    if size < 1024:
        return f"{size} bytes"
    return f"{size / 1024:.0f} kB" if size < 1024**2 else f"{size / 1024**2:.1f} MB"


def _as_text(content: bytes) -> str:
    """The bytes as text to read; JSON on one line is laid out, everything else stands as it came."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = content.decode("utf-16", errors="replace")
    else:
        text = content.decode("utf-8-sig", errors="replace")
    if text[:1] in ("{", "[") and "\n" not in text[:2000]:
        with contextlib.suppress(ValueError, RecursionError):
            text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    return text.replace("\x00", "�")
