"""The Community Services Data Set of a month, from a crisis answered by the services."""

import csv
import io
import json
from datetime import date, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction

from homeward.access.rules import Actor, NotAllowedError, Role
from homeward.audit.models import Event
from homeward.episodes.services import accept_referral, close_episode
from homeward.equipment.models import EquipmentRequest, Kind, Loan, Shelf, Store
from homeward.kernel.rules import LONDON, RefusedError
from homeward.outcomes.models import ClosedReturn
from homeward.outcomes.returns.checking import is_concept, problems_in
from homeward.outcomes.returns.codes import NOT_SET, CodesError, read_codes
from homeward.outcomes.returns.csds.building import CODES
from homeward.outcomes.returns.csds.tables import TABLES
from homeward.outcomes.returns.making import close_return, make_return
from homeward.people.models import Person
from homeward.plans.services import write_plan
from homeward.procedures.selectors import built
from homeward.referrals.services import NewReferral, decline_referral, receive_referral, redirect_referral
from homeward.referrals.states import Source, Urgency
from homeward.visits.models import Clinic, ClinicBooking, ClinicSession, SessionPlace, TaskReading, VisitTask
from homeward.visits.services import arrive, assign_worker, leave, need_response
from homeward.visits.states import Attendance, BookingState

NOVEMBER, DECEMBER = date(2026, 11, 1), date(2026, 12, 1)
IN_DECEMBER = datetime(2026, 12, 2, 10, 0, tzinfo=LONDON)


@pytest.fixture
def by_command(service) -> Actor:
    return Actor.system("Homeward, by command", service.pk)


@pytest.fixture
def answered(coordinator, crisis, workers, now):
    """Two went to Ivy's crisis: there after 40 minutes, away after 100."""
    episode = accept_referral(actor=coordinator, referral=crisis, pathway_code="integrated-crisis-response", now=now)
    response = need_response(actor=coordinator, episode=episode, now=now)
    at, away = now + timedelta(minutes=30), now + timedelta(minutes=90)
    for slot, worker in ((0, workers[0]), (1, workers[2])):
        sent = assign_worker(actor=coordinator, visit=response, slot=slot, worker=worker, starts_at=at, now=now)
        arrive(actor=coordinator, assignment=sent, at=at, now=at)
    for sent in response.assignments.order_by("slot"):
        leave(actor=coordinator, assignment=sent, at=away, now=away)
    return episode


@pytest.fixture
def settled(tmp_path):
    """Settings of a made-up service in which nothing is left open."""
    path = tmp_path / "ours.yaml"
    path.write_text(
        'version: "1.6"\nprovider: RXX\nsubmitter: RXX\ncommissioner: "99Z"\n'
        "source_of_referral: {gp: G1, hospital: H1}\nprimary_reason: R1\nclosure_reason: C1\nrejection_reason: J1\n"
        "accommodation: {home: A1}\nassessment_tools: {news2: '1104051000000101'}\n"
        'onward_reason: O1\ngender: {unknown: X}\nethnic_category_not_asked: "99"\n'
        'nhs_number_status: {unverified: "02"}\n'
        "clock_status: {running: A, stopped: B, cancelled: C}\nregistration_body: {nmc: N}\n",
        encoding="utf-8",
    )
    return path


def _rows(made, table: str) -> list[dict[str, str]]:
    name = next(one.file_name for one in TABLES if one.code == table)
    return list(csv.DictReader(io.StringIO(made.files[name])))


@pytest.fixture
def november(by_command, service, settled):
    def make():
        return make_return(
            kind="csds", actor=by_command, service_id=service.pk, month=NOVEMBER, now=IN_DECEMBER, own_codes=settled
        )

    return make


