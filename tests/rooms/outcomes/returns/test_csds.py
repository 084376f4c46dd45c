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
from homeward.kernel.rules import LONDON, RefusedError
from homeward.outcomes.models import ClosedReturn
from homeward.outcomes.returns.checking import problems_in
from homeward.outcomes.returns.codes import NOT_SET, CodesError, read_codes
from homeward.outcomes.returns.csds.building import CODES
from homeward.outcomes.returns.csds.tables import TABLES
from homeward.outcomes.returns.making import close_return, make_return
from homeward.people.models import Person
from homeward.procedures.selectors import built
from homeward.referrals.services import NewReferral, decline_referral, receive_referral, redirect_referral
from homeward.referrals.states import Source, Urgency
from homeward.visits.services import arrive, assign_worker, leave, need_response

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
        'onward_reason: O1\ngender: {unknown: X}\nnhs_number_status: {unverified: "02"}\n'
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

    def test_leaves_what_happened_after_the_month_to_the_next(
        self, answered, coordinator, by_command, service, settled, fill, november
    ):
        ended = datetime(2026, 12, 1, 12, 0, tzinfo=LONDON)
        before = november()
        pathway = built(answered.pathway)
        for form in {use.form for stage in pathway.stages for use in stage.forms}:
            fill(form, ("episode", answered.pk), person=answered.person)
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
