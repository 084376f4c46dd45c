"""Reading a provider's invoice file."""

import csv
import io
from dataclasses import dataclass
from datetime import date

from homeward.commissioning.rules.money import NotMoneyError, read_pence, read_tenth_miles

COLUMNS = ("person", "day", "start", "minutes", "amount")
MAY_BE_LEFT_OUT = ("kind", "miles")
MOST_LINES = 20_000
MOST_BYTES = 4 * 1024 * 1024
MOST_FAULTS = 20  # told at once: more help nobody
LONGEST_MINUTES = 24 * 60


class FileRefusedError(ValueError):
    """A file that cannot be read whole. The text says which lines are wrong and why."""


@dataclass(frozen=True, slots=True)
class Billed:
    """One line of a file: one worker's one visit. `number` is its row, the first line after the heading being 1."""

    number: int
    person: str
    day: date
    starts_at: str
    minutes: int
    pence: int
    kind: str = ""
    tenth_miles: int = 0


def read_invoice(content: bytes, kinds: tuple[str, ...]) -> list[Billed]:
    """The lines of a CSV file with the columns person, day, start, minutes, amount and, where wanted, kind and miles.

    Days are 2026-11-24 or 24/11/2026, starts 07:30, amounts pounds. A file with any line wrong is refused whole, so
    that nothing of it is missed.

    Raises: FileRefusedError.
    """
    if len(content) > MOST_BYTES:
        raise FileRefusedError(f"The file is larger than {MOST_BYTES // 1024 // 1024} MB. Send it in parts.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileRefusedError("The file is not text in UTF-8. Save it as “CSV UTF-8” and send it again.") from error
    if "\0" in text:
        raise FileRefusedError("The file is not text. Save it as “CSV UTF-8” and send it again.")
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise FileRefusedError(f"The file is not a table in CSV: {error}.") from error
    heads = [head.strip().lower() for head in rows[0]] if rows else []
    missing = [name for name in COLUMNS if name not in heads]
    if missing:
        raise FileRefusedError(f"The first line must name the columns. Missing: {', '.join(missing)}.")
    odd = sorted({name for name in heads if heads.count(name) > 1})
    if odd:
        raise FileRefusedError(f"The first line names a column twice: {', '.join(odd)}.")
    lines = [(number, row) for number, row in enumerate(rows[1:], 1) if any(cell.strip() for cell in row)]
    if not lines:
        raise FileRefusedError("The file has no lines under its heading.")
    if len(lines) > MOST_LINES:
        raise FileRefusedError(f"The file has more than {MOST_LINES:,} lines. Send it in parts.")
    billed, faults = [], []
    for number, row in lines:
        try:
            if len(row) != len(heads):
                raise FileRefusedError(f"has {len(row)} cells, and the heading {len(heads)}")
            billed.append(_line(number, dict(zip(heads, (cell.strip() for cell in row), strict=True)), kinds))
        except (FileRefusedError, NotMoneyError) as error:
            faults.append(f"Line {number}: {error}")
    if faults:
        more = f" And {len(faults) - MOST_FAULTS} more." if len(faults) > MOST_FAULTS else ""
        raise FileRefusedError(f"Nothing was taken in. {'. '.join(faults[:MOST_FAULTS])}.{more}")
    return billed


def _line(number: int, cells: dict[str, str], kinds: tuple[str, ...]) -> Billed:
    if not cells["person"] or len(cells["person"]) > 40:
        raise FileRefusedError("the person’s reference is missing or too long")
    kind = cells.get("kind", "")
    if kind and kind not in kinds:
        raise FileRefusedError(f"“{kind[:20]}” is no kind of care. Use one of: {', '.join(kinds)}")
    minutes = cells["minutes"]
    if not (minutes.isascii() and minutes.isdigit() and len(minutes) <= 4 and 0 < int(minutes) <= LONGEST_MINUTES):
        raise FileRefusedError("minutes must be a whole number from 1 to 1440")
    pence = read_pence(cells["amount"])
    if pence < 0:
        raise FileRefusedError("the amount is below nothing: send a credit note on its own")
    return Billed(
        number, cells["person"], _day(cells["day"]), _clock(cells["start"]), int(minutes), pence, kind,
        read_tenth_miles(cells.get("miles", "")),
    )  # fmt: skip


def _day(text: str) -> date:
    try:
        if text.count("/") == 2:
            day, month, year = text.split("/")
            return date(int(year), int(month), int(day)) if len(year) == 4 else date.fromisoformat("")
        return date.fromisoformat(text)
    except ValueError as error:
        raise FileRefusedError("the day is no real day. Write it like 2026-11-24") from error


def _clock(text: str) -> str:
    hours, colon, minutes = text.partition(":")
    are_numbers = all(part.isascii() and part.isdigit() and len(part) <= 2 for part in (hours, minutes))
    if colon and are_numbers and len(minutes) == 2 and int(hours) < 24 and int(minutes) < 60:
        return f"{int(hours):02d}:{minutes}"
    raise FileRefusedError("the start is no time. Write it like 07:30")
