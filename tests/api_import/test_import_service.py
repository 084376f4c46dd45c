"""`homeward import-service`: all or nothing unless told otherwise, once and for all, planned and accounted for."""

import csv
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from itertools import pairwise

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from homeward.access.rules import Actor, Role
from homeward.audit.models import Event
from homeward.kernel.rules import LONDON
from homeward.people.models import Person
from homeward.procedures.services import publish_library
from homeward.roster.models import Shift
from homeward.teams.models import Account, Organisation, Service, Worker
from homeward.visits.models import Assignment, DayPlan, TravelTable, Visit

DAY = date(2026, 11, 23)
# Whole minutes in the record against seconds in the files: half a minute of a visit's length and up to one of its start
ROUNDING_SECONDS = 90


@pytest.fixture(autouse=True)
def the_day_before(monkeypatch):
    """It is 22 November 2026, whenever the tests run: of a day that is under way only the rest is planned."""
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 11, 22, 9, tzinfo=UTC))


@pytest.fixture
def run(db, folder):
    """Runs the command on the made-up service: what it printed."""

    def run(*more, path=folder.path, day="2026-11-23") -> str:
        out = StringIO()
        call_command("import_service", str(path), "--date", day, *more, stdout=out, stderr=out)
        return out.getvalue()

    return run


@pytest.fixture
def planner_account(db) -> Account:
    return Account.objects.create(username="pat.planner", full_name="Pat Planner", role=Role.ROSTER_PLANNER)


def everything() -> dict:
    """How many rows of each kind there are, audit included."""
    return {
        model.__name__: model.objects.count()
        for model in (Service, Organisation, Worker, Person, Shift, Visit, TravelTable, Assignment, DayPlan, Event)
    }