class TestMakeReturn:
    def test_gives_the_two_hour_clock_as_type_05_from_received_to_first_contact(self, answered, crisis, november):
        (clock,) = _rows(november(), "CYP104")
        assert clock == {
            "SERVICE REQUEST IDENTIFIER": crisis.reference,
            "WAITING TIME MEASUREMENT TYPE (COMMUNITY CARE)": "05",
            "REFERRAL TO TREATMENT PERIOD START DATE": "2026-11-24",
            "REFERRAL TO TREATMENT PERIOD START TIME": "08:50:00",
            "REFERRAL TO TREATMENT PERIOD END DATE": "2026-11-24",
            "REFERRAL TO TREATMENT PERIOD END TIME": "09:30:00",
            "REFERRAL TO TREATMENT PERIOD STATUS": "B",
        }

    def test_gives_one_contact_and_an_activity_for_each_who_came(self, answered, crisis, workers, november):
        made = november()
        (contact,) = _rows(made, "CYP201")
        assert (contact["SERVICE REQUEST IDENTIFIER"], contact["CARE CONTACT DATE"]) == (crisis.reference, "2026-11-24")
        assert (contact["CARE CONTACT TIME"], contact["CLINICAL CONTACT DURATION OF CARE CONTACT"]) == (
            "09:30:00",
            "60",
        )
        assert (contact["ATTENDANCE STATUS"], contact["CONSULTATION TYPE"]) == ("5", "01")
        activities = _rows(made, "CYP202")
        assert {one["CARE CONTACT IDENTIFIER"] for one in activities} == {contact["CARE CONTACT IDENTIFIER"]}
        who = {one["CARE PROFESSIONAL LOCAL IDENTIFIER"] for one in activities}
        assert who == {workers[0].local_reference, workers[2].local_reference}
        assert {one["CARE PROFESSIONAL LOCAL IDENTIFIER"] for one in _rows(made, "CYP901")} == who

    def test_names_everyone_once_and_nobody_else(self, answered, ivy, november):
        made = november()
        (patient,) = _rows(made, "CYP001")
        assert patient["NHS NUMBER"] == ivy.nhs_number
        assert patient["POSTCODE OF USUAL ADDRESS"] == "DE1 3DA"
        assert {name for name in patient.values() if "Ivy" in name or "Okafor" in name} == set()

    @pytest.mark.parametrize(("category", "sent"), [("J", "J"), ("Z", "Z"), ("99", "99"), ("", "99")])
    def test_sends_the_ethnic_category_by_its_national_code(self, answered, ivy, november, category, sent):
        Person.objects.filter(pk=ivy.pk).update(ethnic_category=category)
        made = november()
        assert [one["ETHNIC CATEGORY"] for one in _rows(made, "CYP001")] == [sent]
        assert made.report["problems"] == []

    def test_says_of_how_many_nobody_asked_the_ethnic_category(self, answered, ivy, by_command, service):
        def told() -> list[int]:
            made = make_return(kind="csds", actor=by_command, service_id=service.pk, month=NOVEMBER, now=IN_DECEMBER)
            return [one["rows"] for one in made.report["not_settled"] if one["column"] == "ETHNIC CATEGORY"]

        assert told() == [1]
        Person.objects.filter(pk=ivy.pk).update(ethnic_category="Z")
        assert told() == []

    @pytest.mark.parametrize(("category", "people"), [("", 1), ("99", 0), ("Z", 0), ("A", 0)])
    def test_counts_whom_nobody_asked_once_the_service_settled_what_to_send_of_them(
        self, answered, ivy, november, category, people
    ):
        Person.objects.filter(pk=ivy.pk).update(ethnic_category=category)
        report = november().report
        assert report["not_asked"] == {"Ethnic category": {"people": people, "of": 1}}
        assert report["not_settled"] == []

    def test_leaves_what_happened_after_the_month_to_the_next(
        self, answered, coordinator, by_command, service, settled, fill, november
    ):
        ended = datetime(2026, 12, 1, 12, 0, tzinfo=LONDON)
        pathway = built(answered.pathway)
        for form in {use.form for stage in pathway.stages for use in stage.forms}:
            fill(form, ("episode", answered.pk), person=answered.person)
        before = november()
        close_episode(actor=coordinator, episode=answered, outcome_code=pathway.outcomes[0].code, now=ended)
        assert november().files == before.files
        january = datetime(2027, 1, 4, 9, 0, tzinfo=LONDON)
        december = make_return(
            kind="csds", actor=by_command, service_id=service.pk, month=DECEMBER, now=january, own_codes=settled
        )
        (referral,) = _rows(december, "CYP101")
        assert referral["SERVICE DISCHARGE DATE"] == "2026-12-01"
        assert _rows(december, "CYP201") == []

    def test_sends_an_open_referral_again_each_month_and_a_turned_away_one_once(
        self, coordinator, crisis, ivy, service, by_command, settled, november, now
    ):
        Person.objects.filter(pk=ivy.pk).update(nhs_number="9990000018")
        crisis.pathway_code = "integrated-crisis-response"
        crisis.save()
        new = NewReferral(source=Source.HOSPITAL, urgency=Urgency.CRISIS, need_code="fall", received_at=now)
        other = receive_referral(actor=coordinator, person=ivy, new=new, now=now)
        other.pathway_code = "integrated-crisis-response"
        other.save()
        redirect_referral(actor=coordinator, referral=other, to="Ambulance", reason="Life threatening", now=now)
        assert [row["SERVICE REQUEST IDENTIFIER"] for row in _rows(november(), "CYP101")] == [
            crisis.reference,
            other.reference,
        ]
        (rejected,) = [row for row in _rows(november(), "CYP102") if row["REFERRAL REJECTION DATE"]]
        assert (rejected["SERVICE REQUEST IDENTIFIER"], rejected["REFERRAL REJECTION REASON"]) == (
            other.reference,
            "J1",
        )
        assert [row["ONWARD REFERRAL DATE"] for row in _rows(november(), "CYP105")] == ["2026-11-24"]
        january = datetime(2027, 1, 4, 9, 0, tzinfo=LONDON)
        december = make_return(
            kind="csds", actor=by_command, service_id=service.pk, month=DECEMBER, now=january, own_codes=settled
        )
        assert [row["SERVICE REQUEST IDENTIFIER"] for row in _rows(december, "CYP101")] == [crisis.reference]

    def test_counts_what_it_leaves_out_and_why(self, coordinator, crisis, november, now):
        decline_referral(actor=coordinator, referral=crisis, reason="Lives outside the area", now=now)
        assert november().report["left_out"] == {"Referrals without a pathway yet": 1}

    def test_says_what_is_not_settled_where_it_ships_with_no_national_list(self, answered, by_command, service):
        made = make_return(kind="csds", actor=by_command, service_id=service.pk, month=NOVEMBER, now=IN_DECEMBER)
        open_codes = {(one["table"], one["column"]) for one in made.report["not_settled"]}
        assert ("CYP101", "SOURCE OF REFERRAL FOR COMMUNITY") in open_codes
        assert _rows(made, "CYP101")[0]["SOURCE OF REFERRAL FOR COMMUNITY"] == NOT_SET

    def test_finds_nothing_wrong_with_a_whole_month(self, answered, november):
        assert november().report["problems"] == []
        assert november().report["not_settled"] == []

    def test_names_the_row_that_would_be_refused(self, answered, ivy, november):
        Person.objects.filter(pk=ivy.pk).update(birth_date=None, nhs_number="9990000019")
        problems = november().report["problems"]
        assert [(one["table"], one["column"]) for one in problems] == [
            ("CYP001", "NHS NUMBER"),
            ("CYP001", "PERSON BIRTH DATE"),
        ]
        assert {one["key"] for one in problems} == {ivy.reference}

    def test_is_audited_and_not_for_any_role(self, answered, actor_with, service, november):
        november()
        assert Event.objects.filter(action="make return").count() == 1
        with pytest.raises(NotAllowedError):
            make_return(
                kind="csds",
                actor=actor_with(Role.PERFORMANCE_LEAD),
                service_id=service.pk,
                month=NOVEMBER,
                now=IN_DECEMBER,
            )

    def test_refuses_a_month_that_is_not_over(self, by_command, service):
        with pytest.raises(RefusedError, match="not over"):
            make_return(kind="csds", actor=by_command, service_id=service.pk, month=DECEMBER, now=IN_DECEMBER)


