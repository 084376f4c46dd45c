"""What a file of referrals (CSV) says, row by row, and what is wrong with each. No Django."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256

from homeward.kernel.rules import LONDON, is_postcode, tidy_postcode
from homeward.referrals.rules.csv_files import (
    FRONT_COLUMNS,
    LARGEST_FILE,
    RowFault,
    chosen_code,
    column_name,
    day_of,
    decoded_csv,
    ethnic_group_of,
    moment_of,
    nhs_number_of,
    rows_of_csv,
    written_csv,
)

MOST_ROWS = 500  # rows one file may hold: each takes about 20 ms, and the desk waits for the whole file
OLDEST_BIRTH = 1900
LONGEST_AGO = timedelta(days=366)  # a referral older than this is a slip of the key


@dataclass(frozen=True)
class Column:
    """One column. `hint`: what to write in it; `example`: what the template shows; `longest`: characters."""

    name: str
    hint: str
    example: str = ""
    longest: int = 0


COLUMNS: tuple[Column, ...] = (
    Column(
        "referral_id",
        "Your own number for this referral. Sent again with it, a row updates the same one.",
        "A-1042",
        120,
    ),
    Column("nhs_number", "10 digits, as text. Leave empty if not known.", "999 000 0018", 20),
    Column("given_name", "First names.", "Edith", 120),
    Column("family_name", "Last name. Needed, unless the given name is there.", "Hollis", 120),
    Column("birth_date", "As 17/02/1941 or 1941-02-17.", "17/02/1941"),
    Column("gender", "female, male, other or unknown.", "female"),
    Column("phone", "The person's own phone.", "07700 900201", 40),
    Column(
        "ethnic_group",
        "What the person says it is: a letter of the national list or its words. Leave empty if nobody asked.",
        "A",
        80,
    ),
    Column("address", "Where they live, without the postcode.", "14 Willow Walk, Derby", 250),
    Column("postcode", "", "DE1 3AA", 10),
    Column("source", "Who is asking. Needed.", "gp"),
    Column("urgency", "How soon. Needed.", "two_days"),
    Column("need", "One of the listed needs. Needed, unless the next column says what is needed.", "fall"),
    Column("need_text", "What the person needs help with, in words.", "Fell yesterday, unsteady since.", 4000),
    Column("received_at", "When you received it, as 24/11/2026 09:30. Empty: now.", ""),
    Column("requester_name", "Who refers them.", "Dr A Rowe", 160),
    Column("requester_role", "", "GP", 120),
    Column("requester_organisation", "Where they work.", "Test Surgery", 160),
    Column("requester_phone", "", "07700 900112", 60),
    Column("contact_name", "Whom to call about a visit, if not the person.", "Ray Hollis", 160),
    Column("contact_phone", "", "07700 900202", 60),
    Column("safeguarding", "Only where there is a concern: what it is.", "", 4000),
    Column("access_notes", "The way in, and anything to know before knocking.", "Side door", 250),
)
BY_NAME = {column.name: column for column in COLUMNS}
# A row without a number of its own is known by what it says, but for this: with it the referral is no other one
OF_NO_REFERRAL = {"ethnic_group"}
ENOUGH_TO_KNOW_IT = {"family_name", "given_name", "need", "need_text", "urgency", "source"}


@dataclass(frozen=True)
class Words:
    """The lists a file may choose from: code to words, for each."""

    sources: Mapping[str, str]
    urgencies: Mapping[str, str]
    needs: Mapping[str, str]
    genders: Mapping[str, str]
    ethnic_groups: Mapping[str, str]


@dataclass(frozen=True)
class ReferralRow:
    """One row. `values`: by column, tidied and in our codes; `other`: columns we do not know, as they came.

    `identifier`: the row's own number, else a fingerprint of what it says.
    """

    line: int
    values: dict[str, str]
    other: dict[str, str]
    birth_date: date | None
    received_at: datetime | None
    identifier: str
    faults: tuple[RowFault, ...]


@dataclass(frozen=True)
class FileReading:
    """A file as read. `faults`: of the file as a whole; then there are no rows."""

    rows: tuple[ReferralRow, ...] = ()
    faults: tuple[RowFault, ...] = ()


def looks_like_a_file_of_referrals(content: bytes) -> bool:
    """Whether bytes are a CSV with at least two of our columns in its first line."""
    text = decoded_csv(content[:20_000])
    if text is None or text.lstrip()[:1] in ("<", "{", "["):
        return False
    header = next(iter(rows_of_csv(text)[:1]), (0, ()))[1]
    return len(ENOUGH_TO_KNOW_IT.intersection(column_name(one) for one in header)) >= 2


def read_file(content: bytes, words: Words, now: datetime) -> FileReading:
    """Every row of a file with its values, or what is wrong with it. Encoding and separator are found from the file."""
    if len(content) > LARGEST_FILE:
        return _whole(f"The file is over {LARGEST_FILE // 1024**2} MB. Send it in parts.")
    text = decoded_csv(content)
    if text is None:
        return _whole("This is not a text file. Save it as CSV and send that.")
    try:
        rows = rows_of_csv(text)
    except csv.Error:
        return _whole("This is not CSV: a quotation mark is never closed. Save it as CSV again.")
    if not rows:
        return _whole("The file is empty. Send it with its header and rows.")
    header = tuple(column_name(one) for one in rows[0][1])
    problem = _header_problem(header)
    if problem:
        return _whole(problem, rows[0][0])
    if len(rows) == 1:
        return _whole("There is a header and nothing under it. Send it with its rows.", rows[0][0])
    if len(rows) - 1 > MOST_ROWS:
        return _whole(f"The file has {len(rows) - 1} rows; send at most {MOST_ROWS} at a time.")
    read = [_read_row(line, header, values, words, now) for line, values in rows[1:]]
    return FileReading(_told_twice(read))


def template_file() -> str:
    """The header and one made-up row, for somebody to fill in."""
    return written_csv([[column.name for column in COLUMNS], [column.example for column in COLUMNS]])


def _whole(text: str, line: int = 1) -> FileReading:
    return FileReading((), (RowFault(line, "", text),))


def _header_problem(header: tuple[str, ...]) -> str:
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        return f"The column {twice[0]} is there twice. Keep one."
    missing = [name for name in ("source", "urgency") if name not in header]
    if missing:
        return f"The column {missing[0]} is missing. Download the template to see every column."
    if not {"given_name", "family_name"}.intersection(header):
        return "The columns given_name and family_name are missing. Download the template to see every column."
    if not {"need", "need_text"}.intersection(header):
        return "The columns need and need_text are missing; one of them says why. Download the template."
    return ""


def _read_row(line: int, header: tuple[str, ...], values: Sequence[str], words: Words, now: datetime) -> ReferralRow:
    faults: list[RowFault] = []

    def wrong(name: str, text: str) -> None:
        faults.append(RowFault(line, name, text))

    if len(values) > len(header):
        wrong(
            "",
            f"There are {len(values)} values under {len(header)} columns. Put values with commas in quotation marks.",
        )
    named = dict(zip(header, [*values, *[""] * (len(header) - len(values))]))
    told = {name: named.get(name, "") for name in BY_NAME}
    other = {name: value for name, value in named.items() if name and value and name not in (*BY_NAME, *FRONT_COLUMNS)}
    for name, value in told.items():
        longest = BY_NAME[name].longest
        if longest and len(value) > longest:
            wrong(name, f"Use {longest} characters or fewer.")
    if not told["given_name"] and not told["family_name"]:
        wrong("family_name", "Give the person's name.")
    told["source"] = chosen_code(told["source"], words.sources, "source", "Say who is asking", wrong)
    told["urgency"] = chosen_code(told["urgency"], words.urgencies, "urgency", "Say how soon", wrong)
    if told["need"]:
        told["need"] = chosen_code(told["need"], words.needs, "need", "Say what is needed", wrong)
    elif not told["need_text"]:
        wrong("need_text", "Say what the person needs help with.")
    told["gender"] = chosen_code(told["gender"], words.genders, "gender", "", wrong) if told["gender"] else "unknown"
    told["ethnic_group"] = ethnic_group_of(told["ethnic_group"], words.ethnic_groups, "ethnic_group", wrong)
    told["nhs_number"] = nhs_number_of(told["nhs_number"], wrong)
    if told["postcode"] and not is_postcode(told["postcode"]):
        wrong("postcode", "This is not a full UK postcode. Correct it, or leave it empty.")
    told["postcode"] = tidy_postcode(told["postcode"])
    birth_date = day_of(told["birth_date"], "birth_date", wrong)
    if birth_date and not (birth_date.year >= OLDEST_BIRTH and birth_date <= now.astimezone(LONDON).date()):
        wrong("birth_date", "Nobody was born then. Check the year.")
    received_at = moment_of(told["received_at"], "received_at", wrong)
    if received_at and not now - LONGEST_AGO <= received_at <= now + timedelta(minutes=10):
        wrong("received_at", "This is in the future, or over a year ago. Check it.")
    said = (told[name].lower() for name in sorted(told) if name not in OF_NO_REFERRAL)
    fingerprint = sha256("\x1f".join(said).encode()).hexdigest()[:32]
    return ReferralRow(
        line, told, other, birth_date, received_at, told["referral_id"] or f"row {fingerprint}", tuple(faults)
    )


def _told_twice(rows: list[ReferralRow]) -> tuple[ReferralRow, ...]:
    """The rows, those whose number an earlier row of the file already has marked as wrong unless they say the same."""
    first: dict[str, ReferralRow] = {}
    told = []
    for row in rows:
        before = first.setdefault(row.identifier, row)
        if before is not row and before.values != row.values:
            text = f"Line {before.line} has the same referral_id and says something else. Give each its own."
            row = ReferralRow(**{**row.__dict__, "faults": (*row.faults, RowFault(row.line, "referral_id", text))})
        told.append(row)
    return tuple(told)