class TestImportService:
    def test_loads_a_day_and_invents_nothing(self, run):
        said = run("--no-plan")
        service = Service.objects.get()
        assert (service.code, service.name, service.is_fictitious) == (
            "made-up-care", "Made Up Care (imported)", False,
        )  # fmt: skip
        assert "no map" in service.about
        assert "15 minutes either side" in service.about
        assert [str(one) for one in Organisation.objects.all()] == ["Employer not given"]
        assert {worker.label for worker in Worker.objects.all()} == {"Worker 7", "Worker 8"}
        assert {person.label for person in Person.objects.all()} == {"Person 41", "Person 42", "Person 43"}
        person = Person.objects.get(reference="42")
        assert (person.language, person.gender, person.birth_date, person.phone) == ("", "unknown", None, "")
        address = person.addresses.get()
        assert (address.place_key, address.latitude, address.postcode) == ("42", None, "")
        assert Shift.objects.filter(worker__local_reference="7", day=DAY).count() == 2
        joint = Visit.objects.get(local_reference="502")
        assert joint.slots == [{"skill": "home_care_worker", "minutes": 30}] * 2
        assert joint.window_opens_at == datetime(2026, 11, 23, 8, 45, tzinfo=LONDON)
        assert joint.window_closes_at == datetime(2026, 11, 23, 9, 15, tzinfo=LONDON)
        assert not joint.is_window_hard
        assert "3 visits to 3 people, 1 of them for two or more workers" in said

    def test_takes_ethnic_groups_as_given_by_somebody_else(self, run, folder):
        folder.write("people.csv", "UserId,EthnicGroup\n41,J\n42,Prefer not to say\n")
        run("--no-plan")
        told = Person.objects.values_list("reference", "ethnic_category", "ethnic_category_by")
        assert set(told) == {("41", "J", "other"), ("42", "Z", "self"), ("43", "", "")}

    def test_fills_in_ethnic_groups_of_people_loaded_before_and_replaces_none(self, run, folder):
        run("--no-plan")
        folder.write("people.csv", "UserId,EthnicGroup\n41,J\n42,99\n")
        assert "Ethnic groups filled in of people who were there already: 2." in run("--no-plan")
        assert "nothing was changed" in run("--no-plan")
        assert Event.objects.filter(action="change person").count() == 2
        folder.write("people.csv", "UserId,EthnicGroup\n41,H\n42,A\n")
        with pytest.raises(CommandError, match="Nothing was loaded"):
            run("--no-plan")
        assert set(Person.objects.values_list("reference", "ethnic_category")) == {
            ("41", "J"),
            ("42", "99"),
            ("43", ""),
        }
        folder.write("people.csv", "UserId,EthnicGroup\n41,\n42,A\n")
        assert "who were there already: 1" in run("--no-plan")

    def test_leaves_an_audit_event_for_each_thing_it_did(self, run):
        run("--no-plan")
        assert {
            "open service",
            "add workers",
            "register people",
            "keep travel table",
            "add shifts",
            "add visits",
        } <= set(Event.objects.values_list("action", flat=True))

    def test_changes_nothing_the_second_time(self, run, planner_account):
        run("--seconds", "0.2")
        before = everything()
        said = run("--seconds", "0.2")
        assert everything() == before
        assert "already: nothing was changed" in said
        assert "It was planned before" in said

    def test_adds_another_day_to_the_same_service(self, run):
        run("--no-plan")
        said = run("--no-plan", day="2026-11-24")
        assert Service.objects.count() == 1
        assert "Added to" in said
        assert "0 people, 0 workers, 1 shifts, 1 visits" in said

    def test_loads_nothing_when_anything_is_wrong(self, run, folder):
        folder.change("visits.csv", "1800,1", "5,1")
        before = everything()
        with pytest.raises(CommandError, match=r"Nothing was loaded\. Put it right, or say --accept-partial"):
            run()
        assert everything() == before

    def test_loads_what_is_right_when_told_to(self, run, folder):
        folder.change("visits.csv", "1800,1", "5,1")
        said = run("--accept-partial", "--no-plan")
        assert "visits.csv, row 2, Duration: 5 is less than a minute" in said
        assert sorted(Visit.objects.values_list("local_reference", flat=True)) == ["502", "503"]
        assert "left some rows out" in Service.objects.get().about

    def test_never_loads_from_a_file_it_cannot_read(self, run, folder):
        (folder.path / "carers.csv").unlink()
        with pytest.raises(CommandError, match="Nothing was loaded"):
            run("--accept-partial")
        assert not Service.objects.exists()

    def test_sums_up_many_faults_and_writes_them_all_to_a_file(self, run, folder, tmp_path):
        rows = "".join(f"{number},99,2026-11-23,08:00,1800,1\n" for number in range(600, 640))
        folder.change("visits.csv", "501,41", rows + "501,41")
        with pytest.raises(CommandError):
            run("--faults", str(tmp_path / "faults.txt"))
        assert len((tmp_path / "faults.txt").read_text().splitlines()) == 40

    def test_says_which_days_there_are(self, run):
        with pytest.raises(CommandError, match="no visits on 2026-12-01: they run from 2026-11-23 to 2026-11-24"):
            run(day="2026-12-01")

    def test_checks_and_loads_nothing_on_a_dry_run(self, run):
        before = everything()
        assert "Nothing was loaded: this was a dry run." in run("--dry-run")
        assert everything() == before

    @pytest.mark.parametrize(
        ("name", "before", "after", "said"),
        [
            ("visits.csv", "501,41", "501,43", "visits.csv, row 2, UserId: this visit was for somebody else"),
            ("visits.csv", "08:00:00,1800", "08:30:00,1800", "visits.csv, row 2, Time: this visit had another time"),
            ("visits.csv", "1800,1", "2400,1", "visits.csv, row 2, Duration: this visit had another length"),
            ("visits.csv", "1770,2", "1770,1", "visits.csv, row 3, CarerCount: this visit needed 2 workers"),
            ("carers.csv", "23T11:30:00", "23T11:45:00", "carers.csv, row 2, End: this shift had another end"),
        ],
    )
    def test_refuses_rows_that_changed_since_they_were_loaded(self, run, folder, name, before, after, said, capsys):
        run("--no-plan")
        counted = everything()
        folder.change(name, before, after)
        out = StringIO()
        with pytest.raises(CommandError, match="Nothing was loaded"):
            call_command(
                "import_service", str(folder.path), "--date", "2026-11-23", "--no-plan", stdout=out, stderr=out
            )
        assert said in out.getvalue()
        assert everything() == counted

    def test_refuses_a_service_that_no_import_made(self, run, service):
        with pytest.raises(CommandError, match="was not made by an import"):
            run("--code", service.code, "--no-plan")

    def test_leaves_visits_that_are_no_longer_in_the_files(self, run, folder):
        run("--no-plan")
        folder.change("visits.csv", "503,43,2026-11-23,10:30:00,900,1\n", "")
        assert "1 visits of this day that were loaded before are no longer in visits.csv" in run("--no-plan")
        assert Visit.objects.filter(local_reference="503").exists()

    def test_lets_those_who_plan_see_it_unless_others_are_named(self, run, planner_account):
        nurse = Account.objects.create(username="nell.nurse", full_name="Nell Nurse", role=Role.REGISTERED_PROFESSIONAL)
        assert "Now seen by: pat.planner." in run("--no-plan")
        assert not nurse.services.exists()
        run("--no-plan", "--for", "Nell.Nurse")
        assert nurse.services.get() == planner_account.services.get()

    def test_refuses_a_user_name_that_nobody_has(self, run):
        with pytest.raises(CommandError, match=r"Nobody has the user name no\.body"):
            run("--for", "no.body")
        assert not Service.objects.exists()

    def test_plans_the_day_it_loaded(self, run):
        publish_library(actor=Actor.system("tests"), now=datetime(2026, 11, 22, 9, tzinfo=UTC))
        said = run("--seconds", "0.3")
        assert "Visits planned: 3 of 3" in said
        assert "Rules broken, by the independent checker: 0" in said
        joint = list(Assignment.objects.filter(visit__local_reference="502"))
        assert len({one.starts_at for one in joint}) == 1
        assert len({one.worker_id for one in joint}) == 2

    def test_says_why_a_visit_could_not_be_planned(self, run, folder):
        folder.change("visits.csv", "10:30:00,900,1", "10:30:00,900,3")  # and there are two workers
        said = run("--seconds", "0.3")
        assert "Visits planned: 2 of 3" in said
        assert "1 × " in said
        assert Visit.objects.get(local_reference="503").unplanned_reason