@pytest.fixture
def close_november(by_command, service, settled):
    def close():
        return close_return(
            kind="csds", actor=by_command, service_id=service.pk, month=NOVEMBER, now=IN_DECEMBER, own_codes=settled
        )

    return close


class TestCloseReturn:
    def test_gives_the_same_bytes_for_good_and_says_what_would_differ(self, answered, ivy, close_november, november):
        closed = close_november()
        assert november().changed_since == ()
        Person.objects.filter(pk=ivy.pk).update(birth_date=date(1942, 3, 9))
        again = november()
        assert (again.files, again.sha256) == (closed.files, closed.sha256)
        assert again.changed_since == ("CYP001MPI.csv",)
        with pytest.raises(RefusedError, match="closed already"):
            close_november()

    def test_refuses_files_with_problems(self, answered, ivy, close_november):
        Person.objects.filter(pk=ivy.pk).update(birth_date=None)
        with pytest.raises(RefusedError, match="1 rows have problems"):
            close_november()
        assert not ClosedReturn.objects.exists()

    def test_cannot_be_changed_afterwards(self, answered, close_november):
        close_november()
        with pytest.raises(DatabaseError), transaction.atomic():
            ClosedReturn.objects.update(sha256="0" * 64)


class TestStandingOfPeople:
    def test_says_where_each_lives_and_since_when(self, answered, ivy, november):
        (home,) = _rows(november(), "CYP003")
        since = ivy.addresses.get().starts_on.isoformat()
        assert home == {
            "LOCAL PATIENT IDENTIFIER (EXTENDED)": ivy.reference,
            "ACCOMMODATION STATUS CODE": "A1",
            "ACCOMMODATION STATUS RECORDED DATE": since,
        }

    def test_gives_one_plan_however_often_it_was_written_and_who_agreed_it(self, answered, by_command, november, now):
        for day, agreed_on in ((0, None), (2, date(2026, 11, 26)), (8, date(2026, 12, 2))):
            write_plan(
                actor=by_command, episode=answered, summary="Help at home", goals=["Walk"], patterns=[],
                now=now + timedelta(days=day), agreed_on=agreed_on, not_agreed_reason="" if agreed_on else "Asleep",
            )  # fmt: skip
        (plan,), (agreement,) = _rows(november(), "CYP004"), _rows(november(), "CYP005")
        assert (plan["CARE PLAN CREATION DATE"], plan["CARE PLAN LAST UPDATED DATE"]) == ("2026-11-24", "2026-11-26")
        assert plan["CARE PLAN IMPLEMENTATION DATE"] == agreement["CARE PLAN AGREED DATE"] == "2026-11-26"
        assert plan["CARE PLAN IDENTIFIER"] == agreement["CARE PLAN IDENTIFIER"]
        # no national list was found of who may agree: it is a setting, and the report says so
        assert agreement["CARE PLAN AGREED BY"] == plan["CARE PLAN TYPE (COMMUNITY CARE)"] == NOT_SET
        assert {one["column"] for one in november().report["not_settled"]} == {
            "CARE PLAN AGREED BY",
            "CARE PLAN TYPE (COMMUNITY CARE)",
        }

    def test_sends_what_is_on_loan_once_its_kind_has_a_finding(
        self, answered, ivy, service, workers, settled, november, now
    ):
        owner = workers[0].organisation
        store = Store.objects.create(service=service, name="Merrow store")
        for code, asked, ended in (("commode", 0, None), ("rail", 0, None), ("frame", -60, -30)):
            kind = Kind.objects.create(service=service, code=code, title=code)
            shelf = Shelf.objects.create(kind=kind, store=store, owner=owner, quantity=1)
            request = EquipmentRequest.objects.create(
                service=service, person=ivy, kind=kind, why="To get up", needed_by=now.date(), shelf=shelf,
                state="lent", asked_by="Worker Ash", asked_at=now + timedelta(days=asked),
            )  # fmt: skip
            Loan.objects.create(
                service=service, person=ivy, request=request, kind=kind, shelf=shelf, paid_by=owner,
                handed_over_at=now + timedelta(days=asked + 1), handed_over_by="Worker Ash", shown="Its use",
                shown_to="Ivy", ended_at=now + timedelta(days=ended) if ended else None,
            )  # fmt: skip
        with settled.open("a", encoding="utf-8") as file:
            file.write("assistive_technology: {commode: '86290005', frame: '364075005'}\n")
        made = november()
        assert _rows(made, "CYP404") == [
            {
                "LOCAL PATIENT IDENTIFIER (EXTENDED)": ivy.reference,
                "ASSISTIVE TECHNOLOGY FINDING (SNOMED CT)": "86290005",
                "PRESCRIPTION DATE (ASSISTIVE TECHNOLOGY)": "2026-11-24",
            }
        ]
        assert made.report["left_out"] == {"Equipment on loan of a kind without a SNOMED CT finding": 1}
        assert made.report["problems"] == []


