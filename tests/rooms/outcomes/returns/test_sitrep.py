"""Situation reports of November 2026 by hand: who could leave, who left, and how full beds and wards were."""

import csv
import io
from datetime import date, datetime, timedelta

import pytest

from homeward.access.rules import Actor, Role
from homeward.beds.models import Bed
from homeward.beds.services import leave_bed
from homeward.discharge.models import HospitalStay
from homeward.discharge.services import CriteriaGiven, Leaving, Owner, StayGiven, add_action, end_stay, receive_stay
from homeward.kernel.rules import LONDON
from homeward.outcomes.returns.codes import CodesError
from homeward.outcomes.returns.making import close_return, make_return
from tests.rooms.beds.conftest import asked, bed, house, lead, offered, someone, staying, waiting  # noqa: F401
from tests.rooms.outcomes.conftest import history  # noqa: F401

IN_DECEMBER = datetime(2026, 12, 2, 10, 0, tzinfo=LONDON)
NOVEMBER = date(2026, 11, 1)
DAY = timedelta(days=1)


@pytest.fixture
def own_codes(tmp_path):
    path = tmp_path / "ours.yaml"
    path.write_text(
        'weekly_snapshot: Wednesday\nwards: [{pathway: integrated-crisis-response, name: Ward at home, places: "4"}]\n',
        encoding="utf-8",
    )
    return path


@pytest.fixture
def tables(service, own_codes):
    """The month's tables as rows, by file name."""

    def made(month=NOVEMBER, codes=own_codes):
        actor = Actor.system("Homeward, by command", service.pk)
        files = make_return(
            actor=actor, service_id=service.pk, kind="sitrep", month=month, now=IN_DECEMBER, own_codes=codes
        ).files
        return {name: list(csv.DictReader(io.StringIO(text))) for name, text in files.items() if name.endswith(".csv")}

    return made


@pytest.fixture
def stay(ivy, somebody, now):
    """Admitted on the 18th, ready on the 23rd and waiting for equipment, home with reablement on the 26th."""
    manager = somebody(Role.CASE_MANAGER)
    told = {"admitted_at": now - 6 * DAY, "source": "form", "hospital_name": "Royal Derby"}
    stay = receive_stay(actor=manager, person=ivy, given=StayGiven(**told), now=now - 6 * DAY).stay
    ready = StayGiven(**told, criteria=(CriteriaGiven(date(2026, 11, 23), False),))
    receive_stay(actor=manager, person=ivy, given=ready, now=now - DAY)
    add_action(
        actor=manager, stay=stay, text="Order the bed", owner=Owner("account", manager.account_id), due_at=now + DAY,
        now=now - DAY, blocker="equipment",
    )  # fmt: skip
    left = now + 2 * DAY
    end_stay(actor=manager, stay=stay, leaving=Leaving(left, "left", "p1_reablement"), now=left)
    return stay


