"""What a file of referrals says, row by row."""

from datetime import date, datetime

import pytest

from homeward.kernel.rules import LONDON
from homeward.referrals.rules import (
    COLUMNS,
    Words,
    faults_file,
    looks_like_a_file_of_referrals,
    read_file,
    template_file,
)

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=LONDON)
WORDS = Words(
    sources={"gp": "GP or practice team", "family": "Family or friend"},
    urgencies={"crisis": "Within 2 hours", "two_days": "Within 2 days"},
    needs={"fall": "Fall without serious injury"},
    genders={"female": "Female", "male": "Male", "unknown": "Not known"},
    ethnic_groups={"A": "White: British", "J": "Asian or Asian British: Pakistani", "Z": "Prefer not to say"},
)
HEADER = "family_name,source,urgency,need_text"


def read(*lines: str, header: str = HEADER):
    return read_file("\r\n".join([header, *lines]).encode(), WORDS, NOW)


def one(**values: str):
    """The one row of a file with these columns beside the ones it needs."""
    told = {"family_name": "Hollis", "source": "gp", "urgency": "crisis", "need_text": "Fell", **values}
    return read(",".join(f'"{value}"' for value in told.values()), header=",".join(told)).rows[0]


def faults_of(**values: str) -> list[tuple[str, str]]:
    return [(fault.field, fault.text) for fault in one(**values).faults]


class TestReadFile:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
    @pytest.mark.parametrize("separator", [",", ";", "\t"])
    def test_finds_encoding_and_separator(self, encoding, separator):
        text = separator.join(["Family name", "Source", "Urgency", "Need text"]) + "\n"
        text += separator.join(["Müller", "GP or practice team", "within 2 hours", "Café – unsteady"]) + "\n"
        row = read_file(text.encode(encoding), WORDS, NOW).rows[0]
        assert (row.values["family_name"], row.values["source"], row.values["urgency"]) == ("Müller", "gp", "crisis")
        assert (row.values["need_text"], row.faults) == ("Café – unsteady", ())

    def test_takes_the_separator_a_spreadsheet_names_and_counts_lines_as_the_file_does(self):
        row = read_file(b"sep=;\r\n" + HEADER.replace(",", ";").encode() + b"\r\nA;gp;crisis;Fell", WORDS, NOW).rows[0]
        assert (row.line, row.values["family_name"]) == (3, "A")

    def test_counts_a_value_of_two_lines_as_two_lines(self):
        rows = read('A,gp,crisis,"Fell\r\ntwice"', "B,gp,crisis,Fell").rows
        assert [row.line for row in rows] == [2, 4]

    @pytest.mark.parametrize(
        ("typed", "day"),
        [
            ("17/02/1941", date(1941, 2, 17)),
            ("1941-02-17", date(1941, 2, 17)),
            ("7.2.1941", date(1941, 2, 7)),
            ("", None),
        ],
    )
    def test_reads_days_as_people_and_spreadsheets_write_them(self, typed, day):
        assert (one(birth_date=typed).birth_date, one(birth_date=typed).faults) == (day, ())

    def test_keeps_a_number_that_fails_its_check(self):
        assert (one(nhs_number="999 000 0019").values["nhs_number"], faults_of(nhs_number="999 000 0019")) == (
            "9990000019",
            [],
        )

    def test_keeps_columns_it_does_not_know(self):
        assert one(ward="Ward 3").other == {"ward": "Ward 3"}

    @pytest.mark.parametrize(
        ("values", "field", "text"),
        [
            ({"family_name": ""}, "family_name", "Give the person's name"),
            ({"source": ""}, "source", "Say who is asking: gp, family"),
            ({"urgency": "soon"}, "urgency", "Choose one of: crisis, two_days"),
            ({"need": "flying"}, "need", "Choose one of: fall"),
            ({"need_text": ""}, "need_text", "Say what the person needs"),
            ({"gender": "x"}, "gender", "Choose one of"),
            ({"ethnic_group": "Martian"}, "ethnic_group", "no ethnic group of the list"),
            ({"ethnic_group": "Q"}, "ethnic_group", "leave it empty if nobody asked: A White: British; J Asian or"),
            ({"postcode": "NOWHERE"}, "postcode", "not a full UK postcode"),
            ({"nhs_number": "9.99E+09"}, "nhs_number", "Format the column as text"),
            ({"birth_date": "31/02/1941"}, "birth_date", "There is no such day"),
            ({"birth_date": "02/17/1941"}, "birth_date", "There is no such day"),
            ({"birth_date": "17/02/41"}, "birth_date", "year with four digits"),
            ({"birth_date": "15024"}, "birth_date", "Format the column as a date"),
            ({"birth_date": "17/02/2041"}, "birth_date", "Nobody was born then"),
            ({"received_at": "24/11/2026"}, "received_at", "Give the time as well"),
            ({"received_at": "25/11/2026 09:30"}, "received_at", "in the future"),
            ({"phone": "0" * 41}, "phone", "Use 40 characters or fewer"),
        ],
    )
    def test_names_line_field_and_what_to_do(self, values, field, text):
        fault = one(**values).faults[0]
        assert (fault.line, fault.field, text in fault.text) == (2, field, True)

    @pytest.mark.parametrize(
        ("content", "text"),
        [
            (b"", "The file is empty"),
            (b"\x00\x01\x02", "not a text file"),
            (HEADER.encode(), "nothing under it"),
            (b"family_name,urgency,need_text\nA,crisis,b", "column source is missing"),
            (b"source,urgency,need_text\ngp,crisis,b", "given_name and family_name are missing"),
            (b"family_name,source,urgency\nA,gp,crisis", "need and need_text are missing"),
            (b"source,source,urgency,family_name,need\n,,,,", "there twice"),
            (HEADER.encode() + b"\nA,gp,crisis,b" * 501, "send at most 500"),
            (b"x" * (2 * 1024 * 1024 + 1), "over 2 MB"),
        ],
    )
    def test_refuses_what_is_no_such_file(self, content, text):
        reading = read_file(content, WORDS, NOW)
        assert (reading.rows, text in reading.faults[0].text) == ((), True)

    def test_knows_a_row_by_its_number_or_else_by_what_it_says(self):
        same, other = read("A,gp,crisis,Fell", "A,GP,crisis,fell", "A,gp,crisis,Slipped").rows[::2]
        assert same.identifier == read("A,gp,crisis,Fell").rows[0].identifier != other.identifier
        assert one(referral_id="A-1").identifier == "A-1"

    @pytest.mark.parametrize(
        ("typed", "letter"),
        [
            ("J", "J"),
            ("j", "J"),
            ("Asian or Asian British: Pakistani", "J"),
            ("asian or asian british - pakistani", "J"),
            ("Prefer not to say", "Z"),
            ("", ""),
        ],
    )
    def test_reads_an_ethnic_group_by_its_letter_or_its_words(self, typed, letter):
        assert (one(ethnic_group=typed).values["ethnic_group"], faults_of(ethnic_group=typed)) == (letter, [])

    @pytest.mark.parametrize("group", ["", "J"])
    def test_knows_a_row_sent_before_it_had_a_column_for_the_ethnic_group(self, group):
        before = "row 9d9617eb6b86a7ae21f150d3f4cb774f"  # of this row in the files read before there was one
        assert read("A,gp,crisis,Fell").rows[0].identifier == before
        assert read(f"A,gp,crisis,Fell,{group}", header=f"{HEADER},ethnic_group").rows[0].identifier == before

    def test_sends_back_a_number_that_two_different_rows_have(self):
        rows = read("1,A,gp,crisis,Fell", "1,B,gp,crisis,Fell", header=f"referral_id,{HEADER}").rows
        assert [len(row.faults) for row in rows] == [0, 1]