class TestWhatWasMeasured:
    def test_gives_the_score_of_a_form_completed_in_the_month_and_counts_our_own_scales(
        self, answered, ivy, fill, november, crisis
    ):
        fill("news2", ("episode", answered.pk), person=ivy)
        fill("carer-strain", ("episode", answered.pk), person=ivy)
        made = november()
        (score,) = _rows(made, "CYP609")
        assert (score["SERVICE REQUEST IDENTIFIER"], score["ASSESSMENT TOOL COMPLETION DATE"]) == (
            crisis.reference,
            "2026-11-24",
        )
        assert score["CODED ASSESSMENT TOOL TYPE (SNOMED CT)"] == "1104051000000101"
        total = answered.person.filled_forms.get(form__code="news2").scores[0]["total"]
        assert float(score["PERSON SCORE"]) == total
        assert made.report["left_out"]["Scores of the scale carer_strain, no coded tool"] == 1

    def test_sends_a_reading_as_an_observation_once_it_has_a_code(self, answered, workers, settled, november, now):
        task = VisitTask.objects.create(visit=answered.visits.get(), title="Check the sugar")
        TaskReading.objects.create(
            task=task, reading="Blood glucose", value="7.20", unit="mmol/L", taken_at=now + timedelta(minutes=45),
            recorded_at=now + timedelta(minutes=46), worker=workers[0], recorded_by="Worker Ash",
        )  # fmt: skip
        assert november().report["left_out"] == {"Readings without an observation code": 1}
        with settled.open("a", encoding="utf-8") as file:
            file.write("observations: [{reading: blood glucose, code: '86290005', unit: mmol/L}]\n")
        (row,) = [one for one in _rows(november(), "CYP202") if one["OBSERVATION VALUE"]]
        assert (row["OBSERVATION VALUE"], row["UCUM UNIT OF MEASUREMENT"]) == ("7.2", "mmol/L")
        assert row["CARE PROFESSIONAL LOCAL IDENTIFIER"] == workers[0].local_reference
        assert november().report["problems"] == []


