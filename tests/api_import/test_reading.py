"""What is wrong with a service's files is said by file, row and column; what is right is read as it stands."""

import codecs
from datetime import date, datetime

import pytest

from homeward.api.service_import.reading import read_service
from homeward.kernel.rules import LONDON

# file, what stands there, what is put instead, the start of what is said
ONE_FAULT = [
    ("visits.csv", "501,41", ",41", "visits.csv, row 2, VisitId: there is no value"),
    ("visits.csv", "501,41", "5" * 41 + ",41", "visits.csv, row 2, VisitId: it is longer than 40"),
    ("visits.csv", "502,42", "501,42", "visits.csv, row 3, VisitId: 501 is also in row 2"),
    ("visits.csv", "501,41", "501,99", "visits.csv, row 2, UserId: 99 is not in distance.csv"),
    ("visits.csv", "2026-11-23,08:00", "23/11/2026,08:00", "visits.csv, row 2, Date: '23/11/2026' is not a date"),
    ("visits.csv", "2026-11-23,08:00", "2026-02-30,08:00", "visits.csv, row 2, Date: 2026-02-30 is not a day"),
    ("visits.csv", "08:00:00,1800", "8am,1800", "visits.csv, row 2, Time: '8am' is not a time"),
    ("visits.csv", "08:00:00,1800", "24:30,1800", "visits.csv, row 2, Time: 24:30 is not a time of day"),
    ("visits.csv", "2026-11-23,08:00", "2026-03-29,01:30", "visits.csv, row 2, Time: 01:30 does not happen"),
    ("visits.csv", "1800,1", "30 min,1", "visits.csv, row 2, Duration: '30 min' is not a whole number of seconds"),
    ("visits.csv", "1800,1", "30,1", "visits.csv, row 2, Duration: 30 is less than a minute"),
    ("visits.csv", "1800,1", "-1800,1", "visits.csv, row 2, Duration: -1800 is less than a minute"),
    ("visits.csv", "1800,1", "180000,1", "visits.csv, row 2, Duration: 180000 is more than a day"),
    ("visits.csv", "1770,2", "1770,0", "visits.csv, row 3, CarerCount: 0 workers at once"),
    ("visits.csv", "1770,2", "1770,1.5", "visits.csv, row 3, CarerCount: '1.5' is not a whole number of workers"),
    ("visits.csv", "1770,2", "1770", "visits.csv, row 3: 5 values where the header has 6"),
    ("visits.csv", "CarerCount\n", "CarerCount,\n", "visits.csv, row 1, unnamed column: this column is not known"),
    ("visits.csv", "CarerCount\n", "Carers\n", "visits.csv, row 1, CarerCount: the column is missing"),
    ("visits.csv", "VisitId,UserId", "UserId,UserId", "visits.csv, row 1, VisitId: the column is missing"),
    ("carers.csv", "CarerId,Date", "CarerId,Day", "carers.csv, row 1, Date: the column is missing"),
    ("carers.csv", "23T11:30:00", "23T07:30:00", "carers.csv, row 2, End: it is not after Begin (07:30)"),
    ("carers.csv", "23T11:30:00", "25T11:30:00", "carers.csv, row 2, End: the shift is longer than 24 hours"),
    ("carers.csv", "23T11:30:00", "23T11:30:00Z", "carers.csv, row 2, End: '2026-11-23T11:30:00Z' is not a local date"),
    ("carers.csv", "7,2026-11-23", "7,2026-11-22", "carers.csv, row 2, Begin: it is on 2026-11-23 but Date says"),
    (
        "carers.csv",
        "23T16:00:00",
        "23T11:00:00",
        "carers.csv, row 3, Begin: 11:00 to 20:00 on 2026-11-23 overlaps row 2",
    ),
    ("distance.csv", "310", "-310", "distance.csv, row 3, 41: -310 is negative"),
    ("distance.csv", "310", "", "distance.csv, row 3, 41: there is no travel time"),
    ("distance.csv", "310", "near", "distance.csv, row 3, 41: 'near' is not a number of seconds"),
    ("distance.csv", "310", "nan", "distance.csv, row 3, 41: 'nan' is not a number of seconds"),
    ("distance.csv", "310", "999999", "distance.csv, row 3, 41: 999999 is more than a day"),
    ("distance.csv", "310,0", "310,5", "distance.csv, row 3, 42: 5 from a place to itself"),
    ("distance.csv", "310,0,240", "310,0", "distance.csv, row 3: 3 values where the header has 4"),
    ("distance.csv", "42,310", "41,310", "distance.csv, row 3, UserId: 41 is also in row 2"),
    ("distance.csv", "42,310", "45,310", "distance.csv, row 1, 42: there is a column but no row"),
    ("distance.csv", "UserId,41,42", "UserId,41,41", "distance.csv, row 1, 41: two columns have this name"),
    ("distance.csv", "UserId", "From", "distance.csv, row 1, UserId: the first column is 'From'"),
]


