"""What a ward list says, row by row, and what is wrong with it."""

from datetime import date, datetime

import pytest

from homeward.discharge.rules.following import Change, KnownStay, changes, left_out
from homeward.discharge.rules.ward_list import COLUMNS, Lists, read_ward_list, ward_list_template
from homeward.kernel.rules import LONDON

LISTS = Lists(
    genders={"female": "Female", "male": "Male", "unknown": "Not known"},
    criteria={f"{number:02d}": "" for number in range(1, 13)},
    endings={"left": "Left hospital", "died": "Died in hospital", "moved": "Moved to another hospital"},
    destinations={"p0_home": "Home"},
)
GOOD = {
    "stay_id": "S-1",
    "nhs_number": "999 000 0018",
    "given_name": "Ivy",
    "family_name": "Okafor",
    "birth_date": "09/03/1941",
    "ward": "Ward 12",
    "admitted_at": "21/11/2026 14:20",
}


@pytest.fixture
def read(now):
    """Reads one row: the good one with some values changed."""

    def make(headings=None, **more):
        row = {**GOOD, **more}
        content = "\n".join([",".join(row), ",".join(f'"{value}"' for value in row.values())]).encode()
        return read_ward_list(content, LISTS, now, headings)

    return make


class TestReadWardList:
    def test_reads_a_row(self, read):
        (row,) = read(expected_date="2026-11-27", meets_criteria="Y", criterion="8", pathway="Pathway 1", bed="B4").rows
        assert row.faults == ()
        assert row.birth_date == date(1941, 3, 9)
        assert row.admitted_at == datetime(2026, 11, 21, 14, 20, tzinfo=LONDON)
        assert (row.expected_on, row.is_met, row.criteria_on) == (date(2026, 11, 27), True, date(2026, 11, 24))
        assert (row.values["criterion"], row.values["pathway"], row.values["bed"]) == ("08", "p1", "B4")
        assert row.identifier == "S-1"

    def test_reads_its_own_template(self, now):
        (row,) = read_ward_list(("\ufeff" + ward_list_template()).encode(), LISTS, now).rows
        assert row.faults == ()
        assert set(row.values) == {column.name for column in COLUMNS}

    @pytest.mark.parametrize(
        "header",
        [
            "Spell number;NHS No;Forename;Surname;DOB;Current ward;Admission date",
            "SPELL ID\tNHS number\tFirst name\tLast name\tDate of birth\tLocation\tDate of admission",
        ],
    )
    def test_knows_what_hospitals_call_the_columns(self, header, now):
        separator = ";" if ";" in header else "\t"
        values = separator.join(["S-1", "999 000 0018", "Ivy", "Okafor", "09/03/1941", "Ward 12", "21/11/2026"])
        (row,) = read_ward_list(f"{header}\n{values}".encode(), LISTS, now).rows
        assert row.faults == ()
        assert (row.identifier, row.values["ward"]) == ("S-1", "Ward 12")

    def test_takes_headings_that_a_place_set(self, now):
        content = b"Case,Surname,Where now,In since\nS-1,Okafor,Ward 12,21/11/2026 14:20"
        headings = {"stay_id": ["Case"], "ward": ["where now"], "admitted_at": ["In since"]}
        (row,) = read_ward_list(content, LISTS, now, headings).rows
        assert (row.faults, row.identifier, row.values["ward"]) == ((), "S-1", "Ward 12")

    @pytest.mark.parametrize(
        ("more", "field", "says"),
        [
            ({"family_name": ""}, "family_name", "last name"),
            ({"ward": ""}, "ward", "which ward"),
            ({"admitted_at": ""}, "admitted_at", "when they were admitted"),
            ({"admitted_at": "31/02/2026"}, "admitted_at", "no such day"),
            ({"admitted_at": "25/11/2026 10:00"}, "admitted_at", "in the future"),
            ({"admitted_at": "21/11/2016"}, "admitted_at", "over five years ago"),
            ({"birth_date": "09/03/41"}, "birth_date", "four digits"),
            ({"birth_date": "09/03/1841"}, "birth_date", "Nobody was born"),
            ({"nhs_number": "9.99E+09"}, "nhs_number", "spreadsheet shortened"),
            ({"postcode": "DE1"}, "postcode", "full UK postcode"),
            ({"expected_date": "20/11/2026"}, "expected_date", "before they were admitted"),
            ({"expected_date": "24/11/2028"}, "expected_date", "over a year away"),
            ({"meets_criteria": "perhaps"}, "meets_criteria", "yes or no"),
            ({"meets_criteria": "no", "criterion": "08"}, "criterion", "do not meet"),
            ({"criterion": "13"}, "criterion", "01 to 12"),
            ({"meets_criteria": "no", "criteria_date": "20/11/2026"}, "criteria_date", "before they were admitted"),
            ({"pathway": "4"}, "pathway", "0, 1, 2 or 3"),
            ({"left_at": "20/11/2026 09:00"}, "left_at", "before they were admitted"),
            ({"left_at": "25/11/2026 09:00"}, "left_at", "in the future"),
            ({"left_how": "died"}, "left_how", "when they left"),
            ({"left_at": "23/11/2026", "left_how": "vanished"}, "left_how", "Choose one of"),
            ({"ward": "W" * 81}, "ward", "80 characters"),
            ({"stay_id": "", "nhs_number": ""}, "stay_id", "hospital's number"),
        ],
    )
    def test_says_what_is_wrong_and_what_to_do(self, read, more, field, says):
        (row,) = read(**more).rows
        assert [fault.field for fault in row.faults] == [field]
        assert says in row.faults[0].text
        assert row.faults[0].line == 2

    def test_knows_a_stay_by_person_and_day_where_it_has_no_number(self, read):
        (row,) = read(stay_id="", hospital_number="A1042").rows
        assert row.identifier == "A1042, admitted 2026-11-21"
        (row,) = read(stay_id="").rows
        assert row.identifier == "9990000018, admitted 2026-11-21"

    def test_takes_a_day_alone_as_its_beginning(self, read):
        (row,) = read(admitted_at="21/11/2026", left_at="21/11/2026").rows
        assert row.faults == ()
        assert row.left_at == row.admitted_at == datetime(2026, 11, 21, tzinfo=LONDON)

    def test_never_has_somebody_leave_before_they_came(self, read):
        (row,) = read(left_at="21/11/2026").rows
        assert (row.faults, row.left_at) == ((), row.admitted_at)

    def test_keeps_columns_it_does_not_know(self, read):
        reading = read(Diet="soft")
        assert reading.unknown == ("diet",)
        assert reading.rows[0].other == {"diet": "soft"}

    def test_sends_back_the_second_of_two_rows_about_one_stay(self, now):
        header = ",".join(GOOD)
        one = ",".join(GOOD.values())
        reading = read_ward_list("\n".join([header, one, one, one.replace("Ward 12", "Ward 9")]).encode(), LISTS, now)
        assert [bool(row.faults) for row in reading.rows] == [False, False, True]
        assert "Line 2 is the same stay" in reading.rows[2].faults[0].text

    @pytest.mark.parametrize(
        ("content", "says"),
        [
            (b"", "empty"),
            (b"\x00\x01\x02", "not a text file"),
            (b"surname,ward\nOkafor,12", "admitted_at is missing"),
            (b"surname,ward,admitted_at\nOkafor,12,21/11/2026", "one of them says which stay"),
            (b"stay_id,surname,family_name,ward,admitted_at\n1,2,3,4,5", "Two columns are family_name"),
            (b"a" * (2 * 1024 * 1024 + 1), "over 2 MB"),
            (b"stay_id,family_name,ward,admitted_at\n" + b"1,a,b,21/11/2026\n" * 1001, "at most 1000"),
        ],
    )
    def test_refuses_what_is_no_list_with_what_to_do(self, content, says, now):
        reading = read_ward_list(content, LISTS, now)
        assert reading.rows == ()
        assert says in reading.faults[0].text


class TestChanges:
    def test_are_what_a_row_says_otherwise(self):
        known = KnownStay(1, "Ward 12", True, {"ward": "Ward 12", "bed": "B4", "consultant": "Dr Rowe"})
        found = changes(known, {"ward": "Ward 9", "bed": "", "consultant": "Dr Rowe", "reason": "Fall"})
        assert found == (Change("ward", "Ward 12", "Ward 9"), Change("reason", "", "Fall"))


class TestLeftOut:
    STAYS = [
        KnownStay(1, "Ward 12", True, {}),
        KnownStay(2, "Ward 9", True, {}),
        KnownStay(3, "ward 12", True, {}),
        KnownStay(4, "Ward 12", False, {}),
    ]

    def test_is_who_is_open_and_not_on_it(self):
        assert left_out(self.STAYS, [1], None) == [2, 3]

    def test_is_of_the_wards_on_it_where_it_is_about_those(self):
        assert left_out(self.STAYS, [1], ["Ward 12"]) == [3]