class TestGroupSessions:
    @pytest.fixture
    def held(self, service, answered, ivy, workers, now):
        """A leg club on 25 November: Ivy came, somebody without a referral left early, one more did not come."""
        clinic = Clinic.objects.create(
            service=service, name="Leg club", place_name="Merrow Hall", activities=["simple_dressing"], weekday=3,
            opens_at="10:30", minutes=90, places=3, nurse=workers[0], nurse_skill="crisis_responder_health",
            starts_on=date(2026, 11, 25), set_by="Tests", set_at=now,
        )  # fmt: skip
        session = ClinicSession.objects.create(
            clinic=clinic, dated=date(2026, 11, 25), day=date(2026, 11, 25), minutes=90, places=3, nurse=workers[0],
            starts_at=datetime(2026, 11, 25, 10, 30, tzinfo=LONDON),
        )  # fmt: skip
        others = [Person.objects.create(service=service, reference=f"X{number}") for number in (1, 2)]
        came = (Attendance.CAME, Attendance.LEFT_EARLY, Attendance.DID_NOT_COME)
        for number, (person, attendance) in enumerate(zip([ivy, *others], came, strict=True), start=1):
            booking = ClinicBooking.objects.create(
                clinic=clinic, person=person, state=BookingState.AGREED, starts_on=date(2026, 11, 25),
                asked_by="Nurse", asked_on=date(2026, 11, 24), agreed_how="person", said="Yes", recorded_by="Nurse",
                recorded_at=now,
            )  # fmt: skip
            SessionPlace.objects.create(
                booking=booking, session=session, person=person, number=number, of_places=3, attendance=attendance,
                attendance_by="Nurse", attendance_at=now + timedelta(days=1),
            )  # fmt: skip
        return session

    def test_gives_the_session_and_a_contact_of_each_who_has_a_referral(self, held, crisis, workers, november):
        made = november()
        (session,) = _rows(made, "CYP301")
        assert session["NUMBER OF GROUP SESSION PARTICIPANTS"] == "2"
        assert (session["GROUP SESSION DATE"], session["CLINICAL CONTACT DURATION OF GROUP SESSION"]) == (
            "2026-11-25",
            "90",
        )
        assert session["CARE PROFESSIONAL LOCAL IDENTIFIER"] == workers[0].local_reference
        contacts = _rows(made, "CYP201")
        assert [(one["GROUP THERAPY INDICATOR"], one["CONSULTATION TYPE"]) for one in contacts] == [
            ("N", "01"),
            ("Y", "02"),
        ]
        assert {one["SERVICE REQUEST IDENTIFIER"] for one in contacts} == {crisis.reference}
        assert made.report["left_out"] == {"Places in group sessions that belong to no referral that is submitted": 2}
        assert made.report["problems"] == []

    def test_leaves_out_a_session_of_which_nobody_wrote_down_who_came(self, held, november):
        SessionPlace.objects.update(attendance="", attendance_by="", attendance_at=None)
        made = november()
        assert _rows(made, "CYP301") == []
        assert made.report["left_out"] == {"Group sessions of which nobody wrote down who came": 1}


