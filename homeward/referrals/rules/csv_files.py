"""Reading and writing CSV files as spreadsheets make them: encodings, separators, days and choices. No Django."""

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from homeward.kernel.rules import LONDON, tidy_nhs_number

LARGEST_FILE = 2 * 1024 * 1024  # bytes; 500 rows with long texts are under 1 MB
FRONT_COLUMNS = ("line", "field", "reason")  # put before the rows that are sent back

Wrong = Callable[[str, str], None]  # told the column and what is wrong with its value


@dataclass(frozen=True)
class RowFault:
    """What is wrong with one value, and what to do. `line`: of the file; `field`: the column, "" for the whole row."""

    line: int
    field: str
    text: str


def faults_file(content: bytes, faults: Iterable[tuple[int, str, str]]) -> str:
    """The rows of a file that have a fault, as a CSV like the one that came, with line, field and reason in front.

    `faults`: line, field and text of each. A row is there once, whatever is wrong with it, so that it can be corrected
    and handed in as it is: those three columns are then passed over.
    """
    try:
        rows = dict(rows_of_csv(decoded_csv(content) or ""))
    except csv.Error:  # a field no spreadsheet can hold; the file's page says so
        rows = {}
    header = next(iter(rows.values()), ())
    told: dict[int, list[tuple[str, str]]] = {}
    for line, name, text in faults:
        told.setdefault(line, []).append((name, f"{name}: {text}" if name else text))
    lines = [[*FRONT_COLUMNS, *header]]
    for line, why in told.items():
        names = "; ".join(dict.fromkeys(name for name, _ in why if name))
        lines.append([str(line), names, " ".join(text for _, text in why), *rows.get(line, ())])
    return written_csv(lines)


def written_csv(lines: Sequence[Sequence[str]]) -> str:
    """Lines as CSV; a cell that a spreadsheet would run as a formula is made text."""
    out = io.StringIO(newline="")
    # a spreadsheet would run a cell that begins like a formula
    csv.writer(out).writerows(
        [[f"'{one}" if one[:1] in ("=", "+", "-", "@", "\t") else one for one in row] for row in lines]
    )
    return out.getvalue()


def decoded_csv(content: bytes) -> str | None:
    """The text of a file: UTF-8, UTF-16 with a mark, or Windows letters; None where it is not text."""
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if content.startswith(mark):
            return content.decode(encoding, errors="replace").replace("\x00", "")
    if b"\x00" in content:
        return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")  # what UK spreadsheets write when asked for plain CSV


def rows_of_csv(text: str) -> list[tuple[int, tuple[str, ...]]]:
    """Every row that is not blank, with its line; a first line `sep=;` says the separator and is no row."""
    text = text.lstrip("\ufeff")
    skipped = 0
    said = re.match(r"sep=(.)\r?\n", text)
    if said:
        text, skipped = text[said.end() :], 1
    first = text.lstrip("\r\n").split("\n", 1)[0]
    separator = said[1] if said else max((",", ";", "\t", "|"), key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=False)
    rows = []
    before = 0
    for values in reader:
        line, before = before + 1 + skipped, reader.line_num
        if any(value.strip() for value in values):
            rows.append((line, tuple(value.strip().replace("\x00", "") for value in values)))
    return rows


def column_name(text: str) -> str:
    """A heading as one name: “NHS number” is `nhs_number`."""
    return re.sub(r"[^a-z0-9]+", "_", text.strip().lower()).strip("_")


def chosen_code(text: str, choices: Mapping[str, str], name: str, ask: str, wrong: Wrong) -> str:
    """The code of one of `choices` by its code or label; "" with a fault where it is neither."""
    if not text:
        wrong(name, f"{ask}: {', '.join(choices)}.")
        return ""
    plain = column_name(text)
    for code, label in choices.items():
        if plain in (column_name(code), column_name(label)):
            return code
    wrong(name, f"Choose one of: {', '.join(choices)}.")
    return ""


def ethnic_group_of(text: str, groups: Mapping[str, str], name: str, wrong: Wrong) -> str:
    """The letter of an ethnic group by its letter or words; "" with a fault that gives the list where it is neither."""

    def is_of_no_list(name: str, _: str) -> None:
        listed = "; ".join(f"{code} {label}" for code, label in groups.items())
        wrong(
            name,
            f"This is no ethnic group of the list. Write one of these, or leave it empty if nobody asked: {listed}.",
        )

    return chosen_code(text, groups, name, "", is_of_no_list) if text else ""


def nhs_number_of(text: str, wrong: Wrong) -> str:
    """An NHS number as digits; a fault where a spreadsheet shortened it."""
    if re.fullmatch(r"\d(\.\d+)?[eE]\+?\d+", text):
        wrong("nhs_number", "The spreadsheet shortened the number. Format the column as text, and write it again.")
    return tidy_nhs_number(text)


def day_of(text: str, name: str, wrong: Wrong) -> date | None:
    """A day as 17/02/1941 or 1941-02-17; None, with a fault, where it is none."""
    if not text:
        return None
    match = re.fullmatch(
        r"(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", text.split(" ")[0].split("T")[0]
    )
    try:
        if match and match[1]:
            return date(int(match[1]), int(match[2]), int(match[3]))
        if match:
            return date(int(match[6]), int(match[5]), int(match[4]))
    except ValueError:
        pass
    if re.fullmatch(r"\d{5}(\.\d+)?", text):
        wrong(name, "The spreadsheet wrote the day as a number. Format the column as a date, and save it again.")
    elif re.fullmatch(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2}", text):
        wrong(name, "Write the year with four digits, as 17/02/1941.")
    else:
        wrong(name, "There is no such day. Write it as 17/02/1941 or 1941-02-17.")
    return None


def moment_of(text: str, name: str, wrong: Wrong) -> datetime | None:
    """A moment of the clocks here, as 24/11/2026 09:30; None, with a fault, where it is none."""
    if not text:
        return None
    day = day_of(text, name, wrong)
    if day is None:
        return None
    clock = re.search(r"[ T](\d{1,2}):(\d\d)", text)
    hour, minute = (int(clock[1]), int(clock[2])) if clock else (0, 0)
    if not clock or hour > 23 or minute > 59:
        wrong(name, "Give the time as well, as 24/11/2026 09:30.")
        return None
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=LONDON)