class TestDischarge:
    def test_counts_each_day_who_could_leave_who_left_and_who_is_still_there(self, stay, tables):
        rows = tables()["SIT001Discharge.csv"]
        assert len(rows) == 30
        assert {row["HOSPITAL"] for row in rows} == {"Royal Derby"}
        some = {
            row["DATE"][-2:]: (
                row["NO LONGER MEETING CRITERIA"],
                row["DISCHARGED"],
                row["DISCHARGED PATHWAY 1"],
                row["REMAINING"],
            )
            for row in rows
        }
        assert some["22"] == ("0", "0", "0", "0")
        assert some["23"] == some["25"] == ("1", "0", "0", "1")
        assert some["26"] == ("1", "1", "1", "0")
        assert some["27"] == ("0", "0", "0", "0")

    @pytest.mark.parametrize(
        ("destination", "column"),
        [
            ("p0_home", "PATHWAY 0"),
            ("p0_care_home", "PATHWAY 0"),
            ("p1_reablement", "PATHWAY 1"),
            ("p1_support", "PATHWAY 1"),
            ("p1_care_home", "PATHWAY 1"),
            ("p2_bed", "PATHWAY 2"),
            ("p3_care_home", "PATHWAY 3"),
            ("p3_end_of_life", "PATHWAY 3"),
            ("", "PATHWAY NOT SAID"),
        ],
    )
    def test_counts_each_national_destination_under_its_pathway(self, stay, tables, destination, column):
        HospitalStay.objects.update(destination=destination)
        [row] = [row for row in tables()["SIT001Discharge.csv"] if row["DATE"].endswith("26")]
        counts = {name.removeprefix("DISCHARGED "): count for name, count in row.items() if "PATHWAY" in name}
        assert counts == dict.fromkeys(counts, "0") | {column: "1"}
        assert len(counts) == 5

    def test_says_what_each_day_was_waited_for(self, stay, tables):
        rows = tables()["SIT002DelayReasons.csv"]
        assert [row["DATE"] for row in rows] == ["2026-11-23", "2026-11-24", "2026-11-25"]
        assert {row["REMAINING"] for row in rows} == {"1"}
        assert len({row["REASON"] for row in rows}) == 1

    def test_counts_long_stays_on_the_day_of_the_week_that_was_settled(self, stay, tables):
        rows = tables()["SIT003LongStays.csv"]
        assert [row["DATE"][-2:] for row in rows] == ["04", "11", "18", "25"]
        assert rows[-1]["7 DAYS OR MORE"] == "1"
        assert rows[-1]["DAYS SINCE READY 7 DAYS OR MORE"] == "2"
        assert rows[-1]["14 DAYS OR MORE"] == "0"


class TestWards:
    def test_says_how_full_a_house_was_at_the_end_of_each_day(self, lead, staying, tables, now):  # noqa: F811
        leave_bed(actor=lead, stay=staying("Bed 1", days=20), left_at=now, support="none", now=now)
        beds = Bed.objects.count()
        rows = {row["DATE"][-2:]: row for row in tables()["SIT004Wards.csv"] if row["WARD"] != "Ward at home"}
        assert {row["CAPACITY"] for row in rows.values()} == {str(beds)}
        assert (rows["03"]["PATIENTS"], rows["04"]["PATIENTS"], rows["04"]["ADMITTED"]) == ("0", "1", "1")
        assert (rows["23"]["PATIENTS"], rows["23"]["OCCUPANCY"]) == ("1", f"{1 / beds:.3f}")
        assert (rows["24"]["PATIENTS"], rows["24"]["LEFT"]) == ("0", "1")

    def test_counts_the_people_of_a_pathway_against_its_places(self, history, tables, now):  # noqa: F811
        history.end(history.episode(now - 3 * DAY), "nothing_further", now - DAY)
        history.episode(now - 2 * DAY)
        rows = {row["DATE"][-2:]: row for row in tables()["SIT004Wards.csv"]}
        assert [rows[day]["PATIENTS"] for day in ("20", "21", "22", "23", "30")] == ["0", "1", "2", "1", "1"]
        assert rows["22"]["OCCUPANCY"] == "0.500"


class TestTheReturn:
    def test_is_the_same_to_the_byte_once_closed(self, service, stay, own_codes, ivy, somebody):
        how = {
            "actor": Actor.system("Homeward, by command", service.pk), "service_id": service.pk, "kind": "sitrep",
            "month": NOVEMBER, "now": IN_DECEMBER, "own_codes": own_codes,
        }  # fmt: skip
        closed = close_return(**how)
        stay.hospital_name = "Elsewhere"
        stay.save()
        again = make_return(**how)
        assert again.files == closed.files
        assert "SIT001Discharge.csv" in again.changed_since

    @pytest.mark.parametrize(
        ("codes", "says"),
        [
            ("weekly_snapshot: Someday\n", "must be a day of the week"),
            ("wards: [{pathway: x, name: y}]\n", "needs pathway, name and places"),
        ],
    )
    def test_says_what_is_wrong_with_the_codes(self, tables, tmp_path, codes, says):
        path = tmp_path / "wrong.yaml"
        path.write_text(codes, encoding="utf-8")
        with pytest.raises(CodesError, match=says):
            tables(codes=path)
