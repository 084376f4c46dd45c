"""Reading another system's record into a person's record here."""

import json
from base64 import b64encode
from collections import Counter
from datetime import date

import pytest
from django.core.management import CommandError, call_command

from homeward.access.rules import Actor, Role
from homeward.api.fhir.importing.filing import DIFFERS, NobodyMeantError, file_record
from homeward.api.fhir.importing.reading import SUPPORTING, read_record
from homeward.api.intake.text import UnreadableMessageError
from homeward.documents.models import Document
from homeward.kernel.rules import LONDON, RefusedError
from homeward.people.models import Alert, Person, TimelineEntry
from homeward.people.selectors import RecordRestrictedError, details_to_decide
from homeward.people.services import decide_detail
from homeward.referrals.models import KeptMessage

VERIFIED = {
    "url": "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus",
    "valueCodeableConcept": {"coding": [{"code": "number-present-and-verified"}]},
}
SETS = ("ukcore", "pds-api", "pds-ig", "gpconnect", "gpconnect-consumer", "gpconnect-ig", "gpconnect-gp2gp")
PENICILLIN = {
    "resourceType": "AllergyIntolerance",
    "id": "a",
    "clinicalStatus": {"coding": [{"code": "active"}]},
    "code": {"coding": [{"system": "http://snomed.info/sct", "code": "764146007", "display": "Penicillin"}]},
    "reaction": [{"manifestation": [{"text": "Rash"}], "severity": "mild"}],
}