class TestTheScottishDay:
    """One real day, planned for a moment, judged against the files themselves and not by what planned it."""

    @pytest.fixture
    def scotland(self, shared):
        path = shared / "benchmarks" / "homecare-scotland"
        if not path.is_dir():
            pytest.skip("benchmarks/homecare-scotland is not beside the project")
        return path

    def test_is_planned_within_its_own_shifts_and_travel_times(self, run, scotland):
        said = run("--seconds", "3", path=scotland, day="2017-10-03")
        assert "506 visits to 204 people, 120 of them for two or more workers" in said
        wanted = {row["VisitId"]: row for row in self._rows(scotland / "visits.csv") if row["Date"] == "2017-10-03"}
        placed = Assignment.objects.select_related("visit__person", "worker", "shift")
        by_visit, by_shift = defaultdict(list), defaultdict(list)
        for one in placed:
            by_visit[one.visit.local_reference].append(one)
            by_shift[one.shift_id].append(one)
        left_out = Visit.objects.exclude(unplanned_reason="").count()
        assert len(by_visit) + left_out == len(wanted) == 506
        assert len(by_visit) >= 495
        for reference, going in by_visit.items():
            row = wanted[reference]
            assert len({one.worker_id for one in going}) == len(going) == int(row["CarerCount"])
            assert len({one.starts_at for one in going}) == 1
            stated = datetime.fromisoformat(f"{row['Date']}T{row['Time']}").replace(tzinfo=LONDON)
            assert going[0].starts_at >= stated - timedelta(minutes=15)
        lines = list(csv.reader((scotland / "distance.csv").open()))
        travel = {line[1]: dict(zip(lines[0][1:], map(int, line[2:]))) for line in lines[1:]}
        shifts = {
            (row["CarerId"], datetime.fromisoformat(row["Begin"]), datetime.fromisoformat(row["End"]))
            for row in self._rows(scotland / "carers.csv")
        }
        for stops in by_shift.values():
            stops.sort(key=lambda one: one.starts_at)
            shift = stops[0].shift
            local = [moment.astimezone(LONDON).replace(tzinfo=None) for moment in (shift.starts_at, shift.ends_at)]
            assert (stops[0].worker.local_reference, *local) in shifts
            assert stops[0].starts_at >= shift.starts_at
            for before, after in pairwise(stops):
                length = int(wanted[before.visit.local_reference]["Duration"])
                way = travel[before.visit.person.reference][after.visit.person.reference]
                between = (after.starts_at - before.starts_at).total_seconds()
                assert between + ROUNDING_SECONDS >= length + way

    @staticmethod
    def _rows(path):
        with path.open() as file:
            return list(csv.DictReader(file))