class TestIsConcept:
    @pytest.mark.parametrize(
        ("text", "answer"),
        [
            ("1104051000000101", True),  # of an extension: NEWS2
            ("86290005", True),
            ("86290006", False),  # the last digit is not the check digit
            ("68290005", False),  # two digits changed places
            ("12345", False),  # too short
            ("NEWS2", False),
        ],
    )
    def test_holds_an_identifier_to_its_check_digit(self, text, answer):
        assert is_concept(text) is answer


class TestProblemsIn:
    def _empty(self) -> dict[str, list[dict[str, str]]]:
        return {table.code: [] for table in TABLES}

    def _row(self, code: str, **values: str) -> dict[str, str]:
        table = next(one for one in TABLES if one.code == code)
        return {column.name: values.get(column.name, "") for column in table.columns}

    def test_finds_a_row_whose_other_row_is_missing_and_one_given_twice(self):
        rows = self._empty()
        row = self._row(
            "CYP002",
            **{
                "LOCAL PATIENT IDENTIFIER (EXTENDED)": "P1",
                "GENERAL MEDICAL PRACTICE (PATIENT REGISTRATION)": "A12345",
            },
        )
        rows["CYP002"] = [row, dict(row)]
        texts = [one.text for one in problems_in(TABLES, rows)]
        assert texts == ["P1 is not in CYP001."] * 2 + ["2 rows have this key; there may be one."]

    def test_finds_a_clock_that_stops_before_it_starts_and_a_code_nobody_knows(self):
        rows = self._empty()
        rows["CYP202"] = [
            self._row(
                "CYP202",
                **{
                    "CARE ACTIVITY IDENTIFIER": "A1",
                    "CARE CONTACT IDENTIFIER": "V1",
                    "COMMUNITY CARE ACTIVITY TYPE": "99",
                    "CLINICAL CONTACT DURATION OF CARE ACTIVITY": "10000",
                },
            )
        ]
        texts = " ".join(one.text for one in problems_in(TABLES, rows))
        assert "99 is not a national code" in texts
        assert "10000 is not a whole number from 0 to 9999" in texts
        assert "V1 is not in CYP201" in texts


class TestReadCodes:
    def test_refuses_a_name_it_does_not_know(self, tmp_path):
        path = tmp_path / "ours.yaml"
        path.write_text("providr: RXX\n", encoding="utf-8")
        with pytest.raises(CodesError, match="nothing is called providr"):
            read_codes(CODES, path)

    def test_says_to_quote_a_code_that_is_a_number(self, tmp_path):
        path = tmp_path / "ours.yaml"
        path.write_text("activity_type: 03\n", encoding="utf-8")
        with pytest.raises(CodesError, match="quotation marks"):
            read_codes(CODES, path)

    def test_keeps_what_ships_where_nothing_is_said(self, settled):
        read = read_codes(CODES, settled)
        assert read.code("source_of_referral", "gp") == "G1"
        assert read.code("source_of_referral", "family") == NOT_SET
        assert read.code("team_type", "integrated-crisis-response") == "51"


class TestReturnsCommand:
    def test_writes_the_files_for_this_account_alone(self, answered, settled, tmp_path, capsys, monkeypatch):
        monkeypatch.setattr("django.utils.timezone.now", lambda: IN_DECEMBER)
        out = tmp_path / "november"
        call_command("returns_csds", "--month", "2026-11", "--out", str(out), "--codes", str(settled))
        assert {path.name for path in out.iterdir()} == {table.file_name for table in TABLES} | {"report.json"}
        assert {path.stat().st_mode & 0o777 for path in out.iterdir()} == {0o600}
        assert json.loads((out / "report.json").read_text())["rows"]["CYP104RTT"] == 1
        assert "not closed" in capsys.readouterr().out

    def test_says_what_to_do_about_a_month_that_is_not_over(self, service, tmp_path, monkeypatch):
        monkeypatch.setattr("django.utils.timezone.now", lambda: IN_DECEMBER)
        with pytest.raises(CommandError, match="first day of the month after"):
            call_command("returns_csds", "--month", "2026-12", "--out", str(tmp_path))