class TestReadService:
    def test_reads_what_the_files_say(self, folder):
        reading = read_service(folder.path)
        assert reading.faults == ()
        assert reading.days == [date(2026, 11, 23), date(2026, 11, 24)]
        joint = reading.visits[1]
        assert (joint.reference, joint.person_reference, joint.worker_count, joint.seconds) == ("502", "42", 2, 1770)
        assert joint.starts_at == datetime(2026, 11, 23, 9, 0, tzinfo=LONDON)
        assert len(reading.shifts) == 4
        assert reading.travel.place_keys == ("41", "42", "43")
        assert reading.travel.seconds.tolist() == [[0, 300, 420], [310, 0, 240], [400, 250, 0]]

    def test_reads_ethnic_groups_where_there_is_a_file_of_people(self, folder):
        assert read_service(folder.path).people == ()
        folder.write("people.csv", "UserId,EthnicGroup\n41,J\n42,White: Irish\n43,\n")
        reading = read_service(folder.path)
        assert [(one.reference, one.ethnic_category) for one in reading.people] == [
            ("41", "J"),
            ("42", "B"),
            ("43", ""),
        ]
        assert reading.faults == ()

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            (
                "UserId,EthnicGroup\n41,Martian\n",
                "people.csv, row 2, EthnicGroup: This is no ethnic group of the list.",
            ),
            ("UserId,EthnicGroup\n41,A\n41,B\n", "people.csv, row 3, UserId: 41 is also in row 2. Keep one."),
            ("UserId,EthnicGroup\n99,A\n", "people.csv, row 2, UserId: 99 is not in distance.csv."),
            ("UserId,EthnicGroup\n,A\n", "people.csv, row 2, UserId: there is no value."),
            ("UserId,Ethnicity\n41,A\n", "people.csv, row 1, EthnicGroup: the column is missing."),
            ("", "people.csv: the file is empty."),
        ],
    )
    def test_says_what_is_wrong_in_the_file_of_people(self, folder, text, said):
        faults = read_service(folder.write("people.csv", text).path).faults
        assert str(faults[0]).startswith(said)

    @pytest.mark.parametrize(("name", "before", "after", "said"), ONE_FAULT, ids=[case[3] for case in ONE_FAULT])
    def test_says_where_a_fault_is_and_what_to_do(self, folder, name, before, after, said):
        reading = read_service(folder.change(name, before, after).path)
        assert any(str(fault).startswith(said) for fault in reading.faults), [str(fault) for fault in reading.faults]
        assert all(str(fault).rstrip().endswith((".", "?")) for fault in reading.faults)

    @pytest.mark.parametrize("name", ["visits.csv", "carers.csv", "distance.csv"])
    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (None, "there is no such file"),
            (b"", "the file is empty"),
            (b" \r\n\r\n", "the file is empty"),
            ("VisitId,UserId".encode("utf-16"), "this is not UTF-8 text"),
            (b"VisitId,UserId\n\xe9,1\n", "there is a character that is not UTF-8"),
            (b'UserId,41\n"41,0\n', "this is not CSV"),
        ],
    )
    def test_loads_nothing_of_a_file_it_cannot_read(self, folder, name, content, said):
        if content is None:
            (folder.path / name).unlink()
        else:
            folder.write(name, content)
        reading = read_service(folder.path)
        assert not reading.is_loadable
        assert any(fault.file == name and fault.text.startswith(said) for fault in reading.faults)

    @pytest.mark.parametrize("name", ["visits.csv", "carers.csv", "distance.csv"])
    def test_says_that_a_header_alone_is_not_enough(self, folder, name):
        header = (folder.path / name).read_text().splitlines()[0]
        reading = read_service(folder.write(name, header + "\n").path)
        assert not reading.is_loadable
        assert any("nothing under it" in fault.text for fault in reading.faults)

    def test_takes_columns_in_any_order_with_a_byte_order_mark_and_blank_lines(self, folder):
        text = 'CarerCount,Duration,Time,Date,UserId,VisitId\r\n\r\n2,1770,09:00,2026-11-23,"42",502\r\n'
        reading = read_service(folder.write("visits.csv", codecs.BOM_UTF8 + text.encode()).path)
        assert reading.faults == ()
        assert [(visit.row, visit.reference) for visit in reading.visits] == [(3, "502")]

    def test_hints_at_semicolons(self, folder):
        text = (folder.path / "visits.csv").read_text().replace(",", ";")
        reading = read_service(folder.write("visits.csv", text).path)
        assert "separated by something other than commas" in reading.faults[0].text

    def test_takes_travel_rows_that_begin_with_an_unnamed_row_number(self, folder):
        text = "UserId,41,42\n0,41,0,300\n1,42,310,0\n"
        folder.change("visits.csv", "503,43,2026-11-23,10:30:00,900,1\n", "")
        reading = read_service(folder.write("distance.csv", text).path)
        assert reading.faults == ()
        assert reading.travel.seconds.tolist() == [[0, 300], [310, 0]]

    def test_leaves_out_visits_to_a_place_whose_travel_is_wrong_and_says_so(self, folder):
        reading = read_service(folder.change("distance.csv", "310", "-310").path)
        assert reading.travel.place_keys == ("41", "43")
        assert [visit.reference for visit in reading.visits] == ["501", "503", "504"]
        said = [str(fault) for fault in reading.faults]
        assert "visits.csv, row 3, UserId: 42 cannot be reached: put right row 3 of distance.csv first." in said
        assert reading.is_loadable

    def test_lists_every_fault_of_every_file(self, folder):
        folder.change("visits.csv", "1800,1", "0,9").change("carers.csv", "23T11:30:00", "23T01:30:00")
        folder.change("distance.csv", "310", "-1")
        reading = read_service(folder.path)
        assert [(fault.file, fault.row, fault.column) for fault in reading.faults] == [
            ("visits.csv", 2, "Duration"),
            ("visits.csv", 2, "CarerCount"),
            ("visits.csv", 3, "UserId"),
            ("carers.csv", 2, "End"),
            ("distance.csv", 3, "41"),
        ]

    def test_keeps_wall_clock_times_when_the_clocks_go_back(self, folder):
        folder.change("visits.csv", "2026-11-23,08:00:00", "2026-10-25,08:00:00")
        reading = read_service(folder.path)
        assert reading.faults == ()
        assert reading.visits[0].starts_at.isoformat() == "2026-10-25T08:00:00+00:00"

    def test_finds_nothing_wrong_with_the_scottish_service(self, shared):
        folder = shared / "benchmarks" / "homecare-scotland"
        if not folder.is_dir():
            pytest.skip("benchmarks/homecare-scotland is not beside the project")
        reading = read_service(folder)
        assert reading.faults == ()
        assert len(reading.visits) == 4874
        assert len(reading.shifts) == 1046
        assert reading.travel.seconds.shape == (236, 236)
        assert sum(visit.worker_count == 2 for visit in reading.visits) == 1151
