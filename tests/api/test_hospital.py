"""Stays in hospital by message: what is read, what is refused and why, and what becomes of the record."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client

from homeward.access.rules import Actor, Role
from homeward.api.hospital.document import plain
from homeward.api.hospital.reading import read_payload
from homeward.api.hospital.receiving import receive_payload
from homeward.api.hospital.said import NoStay, SaidStays
from homeward.api.kinds import judge_kept
from homeward.discharge.models import HospitalStay, StayQuestion
from homeward.documents.models import Document
from homeward.people.models import Person, TimelineEntry
from homeward.people.services import NewPerson, register_person
from homeward.referrals.models import KeptMessage
from homeward.referrals.states import MessageOutcome
from homeward.teams.services import connect_machine

LETTER = (Path(__file__).parent / "messages" / "hospital-discharge.xml").read_bytes()
NUMBER = {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9990000018"}


def encounter(**more) -> bytes:
    """An Encounter of FHIR R4, sent by itself: Ivy is on Ward 12."""
    said = {
        "resourceType": "Encounter",
        "identifier": [{"system": "https://made-up.nhs.uk/spell", "value": "S-1"}],
        "status": "in-progress",
        "class": {"code": "IMP"},
        "subject": {"identifier": NUMBER},
        "period": {"start": "2026-11-18T14:20:00+00:00"},
        "location": [{"location": {"display": "Ward 12"}, "status": "active"}],
        "serviceProvider": {"reference": "#trust"},
        "contained": [{"resourceType": "Organization", "id": "trust", "name": "Made Up Hospitals"}],
    }
    return json.dumps(said | more).encode()


@pytest.fixture
def ivy(service, now):
    new = NewPerson(given_name="Ivy", family_name="Okafor", birth_date=date(1941, 3, 9), nhs_number="999 000 0018")
    return register_person(actor=Actor.system("tests", service.pk), service_id=service.pk, new=new, now=now)


@pytest.fixture
def take(service, actor_with, now):
    """Takes in a payload from a connected system."""

    def make(content: bytes, at=None):
        return receive_payload(
            actor=actor_with(Role.MACHINE), service_id=service.pk, content=content, content_type=None, now=at or now
        )

    return make


class TestReadPayload:
    def test_reads_a_discharge_document(self):
        told = read_payload(LETTER)
        assert isinstance(told, SaidStays)
        (stay,) = told.stays
        assert (told.kind, told.sender) == ("Document: Discharge summary", "RZZ")
        assert [one.ward for one in stay.wards] == ["Admissions unit", "Ward 12"]
        assert stay.admitted_at == datetime(2026, 10, 12, 14, 20, tzinfo=UTC)
        assert stay.discharged_at == datetime(2026, 10, 17, 15, 30, tzinfo=UTC)
        assert (stay.consultant, stay.destination, stay.has_died) == ("Dr Rowe", "Usual place of residence", False)
        assert told.identity.is_nhs_number_verified
        assert told.said_at == datetime(2026, 10, 17, 16, 0, tzinfo=UTC)

    def test_makes_a_letter_of_its_sections(self):
        letter = read_payload(LETTER).letter
        assert letter.dated_on == date(2026, 10, 17)
        assert letter.text.splitlines() == [
            "Discharge summary",
            "",
            "Discharge details",
            "Discharge location: Ward 12",
            "Discharge destination: Home, with reablement",
            "",
            "Plan and requested actions",
            "Wound check on Thursday.",
            "Walking frame is with her",
        ]

    def test_reads_an_encounter_sent_by_itself(self):
        told = read_payload(encounter())
        (stay,) = told.stays
        assert told.person is None
        assert (stay.wards[-1].ward, stay.is_ended, stay.hospital) == ("Ward 12", False, "Made Up Hospitals")

    def test_reads_the_expected_date_from_either_version(self):
        carried = {
            "url": "http://hl7.org/fhir/5.0/StructureDefinition/extension-Encounter.plannedEndDate",
            "valueDateTime": "2026-11-27",
        }
        assert read_payload(encounter(extension=[carried])).stays[0].expected_on == date(2026, 11, 27)

    def test_takes_encounters_of_one_episode_as_one_stay(self):
        def part(number: int, start: str, end: str) -> dict:
            return {
                "resource": {
                    "resourceType": "Encounter",
                    "id": f"e{number}",
                    "status": "finished",
                    "class": {"code": "IMP"},
                    "subject": {"identifier": NUMBER},
                    "episodeOfCare": [{"reference": "EpisodeOfCare/1"}],
                    "period": {"start": f"2026-11-{start}:00:00+00:00", "end": f"2026-11-{end}:00:00+00:00"},
                }
            }

        entries = [part(1, "18T14", "18T15"), part(2, "19T09", "23T15")]
        told = read_payload(json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode())
        (stay,) = told.stays
        assert (stay.admitted_at.day, stay.discharged_at.day) == (18, 23)

    @pytest.mark.parametrize(
        ("more", "says"),
        [
            ({"class": {"code": "EMER"}}, "no admission (emergency)"),
            ({"class": {"code": "AMB"}}, "no admission (outpatient)"),
            ({"class": None}, "no admission (no class said)"),
            ({"status": "planned"}, "nobody is admitted yet"),
            ({"status": "entered-in-error"}, "entered in error"),
            ({"subject": {"identifier": {"system": "https://made-up.nhs.uk/pas", "value": "7"}}}, "a number of the"),
            ({"subject": None}, "whose stay it is"),
            ({"period": {}}, "when they were admitted"),
        ],
    )
    def test_refuses_with_what_to_do(self, more, says):
        told = read_payload(encounter(**more))
        assert isinstance(told, NoStay)
        assert says in told.text

    def test_refuses_stays_of_several_people(self):
        first = {"resource": {"resourceType": "Patient", "id": "1", "birthDate": "1941-03-09"}}
        second = {"resource": {"resourceType": "Patient", "id": "2", "birthDate": "1942-03-09"}}
        bundle = {"resourceType": "Bundle", "type": "collection"}
        content = json.dumps({**bundle, "entry": [first, second, {"resource": json.loads(encounter())}]}).encode()
        assert "several people" in read_payload(content).text

    @pytest.mark.parametrize(
        "content", [b"", b"\xff\xfe", b"<a/>", b"{}", b"[1]", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a/>"]
    )
    def test_answers_anything(self, content):
        assert isinstance(read_payload(content), NoStay)

    def test_says_when_the_end_is_not_said(self):
        told = read_payload(encounter(status="finished"))
        assert told.stays[0].is_ended
        assert told.stays[0].discharged_at is None
        assert any("not since when" in note.text for note in told.notes)


class TestPlain:
    @pytest.mark.parametrize(
        ("narrative", "text"),
        [
            ("<div><p>One</p><p>Two</p></div>", "One\nTwo"),
            ("<div>One<br/>Two</div>", "One\nTwo"),
            ("<div><script>alert(1)</script>One</div>", "One"),
            ("<table><tr><td>a</td><td>b</td></tr></table>", "a | b"),
            ("<div>not closed", ""),
            ("<!DOCTYPE a [<!ENTITY b 'c'>]><div>&b;</div>", ""),
            ("", ""),
        ],
    )
    def test_is_the_words_and_nothing_that_runs(self, narrative, text):
        assert plain(narrative) == text


class TestReceivePayload:
    def test_makes_the_stay_and_files_the_letter(self, take, ivy):
        answer = take(LETTER)
        assert answer.outcome == MessageOutcome.FILED, answer.text
        stay = HospitalStay.objects.get()
        assert (stay.person, stay.ward, stay.ended_as) == (ivy, "Ward 12", "left")
        assert stay.ended_note == "Usual place of residence"
        document = Document.objects.get(person=ivy)
        assert (document.kind, document.happened_on) == ("discharge", date(2026, 10, 17))
        assert KeptMessage.objects.get().outcome == MessageOutcome.FILED
        assert TimelineEntry.objects.filter(person=ivy, subject_kind="kept message").count() == 1

    def test_changes_nothing_the_second_time(self, take, ivy):
        take(LETTER)
        stays = list(HospitalStay.objects.values())
        answer = take(LETTER)
        assert (answer.status, answer.outcome) == (200, MessageOutcome.REPEATED)
        assert list(HospitalStay.objects.values()) == stays
        assert (Document.objects.count(), KeptMessage.objects.count()) == (1, 2)

    def test_follows_a_stay_from_admission_to_leaving(self, take, ivy, now):
        take(encounter())
        moved = encounter(location=[{"location": {"display": "Ward 9"}, "status": "active"}])
        answer = take(moved, at=now + timedelta(hours=2))
        assert answer.text == "One stay: changed."
        left = encounter(status="finished", period={"start": "2026-11-18T14:20:00Z", "end": "2026-11-24T08:00:00Z"})
        take(left, at=now + timedelta(hours=3))
        stay = HospitalStay.objects.get()
        assert (stay.is_open, stay.person) == (False, ivy)
        assert stay.events.filter(field="ward", before="Ward 12", after="Ward 9").exists()

    def test_starts_a_record_for_somebody_unknown(self, take):
        take(LETTER)
        person = Person.objects.get()
        assert (person.family_name, person.nhs_number, person.nhs_number_status) == ("Okafor", "9990000018", "verified")

    def test_refuses_an_unknown_number_alone(self, take):
        answer = take(encounter())
        assert answer.status == 422
        assert "nobody here has it" in answer.text
        assert not Person.objects.exists()

    def test_starts_a_new_record_where_the_number_is_of_somebody_else(self, take, service, now):
        other = NewPerson(
            given_name="Jack", family_name="Elsewhere", birth_date=date(1960, 1, 1), nhs_number="9990000018"
        )
        register_person(actor=Actor.system("tests", service.pk), service_id=service.pk, new=other, now=now)
        take(LETTER)
        assert Person.objects.count() == 2
        assert "find out whose number it is" in str(KeptMessage.objects.get().not_understood)

    def test_refuses_a_stay_we_hold_for_somebody_else(self, take, ivy, service, now):
        take(LETTER)
        other = LETTER.replace(b"999 000 0018", b"999 000 0026").replace(b"Okafor", b"Elsewhere")
        answer = take(other.replace(b"1941-03-09", b"1960-01-01").replace(b'value="Ivy"', b'value="Jack"'))
        assert answer.status == 409
        assert HospitalStay.objects.count() == 1

    def test_asks_the_ward_where_it_is_not_said_when_they_left(self, take, ivy):
        take(encounter(status="finished"))
        assert HospitalStay.objects.get().is_open
        assert StayQuestion.objects.get().kind == "when"

    @pytest.mark.parametrize(
        ("code", "ended_as"), [(b"19", "left"), (b"51", "moved"), (b"79", "died"), (b"85", "left")]
    )
    def test_knows_how_it_ended(self, take, ivy, code, ended_as):
        take(LETTER.replace(b'<code value="19"/>', b'<code value="' + code + b'"/>'))
        assert HospitalStay.objects.get().ended_as == ended_as

    def test_can_be_judged_again(self, take, ivy, actor_with, now):
        refused = take(encounter(**{"class": {"code": "EMER"}}))
        message = KeptMessage.objects.get()
        assert refused.status == 422
        judged = judge_kept(actor=actor_with(Role.MACHINE), message=message, now=now)
        assert (judged.outcome, HospitalStay.objects.count()) == (MessageOutcome.REFUSED, 0)


class TestDoors:
    @pytest.fixture
    def send(self, service, now):
        """Sends to a door as a connected system."""
        token = connect_machine(
            actor=Actor.system("tests", service.pk),
            username="royal-derby",
            full_name="Royal Derby",
            services=[service],
            now=now,
        )

        def post(address: str, content: bytes, content_type: str, shown: str = token):
            return Client().post(
                address, content, content_type=content_type, headers={"Authorization": f"Bearer {shown}"}
            )

        return post

    def test_take_a_payload(self, send, ivy):
        answer = send("/api/stays/messages", LETTER, "application/fhir+xml")
        assert answer.status_code == 200
        assert answer.json()["issue"][0]["diagnostics"].startswith("One stay: new.")
        assert "Okafor" not in answer.content.decode()

    def test_take_a_ward_list_and_name_nobody(self, send, ivy):
        rows = (
            "stay_id,nhs_number,given_name,family_name,birth_date,ward,admitted_at\n"
            "S-1,9990000018,Ivy,Okafor,09/03/1941,Ward 12,21/11/2026 14:20\n"
            "S-2,,Jack,Made-Up,32/13/1941,Ward 12,21/11/2026 14:20\n"
        )
        answer = send("/api/stays/ward-list", rows.encode(), "text/csv")
        issues = answer.json()["issue"]
        assert (answer.status_code, issues[0]["diagnostics"]) == (200, "1 new, 1 sent back.")
        assert issues[1]["expression"] == ["line 3, birth_date"]
        assert "Okafor" not in answer.content.decode()
        assert HospitalStay.objects.get().hospital_name == "Royal Derby"

    def test_refuse_what_is_no_list(self, send):
        answer = send("/api/stays/ward-list", b"surname,ward\nOkafor,12", "text/csv")
        assert (answer.status_code, KeptMessage.objects.get().outcome) == (422, MessageOutcome.REFUSED)

    def test_take_nothing_without_a_token(self, send):
        for address in ("/api/stays/messages", "/api/stays/ward-list"):
            assert send(address, LETTER, "application/xml", shown="none").status_code == 401
        assert not KeptMessage.objects.exists()

    def test_take_only_what_is_posted(self):
        assert Client().get("/api/stays/messages").status_code == 405
        assert Client().get("/api/stays/ward-list").status_code == 405


class TestCommand:
    def test_takes_payloads_and_lists(self, service, ivy, tmp_path, capsys):
        letter, ward_list = tmp_path / "letter.xml", tmp_path / "list.csv"
        letter.write_bytes(LETTER)
        ward_list.write_text("stay_id,family_name,ward,admitted_at\nS-2,Made-Up,Ward 12,21/11/2025\n")
        call_command("receive_stays", str(letter), str(ward_list), hospital="Royal Derby")
        said = capsys.readouterr().out
        assert "letter.xml: accepted: One stay: new." in said
        assert "list.csv: accepted: 1 new." in said

    def test_says_what_would_be_read_and_keeps_nothing(self, db, tmp_path, capsys):
        letter = tmp_path / "letter.xml"
        letter.write_bytes(LETTER)
        call_command("receive_stays", str(letter), dry_run=True)
        assert (
            "Read as one stay (admitted, ward, left, where to, consultant); with the letter" in capsys.readouterr().out
        )
        assert not KeptMessage.objects.exists()
