"""What becomes of each of many payloads, as a table: names of files and kinds, never what stands in them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from homeward.api.hospital.reading import read_payload
from homeward.api.hospital.said import NoStay, SaidStay, SaidStays

SUFFIXES = (".json", ".xml")
_LONG_NUMBER = re.compile(r"\d{7}(?=\d{3}(?!\d))")


@dataclass(frozen=True, slots=True)
class PayloadLine:
    """One payload: the name of its file, its kind, and what was read of it or why it is refused."""

    name: str
    kind: str
    is_read: bool
    said: str


def payload_line(name: str, told: SaidStays | NoStay) -> PayloadLine:
    """What became of one payload. Of ten digits in its name the last three are shown: they may be somebody's number."""
    name = _LONG_NUMBER.sub("…", name)
    if isinstance(told, NoStay):
        return PayloadLine(name, told.kind, False, f"Refused: {told.text}")
    parts = [f"Read as {_stay_words(told.stays)}"]
    parts += ["with the letter"] if told.letter else []
    parts += ["for somebody known by number alone"] if told.person is None else []
    parts += [f"{len(told.notes)} parts listed as not carried over"] if told.notes else []
    return PayloadLine(name, told.kind, True, "; ".join(parts))


def _stay_words(stays: tuple[SaidStay, ...]) -> str:
    said = "one stay" if len(stays) == 1 else f"{len(stays)} stays"
    knows = {
        "admitted": any(stay.admitted_at for stay in stays),
        "ward": any(stay.wards for stay in stays),
        "expected date": any(stay.expected_on for stay in stays),
        "left": any(stay.discharged_at for stay in stays),
        "where to": any(stay.destination for stay in stays),
        "consultant": any(stay.consultant for stay in stays),
    }
    return f"{said} ({', '.join(words for words, is_said in knows.items() if is_said)})"


def table_of(folders: Iterable[Path]) -> str:
    """Every payload in these folders, in Markdown: set, file, what it is, and what became of it."""
    lines = ["| set | file | what it is | what becomes of it |", "|---|---|---|---|"]
    for folder in folders:
        for path in sorted(one for one in folder.iterdir() if one.suffix in SUFFIXES):
            line = payload_line(path.name, read_payload(path.read_bytes()))
            lines.append(f"| {folder.name} | {_short(line.name)} | {line.kind} | {line.said} |")
    return "\n".join(lines)


def _short(name: str) -> str:
    """The last part of a path that was made into one name, and its folder where the part alone says little."""
    return name.replace("__src__main__resources", "").replace("NHSEnglandProgrammeImplementationGuides__backup__", "")