class TestTemplateFile:
    def test_has_every_column_and_reads_without_a_fault_but_for_lists(self):
        header = template_file().splitlines()[0].split(",")
        assert header == [column.name for column in COLUMNS]
        assert read_file(template_file().encode(), WORDS, NOW).rows[0].faults == ()


class TestFaultsFile:
    def test_gives_the_rows_back_with_why_and_lets_no_spreadsheet_run_them(self):
        content = f"{HEADER}\r\n=cmd(),gp,soon,Fell".encode()
        lines = faults_file(content, [(2, "urgency", "Choose one."), (2, "", "Too long.")]).splitlines()
        assert lines == [f"line,field,reason,{HEADER}", "2,urgency,urgency: Choose one. Too long.,'=cmd(),gp,soon,Fell"]

    def test_can_be_corrected_and_handed_in_as_it_is(self):
        content = f"{HEADER}\r\nHollis,gp,soon,Fell".encode()
        text = faults_file(content, [(2, "urgency", "Choose one."), (2, "source", "And one.")])
        row = read_file(text.replace(",soon,", ",crisis,").encode(), WORDS, NOW).rows[0]
        assert (row.faults, row.other, row.values["urgency"]) == ((), {}, "crisis")


class TestLooksLikeAFileOfReferrals:
    @pytest.mark.parametrize(
        ("content", "is_one"),
        [
            (HEADER.encode(), True),
            (b"Family name;Urgency\n", True),
            (b"name,age\n", False),
            (b'{"need": 1}', False),
            (b"", False),
        ],
    )
    def test_tells_a_csv_from_a_message(self, content, is_one):
        assert looks_like_a_file_of_referrals(content) is is_one
