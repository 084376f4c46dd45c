"""What a list of the people on a hospital's wards (CSV) says, row by row, and what is wrong with each. No Django."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from homeward.kernel.rules import LONDON, is_postcode, london_day, tidy_postcode
from homeward.referrals.rules import (
    FRONT_COLUMNS,
    LARGEST_FILE,
    RowFault,
    chosen_code,
    column_name,
    day_of,
    decoded_csv,
    moment_of,
    nhs_number_of,
    rows_of_csv,
    written_csv,
)

MOST_ROWS = 1_000  # people on one list: a large hospital has as many beds
OLDEST_BIRTH = 1900
LONGEST_STAY = timedelta(days=5 * 366)  # an admission before that is a slip of the key
LATEST_EXPECTED = timedelta(days=366)
YES, NO = ("yes", "y", "met", "true", "1"), ("no", "n", "not_met", "false", "0")
PATHWAYS = {"p0": "0", "p1": "1", "p2": "2", "p3": "3"}


@dataclass(frozen=True)
class Column:
    """One column. `hint`: what to write in it; `headings`: what else it may be called; `longest`: characters."""

    name: str
    hint: str
    example: str = ""
    headings: tuple[str, ...] = ()
    longest: int = 0


COLUMNS: tuple[Column, ...] = (
    Column(
        "stay_id",
        "The hospital's number for this stay (spell). The same in every list, so that the stay is known again.",
        "S-20418",
        ("spell", "spell_number", "spell_id", "encounter", "encounter_number", "fin"),
        80,
    ),
    Column(
        "hospital_number",
        "The hospital's number for the person. Needed where there is neither stay_id nor NHS number.",
        "A1042",
        ("mrn", "unit_number", "pas_number", "hospital_no", "patient_id"),
        60,
    ),
    Column("nhs_number", "10 digits, as text. Leave empty if not known.", "999 000 0018", ("nhs_no", "nhs"), 20),
    Column("given_name", "First names.", "Edith", ("forename", "forenames", "first_name"), 120),
    Column("family_name", "Last name. Needed.", "Hollis", ("surname", "last_name"), 120),
    Column("birth_date", "As 17/02/1941 or 1941-02-17.", "17/02/1941", ("dob", "date_of_birth")),
    Column("gender", "female, male, other or unknown.", "female", ("sex",)),
    Column("postcode", "", "DE1 3AA", ("post_code", "home_postcode"), 10),
    Column("ward", "Where they are now. Needed.", "Ward 12", ("current_ward", "location"), 80),
    Column("bed", "", "B4", ("bed_number", "bay_bed"), 40),
    Column("consultant", "", "Dr A Rowe", ("responsible_consultant", "named_consultant"), 120),
    Column("reason", "Why they were admitted.", "Fall", ("reason_for_admission", "presenting_complaint"), 250),
    Column(
        "admitted_at",
        "As 24/11/2026 09:30, or the day alone. Needed.",
        "21/11/2026 14:20",
        ("admission_date", "date_of_admission", "admitted", "admission_datetime"),
    ),
    Column(
        "expected_date",
        "The day they are expected to leave.",
        "27/11/2026",
        ("edd", "expected_date_of_discharge", "expected_discharge_date", "pdd"),
    ),
    Column(
        "meets_criteria",
        "yes or no: whether they meet the criteria to reside. Empty: nobody has looked.",
        "yes",
        ("criteria_to_reside", "meets_criteria_to_reside", "ctr"),
    ),
    Column(
        "criterion",
        "Where they do: which of the national codes 01 to 12.",
        "08",
        ("criteria_to_reside_code", "ctr_code", "criterion_code"),
    ),
    Column(
        "criteria_date",
        "The day that was said. Empty: the day of the list.",
        "24/11/2026",
        ("criteria_to_reside_date", "ctr_date"),
    ),
    Column("pathway", "0 to 3, where the hospital thinks of one. It is a thought, no decision.", "1", ("d2a_pathway",)),
    Column(
        "left_at",
        "Only where they left: when, as 27/11/2026 11:00, or the day alone.",
        "",
        ("discharge_date", "discharged_at", "date_of_discharge", "discharged"),
    ),
    Column("left_how", "left, died or moved (to another hospital). Empty: left.", "", ("discharge_method",)),
    Column("left_for", "The code of the national destination they left for.", "", ("destination",)),
)
BY_NAME = {column.name: column for column in COLUMNS}
DAYS_AND_TIMES = ("admitted_at", "left_at")


@dataclass(frozen=True)
class Lists:
    """The lists a ward list may choose from: code to words, for each."""

    genders: Mapping[str, str]
    criteria: Mapping[str, str]
    endings: Mapping[str, str]
    destinations: Mapping[str, str]


@dataclass(frozen=True)
class WardRow:
    """One person on the list. `values`: by column, tidied and in our codes; `other`: columns we do not know.

    `is_met`: None where nobody has looked; `identifier`: what the sender knows the stay by.
    """

    line: int
    values: dict[str, str]
    other: dict[str, str]
    birth_date: date | None
    admitted_at: datetime | None
    expected_on: date | None
    is_met: bool | None
    criteria_on: date | None
    left_at: datetime | None
    identifier: str
    faults: tuple[RowFault, ...]


@dataclass(frozen=True)
class WardListReading:
    """A list as read. `faults`: of the file as a whole, and then there are no rows; `unknown`: headings not used."""

    rows: tuple[WardRow, ...] = ()
    faults: tuple[RowFault, ...] = ()
    unknown: tuple[str, ...] = ()


def read_ward_list(
    content: bytes, lists: Lists, now: datetime, headings: Mapping[str, Sequence[str]] | None = None
) -> WardListReading:
    """Every row of a list with its values, or what is wrong with it.

    `headings`: what a hospital calls our columns besides the headings that are known, as `{"ward": ["Location"]}`.
    """
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
    ours = _our_names(headings or {})
    header = tuple(ours.get(column_name(one), column_name(one)) for one in rows[0][1])
    problem = _header_problem(header)
    if problem:
        return _whole(problem, rows[0][0])
    if len(rows) - 1 > MOST_ROWS:
        return _whole(f"The file has {len(rows) - 1} rows; send at most {MOST_ROWS} at a time.")
    read = [_read_row(line, header, values, lists, now) for line, values in rows[1:]]
    unknown = tuple(name for name in header if name and name not in (*BY_NAME, *FRONT_COLUMNS))
    return WardListReading(_told_twice(read), (), unknown)


def ward_list_template() -> str:
    """The header and one made-up row, for somebody to fill in."""
    return written_csv([[column.name for column in COLUMNS], [column.example for column in COLUMNS]])


def _our_names(headings: Mapping[str, Sequence[str]]) -> dict[str, str]:
    known = {heading: column.name for column in COLUMNS for heading in column.headings}
    said = {column_name(heading): name for name, given in headings.items() for heading in given}
    return {**known, **said, **{column.name: column.name for column in COLUMNS}}


def _whole(text: str, line: int = 1) -> WardListReading:
    return WardListReading((), (RowFault(line, "", text),))


def _header_problem(header: Sequence[str]) -> str:
    twice = sorted({name for name in header if name in BY_NAME and list(header).count(name) > 1})
    if twice:
        return f"Two columns are {twice[0]}. Keep one."
    missing = [name for name in ("family_name", "ward", "admitted_at") if name not in header]
    if missing:
        return f"The column {missing[0]} is missing. Download the template to see every column."
    if not {"stay_id", "hospital_number", "nhs_number"}.intersection(header):
        return "The columns stay_id, hospital_number and nhs_number are missing; one of them says which stay it is."
    return ""


def _read_row(line: int, header: tuple[str, ...], values: Sequence[str], lists: Lists, now: datetime) -> WardRow:
    faults: list[RowFault] = []

    def wrong(name: str, text: str) -> None:
        faults.append(RowFault(line, name, text))

    if len(values) > len(header):
        text = f"There are {len(values)} values under {len(header)} columns. Put values with commas in quotation marks."
        wrong("", text)
    named = dict(zip(header, [*values, *[""] * (len(header) - len(values))]))
    told = {name: named.get(name, "") for name in BY_NAME}
    other = {name: value for name, value in named.items() if name and value and name not in (*BY_NAME, *FRONT_COLUMNS)}
    for name, value in told.items():
        longest = BY_NAME[name].longest
        if longest and len(value) > longest:
            wrong(name, f"Use {longest} characters or fewer.")
    for name, ask in (("family_name", "Give the person's last name."), ("ward", "Say which ward they are on.")):
        if not told[name]:
            wrong(name, ask)
    told["gender"] = chosen_code(told["gender"], lists.genders, "gender", "", wrong) if told["gender"] else "unknown"
    told["nhs_number"] = nhs_number_of(told["nhs_number"], wrong)
    if told["postcode"] and not is_postcode(told["postcode"]):
        wrong("postcode", "This is not a full UK postcode. Correct it, or leave it empty.")
    told["postcode"] = tidy_postcode(told["postcode"])
    today = london_day(now)
    birth_date = day_of(told["birth_date"], "birth_date", wrong)
    if birth_date and not (birth_date.year >= OLDEST_BIRTH and birth_date <= today):
        wrong("birth_date", "Nobody was born then. Check the year.")
    admitted_at = _day_or_moment(told["admitted_at"], "admitted_at", wrong)
    if not told["admitted_at"]:
        wrong("admitted_at", "Say when they were admitted.")
    elif admitted_at and not now - LONGEST_STAY <= admitted_at <= now + timedelta(minutes=10):
        wrong("admitted_at", "This is in the future, or over five years ago. Check it.")
    expected_on = day_of(told["expected_date"], "expected_date", wrong)
    if expected_on and admitted_at and not london_day(admitted_at) <= expected_on <= today + LATEST_EXPECTED:
        wrong("expected_date", "This is before they were admitted, or over a year away. Check it.")
    is_met = _yes_or_no(told["meets_criteria"], wrong)
    if told["criterion"]:
        told["criterion"] = _criterion(told["criterion"], lists, wrong)
        if is_met is False:
            wrong("criterion", "They do not meet the criteria, so there is no criterion. Empty one of the two columns.")
        is_met = True if is_met is None else is_met
    criteria_on = day_of(told["criteria_date"], "criteria_date", wrong)
    if criteria_on and (criteria_on > today or (admitted_at and criteria_on < london_day(admitted_at))):
        wrong("criteria_date", "This is in the future, or before they were admitted. Check it.")
    if told["pathway"]:
        told["pathway"] = _pathway(told["pathway"], wrong)
    left_at = _day_or_moment(told["left_at"], "left_at", wrong)
    if left_at and admitted_at and london_day(left_at) < london_day(admitted_at):
        wrong("left_at", "They left before they were admitted. Check it.")
    elif left_at and left_at > now + timedelta(minutes=10):
        wrong("left_at", "This is in the future. The day they are expected to leave is expected_date.")
    if left_at and admitted_at:
        left_at = max(left_at, admitted_at)  # a day alone begins before the hour of an admission on it
    for name, choices in (("left_how", lists.endings), ("left_for", lists.destinations)):
        if told[name]:
            told[name] = chosen_code(told[name], choices, name, "", wrong)
            if not told["left_at"]:
                wrong(name, "Say when they left in left_at, or leave this empty.")
    identifier = _identifier(told, admitted_at)
    if not identifier:
        wrong("stay_id", "Give the hospital's number of the stay or of the person, or the NHS number.")
    return WardRow(
        line=line,
        values=told,
        other=other,
        birth_date=birth_date,
        admitted_at=admitted_at,
        expected_on=expected_on,
        is_met=is_met,
        criteria_on=(criteria_on or today) if is_met is not None else None,
        left_at=left_at,
        identifier=identifier,
        faults=tuple(faults),
    )


def _day_or_moment(text: str, name: str, wrong) -> datetime | None:
    """A moment of the clocks here; a day alone is its beginning."""
    if ":" in text:
        return moment_of(text, name, wrong)
    day = day_of(text, name, wrong)
    return datetime.combine(day, time(), tzinfo=LONDON) if day else None


def _yes_or_no(text: str, wrong) -> bool | None:
    plain = column_name(text)
    if plain and plain not in (*YES, *NO):
        wrong("meets_criteria", "Write yes or no, or leave it empty.")
    return plain in YES if plain in (*YES, *NO) else None


def _criterion(text: str, lists: Lists, wrong) -> str:
    code = text.strip().zfill(2)
    if code not in lists.criteria:
        wrong("criterion", "Choose one of the national codes 01 to 12.")
        return ""
    return code


def _pathway(text: str, wrong) -> str:
    digit = text.strip().lower().removeprefix("pathway").removeprefix("p").strip()
    found = next((code for code, number in PATHWAYS.items() if number == digit), "")
    if not found:
        wrong("pathway", "Write 0, 1, 2 or 3, or leave it empty.")
    return found


def _identifier(told: Mapping[str, str], admitted_at: datetime | None) -> str:
    """What the sender knows the stay by: its own number, else the person's number and the day they were admitted."""
    if told["stay_id"]:
        return told["stay_id"]
    number = told["hospital_number"] or told["nhs_number"]
    return f"{number}, admitted {london_day(admitted_at).isoformat()}" if number and admitted_at else ""


def _told_twice(rows: Sequence[WardRow]) -> tuple[WardRow, ...]:
    """The rows, those whose stay an earlier row of the list already tells of otherwise marked as wrong."""
    first: dict[str, WardRow] = {}
    told = []
    for row in rows:
        before = first.setdefault(row.identifier, row) if row.identifier else row
        if before is not row and before.values != row.values:
            text = f"Line {before.line} is the same stay and says something else. Keep the right one."
            row = replace(row, faults=(*row.faults, RowFault(row.line, "stay_id", text)))
        told.append(row)
    return tuple(told)