def a_patient(number: str = "9990000018", **more) -> dict:
    identifier = {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": number, "extension": [VERIFIED]}
    return {
        "resourceType": "Patient",
        "id": "p",
        "identifier": [identifier],
        "name": [{"use": "official", "family": "Okafor", "given": ["Ivy"]}],
        "birthDate": "1941-03-09",
    } | more


def bundle(*resources: dict, kind: str = "searchset") -> bytes:
    return json.dumps(
        {"resourceType": "Bundle", "type": kind, "entry": [{"resource": one} for one in resources]}
    ).encode()


@pytest.fixture
def importer(service) -> Actor:
    return Actor.system("tests", service.pk)


@pytest.fixture
def file(importer, service, now):
    """Files a record: `file(content, person=ivy)`."""

    def put(content: bytes, **more):
        return file_record(actor=importer, service_id=service.pk, content=content, content_type=None, now=now, **more)

    return put


class TestFileRecord:
    def test_raises_allergies_and_puts_the_rest_on_the_timeline_with_its_code(self, file, whole):
        condition = {
            "resourceType": "Condition",
            "code": {
                "coding": [{"system": "http://snomed.info/sct", "code": "44054006", "display": "Type 2 diabetes"}]
            },
            "onsetDateTime": "2011-04",
            "clinicalStatus": {"coding": [{"code": "active", "display": "Active"}]},
        }
        filed = file(bundle(a_patient(), PENICILLIN, condition))
        assert filed.person == whole.person
        assert Alert.objects.get(text="Penicillin (Rash, mild)").kind == "allergy"
        entry = TimelineEntry.objects.get(kind="condition")
        assert entry.title == "Type 2 diabetes"
        assert "Code: 44054006 | Type 2 diabetes | SNOMED CT" in entry.text
        assert entry.happened_at.astimezone(LONDON).date() == date(2011, 4, 1)
        kept = KeptMessage.objects.get(pk=entry.subject_id)
        assert (kept.outcome, kept.kind) == ("filed", "record")
        assert bytes(kept.content) == bundle(a_patient(), PENICILLIN, condition)

    def test_changes_nothing_when_it_is_sent_again(self, file, whole):
        content = bundle(a_patient(phone="x", gender="male"), PENICILLIN)
        file(content)
        before = TimelineEntry.objects.count(), Alert.objects.count()
        again = file(content)
        assert again.was_there
        assert (TimelineEntry.objects.count(), Alert.objects.count()) == before
        assert list(KeptMessage.objects.order_by("id").values_list("outcome", flat=True)) == ["filed", "repeated"]

    def test_adds_only_what_is_new_when_a_later_record_says_most_of_it_again(self, file, whole):
        file(bundle(a_patient(), PENICILLIN))
        observation = {
            "resourceType": "Observation",
            "code": {"text": "Weight"},
            "valueQuantity": {"value": 61, "unit": "kg"},
        }
        filed = file(bundle(a_patient(), PENICILLIN, observation))
        assert (filed.alerts, filed.entries) == (0, 1)
        assert TimelineEntry.objects.filter(title="Weight: 61 kg").count() == 1

    def test_never_overwrites_who_somebody_is(self, file, whole):
        told = a_patient(
            telecom=[{"system": "phone", "value": "07700 900999"}],
            address=[{"use": "home", "line": ["2 Other Road"], "postalCode": "DE2 2ZZ"}],
            gender="female",
        )
        filed = file(bundle(told))
        whole.person.refresh_from_db()
        assert whole.person.phone == "07700 900123"
        said = TimelineEntry.objects.get(kind=DIFFERS).text
        assert "Phone: here 07700 900123; there 07700 900999" in said
        assert "2 Other Road" in said
        assert "Gender" not in said
        assert len(filed.differences) == 2

    def test_leaves_each_difference_for_somebody_to_decide_on(self, file, whole, importer, now):
        told = a_patient(
            telecom=[{"system": "phone", "value": "07700 900999"}],
            address=[{"use": "home", "line": ["2 Other Road"], "postalCode": "DE2 2ZZ"}],
        )
        file(bundle(told))
        file(bundle(told, PENICILLIN))
        waiting = {one.part: one for one in details_to_decide(importer, whole.person)[0]}
        assert set(waiting) == {"phone", "home"}
        for one in waiting.values():
            decide_detail(actor=importer, detail=one, decision="taken", now=now)
        whole.person.refresh_from_db()
        assert whole.person.phone == "07700 900999"
        assert whole.person.addresses.get(lines="2 Other Road").postcode == "DE2 2ZZ"

    def test_files_what_is_attached_among_the_documents_once(self, file, whole):
        def letter(text: str, title: str) -> dict:
            attachment = {"contentType": "text/plain", "title": title, "data": b64encode(text.encode()).decode()}
            return {"resourceType": "DocumentReference", "status": "current", "content": [{"attachment": attachment}]}

        program = {"contentType": "application/x-msdownload", "title": "Tool", "data": b64encode(b"MZ\x90\0").decode()}
        other = {"resourceType": "DocumentReference", "status": "current", "content": [{"attachment": program}]}
        before = Document.objects.count()
        filed = file(bundle(a_patient(), letter("Seen in clinic", "Clinic letter"), other))
        file(bundle(a_patient(), letter("Seen in clinic", "Clinic letter"), PENICILLIN))
        made = Document.objects.order_by("-pk").first()
        assert Document.objects.count() == before + 1
        assert (made.title, made.source, made.person) == ("Clinic letter", "message", whole.person)
        assert [note.path for note in filed.notes if "documents" in note.text] == ["attachment 2"]

    def test_keeps_back_what_it_says_of_safeguarding(self, file, whole):
        flag = {"resourceType": "Flag", "status": "active", "code": {"text": "Safeguarding concern: her nephew"}}
        file(bundle(a_patient(), flag))
        assert Alert.objects.get(text__contains="nephew").sensitivity == "safeguarding"
        assert set(TimelineEntry.objects.filter(title__contains="nephew").values_list("sensitivity", flat=True)) == {
            "safeguarding"
        }

    def test_changes_nothing_in_a_restricted_record_and_keeps_what_came(self, whole, service, now):
        desk = Actor(name="Priya Shah", role=Role.FRONT_DOOR, service_ids=frozenset({service.pk}))
        content = bundle(a_patient(), PENICILLIN)
        Person.objects.filter(pk=whole.person.pk).update(restricted_since=now, restricted_reason="She asked")
        with pytest.raises(RecordRestrictedError):
            file_record(actor=desk, service_id=service.pk, content=content, content_type=None, now=now)
        assert not TimelineEntry.objects.filter(title__contains="Penicillin").exists()
        assert KeptMessage.objects.get().outcome == "refused"

    def test_lists_what_it_does_not_carry(self, file, whole):
        file(bundle(a_patient(), {"resourceType": "Slot", "status": "free"}, PENICILLIN | {"recordedBy": "x"}))
        listed = KeptMessage.objects.get().not_understood
        paths = [one["path"] for one in listed]
        assert "entry[1] Slot" in paths
        assert "entry[2] AllergyIntolerance.recordedBy" in paths

    @pytest.mark.parametrize("status", ["entered-in-error", "refuted"])
    def test_warns_of_no_allergy_that_the_other_record_takes_back(self, file, whole, status):
        allergy = PENICILLIN | {"verificationStatus": {"coding": [{"code": status}]}}
        assert file(bundle(a_patient(), allergy)).alerts == 0

    def test_leaves_out_what_a_modifier_may_turn_round(self, file, whole):
        allergy = PENICILLIN | {"modifierExtension": [{"url": "urn:x", "valueBoolean": True}]}
        filed = file(bundle(a_patient(), allergy))
        assert (filed.alerts, filed.entries) == (0, 0)
        assert any("modifierExtension" in note.text for note in filed.notes)

    def test_refuses_a_verified_number_that_is_not_the_persons_unless_told(self, file, whole):
        content = bundle(a_patient("9990000026"), PENICILLIN)
        with pytest.raises(RefusedError, match="not this person's"):
            file(content, person=whole.person)
        assert KeptMessage.objects.get().outcome == "refused"
        assert file(content, person=whole.person, although_different=True).alerts == 1

    def test_refuses_a_record_of_somebody_nobody_here_knows(self, file, whole):
        with pytest.raises(NobodyMeantError, match="no verified NHS number"):
            file(bundle(a_patient("9990000026")))
        with pytest.raises(NobodyMeantError, match="name and birth date are different"):
            file(bundle(a_patient(name=[{"family": "Brown", "given": ["Al"]}], birthDate="1999-01-01")))

    def test_refuses_what_is_about_several_people(self, file, whole):
        with pytest.raises(RefusedError, match="several people"):
            file(bundle(a_patient(), a_patient("9990000026")))

    @pytest.mark.parametrize("kind", ["batch", "transaction"])
    def test_does_not_carry_out_what_a_bundle_asks(self, file, whole, kind):
        with pytest.raises(UnreadableMessageError, match="no record"):
            file(bundle(a_patient(), kind=kind))

    def test_says_when_the_other_record_is_restricted_or_leaves_things_out(self, file, whole):
        restricted = a_patient(meta={"security": [{"code": "R"}]})
        left_out = {
            "resourceType": "List",
            "title": "Allergies",
            "note": [{"text": "Items excluded due to confidentiality"}],
        }
        filed = file(bundle(restricted, left_out))
        assert any("restricted" in line for line in filed.differences)
        assert "Items excluded" in TimelineEntry.objects.get(kind="warning elsewhere").text


class TestRecordAddress:
    def test_files_the_record_of_a_connected_system(self, client, reader_token, whole):
        response = client.post(
            "/fhir", bundle(a_patient(), PENICILLIN), content_type="application/fhir+json",
            headers={"Authorization": f"Bearer {reader_token}"},
        )  # fmt: skip
        assert response.status_code == 200, response.content
        assert "1 alerts" in response.json()["issue"][0]["diagnostics"]
        assert "Okafor" not in response.content.decode()

    def test_says_why_it_was_not_filed(self, client, reader_token, whole):
        headers = {"Authorization": f"Bearer {reader_token}"}
        stranger = bundle(a_patient("9990000026"))
        response = client.post("/fhir/", stranger, content_type="application/fhir+json", headers=headers)
        assert (response.status_code, response.json()["resourceType"]) == (422, "OperationOutcome")
        assert client.post("/fhir", stranger, content_type="application/fhir+json").status_code == 401
        assert client.get("/fhir").status_code == 405


class TestCommand:
    def test_files_a_file_and_says_only_counts(self, whole, tmp_path, capsys):
        path = tmp_path / "record.json"
        path.write_bytes(bundle(a_patient(), PENICILLIN))
        call_command("record_import", str(path), match=True)
        call_command("record_import", str(path), person=whole.person.reference)
        said = capsys.readouterr().out
        assert "1 alerts" in said
        assert "came before" in said
        assert "Okafor" not in said

    def test_says_which_file_was_not_filed(self, whole, tmp_path):
        path = tmp_path / "broken.json"
        path.write_text("{")
        with pytest.raises(CommandError, match="1 of 1"):
            call_command("record_import", str(path), match=True)


class TestPublishedRecords:
    """Every published payload beside the project is read, and one of each set is filed in somebody's record."""

    @pytest.mark.parametrize("name", SETS)
    def test_are_read(self, shared, name):
        outcome: Counter = Counter()
        for path in sorted((shared / "inputs" / "fhir" / name).iterdir()):
            if path.suffix not in (".json", ".xml"):
                continue
            try:
                record = read_record(path.read_bytes())
            except UnreadableMessageError:
                outcome["refused"] += 1
                continue
            outcome["read"] += 1
            # every resource is carried, or stands behind one that is, or is named as not carried
            carried = {name for name, count in record.read.items() if count} | SUPPORTING
            assert record.notes or set(record.counts) <= carried, path.name
            outcome["lines"] += len(record.lines)
        assert outcome["read"] > outcome["refused"] * 10

    @pytest.mark.parametrize("name", SETS)
    def test_are_filed_whole_and_once(self, shared, file, whole, name):
        paths = sorted((shared / "inputs" / "fhir" / name).iterdir(), key=lambda path: -path.stat().st_size)
        tried = 0
        for path in [one for one in paths if one.suffix in (".json", ".xml")][:3]:
            try:
                filed = file(path.read_bytes(), person=whole.person, although_different=True)
            except UnreadableMessageError:
                continue
            tried += 1
            assert bytes(KeptMessage.objects.get(pk=filed.message_id).content) == path.read_bytes()
            entries = TimelineEntry.objects.count()
            file(path.read_bytes(), person=whole.person, although_different=True)
            assert TimelineEntry.objects.count() == entries
        assert tried
        assert Person.objects.get(pk=whole.person.pk).family_name == "Okafor"
